"""Downloads of tables: streamed, compressed where that pays, ended when the client has gone."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Annotated, Literal

from anyio import CancelScope, CapacityLimiter, to_thread
from fastapi import APIRouter, Query, Request, Response
from starlette.responses import StreamingResponse

from parquay.datasets.export.export import Export
from parquay.datasets.export.formats import Wish
from parquay.datasets.query.engine import Cancelled, Stop
from parquay.datasets.query.plan import chosen_columns
from parquay.datasets.versions.snapshot import Snapshot
from parquay.errors import Gone
from parquay.web.http.cancellation import limiter, watched
from parquay.web.http.compression import accepts
from parquay.web.http.content import disposition, matches
from parquay.web.http.deps import IdentityDep, PartsDep
from parquay.web.tables.table_query import Filters, Reading, Version, etag, reader, unchanged
from parquay.wiring import Parts

GZIP_LEVEL = 4

router = APIRouter(tags=["datasets"])


@router.get("/datasets/{dataset_id}/export", response_class=StreamingResponse)
async def export(
    dataset_id: str,
    request: Request,
    parts: PartsDep,
    identity: IdentityDep,
    *,
    format: Literal["csv", "parquet", "ndjson", "arrow", "xlsx"] = "csv",  # noqa: A002  the query's name
    columns: Annotated[list[str] | None, Query(description="Names with commas between them; all by default.")] = None,
    filters: Filters = None,
    safe: bool = False,
    header: bool | None = None,
    dialect: Literal["rfc4180", "original"] = "rfc4180",
    version: Version = None,
) -> Response:
    """Download a version, or those rows and columns of it that are asked for.

    CSV has the cells and the header of the upload; `header` says whether there is a header in any case,
    `dialect=original` takes its delimiter, quote and row ends too, `safe` keeps spreadsheets from running cells.
    """
    read = reader(parts, dataset_id, identity.id, version, filters=filters)

    def wish(reading: Reading) -> Wish:
        chosen = chosen_columns(reading.columns, columns) if columns else reading.columns
        return Wish(format, tuple(chosen), reading.query, safe=safe, header=header, original=dialect == "original")

    with ExitStack() as held:
        reading = await watched(request, lambda _stop: _held_reading(parts, read, held, newest=version is None))
        if matches(request.headers.get("if-none-match"), etag(reading.snapshot)):
            return unchanged(reading.snapshot)
        return await _download(request, parts, reading.snapshot, wish(reading), held)


def _held_reading(parts: Parts, read: Callable[[], Reading], held: ExitStack, *, newest: bool) -> Reading:
    """Open a version whose parts stay until ``held`` ends (blocking).

    A version that was given up between the two steps is not there; whoever wants the ``newest`` gets the next one.

    Raises:
        ParquayError: see `readings.reader` and `Tables.hold`.
    """
    while True:
        reading = read()
        try:
            held.enter_context(parts.tables.hold(reading.snapshot))
        except Gone:
            if not newest or read().snapshot.version == reading.snapshot.version:
                raise
        else:
            return reading


@dataclass
class Flow:
    """An export on its way: its first bytes are made before the answer begins, so that a refusal can still be one."""

    export: Export
    first: bytes
    rest: Iterator[bytes]
    stop: Stop
    held: ExitStack = field(default_factory=ExitStack)

    def next(self) -> bytes | None:
        """More bytes (blocking); None at the end."""
        try:
            return next(self.rest, None)
        except Cancelled:
            return None

    def close(self) -> None:
        """Let go of the version (blocking)."""
        self.stop.cancel()
        self.rest.close()  # type: ignore[attr-defined]
        self.held.close()


async def _download(request: Request, parts: Parts, snapshot: Snapshot, wish: Wish, held: ExitStack) -> Response:
    """Answer with an export of ``snapshot``; ``held`` goes with it to its end.

    Raises:
        ParquayError: see `Exporter.export` and `Engine.table`.
    """
    stop = Stop()
    export = await watched(request, lambda asked: parts.exporter.export(snapshot, wish, asked, stop))
    headers = {
        "ETag": etag(snapshot),
        "Content-Disposition": disposition(export.name),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
        "Vary": "Accept-Encoding",
    }
    gzip = export.is_text and accepts(request.headers.get("accept-encoding", ""), "gzip")
    if gzip:
        headers["Content-Encoding"] = "gzip"
    if request.scope.get("parquay.head"):
        # A length would be that of no body.
        return StreamingResponse(iter(()), 200, headers, export.media_type)
    flow = await watched(request, lambda _asked: _begin(export, stop))
    flow.held = held.pop_all()
    return StreamingResponse(_bytes(flow, limiter(request), gzip=gzip), 200, headers, export.media_type)


def _begin(export: Export, stop: Stop) -> Flow:
    chunks = export.chunks()
    return Flow(export, next(chunks, b""), chunks, stop)


async def _bytes(flow: Flow, seats: CapacityLimiter, *, gzip: bool) -> AsyncIterator[bytes]:
    squeeze = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS) if gzip else None
    piece: bytes | None = flow.first
    try:
        while piece is not None:
            sent = await to_thread.run_sync(squeeze.compress, piece, limiter=seats) if squeeze else piece
            if sent:
                yield sent
            piece = await to_thread.run_sync(flow.next, limiter=seats)
        if squeeze:
            yield squeeze.flush()
    finally:
        with CancelScope(shield=True):
            await to_thread.run_sync(flow.close)
