"""The outermost layer: one path for every spelling, the right application for every protocol, headers on every answer.

Plain ASGI, because a request that streams gigabytes must not pass through anything that looks at its body. An
answer is touched only where its headers are sent.
"""

from __future__ import annotations

import asyncio
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from parquay.http1 import CUT
from parquay.telemetry import refusals, requests
from parquay.tus.answers import ALLOWED_HEADERS, EXPOSED_HEADERS, PREFLIGHT_SECONDS
from parquay.web.http.asgi import problem, send_answer
from parquay.web.http.deps import Policy
from parquay.web.http.long_requests import LoginWatch
from parquay.web.http.rate_limits import KEY as RATES
from parquay.web.http.rate_limits import Fields
from parquay.web.http.spa import BASE, WebClient, is_page
from parquay.web.http.upload_paths import ENDPOINT, FILES, ROOT

PREFIX = "/api"

OVERRIDE = "x-http-method-override"
"""Replaces the method of whatever request carries it."""

UPLOAD_TYPES = frozenset({"application/offset+octet-stream", "application/partial-upload"})

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

FORMS = frozenset({"/files", "/upload"})
"""Where a body may be a file of any size."""

MAX_BODY_BYTES = 64 * 1024
"""Largest body anywhere else, in bytes."""

ROWS = re.compile(r"/datasets/[^/]+/rows")
"""Where a body may hold many rows."""

MAX_ROWS_BODY_BYTES = 16 * 1024 * 1024
"""Largest body there, in bytes."""

BODY_SECONDS = 30.0
MIN_BODY_RATE = 1024
"""How long such a body may take, and how many bytes a second it must have beyond that."""

STREAMS = frozenset({"/events"})
"""Answers without an end: HEAD makes no sense there."""

ALWAYS = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "x-frame-options": "DENY",
    "cross-origin-resource-policy": "same-origin",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
}
"""Fields of every answer that does not set them itself."""

PRIVATE = "private, no-store"
"""Nothing between keeps an answer, and the browser none for whoever sits there next."""

REVALIDATED = "private, no-cache"
"""The browser may keep an answer, and asks each time whether it is still the one."""

_PUBLIC = frozenset({"/docs", "/openapi.json", "/livez", "/readyz", "/metrics"})

Target = Literal["uploads", "linked", "rest", "client"]


@dataclass(frozen=True)
class Address:
    """Where a request goes. ``path`` has neither the prefix nor a trailing slash."""

    path: str
    prefixed: bool


def below(base: str, path: str) -> str:
    """Return ``path`` without the ``base`` of a service that a proxy shows below it and did not take off. Pure."""
    return path[len(base) :] if base not in ("", PREFIX) and path.startswith(base + "/") else path


def address(path: str) -> Address:
    """Return the one spelling of ``path``. Pure."""
    prefixed = path == PREFIX or path.startswith(PREFIX + "/")
    bare = path[len(PREFIX) :] if prefixed else path
    return Address(bare.rstrip("/") or "/", prefixed)


def target_of(method: str, where: Address, headers: Mapping[str, str], query: str = "") -> Target:
    """Choose who answers. ``headers`` have names in lower case. Pure."""
    if FILES.fullmatch(where.path) and _is_upload(method, where.path, headers):
        return "uploads"
    if (linked := ENDPOINT.fullmatch(where.path)) and _is_upload(method, ROOT + (linked[2] or ""), headers):
        return "linked"
    if not where.prefixed and is_page(method, where.path, headers, query):
        return "client"
    return "rest"


def _is_upload(method: str, path: str, headers: Mapping[str, str]) -> bool:
    if method == "GET":
        return False
    if method == "OPTIONS" or "tus-resumable" in headers:
        return True
    if method == "HEAD":  # asks how much is there, also for a client that forgets its version
        return path != ROOT
    kind = headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind in UPLOAD_TYPES or any(name.startswith("upload-") for name in headers)


