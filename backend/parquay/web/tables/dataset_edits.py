"""Changing datasets: rows by whoever has the role `edit`, whole versions and pins by the owner.

Every change is a version.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated, Any, TypeVar
from weakref import WeakValueDictionary

from fastapi import APIRouter, Body, Depends, Header, Path, Query, Request, Response
from starlette.concurrency import run_in_threadpool

from parquay.catalog.files import Files
from parquay.catalog.tables import DatasetVersion, File
from parquay.datasets.edit.edit import Batch, Edited
from parquay.datasets.versions.commits import Author
from parquay.datasets.versions.snapshot import Snapshot
from parquay.errors import BadInput, InvalidValue, NotFound
from parquay.events.messages import timestamp
from parquay.roles import EDIT, OWNER, VIEW, Role
from parquay.web.http.deps import IdentityDep, TablesDep, seen
from parquay.web.http.exact_json import ExactJSON, ExactRoute
from parquay.web.tables.dataset_schemas import (
    MAX_ROWS,
    AppendOrder,
    Changed,
    Changes,
    DeleteRowsRequest,
    Difference,
    Inserted,
    ReplacedVersion,
    ReplaceOrder,
    RestoreOrder,
    Version,
)

MAX_VERSIONS = 1000
"""Most versions of one answer."""

_ETAG = re.compile(r'(?:W/)?"(\d{1,18})"|(\d{1,18})')

T = TypeVar("T")

router = APIRouter(tags=["datasets"], route_class=ExactRoute)

IfMatch = Annotated[str | None, Header(alias="If-Match", description='The version that was looked at, such as `"7"`.')]
Rid = Annotated[int, Path(ge=0, lt=2**63)]
MAX_APART = 100
"""Rows of each kind that a comparison shows."""
VersionNo = Annotated[int, Path(ge=0, lt=2**63)]


class KeyedLock:
    """One change of a dataset at a time in this process: those who wait hold no thread."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def run(self, dataset_id: str, work: Callable[[], T]) -> T:
        """Run ``work`` in a thread once it is its turn."""
        lock = self._locks.setdefault(dataset_id, asyncio.Lock())
        async with lock:
            return await run_in_threadpool(work)


def dataset_file(files: Files, dataset_id: str, user_id: str, needed: Role = VIEW) -> File:
    """Return the file whose table a user sees, with the role ``needed`` or more (blocking).

    Raises:
        NotFound: it is unknown or the user may not see it, which look the same (404).
        Forbidden: ``forbidden``, the user sees it, but may not do this (403).
    """
    return seen(files, dataset_id, user_id, needed, noun="dataset").file


def expected_version(if_match: str | None) -> int | None:
    """Return the version that `If-Match` names; None when it names none, and the row as it is now is meant.

    Raises:
        BadInput: ``bad_if_match`` (400).
    """
    if if_match is None or if_match.strip() == "*":
        return None
    found = _ETAG.fullmatch(if_match.strip())
    if found is None:
        raise BadInput('If-Match must be one version in quotes, such as "7", or *.', "bad_if_match")
    return int(found[1] or found[2])


class EditContext:
    """What the routes that change a table share: who asks, in whose turn."""

    def __init__(self, request: Request, response: Response, tables: TablesDep, identity: IdentityDep) -> None:
        self.tables = tables
        self.identity = identity
        self._locks: KeyedLock = request.app.state.edit_locks
        self.request = request
        self._response = response

    async def make(
        self, dataset_id: str, work: Callable[[File, Author], T], message: str | None = None, *, needed: Role = EDIT
    ) -> T:
        """Run ``work`` on the dataset's file when it is its turn, in the name of the user, who has that role then."""
        await self.file(dataset_id, needed)
        author, user_id = Author(self.identity.username, message), self.identity.id

        def do() -> T:
            return work(dataset_file(self.tables.files, dataset_id, user_id, needed), author)

        return await self._locks.run(dataset_id, do)

    async def file(self, file_id: str, needed: Role = VIEW) -> File:
        """Return a file in which the user has the role ``needed`` or more."""
        return await run_in_threadpool(dataset_file, self.tables.files, file_id, self.identity.id, needed)

    async def rows(
        self,
        dataset_id: str,
        batch: Batch,
        if_match: str | None = None,
        *,
        message: str | None = None,
        skip: bool = False,
    ) -> Edited:
        """Edit rows, and tell the new version; ``skip``: leave out cells that do not fit."""
        expected = expected_version(if_match)
        edit = self.tables.editor.edit
        edited = await self.make(
            dataset_id, lambda file, author: edit(file, author, batch, expected, skip_misfits=skip), message
        )
        self.tell(edited.snapshot)
        return edited

    def tell(self, made: Snapshot) -> None:
        """Tell which version was made."""
        self._response.headers["ETag"] = f'"{made.version}"'

    async def version(self, made: Snapshot) -> Version:
        """Return the version that was made."""
        self.tell(made)
        row = await run_in_threadpool(self.tables.datasets.one, made.dataset_id, made.version)
        if row is None:
            raise NotFound("There is no such dataset.")
        return _version(row)


