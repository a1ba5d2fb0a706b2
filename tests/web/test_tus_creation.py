"""tus 1.0.0, creation: lengths, metadata, bytes that come along. From outside, over real sockets."""

from __future__ import annotations

import base64

import pytest

from problems import is_problem
from tus_user import TusUser, id_of, metadata
from web.creation_data import RESUMABLE


def test_a_creation_tells_where_the_upload_is(tus: TusUser):
    # 25, 26. The rule: "The Server MUST acknowledge a successful upload creation with the 201 Created status. The
    # Server MUST set the Location header to the URL of the created resource."
    answer = tus.create(5)

    location = answer.headers["location"]
    assert answer.status_code == 201
    assert location.startswith(f"{tus.server.url}/files/")
    assert tus.head(location).status_code in {200, 204}
    assert tus.offset(location) == 0
    assert answer.headers["upload-expires"]


def test_a_trusted_proxy_tells_where_the_server_is(small: TusUser):
    # 26.
    forwarded = [("X-Forwarded-Proto", "https"), ("X-Forwarded-Host", "tus.example.org")]

    answer = small.raw("POST", "/api/files", RESUMABLE, ("Upload-Length", "5"), *forwarded)

    assert (answer.get("location") or "").startswith("https://tus.example.org/api/files/")


def test_nobody_else_tells_where_the_server_is(tus: TusUser):
    # 26.
    forwarded = [
        ("X-Forwarded-Proto", "https"),
        ("X-Forwarded-Host", "evil.example"),
        ("Forwarded", "host=evil.example"),
    ]

    answer = tus.raw("POST", "/files", RESUMABLE, ("Upload-Length", "5"), *forwarded)

    assert "evil" not in (answer.get("location") or "evil")


@pytest.mark.parametrize("option", ["skip", "header"])
def test_a_number_of_any_length_that_cannot_be_meant_is_refused_by_name(tus: TusUser, option: str):
    number = "9" * 5000

    told = tus.create(3, b"a,b", Upload_Metadata=metadata(filename="a.csv", **{option: number}))
    asked = tus.http.post("/upload", params={option: number}, files={"file": ("a.csv", b"a,b\n1,2\n")})
    filled = tus.http.post("/upload", data={option: number}, files={"file": ("a.csv", b"a,b\n1,2\n")})

    assert [answer.status_code for answer in (told, asked, filled)] == [422, 422, 422]
    assert option in told.json()["detail"]


def test_what_the_query_of_a_creation_says_is_meant_or_refused(tus: TusUser):
    draft = {"Upload-Complete": "?1", "Content-Disposition": 'attachment; filename="a.csv"'}

    known = tus.http.post("/files?delimiter=;", headers=draft, content=b"a;b,c\n1;2,3\n")
    by_tus = tus.ask("POST", "/files?bogus=1", {"Upload-Length": "3"})
    by_draft = tus.http.post("/files?bogus=1", headers=draft, content=b"a,b\n1,2\n")
    nonsense = tus.http.post("/files?delimiter=banana", headers=draft, content=b"a,b\n1,2\n")

    kept = "SELECT count(*) FROM file WHERE id = ? AND CAST(options AS text) = ?"
    assert tus.count(kept, id_of(known.headers["location"]), '{"delimiter": ";"}') == 1
    assert is_problem(by_tus, 422, "unknown_parameter")
    assert is_problem(by_draft, 422, "unknown_parameter")
    assert nonsense.status_code == 422


def test_ids_cannot_be_guessed(tus: TusUser):
    # 39.
    ids = [id_of(tus.created(1)) for _ in range(20)]

    assert len(set(ids)) == 20
    assert all(len(base64.urlsafe_b64decode(one[8:] + "==")) * 8 >= 128 for one in ids)


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Upload-Length": "5", "Upload-Defer-Length": "1"},
        {"Upload-Defer-Length": "0"},
        {"Upload-Defer-Length": "2"},
        {"Upload-Defer-Length": "true"},
        {"Upload-Defer-Length": ""},
    ],
    ids=["none", "both", "0", "2", "true", "empty"],
)
def test_lengths_that_make_no_sense_are_refused(tus: TusUser, headers: dict[str, str]):
    # 27, 28, 29. The rule: "The request MUST include one of the stream headers" "If the Upload-Defer-Length header
    # contains any other value than 1 the server should return a 400 Bad Request status."
    before = len(tus.names())

    answer = tus.ask("POST", "/files", headers)

    assert answer.status_code == 400
    assert len(tus.names()) == before


