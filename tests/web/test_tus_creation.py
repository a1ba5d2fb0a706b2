"""tus 1.0.0, creation: lengths, metadata, bytes that come along. From outside, over real sockets."""

from __future__ import annotations

import base64
import random
import time

import pytest

from live_server import wait_until
from problems import is_problem
from tus_user import OCTETS, TUS, TusUser, id_of, metadata
from wire import Wire

DATA = random.Random(2).randbytes(300_000)
RESUMABLE = ("Tus-Resumable", "1.0.0")
OCTET_TYPE = ("Content-Type", "application/offset+octet-stream")


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
