"""tus 1.0.0, the core: versions, OPTIONS, HEAD, PATCH. From outside, over real sockets."""

from __future__ import annotations

import pytest

from tus_user import TusUser, id_of
from web.tus_data import RESUMABLE, code_of
from wire import Answer, Wire, exchange

OCTET_TYPE = ("Content-Type", "application/offset+octet-stream")

NO_INTEGERS = {
    "negative": "-1",
    "fraction": "1.5",
    "word": "abc",
    "empty": "",
    "plus": "+5",
    "underscore": "1_000",
    "hexadecimal": "0x5",
    "exponent": "1e3",
    "arabic digit": "\u0663".encode(),
    "two values": "5,5",
    "beyond 2^63": str(2**63),
    "twenty digits": "00000000000000000005",
    "inner space": "5 5",
}


# ----------------------------------------------------------------------------------- versions and methods


def test_every_answer_of_an_upload_says_its_version(tus: TusUser):
    # 1. The rule: "The Tus-Resumable header MUST be included in every request and response except for OPTIONS
    # requests." The client of these tests asserts it with every answer; here are those that it never gets.
    url = tus.created(5)
    asked = {
        (404, "HEAD of nothing"): tus.raw("HEAD", "/files/" + "A" * 24, RESUMABLE),
        (405, "PUT"): tus.raw("PUT", url, RESUMABLE),
        (400, "no length"): tus.raw("POST", "/files", RESUMABLE),
        (412, "no version"): tus.raw("PATCH", url, OCTET_TYPE),
        (401, "no login"): exchange(tus.server.port, "HEAD", url, [RESUMABLE]),
        (409, "other offset"): tus.raw("PATCH", url, RESUMABLE, OCTET_TYPE, ("Upload-Offset", "3")),
        (413, "too long"): tus.raw(
            "PATCH", url, RESUMABLE, OCTET_TYPE, ("Upload-Offset", "0"), ("Content-Length", "9"), body=b"123456789"
        ),
        (415, "other type"): tus.raw("PATCH", url, RESUMABLE, ("Upload-Offset", "0")),
    }

    for (status, why), answer in asked.items():
        assert (answer.status, answer.all("tus-resumable")) == (status, ["1.0.0"]), why


@pytest.mark.parametrize("version", ["0.2.2", "2.0.0", "1.0", "", "1.0.0, 1.0.0"])
@pytest.mark.parametrize("method", ["POST", "PATCH", "DELETE", "HEAD"])
def test_another_version_is_refused_and_nothing_is_done(tus: TusUser, method: str, version: str):
    # 2, 3, 4. The rule: "If the version specified by the Client is not supported by the Server, it MUST respond with
    # the 412 Precondition Failed status and MUST include the Tus-Version header into the response. In addition, the
    # Server MUST NOT process the request."
    url = tus.created(5)
    before = len(tus.names())
    target = "/files" if method == "POST" else url
    fields = [("Tus-Resumable", version), OCTET_TYPE, ("Upload-Offset", "0"), ("Upload-Length", "5")]

    answer = tus.raw(method, target, *fields, ("Content-Length", "5"), body=b"12345")

    assert answer.status == 412
    assert answer.get("tus-version") == "1.0.0"
    assert answer.get("tus-resumable") == "1.0.0"
    assert len(tus.names()) == before
    assert tus.offset(url) == 0
    assert not tus.stored(url)


def test_head_answers_a_client_that_forgot_the_version(tus: TusUser):
    # 5.
    url = tus.created(5, b"123")

    answer = tus.raw("HEAD", url)

    assert (answer.status, answer.get("upload-offset")) == (200, "3")


@pytest.mark.parametrize("real", ["POST", "GET", "PUT", "DELETE"])
def test_an_override_is_the_method_whatever_the_real_one_is(tus: TusUser, real: str):
    # 6, 7. The rule: "The X-HTTP-Method-Override request header MUST be a string which MUST be interpreted as the
    # request's method by the Server, if the header is presented. The actual method of the request MUST be ignored."
    url = tus.created(5)

    def override(method: str, *fields: tuple[str, str], body: bytes = b"") -> Answer:
        return tus.raw(real, url, RESUMABLE, ("X-HTTP-Method-Override", method), *fields, body=body)

    sent = override("PATCH", OCTET_TYPE, ("Upload-Offset", "0"), ("Content-Length", "5"), body=b"12345")
    assert (sent.status, sent.get("upload-offset")) == (204, "5")
    asked = override("HEAD")
    assert (asked.status, asked.get("upload-offset"), asked.body) == (200, "5", b"")
    assert tus.content(url) == b"12345"
    assert override("DELETE").status == 204
    assert tus.head(url).status_code in {404, 410}


