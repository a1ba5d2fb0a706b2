"""What a PATCH may append."""

from __future__ import annotations

import pytest

from header_fields import fields
from parquay.tus.append import AppendPlan, check_offset, ends_upload, plan_append, room
from parquay.tus.create import BodyPlan
from parquay.tus.headers import Fields
from parquay.tus.refusals import Refusal
from parquay.tus.state import Limits, UploadState

ANY = Limits()
SMALL = Limits(max_size=100)
HALF = UploadState(offset=5, length=10)
OPEN = UploadState(offset=5, length=None)


def patch(offset: str = "5", **more: str) -> Fields:
    return fields(("Content-Type", "application/offset+octet-stream"), upload_offset=offset, **more)


def refused(sent: Fields, state: UploadState = HALF, limits: Limits = ANY) -> Refusal:
    with pytest.raises(Refusal) as caught:
        plan_append(sent, state, limits)
    return caught.value


def test_bytes_at_the_end_are_planned():
    assert plan_append(patch(content_length="5"), HALF, ANY) == AppendPlan(5, 10, BodyPlan(5, expected=5))


def test_a_body_without_a_length_is_planned_up_to_what_is_left():
    assert plan_append(patch(), HALF, ANY).body == BodyPlan(5)


@pytest.mark.parametrize(
    "kind", [None, "", "application/octet-stream", "text/plain", "application/offset+octet-streams"]
)
def test_another_media_type_is_refused(kind):
    # The rule: "All PATCH requests MUST use Content-Type: application/offset+octet-stream, otherwise the server
    # SHOULD return a 415 Unsupported Media Type status."
    sent = fields(upload_offset="5", **({} if kind is None else {"content_type": kind}))

    assert (refused(sent).code, refused(sent).status) == ("wrong_content_type", 415)


@pytest.mark.parametrize("offset", ["-1", "+5", " 5", "five", "5,5", ""])
def test_an_offset_that_is_no_integer_is_refused(offset):
    assert refused(patch(offset)).code == "bad_header"


def test_an_absent_offset_is_refused():
    sent = fields(content_type="application/offset+octet-stream")

    assert (refused(sent).code, refused(sent).status) == ("bad_header", 400)


@pytest.mark.parametrize("offset", ["0", "4", "6", "10"])
def test_another_offset_is_refused_with_the_right_one(offset):
    # The rule: "If the offsets do not match, the Server MUST respond with the 409 Conflict status without modifying
    # the upload resource."
    refusal = refused(patch(offset))

    assert (refusal.code, refusal.status) == ("wrong_offset", 409)
    assert ("Upload-Offset", "5") in refusal.headers


def test_the_offset_is_checked_against_the_state():
    check_offset(5, HALF)
    with pytest.raises(Refusal):
        check_offset(6, HALF)


def test_a_final_upload_is_refused_whatever_the_offset():
    # The rule: "The Server MUST respond with the 403 Forbidden status to PATCH requests against a final upload URL"
    final = UploadState(offset=5, length=5, complete=True, concat="final")

    for offset in ("5", "0"):
        refusal = refused(patch(offset), final)
        assert (refusal.code, refusal.status) == ("concat_final", 403)


def test_a_body_longer_than_what_is_left_is_refused_before_it_is_read():
    refusal = refused(patch(content_length="6"))

    assert (refusal.code, refusal.status) == ("body_too_long", 413)


def test_a_body_beyond_the_limit_is_refused_when_the_length_is_unknown():
    assert refused(patch(content_length="96"), OPEN, SMALL).code == "body_too_long"
    assert plan_append(patch(content_length="95"), OPEN, SMALL).body.limit == 95


def test_a_complete_upload_takes_an_empty_body_only():
    complete = UploadState(offset=5, length=5, complete=True)

    assert plan_append(patch(content_length="0"), complete, ANY).body.limit == 0
    assert refused(patch(content_length="1"), complete).code == "body_too_long"


def test_a_deferred_length_can_be_told_later():
    # The rule: "the Client MUST set the Upload-Length header in the next PATCH request, once the length is known"
    plan = plan_append(patch(upload_length="8"), OPEN, ANY)

    assert (plan.length, plan.body.limit) == (8, 3)
    assert plan_append(patch(), OPEN, ANY).length is None


def test_the_length_may_be_what_is_there_already():
    assert plan_append(patch(upload_length="5", content_length="0"), OPEN, ANY) == AppendPlan(
        5, 5, BodyPlan(0, expected=0)
    )


def test_a_known_length_stays():
    # The rule: "Once set the length MUST NOT be changed."
    assert refused(patch(upload_length="11")).code == "length_fixed"
    assert plan_append(patch(upload_length="10"), HALF, ANY).length == 10


@pytest.mark.parametrize(
    ("length", "code", "status"),
    [("4", "length_too_small", 400), ("101", "too_large", 413), ("+8", "bad_header", 400)],
    ids=["less than stored", "beyond the limit", "no integer"],
)
def test_a_length_that_cannot_be_is_refused(length, code, status):
    refusal = refused(patch(upload_length=length), OPEN, SMALL)

    assert (refusal.code, refusal.status) == (code, status)


def test_a_bad_checksum_is_refused():
    assert refused(patch(upload_checksum="sha1 AAAA")).code == "bad_checksum"


def test_a_role_in_a_concatenation_on_a_patch_is_tolerated():
    # tus-js-client sends it with every request of a parallel upload.
    assert plan_append(patch(upload_concat="partial"), HALF, ANY).offset == 5


@pytest.mark.parametrize(
    ("offset", "length", "limits", "left"),
    [(5, 10, ANY, 5), (5, 5, ANY, 0), (5, None, ANY, None), (5, None, SMALL, 95), (120, None, SMALL, 0)],
)
def test_room_is_what_the_length_or_the_limit_leaves(offset, length, limits, left):
    assert room(offset, length, limits) == left


@pytest.mark.parametrize(
    ("last", "received", "length", "body_ended", "ends"),
    [
        (None, 10, 10, True, True),
        (None, 10, 10, False, True),
        (None, 9, 10, True, False),
        (None, 10, None, True, False),
        (True, 7, None, True, True),
        (True, 7, None, False, False),
        (True, 10, 10, True, True),
        (False, 9, 10, True, False),
        (False, 9, None, True, False),
        (False, 10, 10, True, False),
    ],
    ids=["tus: all bytes", "tus: all bytes, then cut", "tus: some bytes", "tus: length unknown", "last body",
         "last body, cut", "last body of known length", "not the last body", "not the last body, length unknown",
         "not the last body, though it reached the length"],
)  # fmt: skip
def test_an_upload_ends_with_its_last_byte(last, received, length, body_ended, ends):
    body = BodyPlan(None, last=last)

    assert ends_upload(body, received=received, length=length, body_ended=body_ended) is ends


def test_a_last_body_that_leaves_another_length_is_refused():
    with pytest.raises(Refusal) as caught:
        ends_upload(BodyPlan(None, last=True), received=7, length=10, body_ended=True)

    assert (caught.value.code, caught.value.status) == ("inconsistent_length", 400)
