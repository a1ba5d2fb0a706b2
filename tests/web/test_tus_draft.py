"""The IETF draft of resumable uploads, interop versions 5 to 8, from outside, over real sockets."""

from __future__ import annotations

import base64
import hashlib
import random
import time
from collections.abc import Callable

import httpx
import pytest

from live_server import LiveServer, wait_until
from tus_user import TusUser, id_of
from wire import Answer, Wire, exchange

DATA = random.Random(8).randbytes(200_000)
VERSIONS = [5, 6, 7, 8]
MISMATCH = "https://iana.org/assignments/http-problem-types#mismatching-upload-offset"
INCONSISTENT = "https://iana.org/assignments/http-problem-types#inconsistent-upload-length"


class DraftUser:
    """A login, with a client of one version of the draft."""

    def __init__(self, user: TusUser, version: int) -> None:
        self.user = user
        self.version = version
        kind = {} if version < 6 else {"Content-Type": "application/partial-upload"}
        self.fields = {"Upload-Draft-Interop-Version": str(version)}
        self.append_fields = {**self.fields, **kind}

    def ask(self, method: str, url: str, headers: dict[str, str], body: object = None) -> httpx.Response:
        answer = self.user.http.request(method, url, headers={**self.fields, **headers}, content=body)
        assert answer.headers["upload-draft-interop-version"] == str(self.version)
        assert "tus-resumable" not in answer.headers
        return answer

    def create(self, body: object = b"", complete: str = "?0", **headers: str) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("POST", "/files", {"Upload-Complete": complete, **sent}, body)

    def created(self, body: object = b"", **headers: str) -> str:
        answer = self.create(body, **headers)
        assert answer.status_code == 201, answer.text
        return "/files/" + id_of(answer.headers["location"])

    def patch(self, url: str, offset: int, body: object, complete: str = "?0", **headers: str) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        told = {"Upload-Offset": str(offset), "Upload-Complete": complete}
        return self.ask("PATCH", url, {**self.append_fields, **told, **sent}, body)

    def head(self, url: str) -> httpx.Response:
        return self.ask("HEAD", url, {})


@pytest.fixture(params=VERSIONS, ids=[f"interop-{version}" for version in VERSIONS])
def draft(request: pytest.FixtureRequest, tus: TusUser) -> DraftUser:
    return DraftUser(tus, request.param)


@pytest.fixture
def newest(tus: TusUser) -> DraftUser:
    return DraftUser(tus, 8)


def progress(answer: httpx.Response) -> tuple[str | None, str | None]:
    return answer.headers.get("upload-offset"), answer.headers.get("upload-complete")


# ----------------------------------------------------------------------------------------------- creation


def test_a_whole_file_in_one_request(draft: DraftUser):
    # The rule: "If the Upload-Complete request header field is set to true, the client intends to transfer the entire
    # representation data in one request."
    answer = draft.create(DATA, "?1", Content_Type="text/csv", Content_Disposition='inline; filename="a b.csv"')

    url = "/files/" + id_of(answer.headers["location"])
    assert answer.status_code == 201
    assert progress(answer) == (str(len(DATA)), "?1")
    assert draft.user.content(url) == DATA
    assert draft.user.jobs(url) == 1
    entry = draft.user.http.get(url).json()
    assert (entry["name"], entry["content_type"]) == ("a b.csv", "text/csv")
    assert answer.headers["parquay-file"].endswith(url)


def test_a_whole_file_of_unknown_length_in_one_request(draft: DraftUser):
    answer = draft.create(iter([DATA[:70_000], DATA[70_000:]]), "?1")

    assert progress(answer) == (str(len(DATA)), "?1")
    assert draft.user.content("/files/" + id_of(answer.headers["location"])) == DATA


def test_an_empty_file(draft: DraftUser):
    # The rule: "The request content can be empty. If the Upload-Complete header field is then set to true, the client
    # intends to upload an empty representation."
    answer = draft.create(b"", "?1")

    assert (answer.status_code, progress(answer)) == (201, ("0", "?1"))


