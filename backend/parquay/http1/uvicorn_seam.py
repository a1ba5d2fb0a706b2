"""What this program knows of uvicorn's inside, all of it in this file: the classes under ours, and what is set in them.

uvicorn documents none of it and may change it with any version, so `pyproject.toml` allows one minor version, and
`tests/http1/test_uvicorn_seam.py` names each thing that is relied on and fails when one is gone or called otherwise.
Methods that uvicorn calls have names of ours here, and state that it keeps is changed by functions of ours.
"""

from __future__ import annotations

import asyncio
import contextlib
from abc import abstractmethod
from collections.abc import Iterator
from typing import Any

from uvicorn import Config, Server
from uvicorn.protocols.http.flow_control import HIGH_WATER_LIMIT, FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.http.httptools_impl import RequestResponseCycle as Cycle
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

__all__ = ["HIGH_WATER_LIMIT", "Config", "Cycle", "FlowControl", "UvicornConnection", "UvicornServer", "UvicornSocket"]


NO_TEXT = 1007
"""Close code of a text that is no UTF-8 (RFC 6455)."""


class UvicornConnection(HttpToolsProtocol):
    """uvicorn's HTTP/1.1 connection: the parser's callbacks, the pipeline, one cycle for each request."""

    flow: FlowControl
    cycle: Cycle | None  # type: ignore[assignment]

    @abstractmethod
    def begin_answer(self, cycle: Cycle, app: Any) -> None:
        """Begin to answer the request of ``cycle``, whose turn it is, by the application ``app``."""

    @abstractmethod
    def refuse_unparsed(self, reason: str) -> None:
        """Refuse what cannot be parsed."""

    def run(self, cycle: Cycle, app: Any) -> None:
        """Run the application ``app`` for ``cycle`` in a task of its own."""
        super()._start_asgi_task(cycle, app)

    def stop_idle_timer(self) -> None:
        """Keep the connection, which uvicorn would close for being idle."""
        self._unset_keepalive_if_required()

    def _start_asgi_task(self, cycle: Cycle, app: Any) -> None:
        self.begin_answer(cycle, app)

    def send_400_response(self, msg: str) -> None:
        """See :meth:`refuse_unparsed`."""
        self.refuse_unparsed(msg)


class UvicornSocket(WebSocketsSansIOProtocol):
    """uvicorn's WebSocket over the library's state machine."""

    @property
    def gave_up(self) -> bool:
        """Whether the library could not read the head it was given, and waits for the connection's end."""
        return not self.handshake_initiated

    def send_receive_event_to_app(self) -> None:
        """Hand a message over. A text that is none ends the WebSocket; uvicorn logs it as its own fault."""
        if self.curr_msg_data_type == "text" and not _is_text(b"".join(self.frames)):
            self.frames = []
            self.conn.send_close(NO_TEXT)
            self.handle_parser_exception()
        else:
            super().send_receive_event_to_app()

    async def send(self, message: Any) -> None:
        """Send what the application says. A refusal completes the handshake too, which uvicorn does not note."""
        await super().send(message)
        if self.initial_response is not None and self.close_sent:
            self.handshake_complete = True


def _is_text(message: bytes) -> bool:
    try:
        message.decode()
    except UnicodeDecodeError:
        return False
    return True


class UvicornServer(Server):
    """uvicorn's server, inside of an event loop that is somebody else's, as are the signals."""

    def __init__(self, app: Any, **options: Any) -> None:
        super().__init__(Config(app, **options))

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Leave signals alone."""
        yield

    @property
    def open_connections(self) -> list[Any]:
        """The connections of this moment, those of WebSockets too."""
        return list(self.server_state.connections)


def mark_answered(cycle: Cycle) -> None:
    """Note that the whole answer was sent past the cycle."""
    cycle.response_started = cycle.response_complete = True


def mark_gone(cycle: Cycle) -> None:
    """Tell whoever answers that the client is gone."""
    cycle.disconnected = True
    cycle.message_event.set()


def silence(cycle: Cycle) -> None:
    """Hear nothing more of what the application says in ``cycle``, which is told that its client is gone."""
    cycle.response_started = True
    mark_gone(cycle)


def wake(cycle: Cycle) -> None:
    """Let whoever waits in ``cycle`` look again."""
    cycle.message_event.set()


def end_body(cycle: Cycle) -> None:
    """Note that the body of ``cycle`` has come to its end."""
    cycle.more_body = False
    cycle.message_event.set()


def take_body(cycle: Cycle, limit: int | None = None) -> bytes:
    """Take the first ``limit`` bytes (or all) of what came of a body and was not asked for."""
    taken = bytes(cycle.body[:limit])
    del cycle.body[:limit]
    return taken


def invite(cycle: Cycle) -> None:
    """Tell a client that waits for it (`Expect: 100-continue`) to send."""
    if cycle.waiting_for_100_continue and not cycle.transport.is_closing():
        cycle.waiting_for_100_continue = False
        cycle.transport.write(b"HTTP/1.1 100 Continue\r\n\r\n")


async def news(cycle: Cycle, seconds: float) -> None:
    """Wait up to ``seconds`` for the next thing that happens to ``cycle``."""
    cycle.message_event.clear()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await cycle.message_event.wait()
