"""What answers tell."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from header_fields import fields
from parquay.tus import answers
from parquay.tus.headers import DIGEST_SIZES
from parquay.tus.refusals import REFUSALS, Refusal
from parquay.tus.state import EXTENSIONS, Limits, UploadState

MOMENT = datetime(2026, 11, 21, 12, 0, 0, tzinfo=UTC)
DATE = "Sat, 21 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize("value", ["0.2.2", "2.0.0", "1.0", "1.0.0 ", "", "1.0.0,2.0.0", None])
def test_another_version_is_refused_with_the_versions_spoken(value):
    # The rule: "If the version specified by the Client is not supported by the Server, it MUST respond with the 412
    # Precondition Failed status and MUST include the Tus-Version header into the response."
    sent = fields() if value is None else fields(tus_resumable=value)

    with pytest.raises(Refusal) as caught:
        answers.check_version(sent)

    assert caught.value.status == 412
    assert ("Tus-Version", "1.0.0") in caught.value.headers


def test_our_version_is_accepted():
    answers.check_version(fields(tus_resumable="1.0.0"))


@pytest.mark.parametrize(
    ("method", "override", "effective"),
    [("POST", "PATCH", "PATCH"), ("GET", "delete", "DELETE"), ("PATCH", " head ", "HEAD"), ("POST", None, "POST")],
)
def test_an_override_replaces_the_method(method, override, effective):
    # The rule: "MUST be interpreted as the request's method by the Server, if the header is presented. The actual
    # method of the request MUST be ignored."
    sent = fields() if override is None else fields(x_http_method_override=override)

    assert answers.effective_method(method, sent) == effective


def test_options_tell_versions_extensions_and_checksums():
    told = dict(answers.options(Limits()))

    assert told["Tus-Version"] == "1.0.0"
    assert told["Tus-Extension"].split(",") == list(EXTENSIONS)
    assert told["Tus-Checksum-Algorithm"].split(",") == list(DIGEST_SIZES)
    assert "Tus-Max-Size" not in told


def test_options_tell_the_limit_where_there_is_one():
    # The rule: "The Server SHOULD set this header if there is a known hard limit."
    assert dict(answers.options(Limits(max_size=5)))["Tus-Max-Size"] == "5"


def test_extensions_stand_on_what_they_need():
    # The rule: "if the Server does not offer the Creation extension, it MUST NOT offer the Creation With Upload
    # extension either"
    offered = set(EXTENSIONS)

    assert "creation" in offered
    assert "concatenation" in offered
    assert "checksum-trailer" not in offered


def test_a_creation_without_bytes_tells_the_place_and_the_end():
    told = answers.created(UploadState(0, 10, expires=MOMENT), "/files/a", with_body=False)

    assert dict(told)["Location"] == "/files/a"
    assert dict(told)["Upload-Expires"] == DATE
    assert "Upload-Offset" not in dict(told)


@pytest.mark.parametrize(
    ("state", "with_body"),
    [(UploadState(4, 10), True), (UploadState(0, 0, complete=True), False)],
    ids=["with bytes", "empty file"],
)
def test_a_creation_with_bytes_tells_how_many_are_stored(state, with_body):
    # The rule: "MUST include the Upload-Offset header in the response and MUST set its value to the offset of the
    # upload"
    assert dict(answers.created(state, "/files/a", with_body=with_body))["Upload-Offset"] == str(state.offset)


def test_an_append_tells_the_new_offset_and_the_end():
    # The rule: "It MUST include the Upload-Offset header containing the new offset." "This header MUST be included in
    # every PATCH response if the upload is going to expire."
    told = dict(answers.appended(UploadState(7, 10, expires=MOMENT)))

    assert (told["Upload-Offset"], told["Upload-Expires"]) == ("7", DATE)


def test_an_append_to_an_upload_that_stays_tells_no_end():
    assert "Upload-Expires" not in dict(answers.appended(UploadState(10, 10, complete=True)))


def test_a_finished_part_that_will_be_thrown_away_says_so():
    state = UploadState(10, 10, complete=True, concat="partial", expires=MOMENT)

    assert dict(answers.appended(state))["Upload-Expires"] == DATE
    assert dict(answers.head(state))["Upload-Expires"] == DATE


@pytest.mark.parametrize("offset", [0, 5, 10])
def test_head_always_tells_the_offset_and_the_known_length(offset):
    # The rule: "The Server MUST always include the Upload-Offset header in the response for a HEAD request, even if
    # the offset is 0, or the upload is already considered completed."
    told = dict(answers.head(UploadState(offset, 10, complete=offset == 10)))

    assert (told["Upload-Offset"], told["Upload-Length"]) == (str(offset), "10")
    assert told["Cache-Control"] == "no-store"
    assert "Upload-Defer-Length" not in told


def test_head_tells_that_the_length_is_not_known():
    # The rule: "As long as the length of the upload is not known, the Server MUST set Upload-Defer-Length: 1"
    told = dict(answers.head(UploadState(5, None)))

    assert told["Upload-Defer-Length"] == "1"
    assert "Upload-Length" not in told


def test_head_tells_metadata_and_role_as_they_were_sent():
    # The rule: "responses to HEAD requests MUST include the Upload-Metadata header and its value as specified by the
    # Client"
    state = UploadState(5, 10, concat="partial", concat_raw="partial", metadata_raw="b dg==, a ,c")

    told = dict(answers.head(state))

    assert told["Upload-Metadata"] == "b dg==, a ,c"
    assert told["Upload-Concat"] == "partial"


def test_head_of_an_unfinished_final_upload_tells_no_offset():
    # The rule: "The response to a HEAD request for a final upload SHOULD NOT contain the Upload-Offset header unless
    # the concatenation has been successfully finished."
    waiting = UploadState(0, 10, concat="final", concat_raw="final;/files/a")
    done = UploadState(10, 10, complete=True, concat="final", concat_raw="final;/files/a")

    assert "Upload-Offset" not in dict(answers.head(waiting))
    assert dict(answers.head(done))["Upload-Offset"] == dict(answers.head(done))["Upload-Length"] == "10"


@pytest.mark.parametrize("code", REFUSALS)
def test_every_refusal_has_a_status_and_a_sentence(code):
    refusal = Refusal(code)

    assert 400 <= refusal.status < 500
    assert refusal.detail.endswith(".")


def test_what_is_left_is_unknown_while_the_length_is():
    assert UploadState(4, 10).left == 6
    assert UploadState(4, None).left is None


def test_browsers_may_send_and_read_every_field_of_the_protocol():
    sent = {"tus-resumable", "upload-length", "upload-offset", "upload-metadata", "upload-defer-length",
            "upload-concat", "upload-checksum", "content-type", "authorization", "x-http-method-override",
            "x-request-id", "x-requested-with", "upload-complete", "upload-draft-interop-version", "content-digest",
            "repr-digest"}  # fmt: skip
    read = {"location", "upload-offset", "upload-length", "upload-metadata", "upload-defer-length", "upload-concat",
            "upload-expires", "upload-complete", "upload-limit", "tus-resumable", "tus-version", "tus-extension",
            "tus-max-size", "tus-checksum-algorithm"}  # fmt: skip

    assert sent <= set(answers.ALLOWED_HEADERS.lower().split(", "))
    assert read <= set(answers.EXPOSED_HEADERS.lower().split(", "))
