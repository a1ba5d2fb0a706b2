"""What every route that reads a table shares: the version and the filters that are asked for, and how it answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps
from typing import Annotated, Any, Concatenate, ParamSpec

from fastapi import Depends, Query, Request, Response

from parquay.catalog.tables import File, View
from parquay.columns.text import json_text
from parquay.datasets.query.engine import CancelToken
from parquay.datasets.query.groups import named
from parquay.datasets.query.plan import ROW_ID, bad_cursor, columns_of, read_query
from parquay.datasets.query.plan import Query as Plan
from parquay.datasets.query.values import Column
from parquay.datasets.versions.snapshot import Snapshot
from parquay.web.http.cancellation import run_cancellable
from parquay.web.http.content import matches
from parquay.web.http.deps import IdentityDep, TablesDep
from parquay.web.http.errors import NotModified
from parquay.web.http.origins import origin_of
from parquay.web.tables.dataset_edits import dataset_file
from parquay.web.tables.seen_views import seen_view

P = ParamSpec("P")

Version = Annotated[int | None, Query(ge=0, description="A version; the newest when it is left out.")]
Filters = Annotated[list[str] | None, Query(alias="filter", description="`column:op:value`; all must hold.")]
Searched = Annotated[
    str | None, Query(max_length=1000, description="A text that some cell of the row shows, in any case.")
]
ViewName = Annotated[
    str | None,
    Query(description="A view: its filters hold too, it sorts where the request does not; exports keep their order."),
]
Sorting = Annotated[list[str] | None, Query(description="`column` or `-column`, several with commas between them.")]


@dataclass(frozen=True)
class TableRead:
    """A version of a table, its columns, and what is asked of it.

    Attributes:
        file: the one that became the table.
        shown: the columns that a view shows; None: all.
    """

    file: File
    snapshot: Snapshot
    columns: list[Column]
    query: Plan
    shown: list[Column] | None = None

    @property
    def etag(self) -> str:
        """The entity tag of the version."""
        return f'"{self.snapshot.version}"'

    def in_view(self, row: dict[str, Any]) -> dict[str, Any]:
        """Return ``row``, or what else has a value for each column, with its id and the columns that are shown."""
        if self.shown is None:
            return row
        return {name: row[name] for name in (ROW_ID, *(each.name for each in self.shown)) if name in row}

    def answer(self, content: dict[str, Any]) -> Response:
        """Return the answer that tells ``content`` of this version."""
        return Response(json_text.dumps(content).encode(), 200, {"ETag": self.etag}, "application/json")


class TableQuery:
    """What a request asks of which table.

    Attributes:
        request: the request itself.
        version: the version that it names, None for the newest.
        cancel: ends the work that is done for it.
    """

    def __init__(
        self,
        request: Request,
        tables: TablesDep,
        identity: IdentityDep,
        dataset_id: str,
        *,
        filters: Filters = None,
        q: Searched = None,
        version: Version = None,
        view: ViewName = None,
    ) -> None:
        self.request = request
        self.version = version
        self.cancel = CancelToken()
        self._tables = tables
        self._identity = identity
        self._dataset_id = dataset_id
        self._filters = filters or ()
        self._searched = [q] if q else []
        self._view = view

    def pin(self, version: int) -> None:
        """Ask for ``version``, which a cursor is of.

        Raises:
            BadInput: ``bad_cursor`` (400), the request names another one.
        """
        if self.version not in (None, version):
            raise bad_cursor(f"This cursor is of version {version}.")
        self.version = version

    def open(self, sort: list[str] | None = None) -> TableRead:
        """Read the version and what is asked of it, in the order ``sort`` (blocking).

        Raises:
            NotFound: the table, the version or the view is unknown (404).
            Conflict: it is still being made (409).
            InvalidValue: a filter or the order cannot be understood (422).
            NotModified: the client has this version already (304).
        """
        file = dataset_file(self._tables.files, self._dataset_id, self._identity.id)
        snapshot = self._tables.tables.snapshot(file, self.version)
        columns = columns_of(snapshot.columns)
        view = self._seen_view(file.id)
        if view is not None:  # it may change while the version does not, so nobody has it already
            wanted = read_query(columns, (*self._filters, *view.filters), sort or view.sort, [*self._searched, view.q])
            shown = [named(columns, each) for each in view.columns] if view.columns else None
            return TableRead(file, snapshot, columns, wanted, shown)
        read = TableRead(file, snapshot, columns, read_query(columns, self._filters, sort or (), self._searched))
        if matches(self.request.headers.get("if-none-match"), read.etag):
            raise NotModified(read.etag)
        return read

    def origin(self, read: TableRead) -> dict[str, Any] | None:
        """The statement that made the table, for its owner; None for others, and where there is none (blocking)."""
        if read.file.owner_id != self._identity.id:
            return None
        return origin_of(self._tables.saved_queries, read.file.id)

    def _seen_view(self, dataset_id: str) -> View | None:
        if self._view is None:
            return None
        return seen_view(self._tables.views, dataset_id, self._identity.id, self._view).view


TableQueryDep = Annotated[TableQuery, Depends()]


def in_table_thread(work: Callable[Concatenate[TableQuery, P], Response]) -> Callable[..., Any]:
    """Make ``work``, which waits for a table, a route: done in a thread of its kind, given up when its client goes."""

    @wraps(work)
    async def route(query: TableQuery, *arguments: P.args, **options: P.kwargs) -> Response:
        return await run_cancellable(query.request, query.cancel, partial(work, query, *arguments, **options))

    return route