EditDep = Annotated[EditContext, Depends()]


@router.post("/datasets/{dataset_id}/rows", status_code=201, response_model=dict[str, Any] | Inserted)
async def insert_rows(dataset_id: str, edit: EditDep, body: Annotated[dict[str, Any], Body()]) -> Response:
    """Insert a row, an object of cells by column, or several as `{"rows": [...]}`; what is left out is null."""
    many = body.get("rows") if body.keys() == {"rows"} else None
    if not isinstance(many, list):
        edited = await edit.rows(dataset_id, Batch(inserts=[body]))
        return _exact(edited, edited.inserted[0], 201)
    edited = await edit.rows(dataset_id, Batch(inserts=_objects(many)))
    return _exact(edited, {"version": edited.snapshot.version, "rows": edited.inserted}, 201)


@router.patch("/datasets/{dataset_id}/rows/{rid}", response_model=dict[str, Any])
async def update_row(
    dataset_id: str, edit: EditDep, rid: Rid, body: Annotated[dict[str, Any], Body()], if_match: IfMatch = None
) -> Response:
    """Set cells of one row. With `If-Match`, only while the row is still as it was in that version."""
    edited = await edit.rows(dataset_id, Batch(updates={rid: body}), if_match)
    return _exact(edited, edited.updated[0])


@router.delete("/datasets/{dataset_id}/rows/{rid}", status_code=204)
async def delete_row(dataset_id: str, edit: EditDep, rid: Rid, if_match: IfMatch = None) -> None:
    """Delete one row. With `If-Match`, only while the row is still as it was in that version."""
    await edit.rows(dataset_id, Batch(deletes=frozenset({rid})), if_match)


@router.patch("/datasets/{dataset_id}/rows", response_model=Changed)
async def change_rows(dataset_id: str, edit: EditDep, changes: Changes, if_match: IfMatch = None) -> Response:
    """Insert, update and delete rows as one version: all of it, or nothing.

    `on_misfit=skip` leaves cells as they are whose new values do not fit (null in new rows) and counts them.
    """
    skip = changes.on_misfit == "skip"
    edited = await edit.rows(dataset_id, batch_of(changes), if_match, message=changes.message, skip=skip)
    done: dict[str, Any] = {"inserted": edited.inserted, "updated": edited.updated, "deleted": edited.deleted}
    if skip:
        done["skipped"] = len(edited.misfits)
    return _exact(edited, {"version": edited.snapshot.version, **done})


@router.delete("/datasets/{dataset_id}/rows", status_code=204)
async def delete_rows(dataset_id: str, edit: EditDep, chosen: DeleteRowsRequest, if_match: IfMatch = None) -> None:
    """Delete the rows whose ids are listed as `{"_rid": [...]}`, as one version."""
    await edit.rows(dataset_id, Batch(deletes=_deletes(chosen.rids)), if_match, message=chosen.message)


def batch_of(changes: Changes) -> Batch:
    """What a request asks for.

    Raises:
        InvalidValue: ``missing_rid``, ``repeated_row`` (422).
    """
    return Batch(changes.insert, _updates(changes.update), _deletes(changes.delete))


def _exact(edited: Edited, content: dict[str, Any], status: int = 200) -> Response:
    return ExactJSON(content, status, {"ETag": f'"{edited.snapshot.version}"'})


def _objects(rows: list[Any]) -> list[dict[str, Any]]:
    if not 0 < len(rows) <= MAX_ROWS or not all(isinstance(row, dict) for row in rows):
        raise InvalidValue(f"rows: 1 to {MAX_ROWS:,} objects.")
    return rows


