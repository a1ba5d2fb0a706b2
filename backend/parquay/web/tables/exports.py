"""Downloads of tables: streamed, compressed where that pays, ended when the client has gone."""

from __future__ import annotations

import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from typing import Annotated, Literal

from anyio import CancelScope, CapacityLimiter, to_thread
from fastapi import APIRouter, Query, Response
from starlette.responses import StreamingResponse

from parquay.datasets.export.export import Export
from parquay.datasets.export.formats import ExportRequest
from parquay.datasets.query.engine import Cancelled, CancelToken
from parquay.datasets.query.plan import chosen_columns
from parquay.errors import Gone
from parquay.web.http.cancellation import run_cancellable, table_threads
from parquay.web.http.compression import accepts
from parquay.web.http.content import disposition
from parquay.web.http.deps import TablesDep, UploadsDep
from parquay.web.tables.table_query import TableQuery, TableQueryDep, TableRead
from parquay.web.tables.uploaded_text import is_the_upload, uploaded_text
from parquay.wiring import TableServices, UploadServices

GZIP_LEVEL = 4

router = APIRouter(tags=["datasets"])


@router.get("/datasets/{dataset_id}/export", response_class=StreamingResponse)
async def export(
    query: TableQueryDep,
    tables: TablesDep,
    uploads: UploadsDep,
    *,
    format: Literal["csv", "parquet", "ndjson", "arrow", "xlsx"] = "csv",  # noqa: A002  the query's name
    columns: Annotated[list[str] | None, Query(description="Names with commas between them; all by default.")] = None,
    safe: bool = False,
    header: bool | None = None,
    dialect: Literal["rfc4180", "original"] = "rfc4180",
) -> Response:
    """Download a version, or those rows and columns of it that are asked for.

    CSV has the cells and the header of the upload; `header` says whether there is a header in any case,
    `dialect=original` is the upload itself, byte for byte, while nothing was edited, and takes its delimiter, quote and
    row ends else; so it is in NDJSON if the upload was that. `safe` keeps spreadsheets from running cells.
    """
    with ExitStack() as held:
        read = await run_cancellable(query.request, query.cancel, partial(_opened, tables, query, held))
        named = chosen_columns(read.columns, columns) if columns and any(columns) else None
        chosen = tuple(named or read.shown or read.columns)
        wish = ExportRequest(format, chosen, read.query, safe=safe, header=header, original=dialect == "original")
        return await _download(query, Downloads(tables, uploads), read, wish, held)


def _opened(tables: TableServices, query: TableQuery, held: ExitStack) -> TableRead:
    """Open a version whose parts stay until ``held`` ends (blocking); those of a very large table come one by one.

    A version that was given up between the two steps is not there; whoever wants the newest gets the next one.

    Raises:
        ParquayError: see `TableQuery.open` and `Tables.hold`.
    """
    while True:
        read = query.open()
        is_large = tables.spark is not None and tables.spark.takes(read.snapshot)
        try:
            held.enter_context(tables.tables.hold(read.snapshot, fetched=not is_large))
        except Gone:
            if query.version is not None or query.open().snapshot.version == read.snapshot.version:
                raise
        else:
            return read


@dataclass
class ExportStream:
    """An export on its way: its first bytes are made before the answer begins, so that a refusal can still be one."""

    export: Export
    first: bytes
    rest: Iterator[bytes]
    cancel: CancelToken
    held: ExitStack = field(default_factory=ExitStack)

    def next(self) -> bytes | None:
        """More bytes (blocking); None at the end."""
        try:
            return next(self.rest, None)
        except Cancelled:
            return None

    def close(self) -> None:
        """Let go of the version (blocking)."""
        self.cancel.cancel()
        self.rest.close()  # type: ignore[attr-defined]
        self.held.close()


@dataclass(frozen=True)
class Downloads:
    """What makes a download."""

    tables: TableServices
    uploads: UploadServices

    def make(self, read: TableRead, wish: ExportRequest, asking: CancelToken, streaming: CancelToken) -> Export:
        """Return the export of ``read`` that is wished for (blocking); ``streaming`` ends it, ``asking`` this call.

        Raises:
            ParquayError: see `Exporter.export` and `uploaded_text`.
        """
        made = self.tables.exporter.export(read.snapshot, wish, asking, streaming)
        if is_the_upload(self.tables, read.file, read.snapshot, wish):
            reading = self.tables.datasets.readings.of(read.file, read.snapshot.reading)
            return uploaded_text(self.uploads, read.file, reading, made, streaming)
        return made


async def _download(
    query: TableQuery, downloads: Downloads, read: TableRead, wish: ExportRequest, held: ExitStack
) -> Response:
    """Answer with an export of ``read``; ``held`` goes with it to its end.

    Raises:
        ParquayError: see `Exporter.export` and `Engine.table`.
    """
    request, streaming = query.request, CancelToken()  # what is sent goes on after the request's own work has ended
    make = partial(downloads.make, read, wish, query.cancel, streaming)
    export = await run_cancellable(request, query.cancel, make)
    headers = {
        "ETag": read.etag,
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
    flow = await run_cancellable(request, query.cancel, partial(_begin, export, streaming))
    flow.held = held.pop_all()
    return StreamingResponse(_bytes(flow, table_threads(request), gzip=gzip), 200, headers, export.media_type)


def _begin(export: Export, cancel: CancelToken) -> ExportStream:
    chunks = export.chunks()
    return ExportStream(export, next(chunks, b""), chunks, cancel)


async def _bytes(flow: ExportStream, limiter: CapacityLimiter, *, gzip: bool) -> AsyncIterator[bytes]:
    squeeze = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, 16 + zlib.MAX_WBITS) if gzip else None
    piece: bytes | None = flow.first
    try:
        while piece is not None:
            sent = await to_thread.run_sync(squeeze.compress, piece, limiter=limiter) if squeeze else piece
            if sent:
                yield sent
            piece = await to_thread.run_sync(flow.next, limiter=limiter)
        if squeeze:
            yield squeeze.flush()
    finally:
        with CancelScope(shield=True):
            await to_thread.run_sync(flow.close)
