"""Reading a table's file again in another way, by its owner: a job that makes a version."""

from __future__ import annotations

import asyncio
import time
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response
from starlette.concurrency import run_in_threadpool

from parquay.catalog.rereads import RereadState, error_of
from parquay.catalog.tables import File
from parquay.datasets.query.engine import CancelToken
from parquay.datasets.versions.versions import refuse_outdated
from parquay.errors import NotFound
from parquay.ingest.text.overrides import Overrides
from parquay.roles import OWNER
from parquay.web.http.cancellation import run_cancellable
from parquay.web.http.deps import IdentityDep, TablesDep, UploadsDep
from parquay.web.tables.dataset_edits import IfMatch, dataset_file, expected_version, version_json
from parquay.web.tables.dataset_schemas import RereadOrder, RereadShown, Version
from parquay.wiring import TableServices

WAIT_SECONDS = 20.0
"""How long an answer waits for the version; proxies give up on answers that take a minute."""
LOOK_SECONDS = 0.1
"""How often it looks."""

router = APIRouter(tags=["datasets"])


@router.post("/datasets/{dataset_id}/reread", response_model=Version, responses={202: {"model": RereadShown}})
async def reread_file(
    dataset_id: str,
    request: Request,
    uploads: UploadsDep,
    tables: TablesDep,
    identity: IdentityDep,
    *,
    order: Annotated[RereadOrder, Body(default_factory=RereadOrder)],
    if_match: IfMatch = None,
) -> Any:
    """Read the table's own file again, with options as `preview` takes them, and make that the newest version.

    Edits and appended rows stay in the versions before. The answer is the version; of a file that takes longer than 20
    seconds 202, and `GET` there tells how far it is. With `If-Match`, only while that version is the newest.
    """
    expected = expected_version(if_match)
    options = order.options()

    def ask() -> File:
        file = dataset_file(tables.files, dataset_id, identity.id, OWNER)
        refuse_outdated(tables.tables.snapshot(file), expected)
        uploads.soundness.check(file)
        _check(uploads, tables, file, options)
        asked = {"options": options or None, "reading": tables.datasets.readings.next(file.id), "expected": expected}
        tables.rereads.ask(file, asked | {"author": identity.username, "message": order.message})
        return file

    file = await run_cancellable(request, CancelToken(), ask)
    state = await _ended(tables, file)
    if state.error is not None:
        raise error_of(state.error)
    if state.version is None:
        shown = RereadShown.model_validate(state, from_attributes=True).model_dump_json()
        return Response(shown, 202, {"Location": request.url.path}, "application/json")
    row = await run_in_threadpool(tables.datasets.one, file.id, state.version)
    if row is None:
        raise NotFound("There is no such dataset.")
    return Response(version_json(row), 200, {"ETag": f'"{state.version}"'}, "application/json")


def _check(uploads: UploadsDep, tables: TablesDep, file: File, options: dict[str, Any]) -> None:
    """Refuse at once what the beginning of the file tells (blocking)."""
    from parquay.ingest.convert.file_preview import Beginnings

    Beginnings(uploads.store, tables.scratch.fresh).preview(file, Overrides.from_options(options))


async def _ended(tables: TableServices, file: File) -> RereadState:
    """How far the job is once it has ended, or after `WAIT_SECONDS`."""
    ends = time.monotonic() + WAIT_SECONDS
    while True:
        state = await run_in_threadpool(tables.rereads.state, file)
        if state is None:
            raise NotFound("There is no such dataset.")
        if state.state in ("done", "failed") or time.monotonic() > ends:
            return state
        await asyncio.sleep(LOOK_SECONDS)


@router.get("/datasets/{dataset_id}/reread")
def read_reread(dataset_id: str, tables: TablesDep, identity: IdentityDep) -> RereadShown:
    """Tell how far the last reading of the file is that was asked for, and what it came to."""
    file = dataset_file(tables.files, dataset_id, identity.id)
    state = tables.rereads.state(file)
    if state is None:
        raise NotFound("The file was not read again.", "no_reread")
    return RereadShown.model_validate(state, from_attributes=True)
