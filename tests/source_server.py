"""A small HTTP server of files that are fetched: with ranges or without, and with every fault that a source can have."""

from __future__ import annotations

import hashlib
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Raw = Callable[[socket.socket], None]


@dataclass
class Served:
    """A file of a source.

    Attributes:
        etag: its entity tag, quotes included; None: that of its bytes; empty: none.
        ranges: whether ranges are answered.
        cuts: after how many bytes of the body each of the next answers is cut off.
        statuses: what the next requests are answered with, before the file is.
        length: whether the length is told; else the body is chunked.
        held: while it is set, bodies stop half-way, with the connection open.
        raw: says all that is said by itself.
    """

    content: bytes = b""
    etag: str | None = None
    ranges: bool = True
    cuts: list[int] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    length: bool = True
    headers: dict[str, str] = field(default_factory=dict)
    held: threading.Event | None = None
    raw: Raw | None = None

    @property
    def tag(self) -> str:
        return f'"{hashlib.sha256(self.content).hexdigest()[:16]}"' if self.etag is None else self.etag


class SourceServer:
    """Serves `files` by their paths, and keeps the header fields of each request in `asked`."""

    def __init__(self) -> None:
        self.files: dict[str, Served] = {}
        self.asked: list[tuple[str, dict[str, str]]] = []
        source = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                source.asked.append((self.path, {name.lower(): value for name, value in self.headers.items()}))
                _answer(self, source.files.get(self.path.partition("?")[0]))

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.port: int = self._server.server_address[1]
        self.url = f"http://127.0.0.1:{self.port}"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def put(self, path: str, content: bytes = b"", **options: Any) -> str:
        """Serve a file, and return its address."""
        self.files[path] = Served(content, **options)
        return self.url + path

    def requests(self, path: str) -> list[dict[str, str]]:
        """Return the header fields of the requests for a path."""
        return [fields for asked, fields in self.asked if asked.partition("?")[0] == path]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@contextmanager
def source_server() -> Iterator[SourceServer]:
    server = SourceServer()
    try:
        yield server
    finally:
        server.close()


def _answer(handler: BaseHTTPRequestHandler, served: Served | None) -> None:
    handler.close_connection = True
    if served is None:
        handler.send_error(404)
    elif served.raw is not None:
        served.raw(handler.connection)
    elif served.statuses:
        handler.send_response(served.statuses.pop(0))
        _fields(handler, {**served.headers, "Content-Length": "0"})
    else:
        _send(handler, served)


def _send(handler: BaseHTTPRequestHandler, served: Served) -> None:
    start, content = _start(handler, served), served.content
    fields = {"ETag": served.tag, "Last-Modified": formatdate(1_700_000_000, usegmt=True)} if served.tag else {}
    fields |= {"Content-Length": str(len(content) - start)} if served.length else {"Transfer-Encoding": "chunked"}
    if start:
        fields["Content-Range"] = f"bytes {start}-{len(content) - 1}/{len(content)}"
    handler.send_response(206 if start else 200)
    _fields(handler, fields | served.headers)
    cut = served.cuts.pop(0) if served.cuts else None
    body = content[start:]
    if served.held is not None and served.held.is_set():
        _write(handler, served, body[: len(body) // 2])
        while served.held.is_set():
            threading.Event().wait(0.02)
        _write(handler, served, body[len(body) // 2 :])
    else:
        _write(handler, served, body if cut is None else body[:cut])
    if cut is None and not served.length:
        handler.wfile.write(b"0\r\n\r\n")


def _write(handler: BaseHTTPRequestHandler, served: Served, data: bytes) -> None:
    if data:
        handler.wfile.write(data if served.length else b"%x\r\n%b\r\n" % (len(data), data))
        handler.wfile.flush()


def _start(handler: BaseHTTPRequestHandler, served: Served) -> int:
    asked = handler.headers.get("Range", "")
    same = handler.headers.get("If-Range") in (None, served.tag, formatdate(1_700_000_000, usegmt=True))
    start = int(asked.removeprefix("bytes=").removesuffix("-")) if asked else 0
    return start if served.ranges and same and start < len(served.content) else 0


def _fields(handler: BaseHTTPRequestHandler, fields: dict[str, str]) -> None:
    for name, value in fields.items():
        handler.send_header(name, value)
    handler.end_headers()
