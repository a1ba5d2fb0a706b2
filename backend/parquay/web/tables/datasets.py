"""Tables to be read: lists, pages of rows, aggregates, groups, profiles."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from parquay.catalog.listing import Narrowed
from parquay.datasets.query import cursors
from parquay.datasets.query.browse import Row
from parquay.datasets.query.engine import Stop
from parquay.datasets.query.groups import MOST_GROUPS, named, read_measure
from parquay.datasets.query.plan import bad_cursor, check_size, first_row
from parquay.datasets.versions.snapshot import Snapshot
from parquay.errors import QueryTimeout
from parquay.events import messages
from parquay.web.http.deps import IdentityDep, PartsDep, ahead
from parquay.web.http.list_cursors import cursor_after, place
from parquay.web.http.list_links import MAX_LIMIT, next_page
from parquay.web.http.schemas import Progress
from parquay.web.tables.dataset_edits import dataset_file
from parquay.web.tables.dataset_schemas import Dataset, Groups, Profile, Rows, Table
from parquay.web.tables.table_query import AsText, Filters, Reading, Sorting, Version, answer, reader
from parquay.wiring import Parts

TABLES = Narrowed(status="done", table=True)

router = APIRouter(tags=["datasets"])


@router.get("/datasets")
def list_datasets(
    request: Request,
    response: Response,
    parts: PartsDep,
    identity: IdentityDep,
    *,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 100,
    cursor: str | None = None,
) -> list[Dataset]:
    """List own tables and shared ones, the newest upload first. `Link: rel="next"` leads to the next page."""
    found = parts.files.page(
        identity.id,
        limit=limit + 1,
        cursor=place(cursor, "uploaded_at") if cursor else None,
        narrowed=TABLES,
    )
    response.headers["X-Total-Count"] = str(parts.files.count(identity.id, TABLES))
    if len(found) > limit:
        found = found[:limit]
        response.headers["Link"] = next_page(request, cursor_after(found[-1].file, "uploaded_at"))
    return [Dataset.model_validate(messages.dataset(each.file)) for each in found]


@router.get("/datasets/{dataset_id}", response_model=Table)
async def read_dataset(
    dataset_id: str,
    request: Request,
    parts: PartsDep,
    identity: IdentityDep,
    *,
    page: int = 1,
    size: int = 100,
    sort: Sorting = None,
    filters: Filters = None,
    version: Version = None,
    aggregates: bool = True,
    text: AsText = False,
) -> Response:
    """Show a page of rows with the aggregates of every column.

    `row_count` counts all rows of the version, `matched` those that hold all filters; the aggregates are those of the
    latter. A page of very long texts has fewer rows than it should and is `truncated`: ask for a smaller `size`, or go
    on with `rows` and the cursor `next`, null at the end. Aggregates are null with `aggregates=false`, and when they
    take longer than a query may: then `aggregates_error` says so, and the rows come all the same.
    """

    def body(reading: Reading, stop: Stop) -> dict[str, Any]:
        snapshot, query = reading.snapshot, reading.query
        check_size(size, len(reading.columns))
        matched = parts.aggregator.count(snapshot, query, stop)
        first = first_row(page, size, query, matched)
        rows = parts.browser.page(snapshot, query, first, size, stop, matched=matched, text=text)
        more = rows and first + len(rows) < matched
        told = {
            **_head(snapshot),
            "row_count": snapshot.rows,
            "matched": matched,
            "page": page,
            "size": size,
            "rows": rows,
            "next": parts.browser.cursor_behind(snapshot, query, rows[-1]) if more else None,
            "aggregates": None,
        }
        if len(rows) < min(size, matched - first):
            told["truncated"] = True
        return told | _aggregates(parts, reading, stop, text=text) if aggregates else told

    return await answer(request, reader(parts, dataset_id, identity.id, version, filters=filters, sort=sort), body)


def _aggregates(parts: Parts, reading: Reading, stop: Stop, *, text: bool) -> dict[str, Any]:
    try:
        return {"aggregates": parts.aggregator.columns(reading.snapshot, reading.query, stop, text=text)}
    except QueryTimeout as error:
        return {"aggregates_error": {"code": error.code, "detail": error.detail}}


@router.get("/datasets/{dataset_id}/rows", response_model=Rows)
async def read_rows(
    dataset_id: str,
    request: Request,
    parts: PartsDep,
    identity: IdentityDep,
    *,
    cursor: str | None = None,
    limit: int = 100,
    sort: Sorting = None,
    filters: Filters = None,
    version: Version = None,
    text: AsText = False,
) -> Response:
    """List rows. `next` is the cursor of the rows behind, null at the end; a cursor stays with its version."""
    if cursor is not None:
        pinned = cursors.decode(cursor).version
        if version not in (None, pinned):
            raise bad_cursor(f"This cursor is of version {pinned}.")
        version = pinned

    def body(reading: Reading, stop: Stop) -> dict[str, Any]:
        check_size(limit, len(reading.columns))
        found = parts.browser.after(reading.snapshot, reading.query, cursor, limit, stop, text=text)
        return {"rows": found.rows, "next": found.next, "version": reading.snapshot.version}

    return await answer(request, reader(parts, dataset_id, identity.id, version, filters=filters, sort=sort), body)


@router.get("/datasets/{dataset_id}/aggregate", response_model=Groups)
async def read_groups(
    dataset_id: str,
    request: Request,
    parts: PartsDep,
    identity: IdentityDep,
    by: str,
    *,
    measure: str = "count()",
    filters: Filters = None,
    sort: Literal["key", "-value"] = "key",
    limit: Annotated[int, Query(ge=1, le=MOST_GROUPS)] = 1000,
    version: Version = None,
    text: AsText = False,
) -> Response:
    """Group rows by the values of a column, with a measure of each group; `more` when there are more than `limit`."""

    def body(reading: Reading, stop: Stop) -> dict[str, Any]:
        key, asked = named(reading.columns, by), read_measure(reading.columns, measure)
        found = parts.grouper.groups(
            reading.snapshot, reading.query, key, asked, limit=limit, largest=sort == "-value", text=text, stop=stop
        )
        return {"version": reading.snapshot.version, "by": by, "measure": measure, **found}

    return await answer(request, reader(parts, dataset_id, identity.id, version, filters=filters), body)


@router.get("/datasets/{dataset_id}/profile", response_model=Profile)
async def read_profile(
    dataset_id: str,
    request: Request,
    parts: PartsDep,
    identity: IdentityDep,
    column: str,
    *,
    filters: Filters = None,
    version: Version = None,
    text: AsText = False,
) -> Response:
    """Show what a chart of one column needs: bins of numbers, counts over time, or the most frequent values."""

    def body(reading: Reading, stop: Stop) -> dict[str, Any]:
        asked = named(reading.columns, column)
        found = parts.grouper.profile(reading.snapshot, reading.query, asked, stop, text=text)
        return {"version": reading.snapshot.version, "column": column, "type": asked.type, **found}

    return await answer(request, reader(parts, dataset_id, identity.id, version, filters=filters), body)


@router.get("/datasets/{dataset_id}/status")
def read_status(dataset_id: str, parts: PartsDep, identity: IdentityDep) -> Progress:
    """Tell how far the table is, from the first byte of its upload on."""
    file = dataset_file(parts, dataset_id, identity.id)
    return Progress.model_validate(messages.progress(file, ahead(parts, file)))


def _head(snapshot: Snapshot) -> Row:
    columns = [{"name": each["name"], "type": each["type"]} for each in snapshot.columns]
    return {"id": snapshot.dataset_id, "name": snapshot.name, "version": snapshot.version, "columns": columns}