@pytest.mark.parametrize("length", [None, str(len(DATA))], ids=["length unknown", "length told"])
def test_careful_creation_and_parts_in_a_row(draft: DraftUser, length: str | None):
    # The rule: "If the Upload-Complete header field is set to false, the client intends to transfer the representation
    # over multiple requests. If the request content was fully processed, the server MUST include the Location response
    # header field pointing to the upload resource"
    told = {} if length is None else {"Upload_Length": length}
    made = draft.create(b"", "?0", **told)
    url = "/files/" + id_of(made.headers["location"])
    assert (made.status_code, progress(made)) == (201, ("0", "?0"))

    for offset in (0, 70_000, 140_000):
        end = min(offset + 70_000, len(DATA))
        answer = draft.patch(url, offset, DATA[offset:end], "?1" if end == len(DATA) else "?0")
        assert answer.status_code in {200, 201, 204}
        assert progress(answer) == (str(end), "?1" if end == len(DATA) else "?0")

    assert draft.user.content(url) == DATA
    assert draft.user.jobs(url) == 1


def test_an_empty_last_part_completes(draft: DraftUser):
    # The rule: "the request has no content. Once the request is processed by the server, the upload is complete."
    url = draft.created(DATA)

    answer = draft.patch(url, len(DATA), b"", "?1")

    assert progress(answer) == (str(len(DATA)), "?1")
    assert draft.user.content(url) == DATA


def test_a_completion_whose_answer_was_lost_is_answered_again(draft: DraftUser):
    url = draft.created(b"", Upload_Length="5")
    draft.patch(url, 0, b"12345", "?1")

    answer = draft.patch(url, 5, b"", "?1")

    if draft.version in (6, 7):  # the rule: it "MUST respond with a 400 (Bad Request) status code"
        assert (answer.status_code, answer.json()["type"].partition("#")[2]) == (400, "completed-upload")
    else:
        assert answer.status_code in {200, 201, 204}
        assert progress(answer) == ("5", "?1")
    assert draft.user.jobs(url) == 1
    # The rule: "If the upload is already complete, the server MUST NOT modify the upload resource"
    assert draft.patch(url, 5, b"6", "?1").status_code == (400 if draft.version in (6, 7) else 409)
    assert draft.user.content(url) == b"12345"


@pytest.mark.parametrize("version", ["4", "9", "x"])
def test_another_version_is_refused(tus: TusUser, version: str):
    before = len(tus.names())

    answer = tus.http.post("/files", headers={"Upload-Draft-Interop-Version": version, "Upload-Complete": "?1"})

    assert answer.status_code == 400
    assert len(tus.names()) == before


def test_who_names_no_version_is_understood(tus: TusUser):
    answer = tus.http.post("/files", headers={"Upload-Complete": "?1"}, content=b"12345")

    assert (answer.status_code, answer.headers["upload-complete"]) == (201, "?1")
    assert tus.content(answer.headers["location"]) == b"12345"


@pytest.mark.parametrize(
    ("headers", "status", "kind"),
    [
        ({"Upload-Complete": "?1", "Upload-Length": "6"}, 400, INCONSISTENT),
        ({"Upload-Complete": "?0", "Upload-Length": "4"}, 400, INCONSISTENT),
        ({"Upload-Complete": "perhaps"}, 400, "about:blank"),
        ({}, 400, "about:blank"),
    ],
    ids=["lengths differ", "more than the length", "no boolean", "not told"],
)
def test_a_creation_that_makes_no_sense_is_refused(newest: DraftUser, headers: dict[str, str], status: int, kind: str):
    before = len(newest.user.names())

    answer = newest.ask("POST", "/files", headers, b"12345")

    assert (answer.status_code, answer.json()["type"]) == (status, kind)
    assert len(newest.user.names()) == before


def test_a_creation_beyond_the_limit_tells_the_limit(small: TusUser):
    # The rule: "A server responding with a 413 Content Too Large status code as a result of its upload limits MUST
    # include the Upload-Limit header in this response"
    answer = DraftUser(small, 8).create(b"", "?0", Upload_Length="1000001")

    assert (answer.status_code, answer.headers["upload-limit"]) == (413, "max-size=1000000")


def test_a_stream_beyond_the_limit_is_cut(small: TusUser):
    answer = DraftUser(small, 8).create(iter([bytes(600_000)] * 2), "?1")

    assert answer.status_code == 413
    assert int(answer.headers.get("upload-offset", "0")) <= 1_000_000


