"""Many files as one ZIP: their bytes, names that no system stumbles over, rights, and an end that cannot be missed."""

from __future__ import annotations

import io
import zipfile
from collections import deque

import httpx
import pytest

from live_server import LiveServer, entry_when
from parquay.web.files.archive_names import archive_names
from problems import is_problem
from tus_user import metadata
from web.form_uploads import upload


def unzipped(answer: httpx.Response) -> dict[str, bytes]:
    assert answer.status_code == 200, answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as found:
        assert found.testzip() is None
        return {each: found.read(each) for each in found.namelist()}


def in_folder(http: httpx.Client, folder: str, name: str, content: bytes) -> str:
    headers = {
        "Tus-Resumable": "1.0.0",
        "Upload-Length": str(len(content)),
        "Upload-Metadata": metadata(filename=name, relativePath=f"{folder}/{name}"),
        "Content-Type": "application/offset+octet-stream",
    }
    made = http.post("/files", headers=headers, content=content)
    assert made.status_code == 201, made.text
    return made.headers["location"].rsplit("/", 1)[1]


def test_files_come_with_their_bytes_in_their_folders_once_each(ann):
    first = upload(ann, "a.csv", b"n\n1\n")["id"]
    second = upload(ann, "a.csv", b"n\n2\n")["id"]
    third = in_folder(ann, "trip/2024", "Öl.bin", bytes(range(256)) * 5000)

    answer = ann.get("/files/archive", params={"ids": f"{first},{second},{third},{first}"})

    assert answer.headers["content-type"] == "application/zip"
    assert answer.headers["content-disposition"].startswith('attachment; filename="files-')
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert unzipped(answer) == {
        "a.csv": b"n\n1\n",
        "a (2).csv": b"n\n2\n",
        "trip/2024/Öl.bin": bytes(range(256)) * 5000,
    }
    assert unzipped(ann.post("/files/archive", json={"ids": [third]})).keys() == {"trip/2024/Öl.bin"}


def test_nothing_is_sent_when_one_file_may_not_be_seen_or_has_not_finished(ann, bob):
    mine = upload(ann, "a.csv", b"n\n1\n")["id"]
    theirs = upload(bob, "b.csv", b"n\n1\n")["id"]
    begun = ann.post("/files", headers={"Tus-Resumable": "1.0.0", "Upload-Length": "10"}).headers["location"]

    assert is_problem(ann.get("/files/archive", params={"ids": [mine, theirs]}), 404, "not_found")
    assert is_problem(ann.get("/files/archive", params={"ids": [mine, "no id"]}), 404, "not_found")
    both = {"ids": [mine, begun.rsplit("/", 1)[1]]}
    assert is_problem(ann.post("/files/archive", json=both), 409, "upload_unfinished")
    assert is_problem(ann.get("/files/archive"), 422, "invalid_value")
    assert is_problem(ann.post("/files/archive", json={"ids": []}), 422, "invalid_value")
    bob.put(f"/files/{theirs}/access/{ann.get('/me').json()['username']}", json={"role": "view"}).raise_for_status()
    assert unzipped(ann.get("/files/archive", params={"ids": [mine, theirs]})).keys() == {"a.csv", "b.csv"}


def test_a_file_that_goes_meanwhile_breaks_the_connection(ann, bob):
    username = bob.get("/me").json()["username"]
    big = upload(ann, "big.bin", b"x" * (32 << 20))["id"]
    last = upload(ann, "last.csv", b"n\n1\n")["id"]
    for each in (big, last):
        ann.put(f"/files/{each}/access/{username}", json={"role": "view"}).raise_for_status()

    with bob.stream("GET", f"/files/archive?ids={big},{last}") as answer:
        pieces = answer.iter_raw(1 << 16)
        next(pieces)
        ann.delete(f"/files/{last}/access/{username}").raise_for_status()
        with pytest.raises(httpx.RemoteProtocolError):
            deque(pieces, maxlen=0)


def test_a_damaged_file_breaks_the_connection(ann, shared_server: LiveServer):
    good = upload(ann, "good.csv", b"n\n1\n")["id"]
    bad = upload(ann, "bad.csv", b"n\n2\n")["id"]
    entry_when(ann, bad)
    (path,) = (shared_server.data_dir / "uploads").rglob(bad)
    path.write_bytes(b"n\n3\n")

    with pytest.raises(httpx.RemoteProtocolError):
        ann.get("/files/archive", params={"ids": [good, bad]})


@pytest.mark.parametrize(
    ("files", "names"),
    [
        ([(None, "a.csv"), (None, "A.CSV"), (None, "a (2).csv")], ["a.csv", "A (2).CSV", "a (2) (2).csv"]),
        ([("x", "a"), (None, "x"), ("X", "A")], ["x/a", "x (2)", "X/A (2)"]),
        ([("../../etc", "passwd"), ("/", "b"), ("..", ".profile")], ["etc/passwd", "b", ".profile"]),
        ([(None, "con.txt"), (None, 'a<b>:"c|?*.txt'), (None, "end. ")], ["_con.txt", "a_b___c___.txt", "end"]),
        ([("c:\\temp", "a")], ["c_/temp/a"]),
        ([(None, "u\u0308.csv"), (None, "ü.csv")], ["ü.csv", "ü (2).csv"]),
    ],
)
def test_names_are_safe_and_no_two_alike(files, names):
    assert archive_names(files) == names


def test_long_names_keep_their_ending():
    (name,) = archive_names([(None, "ü" * 127 + ".csv")])

    assert len(name.encode()) <= 240
    assert name.endswith("ü.csv")
