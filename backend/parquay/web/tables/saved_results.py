"""Results of statements that become tables of their own, and run again as their next versions."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Annotated, Any

from anyio import CancelScope, to_thread
from fastapi import APIRouter, Body, Request, Response
from starlette.concurrency import iterate_in_threadpool, run_in_threadpool

from parquay.catalog.saved_queries import saving
from parquay.catalog.tables import File
from parquay.catalog.usage import over
from parquay.columns.text import json_text
from parquay.datasets.query.engine import CancelToken
from parquay.datasets.statements.run import AskedStatement
from parquay.datasets.statements.spool import Room, SpooledResult, spooled
from parquay.datasets.versions.versions import refuse_outdated
from parquay.errors import Conflict, NotFound, TooLarge
from parquay.events import messages
from parquay.ids import new_id
from parquay.roles import OWNER
from parquay.uploads.policy.names import clean_name
from parquay.uploads.policy.rules import Owner
from parquay.web.http.cancellation import run_cancellable
from parquay.web.http.deps import IdentityDep, TablesDep, UploadsDep, ahead
from parquay.web.http.exact_json import ExactJSON, ExactRoute
from parquay.web.http.origins import origin_of
from parquay.web.tables.dataset_edits import IfMatch, dataset_file, expected_version
from parquay.web.tables.dataset_schemas import RefreshOrder, Version, VersionJobShown
from parquay.web.tables.sql import begin_statement, turn
from parquay.web.tables.sql_schemas import SavedResult, SaveOrder
from parquay.web.tables.version_answers import version_answer, version_job
from parquay.wiring import TableServices, UploadServices

PARQUET = "application/vnd.apache.parquet"
RESULT = "result.parquet"

router = APIRouter(tags=["sql"], route_class=ExactRoute)


@router.post("/sql/save", status_code=201, response_model=SavedResult)
async def save_result(
    request: Request, order: SaveOrder, uploads: UploadsDep, tables: TablesDep, identity: IdentityDep
) -> Response:
    """Keep all rows of a statement's result as a table of the caller's, which knows the statement.

    The answer is the entry of a file that has the result as Parquet; it becomes a table as every upload does. Nothing
    is kept of a statement that fails. The limits are those of statements in other formats than JSON, and of uploads.
    """
    owner, name = Owner.of(identity), clean_name(order.name)
    uploads.rules.check_name(name)
    params = None if order.params is None else json_text.dumps(order.params)
    async with AsyncExitStack() as held:
        folder = await held.enter_async_context(_folder(tables))
        result = await _result(request, order, (uploads, tables), owner, folder / RESULT)
        file_id = await uploads.creator.store_whole(
            owner,
            order.name,
            PARQUET,
            iterate_in_threadpool(result.pieces()),
            result.size,
            beside=saving(order.query, params),
        )
    file = await run_in_threadpool(uploads.files.get, file_id)
    if file is None:
        raise NotFound("The file was removed.")
    entry = messages.entry(file, identity.username, ahead=await run_in_threadpool(ahead, uploads.queue, file))
    origin = await run_in_threadpool(origin_of, tables.saved_queries, file_id)
    return ExactJSON({**entry, "file_id": file_id, "origin": origin}, 201)


@asynccontextmanager
async def _folder(tables: TableServices) -> AsyncIterator[Path]:
    """A folder for the result, which goes with the context."""
    scratch = tables.scratch.fresh()
    folder = await run_in_threadpool(scratch.__enter__)
    try:
        yield folder
    finally:
        with CancelScope(shield=True):
            await to_thread.run_sync(scratch.__exit__, None, None, None)


async def _result(
    request: Request, order: SaveOrder, services: tuple[UploadServices, TableServices], owner: Owner, path: Path
) -> SpooledResult:
    """Run the statement when it is its turn, and write its result to ``path``."""
    uploads, tables = services
    cancel = CancelToken()
    asked = AskedStatement(order.query, order.params, None, "parquet")

    def work() -> SpooledResult:
        running = begin_statement(tables, asked, owner.id, cancel)
        try:
            return spooled(running, path, _room(uploads, tables, owner))
        finally:
            running.close()

    async with turn(request, owner.id, tables.statements.seconds):
        return await run_cancellable(request, cancel, work)


def _room(uploads: UploadServices, tables: TableServices, owner: Owner) -> Room:
    """What a result may take: no more than an upload of the owner may have."""
    most, quota = uploads.rules.max_size, uploads.rules.allowance_of(owner).quota
    if quota and (not most or quota < most):
        return Room(quota, over(quota), tables.scratch.free)
    return Room(most, TooLarge(f"This server accepts up to {most} bytes."), tables.scratch.free)


@router.post(
    "/datasets/{dataset_id}/refresh",
    tags=["datasets"],
    response_model=Version,
    responses={202: {"model": VersionJobShown}},
)
async def refresh_dataset(
    dataset_id: str,
    request: Request,
    tables: TablesDep,
    identity: IdentityDep,
    *,
    order: Annotated[RefreshOrder, Body(default_factory=RefreshOrder)],
    if_match: IfMatch = None,
) -> Any:
    """Run the statement again that made the table, over the tables as they are now: its result is the newest version.

    Edits stay in the versions before. The answer is the version; of a statement that takes longer than 20 seconds 202,
    and `GET` there tells how far it is. With `If-Match`, only while that version is the newest.
    """
    expected = expected_version(if_match)

    def ask() -> File:
        file = dataset_file(tables.files, dataset_id, identity.id, OWNER)
        refuse_outdated(tables.tables.snapshot(file), expected)
        if tables.saved_queries.of(file.id) is None:
            raise Conflict("The table was not made by a statement.", "no_origin")
        asked = {"run": new_id(), "expected": expected, "author": identity.username, "message": order.message}
        tables.refreshes.ask(file, asked)
        return file

    file = await run_cancellable(request, CancelToken(), ask)
    return await version_answer(request, tables, tables.refreshes, file)


@router.get("/datasets/{dataset_id}/refresh", tags=["datasets"])
def read_refresh(dataset_id: str, tables: TablesDep, identity: IdentityDep) -> VersionJobShown:
    """Tell how far the last refresh is that was asked for, and what it came to."""
    file = dataset_file(tables.files, dataset_id, identity.id)
    return version_job(tables.refreshes, file, NotFound("The table was not refreshed.", "no_refresh"))
