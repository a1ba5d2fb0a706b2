"""uvicorn's HTTP/1.1 connection with what resumable uploads need besides.

* Bytes that came are given to the application even when the client is gone by then: they are the point.
* A long body of known length can be received straight into memory ([StraightBody][parquay.http1.straight]).
* An answer that comes before the end of its request's body can be read by the client: the rest of the body is taken
  and forgotten for a moment before the connection is closed, because closing on unread bytes resets it.
* The head of a request has a largest size and a deadline.
* Interim answers (1xx) can be sent.
* A request that came whole can be answered without a task of its own, and by one write.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import Callable, Iterable
from functools import cache, partial
from http import HTTPStatus
from typing import Any

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from parquay.http1 import INTERIM, STRAIGHT
from parquay.http1.straight import StraightBody

Message = dict[str, Any]
Fields = Iterable[tuple[bytes, bytes]]

Reply = Callable[[int, Fields, bytes], None]
"""Sends the whole answer to a request: its status, its fields but for those of the connection, its body."""

Express = Callable[[Any, bytes, Reply], bool]
"""Takes a request that came whole (its scope and body) if it can answer it, now or later; tells whether it does."""

LEAST_STRAIGHT = 256 * 1024
"""Shortest body, in bytes, that is worth it."""

METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
"""What is told to whoever asks with a method that HTTP does not know."""

HEAD_BYTES = 64 * 1024
"""Largest head of a request: its first line and fields."""
HEAD_SECONDS = 15.0
"""Longest time that a head may take, from the connection's start or from its first byte."""

LINGER_BYTES = 4 * 1024 * 1024
LINGER_SECONDS = 1.0
"""How much of an unwanted body is taken after its answer before the connection is closed."""


class UploadConnection(HttpToolsProtocol):
    """One connection."""

    def __init__(self, *arguments: Any, express: Express | None = None, **options: Any) -> None:
        """``express`` is asked before the application."""
        super().__init__(*arguments, **options)
        self._express = express
        self._is_feeding = False
        self._held: tuple[RequestResponseCycle, Any] | None = None
        self._head_bytes = 0
        self._head_since: float | None = time.monotonic()

    def overdue(self, now: float) -> bool:
        """Tell whether the head of a request has taken too long at ``now`` (`time.monotonic`)."""
        return self._head_since is not None and now - self._head_since > HEAD_SECONDS

    def refuse(self, status: HTTPStatus, code: str, detail: str, *more: tuple[bytes, bytes]) -> None:
        """Answer what is no request, and close."""
        if self.transport.is_closing():
            return
        told = {"type": "about:blank", "title": status.phrase, "status": status, "detail": detail, "code": code}
        body = json.dumps(told).encode()
        fields = [
            (b"content-type", b"application/problem+json"),
            (b"content-length", b"%d" % len(body)),
            (b"tus-resumable", b"1.0.0"),
            (b"connection", b"close"),
            *more,
        ]
        self.transport.write(_head(status, [*self.server_state.default_headers, *fields]) + body)
        self.transport.close()

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be parsed."""
        if isinstance(sys.exception(), httptools.HttpParserInvalidMethodError):
            detail = f"The methods are {METHODS}."
            self.refuse(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", detail, (b"allow", METHODS.encode()))
        else:
            self.refuse(HTTPStatus.BAD_REQUEST, "bad_request", msg)

    def data_received(self, data: bytes) -> None:
        """Take in bytes that came by the usual way."""
        if self._head_since is not None:
            self._head_bytes += len(data)
        self._is_feeding = self._express is not None
        super().data_received(data)
        self._is_feeding = False
        held, self._held = self._held, None
        if held is not None and not self._is_taken(held[0]):
            self._start_asgi_task(*held)
        if self._head_since is not None and self._head_bytes > HEAD_BYTES:
            self._refuse_head()

    def _refuse_head(self) -> None:
        self._head_since = None
        self.refuse(HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE, "head_too_large", "The request's head is too large.")

    def on_message_begin(self) -> None:
        """Start the clock of a head."""
        super().on_message_begin()
        self._head_since, self._head_bytes = time.monotonic(), 0

    def on_headers_complete(self) -> None:
        """Start the answer to a request whose head is there."""
        self._head_since = None
        if sum(len(name) + len(value) for name, value in self.headers) + len(self.url) > HEAD_BYTES:
            self._refuse_head()
            return
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take in a piece of a body."""
        if self.cycle is not None:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Note that a request's body has ended, also one that was answered before."""
        if self.cycle is not None:
            super().on_message_complete()
            self.cycle.more_body = False
            self.cycle.message_event.set()

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        if self._is_feeding:
            self._held = cycle, app  # until it is known whether it came whole
        else:
            super()._start_asgi_task(cycle, Exchange(self, cycle, app))

    def _is_taken(self, cycle: RequestResponseCycle) -> bool:
        if self._express is None or cycle.more_body or cycle.waiting_for_100_continue or self.transport.is_closing():
            return False
        return self._express(cycle.scope, bytes(cycle.body), partial(self._reply, cycle))

    def _reply(self, cycle: RequestResponseCycle, status: int, fields: Fields, body: bytes) -> None:
        cycle.response_started = cycle.response_complete = True
        if self.transport.is_closing():
            return
        closing = () if cycle.keep_alive else ((b"connection", b"close"),)
        sized = (b"content-length", b"%d" % len(body))
        self.transport.write(_head(status, (*self.server_state.default_headers, *fields, sized, *closing)) + body)
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()

    # The connection of a StraightBody
    def gathered(self, most: int) -> bytes:
        """Take up to ``most`` bytes of the body that came by the usual way."""
        gathered = self.cycle.body
        taken = bytes(gathered[:most])
        del gathered[:most]
        return taken

    def let_send(self) -> None:
        """Tell a client that waits for it to send."""
        if self.cycle.waiting_for_100_continue and not self.transport.is_closing():
            self.cycle.waiting_for_100_continue = False
            self.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")

    def suspend(self) -> None:
        """Stop reading by the usual way."""
        self._unset_keepalive_if_required()
        self.flow.read_paused = False  # from here on the straight body starts and stops the reading
        if not self.transport.is_closing():
            self.transport.pause_reading()

    def resume_after_body(self) -> None:
        """Read on by the usual way, with a parser that knows nothing of the body."""
        self.parser = httptools.HttpRequestParser(self)
        self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
        self.cycle.more_body = False
        self.cycle.message_event.set()
        if not self.transport.is_closing():
            self.transport.resume_reading()