@pytest.mark.parametrize(
    ("target", "override", "status"),
    [("upload", "delete", 204), ("upload", "BREW", 405), ("upload", "", 405), ("/files", "PATCH", 405)],
    ids=["lower case", "unknown", "empty", "patch of the collection"],
)
def test_an_override_is_read_like_a_method(tus: TusUser, target: str, override: str, status: int):
    # 8.
    url = tus.created(5)

    answer = tus.raw("POST", url if target == "upload" else target, RESUMABLE, ("X-HTTP-Method-Override", override))

    assert answer.status == status
    assert (tus.head(url).status_code == 200) is (status != 204)


@pytest.mark.parametrize("value", NO_INTEGERS.values(), ids=NO_INTEGERS.keys())
def test_what_is_no_integer_is_refused_everywhere(tus: TusUser, value: str | bytes):
    # 9, 60. The rule: "The value MUST be a non-negative integer."
    url = tus.created()
    before = len(tus.names())

    offset = tus.raw("PATCH", url, RESUMABLE, OCTET_TYPE, ("Upload-Offset", value), ("Content-Length", "1"), body=b"x")
    length = tus.raw("POST", "/files", RESUMABLE, ("Upload-Length", value))
    declared = tus.raw("PATCH", url, RESUMABLE, OCTET_TYPE, ("Upload-Offset", "0"), ("Upload-Length", value))

    assert [answer.status for answer in (offset, length, declared)] == [400, 400, 400]
    assert code_of(offset) == code_of(declared) == "bad_header"
    assert len(tus.names()) == before
    assert tus.offset(url) == 0


def test_an_absent_offset_is_refused(tus: TusUser):
    # 60.
    url = tus.created(5)

    answer = tus.raw("PATCH", url, RESUMABLE, OCTET_TYPE, ("Content-Length", "5"), body=b"12345")

    assert (answer.status, code_of(answer)) == (400, "bad_header")
    assert tus.offset(url) == 0


@pytest.mark.parametrize("method", ["PUT", "BREW", "POST", "TRACE"])
def test_an_unknown_method_of_an_upload_is_refused_with_those_there_are(tus: TusUser, method: str):
    # 10, 41.
    answer = tus.raw(method, tus.created(5), RESUMABLE)

    assert answer.status == 405
    allowed = {each.strip() for each in (answer.get("allow") or "").split(",")}
    assert {"HEAD", "PATCH", "DELETE", "GET", "OPTIONS"} <= allowed
    assert method not in allowed


def test_names_of_headers_are_read_in_any_case(tus: TusUser):
    # 11.
    url = tus.created(5)
    fields = [("tUS-rESUMABLE", "1.0.0"), ("CONTENT-TYPE", OCTET_TYPE[1]), ("upload-OFFSET", "0")]

    answer = tus.raw("PATCH", url, *fields, ("content-length", "5"), body=b"12345")

    assert answer.status == 204


@pytest.mark.parametrize("second", ["0", "3"])
def test_an_offset_that_was_sent_twice_is_refused(tus: TusUser, second: str):
    # 11.
    url = tus.created(5)
    fields = [RESUMABLE, OCTET_TYPE, ("Upload-Offset", "0"), ("Upload-Offset", second), ("Content-Length", "5")]

    answer = tus.raw("PATCH", url, *fields, body=b"12345")

    assert (answer.status, tus.offset(url)) == (400, 0)


@pytest.mark.parametrize(
    "target",
    ["A" * 24, "..", ".", "..%2f..%2fmetadata.db", ".locks", "%00", "a" * 10_240, "{id}.info", "{id}%00", "{id}%0a", "{id}..", "%2e%2e"],
    ids=["unknown", "parent", "here", "traversal", "hidden", "nul", "ten kilobytes", "info", "nul behind", "line end",
         "dots behind", "escaped parent"],
)  # fmt: skip
@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE"])
def test_what_is_no_upload_is_not_found_and_nothing_is_touched(tus: TusUser, method: str, target: str):
    # 12, 54, 63. The rule: "If the resource is not found, the Server SHOULD return either the 404 Not Found, 410 Gone
    # or 403 Forbidden status without the Upload-Offset header."
    url = tus.created(5, b"123")
    path = "/files/" + target.replace("{id}", id_of(url))

    answer = tus.raw(method, path, RESUMABLE, OCTET_TYPE, ("Upload-Offset", "3"), ("Content-Length", "2"), body=b"45")

    assert answer.status in ({404} if method != "DELETE" or target not in {".", "..", "%2e%2e"} else {404, 405})
    assert answer.get("upload-offset") is None
    assert tus.offset(url) == 3
    assert tus.stored(url) == b"123"
    assert tus.count("SELECT count(*) FROM file WHERE id = ?", id_of(url)) == 1


