"""uvicorn's HTTP/1.1 connection with what resumable uploads need besides.

* Bytes that came are given to the application even when the client is gone by then: they are the point.
* A long body of known length can be received straight into memory ([StraightBody][parquay.http1.zero_copy]).
* Requests that come one behind the other are answered one behind the other, each with its own bytes; what can be no
  request is refused when its turn has come ([framing][parquay.http1.framing] tells what that is).
* Nothing is waited for without an end: not for a head, a trailer, the next request, nor for a client that reads.
* Interim answers (1xx) can be sent.
* A request that came whole can be answered without a task of its own, and by one write.

A *cycle* is uvicorn's word for one request and its answer. ``self.cycle`` is the one whose bytes are coming in;
the one that is answered may be an older one.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from http import HTTPStatus
from typing import Any

import httptools
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, FlowControl
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle

from parquay.http1.exchange import LINGER_BYTES, LINGER_SECONDS, Exchange, Fields, head
from parquay.http1.framing import HEAD_BYTES, OTHER_VERSION, TOO_LARGE, Fault, problem_of
from parquay.http1.intake import Intake

Reply = Callable[[int, Fields, bytes], None]
"""Sends the whole answer to a request: its status, its fields but for those of the connection, its body."""

Express = Callable[[Any, bytes, Reply], bool]
"""Takes a request that came whole (its scope and body) if it can answer it, now or later; tells whether it does."""

METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
"""What is told to whoever asks with a method that HTTP does not know."""

HEAD_SECONDS = 15.0
"""Longest time that a head may take, from the connection's start or from its first byte."""
IDLE_SECONDS = 75.0
"""How long a connection without a request is kept."""
STUCK_SECONDS = 120.0
"""How long a client may leave an answer unread before its connection is broken."""
HALF_SECONDS = 2.0
"""How long a client that has stopped sending is not taken for one that has left, by whoever asks."""


