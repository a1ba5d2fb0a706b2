"""The IETF draft of resumable uploads, interop versions 5 to 8, from outside, over real sockets."""

from __future__ import annotations

import base64
import hashlib
import time

import pytest

from live_server import wait_until
from tus_user import TusUser, id_of
from web.draft_user import DATA, INCONSISTENT, VERSIONS, DraftUser, progress
from wire import Answer, Wire, exchange

MISMATCH = "https://iana.org/assignments/http-problem-types#mismatching-upload-offset"


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
