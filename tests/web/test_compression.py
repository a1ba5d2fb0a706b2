"""Answers packed on their way: which, for whom, and never to a length that can be told beforehand."""

import gzip

import pytest

from parquay.web.http.compression import PACKED, accepts, packed

ROWS = b"id,city\n" + b"".join(b"%d,Hamburg\n" % row for row in range(500))


@pytest.mark.parametrize("body", [b"", b"{}", ROWS * 100])
def test_packed_is_gzip_that_everybody_reads(body):
    assert gzip.decompress(packed(body)) == body


def test_the_same_body_has_not_always_the_same_length():
    assert len({len(packed(ROWS)) for _ in range(50)}) > 10


@pytest.mark.parametrize(
    ("field", "coding", "told"),
    [
        ("gzip, deflate, br", "br", True),
        ("gzip;q=0, br", "gzip", False),
        ("*", "br", True),
        ("identity", "gzip", False),
        ("", "gzip", False),
    ],
)
def test_codings_are_taken_as_the_client_says(field, coding, told):
    assert accepts(field, coding) is told


@pytest.mark.parametrize(
    "path", ["/login", "/auth/token", "/auth/api-keys", "/files/x/links", "/files/x/access", "/me"]
)
def test_what_holds_secrets_is_never_packed(path):
    assert PACKED.fullmatch(path) is None


@pytest.fixture
def file_id(ann):
    return ann.post("/files", files={"file": ("cities.csv", ROWS)}).json()["file_id"]


def test_json_is_packed_for_who_reads_it_and_not_for_others(ann):
    plain = ann.get("/openapi.json", headers={"Accept-Encoding": "identity"})
    small = ann.get("/api/openapi.json", headers={"Accept-Encoding": "gzip"})

    assert "content-encoding" not in plain.headers
    assert small.headers["content-encoding"] == "gzip"
    assert small.json()["paths"] == plain.json()["paths"]
    for answer in (plain, small):
        assert "Accept-Encoding" in answer.headers["vary"]
    assert int(small.headers["content-length"]) < len(plain.content) / 3


def test_bytes_as_uploaded_and_ranges_of_them_are_sent_as_they_are(ann, file_id):
    headers = {"Accept-Encoding": "gzip"}

    whole = ann.get(f"/files/{file_id}/content", headers=headers)
    part = ann.get(f"/files/{file_id}/content", headers={**headers, "Range": "bytes=0-6"})

    assert "content-encoding" not in whole.headers
    assert whole.content == ROWS
    assert "content-encoding" not in part.headers
    assert part.content == b"id,city"