# --------------------------------------------------------------------------------------- offset and limits


def test_head_tells_how_far_it_is(draft: DraftUser):
    # The rule: "MUST include the offset in the Upload-Offset header field, MUST include the completeness state in the
    # Upload-Complete header field, MUST include the length in the Upload-Length header field, unless the client has
    # not supplied one, [...] MUST indicate the limits in the Upload-Limit header field, and SHOULD include the
    # Cache-Control header field with the value no-store"
    url = draft.created(b"123", Upload_Length="5")

    answer = draft.head(url)

    assert answer.status_code in {200, 204}
    assert progress(answer) == ("3", "?0")
    assert answer.headers["upload-length"] == "5"
    assert answer.headers["cache-control"] == "no-store"
    age = {5: None, 6: "expires", 7: "max-age", 8: "max-age"}[draft.version]
    limit = answer.headers.get("upload-limit")
    assert (limit is None) if age is None else limit.startswith(f"{age}=6")
    draft.patch(url, 3, b"45", "?1")
    assert progress(draft.head(url)) == ("5", "?1")


def test_head_of_nothing_is_not_found(draft: DraftUser):
    answer = draft.head("/files/" + "A" * 24)

    assert (answer.status_code, answer.headers.get("upload-offset")) == (404, None)


@pytest.mark.parametrize("target", ["/files", "/files/" + "A" * 24])
def test_options_tell_the_limits(tus: TusUser, small: TusUser, target: str):
    # The rule: "A client can use an OPTIONS request to discover whether the resource supports resumable uploads and to
    # learn potential limits before creating an upload resource."
    fields = [("Upload-Draft-Interop-Version", "8")]

    assert exchange(tus.server.port, "OPTIONS", target, fields).get("upload-limit") == "min-size=0"
    answer = exchange(small.server.port, "OPTIONS", target, fields)
    assert answer.get("upload-limit") == "max-size=1000000"
    assert "application/partial-upload" in (answer.get("accept-patch") or "")


# ------------------------------------------------------------------------------------------------- append


@pytest.mark.parametrize("offset", [0, 2, 4])
def test_another_offset_is_refused_with_the_right_one(draft: DraftUser, offset: int):
    # The rule: "If the Upload-Offset request header field value does not match the current offset, the server MUST
    # reject the request with a 409 (Conflict) status code. The response MUST include the correct offset in the
    # Upload-Offset header field."
    url = draft.created(b"123", Upload_Length="5")

    answer = draft.patch(url, offset, b"x")

    assert (answer.status_code, progress(answer)) == (409, ("3", "?0"))
    told = answer.json()
    assert (told["type"], told["expected-offset"], told["provided-offset"]) == (MISMATCH, 3, offset)
    assert draft.user.stored(url) == b"123"


def test_another_media_type_is_refused(tus: TusUser):
    for version in VERSIONS:
        draft = DraftUser(tus, version)
        url = draft.created(b"", Upload_Length="5")
        sent = {"Upload-Offset": "0", "Upload-Complete": "?1", "Content-Type": "application/octet-stream"}

        answer = draft.ask("PATCH", url, sent, b"12345")

        assert answer.status_code == (201 if version == 5 else 415)


@pytest.mark.parametrize(
    ("body", "complete", "headers"),
    [
        (b"456", "?0", {}),
        (b"4", "?1", {}),
        (b"45", "?0", {"Upload_Length": "6"}),
    ],
    ids=["too much", "ends too early", "another length"],
)
def test_lengths_that_do_not_agree_are_refused(newest: DraftUser, body: bytes, complete: str, headers: dict[str, str]):
    url = newest.created(b"123", Upload_Length="5")

    answer = newest.patch(url, 3, body, complete, **headers)

    assert (answer.status_code, answer.json()["type"]) == (400, INCONSISTENT)
    assert newest.user.stored(url) == b"123"


def test_an_append_that_announces_too_much_leaves_the_upload_as_it_is(draft: DraftUser):
    # The offset never exceeds the length, so the upload does not become invalid in any version.
    url = draft.created(b"123", Upload_Length="5")

    answer = draft.patch(url, 3, b"456", "?1")

    assert (answer.status_code, answer.json()["type"]) == (400, INCONSISTENT)
    assert progress(draft.head(url)) == ("3", "?0")
    assert progress(draft.patch(url, 3, b"45", "?1")) == ("5", "?1")
    assert draft.user.content(url) == b"12345"


