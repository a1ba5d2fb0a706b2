"""What every route that reads a table shares: a version, what is asked of it, and the answer about it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Query, Request, Response

from parquay.columns.text import json_text
from parquay.datasets.query.engine import Stop
from parquay.datasets.query.plan import Query as Asked
from parquay.datasets.query.plan import columns_of, read_query
from parquay.datasets.query.values import Column
from parquay.datasets.versions.snapshot import Snapshot
from parquay.web.http.cancellation import watched
from parquay.web.http.content import matches
from parquay.web.tables.dataset_edits import dataset_file
from parquay.wiring import Parts

Version = Annotated[int | None, Query(ge=0, description="A version; the newest when it is left out.")]
Filters = Annotated[list[str] | None, Query(alias="filter", description="`column:op:value`; all must hold.")]
Sorting = Annotated[list[str] | None, Query(description="`column` or `-column`, several with commas between them.")]

AsText = Annotated[bool, Query(description="Cells as they were written, as texts, instead of their values.")]


@dataclass(frozen=True)
class Reading:
    """A version of a table, its columns, and what is asked of it."""

    snapshot: Snapshot
    columns: list[Column]
    query: Asked


def reader(
    parts: Parts,
    dataset_id: str,
    user_id: str,
    version: int | None,
    *,
    filters: list[str] | None = None,
    sort: list[str] | None = None,
) -> Callable[[], Reading]:
    """Return what reads a version and what is asked of it (blocking).

    Raises (when called):
        NotFound: the table or the version is unknown (404). Conflict: it is still being made (409).
        InvalidValue: a filter or the order cannot be understood (422).
    """

    def read() -> Reading:
        snapshot = parts.tables.snapshot(dataset_file(parts, dataset_id, user_id), version)
        columns = columns_of(snapshot.columns)
        return Reading(snapshot, columns, read_query(columns, filters or (), sort or ()))

    return read


async def answer(
    request: Request, read: Callable[[], Reading], body: Callable[[Reading, Stop], dict[str, Any]]
) -> Response:
    """Answer with a body about a version, or that the client has it already."""

    def work(stop: Stop) -> Response:
        reading = read()
        if matches(request.headers.get("if-none-match"), etag(reading.snapshot)):
            return unchanged(reading.snapshot)
        content = json_text.dumps(body(reading, stop))
        return Response(content.encode(), 200, _fields(reading.snapshot), "application/json")

    return await watched(request, work)


def unchanged(snapshot: Snapshot) -> Response:
    """The answer to who has this version already."""
    return Response(status_code=304, headers=_fields(snapshot))


def _fields(snapshot: Snapshot) -> dict[str, str]:
    return {"ETag": etag(snapshot)}


def etag(snapshot: Snapshot) -> str:
    """The entity tag of a version."""
    return f'"{snapshot.version}"'
