"""What a POST may create."""

from __future__ import annotations

import base64

import pytest

from header_fields import fields
from parquay.tus.create import BodyPlan, plan_creation
from parquay.tus.headers import Checksum, Fields
from parquay.tus.refusals import Refusal
from parquay.tus.state import Limits

OCTETS = ("Content-Type", "application/offset+octet-stream")
ANY = Limits()
SMALL = Limits(max_size=100)


def refused(sent: Fields, limits: Limits = ANY) -> tuple[str, int]:
    with pytest.raises(Refusal) as caught:
        plan_creation(sent, limits)
    return caught.value.code, caught.value.status


@pytest.mark.parametrize("length", [0, 1, 2**40])
def test_a_length_makes_an_upload_of_that_length(length):
    # The rule: "a) Upload-Length to indicate the size of an entire upload in bytes."
    plan = plan_creation(fields(upload_length=str(length)), ANY)

    assert (plan.length, plan.body, plan.concat) == (length, None, None)


def test_a_deferred_length_is_unknown():
    # The rule: "b) Upload-Defer-Length: 1 if upload size is not known at the time."
    assert plan_creation(fields(upload_defer_length="1"), ANY).length is None


def test_no_length_at_all_is_refused():
    # The rule: "The request MUST include one of the stream headers"
    assert refused(fields()) == ("length_required", 400)


def test_both_lengths_are_refused():
    assert refused(fields(upload_length="5", upload_defer_length="1")) == ("length_conflict", 400)


@pytest.mark.parametrize("value", ["0", "2", "true", "", "11", "1.0"])
def test_a_deferral_that_is_not_1_is_refused(value):
    # The rule: "If the Upload-Defer-Length header contains any other value than 1 the server should return a 400 Bad
    # Request"
    assert refused(fields(upload_defer_length=value)) == ("bad_header", 400)


def test_a_length_beyond_the_limit_is_refused():
    # The rule: "If the length of the upload exceeds the maximum [...] the Server MUST respond with the 413"
    assert refused(fields(upload_length="101"), SMALL) == ("too_large", 413)
    assert plan_creation(fields(upload_length="100"), SMALL).length == 100


def test_metadata_comes_along_as_it_was_sent():
    plan = plan_creation(fields(upload_length="5", upload_metadata="b dg==, a"), ANY)

    assert plan.metadata.raw == "b dg==, a"


def test_the_body_of_a_creation_is_planned_within_the_length():
    plan = plan_creation(fields(OCTETS, upload_length="10", content_length="4"), ANY)

    assert plan.body == BodyPlan(10, expected=4)


def test_the_body_of_a_deferred_creation_is_planned_within_the_limit():
    assert plan_creation(fields(OCTETS, upload_defer_length="1", transfer_encoding="chunked"), SMALL).body == BodyPlan(
        100
    )
    assert plan_creation(fields(OCTETS, upload_defer_length="1", transfer_encoding="chunked"), ANY).body == BodyPlan(
        None
    )


@pytest.mark.parametrize(
    "sent",
    [
        fields(upload_length="10", content_length="4"),
        fields(("Content-Type", "text/csv"), upload_length="10", content_length="4"),
        fields(OCTETS, upload_length="10", content_length="0"),
        fields(OCTETS, upload_length="10"),
    ],
    ids=["no type", "other type", "no bytes", "no length"],
)
def test_a_body_that_is_no_part_of_the_upload_is_not_planned(sent):
    # The rule: "The Client MUST include the Content-Type: application/offset+octet-stream header."
    assert plan_creation(sent, ANY).body is None


def test_a_body_longer_than_the_upload_is_refused():
    assert refused(fields(OCTETS, upload_length="3", content_length="4")) == ("body_too_long", 413)
    assert refused(fields(OCTETS, upload_defer_length="1", content_length="101"), SMALL) == ("body_too_long", 413)


def test_a_body_may_carry_a_checksum():
    digest = base64.b64encode(bytes(20)).decode()

    plan = plan_creation(fields(OCTETS, upload_length="4", content_length="4", upload_checksum=f"sha1 {digest}"), ANY)

    assert plan.body is not None
    assert plan.body.checksum == Checksum("sha1", bytes(20))


def test_a_bad_checksum_is_refused_at_creation():
    sent = fields(OCTETS, upload_length="4", content_length="4", upload_checksum="sha9 AA==")

    assert refused(sent) == ("unknown_checksum", 400)


def test_a_partial_upload_has_a_length_like_every_other():
    assert refused(fields(upload_concat="partial")) == ("length_required", 400)
    plan = plan_creation(fields(upload_concat="partial", upload_length="5"), ANY)
    assert (plan.length, plan.concat and plan.concat.role) == (5, "partial")


@pytest.mark.parametrize(
    "more", [{}, {"upload_length": "5"}, {"upload_length": "-5"}], ids=["none", "some", "nonsense"]
)
def test_a_final_upload_has_the_length_of_its_parts_whatever_it_says(more):
    # The rule: "The Client MUST NOT include the Upload-Length header in the final upload creation."
    plan = plan_creation(fields(upload_concat="final;/files/a", **more), ANY)

    assert plan.length is None
    assert plan.concat is not None
    assert plan.concat.parts == ("a",)


def test_a_final_upload_takes_no_body():
    sent = fields(OCTETS, upload_concat="final;/files/a", content_length="4")

    assert refused(sent) == ("concat_body", 403)
