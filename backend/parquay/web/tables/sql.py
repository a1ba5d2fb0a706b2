"""Statements of callers: `POST /sql`, and which tables they may name."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Any

from anyio import CancelScope, create_task_group, to_thread
from fastapi import APIRouter, Query, Request, Response
from starlette.requests import ClientDisconnect
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from parquay.catalog.listing import Narrowed
from parquay.datasets.query.engine import Cancelled, CancelToken
from parquay.datasets.statements.run import MAX_ROWS, AskedStatement, RunningStatement
from parquay.datasets.statements.turns import Turns
from parquay.errors import InvalidValue
from parquay.events import messages
from parquay.web.http.cancellation import run_cancellable, table_threads, until_gone
from parquay.web.http.content import disposition
from parquay.web.http.deps import IdentityDep, TablesDep
from parquay.web.http.exact_json import ExactRoute
from parquay.web.http.list_cursors import cursor_after, place
from parquay.web.tables.sql_schemas import Schema, StatementRequest, StatementResult
from parquay.wiring import TableServices

MAX_TABLES = 200
"""Tables of a page of the schema."""
STALLED_SECONDS = 60.0
"""A statement ends when its client takes nothing of the result for so long."""
MEDIA_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "arrow": "application/vnd.apache.arrow.stream",
    "parquet": "application/vnd.apache.parquet",
}

_DOWNLOADS: dict[int | str, dict[str, Any]] = {
    200: {"content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES.values()}}
}

router = APIRouter(tags=["sql"], route_class=ExactRoute)


@router.post("/sql", response_model=StatementResult, responses=_DOWNLOADS)
async def run_statement(
    request: Request, wanted: StatementRequest, tables: TablesDep, identity: IdentityDep
) -> Response:
    """Run one statement that only reads, over the tables that the caller may see.

    Values are told as pages of tables tell them. CSV, Arrow and Parquet are sent while they are made, of any length.
    What cannot be run is 422 with the `position` of the character where that is known; 408 when it takes too long; 413
    when it needs too much memory, or the answer in JSON more than 32 MiB.
    """
    if wanted.format == "json" and (wanted.limit or 0) > MAX_ROWS:
        raise InvalidValue(f"limit: {MAX_ROWS:,} rows in JSON at most; CSV, Arrow and Parquet have any.", "bad_limit")
    asked = AskedStatement(wanted.query, wanted.params, wanted.limit, wanted.format)
    cancel = CancelToken()
    async with AsyncExitStack() as held:
        await held.enter_async_context(turn(request, identity.id, tables.statements.seconds))
        if wanted.format == "json":
            whole = partial(_whole, tables, asked, identity.id, cancel)
            return Response(await run_cancellable(request, cancel, whole), 200, {}, "application/json")
        stream = await run_cancellable(request, cancel, partial(_begun, tables, asked, identity.id, cancel))
        return ResultResponse(request, stream, cancel, held.pop_all(), wanted.format)


@asynccontextmanager
async def turn(request: Request, user_id: str, seconds: float) -> AsyncIterator[None]:
    """Wait for a turn of the statements of a user, and have it while the context is open.

    Raises:
        ClientDisconnect: the client has gone. ParquayError: see `Turns.turn`.
    """
    turns: Turns = request.app.state.turns
    await _entered(request, turns, user_id, seconds)
    try:
        yield
    finally:
        turns.leave(user_id)


async def _entered(request: Request, turns: Turns, user_id: str, seconds: float) -> None:
    """Wait for a turn, as long as the client does.

    Raises:
        ClientDisconnect: the client has gone. ParquayError: see `Turns.turn`.
    """
    await request.body()
    entering = asyncio.create_task(turns.enter(user_id, seconds))
    leaving = asyncio.create_task(until_gone(request))
    try:
        await asyncio.wait({entering, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not entering.done():
            raise ClientDisconnect
        entering.result()
    finally:
        leaving.cancel()
        entering.cancel()


@dataclass(frozen=True)
class ResultStream:
    """A result on its way: its first bytes are made before the answer begins, so that a refusal can still be one."""

    running: RunningStatement
    first: bytes
    rest: Iterator[bytes]

    def next(self) -> bytes | None:
        """More bytes (blocking); None at the end."""
        return next(self.rest, None)


def begin_statement(
    tables: TableServices, asked: AskedStatement, user_id: str, cancel: CancelToken
) -> RunningStatement:
    """Run a statement of a user until its result begins (blocking); see `Statements.begin`."""
    return tables.statements.begin(asked, user_id, tables.names.opener(user_id), cancel)


def _whole(tables: TableServices, asked: AskedStatement, user_id: str, cancel: CancelToken) -> bytes:
    running = begin_statement(tables, asked, user_id, cancel)
    try:
        return b"".join(running.pieces())
    finally:
        running.close()


def _begun(tables: TableServices, asked: AskedStatement, user_id: str, cancel: CancelToken) -> ResultStream:
    running = begin_statement(tables, asked, user_id, cancel)
    try:
        rest = running.pieces()
        return ResultStream(running, next(rest, b""), rest)
    except BaseException:
        running.close()
        raise


class ResultResponse(StreamingResponse):
    """A result that is sent while it is made; its process ends with the answer, however that ends."""

    def __init__(
        self, request: Request, stream: ResultStream, cancel: CancelToken, held: AsyncExitStack, written_as: str
    ) -> None:
        """Send ``stream``; ``cancel`` ends it, and ``held`` is closed behind it."""
        headers = {
            "Content-Disposition": disposition(f"result.{written_as}"),
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
        }
        super().__init__(self._bytes(), 200, headers, MEDIA_TYPES[written_as])
        self._stream = stream
        self._cancel = cancel
        self._held = held
        self._limiter = table_threads(request)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the answer, and let go of the process."""
        failure: Exception | None = None
        try:
            async with create_task_group() as group:
                group.start_soon(self._end_when_gone, receive, group.cancel_scope)
                try:
                    await self.stream_response(send)
                except Exception as error:  # noqa: BLE001  raised below, as itself
                    failure = error
                group.cancel_scope.cancel()
            if failure is not None:
                raise failure
        finally:
            with CancelScope(shield=True):
                await to_thread.run_sync(self._stream.running.close, limiter=self._limiter)
            await self._held.aclose()

    async def _end_when_gone(self, receive: Receive, scope: CancelScope) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._cancel.cancel()
        scope.cancel()

    async def _bytes(self) -> AsyncIterator[bytes]:
        loop = asyncio.get_running_loop()
        piece: bytes | None = self._stream.first
        while piece is not None:
            stalled = loop.call_later(STALLED_SECONDS, self._stream.running.interrupt)
            if piece:
                yield piece
            stalled.cancel()
            try:
                piece = await to_thread.run_sync(self._stream.next, limiter=self._limiter)
            except Cancelled:
                return


@router.get("/sql/schema")
def read_schema(
    tables: TablesDep,
    identity: IdentityDep,
    *,
    q: str | None = None,
    limit: Annotated[int, Query(ge=1, le=MAX_TABLES)] = 100,
    cursor: str | None = None,
) -> Schema:
    """List the tables that statements of the caller may name, with their columns; `q`: a part of the name."""
    found = tables.files.page(
        identity.id,
        limit=limit + 1,
        cursor=place(cursor, "uploaded_at") if cursor else None,
        narrowed=Narrowed(status="done", table=True, q=q),
        with_columns=True,
    )
    page = found[:limit]
    references = tables.names.references(page, identity.id)
    shown = [
        messages.dataset(each.file) | {"reference": reference, "owner": each.owner, "role": each.role}
        for each, reference in zip(page, references, strict=True)
    ]
    following = cursor_after(page[-1].file, "uploaded_at") if len(found) > limit else None
    return Schema.model_validate({"tables": shown, "next": following})
