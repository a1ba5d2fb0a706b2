"""uvicorn's WebSocket, whose opening is refused as any request is: by an answer that is a problem."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from websockets.datastructures import Headers
from websockets.exceptions import InvalidHeader
from websockets.http11 import Response
from websockets.server import ServerProtocol

from parquay.http1.framing import Fault, problem_of
from parquay.http1.uvicorn_seam import UvicornSocket

VERSION = "Sec-WebSocket-Version"

TOO_MUCH = Fault(
    HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
    "head_too_large",
    "A WebSocket is opened by up to 128 fields of up to 8 KiB each.",
)
"""What the library below says of a head without saying it."""


class SocketConnection(UvicornSocket):
    """A connection that asks to go on as a WebSocket."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        """See uvicorn's."""
        super().__init__(*arguments, **options)
        self.conn = _Handshake(max_size=self.config.ws_max_size, logger=self.logger)

    def data_received(self, data: bytes) -> None:
        """Take in bytes; the first ones are a whole head."""
        super().data_received(data)
        if self.gave_up:
            self.transport.write(_answer(TOO_MUCH).serialize())
            self.transport.close()


class _Handshake(ServerProtocol):
    def reject(self, status: Any, text: str) -> Response:
        """Return the answer to what opens no WebSocket."""
        wrong = self.handshake_exc
        if status == HTTPStatus.INTERNAL_SERVER_ERROR:
            return _answer(Fault(HTTPStatus(status), "internal_error", "Something went wrong here; it was noted."))
        if isinstance(wrong, InvalidHeader) and wrong.name == VERSION:
            # "If this version does not match a version understood by the server, the server MUST abort ... and instead
            # send an appropriate HTTP error code (such as 426 Upgrade Required) and a |Sec-WebSocket-Version| header
            # field indicating the version(s) the server is capable of understanding."
            found = Fault(HTTPStatus.UPGRADE_REQUIRED, "websocket_version", "The WebSockets here have the version 13.")
            return _answer(found, (VERSION, "13"), ("Upgrade", "websocket"))
        named = wrong.name if isinstance(wrong, InvalidHeader) else "handshake"
        return _answer(Fault(HTTPStatus(status), "bad_request", f"The WebSocket's {named} is missing or wrong."))


def _answer(found: Fault, *more: tuple[str, str]) -> Response:
    fields, body = problem_of(found)
    named = [(name.decode().title(), value.decode()) for name, value in fields]
    return Response(found.status, found.status.phrase, Headers([*named, ("Connection", "close"), *more]), body)