def cross_origin(origin: str | None, allowed: frozenset[str], *, preflight: bool) -> dict[str, str]:
    """Return the CORS fields of an answer to ``origin``, none unless it is allowed. Pure."""
    if not allowed:
        return {}
    if origin not in allowed or origin is None:
        return {"vary": "Origin"}
    fields = {
        "vary": "Origin",
        "access-control-allow-origin": origin,
        "access-control-allow-credentials": "true",
        "access-control-expose-headers": EXPOSED_HEADERS,
        "cross-origin-resource-policy": "cross-origin",
    }
    if preflight:
        fields["access-control-allow-methods"] = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
        fields["access-control-allow-headers"] = ALLOWED_HEADERS + ", Range, If-Range, If-Match, Last-Event-ID"
        fields["access-control-max-age"] = str(PREFLIGHT_SECONDS)
    return fields


class Dispatcher:
    """Sends each request to the application that answers it."""

    def __init__(
        self,
        rest: ASGIApp,
        uploads: Mapping[Target, ASGIApp],
        client: WebClient,
        policy: Policy,
        logins: LoginWatch,
    ) -> None:
        """``uploads``: who speaks the upload protocols, for users and for whoever has an upload link."""
        self._rest = rest
        self._logins = logins
        self._uploads = uploads
        self._client = client
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (or run the lifespan)."""
        if scope["type"] != "lifespan" and not self._policy.answers(scope):
            await _misdirected(scope, send)
        elif scope["type"] == "http":
            await self._answer(scope, receive, send)
        else:
            if scope["type"] == "websocket":
                scope["path"] = address(below(self._policy.base_path(scope), scope["path"])).path
            await self._rest(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        scope[BASE] = self._policy.base_path(scope)
        where = address(below(scope[BASE], scope["path"]))
        _respell(scope, where, headers)
        preflight = scope["method"] == "OPTIONS" and "access-control-request-method" in headers
        fields = cross_origin(headers.get("origin"), self._policy.origins, preflight=preflight)
        rates: Fields = []
        scope[RATES] = rates
        outgoing = _Outgoing(scope, send, fields, rates)
        target = target_of(scope["method"], where, headers, scope["query_string"].decode("latin-1"))
        if target in self._uploads:
            await self._ask_uploads(self._uploads[target], scope, receive, outgoing)
        elif preflight:
            await outgoing.send({"type": "http.response.start", "status": 204, "headers": []})
            await outgoing.send({"type": "http.response.body", "body": b""})
        elif target == "client" or self._is_built_file(scope["method"], where):
            outgoing.counted = True
            await self._client(scope, receive, outgoing.send)
        else:
            await self._ask_rest(scope, receive, outgoing)

    async def _ask_uploads(self, uploads: ASGIApp, scope: Scope, receive: Receive, outgoing: _Outgoing) -> None:
        outgoing.caching = PRIVATE
        with self._logins.watching(scope, _cut(scope)):
            await uploads(scope, receive, outgoing.send)

    async def _ask_rest(self, scope: Scope, receive: Receive, outgoing: _Outgoing) -> None:
        path = scope["path"]
        outgoing.counted, outgoing.caching = True, caching_of(path)
        is_form = scope["method"] == "POST" and (path in FORMS or ENDPOINT.fullmatch(path))
        limited = (
            receive if is_form else _limited(receive, MAX_ROWS_BODY_BYTES if ROWS.fullmatch(path) else MAX_BODY_BYTES)
        )
        end = None if path in STREAMS else _cut(scope)  # those look at their login themselves
        send = outgoing.send
        if scope["method"] == "HEAD" and path not in STREAMS:
            scope["method"], scope["parquay.head"], send = "GET", True, outgoing.send_head
        with self._logins.watching(scope, end):
            await self._rest(scope, limited, send)

    def _is_built_file(self, method: str, where: Address) -> bool:
        return not where.prefixed and method in ("GET", "HEAD") and self._client.file(where.path) is not None


def _respell(scope: Scope, where: Address, headers: Mapping[str, str]) -> None:
    """Give a request the one spelling of its path, and the method that is meant."""
    scope["path"] = where.path
    scope["raw_path"] = where.path.encode("utf-8", "surrogateescape")
    if where.prefixed:
        scope["root_path"] = scope.get("root_path", "") + PREFIX
    if OVERRIDE in headers and (FILES.fullmatch(where.path) or ENDPOINT.fullmatch(where.path)):
        scope["method"] = headers[OVERRIDE].strip().upper()


def _cut(scope: Scope) -> Callable[[], None] | None:
    """Return what breaks a request's connection, None where the server cannot do that."""
    cut: Callable[[], None] | None = scope.get("extensions", {}).get(CUT)
    return cut


