"""The raw ASGI side of uploads: a body that can be waited for without losing bytes, and answers.

A request's body is read through one pending ``receive`` that is never cancelled: a server may lose the bytes of
a cancelled one. An early answer is sent first and the rest of the body drained for a moment, so that the
client reads the answer instead of a reset connection, and the connection stays usable where the rest was short.
"""

from __future__ import annotations

import asyncio
import ipaddress
import json
import re
import time
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlsplit

from parquay.http1.zero_copy import ZeroCopyBody
from parquay.uploads.receive.body import BodyCut, BodyRevoked, CopiedBody
from parquay.web.http.forwarded import host_of, prefix_of, scheme_of, with_port

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Headers = tuple[tuple[str, str], ...]
Network = ipaddress.IPv4Network | ipaddress.IPv6Network

DRAIN_BYTES = 4 * 1024 * 1024
DRAIN_SECONDS = 1.0
"""How much of an unwanted body is read after the answer before the connection is left to close."""

CHUNK_BYTES = 256 * 1024
"""Bytes of a long body that are read at once by those who do not say where to."""

FORWARDING = frozenset({b"forwarded", b"via", b"x-real-ip"})
"""Fields that proxies add, besides `X-Forwarded-*`."""

_PAGE_SCHEMES = {"ws": "http", "wss": "https"}

_HOST = re.compile(r"[A-Za-z0-9.-]+(:[0-9]{1,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{1,5})?")


@dataclass(frozen=True)
class Answer:
    """What is sent back."""

    status: int
    headers: Headers = ()
    body: bytes = b""


def problem(
    status: int,
    code: str,
    detail: str,
    headers: Headers = (),
    *,
    kind: str = "about:blank",
    extra: dict[str, int] | None = None,
) -> Answer:
    """Return an error as ``application/problem+json`` (RFC 9457) with a stable ``code``."""
    title = "Checksum Mismatch" if status == 460 else HTTPStatus(status).phrase
    payload = {"type": kind, "title": title, "status": status, "detail": detail, "code": code} | (extra or {})
    fields = (("Content-Type", "application/problem+json"), ("Cache-Control", "no-store"))
    return Answer(status, (*fields, *headers), json.dumps(payload).encode())


class AsgiBody:
    """The body of one request. See :class:`parquay.uploads.receive.body.Body`."""

    def __init__(self, receive: Receive, zero_copy: ZeroCopyBody | None = None) -> None:
        """``zero_copy``: what receives this body without a copy, where the server offers it."""
        self._receive = receive
        self._zero_copy = zero_copy
        self._copied: CopiedBody | None = None
        self._pending: asyncio.Future[MutableMapping[str, Any]] | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._timer: asyncio.TimerHandle | None = None
        self._woken = False
        self._revoked = False
        self.ended = False
        self.touched = False

    async def read_into(self, buffer: memoryview, seconds: float) -> int | None:
        """Put the next bytes into ``buffer``; return how many, 0 at the end, None as :meth:`read` does.

        Raises:
            BodyCut: the client is gone.
        """
        self.touched = True
        self._check()
        if self._zero_copy is not None:
            return await self._read_zero_copy(self._zero_copy, buffer, seconds)
        if self._copied is None:
            self._copied = CopiedBody(self)
        return await self._copied.read_into(buffer, seconds)

    async def _read_zero_copy(self, source: ZeroCopyBody, buffer: memoryview, seconds: float) -> int | None:
        if self.ended:
            return 0
        try:
            count = await source.read_into(buffer, seconds)
        except ConnectionResetError:
            self.ended = True
            raise BodyCut from None
        self.ended = not source.left
        return count

    async def read(self, seconds: float) -> bytes | None:
        """Return the next bytes, empty at the end, None after at most ``seconds`` without any or after :meth:`wake`.

        Raises:
            BodyCut: the client is gone.
        """
        if self._zero_copy is not None:
            buffer = bytearray(CHUNK_BYTES)
            count = await self.read_into(memoryview(buffer), seconds)
            return None if count is None else bytes(buffer[:count])
        if self.ended:
            return b""
        self.touched = True
        self._check()
        if self._pending is None:
            self._pending = asyncio.ensure_future(self._receive())
        if not self._pending.done() and not self._woken:
            await self._wait(seconds)
        self._woken = False
        if not self._pending.done():
            return None
        pending, self._pending = self._pending, None
        return self._chunk(pending.result())

    def _chunk(self, message: MutableMapping[str, Any]) -> bytes | None:
        if message["type"] != "http.request":
            self.ended = True
            raise BodyCut
        self.ended = not message.get("more_body", False)
        chunk: bytes = message.get("body", b"")
        return chunk if chunk or self.ended else None

    async def _wait(self, seconds: float) -> None:
        loop = asyncio.get_running_loop()
        waiter = self._waiter = loop.create_future()
        if self._timer is None:  # one that still runs from an earlier read only ends this wait sooner
            self._timer = loop.call_later(seconds, self._time_over)
        pending = self._pending
        if pending is not None:
            pending.add_done_callback(self._release)
        try:
            await waiter
        finally:
            self._waiter = None
            if pending is not None:
                pending.remove_done_callback(self._release)

    def _time_over(self) -> None:
        self._timer = None
        self._release()

    def _release(self, _future: object = None) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def revoke(self) -> None:
        """Take nothing more: who sends may not any longer."""
        self._revoked = True
        self.wake()

    def _check(self) -> None:
        if self._revoked and not self.ended:
            raise BodyRevoked

    def wake(self) -> None:
        """Make a waiting :meth:`read` return."""
        if self._zero_copy is not None:
            self._zero_copy.wake()
        self._woken = True
        self._release()

    async def drain(self) -> None:
        """Read and forget what still comes, up to ``DRAIN_BYTES`` and ``DRAIN_SECONDS``."""
        if self._zero_copy is not None:
            return  # a server that offers it does that itself
        deadline = time.monotonic() + DRAIN_SECONDS
        count = 0
        try:
            while not self.ended and count < DRAIN_BYTES and (left := deadline - time.monotonic()) > 0:
                count += len(await self.read(left) or b"")
        except BodyCut:
            pass

    def close(self) -> None:
        """Give up waiting for bytes."""
        if self._timer is not None:
            self._timer.cancel()
        if self._pending is not None and not self._pending.done():
            self._pending.cancel()


