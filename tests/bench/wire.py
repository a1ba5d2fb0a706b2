"""The one client of every measurement: raw sockets, requests made beforehand, no library in between."""

from __future__ import annotations

import select
import socket
import threading
import time
from dataclasses import dataclass

BLOCK = memoryview(bytes(range(256)) * 4096)
"""1 MiB that is sent over and over."""

HEAD_END = b"\r\n\r\n"
OCTETS = "application/offset+octet-stream"


@dataclass(frozen=True)
class Target:
    """Where and how to speak to a server. `login` is a whole header line or empty."""

    port: int
    login: str = ""
    path: str = "/files"

    def connect(self) -> socket.socket:
        line = socket.create_connection(("127.0.0.1", self.port), timeout=120)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return line

    def head(self, method: str, path: str, *fields: str) -> bytes:
        lines = [f"{method} {path} HTTP/1.1", f"Host: 127.0.0.1:{self.port}", "Tus-Resumable: 1.0.0"]
        lines += [self.login] if self.login else []
        return "\r\n".join([*lines, *fields, "", ""]).encode()


def answer(line: socket.socket) -> tuple[int, dict[str, str]]:
    """Read an answer with a body of known length; return its status and its fields."""
    data = b""
    while HEAD_END not in data:
        more = line.recv(65536)
        if not more:
            raise ConnectionError(f"no answer: {data[:200]!r}")
        data += more
    head, _, body = data.partition(HEAD_END)
    first, *rest = head.decode("latin-1").split("\r\n")
    fields = {name.lower(): value.strip() for name, _, value in (each.partition(":") for each in rest)}
    left = int(fields.get("content-length", 0)) - len(body)
    while left > 0:
        left -= len(line.recv(left))
    return int(first.split(" ")[1]), fields


def ask(target: Target, line: socket.socket, method: str, path: str, *fields: str) -> dict[str, str]:
    """Send a request without a body; return the fields of its 2xx answer."""
    line.sendall(target.head(method, path, *fields))
    status, found = answer(line)
    if status >= 300 and method != "HEAD":
        raise ConnectionError(f"{method} {path}: {status}")
    return found


def create(target: Target, length: int) -> str:
    """Return the path of a new upload of `length` bytes."""
    with target.connect() as line:
        fields = (f"Upload-Length: {length}", "Upload-Metadata: filename YmVuY2guYmlu", "Content-Length: 0")
        found = ask(target, line, "POST", target.path, *fields)
    return "/" + found["location"].partition("//")[2].partition("/")[2]


def remove(target: Target, path: str) -> None:
    with target.connect() as line:
        line.sendall(target.head("DELETE", path))
        answer(line)


def patch(target: Target, path: str, size: int) -> float:
    """Send `size` bytes in one PATCH; return the seconds until its answer was there."""
    fields = ("Upload-Offset: 0", f"Content-Type: {OCTETS}", f"Content-Length: {size}")
    with target.connect() as line:
        started = time.perf_counter()
        line.sendall(target.head("PATCH", path, *fields))
        left = size
        while left:
            line.sendall(BLOCK[: min(left, len(BLOCK))])
            left -= min(left, len(BLOCK))
        status, _ = answer(line)
        took = time.perf_counter() - started
    if status != 204:
        raise ConnectionError(f"PATCH of {size} bytes: {status}")
    return took


def patches(target: Target, paths: list[str], size: int) -> float:
    """Send one PATCH of `size` bytes to each of `paths` at once; return the seconds until the last answer."""
    failures: list[Exception] = []

    def send(path: str) -> None:
        try:
            patch(target, path, size)
        except Exception as failure:  # noqa: BLE001  told by the main thread
            failures.append(failure)

    threads = [threading.Thread(target=send, args=(path,)) for path in paths]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - started
    if failures:
        raise failures[0]
    return took


def small_uploads(target: Target, connections: int, seconds: float, size: int) -> float:
    """Make whole uploads of `size` bytes by one POST each on `connections` lines; return uploads a second."""
    fields = (
        f"Upload-Length: {size}",
        "Upload-Metadata: filename YmVuY2guYmlu",
        f"Content-Type: {OCTETS}",
        f"Content-Length: {size}",
    )
    request = target.head("POST", target.path, *fields) + bytes(BLOCK[:size])
    poll = select.epoll()
    lines = {line.fileno(): line for line in (target.connect() for _ in range(connections))}
    waiting: dict[int, bytes] = {}
    count, started = 0, time.perf_counter()
    deadline = started + seconds
    for number, line in lines.items():
        poll.register(number, select.EPOLLIN)
        line.sendall(request)
    open_lines = len(lines)
    while open_lines:
        for number, _ in poll.poll(30):
            data = waiting.pop(number, b"") + lines[number].recv(65536)
            if not data.endswith(HEAD_END):  # a 201 has no body
                if not data or HEAD_END in data:
                    raise ConnectionError(f"unexpected answer: {data[:200]!r}")
                waiting[number] = data
                continue
            if not data.startswith(b"HTTP/1.1 201"):
                raise ConnectionError(f"unexpected answer: {data[:200]!r}")
            count += 1
            if time.perf_counter() < deadline:
                lines[number].sendall(request)
            else:
                open_lines -= 1
    took = time.perf_counter() - started
    for line in lines.values():
        line.close()
    return count / took


def latencies(target: Target, requests: list[bytes]) -> list[float]:
    """Send `requests` one after the other; return the seconds of each."""
    found = []
    with target.connect() as line:
        for request in requests:
            started = time.perf_counter()
            line.sendall(request)
            status, _ = answer_to(request, line)
            found.append(time.perf_counter() - started)
            if status >= 300:
                raise ConnectionError(f"{request[:60]!r}: {status}")
    return found


def answer_to(request: bytes, line: socket.socket) -> tuple[int, dict[str, str]]:
    """Read the answer to `request`; one to a HEAD has no body whatever its length says."""
    if not request.startswith(b"HEAD"):
        return answer(line)
    data = b""
    while HEAD_END not in data:
        data += line.recv(65536)
    return int(data.split(b" ", 2)[1]), {}
