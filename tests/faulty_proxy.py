"""Stands before an object store and makes of some requests what networks and stores do to them."""

from __future__ import annotations

import http.client
import random
import threading
import time
from collections import Counter
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

FAULTS = ("500", "503", "silence", "lost", "slow")
"""Refused; refused; never answered; done, and the answer is lost; late."""

SILENCE_SECONDS = 1.0
SLOW_SECONDS = 0.3
HOP = {"connection", "keep-alive", "transfer-encoding", "content-length"}


class FaultyProxy:
    """Forwards requests to 127.0.0.1:`port`, but for a `share` of them, which meet one of `faults`."""

    def __init__(self, port: int, share: float = 0.0, seed: int = 1, faults: Sequence[str] = FAULTS) -> None:
        self.port, self.share, self.faults = port, share, faults
        self.met: Counter[str] = Counter()
        self.requests: list[tuple[str, str]] = []
        """Method and path of each one, with its query."""
        self._chance, self._lock = random.Random(seed), threading.Lock()
        self._armed: list[tuple[str, str, str]] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Forwarding,), {"proxy": self}))
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    def __enter__(self) -> FaultyProxy:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def arm(self, command: str, in_path: str, *faults: str) -> None:
        """Let the next requests of a kind meet these faults, one each."""
        with self._lock:
            self._armed = [(command, in_path, fault) for fault in faults]

    def draw(self, command: str, path: str) -> str:
        with self._lock:
            fault = self._chance.choice(self.faults) if self._chance.random() < self.share else ""
            if self._armed and self._armed[0][0] == command and self._armed[0][1] in path:
                fault = self._armed.pop(0)[2]
            self.met[fault] += 1
            self.requests.append((command, path))
        return fault


class _Forwarding(BaseHTTPRequestHandler):
    """One connection to the proxy."""

    protocol_version = "HTTP/1.1"
    proxy: FaultyProxy

    def handle_one_request(self) -> None:
        self.raw_requestline = self.rfile.readline(65537)
        if not self.raw_requestline or not self.parse_request():
            self.close_connection = True
            return
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        fault = self.proxy.draw(self.command, self.path)
        if fault in ("500", "503"):
            self._answer(int(fault), [], b"")
            return
        if fault == "silence":
            time.sleep(SILENCE_SECONDS)
        if fault == "slow":
            time.sleep(SLOW_SECONDS)
        found = None if fault == "silence" else self._forward(body)
        if found is None or fault == "lost":
            self.close_connection = True
            return
        self._answer(*found)

    def _forward(self, body: bytes) -> tuple[int, list[tuple[str, str]], bytes]:
        onward = http.client.HTTPConnection("127.0.0.1", self.proxy.port, timeout=30)
        try:
            headers = {name: value for name, value in self.headers.items() if name.lower() not in HOP}
            onward.request(self.command, self.path, body, headers | {"Content-Length": str(len(body))})
            found = onward.getresponse()
            return found.status, found.getheaders(), found.read()
        finally:
            onward.close()

    def _answer(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None:
        self.send_response(status)
        length = str(len(body))
        for name, value in headers:
            if name.lower() == "content-length" and self.command == "HEAD":
                length = value
            if name.lower() not in HOP:
                self.send_header(name, value)
        self.send_header("Content-Length", length)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass
