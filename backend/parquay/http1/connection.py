"""uvicorn's HTTP/1.1 connection with what resumable uploads need besides.

* Bytes that came are given to the application even when the client is gone by then: they are the point.
* A long body of known length can be received right into the caller's memory ([ZeroCopyBody][parquay.http1.zero_copy]).
* Requests that come one behind the other are answered one behind the other, each with its own bytes; what can be no
  request is refused when its turn has come ([framing][parquay.http1.framing] tells what that is).
* Nothing is waited for without an end: not for a head, a trailer, the next request, nor for a client that reads.
* Interim answers (1xx) can be sent.
* A request that came in one packet can be answered without a task of its own, and by one write (`TryHandle`).

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

from parquay.http1.exchange import LINGER_BYTES, LINGER_SECONDS, Exchange, Fields, head
from parquay.http1.framing import HEAD_BYTES, OTHER_VERSION, TOO_LARGE, Fault, problem_of
from parquay.http1.intake import Intake
from parquay.http1.uvicorn_seam import HIGH_WATER_LIMIT, Cycle, FlowControl, mark_answered, mark_gone, silence, wake

Reply = Callable[[int, Fields, bytes], None]
"""Sends the whole answer to a request: its status, its fields but for those of the connection, its body."""

TryHandle = Callable[[Any, bytes, Reply], bool]
"""Answers a request that came in one packet (its scope and body), now or later; False: it does not, and did nothing."""

METHODS = "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"
"""What a refusal names where the method is none of HTTP."""

HEAD_SECONDS = 15.0
"""Longest time that a head may take, from the connection's start or from its first byte."""
IDLE_SECONDS = 75.0
"""How long a connection without a request is kept."""
STUCK_SECONDS = 120.0
"""How long a client may leave an answer unread before its connection is broken."""
HALF_CLOSED_SECONDS = 2.0
"""How long a client that has stopped sending is not taken for one that has left, by whoever asks."""


