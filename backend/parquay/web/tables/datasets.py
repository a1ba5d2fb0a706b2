"""Tables to be read: lists, pages of rows, aggregates, groups, profiles."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Request, Response

from parquay.catalog.listing import Narrowed
from parquay.columns.types.aside_counts import with_counts
from parquay.columns.types.registry import shown_column
from parquay.datasets.query import cursors
from parquay.datasets.query.aggregates import Aggregator
from parquay.datasets.query.browse import Row
from parquay.datasets.query.engine import CancelToken
from parquay.datasets.query.groups import MAX_GROUPS, named, read_measure
from parquay.datasets.query.moments import Unit
from parquay.datasets.query.offers import Found
from parquay.datasets.query.plan import check_size, first_row
from parquay.errors import QueryTimeout
from parquay.events import messages
from parquay.web.http.deps import IdentityDep, TablesDep, UploadsDep, ahead
from parquay.web.http.exact_json import AsText
from parquay.web.http.list_cursors import cursor_after, place
from parquay.web.http.list_links import MAX_LIMIT, next_page
from parquay.web.http.schemas import Progress
from parquay.web.tables.dataset_edits import dataset_file
from parquay.web.tables.dataset_schemas import Dataset, Groups, Profile, Rows, Table
from parquay.web.tables.table_query import Sorting, TableQueryDep, TableRead, in_table_thread

TABLES = Narrowed(status="done", table=True)

router = APIRouter(tags=["datasets"])


@router.get("/datasets")
def list_datasets(
    request: Request,
    response: Response,
    tables: TablesDep,
    identity: IdentityDep,
    *,
    limit: Annotated[int, Query(ge=1, le=MAX_LIMIT)] = 100,
    cursor: str | None = None,
) -> list[Dataset]:
    """List own tables and shared ones, the newest upload first. `Link: rel="next"` leads to the next page."""
    found = tables.files.page(
        identity.id,
        limit=limit + 1,
        cursor=place(cursor, "uploaded_at") if cursor else None,
        narrowed=TABLES,
        with_columns=True,
    )
    response.headers["X-Total-Count"] = str(tables.files.count(identity.id, TABLES))
    if len(found) > limit:
        found = found[:limit]
        response.headers["Link"] = next_page(request, cursor_after(found[-1].file, "uploaded_at"))
    return [Dataset.model_validate(messages.dataset(each.file)) for each in found]


@router.get("/datasets/{dataset_id}", response_model=Table)
@in_table_thread
def read_dataset(
    query: TableQueryDep,
    tables: TablesDep,
    *,
    page: int = 1,
    size: int = 100,
    sort: Sorting = None,
    aggregates: bool = True,
    text: AsText = False,
) -> Response:
    """Show a page of rows with the aggregates of every column.

    `row_count` counts all rows of the version, `matched` those that hold all filters; the aggregates are those of the
    latter. A page of very long texts has fewer rows than it should and is `truncated`: ask for a smaller `size`, or go
    on with `rows` and the cursor `next`, null at the end. Offers are counted with the aggregates, which are null with
    `aggregates=false`, and when they take longer than a query may: then `aggregates_error` says so, and the rows come
    all the same.
    """
    read = query.open(sort)
    check_size(size, len(read.columns))
    matched = tables.aggregator.count(read.snapshot, read.query, query.cancel)
    first = first_row(page, size, read.query, matched)
    rows = tables.browser.page(read.snapshot, read.query, first, size, query.cancel, matched=matched, text=text)
    has_more = rows and first + len(rows) < matched
    offers = tables.offers.of(read.snapshot, query.cancel) if aggregates else tables.offers.known(read.snapshot)
    content = {
        **_head(read, offers),
        "row_count": read.snapshot.rows,
        "matched": matched,
        "page": page,
        "size": size,
        "rows": [read.in_view(each) for each in rows],
        "next": tables.browser.cursor_behind(read.snapshot, read.query, rows[-1]) if has_more else None,
        "aggregates": None,
        "origin": query.origin(read),
    }
    if len(rows) < min(size, matched - first):
        content["truncated"] = True
    if aggregates:
        content |= _aggregates(tables.aggregator, read, query.cancel, text=text)
    return read.answer(content)


def _aggregates(aggregator: Aggregator, read: TableRead, cancel: CancelToken, *, text: bool) -> dict[str, Any]:
    try:
        return {"aggregates": read.in_view(aggregator.columns(read.snapshot, read.query, cancel, text=text))}
    except QueryTimeout as error:
        return {"aggregates_error": {"code": error.code, "detail": error.detail}}


@router.get("/datasets/{dataset_id}/rows", response_model=Rows)
@in_table_thread
def read_rows(
    query: TableQueryDep,
    tables: TablesDep,
    *,
    cursor: str | None = None,
    limit: int = 100,
    sort: Sorting = None,
    text: AsText = False,
) -> Response:
    """List rows. `next` is the cursor of the rows behind, null at the end; a cursor stays with its version."""
    if cursor is not None:
        query.pin(cursors.decode(cursor).version)
    read = query.open(sort)
    check_size(limit, len(read.columns))
    found = tables.browser.after(read.snapshot, read.query, cursor, limit, query.cancel, text=text)
    rows = [read.in_view(each) for each in found.rows]
    return read.answer({"rows": rows, "next": found.next, "version": read.snapshot.version})


@router.get("/datasets/{dataset_id}/aggregate", response_model=Groups)
@in_table_thread
def read_groups(
    query: TableQueryDep,
    tables: TablesDep,
    by: str,
    *,
    measure: str = "count()",
    unit: Unit | None = None,
    sort: Literal["key", "-value"] = "key",
    limit: Annotated[int, Query(ge=1, le=MAX_GROUPS)] = 1000,
    text: AsText = False,
) -> Response:
    """Group rows by the values of a column, with a measure of each group; `more` when there are more than `limit`.

    `unit`: days and moments are put together by the unit of time in which they lie; a key is how that begins.
    """
    read = query.open()
    key, asked = named(read.columns, by), read_measure(read.columns, measure)
    found = tables.grouper.groups(
        read.snapshot,
        read.query,
        key,
        asked,
        limit=limit,
        unit=unit,
        largest=sort == "-value",
        text=text,
        stop=query.cancel,
    )
    head = {"version": read.snapshot.version, "by": by, "measure": measure, "unit": unit}
    return read.answer(head | found)


@router.get("/datasets/{dataset_id}/profile", response_model=Profile)
@in_table_thread
def read_profile(query: TableQueryDep, tables: TablesDep, column: str, *, text: AsText = False) -> Response:
    """Show what a chart of one column needs: bins of numbers, counts over time, or the most frequent values."""
    read = query.open()
    asked = named(read.columns, column)
    found = tables.grouper.profile(read.snapshot, read.query, asked, query.cancel, text=text)
    return read.answer({"version": read.snapshot.version, "column": column, "type": asked.type.name, **found})


@router.get("/datasets/{dataset_id}/status")
def read_status(dataset_id: str, uploads: UploadsDep, identity: IdentityDep) -> Progress:
    """Tell how far the table is, from the first byte of its upload on."""
    file = dataset_file(uploads.files, dataset_id, identity.id)
    return Progress.model_validate(messages.progress(file, ahead(uploads.queue, file)))


def _head(read: TableRead, offers: Found | None) -> Row:
    snapshot = read.snapshot
    by_name = {
        each["name"]: shown_column(each) | {"offers": None if offers is None else offers.get(each["name"], [])}
        for each in with_counts(snapshot.columns, snapshot.asides)
    }
    columns = list(read.in_view(by_name).values())
    return {"id": snapshot.dataset_id, "name": snapshot.name, "version": snapshot.version, "columns": columns}
