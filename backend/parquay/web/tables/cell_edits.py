"""Cells of a table: checked before they are edited, found and replaced, taken back, and what became of each."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.concurrency import run_in_threadpool

from parquay.datasets.edit.cell_history import CellChange
from parquay.datasets.edit.matches import Matches
from parquay.datasets.edit.patterns import TextPattern, text_pattern
from parquay.datasets.query.engine import CancelToken
from parquay.events.messages import timestamp
from parquay.roles import EDIT
from parquay.web.http.cancellation import run_cancellable
from parquay.web.http.deps import IdentityDep, TablesDep
from parquay.web.http.exact_json import ExactJSON, ExactRoute
from parquay.web.tables.cell_schemas import (
    MAX_SHOWN,
    CellChangeShown,
    CellHistoryShown,
    CheckedCells,
    FindOrder,
    FindReplaceOrder,
    FoundCells,
    UndoOrder,
)
from parquay.web.tables.dataset_edits import EditDep, IfMatch, Rid, batch_of, dataset_file, expected_version
from parquay.web.tables.dataset_schemas import Changes, Version

router = APIRouter(tags=["datasets"], route_class=ExactRoute)


@router.post("/datasets/{dataset_id}/edits/check", response_model=CheckedCells)
async def check_cells(dataset_id: str, edit: EditDep, changes: Changes) -> ExactJSON:
    """Tell which cells of an edit would not fit the newest version; nothing is changed."""
    batch, file = batch_of(changes), await edit.file(dataset_id, EDIT)
    snapshot, misfits = await run_in_threadpool(edit.tables.editor.check, file, batch)
    cells = sum(len(row) for row in (*batch.inserts, *batch.updates.values()))
    shown = [{"_rid": each.pop("rid"), **each} for each in map(asdict, misfits[:MAX_SHOWN])]
    content = {"version": snapshot.version, "cells": cells, "misfit_count": len(misfits), "misfits": shown}
    return ExactJSON(content, 200, {"ETag": f'"{snapshot.version}"'})


@router.post("/datasets/{dataset_id}/edits/find")
async def find_cells(dataset_id: str, edit: EditDep, order: FindOrder) -> FoundCells:
    """Count the cells in which a text stands, and what replacing it would come to; nothing is changed."""
    file, cancel = await edit.file(dataset_id, EDIT), CancelToken()
    pattern, count = _pattern(order), edit.tables.find_replace.count
    return _found(
        await run_cancellable(edit.request, cancel, lambda: count(file, pattern, order.columns, cancel)),
    )


@router.post("/datasets/{dataset_id}/edits/replace")
async def replace_cells(
    dataset_id: str, edit: EditDep, order: FindReplaceOrder, if_match: IfMatch = None
) -> FoundCells:
    """Replace a text wherever it stands in cells, as one version. With `If-Match`, only while that is the newest.

    The answer counts what was replaced, and `version` is the one that has it; where nothing becomes another, none is
    made.
    """
    pattern, expected, replace = _pattern(order), expected_version(if_match), edit.tables.find_replace.replace
    skip = order.on_misfit == "skip"
    made, found = await edit.make(
        dataset_id,
        lambda file, author: replace(file, author, pattern, order.columns, expected=expected, skip_misfits=skip),
        order.message,
    )
    edit.tell(made)
    found.version = made.version
    return _found(found)


@router.post("/datasets/{dataset_id}/edits/undo")
async def undo_version(dataset_id: str, edit: EditDep, order: UndoOrder) -> Version:
    """Take back what a version changed in rows, as a new version, which can be taken back in the same way.

    Only where nobody has changed since what it changed; else nothing is done.
    """
    undo = edit.tables.undoing.undo
    message = order.message or f"Took back version {order.version}"
    made = await edit.make(dataset_id, lambda file, author: undo(file, author, order.version), message)
    return await edit.version(made)


@router.get("/datasets/{dataset_id}/rows/{rid}/history")
def read_cell_history(
    dataset_id: str,
    rid: Rid,
    tables: TablesDep,
    identity: IdentityDep,
    *,
    column: Annotated[str, Query(max_length=255)],
    before: Annotated[int | None, Query(ge=0, lt=2**63)] = None,
) -> CellHistoryShown:
    """Tell what became of a cell, newest first, from the versions that are kept; 200 of them are looked at."""
    file = dataset_file(tables.files, dataset_id, identity.id)
    tables.commits.notice(file)
    found = tables.histories.of(file, rid, column, before)
    return CellHistoryShown(
        rid=rid,
        column=column,
        version=found.newest,
        changes=[_change(each) for each in found.changes],
        next=found.next,
        is_cut=found.is_cut,
    )


def _pattern(order: FindOrder) -> TextPattern:
    return text_pattern(order.find, order.replace, case=order.case, whole=order.whole, regex=order.regex)


def _found(found: Matches) -> FoundCells:
    return FoundCells.model_validate(
        {
            "version": found.version,
            "cells": found.cells.total(),
            "changing": found.changing,
            "rows": found.rows,
            "misfits": found.misfits.total(),
            "by_column": dict(found.cells),
            "misfits_by_column": dict(found.misfits),
            "examples": [asdict(each) for each in found.examples],
        }
    )


def _change(found: CellChange) -> CellChangeShown:
    version = found.version
    return CellChangeShown(
        version=version.version,
        kind=version.kind,
        author=version.author,
        message=version.message,
        created_at=timestamp(version.created_at),
        what=found.what,
        before=found.before,
        after=found.after,
    )
