"""A file's bytes as they were uploaded, whole or in ranges, never shown by a browser, always downloaded."""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import AsyncIterator, Callable, Mapping
from urllib.parse import quote

from fastapi import Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.responses import RedirectResponse, StreamingResponse

from parquay.catalog.tables import File
from parquay.errors import Conflict
from parquay.storage.chunks import Reader, Store, read_promised
from parquay.telemetry import lost
from parquay.uploads.maintain.integrity import Soundness, damaged
from parquay.web.http.errors import NotModified, problem
from parquay.web.http.ranges import Span, spans

CHUNK = 512 * 1024
"""Bytes read at once."""

LINK_SECONDS = 300
"""How long a link to the object store opens a file: long enough to begin a download, too short to be passed on."""

KINDS = frozenset({"text/csv", "text/tab-separated-values", "text/plain", "application/json", "application/x-ndjson"})
"""Media types that are told; everything else is told as plain bytes."""

OCTETS = "application/octet-stream"

Learn = Callable[[File, str], bool]


def content_response(request: Request, store: Store, soundness: Soundness, file: File) -> Response:
    """Answer a request for the bytes of ``file`` (blocking).

    Raises:
        Conflict: ``upload_unfinished`` (409).
        NotModified: the client has them already (304).
        Damaged: ``bytes_missing``, ``bytes_damaged`` (503): before the first byte of an answer is sent.
    """
    if not file.complete:
        raise Conflict("The upload has not finished.", "upload_unfinished")
    hashed = soundness.check(file)
    headers = _headers(file)
    if matches(request.headers.get("if-none-match"), headers["ETag"]):
        raise NotModified(headers["ETag"])
    if not request.scope.get("parquay.head") and (link := store.link(file.id, LINK_SECONDS)) is not None:
        return RedirectResponse(link, 302, {"Cache-Control": "no-store"})
    wanted = spans(_usable_range(request, headers["ETag"]), file.offset)
    if wanted == ():
        detail = f"The file has {file.offset} bytes."
        return problem(416, "range_not_satisfiable", detail, {"Content-Range": f"bytes */{file.offset}"})
    kind = file.content_type if file.content_type in KINDS else OCTETS
    learn = None if hashed else soundness.learn
    return _ContentAnswer(store, file, kind, headers, learn).to(wanted, head=bool(request.scope.get("parquay.head")))


def _usable_range(request: Request, etag: str) -> str | None:
    # "A server MUST ignore a Range header field received with a request method other than GET" and when
    # If-Range names another version.
    if request.scope.get("parquay.head"):
        return None
    condition = request.headers.get("if-range")
    return request.headers.get("range") if condition is None or condition.strip() == etag else None


def matches(field: str | None, etag: str) -> bool:
    """Tell whether an If-None-Match names ``etag``."""
    return field is not None and any(each.strip() in ("*", etag, f"W/{etag}") for each in field.split(","))


def _headers(file: File) -> dict[str, str]:
    headers = {
        "ETag": f'"{file.id}"',  # the bytes of a finished upload never change
        "Accept-Ranges": "bytes",
        "Content-Disposition": disposition(file.name),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    if file.sha256:
        headers["Repr-Digest"] = f"sha-256=:{base64.b64encode(bytes.fromhex(file.sha256)).decode()}:"
    return headers


def disposition(name: str) -> str:
    """Return the Content-Disposition that downloads under ``name`` (RFC 6266)."""
    plain = "".join(sign if " " <= sign <= "~" and sign not in '"\\%' else "_" for sign in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


class _ContentAnswer:
    """Makes the answer in each of its three shapes: whole, one range, several ranges."""

    def __init__(
        self, store: Store, file: File, kind: str, headers: Mapping[str, str], learn: Learn | None = None
    ) -> None:
        """``learn``: is told the SHA-256 of a file that is sent whole, before its last bytes are; False: they stay."""
        self._learn = learn
        self._store = store
        self._file = file
        self._kind = kind
        self._headers = dict(headers)

    def to(self, wanted: tuple[Span, ...] | None, *, head: bool) -> Response:
        total = self._file.offset
        if wanted is None:
            return self._send(200, self._kind, total, () if head else (Span(0, total),))
        if len(wanted) == 1:
            self._headers["Content-Range"] = wanted[0].field(total)
            return self._send(206, self._kind, wanted[0].size, wanted)
        return self._many(wanted)

    def _send(self, status: int, kind: str, size: int, wanted: tuple[Span, ...]) -> Response:
        headers = {**self._headers, "Content-Length": str(size)}
        return StreamingResponse(self._bytes(wanted, {}, b""), status, headers, kind)

    def _many(self, wanted: tuple[Span, ...]) -> Response:
        boundary = secrets.token_hex(16)
        heads = {span: self._part_head(boundary, span) for span in wanted}
        tail = f"\r\n--{boundary}--\r\n".encode()
        size = sum(span.size + len(head) for span, head in heads.items()) + len(tail)
        kind = f"multipart/byteranges; boundary={boundary}"
        headers = {**self._headers, "Content-Length": str(size)}
        return StreamingResponse(self._bytes(wanted, heads, tail), 206, headers, kind)

    def _part_head(self, boundary: str, span: Span) -> bytes:
        lines = f"Content-Type: {self._kind}\r\nContent-Range: {span.field(self._file.offset)}"
        return f"\r\n--{boundary}\r\n{lines}\r\n\r\n".encode()

    def _chunk(self, reader: Reader, position: int, size: int, digest: hashlib._Hash | None) -> bytes:
        """Read a chunk; the last one of a file that was not hashed before is sent only if all of them are right.

        Raises:
            Damaged: ``bytes_missing``, ``bytes_damaged``; the answer ends too early, which every client notices.
        """
        chunk = read_promised(reader, position, size)
        if digest is not None and self._learn is not None:
            digest.update(chunk)
            if position + size == self._file.offset and not self._learn(self._file, digest.hexdigest()):
                raise lost(damaged())
        return chunk

    async def _bytes(self, wanted: tuple[Span, ...], heads: Mapping[Span, bytes], tail: bytes) -> AsyncIterator[bytes]:
        opened = self._store.reader(self._file.id)
        reader: Reader = await run_in_threadpool(opened.__enter__)
        digest = hashlib.sha256() if self._learn and wanted == (Span(0, self._file.offset),) else None
        try:
            for span in wanted:
                if head := heads.get(span):
                    yield head
                for position in range(span.start, span.end, CHUNK):
                    size = min(CHUNK, span.end - position)
                    yield await run_in_threadpool(self._chunk, reader, position, size, digest)
            if tail:
                yield tail
        finally:
            opened.__exit__(None, None, None)
