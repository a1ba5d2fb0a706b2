"""Reading a table's file again in another way, by its owner: a job that makes a version."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Body, Request

from parquay.catalog.tables import File
from parquay.datasets.query.engine import CancelToken
from parquay.datasets.versions.versions import refuse_outdated
from parquay.errors import NotFound
from parquay.ingest.text.overrides import Overrides
from parquay.roles import OWNER
from parquay.web.http.cancellation import run_cancellable
from parquay.web.http.deps import IdentityDep, TablesDep, UploadsDep
from parquay.web.tables.dataset_edits import IfMatch, dataset_file, expected_version
from parquay.web.tables.dataset_schemas import RereadOrder, Version, VersionJobShown
from parquay.web.tables.version_answers import version_answer, version_job

router = APIRouter(tags=["datasets"])


@router.post("/datasets/{dataset_id}/reread", response_model=Version, responses={202: {"model": VersionJobShown}})
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
    return await version_answer(request, tables, tables.rereads, file)


def _check(uploads: UploadsDep, tables: TablesDep, file: File, options: dict[str, Any]) -> None:
    """Refuse at once what the beginning of the file tells (blocking)."""
    from parquay.ingest.convert.file_preview import Beginnings

    Beginnings(uploads.store, tables.scratch.fresh).preview(file, Overrides.from_options(options))


@router.get("/datasets/{dataset_id}/reread")
def read_reread(dataset_id: str, tables: TablesDep, identity: IdentityDep) -> VersionJobShown:
    """Tell how far the last reading of the file is that was asked for, and what it came to."""
    file = dataset_file(tables.files, dataset_id, identity.id)
    return version_job(tables.rereads, file, NotFound("The file was not read again.", "no_reread"))
