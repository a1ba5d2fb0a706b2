"""tus 1.0.0, creation: bytes that come along, and lengths that come later."""

from __future__ import annotations

import random
import time

import pytest

from live_server import wait_until
from tus_user import OCTETS, TUS, TusUser, metadata
from web.creation_data import RESUMABLE
from wire import Wire

DATA = random.Random(2).randbytes(300_000)
OCTET_TYPE = ("Content-Type", "application/offset+octet-stream")


# ------------------------------------------------------------------------------------- bytes that come along


@pytest.mark.parametrize("size", [1, 1000, 65_536, 65_537, 300_000])
def test_a_whole_file_can_come_along(tus: TusUser, size: int):
    # 42, 43. The rule: "The Client MAY include either the entirety or a chunk of the upload data in the body of the
    # POST request." "MUST include the Upload-Offset header in the response and MUST set its value to the offset of the
    # upload after applying the accepted bytes."
    answer = tus.create(size, DATA[:size])
    url = answer.headers["location"]

    assert (answer.status_code, answer.headers["upload-offset"]) == (201, str(size))
    assert answer.headers["parquay-file"] == url
    assert tus.content(url) == DATA[:size]
    assert tus.jobs(url) == 1


def test_a_part_can_come_along_and_the_rest_later(tus: TusUser):
    # 44.
    answer = tus.create(len(DATA), DATA[:1000])
    url = answer.headers["location"]

    assert (answer.status_code, answer.headers["upload-offset"]) == (201, "1000")
    assert "parquay-file" not in answer.headers
    assert tus.patch(url, 1000, DATA[1000:]).status_code == 204
    assert tus.content(url) == DATA


def test_a_part_can_come_along_in_chunks(tus: TusUser):
    # 44.
    with Wire(tus.server.port) as wire:
        fields = [*TUS.items(), *tus.login.items(), *OCTETS.items(), ("Upload-Length", "10")]
        wire.ask("POST", "/files", [*fields, ("Transfer-Encoding", "chunked")])
        wire.chunk(b"12345")
        wire.chunk(b"")
        answer = wire.answer()

    assert (answer.status, answer.get("upload-offset")) == (201, "5")


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "in chunks"])
def test_no_more_than_the_length_comes_along(tus: TusUser, chunked: bool):
    # 45.
    fields = [RESUMABLE, OCTET_TYPE, ("Upload-Length", "5"), ("Upload-Metadata", metadata(filename="too-long"))]
    before = tus.names().count("too-long")

    if chunked:
        answer = tus.raw(
            "POST", "/files", *fields, ("Transfer-Encoding", "chunked"), body=b"8\r\n12345678\r\n0\r\n\r\n"
        )
        assert int(answer.get("upload-offset") or 0) <= 5
        assert tus.offset(answer.get("location") or "") <= 5
    else:
        answer = tus.raw("POST", "/files", *fields, ("Content-Length", "8"), body=b"12345678")
        assert tus.names().count("too-long") == before

    assert answer.status == 413


def test_bytes_can_come_along_when_the_length_is_deferred(tus: TusUser):
    # 46.
    answer = tus.create(None, b"123", Upload_Defer_Length="1")
    url = answer.headers["location"]

    assert (answer.status_code, answer.headers["upload-offset"]) == (201, "3")
    assert tus.head(url).headers["upload-defer-length"] == "1"
    assert tus.patch(url, 3, b"45", Upload_Length="5").status_code == 204
    assert tus.content(url) == b"12345"


def test_bytes_can_come_along_with_a_part(tus: TusUser):
    # 46.
    answer = tus.create(3, b"123", Upload_Concat="partial")

    assert (answer.status_code, answer.headers["upload-offset"]) == (201, "3")
    assert "parquay-file" not in answer.headers
    assert tus.head(answer.headers["location"]).headers["upload-concat"] == "partial"


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ([("Upload-Length", "2000000")], 413),
        ([("Upload-Length", "x")], 400),
        ([("Upload-Length", "5"), ("Upload-Metadata", "a dg==,a dg==")], 400),
    ],
    ids=["too large", "nonsense", "metadata"],
)
def test_a_client_that_asks_first_is_refused_before_it_sends(
    small: TusUser, fields: list[tuple[str, str]], status: int
):
    # 47. The rule: "the Client SHOULD include the Expect: 100-continue header in the request to receive early feedback
    # from the Server on whether it will accept the creation request, before attempting to transfer the first chunk."
    with Wire(small.server.port) as wire:
        head = [
            *TUS.items(),
            *small.login.items(),
            *OCTETS.items(),
            ("Content-Length", "5"),
            ("Expect", "100-continue"),
        ]
        wire.ask("POST", "/files", [*head, *fields])
        answer = wire.answer()

    assert (answer.status, answer.interim) == (status, [])


def test_a_client_that_asks_first_is_told_to_go_on(tus: TusUser):
    # 47.
    with Wire(tus.server.port) as wire:
        head = [*TUS.items(), *tus.login.items(), *OCTETS.items(), ("Content-Length", "5"), ("Upload-Length", "5")]
        wire.ask("POST", "/files", [*head, ("Expect", "100-continue")])
        interim = wire._head()
        wire.send(b"12345")
        answer = wire.answer()

    assert interim.status == 100
    assert (answer.status, answer.get("upload-offset")) == (201, "5")