def test_an_upload_of_somebody_else_is_as_unknown_as_none(tus: TusUser, tus_server):
    url = tus.created(5, b"123")
    with tus_server.login() as http:
        other = TusUser(tus_server, http)

        answers = [other.head(url), other.patch(url, 3, b"45"), other.ask("DELETE", url)]

        assert [answer.status_code for answer in answers] == [404, 404, 404]
        assert answers[1].json() == other.patch("/files/" + "A" * 24, 3, b"45").json()
    assert tus.offset(url) == 3


@pytest.mark.parametrize("method", ["HEAD", "PATCH", "DELETE", "POST"])
def test_without_a_login_nothing_is_told_and_nothing_is_read(tus: TusUser, method: str):
    url = tus.created(5)
    target = "/files" if method == "POST" else url
    fields = [RESUMABLE, OCTET_TYPE, ("Upload-Offset", "0"), ("Upload-Length", "5"), ("Content-Length", "5")]

    with Wire(tus.server.port) as wire:
        wire.ask(method, target, [*fields, ("Expect", "100-continue")])
        answer = wire.answer(head=method == "HEAD")

    assert answer.status == 401
    assert answer.interim == []
    assert (answer.get("www-authenticate") or "").startswith("Bearer")
    assert tus.offset(url) == 0


# -------------------------------------------------------------------------------------------------- OPTIONS


@pytest.mark.parametrize("target", ["/files", "/files/", "/api/files", "/api/files/"])
@pytest.mark.parametrize("version", [None, "1.0.0", "0.2.2", "nonsense"])
def test_options_tell_what_the_server_can(tus: TusUser, target: str, version: str | None):
    # 13, 14, 16, 17, 18, 19, 20, 92. The rule: "A successful response indicated by the 204 No Content or 200 OK status
    # MUST contain the Tus-Version header." "The Client SHOULD NOT include the Tus-Resumable header in the request and
    # the Server MUST ignore the header." Without a login, as browsers ask.
    answer = exchange(tus.server.port, "OPTIONS", target, [("Tus-Resumable", version)] if version is not None else [])

    assert answer.status in {200, 204}
    assert answer.get("tus-version") == "1.0.0"
    extensions = (answer.get("tus-extension") or "").split(",")
    assert extensions == [
        "creation",
        "creation-with-upload",
        "creation-defer-length",
        "expiration",
        "checksum",
        "termination",
        "concatenation",
        "concatenation-unfinished",
    ]
    assert (answer.get("tus-checksum-algorithm") or "").split(",") == ["sha1", "sha256", "md5", "crc32c", "blake3"]
    assert answer.get("tus-max-size") is None


def test_options_of_an_upload_are_answered_too(tus: TusUser):
    # 19.
    answer = exchange(tus.server.port, "OPTIONS", tus.created(5))

    assert answer.status == 204
    assert "PATCH" in (answer.get("allow") or "")


def test_options_tell_the_limit(small: TusUser):
    # 15. The rule: "The Server SHOULD set this header if there is a known hard limit."
    assert exchange(small.server.port, "OPTIONS", "/files").get("tus-max-size") == "1000000"


@pytest.mark.parametrize("target", ["/files/", "/api/files", "/api/files/"])
def test_every_spelling_of_the_place_creates(tus: TusUser, target: str):
    # 20.
    answer = tus.ask("POST", target, {"Upload-Length": "3"})

    assert answer.status_code == 201
    assert tus.patch(answer.headers["location"] + "/", 0, b"abc").status_code == 204
    assert answer.headers["location"].startswith(f"{tus.server.url}{target.rstrip('/')}/")


# ------------------------------------------------------------------------------------------------ browsers


PREFLIGHT = [
    ("Origin", "https://app.example"),
    ("Access-Control-Request-Method", "PATCH"),
    ("Access-Control-Request-Headers", "tus-resumable,upload-offset,content-type,authorization"),
]


