"""What a client of the draft hears before the final answer, and what a creation is refused for."""

from __future__ import annotations

import base64
from collections.abc import Callable

import pytest

from live_server import LiveServer, wait_until
from tus_user import TusUser, id_of
from web.draft_user import DATA, INCONSISTENT, DraftUser, progress
from wire import Wire, exchange


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