@pytest.mark.parametrize("how", ["reset", "close"])
@pytest.mark.parametrize("size", [60_000, 300_000], ids=["small", "big"])
def test_what_came_along_before_a_cut_is_kept(tus: TusUser, size: int, how: str):
    # 48.
    name = f"cut-{how}-{size}"
    with Wire(tus.server.port) as wire:
        head = [*TUS.items(), *tus.login.items(), *OCTETS.items(), ("Content-Length", str(size))]
        wire.ask("POST", "/files", [*head, ("Upload-Length", str(size)), ("Upload-Metadata", metadata(filename=name))])
        wire.send(DATA[: size // 2])
        wait_until(lambda: size < 65_537 or name in tus.names(), "the upload")
        wire.flush()
        getattr(wire, how)()

    def kept() -> dict[str, object] | None:
        found = [one for one in tus.http.get("/files", params={"limit": 1000}).json() if one["name"] == name]
        return found[0] if found and found[0]["offset"] == size // 2 else None

    entry = wait_until(kept, "what was sent")
    url = f"/files/{entry['id']}"
    assert tus.patch(url, size // 2, DATA[size // 2 : size]).status_code == 204
    assert tus.content(url) == DATA[:size]


def test_a_body_of_another_type_is_ignored(tus: TusUser):
    # 38.
    fields = [RESUMABLE, ("Upload-Length", "5"), ("Content-Type", "text/csv"), ("Content-Length", "5")]
    started = time.monotonic()

    answer = tus.raw("POST", "/files", *fields, body=b"12345")

    assert answer.status == 201
    assert tus.offset(answer.get("location") or "") == 0
    assert time.monotonic() - started < 10


def test_a_checksum_can_come_along_and_a_wrong_one_leaves_nothing(tus: TusUser):
    # 93.
    good = "sha1 jLIjfQZ5yojbZGTqxg2pY0VROWQ="  # of 12345
    before = tus.names().count("checked")
    named = metadata(filename="checked")

    right = tus.create(5, b"12345", Upload_Checksum=good, Upload_Metadata=named)
    wrong = tus.create(5, b"12346", Upload_Checksum=good, Upload_Metadata=named)
    unknown = tus.create(5, b"12345", Upload_Checksum="sha3 AAAA", Upload_Metadata=named)

    assert [answer.status_code for answer in (right, wrong, unknown)] == [201, 460, 400]
    assert tus.names().count("checked") == before + 1
    assert tus.content(right.headers["location"]) == b"12345"


def test_a_creation_at_an_upload_is_refused(tus: TusUser):
    # 41.
    assert tus.ask("POST", tus.created(5), {"Upload-Length": "5"}).status_code in {404, 405}


# ------------------------------------------------------------------------------------------ deferred lengths


def test_a_deferred_length_is_told_once(tus: TusUser):
    # 51, 78, 79. The rule: "If the length was deferred using Upload-Defer-Length: 1, the Client MUST set the
    # Upload-Length header in the next PATCH request, once the length is known. Once set the length MUST NOT be changed.
    # As long as the length of the upload is not known, the Server MUST set Upload-Defer-Length: 1 in all responses to
    # HEAD requests."
    url = tus.created()
    for offset in (0, 2):
        assert tus.patch(url, offset, b"12").status_code == 204
        head = tus.head(url).headers
        assert (head["upload-defer-length"], "upload-length" in head) == ("1", False)

    assert tus.patch(url, 4, b"", Upload_Length="3").status_code == 400
    assert tus.patch(url, 4, b"5", Upload_Length="9").status_code == 204
    assert tus.patch(url, 5, b"6", Upload_Length="8").status_code == 400

    head = tus.head(url).headers
    assert (head["upload-length"], head["upload-offset"], "upload-defer-length" in head) == ("9", "5", False)
    assert tus.patch(url, 5, b"6789", Upload_Length="9").status_code == 204
    assert tus.jobs(url) == 1


def test_a_length_that_is_reached_completes_without_a_byte(tus: TusUser):
    # 80.
    url = tus.created()
    tus.patch(url, 0, b"12345")

    answer = tus.patch(url, 5, b"", Upload_Length="5")

    assert answer.status_code == 204
    assert "parquay-file" in answer.headers
    assert tus.jobs(url) == 1


@pytest.mark.parametrize("chunked", [False, True], ids=["announced", "in chunks"])
def test_a_deferred_length_is_no_way_around_the_limit(small: TusUser, chunked: bool):
    # 78, 81.
    url = small.created()
    assert small.patch(url, 0, bytes(999_000)).status_code == 204

    if chunked:
        answer = small.patch(url, 999_000, iter([bytes(900), bytes(200)]))
        assert small.offset(url) == 1_000_000
    else:
        answer = small.patch(url, 999_000, bytes(1001))
        assert small.offset(url) == 999_000

    assert answer.status_code == 413
    assert small.patch(url, small.offset(url), b"", Upload_Length="1000001").status_code == 413
