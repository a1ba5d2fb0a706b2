"""Changing the columns of a dataset, by whoever has the role `edit`. Every change is a version."""

from __future__ import annotations

from fastapi import APIRouter

from parquay.columns.types.registry import shown_column
from parquay.datasets.edit.columns import ColumnChanged
from parquay.web.http.exact_json import ExactRoute
from parquay.web.http.schemas import ColumnRef
from parquay.web.tables.dataset_edits import EditContext, EditDep, IfMatch, expected_version
from parquay.web.tables.dataset_schemas import ColumnAnswer, ColumnChanges

router = APIRouter(tags=["datasets"], route_class=ExactRoute)


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
    """Rename a column. With `If-Match`, only while that version is the newest."""
    expected = expected_version(if_match)
    rename = edit.tables.columns.rename
    made = await edit.make(
        dataset_id, lambda file, author: rename(file, author, name, changes.name, expected), changes.message
    )
    return _answer(edit, made)


def _answer(edit: EditContext, made: ColumnChanged) -> ColumnAnswer:
    edit.tell(made.snapshot)
    column = None if made.column is None else ColumnRef.model_validate(shown_column(made.column))
    return ColumnAnswer(
        version=made.snapshot.version,
        column=column,
        converted=made.converted,
        missing=made.missing,
        misses=made.misses,
    )
