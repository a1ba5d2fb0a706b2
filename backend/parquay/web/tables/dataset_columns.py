"""Changing the columns of a dataset, by whoever has the role `edit`. Every change is a version."""

from __future__ import annotations

from fastapi import APIRouter

from parquay.columns.types.registry import shown_column
from parquay.datasets.edit.columns import ColumnChanged, ColumnWish, NewColumn
from parquay.web.http.exact_json import ExactRoute
from parquay.web.http.schemas import ColumnRef
from parquay.web.tables.column_schemas import ColumnAnswer, ColumnChanges, ColumnOrder
from parquay.web.tables.dataset_edits import EditContext, EditDep, IfMatch, expected_version

router = APIRouter(tags=["datasets"], route_class=ExactRoute)


@router.post("/datasets/{dataset_id}/columns")
async def add_column(dataset_id: str, edit: EditDep, order: ColumnOrder, if_match: IfMatch = None) -> ColumnAnswer:
    """Add a column behind the others. With `If-Match`, only while that version is the newest.

    An expression has a value for each row, from its other cells: SQL without queries, aggregates and files. Values
    that do not fit the type are null (`misses`).
    """
    expected = expected_version(if_match)
    add = edit.tables.columns.add
    column = NewColumn(order.name, order.type, order.style, order.value, order.expression)
    made = await edit.make(dataset_id, lambda file, author: add(file, author, column, expected), order.message)
    return _answer(edit, made)


# A name may hold slashes, so it is all that is left of the path.
@router.delete("/datasets/{dataset_id}/columns/{name:path}")
async def drop_column(dataset_id: str, name: str, edit: EditDep, if_match: IfMatch = None) -> ColumnAnswer:
    """Drop a column. With `If-Match`, only while that version is the newest."""
    expected = expected_version(if_match)
    drop = edit.tables.columns.drop
    return _answer(edit, await edit.make(dataset_id, lambda file, author: drop(file, author, name, expected)))


@router.patch("/datasets/{dataset_id}/columns/{name:path}")
async def change_column(
    dataset_id: str, name: str, edit: EditDep, changes: ColumnChanges, if_match: IfMatch = None
) -> ColumnAnswer:
    """Rename a column, or read its cells as another type. With `If-Match`, only while that version is the newest.

    Cells that do not fit the type are null (`misses`); their text is kept, and comes back in exports, with `text=true`,
    and when the type is `text` again.
    """
    expected = expected_version(if_match)
    change = edit.tables.columns.change
    wish = ColumnWish(changes.name, changes.type, changes.style, changes.missing)
    made = await edit.make(dataset_id, lambda file, author: change(file, author, name, wish, expected), changes.message)
    return _answer(edit, made)


def _answer(edit: EditContext, made: ColumnChanged) -> ColumnAnswer:
    edit.tell(made.snapshot)
    column = None if made.column is None else ColumnRef.model_validate(shown_column(made.column))
    return ColumnAnswer(
        version=made.snapshot.version,
        column=column,
        converted=made.counts.converted,
        missing=made.counts.missing,
        misses=made.counts.misses,
    )