def _updates(rows: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    found: dict[int, dict[str, Any]] = {}
    for row in rows:
        rid = row.get("_rid")
        if not isinstance(rid, int) or isinstance(rid, bool):
            raise InvalidValue("update: each row needs its _rid.", "missing_rid")
        if rid in found:
            raise InvalidValue(f"update: row {rid} is named twice.", "repeated_row")
        found[rid] = {name: cell for name, cell in row.items() if name != "_rid"}
    return found


def _deletes(rids: list[int]) -> frozenset[int]:
    found: set[int] = set()
    for rid in rids:
        if rid in found:
            raise InvalidValue(f"delete: row {rid} is named twice.", "repeated_row")
        found.add(rid)
    return frozenset(found)


@router.get("/datasets/{dataset_id}/versions")
def list_versions(
    dataset_id: str,
    tables: TablesDep,
    identity: IdentityDep,
    *,
    limit: Annotated[int, Query(ge=1, le=MAX_VERSIONS)] = MAX_VERSIONS,
    before: Annotated[int | None, Query(ge=0, lt=2**63)] = None,
) -> list[Version]:
    """List versions, newest first; `before` goes on behind the last one of an answer."""
    file = dataset_file(tables.files, dataset_id, identity.id)
    tables.commits.notice(file)
    return [_version(each) for each in tables.datasets.history(file.id, limit=limit, before=before)]


def version_json(row: DatasetVersion) -> str:
    """A version as the API tells it."""
    return _version(row).model_dump_json()


def _version(row: DatasetVersion) -> Version:
    fields = {name: getattr(row, name) for name in Version.model_fields if name not in ("created_at", "expired")}
    return Version.model_validate(
        {**fields, "created_at": timestamp(row.created_at), "expired": row.expired_at is not None}
    )


@router.get("/datasets/{dataset_id}/versions/{a}/diff/{b}")
def compare_versions(
    dataset_id: str,
    a: VersionNo,
    b: VersionNo,
    tables: TablesDep,
    identity: IdentityDep,
    *,
    rows: Annotated[int, Query(ge=0, le=MAX_APART)] = 0,
) -> Difference:
    """Count the rows that version `b` has more, less and otherwise than version `a`; `rows`: show so many of each."""
    file = dataset_file(tables.files, dataset_id, identity.id)
    found = tables.versions.difference(file, a, b)
    shown = tables.versions.rows_apart(file, a, b, rows) if rows else None
    return Difference.model_validate(
        {
            "from": a,
            "to": b,
            "added": found.added,
            "removed": found.removed,
            "changed": found.changed,
            "rows": shown and asdict(shown),
        }
    )


@router.put("/datasets/{dataset_id}/versions/{version}/pin", status_code=204)
def pin_version(dataset_id: str, version: VersionNo, tables: TablesDep, identity: IdentityDep) -> None:
    """Keep a version, whatever the retention is."""
    tables.versions.pin(dataset_file(tables.files, dataset_id, identity.id, OWNER), version, pinned=True)


@router.delete("/datasets/{dataset_id}/versions/{version}/pin", status_code=204)
def unpin_version(dataset_id: str, version: VersionNo, tables: TablesDep, identity: IdentityDep) -> None:
    """Leave a version to the retention again."""
    tables.versions.pin(dataset_file(tables.files, dataset_id, identity.id, OWNER), version, pinned=False)


@router.post("/datasets/{dataset_id}/restore")
async def restore_version(dataset_id: str, edit: EditDep, order: RestoreOrder, if_match: IfMatch = None) -> Version:
    """Bring a version back, as a new one. With `If-Match`, only while that version is the newest."""
    expected = expected_version(if_match)
    restore = edit.tables.versions.restore
    made = await edit.make(
        dataset_id, lambda file, author: restore(file, author, order.version, expected), order.message, needed=OWNER
    )
    return await edit.version(made)


@router.post("/datasets/{dataset_id}/append")
async def append_file(dataset_id: str, edit: EditDep, order: AppendOrder, if_match: IfMatch = None) -> Version:
    """Append the rows of another finished file. With `If-Match`, only while that version is the newest."""
    expected = expected_version(if_match)
    await edit.file(dataset_id, EDIT)
    source, append = await edit.file(order.file_id), edit.tables.appending.append
    made = await edit.make(
        dataset_id, lambda file, author: append(file, author, source, expected, again=order.again), order.message
    )
    return await edit.version(made)


@router.post("/datasets/{dataset_id}/replace")
async def replace_rows(
    dataset_id: str, edit: EditDep, order: ReplaceOrder, if_match: IfMatch = None
) -> ReplacedVersion:
    """Take the rows and columns of another finished file in place of those of the table, as a new version.

    Columns are matched by name. With `If-Match`, only while that version is the newest.
    """
    expected = expected_version(if_match)
    await edit.file(dataset_id, OWNER)
    source, replace = await edit.file(order.file_id), edit.tables.replacing.replace
    made = await edit.make(
        dataset_id, lambda file, author: replace(file, author, source, expected), order.message, needed=OWNER
    )
    version = await edit.version(made.snapshot)
    return ReplacedVersion(
        **version.model_dump(), added=list(made.added), dropped=list(made.dropped), reject_count=made.reject_count
    )
