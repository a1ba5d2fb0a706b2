"""tus 1.0.0: bodies of PATCH, as they are stored, cut and refused."""

from __future__ import annotations

import contextlib
import random

import pytest

from tus_user import OCTETS, TUS, TusUser, metadata
from web.tus_data import RESUMABLE, code_of
from wire import Wire

MIB = 1 << 20
DATA = random.Random(1).randbytes(200_000)


# --------------------------------------------------------------------------------------------------- PATCH


def test_bytes_at_the_end_are_stored(tus: TusUser):
    # 62. The rule: "The Server MUST acknowledge successful PATCH requests with the 204 No Content status. It MUST
    # include the Upload-Offset header containing the new offset. The new offset MUST be the sum of the offset before
    # the PATCH request and the number of bytes received"
    url, offset = tus.created(len(DATA)), 0
    for size in (1, 70_000, 100_000, len(DATA) - 170_001):
        answer = tus.patch(url, offset, DATA[offset : offset + size])

        assert (answer.status_code, answer.content) == (204, b"")
        assert answer.headers["upload-offset"] == str(offset + size)
        assert ("parquay-file" in answer.headers) is (offset + size == len(DATA))
        offset += size

    assert tus.content(url) == DATA
    assert answer.headers["parquay-file"] == tus.server.url + url


@pytest.mark.parametrize("kind", [None, "application/octet-stream", "text/plain", "multipart/form-data"])
def test_another_media_type_is_refused_and_not_stored(tus: TusUser, kind: str | None):
    # 59. The rule: "All PATCH requests MUST use Content-Type: application/offset+octet-stream, otherwise the server
    # SHOULD return a 415 Unsupported Media Type status."
    url = tus.created(5)
    fields = [RESUMABLE, ("Upload-Offset", "0"), ("Content-Length", "5")]

    answer = tus.raw("PATCH", url, *fields, *([("Content-Type", kind)] if kind else []), body=b"12345")

    assert (answer.status, code_of(answer)) == (415, "wrong_content_type")
    assert tus.offset(url) == 0
    assert not tus.stored(url)


@pytest.mark.parametrize("offset", [0, 2, 4, 5, 2**62])
def test_another_offset_is_refused_and_changes_nothing(tus: TusUser, offset: int):
    # 61. The rule: "If the offsets do not match, the Server MUST respond with the 409 Conflict status without modifying
    # the upload resource."
    url = tus.created(5, b"123")

    answer = tus.patch(url, offset, b"xx"[: max(5 - offset, 0)])

    assert (answer.status_code, answer.headers["upload-offset"]) == (409, "3")
    assert answer.json()["code"] == "wrong_offset"
    assert tus.stored(url) == b"123"
    assert tus.offset(url) == 3


def test_an_empty_body_at_the_right_offset_is_no_error(tus: TusUser):
    # 64.
    url = tus.created(5, b"123")

    answer = tus.patch(url, 3, b"")

    assert (answer.status_code, answer.headers["upload-offset"]) == (204, "3")


def test_the_last_body_again_does_nothing_again(tus: TusUser):
    # 65, 116.
    url = tus.created(5)
    tus.patch(url, 0, b"12345")
    events = tus.events(url, "file.updated")

    for _ in range(3):
        answer = tus.patch(url, 5, b"")
        assert (answer.status_code, answer.headers["upload-offset"]) == (204, "5")
    assert tus.patch(url, 0, b"12345").status_code == 409
    assert tus.patch(url, 5, b"6").status_code == 413

    assert tus.jobs(url) == 1
    assert tus.events(url, "file.updated") == events
    assert tus.content(url) == b"12345"


def test_a_body_that_announces_too_much_is_refused_before_it_is_read(tus: TusUser):
    # 66.
    url = tus.created(5, b"123")

    with tus.begin_patch(url, 3, 1000) as wire:
        answer = wire.answer()

    assert (answer.status, code_of(answer)) == (413, "body_too_long")
    assert tus.offset(url) == 3
    assert tus.stored(url) == b"123"


def test_a_body_in_chunks_is_cut_at_the_length(tus: TusUser):
    # 67.
    url = tus.created(5, b"123")

    with tus.begin_patch(url, 3, None) as wire:
        wire.chunk(b"4")
        wire.chunk(b"5678")
        wire.chunk(b"")
        answer = wire.answer()

    assert (answer.status, code_of(answer)) == (413, "body_too_long")
    assert tus.offset(url) == 5
    assert tus.stored(url) == b"12345"


@pytest.mark.parametrize("data", [b"12345", b""])
def test_a_body_in_chunks_beyond_a_complete_upload_is_refused(tus: TusUser, data: bytes):
    # 67.
    url = tus.created(5, b"12345") if data else tus.created(0)
    before = tus.head(url).headers["upload-offset"]

    with tus.begin_patch(url, len(data), None) as wire:
        wire.chunk(b"6")
        answer = wire.answer()
        closed = answer.get("connection") == "close" and wire.is_closed()

    assert (answer.status, code_of(answer), answer.get("upload-offset")) == (413, "body_too_long", str(len(data)))
    assert closed
    assert tus.head(url).headers["upload-offset"] == before
    assert tus.content(url) == data


def test_an_empty_body_in_chunks_at_the_end_of_a_complete_upload_changes_nothing(tus: TusUser):
    url = tus.created(5, b"12345")

    with tus.begin_patch(url, 5, None) as wire:
        wire.chunk(b"")
        answer = wire.answer()
        wire.ask("HEAD", url, [*tus.login.items(), ("Tus-Resumable", "1.0.0")])
        again = wire.answer(head=True)

    assert (answer.status, answer.get("upload-offset")) == (204, "5")
    assert (again.status, again.get("upload-offset")) == (200, "5")
    assert tus.jobs(url) == 1