def caching_of(path: str) -> str | None:
    """Return how long an answer of a route may be kept; None leaves it to the route. Pure."""
    if path in _PUBLIC:
        return None
    return REVALIDATED if path.startswith("/files/") and path.endswith("/content") else PRIVATE


async def _misdirected(scope: Scope, send: Send) -> None:
    """Refuse a request for another host (421)."""
    detail = "This server answers as localhost only. Set PARQUAY_PUBLIC_URL where it has another name."
    answer = problem(421, "misdirected_request", detail, (("Connection", "close"),))
    refusals.labels("misdirected_request").inc()
    if scope["type"] == "http":
        await send_answer(send, answer)
    elif "websocket.http.response" in scope.get("extensions", {}):
        await send_answer(send, answer, "websocket.http")
    else:
        await send({"type": "websocket.close", "code": 1008})


def _limited(receive: Receive, largest: int) -> Receive:
    """Let no more than ``largest`` bytes of a body through, and wait for it no longer than an honest sender needs.

    The routes answer 413 when it has more, and 408 when it does not come.
    """
    count, ended = 0, False
    started = time.monotonic()

    async def read() -> Message:
        nonlocal count, ended
        left = None if ended else started + BODY_SECONDS + count / MIN_BODY_RATE - time.monotonic()
        try:
            async with asyncio.timeout(left):  # a body that was read to its end is followed by news of the client
                message = await receive()
        except TimeoutError:
            raise HTTPException(408) from None
        count += len(message.get("body", b""))
        ended = not message.get("more_body", False)
        if count > largest:
            raise HTTPException(413, f"The body of this request may have {largest // 1024:,} KiB.")
        return message

    return read


class _Outgoing:
    """Adds fields to the head of an answer and counts it."""

    def __init__(self, scope: Scope, send: Send, fields: Mapping[str, str], rates: Fields) -> None:
        """``rates``: more fields, which whoever admits the request adds."""
        self._rates = rates
        self._method = scope["method"] if scope["method"] in METHODS else "OTHER"
        self._send = send
        self._fields = fields
        self.counted = False
        self.caching: str | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            if self.counted:  # the verbs of uploads count their own
                requests.labels(self._method, message["status"]).inc()
            caching = PRIVATE if self.caching and message["status"] >= 400 else self.caching
            message = {**message, "headers": self._completed(message.get("headers", ()), caching)}
        await self._send(message)

    async def send_head(self, message: Message) -> None:
        """Send the head of the answer to a GET without its body."""
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await self.send(message)

    def _completed(self, headers: Any, caching: str | None) -> list[tuple[bytes, bytes]]:
        given = [*((bytes(name).lower(), bytes(value)) for name, value in headers), *self._rates]
        added = {**ALWAYS, **self._fields}
        if caching:
            given = [pair for pair in given if pair[0] != b"cache-control" or pair[1] == b"no-store"]
            added["cache-control"] = caching
        present = {name for name, _ in given}
        if self._fields and b"vary" in present:
            given = [(name, _with_origin(value) if name == b"vary" else value) for name, value in given]
        return given + [
            (name.encode(), value.encode()) for name, value in added.items() if name.encode() not in present
        ]


def _with_origin(vary: bytes) -> bytes:
    return vary if b"origin" in vary.lower() else vary + b", Origin"