def test_a_length_below_what_is_there_is_refused_also_in_chunks(newest: DraftUser):
    url = newest.created(b"12345")

    answer = newest.patch(url, 5, iter([b"678"]), "?0", Upload_Length="3")

    assert (answer.status_code, answer.json()["type"]) == (400, INCONSISTENT)
    assert newest.user.stored(url) == b"12345"


def test_no_byte_beyond_a_known_length_is_stored(draft: DraftUser):
    # The rule: "If the length is known, the server MUST prevent the offset from exceeding the upload length by rejecting
    # the request once the offset exceeds the length, marking the upload resource invalid and rejecting any further
    # interaction with it"; up to -05 it goes on.
    url = draft.created(b"123", Upload_Length="5")

    answer = draft.patch(url, 3, iter([b"4", b"5678"]), "?0")

    assert (answer.status_code, answer.json()["type"]) == (400, INCONSISTENT)
    if draft.version <= 6:
        assert draft.user.stored(url) == b"12345"
    else:
        assert draft.head(url).status_code == 404


def test_an_upload_is_complete_only_when_its_client_says_so(draft: DraftUser):
    # The rule: "The upload is not automatically completed if the offset reaches the upload's final size. Instead, a client
    # MUST indicate the completion of an upload through the Upload-Complete header field."
    created = draft.create(b"123", "?0", Upload_Length="3")
    url = "/files/" + id_of(created.headers["location"])
    assert (created.status_code, progress(created), progress(draft.head(url))) == (201, ("3", "?0"), ("3", "?0"))
    other = draft.created(b"", Upload_Length="3")
    assert progress(draft.patch(other, 0, b"123", "?0")) == ("3", "?0")
    assert draft.user.jobs(url) == draft.user.jobs(other) == 0

    for each in (url, other):
        answer = draft.patch(each, 3, b"", "?1")
        assert (answer.status_code, progress(answer)) == (201 if draft.version <= 6 else 204, ("3", "?1"))
        assert draft.user.jobs(each) == 1


def test_questions_and_ends_with_fields_of_an_upload_are_refused_up_to_version_6(draft: DraftUser):
    url = draft.created(b"1", Upload_Length="5")
    for sent in ({"Upload-Offset": "1"}, {"Upload-Complete": "?0"}):
        for method in ("HEAD", "DELETE"):
            if draft.version <= 6:
                assert draft.ask(method, url, sent).status_code == 400
    assert draft.head(url).status_code == 200
    assert draft.ask("DELETE", url, {}).status_code == 204


def test_a_refused_append_says_that_the_upload_goes_on(draft: DraftUser):
    url = draft.created(b"1", Upload_Length="5")
    answer = draft.ask(
        "PATCH", url, {"Upload-Offset": "1", "Upload-Complete": "no", "Content-Type": "text/plain"}, b"2"
    )
    assert answer.status_code in {400, 415}
    assert progress(answer) == ("1", "?0")


def test_what_arrived_before_a_cut_is_kept_and_is_not_complete(draft: DraftUser):
    # The rule: "the server SHOULD append as much of the request content as possible to the upload resource [...] In
    # addition, the upload resource MUST NOT be considered complete then."
    url = draft.created(b"")
    with Wire(draft.user.server.port) as wire:
        told = {"Upload-Offset": "0", "Upload-Complete": "?1", "Content-Length": str(len(DATA))}
        wire.ask("PATCH", url, {**draft.append_fields, **draft.user.login, **told}.items())
        wire.send(DATA[:100_000])
        wire.flush()

    wait_until(lambda: progress(draft.head(url)) == ("100000", "?0"), "what arrived")
    assert progress(draft.patch(url, 100_000, DATA[100_000:], "?1")) == (str(len(DATA)), "?1")
    assert draft.user.content(url) == DATA