class UploadConnection(Intake):
    """One connection."""

    def __init__(self, *arguments: Any, fast_path: TryHandle | None = None, **options: Any) -> None:
        """``fast_path`` is asked before the application."""
        super().__init__(*arguments, **options)
        self._fast_path = fast_path
        self._is_feeding = False
        self._held: tuple[Cycle, Any] | None = None  # what the fast path is asked for first
        self._answered: Cycle | None = None  # the one that is being answered, or was last
        self._is_half_closed = False  # the client has stopped sending
        self._is_event_stream = False
        self.has_left = False
        self._discarded_bytes = 0
        self._final_answer: bytes | None = None
        self._since = time.monotonic()
        self._stuck_since: float | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin."""
        super().connection_made(transport)
        self.flow = _Flow(transport, self.pipeline)

    # ------------------------------------------------------------------------------------------------ deadlines

    def enforce_deadlines(self, now: float) -> None:
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
        self._discards_input, self._head_since = True, None
        if not self.transport.is_closing():
            self._final_answer = _refusal(found, (*self.server_state.default_headers, *more))
            self._send_final_answer()

    def _send_final_answer(self) -> None:
        if self._final_answer is not None and not self.is_busy:
            self.transport.write(self._final_answer)
            self._final_answer = None
            self._linger()

    def _linger(self) -> None:
        """Close, but not on unread bytes: that would reset the connection before its client has read the answer."""
        self._discards_input, self._head_since = True, None
        if self.transport.can_write_eof():
            self.transport.write_eof()
        self.transport.resume_reading()
        self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def refuse_unparsed(self, reason: str) -> None:
        """Refuse what cannot be parsed."""
        if self.cycle is not None and self.cycle.more_body:
            self.refuse_body(Fault(HTTPStatus.BAD_REQUEST, "bad_request", reason))
        elif isinstance(sys.exception(), httptools.HttpParserInvalidMethodError):
            unknown = Fault(HTTPStatus.METHOD_NOT_ALLOWED, "method_not_allowed", f"The methods are {METHODS}.")
            self.refuse(unknown, (b"allow", METHODS.encode()))
        elif "PRI" in str(sys.exception()):  # how HTTP/2 begins where its client believes it is spoken
            self.refuse(OTHER_VERSION)
        else:
            self.refuse(Fault(HTTPStatus.BAD_REQUEST, "bad_request", reason))

    def refuse_body(self, found: Fault) -> None:
        """Refuse a request whose body breaks the rules: now if it is being answered, else in its turn."""
        cycle = self._answered
        if self._discards_input:
            return
        if cycle is None or cycle is not self.cycle:
            self.pipeline.popleft()
            self.refuse(found)
        elif cycle.response_started:
            self._discards_input = True
            self.transport.close()
        else:
            silence(cycle)
            self._answered = None
            self.refuse(found)

    @property
    def is_busy(self) -> bool:
        """Whether a request waits for its answer."""
        return self._answered is not None and not self._answered.response_complete

    # ------------------------------------------------------------------------------------------------ bytes come in

    def data_received(self, data: bytes) -> None:
        """Take in bytes for the parser."""
        self.stop_idle_timer()
        if self._discards_input:
            self._discard(len(data))
            return
        if self._head_since is not None:
            self._head_bytes += len(data)
        self._is_feeding = self._fast_path is not None
        self._feed(data)
        self._is_feeding = False
        held, self._held = self._held, None
        if held is not None and not self._is_handled(held[0]):
            self._run(*held)
        if self._head_since is not None and self._head_bytes > HEAD_BYTES:
            self.refuse(TOO_LARGE)

    def _discard(self, count: int) -> None:
        self._discarded_bytes += count
        if self._discarded_bytes > LINGER_BYTES and not self.is_busy:
            self.transport.close()

    def eof_received(self) -> bool:  # type: ignore[override]
        """Let the requests that came to their end be answered; a client may stop sending before it reads."""
        self._discards_input = True
        cycle = self.cycle
        if cycle is not None and cycle.more_body and self.pipeline and cycle is not self._answered:
            self.pipeline.popleft()  # the newest is one that will never be whole
        newest = self.pipeline[0][0] if self.pipeline else self._answered
        if newest is None or newest.response_complete or newest.more_body:
            return False
        newest.keep_alive = False
        if not self._is_half_closed:
            self._is_half_closed = True
            self.loop.call_later(HALF_CLOSED_SECONDS, self._announce_leaving)
        return not self._is_event_stream and self.transport.can_write_eof()  # TLS has no half of a connection

    def _announce_leaving(self) -> None:
        """Let those who wait for the client's leaving hear of it, though it may only have stopped sending."""
        self.has_left = True
        for cycle in self._open_cycles():
            wake(cycle)

    def connection_lost(self, exc: Exception | None) -> None:
        """Tell whoever answers that the client is gone."""
        for cycle in self._open_cycles():
            mark_gone(cycle)
        self.pipeline.clear()
        super().connection_lost(exc)

    def _open_cycles(self) -> Iterator[Cycle]:
        if self.is_busy and self._answered is not None:
            yield self._answered
        yield from (cycle for cycle, _ in self.pipeline)

    # ------------------------------------------------------------------------------------------------ answers go out

    def begin_answer(self, cycle: Cycle, app: Any) -> None:
        """Begin to answer the request of ``cycle``."""
        self._answered = cycle
        if self._is_feeding:
            self._held = cycle, app  # until it is known whether it came whole
        else:
            self._run(cycle, app)

    def _run(self, cycle: Cycle, app: Any) -> None:
        self.run(cycle, Exchange(self, cycle, app))

    def _is_handled(self, cycle: Cycle) -> bool:
        if self._fast_path is None or cycle.more_body or cycle.waiting_for_100_continue or self.transport.is_closing():
            return False
        return self._fast_path(cycle.scope, bytes(cycle.body), partial(self._reply, cycle))

    def _reply(self, cycle: Cycle, status: int, fields: Fields, body: bytes) -> None:
        mark_answered(cycle)
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
            self._send_final_answer()

    def end_with(self, cycle: Cycle) -> None:
        """Take no request behind the one of ``cycle``."""
        self._is_last = self._is_last or cycle is self.cycle

    def note_event_stream(self) -> None:
        """Note that the answer which begins has no end but the client's leaving."""
        self._is_event_stream = True
        if self._is_half_closed:
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