class Exchange:
    """One request and its answer, as the application sees them."""

    def __init__(self, connection: UploadConnection, cycle: RequestResponseCycle, app: Any) -> None:
        self._connection = connection
        self._cycle = cycle
        self._app = app
        self._straight: StraightBody | None = None
        self._invited = not cycle.waiting_for_100_continue
        self._closes = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Let the application answer, then leave the connection ready for the next request, or closed."""
        del receive, send  # the cycle's own, which these here stand before
        extensions: Message = {}
        if scope["http_version"] == "1.1":
            extensions[INTERIM] = self.interim
        length = _length(scope["headers"])
        if length >= LEAST_STRAIGHT:
            self._straight = extensions[STRAIGHT] = StraightBody(self._connection, length)
        # A copy: what the application changes, such as the method, is not what the client sent.
        await self._app({**scope, "extensions": extensions}, self.receive, self.send)
        if self._cycle.response_complete:
            await self._leave()

    async def receive(self) -> Message:
        """Give the next piece of the body; what came is given before the news that the client is gone."""
        cycle, self._invited = self._cycle, True
        message: Any = await cycle.receive()
        if message["type"] == "http.disconnect" and cycle.body and not cycle.response_complete:
            rest, cycle.body = bytes(cycle.body), bytearray()
            return {"type": "http.request", "body": rest, "more_body": cycle.more_body}
        return dict(message)

    async def send(self, message: Any) -> None:
        """Send a part of the answer. The connection of one that comes early is kept until the rest was taken."""
        cycle = self._cycle
        is_last = message["type"] == "http.response.body" and not message.get("more_body", False)
        if is_last and cycle.more_body and not cycle.keep_alive:
            self._closes = cycle.keep_alive = True
        await cycle.send(message)

    async def interim(self, status: int, headers: Fields) -> None:
        """Send an interim answer (1xx) ahead of the final one."""
        if not self._cycle.response_started and not self._connection.transport.is_closing():
            self._connection.transport.write(_head(status, headers))

    async def _leave(self) -> None:
        if self._is_open():
            if self._invited or (self._straight is not None and self._straight.asked):
                await self._take_rest()
            self._closes = self._closes or self._cycle.more_body
        if self._closes:
            self._connection.transport.close()

    async def _take_rest(self) -> None:
        loop = asyncio.get_running_loop()
        deadline, count = loop.time() + LINGER_SECONDS, 0
        scratch = memoryview(bytearray(LEAST_STRAIGHT))
        while self._is_open() and count < LINGER_BYTES and (left := deadline - loop.time()) > 0:
            if self._straight is not None and self._straight.asked:
                with contextlib.suppress(ConnectionResetError):
                    count += await self._straight.read_into(scratch, left) or 0
            else:
                await self._dropped(left)

    async def _dropped(self, seconds: float) -> None:
        """Wait for the end of a body that the parser drops."""
        self._cycle.message_event.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._cycle.message_event.wait()

    def _is_open(self) -> bool:
        return self._cycle.more_body and not self._cycle.disconnected


def _length(headers: Fields) -> int:
    """Return the announced bytes of a body, 0 for one in chunks."""
    fields = dict(headers)
    return 0 if b"transfer-encoding" in fields else int(fields.get(b"content-length", b"0"))


def _head(status: int, headers: Fields) -> bytes:
    return b"\r\n".join([_first_line(status), *map(b": ".join, headers), b"", b""])


@cache
def _first_line(status: int) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    return b"HTTP/1.1 %d %s" % (status, phrase.encode())