def test_an_empty_file_is_complete_at_once_and_once(tus: TusUser):
    # 30. The rule: "Such an upload is immediately complete after its creation without transferring data using PATCH
    # requests."
    answer = tus.create(0)
    url = answer.headers["location"]

    assert answer.status_code == 201
    assert answer.headers["parquay-file"] == url
    head = tus.head(url)
    assert (head.headers["upload-offset"], head.headers["upload-length"]) == ("0", "0")
    assert tus.jobs(url) == 1
    assert tus.patch(url, 0, b"").status_code == 204
    assert tus.jobs(url) == 1
    assert tus.content(url) == b""


def test_a_length_beyond_the_limit_is_refused_and_one_at_the_limit_is_not(small: TusUser):
    # 31, 32. The rule: "If the length of the upload exceeds the maximum, which MAY be specified using the Tus-Max-Size
    # header, the Server MUST respond with the 413 Request Entity Too Large status."
    before = len(small.names())

    assert [small.create(length).status_code for length in (1_000_001, 2**40, 2**63 - 1)] == [413, 413, 413]
    assert len(small.names()) == before
    assert small.create(1_000_000).status_code == 201


def test_a_length_for_which_there_is_no_room_is_refused(tus: TusUser):
    # 32.
    before = len(tus.names())

    answer = tus.create(2**60)

    if tus.server.is_scaled:  # an object store has room for everything
        assert answer.status_code == 201
        return
    assert (answer.status_code, answer.json()["code"]) == (507, "storage_full")
    assert answer.headers["retry-after"]
    assert len(tus.names()) == before


# ------------------------------------------------------------------------------------------------ metadata


@pytest.mark.parametrize(
    "raw",
    [
        "k",
        "k ",
        "k dg==",
        "k dg==,l",
        "k dg==, l dw==",
        ",".join(f"key{number} dg==" for number in range(50)),
        "filename YS5jc3Y=,bin AP8NCgA=",
        "K dg==,k dw==",
    ],
    ids=["key", "key and space", "pair", "key behind", "space behind comma", "fifty pairs", "bytes", "cases"],
)
def test_metadata_is_told_as_it_was_sent(tus: TusUser, raw: str):
    # 33, 34, 36. The rule: "The value MAY be empty. In these cases, the space, which would normally separate the key
    # and the value, MAY be left out."
    answer = tus.raw("POST", "/files", RESUMABLE, ("Upload-Length", "1"), ("Upload-Metadata", raw))

    assert answer.status == 201
    assert tus.head(answer.get("location") or "").headers["upload-metadata"] == raw.rstrip(" ")


def test_an_empty_field_is_no_metadata(tus: TusUser):
    # 34.
    answer = tus.raw("POST", "/files", RESUMABLE, ("Upload-Length", "1"), ("Upload-Metadata", ""))

    assert answer.status == 201
    assert "upload-metadata" not in tus.head(answer.get("location") or "").headers


@pytest.mark.parametrize(
    "raw",
    ["a dg==,a dw==", "a dg==,,b", " ,a", "a %%%", "a d", "a  dg==", "n\u00e4me dg=="],
    ids=["twice", "empty", "empty first", "no base64", "short base64", "two spaces", "beyond ascii"],
)
def test_metadata_that_breaks_the_rules_is_refused(tus: TusUser, raw: str):
    # 35. The rule: "The key MUST NOT contain spaces and commas and MUST NOT be empty. The key SHOULD be ASCII encoded
    # and the value MUST be Base64 encoded. All keys MUST be unique."
    before = len(tus.names())

    answer = tus.raw("POST", "/files", RESUMABLE, ("Upload-Length", "1"), ("Upload-Metadata", raw))

    assert answer.status == 400
    assert b"bad_metadata" in answer.body
    assert len(tus.names()) == before


@pytest.mark.parametrize("size", [20_000, 60_000])
def test_too_much_metadata_is_refused(tus: TusUser, size: int):
    # 37.
    answer = tus.raw("POST", "/files", RESUMABLE, ("Upload-Length", "1"), ("Upload-Metadata", "k " + "A" * size))

    assert answer.status in {400, 413, 431}


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("a.csv", "a.csv"),
        ("../../etc/passwd", "passwd"),
        ("a\r\nb\x00.csv", "ab.csv"),
        ("\u6587" * 5000 + ".csv", None),
        ("a\u202egnp.csv", "agnp.csv"),
    ],
    ids=["plain", "path", "control characters", "fifteen kilobytes", "direction"],
)
def test_a_name_is_made_safe(tus: TusUser, sent: str, kept: str | None):
    # 36.
    answer = tus.create(1, Upload_Metadata=metadata(filename=sent[:4000]))

    name = tus.http.get(answer.headers["location"]).json()["name"]
    if kept is None:
        assert 0 < len(name.encode()) <= 255
    else:
        assert name == kept
    assert "\r" not in tus.server.log()
    assert "etc/passwd" not in tus.server.log()
