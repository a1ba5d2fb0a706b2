"""Downloads of stored bytes: as a whole, in ranges, and never run by a browser."""

from __future__ import annotations

import base64
import hashlib
import random
import re
from urllib.parse import unquote

import pytest

from live_server import entry_when, wait_until
from problems import is_problem
from web.form_uploads import upload

# The bytes


@pytest.fixture(scope="module")
def stored(shared_server):
    """A logged-in client, the id of a finished file, and its bytes."""
    content = random.Random(3).randbytes(1_300_000)
    http = shared_server.register("downloader", "the secret of the downloader")
    file_id = upload(http, 'Zoë "2026"\u2028.bin', content, "application/octet-stream")["id"]
    entry_when(http, file_id)
    yield http, f"/files/{file_id}/content", content
    http.close()


def test_download_is_whole_and_never_shown_by_a_browser(stored):
    http, path, content = stored

    answer = http.get(path)

    assert (answer.status_code, answer.content) == (200, content)
    assert answer.headers["content-length"] == str(len(content))
    assert answer.headers["accept-ranges"] == "bytes"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox")
    digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
    assert answer.headers["repr-digest"] == f"sha-256=:{digest}:"
    shown = re.fullmatch(
        r"attachment; filename=\"([ -~]+)\"; filename\*=UTF-8''(.+)", answer.headers["content-disposition"]
    )
    assert shown is not None
    assert (shown[1], unquote(shown[2])) == ("Zo_ _2026_.bin", 'Zoë "2026".bin')


@pytest.mark.parametrize("kind", ["text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "application/pdf"])
def test_active_content_is_served_as_plain_bytes(ann, kind):
    file_id = upload(ann, "page.html", b"<script>alert(1)</script>", kind)["id"]

    answer = ann.get(f"/files/{file_id}/content")

    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("field", "start", "end"),
    [
        ("bytes=0-0", 0, 1),
        ("bytes=100-199", 100, 200),
        ("bytes=1299990-", 1299990, 1300000),
        ("bytes=-7", 1299993, 1300000),
    ],
)
def test_one_range_is_a_part(stored, field, start, end):
    http, path, content = stored

    answer = http.get(path, headers={"Range": field})

    assert (answer.status_code, answer.content) == (206, content[start:end])
    assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{len(content)}"
    assert answer.headers["content-length"] == str(end - start)


def test_several_ranges_come_in_parts_with_their_places(stored):
    http, path, content = stored

    answer = http.get(path, headers={"Range": "bytes=0-9, 700000-700009, -5"})

    assert answer.status_code == 206
    told = re.fullmatch(r"multipart/byteranges; boundary=(\w+)", answer.headers["content-type"])
    assert told is not None
    boundary = told[1].encode()
    assert answer.headers["content-length"] == str(len(answer.content))
    parts = answer.content.split(b"\r\n--" + boundary)
    assert parts[-1] == b"--\r\n"
    bodies = [part.partition(b"\r\n\r\n")[2] for part in parts[1:-1]]
    assert bodies == [content[:10], content[700000:700010], content[-5:]]
    assert b"Content-Range: bytes 700000-700009/1300000" in parts[2]


def test_range_behind_the_end_is_not_satisfiable(stored):
    http, path, content = stored

    answer = http.get(path, headers={"Range": f"bytes={len(content)}-"})

    assert is_problem(answer, 416, "range_not_satisfiable")
    assert answer.headers["content-range"] == f"bytes */{len(content)}"


@pytest.mark.parametrize(
    "field", ["bytes=5-1", "items=0-1", "bytes=" + ",".join(f"{n}-{n}" for n in range(0, 2000, 2))]
)
def test_range_that_is_not_understood_gets_the_whole(stored, field):
    http, path, content = stored

    answer = http.get(path, headers={"Range": field})

    assert (answer.status_code, len(answer.content)) == (200, len(content))


def test_conditions_follow_the_etag(stored):
    http, path, content = stored
    etag = http.get(path, headers={"Range": "bytes=0-0"}).headers["etag"]

    assert http.get(path, headers={"Range": "bytes=0-4", "If-Range": etag}).content == content[:5]
    assert http.get(path, headers={"Range": "bytes=0-4", "If-Range": '"other"'}).status_code == 200
    unchanged = http.get(path, headers={"If-None-Match": f'"other", {etag}'})
    assert (unchanged.status_code, unchanged.content) == (304, b"")
    assert unchanged.headers["etag"] == etag
    assert http.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


def test_head_says_the_same_as_get_without_the_bytes(stored):
    http, path, _ = stored
    ignored = {"date", "server", "connection", "keep-alive"}

    got, head = http.get(path), http.head(path)

    assert (head.status_code, head.content) == (200, b"")
    assert {name: head.headers[name] for name in head.headers if name not in ignored} == {
        name: got.headers[name] for name in got.headers if name not in ignored
    }
    assert http.head(path, headers={"Range": "bytes=0-4"}).headers["content-length"] == got.headers["content-length"]


def test_head_of_other_routes_has_no_body(stored):
    http, _, _ = stored

    for each in ("/files", "/me", "/livez"):
        head, got = http.head(each), http.get(each)
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == got.headers["content-length"]


def test_empty_file_can_be_downloaded(ann):
    file_id = upload(ann, "empty.csv", b"")["id"]

    answer = ann.get(f"/files/{file_id}/content")

    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "0")
    assert ann.get(f"/files/{file_id}/content", headers={"Range": "bytes=0-"}).status_code == 416


def test_download_that_is_left_early_frees_the_file(stored, shared_server):
    http, path, _ = stored
    process = shared_server.processes()[0]

    for _ in range(20):
        with http.stream("GET", path) as answer:
            next(answer.iter_bytes(1000))

    wait_until(lambda: process.num_fds() < 200 and not _open_uploads(process), "uploads are closed")


def _open_uploads(process):
    return [file for file in process.open_files() if "/uploads/" in file.path]
