"""HTTP/1.1 by hand: what no well-behaved client sends, and when it is sent, byte by byte."""

from __future__ import annotations

import contextlib
import fcntl
import socket
import struct
import sys
import termios
import time
from collections.abc import Iterable
from dataclasses import dataclass, field

RESET = struct.pack("ii", 1, 0)


@dataclass
class Answer:
    """What came back. Names of headers are in lower case; `interim` are the 1xx answers before it."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes = b""
    interim: list[Answer] = field(default_factory=list)

    def get(self, name: str) -> str | None:
        found = self.all(name)
        assert len(found) < 2, f"{name} was sent more than once: {found}"
        return found[0] if found else None

    def all(self, name: str) -> list[str]:
        return [value for known, value in self.headers if known == name.lower()]


def arrived(sending: socket.socket) -> None:
    """Wait until everything that was sent has reached the other side's kernel (Linux)."""
    deadline = time.monotonic() + 20
    while sys.platform == "linux" and fcntl.ioctl(sending, termios.TIOCOUTQ, b"\0\0\0\0") != b"\0\0\0\0":
        assert time.monotonic() < deadline, "the other side does not read"
        time.sleep(0.005)


class Wire:
    """One connection."""

    def __init__(self, port: int, seconds: float = 20.0) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=seconds)
        self._port = port
        self._rest = b""

    def __enter__(self) -> Wire:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def send(self, data: bytes) -> None:
        self.socket.sendall(data)

    def ask(self, method: str, target: str, headers: Iterable[tuple[str, str | bytes]] = (), body: bytes = b"") -> None:
        """Send a request; its body as it is given, so a length must stand in the headers."""
        lines = [f"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1:{self._port}\r\n".encode()]
        for name, value in headers:
            lines.append(
                name.encode() + b": " + (value if isinstance(value, bytes) else value.encode("latin-1")) + b"\r\n"
            )
        self.send(b"".join(lines) + b"\r\n" + body)

    def chunk(self, data: bytes) -> None:
        """Send one chunk of a chunked body; an empty one ends it."""
        self.send(f"{len(data):x}\r\n".encode() + data + b"\r\n")

    def answer(self, *, head: bool = False) -> Answer:
        """Read the next answer; `head`: it has no body whatever its length says."""
        interim = []
        while (found := self._head()).status < 200:
            interim.append(found)
        found.interim = interim
        if not head and found.status not in {204, 304}:
            found.body = self._body(found)
        return found

    def flush(self) -> None:
        """Wait until everything sent has reached the other side's kernel (Linux)."""
        arrived(self.socket)

    def is_closed(self) -> bool:
        """Whether the server has closed the connection; waits for it as long as for an answer."""
        with contextlib.suppress(ConnectionResetError):
            return self._rest == b"" and self.socket.recv(1) == b""
        return True

    def reset(self) -> None:
        """Break the connection with RST, as a vanished client's router does."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.socket.close()

    def close(self) -> None:
        self.socket.close()

    def _head(self) -> Answer:
        while b"\r\n\r\n" not in self._rest:
            self._read()
        head, _, self._rest = self._rest.partition(b"\r\n\r\n")
        status, *lines = head.decode("latin-1").split("\r\n")
        pairs = [line.partition(":")[::2] for line in lines]
        return Answer(int(status.split(" ")[1]), [(name.lower(), value.strip()) for name, value in pairs])

    def _body(self, found: Answer) -> bytes:
        if "chunked" in (found.get("transfer-encoding") or ""):
            return b"".join(iter(self._chunk, b""))
        return self._take(int(found.get("content-length") or 0))

    def _chunk(self) -> bytes:
        while b"\r\n" not in self._rest:
            self._read()
        size, _, self._rest = self._rest.partition(b"\r\n")
        return self._take(int(size, 16) + 2)[:-2]

    def _take(self, size: int) -> bytes:
        while len(self._rest) < size:
            self._read()
        taken, self._rest = self._rest[:size], self._rest[size:]
        return taken

    def _read(self) -> None:
        data = self.socket.recv(1 << 16)
        if not data:
            raise ConnectionError("the server closed the connection before its answer was whole")
        self._rest += data


def exchange(
    port: int, method: str, target: str, headers: Iterable[tuple[str, str | bytes]] = (), body: bytes = b""
) -> Answer:
    """Send one request on a connection of its own and return the answer."""
    with Wire(port) as wire:
        wire.ask(method, target, headers, body)
        return wire.answer(head=method == "HEAD")


def drip(wire: Wire, data: bytes, size: int, pause: float) -> None:
    """Send `data` in pieces with pauses between."""
    for start in range(0, len(data), size):
        wire.send(data[start : start + size])
        time.sleep(pause)