def leaving(scope: Scope, body: AsgiBody) -> Headers:
    """Tell the client that its connection ends with this answer when more of its body is unread than is drained."""
    if body.ended or not scope.get("http_version", "1.1").startswith("1"):
        return ()
    size = _field(scope, b"content-length")
    unasked = _field(scope, b"expect") and not body.touched
    drained = not _field(scope, b"transfer-encoding") and int(size or 0) <= DRAIN_BYTES
    return () if drained and not unasked else (("Connection", "close"),)


async def send_answer(send: Send, answer: Answer, protocol: str = "http") -> None:
    """Send a whole answer; ``protocol`` is ``websocket.http`` where it refuses a WebSocket."""
    headers = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in answer.headers]
    if answer.body or answer.status not in (204, 304):
        headers.append((b"content-length", str(len(answer.body)).encode()))
    await send({"type": f"{protocol}.response.start", "status": answer.status, "headers": headers})
    await send({"type": f"{protocol}.response.body", "body": answer.body})


@dataclass(frozen=True)
class Origin:
    """Where this server is seen to be: scheme and host, or nothing when that cannot be known safely.

    Attributes:
        public_url: configured base, used whatever the request says.
        proxies: networks whose ``X-Forwarded-*`` is believed.
    """

    public_url: str = ""
    proxies: tuple[Network, ...] = ()

    def base(self, scope: Scope) -> str:
        """Return the base of absolute URLs for a request, with its path if any; empty when its Host is no host."""
        if self.public_url:
            return self.public_url.rstrip("/")
        scheme, host = self.scheme(scope), self.host(scope)
        if not _HOST.fullmatch(host) or scheme not in ("http", "https"):
            return ""
        return f"{scheme}://{host}{self.path(scope)}"

    def scheme(self, scope: Scope) -> str:
        """Return the scheme that browsers use, a WebSocket's as that of its page."""
        if self.public_url:
            return urlsplit(self.public_url).scheme
        spoken = str(scope.get("scheme", "http"))
        direct = _PAGE_SCHEMES.get(spoken, spoken)
        named = scheme_of(scope) if self.trusts(peer_of(scope)) else ""
        return named or direct

    def host(self, scope: Scope) -> str:
        """Return host and port as browsers see them."""
        if self.public_url:
            return urlsplit(self.public_url).netloc
        host = _field(scope, b"host")
        return with_port(scope, host_of(scope) or host, self.scheme(scope)) if self.trusts(peer_of(scope)) else host

    def is_direct(self, scope: Scope) -> bool:
        """Tell whether no proxy stands between the client and this server, as far as the request shows."""
        if self.public_url or self.trusts(peer_of(scope)):
            return False
        return not any(name in FORWARDING or name.startswith(b"x-forwarded-") for name, _ in scope["headers"])

    def path(self, scope: Scope) -> str:
        """Return the path below which browsers see this server, without a slash at its end; empty at the root."""
        if self.public_url:
            return urlsplit(self.public_url).path.rstrip("/")
        return prefix_of(scope) if self.trusts(peer_of(scope)) else ""

    def hosts(self, scope: Scope) -> frozenset[str]:
        """Return the hosts under which this server is known to the client."""
        return frozenset({self.base(scope).partition("://")[2].partition("/")[0].lower()} - {""})

    def trusts(self, address: str) -> bool:
        """Tell whether what a request says of proxies is believed that ``address`` has sent."""
        if not self.proxies:
            return False
        try:
            known = ipaddress.ip_address(address)
        except ValueError:
            return False
        return any(known in network for network in self.proxies)


def peer_of(scope: Scope) -> str:
    """Return the address that the connection comes from; empty where there is none."""
    return str((scope.get("client") or ("",))[0])


def _field(scope: Scope, wanted: bytes) -> str:
    return next((value.decode("latin-1") for name, value in scope["headers"] if name == wanted), "")


def cors(scope: Scope, origins: frozenset[str]) -> Headers:
    """Return the fields that let a page of an allowed origin read an answer."""
    given = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"origin"), None)
    if given is None or given not in origins:
        return (("Vary", "Origin"),) if origins else ()
    return (
        ("Access-Control-Allow-Origin", given),
        ("Access-Control-Allow-Credentials", "true"),
        ("Vary", "Origin"),
    )
