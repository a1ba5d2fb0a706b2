"""Mending rejects, by whoever may edit the table."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from parquay.web.http.exact_json import ExactJSON, ExactRoute
from parquay.web.tables.dataset_edits import EditDep, IfMatch, expected_version
from parquay.web.tables.dataset_schemas import MendedReject, MendOrder

router = APIRouter(tags=["files"], route_class=ExactRoute)

RejectNo = Annotated[int, Path(ge=0, lt=2**31)]


@router.post("/files/{file_id}/rejects/{n}", status_code=201, response_model=MendedReject)
async def mend_reject(file_id: str, n: RejectNo, edit: EditDep, order: MendOrder, if_match: IfMatch = None) -> Response:
    """Make a reject a row of the table, in its place, from its corrected text; that is a version.

    `n` is its number in the list of rejects. With `If-Match`, only while that version is the newest.
    """
    expected, mend = expected_version(if_match), edit.tables.mending.mend

    def read(dialect: Mapping[str, Any]) -> Mapping[str, str | None]:
        from parquay.ingest.read.mended_text import read_mended  # brings Arrow, without which uploads are served
        from parquay.ingest.text.dialect import Dialect

        return read_mended(order.text, Dialect.from_json(dialect))

    made = await edit.make(file_id, lambda file, author: mend(file, author, n, read, expected), order.message)
    content = {"version": made.snapshot.version, "n": n, "index": made.index, "row": made.row}
    return ExactJSON(content, 201, {"ETag": f'"{made.snapshot.version}"'})
