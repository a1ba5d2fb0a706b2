"""Downloads of uploads that are not what they were: refused by name before the head, or cut before the last byte."""

from __future__ import annotations

import os
import random

import httpx
import pytest

from live_server import LiveServer, entry_when
from parquay.uploads.maintain import integrity
from problems import is_problem

SMALL = b"id,name\n" + b"".join(b"%d,name %d\n" % (number, number) for number in range(2000))


@pytest.fixture(scope="module")
def active(shared_server: LiveServer):
    with shared_server.register("sound", "the secret of sound") as http:
        yield http


def stored(http: httpx.Client, content: bytes, name: str = "a.csv") -> str:
    file_id: str = http.post("/files", files={"file": (name, content)}).json()["id"]
    assert entry_when(http, file_id)["status"] == "done"
    return file_id


def path_of(server: LiveServer, file_id: str):
    return server.data_dir / "uploads" / file_id[:2] / file_id


def cut(path):
    os.truncate(path, path.stat().st_size // 2)


def flip(path, at=100):
    with path.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1]))


def remove(path):
    path.unlink()


@pytest.mark.parametrize(("harm", "code"), [(cut, "bytes_missing"), (remove, "bytes_missing"), (flip, "bytes_damaged")])
@pytest.mark.parametrize("was_read", [False, True])
def test_a_damaged_upload_is_refused_before_the_head(shared_server, active, harm, code, was_read):
    file_id = stored(active, SMALL)
    if was_read:
        assert active.get(f"/files/{file_id}/content").content == SMALL
    harm(path_of(shared_server, file_id))

    whole = active.get(f"/files/{file_id}/content")
    ranged = active.get(f"/files/{file_id}/content", headers={"Range": "bytes=0-9"})
    ranges = active.get(f"/files/{file_id}/content", headers={"Range": "bytes=0-9,20-29"})
    head = active.head(f"/files/{file_id}/content")

    assert is_problem(whole, 503, code)
    assert is_problem(ranged, 503, code)
    assert is_problem(ranges, 503, code)
    assert (head.status_code, head.content) == (503, b"")
    assert active.get(f"/files/{file_id}").json()["content"]["total"] == 2000
    assert f'parquay_losses_total{{code="{code}"}}' in active.get("/metrics").text


def test_a_file_without_a_byte_is_whole(active):
    file_id = active.post("/files", files={"file": ("empty.bin", b"")}).json()["id"]
    entry_when(active, file_id)

    answer = active.get(f"/files/{file_id}/content")

    assert (answer.status_code, answer.content) == (200, b"")


def test_a_large_file_is_hashed_on_its_way_and_its_last_bytes_stay_if_it_is_damaged(shared_server, active):
    content = random.Random(5).randbytes(integrity.HASHED_FIRST + 1000)
    file_id = stored(active, content, "large.bin")
    flip(path_of(shared_server, file_id), 1_000_000)

    with pytest.raises(httpx.RemoteProtocolError):
        active.get(f"/files/{file_id}/content")
    again = active.get(f"/files/{file_id}/content")
    flip(path_of(shared_server, file_id), 1_000_000)

    assert is_problem(again, 503, "bytes_damaged")
    assert active.get(f"/files/{file_id}/content").content == content
