"""What comes in on a connection: bytes, heads, bodies, one request behind the other.

The parser's callbacks, and what is watched besides: how large heads and trailers are, which request is the last one,
what becomes of one that asks for another protocol.
"""

from __future__ import annotations

import time
from abc import abstractmethod
from http import HTTPStatus
from typing import Any

import httptools

from parquay.http1.framing import (
    HEAD_BYTES,
    TOO_LARGE,
    ChunkBudget,
    Fault,
    fault,
    is_websocket,
    origin_form,
    spoken,
    without_upgrade,
)
from parquay.http1.uvicorn_seam import Cycle, UvicornConnection, end_body

PARSE_BYTES = 16 * 1024
"""Bytes that are parsed at once, but for bodies of known length: as exactly are heads and trailers limited."""

MAX_PIPELINED = 100
"""Most requests that wait for their turn. The connection ends with the last of them."""


class StopParsing(Exception):
    """The rest of what came is nobody's."""


class _Parser(httptools.HttpRequestParser):
    """The parser, which leaves it to the rules what becomes of other versions of HTTP."""

    def __init__(self, protocol: Intake) -> None:
        super().__init__(protocol)
        self.set_dangerous_leniencies(lenient_data_after_close=True, lenient_version=True)

    def get_http_version(self) -> str:
        return spoken(super().get_http_version())


class Intake(UvicornConnection):
    """The half of a connection that takes in."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """See uvicorn's."""
        super().__init__(*arguments, **options)
        self.parser = _Parser(self)
        self._is_last = False  # no request follows the one whose bytes come in
        self._discards_input = False  # what comes is dropped
        self._budget: ChunkBudget | None = None
        self._plain_head: bytes | None = None
        self._head_bytes = 0
        self._head_since: float | None = time.monotonic()

    @abstractmethod
    def refuse(self, found: Fault, *more: tuple[bytes, bytes]) -> None:
        """Answer what is no request once the requests before it are answered, and close."""

    @abstractmethod
    def refuse_body(self, found: Fault) -> None:
        """Refuse a request whose body breaks the rules: now if it is being answered, else in its turn."""

    @property
    @abstractmethod
    def is_busy(self) -> bool:
        """Whether a request waits for its answer."""

    def _feed(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest and not self._discards_input:
            budget = self._budget
            is_sized = budget is None and self.cycle is not None and self.cycle.more_body
            piece = rest if is_sized else rest[:PARSE_BYTES]
            rest = rest[self._parse(piece) :]
            # A body that ended meanwhile has no budget any more, or another body has one.
            if budget is not None and budget is self._budget and not budget.spend(len(piece)):
                self.refuse_body(TOO_LARGE)

    def _parse(self, piece: memoryview) -> int:
        """Parse bytes; return how many of them were of a request that is spoken of here."""
        try:
            self.parser.feed_data(piece)
        except httptools.HttpParserUpgrade as upgrade:
            if self._plain_head is None:
                self._discards_input = True
                self.handle_websocket_upgrade()
            else:
                head, self._plain_head = self._plain_head, None
                self.parser = _Parser(self)
                self._parse(memoryview(head))
            return int(upgrade.args[0])
        except httptools.HttpParserError:
            if not self._discards_input:
                self.refuse_unparsed("Invalid HTTP request received.")
        return len(piece)

    def on_message_begin(self) -> None:
        """Start the clock of a head."""
        if self._is_last or (self.cycle is not None and not self.cycle.keep_alive):
            # "A server that sends a close connection option ... MUST NOT process any further requests received on that
            # connection."
            self._discards_input = True
            raise StopParsing
        super().on_message_begin()
        self._head_since, self._head_bytes = time.monotonic(), 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take in a field of a head. One of a trailer is none of its request's: it could be a login."""
        if self._head_since is not None:
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Start the answer to a request whose head is there, or let it wait for its turn."""
        self._head_since = None
        version, method = self.parser.get_http_version(), self.parser.get_method().decode("ascii")
        if sum(len(name) + len(value) for name, value in self.headers) + len(self.url) > HEAD_BYTES:
            self._stop_at(TOO_LARGE)
        self.url, host = origin_form(self.url)
        if host is not None:
            self.headers[:] = [(b"host", host), *(field for field in self.headers if field[0] != b"host")]
        if found := fault(version, method, self.headers):
            self._stop_at(found)
        if self.parser.should_upgrade():
            self._turn_upgrade(version, method)
            return
        super().on_headers_complete()
        self.flow.resume_reading()  # uvicorn stops at the second request
        self._is_last = len(self.pipeline) >= MAX_PIPELINED
        if self._is_last and self.cycle is not None:
            self.cycle.keep_alive = False
        if any(name == b"transfer-encoding" for name, _ in self.headers):
            self._budget = ChunkBudget()

    def _stop_at(self, found: Fault) -> None:
        self.refuse(found)
        raise StopParsing

    def _turn_upgrade(self, version: str, method: str) -> None:
        """Prepare for the parser's stop at a request that asks for another protocol."""
        if version == "1.1" and is_websocket(self.headers):
            self.scope["method"] = method
            if self.is_busy:
                detail = "A WebSocket is opened once the requests before are answered."
                self._stop_at(Fault(HTTPStatus.BAD_REQUEST, "bad_request", detail))
        else:
            self._plain_head = without_upgrade(version, method, self.url, self.headers)

    def on_body(self, body: bytes) -> None:
        """Take in a piece of a body."""
        if self._budget is not None:
            self._budget.data(len(body))
        if self.cycle is not None:
            super().on_body(body)

    def on_chunk_header(self) -> None:
        """Note that a chunk has begun."""
        if self._budget is not None:
            self._budget.chunk()

    def on_message_complete(self) -> None:
        """Note that a request's body has ended, also one that was answered before."""
        self._budget = None
        if self.cycle is not None and not self.parser.should_upgrade():
            super().on_message_complete()
            end_body(self.cycle)

    # ------------------------------------------------------------------------------------------------ zero-copy bodies

    def suspend(self, cycle: Cycle) -> None:
        """Stop giving what comes to the parser: it is for the body of ``cycle``."""
        self._check_newest(cycle)
        self.stop_idle_timer()
        self.flow.read_paused = False  # from here on the zero-copy body starts and stops the reading
        if not self.transport.is_closing():
            self.transport.pause_reading()

    def resume_after_body(self, cycle: Cycle) -> None:
        """Give what comes to a parser again, one that knows nothing of the body of ``cycle``."""
        self._check_newest(cycle)
        self.parser = _Parser(self)
        end_body(cycle)
        if not self.transport.is_closing():
            self.transport.resume_reading()

    def _check_newest(self, cycle: Cycle) -> None:
        if cycle is not self.cycle or not cycle.more_body:
            raise RuntimeError("bytes of another request would be taken for a body's")
