"""The few tus requests that several tests make by hand."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx

TUS = {"Tus-Resumable": "1.0.0"}
BLOCK = 1 << 18


def create(http: httpx.Client, path: Path) -> str:
    """Create an upload for `path` and return its id."""
    name = base64.b64encode(path.name.encode()).decode()
    headers = {**TUS, "Upload-Length": str(path.stat().st_size), "Upload-Metadata": f"filename {name}"}
    answer = http.post("/files", headers=headers)
    assert answer.status_code == 201, answer.text
    return answer.headers["location"].rpartition("/")[2]


def offset_of(http: httpx.Client, file_id: str) -> int:
    answer = http.head(f"/files/{file_id}", headers=TUS)
    assert answer.status_code == 200
    return int(answer.headers["upload-offset"])


def append(
    http: httpx.Client, file_id: str, path: Path, start: int, sent: Callable[[int], object] = int
) -> httpx.Response:
    """Send the bytes of `path` from `start`; `sent` is called with the offset behind each block and may block."""

    def body() -> Iterator[bytes]:
        with path.open("rb") as handle:
            handle.seek(start)
            while block := handle.read(BLOCK):
                yield block
                sent(handle.tell())

    headers = {
        **TUS,
        "Content-Type": "application/offset+octet-stream",
        "Content-Length": str(path.stat().st_size - start),
        "Upload-Offset": str(start),
    }
    return http.patch(f"/files/{file_id}", headers=headers, content=body())


def progress_of(http: httpx.Client, file_id: str) -> int:
    """The bytes that count as received, asked for without disturbing who sends them."""
    return int(http.get(f"/files/{file_id}/progress").json()["upload"]["offset"])
