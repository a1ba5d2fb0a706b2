"""uvicorn's server on a socket that several processes share."""

from __future__ import annotations

import asyncio
import logging
import socket
import time
from functools import partial
from typing import Any

from parquay.http1.certificates import Certificate
from parquay.http1.connection import IDLE_SECONDS, TryHandle, UploadConnection
from parquay.http1.sockets import SocketConnection
from parquay.http1.uvicorn_seam import UvicornServer

BACKLOG = 1024
STOP_SECONDS = 5
"""How long answers may still take when the server stops."""
DEADLINE_CHECK_SECONDS = 1.0
SOCKET_BYTES = 64 * 1024
"""Largest message that a WebSocket's client may send."""


class Listener(UvicornServer):
    """Serves an ASGI application until it is stopped. Signals stay with whoever runs it."""

    def __init__(
        self,
        app: Any,
        host: str,
        port: int,
        *,
        fast_path: TryHandle | None = None,
        certificate: Certificate | None = None,
    ) -> None:
        """``app``: the application; its lifespan runs with the server. ``fast_path``: asked before it.

        ``certificate``: what TLS is spoken with; None: HTTP is spoken.
        """
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)  # below that it tells what clients did wrong
        self.listens = asyncio.Event()
        self._host, self._port = host, port
        self._certificate = certificate
        options: dict[str, Any] = {
            "http": partial(UploadConnection, fast_path=fast_path),
            "ws": SocketConnection,
            "ws_max_size": SOCKET_BYTES,
            "ws_per_message_deflate": False,
            "interface": "asgi3",
            "lifespan": "on",
            "log_config": None,
            "access_log": False,
            "proxy_headers": False,
            "server_header": False,
            "backlog": BACKLOG,
            "timeout_keep_alive": int(IDLE_SECONDS),
            "timeout_graceful_shutdown": STOP_SECONDS,
        }
        if certificate is not None:
            options["ssl_context_factory"] = lambda *_: certificate.context
        super().__init__(app, **options)

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Serve on ``sockets``, on the host and port where there are none, until :meth:`stop`."""
        looking = asyncio.create_task(self._enforce_deadlines())
        try:
            await super().serve(sockets or [_bound(self._host, self._port)])
        finally:
            looking.cancel()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen."""
        await super().startup(sockets)
        self.listens.set()

    def stop(self) -> None:
        """Take no more connections and end once the answers that run are given."""
        self.should_exit = True

    async def _enforce_deadlines(self) -> None:
        """Close connections that wait for their client in vain, and look whether the certificate was renewed."""
        while True:
            await asyncio.sleep(DEADLINE_CHECK_SECONDS)
            if self._certificate is not None:
                self._certificate.renew()
            now = time.monotonic()
            for connection in self.open_connections:
                if isinstance(connection, UploadConnection):
                    connection.enforce_deadlines(now)


def _bound(host: str, port: int) -> socket.socket:
    """Return a socket on an address that other processes of this server listen on too."""
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listening.bind((host, port))
    return listening