@pytest.mark.parametrize("target", ["/files", "/files/" + "A" * 24])
def test_a_page_of_an_allowed_origin_may_do_everything(small: TusUser, target: str):
    # 21, 24.
    answer = exchange(small.server.port, "OPTIONS", target, PREFLIGHT)

    assert answer.status in {200, 204}
    assert answer.get("access-control-allow-origin") == "https://app.example"
    assert answer.get("access-control-allow-credentials") == "true"
    assert int(answer.get("access-control-max-age") or 0) > 0
    methods = {each.strip() for each in (answer.get("access-control-allow-methods") or "").split(",")}
    assert {"POST", "HEAD", "PATCH", "DELETE", "GET", "OPTIONS"} <= methods
    headers = {each.strip().lower() for each in (answer.get("access-control-allow-headers") or "").split(",")}
    assert headers >= {
        "tus-resumable", "upload-length", "upload-offset", "upload-metadata", "upload-defer-length", "upload-concat",
        "upload-checksum", "content-type", "authorization", "x-http-method-override", "x-request-id",
        "x-requested-with", "upload-complete", "upload-draft-interop-version", "content-digest", "repr-digest",
    }  # fmt: skip


def test_a_page_can_read_answers_and_refusals(small: TusUser):
    # 22, 23.
    fields = [RESUMABLE, ("Origin", "https://app.example")]

    made = small.raw("POST", "/files", *fields, ("Upload-Length", "5"))
    refused = small.raw("POST", "/files", *fields)
    missing = small.raw("HEAD", "/files/" + "A" * 24, *fields)
    unknown = exchange(small.server.port, "PATCH", "/files/" + "A" * 24, fields)

    for status, answer in ((201, made), (400, refused), (404, missing), (401, unknown)):
        assert answer.status == status
        assert answer.get("access-control-allow-origin") == "https://app.example"
        assert "origin" in (answer.get("vary") or "").lower()
        exposed = {each.strip().lower() for each in (answer.get("access-control-expose-headers") or "").split(",")}
        assert exposed >= {
            "location", "upload-offset", "upload-length", "upload-metadata", "upload-defer-length", "upload-concat",
            "upload-expires", "upload-limit", "tus-resumable", "tus-version", "tus-extension", "tus-max-size",
            "tus-checksum-algorithm",
        }  # fmt: skip


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "https://app.example.evil.example", "*"])
def test_a_page_of_another_origin_can_read_nothing(small: TusUser, origin: str):
    # 23.
    preflight = exchange(small.server.port, "OPTIONS", "/files", [("Origin", origin), *PREFLIGHT[1:]])
    answer = small.raw("POST", "/files", RESUMABLE, ("Origin", origin), ("Upload-Length", "5"))

    for each in (preflight, answer):
        assert each.get("access-control-allow-origin") is None
        assert each.get("access-control-allow-credentials") is None


# ---------------------------------------------------------------------------------------------------- HEAD


def test_head_tells_the_offset_of_an_upload_from_its_beginning_to_its_end(tus: TusUser):
    # 49, 50, 52, 53, 56. The rule: "The Server MUST always include the Upload-Offset header in the response for a HEAD
    # request, even if the offset is 0, or the upload is already considered completed. If the size of the upload is
    # known, the Server MUST include the Upload-Length header in the response." "The Server MUST prevent the client
    # and/or proxies from caching the response by adding the Cache-Control: no-store header to the response."
    url = tus.created(5)

    for offset in (0, 3, 5):
        if offset:
            before = int(tus.head(url).headers["upload-offset"])
            tus.patch(url, before, b"12345"[before:offset])
        answer = tus.head(url)
        assert answer.status_code in {200, 204}
        assert (answer.headers["upload-offset"], answer.headers["upload-length"]) == (str(offset), "5")
        assert answer.headers["cache-control"] == "no-store"
        assert answer.content == b""
        assert "upload-defer-length" not in answer.headers


def test_head_tells_the_metadata_and_needs_none(tus: TusUser):
    # 33, 55, 58. The rule: "If an upload contains additional metadata, responses to HEAD requests MUST include the
    # Upload-Metadata header and its value as specified by the Client during the creation."
    raw = "zeta dg==, filename YS5jc3Y=,empty,bin AP8NCgA="

    assert tus.head(tus.created(5, Upload_Metadata=raw)).headers["upload-metadata"] == raw
    bare = tus.head(tus.created(5))
    assert bare.status_code == 200
    assert "upload-metadata" not in bare.headers
