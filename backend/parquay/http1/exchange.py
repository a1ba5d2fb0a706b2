"""One request and its answer on a connection, as the application sees them.

An answer that comes before the end of its request's body can be read by the client: the rest of the body is taken
and forgotten for a moment before the connection is closed, because closing on unread bytes resets it.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterable
from functools import cache
from http import HTTPStatus
from typing import Any, Protocol

from parquay.http1 import CUT, INTERIM, ZERO_COPY
from parquay.http1.uvicorn_seam import Cycle, invite, news, take_body
from parquay.http1.zero_copy import Receiving, ZeroCopyBody

Message = dict[str, Any]
Fields = Iterable[tuple[bytes, bytes]]

MIN_ZERO_COPY_BYTES = 256 * 1024
"""Shortest body that is received without the parser: below that, the switch costs more than the copies."""

LINGER_BYTES = 4 * 1024 * 1024
LINGER_SECONDS = 1.0
"""How much of an unwanted body is taken after its answer before the connection is closed."""

EVENT_STREAM = b"text/event-stream"


class Connection(Receiving, Protocol):
    """What an exchange needs of its connection."""

    has_left: bool
    """Whether the client may have left: it stopped sending a while ago."""

    def suspend(self, cycle: Cycle) -> None:
        """Stop giving what comes to the parser: it is for the body of ``cycle``."""
        ...

    def resume_after_body(self, cycle: Cycle) -> None:
        """Give what comes to the parser again."""
        ...

    def end_with(self, cycle: Cycle) -> None:
        """Take no request behind the one of ``cycle``."""
        ...

    def note_event_stream(self) -> None:
        """Note that the answer which begins has no end but the client's leaving."""
        ...


class Exchange:
    """One request and its answer. Its body is that of its own cycle, whatever else the connection has taken in."""

    def __init__(self, connection: Connection, cycle: Cycle, app: Any) -> None:
        self.connection = connection
        self._cycle = cycle
        self._app = app
        self._zero_copy: ZeroCopyBody | None = None
        self._invited = not cycle.waiting_for_100_continue
        self._has_ended = False
        self._closes = False

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Let the application answer, then leave the connection ready for the next request, or closed."""
        del receive, send  # the cycle's own, which these here stand before
        extensions: Message = {CUT: self.cut}
        if scope["http_version"] == "1.1":
            extensions[INTERIM] = self.interim
        length = _length(scope["headers"])
        if length >= MIN_ZERO_COPY_BYTES:
            self._zero_copy = extensions[ZERO_COPY] = ZeroCopyBody(self, length)
        # A copy: what the application changes, such as the method, is not what the client sent.
        await self._app({**scope, "extensions": extensions}, self.receive, self.send)
        if self._cycle.response_complete:
            await self._leave()

    async def receive(self) -> Message:
        """Give the next piece of the body; what came is given before the news that the client is gone."""
        cycle, self._invited = self._cycle, True
        message: Any = await cycle.receive()
        while self._has_ended and message["type"] == "http.request":  # there are no more; something else is new
            if self.connection.has_left and not cycle.response_started:
                return {"type": "http.disconnect"}
            message = await cycle.receive()
        if message["type"] == "http.disconnect" and cycle.body and not cycle.response_complete:
            return {"type": "http.request", "body": take_body(cycle), "more_body": cycle.more_body}
        self._has_ended = self._has_ended or not message.get("more_body", False)
        return dict(message)

    async def send(self, message: Any) -> None:
        """Send a part of the answer. The connection of one that comes early is kept until the rest was taken."""
        cycle = self._cycle
        is_last = message["type"] == "http.response.body" and not message.get("more_body", False)
        if is_last and cycle.more_body and not cycle.keep_alive:
            self._closes = cycle.keep_alive = True
        await cycle.send(message)
        if message["type"] == "http.response.start":
            if not cycle.keep_alive:
                self.connection.end_with(cycle)
            if any(value.startswith(EVENT_STREAM) for _, value in message.get("headers", ())):
                self.connection.note_event_stream()

    def cut(self) -> None:
        """Break the connection."""
        self.connection.transport.abort()

    async def interim(self, status: int, headers: Fields) -> None:
        """Send an interim answer (1xx) ahead of the final one."""
        if not self._cycle.response_started and not self.connection.transport.is_closing():
            self.connection.transport.write(head(status, headers))

    async def _leave(self) -> None:
        if self._is_open():
            if self._invited or (self._zero_copy is not None and self._zero_copy.asked):
                await self._take_rest()
            self._closes = self._closes or self._cycle.more_body
        if self._closes:
            self.connection.transport.close()

    async def _take_rest(self) -> None:
        loop = asyncio.get_running_loop()
        deadline, count = loop.time() + LINGER_SECONDS, 0
        scratch = memoryview(bytearray(MIN_ZERO_COPY_BYTES))
        while self._is_open() and count < LINGER_BYTES and (left := deadline - loop.time()) > 0:
            if self._zero_copy is not None and self._zero_copy.asked:
                with contextlib.suppress(ConnectionResetError):
                    count += await self._zero_copy.read_into(scratch, left) or 0
            else:
                await news(self._cycle, left)  # of the end of a body that the parser drops

    def _is_open(self) -> bool:
        return self._cycle.more_body and not self._cycle.disconnected

    # ------------------------------------------------------------------------------------------------ of a ZeroCopyBody

    def take_buffered(self, limit: int) -> bytes:
        """Take up to ``limit`` bytes of the body that came through the parser."""
        return take_body(self._cycle, limit)

    def send_continue(self) -> None:
        """Tell a client that waits for it to send."""
        invite(self._cycle)

    @property
    def is_gone(self) -> bool:
        """Whether no more bytes can come."""
        return self._cycle.disconnected

    def suspend(self) -> None:
        """Stop reading; what comes is not for the parser."""
        self.connection.suspend(self._cycle)

    def resume_after_body(self) -> None:
        """Give what comes to the parser again: the body has ended."""
        self.connection.resume_after_body(self._cycle)


def _length(headers: Fields) -> int:
    """Return the announced bytes of a body, 0 for one in chunks."""
    fields = dict(headers)
    return 0 if b"transfer-encoding" in fields else int(fields.get(b"content-length", b"0"))


def head(status: int, headers: Fields) -> bytes:
    """Return the first line and the fields of an answer."""
    return b"\r\n".join([_first_line(status), *map(b": ".join, headers), b"", b""])


@cache
def _first_line(status: int) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    return b"HTTP/1.1 %d %s" % (status, phrase.encode())