def test_an_offset_that_was_told_is_accepted_though_the_old_request_hangs(newest: DraftUser):
    # The rule: "This means that the offset sent by the server MUST be accepted in a subsequent request to append
    # representation data"
    url = newest.created(b"")
    with Wire(newest.user.server.port) as wire:
        told = {"Upload-Offset": "0", "Upload-Complete": "?1", "Content-Length": str(len(DATA))}
        wire.ask("PATCH", url, {**newest.append_fields, **newest.user.login, **told}.items())
        wire.send(DATA[:100_000])
        wire.flush()
        started = time.monotonic()
        offset = int(newest.head(url).headers["upload-offset"])
        answer = newest.patch(url, offset, DATA[offset:], "?1")

    assert offset == 100_000
    assert progress(answer) == (str(len(DATA)), "?1")
    assert time.monotonic() - started < 5
    assert newest.user.content(url) == DATA


@pytest.mark.parametrize("where", ["creation", "append"])
def test_a_digest_of_the_content_is_checked(newest: DraftUser, where: str):
    right, wrong = (
        f"sha-256=:{base64.b64encode(hashlib.sha256(data).digest()).decode()}:" for data in (b"12345", b"other")
    )
    if where == "creation":
        answers = [newest.create(b"12345", "?1", Content_Digest=each) for each in (wrong, right)]
    else:
        url = newest.created(b"", Upload_Length="5")
        answers = [newest.patch(url, 0, b"12345", "?1", Content_Digest=each) for each in (wrong, right)]

    assert 400 <= answers[0].status_code < 500
    assert progress(answers[1]) == ("5", "?1")


# ----------------------------------------------------------------------------------------------- cancelling


def test_a_cancelled_upload_is_gone(draft: DraftUser):
    # The rule: "Upon receiving a DELETE request, the server SHOULD deactivate the upload resource."
    url = draft.created(b"123", Upload_Length="5")

    assert draft.ask("DELETE", url, {}).status_code == 204
    assert draft.head(url).status_code in {404, 410}
    assert draft.patch(url, 3, b"45", "?1").status_code in {404, 410}
    assert draft.user.stored(url) is None


def test_cancelling_ends_the_request_that_sends(newest: DraftUser):
    # The rule: "The server SHOULD terminate any in-flight requests to the upload resource before sending the response"
    url = newest.created(b"")
    with Wire(newest.user.server.port) as wire:
        told = {"Upload-Offset": "0", "Upload-Complete": "?1", "Content-Length": "1000"}
        wire.ask("PATCH", url, {**newest.append_fields, **newest.user.login, **told}.items())
        wire.send(b"x" * 10)
        wait_until(lambda: progress(newest.head(url)) == ("10", "?0"), "its first bytes")
        newest.ask("DELETE", url, {})
        ended: Answer = wire.answer()

    assert ended.status in {404, 410}
    assert newest.user.stored(url) is None


def test_both_protocols_speak_of_the_same_uploads(newest: DraftUser):
    url = newest.created(b"123", Upload_Length="9")

    assert newest.user.offset(url) == 3
    assert newest.user.patch(url, 3, b"456").status_code == 204
    assert progress(newest.patch(url, 6, b"789", "?1")) == ("9", "?1")
    assert newest.user.content(url) == b"123456789"


def test_without_a_login_nothing_is_told(tus: TusUser):
    url = DraftUser(tus, 8).created(b"123")
    fields = [("Upload-Draft-Interop-Version", "8"), ("Upload-Complete", "?1"), ("Content-Length", "0")]

    assert exchange(tus.server.port, "POST", "/files", fields).status == 401
    assert exchange(tus.server.port, "HEAD", url, fields).status == 401
    assert exchange(tus.server.port, "DELETE", url, fields).status == 401
    assert tus.stored(url) == b"123"


# ------------------------------------------------------------------------------------------- interim answers


def raw(draft: DraftUser, method: str, target: str, length: int, *fields: tuple[str, str]) -> Wire:
    """Send the head of a request whose body is sent by hand."""
    wire = Wire(draft.user.server.port)
    login = draft.user.login.items()
    wire.ask(method, target, [*login, *draft.append_fields.items(), ("Content-Length", str(length)), *fields])
    return wire


