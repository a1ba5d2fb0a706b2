"""Two gigabytes through every way in: the API's memory stays where it was."""

from __future__ import annotations

import http.client
import json
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Self

import pytest

from live_server import LiveServer, entry_when

GB = 1_000_000_000
SIZE = 2 * GB
GROWTH = 60_000_000
BLOCK = bytes(1 << 20)

pytestmark = [pytest.mark.slow, pytest.mark.large, pytest.mark.timeout(600)]


class MemoryWatch:
    """The most resident memory of the API while the block runs, in bytes over what it was before."""

    def __init__(self, server: LiveServer) -> None:
        self._server = server
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self.before = server.rss()
        self.most = self.before

    @property
    def growth(self) -> int:
        return self.most - self.before

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(0.05):
            self.most = max(self.most, self._server.rss())


def zeros(size: int) -> Iterator[bytes]:
    for _ in range(size // len(BLOCK)):
        yield BLOCK
    yield BLOCK[: size % len(BLOCK)]


def send(server: LiveServer, method: str, path: str, headers: dict[str, str], body: Iterator[bytes]) -> str:
    """Send a request with a streamed body; return the id of the file that the answer names, if it names one."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=300)
    connection.request(method, path, body, {"Authorization": f"Bearer {server.token()}", **headers})
    answer = connection.getresponse()
    content = answer.read()
    connection.close()
    assert answer.status in {201, 204}, (answer.status, content)
    if content:
        file_id: str = json.loads(content)["file_id"]
        return file_id
    return answer.getheader("Location", "").rpartition("/")[2]


def by_tus(server: LiveServer) -> str:
    tus = {"Tus-Resumable": "1.0.0"}
    file_id = send(server, "POST", "/files", {**tus, "Upload-Length": str(SIZE)}, iter(()))
    body = {"Content-Type": "application/offset+octet-stream", "Upload-Offset": "0", "Content-Length": str(SIZE)}
    send(server, "PATCH", f"/files/{file_id}", tus | body, zeros(SIZE))
    return file_id


def by_creation_with_upload(server: LiveServer) -> str:
    headers = {
        "Tus-Resumable": "1.0.0",
        "Upload-Length": str(SIZE),
        "Content-Type": "application/offset+octet-stream",
        "Content-Length": str(SIZE),
    }
    return send(server, "POST", "/files", headers, zeros(SIZE))


def by_multipart(server: LiveServer) -> str:
    head = b'--x\r\nContent-Disposition: form-data; name="file"; filename="zeros.bin"\r\n\r\n'
    tail = b"\r\n--x--\r\n"

    def body() -> Iterator[bytes]:
        yield head
        yield from zeros(SIZE)
        yield tail

    length = str(len(head) + SIZE + len(tail))
    return send(
        server,
        "POST",
        "/upload",
        {"Content-Type": "multipart/form-data; boundary=x", "Content-Length": length},
        body(),
    )


@pytest.mark.parametrize("way", [by_tus, by_creation_with_upload, by_multipart])
def test_memory_stays_flat_while_two_gigabytes_arrive(server: LiveServer, way: Callable[[LiveServer], str]):
    by_small_request = server.login()
    by_small_request.post("/upload", files={"file": ("warm.bin", b"x")}).raise_for_status()

    with MemoryWatch(server) as memory:
        file_id = way(server)

    assert memory.growth < GROWTH
    entry = entry_when(by_small_request, file_id, "processing", "done", "error")
    assert entry["size"] == entry["offset"] == SIZE
    by_small_request.delete(f"/files/{file_id}").raise_for_status()
    by_small_request.close()
