"""An HTTP proxy that takes only requests up to a size: it answers 413 to longer ones, or breaks their connection."""

from __future__ import annotations

import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PAGE = b"<html><body><h1>413 Request Entity Too Large</h1></body></html>"


class LimitingProxy(ThreadingHTTPServer):
    """Forwards to `target_port` what has at most `limit` bytes. A request is kept until it is whole, as many do."""

    daemon_threads = True

    def __init__(self, target_port: int, limit: int, *, breaks: bool = False) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target_port = target_port
        self.limit = limit
        self.breaks = breaks
        self.refused: list[int] = []
        self.passed: list[int] = []
        self.url = f"http://127.0.0.1:{self.server_port}"
        self._thread = threading.Thread(target=self.serve_forever, args=(0.01,))
        self._thread.start()

    def close(self) -> None:
        self.shutdown()
        self._thread.join()
        self.server_close()

    def handle_error(self, request, client_address):
        """A client that went away is no error here."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: LimitingProxy

    def _forward(self) -> None:
        size = int(self.headers["Content-Length"] or 0)
        if size > self.server.limit:
            self._refuse(size)
            return
        body = self.rfile.read(size)
        if self.command == "PATCH":
            self.server.passed.append(size)
        onward = http.client.HTTPConnection("127.0.0.1", self.server.target_port, timeout=60)
        onward.request(self.command, self.path, body if size else None, dict(self.headers))
        answer = onward.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        for name, value in answer.getheaders():
            if name.lower() not in {"transfer-encoding", "connection", "date", "server"}:
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)
        onward.close()

    def _refuse(self, size: int) -> None:
        self.server.refused.append(size)
        self.close_connection = True
        if self.server.breaks:
            self.rfile.read(self.server.limit)
            return
        self.send_response(413)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(PAGE)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(PAGE)

    do_GET = do_HEAD = do_POST = do_PATCH = do_DELETE = _forward  # noqa: N815  the names are those of the methods

    def log_message(self, *args):
        """Keep the test's output clean."""
