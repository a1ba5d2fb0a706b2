"""A TCP proxy that cuts connections, or stops to take anything, after a given number of bytes: a bad network."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading

from wire import arrived

READ = 1 << 16
RESET = struct.pack("ii", 1, 0)


class CuttingProxy:
    """Forwards to `target_port`.

    `cut(n)` arms it: once `n` more bytes went to the server, both sides are reset. After `hold(n)` a
    connection takes no more than about `n` bytes until `let_loose()`.
    """

    def __init__(self, target_port: int) -> None:
        self._target = target_port
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._guard = threading.Lock()
        self._left: int | None = None
        self._hold_at: int | None = None
        self._loose = threading.Event()
        self.port = self._listener.getsockname()[1]
        self.url = f"http://127.0.0.1:{self.port}"
        self.sent = 0
        self.cuts = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def cut(self, after: int) -> None:
        with self._guard:
            self._left = after

    def hold(self, after: int) -> None:
        self._hold_at = after

    def let_loose(self) -> None:
        self._hold_at = None
        self._loose.set()

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            try:
                server = socket.create_connection(("127.0.0.1", self._target))
            except OSError:
                client.close()
                continue
            threading.Thread(target=self._up, args=(client, server), daemon=True).start()
            threading.Thread(target=self._down, args=(server, client), daemon=True).start()

    def _up(self, client: socket.socket, server: socket.socket) -> None:
        passed = 0
        with contextlib.suppress(OSError):
            while block := client.recv(READ):
                allowed, cutting = self._allow(len(block))
                server.sendall(block[:allowed])
                passed += allowed
                if self._hold_at is not None and passed >= self._hold_at:
                    self._loose.wait(120)
                if cutting:
                    arrived(server)  # a reset takes what still waits on this side with it
                    _reset(server)
                    _reset(client)
                    return
        _end(server)

    def _down(self, server: socket.socket, client: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while block := server.recv(READ):
                client.sendall(block)
        _end(client)
        server.close()

    def _allow(self, size: int) -> tuple[int, bool]:
        """Return how many of `size` bytes may pass, and whether the connection ends after them."""
        with self._guard:
            if self._left is None or size < self._left:
                self._left = None if self._left is None else self._left - size
                self.sent += size
                return size, False
            allowed, self._left = self._left, None
            self.sent += allowed
            self.cuts += 1
            return allowed, True


def _reset(side: socket.socket) -> None:
    side.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    with contextlib.suppress(OSError):
        side.shutdown(socket.SHUT_RD)  # a thread that still reads would keep the connection open
    side.close()


def _end(side: socket.socket) -> None:
    with contextlib.suppress(OSError):
        side.shutdown(socket.SHUT_RDWR)
    side.close()