class UploadConnection(Intake):
    """One connection."""

    def __init__(self, *arguments: Any, express: Express | None = None, **options: Any) -> None:
        """``express`` is asked before the application."""
        super().__init__(*arguments, **options)
        self._express = express
        self._is_feeding = False
        self._held: tuple[RequestResponseCycle, Any] | None = None
        self._answered: RequestResponseCycle | None = None  # the one that is being answered, or was last
        self._is_half = False  # the client has stopped sending
        self._is_endless = False
        self.has_left = False
        self._dropped = 0
        self._last_word: bytes | None = None
        self._since = time.monotonic()
        self._stuck_since: float | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin."""
        super().connection_made(transport)
        self.flow = _Flow(transport, self.pipeline)

    # ------------------------------------------------------------------------------------------------ deadlines

    def look_after(self, now: float) -> None:
        """End the connection if it has waited too long for its client at ``now`` (`time.monotonic`)."""
        if self._stuck_since is not None and now - self._stuck_since > STUCK_SECONDS:
            self.transport.abort()
        elif self.transport.is_closing():
            self._stuck_since = self._stuck_since or now
        elif self._head_since is not None:
            if now - self._head_since > HEAD_SECONDS:
                self.refuse(Fault(HTTPStatus.REQUEST_TIMEOUT, "request_timeout", "The request took too long."))
        elif not self.is_busy and now - self._since > IDLE_SECONDS:
            self.transport.close()

    def pause_writing(self) -> None:
        """Note that the client reads slowly."""
        super().pause_writing()
        self._stuck_since = time.monotonic()

    def resume_writing(self) -> None:
        """Note that the client reads again."""
        super().resume_writing()
        self._stuck_since = None

    # ------------------------------------------------------------------------------------------------ refusals

    def refuse(self, found: Fault, *more: tuple[bytes, bytes]) -> None:
        """Answer what is no request once the requests before it are answered, and close."""
        self._is_deaf, self._head_since = True, None
        if not self.transport.is_closing():
            self._last_word = _refusal(found, (*self.server_state.default_headers, *more))
            self._say_last_word()

    def _say_last_word(self) -> None:
        if self._last_word is not None and not self.is_busy:
            self.transport.write(self._last_word)
            self._last_word = None
            self._depart()

    def _depart(self) -> None:
        """Close, but not on unread bytes: that would reset the connection before its client has read the answer."""
        self._is_deaf, self._head_since = True, None
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.transport.resume_reading()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be parsed."""
        if self.cycle is not None and self.cycle.more_body:
            self.refuse_body(Fault(HTTPStatus.BAD_REQUEST, "bad_request", msg))
        elif isinstance(sys.exception(), httptools.HttpParserInvalidMethodError):
            told = Fault(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", f"The methods are {METHODS}.")
            self.refuse(told, (b"allow", METHODS.encode()))
        elif "PRI" in str(sys.exception()):  # how HTTP/2 begins where its client believes it is spoken
            self.refuse(OTHER_VERSION)
        else:
            self.refuse(Fault(HTTPStatus.BAD_REQUEST, "bad_request", msg))

    def refuse_body(self, found: Fault) -> None:
        """Refuse a request whose body breaks the rules: now if it is being answered, else in its turn."""
        cycle = self._answered
        if self._is_deaf:
            return
        if cycle is None or cycle is not self.cycle:
            self.pipeline.popleft()
            self.refuse(found)
        elif cycle.response_started:
            self._is_deaf = True
            self.transport.close()
        else:
            cycle.response_started = cycle.disconnected = True  # what the application says of it is not heard
            cycle.message_event.set()
            self._answered = None
            self.refuse(found)

    @property
    def is_busy(self) -> bool:
        """Whether a request waits for its answer."""
        return self._answered is not None and not self._answered.response_complete

    # ------------------------------------------------------------------------------------------------ bytes come in

    def data_received(self, data: bytes) -> None:
        """Take in bytes that came by the usual way."""
        self._unset_keepalive_if_required()
        if self._is_deaf:
            self._drop(len(data))
            return
        if self._head_since is not None:
            self._head_bytes += len(data)
        self._is_feeding = self._express is not None
        self._feed(data)
        self._is_feeding = False
        held, self._held = self._held, None
        if held is not None and not self._is_taken(held[0]):
            self._start_asgi_task(*held)
        if self._head_since is not None and self._head_bytes > HEAD_BYTES:
            self.refuse(TOO_LARGE)

    def _drop(self, count: int) -> None:
        self._dropped += count
        if self._dropped > LINGER_BYTES and not self.is_busy:
            self.transport.close()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Let the requests that came whole be answered; a client may stop sending before it reads."""
        self._is_deaf = True
        cycle = self.cycle
        if cycle is not None and cycle.more_body and self.pipeline and cycle is not self._answered:
            self.pipeline.popleft()  # the newest is one that will never be whole
        newest = self.pipeline[0][0] if self.pipeline else self._answered
        if newest is None or newest.response_complete or newest.more_body:
            return False
        newest.keep_alive = False
        if not self._is_half:
            self._is_half = True
            self.loop.call_later(HALF_SECONDS, self._give_up)
        return not self._is_endless

    def _give_up(self) -> None:
        """Let those who wait for the client's leaving hear of it, though it may only have stopped sending."""
        self.has_left = True
        for cycle in self._open_cycles():
            cycle.message_event.set()

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever answers that the client is gone."""
        for cycle in self._open_cycles():
            cycle.disconnected = True
            cycle.message_event.set()
        self.pipeline.clear()
        super().connection_lost(exc)

    def _open_cycles(self) -> Iterator[RequestResponseCycle]:
        if self.is_busy and self._answered is not None:
            yield self._answered
        yield from (cycle for cycle, _ in self.pipeline)

    # ------------------------------------------------------------------------------------------------ answers go out

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self._answered = cycle
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
        self.transport.write(head(status, (*self.server_state.default_headers, *fields, sized, *closing)) + body)
        if not cycle.keep_alive:
            self.transport.close()
        cycle.on_response()

    def on_response_complete(self) -> None:
        """Go on with the next request, if one waits."""
        self._since = time.monotonic()
        super().on_response_complete()
        if not self.transport.is_closing():
            self._say_last_word()

    def end_with(self, cycle: RequestResponseCycle) -> None:
        """Take no request behind the one of ``cycle``."""
        self._is_last = self._is_last or cycle is self.cycle

    def note_endless(self) -> None:
        """Note that the answer which begins has no end but the client's leaving."""
        self._is_endless = True
        if self._is_half:
            self.transport.close()


class _Flow(FlowControl):
    """Reads no more bodies while enough of them wait for their turn, whoever asks.

    With less than that it reads on: what the requests that are answered wait for may be the client's leaving.
    """

    def __init__(self, transport: asyncio.Transport, pipeline: Any) -> None:
        super().__init__(transport)
        self._pipeline = pipeline

    def resume_reading(self) -> None:
        if sum(len(cycle.body) for cycle, _ in self._pipeline) <= HIGH_WATER_LIMIT:
            super().resume_reading()


def _refusal(found: Fault, more: Fields) -> bytes:
    fields, body = problem_of(found)
    always = ((b"tus-resumable", b"1.0.0"), (b"connection", b"close"))
    return head(found.status, [*fields, *always, *more]) + body