@pytest.mark.parametrize("chunk", [1, 997, 70_000])
def test_a_body_in_chunks_is_stored(tus: TusUser, chunk: int):
    # 68, 77.
    data = DATA[: chunk * 20]
    url = tus.created(len(data))

    with tus.begin_patch(url, 0, None) as wire:
        for start in range(0, len(data), chunk):
            wire.chunk(data[start : start + chunk])
        wire.chunk(b"")
        answer = wire.answer()

    assert (answer.status, answer.get("upload-offset")) == (204, str(len(data)))
    assert tus.content(url) == data


def test_a_body_of_one_byte_segments_is_stored(tus: TusUser):
    # 77.
    url = tus.created(300)

    with tus.begin_patch(url, 0, 300) as wire:
        for number in range(300):
            wire.send(DATA[number : number + 1])
        answer = wire.answer()

    assert answer.status == 204
    assert tus.content(url) == DATA[:300]


@pytest.mark.parametrize("size", [5 * MIB - 1, 5 * MIB, 5 * MIB + 1])
def test_bodies_around_five_mebibytes_are_stored(tus: TusUser, size: int):
    # 77.
    data = random.Random(size).randbytes(size)
    url = tus.created(size + 10)

    assert tus.patch(url, 0, data).headers["upload-offset"] == str(size)
    assert tus.patch(url, size, b"0123456789").status_code == 204

    assert tus.content(url) == data + b"0123456789"


def test_a_role_on_any_request_is_tolerated(tus: TusUser):
    # 82.
    url = tus.created(5)

    assert tus.ask("HEAD", url, {"Upload-Concat": "partial"}).status_code == 200
    assert tus.patch(url, 0, b"12345", Upload_Concat="partial").status_code == 204
    assert "upload-concat" not in tus.head(url).headers


# -------------------------------------------------------------------------------- one connection, many requests


def test_requests_one_after_the_other_on_one_connection_are_answered_in_order(tus: TusUser):
    # 118.
    url = tus.created(10)
    good = [*TUS.items(), *tus.login.items(), *OCTETS.items(), ("Content-Length", "5")]

    with Wire(tus.server.port) as wire:
        wire.ask("PATCH", url, [*good, ("Upload-Offset", "3")], b"wrong")
        wire.ask("PATCH", url, [*good, ("Upload-Offset", "0")], b"12345")
        wire.ask("PATCH", url, [*good, ("Upload-Offset", "5")], b"67890")
        wire.ask("HEAD", url, [*TUS.items(), *tus.login.items()])
        answers = [wire.answer(), wire.answer(), wire.answer(), wire.answer(head=True)]

    assert [answer.status for answer in answers] == [409, 204, 204, 200]
    assert tus.content(url) == b"1234567890"


@pytest.mark.parametrize("size", [100, 3 * MIB, 64 * MIB], ids=["small", "to be drained", "too much"])
def test_an_early_refusal_never_takes_body_for_a_request(tus: TusUser, size: int):
    # 118.
    url = tus.created(10)
    poison = f"DELETE {url} HTTP/1.1\r\nHost: localhost\r\nTus-Resumable: 1.0.0\r\nAuthorization: {tus.login['Authorization']}\r\n\r\n"
    fields = [*TUS.items(), *tus.login.items(), *OCTETS.items(), ("Upload-Offset", "7"), ("Content-Length", str(size))]

    with Wire(tus.server.port) as wire:
        wire.ask("PATCH", url, fields)
        with contextlib.suppress(ConnectionError, TimeoutError):
            wire.send(poison.encode().ljust(100, b" ")[:size] + bytes(max(size - len(poison), 0)))
            wire.ask("HEAD", url, [*TUS.items(), *tus.login.items()])
        refused = wire.answer()
        goes_on = refused.get("connection") != "close"
        if goes_on:
            assert wire.answer(head=True).status == 200
        else:
            assert wire.is_closed()

    assert refused.status == 409
    assert goes_on is (size <= 4 * MIB)
    assert tus.head(url).status_code == 200


# --------------------------------------------------------------------------------- downloads, shared with REST


def test_a_finished_upload_can_be_read_in_ranges(tus: TusUser):
    # 114.
    url = tus.created(len(DATA), DATA)
    whole = tus.http.get(url + "/content")
    etag = whole.headers["etag"]

    part = tus.http.get(url + "/content", headers={"Range": "bytes=100-199", "If-Range": etag})
    stale = tus.http.get(url + "/content", headers={"Range": "bytes=100-199", "If-Range": '"other"'})
    head = tus.http.head(url + "/content")

    assert (part.status_code, part.content) == (206, DATA[100:200])
    assert part.headers["content-range"] == f"bytes 100-199/{len(DATA)}"
    assert (stale.status_code, stale.content) == (200, DATA)
    assert (head.status_code, head.headers["content-length"], head.content) == (200, str(len(DATA)), b"")
    assert head.headers["etag"] == etag


@pytest.mark.parametrize("name", ['a".html', "a\r\nSet-Cookie: x=1.html", "../../x.svg", "\u6587.html", "a;b=c.html"])
def test_a_name_cannot_break_out_of_the_download(tus: TusUser, name: str):
    # 36, 115.
    url = tus.created(5, b"<svg>", Upload_Metadata=metadata(filename=name, filetype="text/html"))

    answer = tus.http.get(url + "/content")

    assert answer.headers["content-disposition"].startswith("attachment")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert not answer.headers["content-type"].startswith(("text/html", "image/svg"))
    assert "set-cookie" not in answer.headers
    assert "/" not in answer.headers["content-disposition"]
