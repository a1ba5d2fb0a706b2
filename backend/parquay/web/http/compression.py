"""Answers made smaller on their way, for clients that say that they can read that.

Whoever can put text of their own beside a secret and count the bytes of the packed answer learns of it (BREACH). So
only the routes of :data:`PACKED` are packed - never logins, keys, links or rights - and each answer gets a comment of
random length, since a list holds names that others have chosen beside private ones.
"""

from __future__ import annotations

import re
import secrets
import zlib
from typing import Any

from anyio import to_thread
from starlette.types import ASGIApp, Message, Receive, Scope, Send

PACKED = re.compile(r"/(files(/[^/]+(/(rejects|preview))?)?|datasets(/.*)?|sql(/schema)?|openapi\.json|live/.*)")
"""Paths whose JSON is packed."""

LEAST = 1024
"""Bytes below which packing does not pay."""

LEVEL = 5

MAX_CHUNK_BYTES = 64 * 1024
"""Bytes above which packing is left to a thread, so that the others do not wait."""

MAX_PADDING_BYTES = 64
"""Bytes of comment at most."""

_NEVER = re.compile(r"q=0(\.0*)?")
_HEAD = b"\x1f\x8b\x08\x10\0\0\0\0\0\xff"
"""Of a gzip member (RFC 1952) with a comment and without a time."""


def accepts(field: str, coding: str) -> bool:
    """Whether an Accept-Encoding allows ``coding``, such as ``gzip``. Pure."""
    weights = {name.strip(): rest for name, _, rest in (each.partition(";") for each in field.lower().split(","))}
    weight = weights.get(coding, weights.get("*"))
    return weight is not None and not _NEVER.fullmatch(weight.replace(" ", ""))


def packed(body: bytes) -> bytes:
    """Return ``body`` as gzip; the same body has another length each time."""
    squeeze = zlib.compressobj(LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    padding = b"x" * secrets.randbelow(MAX_PADDING_BYTES) + b"\0"
    trailer = zlib.crc32(body).to_bytes(4, "little") + (len(body) & 0xFFFFFFFF).to_bytes(4, "little")
    return b"".join((_HEAD, padding, squeeze.compress(body), squeeze.flush(), trailer))


class Compression:
    """Packs whole JSON answers of an application; streams, ranges and errors pass as they are."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (or run the lifespan)."""
        if scope["type"] == "http" and PACKED.fullmatch(scope["path"]) and not scope.get("parquay.head"):
            accepted = next((value for name, value in scope["headers"] if name == b"accept-encoding"), b"")
            send = _Answer(send, wanted=accepts(accepted.decode("latin-1"), "gzip")).send
        await self._app(scope, receive, send)


class _Answer:
    """Holds the head back until the body is there, of answers that are to be packed."""

    def __init__(self, send: Send, *, wanted: bool) -> None:
        self._send = send
        self._wanted = wanted
        self._head: Message | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_packable(message):
            message = {**message, "headers": _varying(message["headers"])}
            if self._wanted:
                self._head = message
                return
        elif self._head is not None:
            head, self._head = self._head, None
            head, message = await _pack(head, message)
            await self._send(head)
        await self._send(message)


async def _pack(head: Message, message: Message) -> tuple[Message, Message]:
    body = message.get("body", b"")
    if message.get("more_body"):
        return head, message
    small = await to_thread.run_sync(packed, body) if len(body) > MAX_CHUNK_BYTES else packed(body)
    kept = [(name, value) for name, value in head["headers"] if name.lower() != b"content-length"]
    length = (b"content-length", str(len(small)).encode())
    return {**head, "headers": [*kept, (b"content-encoding", b"gzip"), length]}, {**message, "body": small}


def _is_packable(head: Message) -> bool:
    fields = {name.lower(): value for name, value in head.get("headers", ())}
    is_json = fields.get(b"content-type", b"").partition(b";")[0].strip() == b"application/json"
    long_enough = int(fields.get(b"content-length", b"0")) >= LEAST
    return head["status"] == 200 and is_json and long_enough and b"content-encoding" not in fields


def _varying(headers: Any) -> list[tuple[bytes, bytes]]:
    others = [(name, value) for name, value in headers if name.lower() != b"vary"]
    existing = [value for name, value in headers if name.lower() == b"vary"]
    return [*others, (b"vary", b", ".join([*existing, b"Accept-Encoding"]))]