def test_a_client_hears_where_its_upload_is_before_it_has_sent_it(draft: DraftUser):
    # The rule: "The server SHOULD send an interim response with 104 (Upload Resumption Supported) status code [...]
    # Interim responses with this status code MUST include the Location header field"; the server "MUST NOT" send one
    # unless the interop version matches, and names it in it.
    with raw(draft, "POST", "/files", len(DATA), ("Upload-Complete", "?1")) as wire:
        interim = wire._head()
        assert interim.status == 104
        assert interim.get("upload-draft-interop-version") == str(draft.version)
        wire.send(DATA[:100_000])
        wire.flush()
        wire.reset()

    url = "/files/" + id_of(interim.get("location") or "")
    wait_until(lambda: progress(draft.head(url)) == ("100000", "?0"), "what was sent is kept")
    assert draft.patch(url, 100_000, DATA[100_000:], "?1").status_code < 300
    assert draft.user.content(url) == DATA


def test_the_final_answer_names_the_same_place(newest: DraftUser):
    with raw(newest, "POST", "/files", len(DATA), ("Upload-Complete", "?0")) as wire:
        wire.send(DATA)
        answer = wire.answer()

    assert answer.status == 201
    assert {each.get("location") for each in answer.interim if each.get("location")} == {answer.get("location")}


def test_a_client_hears_of_checkpoints(newest: DraftUser):
    # The rule: "[...] the server can send interim responses with 104 status code [...] and the Upload-Offset header
    # field to indicate the current upload progress".
    url = newest.created(b"")
    with raw(newest, "PATCH", url, len(DATA), ("Upload-Offset", "0"), ("Upload-Complete", "?1")) as wire:
        wire.send(DATA[:100_000])
        interim = wire._head()
        wire.send(DATA[100_000:])
        answer = wire.answer()

    assert (interim.status, interim.get("upload-offset"), interim.get("location")) == (104, "100000", None)
    assert (answer.status, answer.get("upload-complete")) == (204, "?1")


def test_who_names_no_version_hears_nothing_in_between(tus: TusUser):
    with Wire(tus.server.port) as wire:
        wire.ask("POST", "/files", [*tus.login.items(), ("Content-Length", "6"), ("Upload-Complete", "?1")])
        wire.send(b"a\n1\n2\n")
        answer = wire.answer()

    assert (answer.status, answer.interim) == (201, [])


def test_an_upload_whose_place_was_told_is_not_taken_back(newest: DraftUser):
    wrong = base64.b64encode(bytes(32)).decode()
    fields = (("Upload-Complete", "?1"), ("Content-Digest", f"sha-256=:{wrong}:"))
    with raw(newest, "POST", "/files", len(DATA), *fields) as wire:
        wire.send(DATA)
        answer = wire.answer()

    assert answer.status == 460
    assert progress(newest.head("/files/" + id_of(answer.interim[0].get("location") or ""))) == ("0", "?0")


PROXIED = [
    ("Via", "1.1 proxy"),
    ("Forwarded", "for=192.0.2.1"),
    ("X-Forwarded-For", "192.0.2.1"),
    ("X-Forwarded-Proto", "https"),
    ("X-Real-IP", "192.0.2.1"),
]


@pytest.mark.parametrize("field", PROXIED, ids=[name for name, _ in PROXIED])
def test_nothing_is_said_in_between_behind_a_proxy(newest: DraftUser, field: tuple[str, str]):
    with raw(newest, "POST", "/files", 5, ("Upload-Complete", "?1"), field) as wire:
        wire.send(b"12345")
        assert wire.answer().interim == []


def test_nothing_is_said_in_between_to_a_trusted_proxy(small: TusUser):
    with raw(DraftUser(small, 8), "POST", "/files", 5, ("Upload-Complete", "?1")) as wire:
        wire.send(b"12345")
        assert wire.answer().interim == []


@pytest.mark.parametrize("setting", ["on", "off"])
def test_interim_answers_can_be_switched_on_and_off(start_server: Callable[..., LiveServer], setting: str):
    server = start_server(interim_answers=setting, public_url="http://127.0.0.1:1", workers=0)
    with server.login() as http:
        user = DraftUser(TusUser(server, http), 8)
        with raw(user, "POST", "/files", 5, ("Upload-Complete", "?1"), ("Via", "1.1 proxy")) as wire:
            wire.send(b"12345")
            assert bool(wire.answer().interim) == (setting == "on")
