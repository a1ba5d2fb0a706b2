"""The IETF draft mapped onto the plans of uploads, for each interop version."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta

import pytest

from header_fields import fields
from parquay.tus.create import BodyPlan
from parquay.tus.draft import Draft, boolean, disposition_name, integer, limits_field, speaks_draft
from parquay.tus.headers import Checksum, Fields
from parquay.tus.refusals import Refusal
from parquay.tus.state import Limits, UploadState

ANY = Limits()
SMALL = Limits(max_size=100)
NEWEST = Draft()
HALF = UploadState(5, 10)
OPEN = UploadState(5, None)
DIGEST = hashlib.sha256(b"x").digest()
DIGEST_FIELD = f"sha-256=:{base64.b64encode(DIGEST).decode()}:"


def created(sent: Fields, limits: Limits = ANY, draft: Draft = NEWEST):
    return draft.plan_creation(sent, limits, path_prefixes=(), hosts=frozenset())


def patch(offset: str = "5", complete: str = "?0", **more: str) -> Fields:
    kind = ("Content-Type", "application/partial-upload")
    return fields(kind, upload_offset=offset, upload_complete=complete, **more)


def refused(plan, *arguments: object) -> Refusal:
    with pytest.raises(Refusal) as caught:
        plan(*arguments)
    return caught.value


# ---------------------------------------------------------------------------------------------- versions


@pytest.mark.parametrize(
    ("sent", "speaks"),
    [
        (fields(upload_complete="?1"), True),
        (fields(upload_draft_interop_version="6"), True),
        (fields(upload_draft_interop_version="6", tus_resumable="1.0.0"), False),
        (fields(tus_resumable="1.0.0", upload_complete="?1"), False),
        (fields(upload_length="5"), False),
    ],
    ids=["complete", "version", "tus wins over version", "tus wins over complete", "neither"],
)
def test_the_draft_is_told_from_tus(sent: Fields, speaks: bool):
    assert speaks_draft(sent) is speaks


@pytest.mark.parametrize("version", [5, 6, 7, 8])
def test_each_version_is_spoken_and_named(version: int):
    spoken = Draft.of(fields(upload_draft_interop_version=str(version)))

    assert spoken.common == (("Upload-Draft-Interop-Version", str(version)),)


@pytest.mark.parametrize("version", ["4", "9", "x", "", "-6", "6.0"])
def test_other_versions_are_refused(version: str):
    refusal = refused(Draft.of, fields(upload_draft_interop_version=version))

    assert (refusal.code, refusal.status) == ("unsupported_draft", 400)


def test_who_names_no_version_gets_the_newest():
    assert Draft.of(fields(upload_complete="?1")) == Draft(8)


# ------------------------------------------------------------------------------------------- field values


@pytest.mark.parametrize(
    ("value", "read"),
    [("0", 0), ("5", 5), (" 5 ", 5), ("9" * 15, 10**15 - 1), ("-5", None), ("5.0", None), ("+5", None), ("1_0", None),
     ("\u00b2", None), ("9" * 16, None), ("", None), ("?1", None)],
)  # fmt: skip
def test_integers_are_read_and_others_ignored(value: str, read: int | None):
    # The rule: "Its value is a non-negative Integer" "Other values MUST cause the entire header field to be ignored."
    assert integer(fields(upload_offset=value), "Upload-Offset") == read


@pytest.mark.parametrize(
    ("value", "read"), [("?1", True), ("?0", False), ("1", None), ("true", None), ("", None), ("?2", None)]
)
def test_booleans_are_read_and_others_ignored(value: str, read: bool | None):
    # The rule: "Its value is a Boolean" "Other values MUST cause the entire header field to be ignored."
    assert boolean(fields(upload_complete=value), "Upload-Complete") is read


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ('inline; filename="file name.jpg"', "file name.jpg"),
        ("attachment; filename=a.csv", "a.csv"),
        ("inline; filename=\"x\"; filename*=UTF-8''%e6%96%87.csv", "\u6587.csv"),
        (r'inline; filename="a\"b.csv"', 'a"b.csv'),
        ("inline", None),
        ("", None),
        (None, None),
    ],
)
def test_a_name_comes_from_the_disposition(value: str | None, name: str | None):
    assert disposition_name(value) == name


# ----------------------------------------------------------------------------------------------- creation


@pytest.mark.parametrize(
    ("sent", "length", "body"),
    [
        (fields(upload_complete="?1", content_length="5"), 5, BodyPlan(5, last=True, expected=5)),
        (fields(upload_complete="?1", content_length="0"), 0, BodyPlan(0, last=True, expected=0)),
        (fields(upload_complete="?1"), None, BodyPlan(None, last=True)),
        (fields(upload_complete="?0", content_length="5"), None, BodyPlan(None, last=False, expected=5)),
        (fields(upload_complete="?0", upload_length="9"), 9, BodyPlan(9, last=False)),
        (fields(upload_complete="?0", upload_length="x"), None, BodyPlan(None, last=False)),
        (fields(upload_complete="?1", upload_length="5", content_length="5"), 5, BodyPlan(5, last=True, expected=5)),
    ],
    ids=["complete", "empty", "stream", "part", "careful", "length ignored", "both lengths"],
)
def test_a_creation_takes_what_is_told(sent: Fields, length: int | None, body: BodyPlan):
    # The rule: "If the request includes the Upload-Complete field value set to true and a valid Content-Length header
    # field, the request content is the remaining representation data."
    plan = created(sent)

    assert (plan.length, plan.body) == (length, body)


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (fields(upload_draft_interop_version="6"), "bad_header"),
        (fields(upload_complete="yes"), "bad_header"),
        (fields(upload_complete="?1", upload_length="6", content_length="5"), "inconsistent_length"),
        (fields(upload_complete="?0", upload_length="4", content_length="5"), "inconsistent_length"),
    ],
    ids=["not told", "ignored", "lengths differ", "more than the length"],
)
def test_a_creation_that_contradicts_itself_is_refused(sent: Fields, code: str):
    # The rule: "If indicators (1) and (2) are both present in the same request, their indicated lengths MUST match."
    assert (refused(created, sent).code, refused(created, sent).status) == (code, 400)


@pytest.mark.parametrize(
    "sent",
    [
        fields(upload_complete="?0", upload_length="101"),
        fields(upload_complete="?1", content_length="101"),
        fields(upload_complete="?0", content_length="101"),
    ],
)
def test_a_creation_beyond_the_limit_is_refused(sent: Fields):
    refusal = refused(created, sent, SMALL)

    assert refusal.status == 413


def test_a_creation_takes_its_file_from_the_usual_fields():
    plan = created(
        fields(
            upload_complete="?1",
            content_type="text/csv",
            content_disposition='inline; filename="a.csv"',
            repr_digest=DIGEST_FIELD,
            content_digest="sha-512=:AA==:, " + DIGEST_FIELD,
        )
    )

    assert (plan.filename, plan.content_type, plan.sha256) == ("a.csv", "text/csv", DIGEST.hex())
    assert plan.body is not None
    assert plan.body.checksum == Checksum("sha256", DIGEST)


@pytest.mark.parametrize("value", ["sha-512=:AAAA:", "md5=:AAAA:, unixsum=:AA==:", ""])
def test_digests_of_other_kinds_are_ignored(value: str):
    assert created(fields(upload_complete="?1", repr_digest=value)).sha256 is None


@pytest.mark.parametrize("name", ["repr_digest", "content_digest"])
@pytest.mark.parametrize(
    "value",
    [
        *(
            "sha-256=:AAAA:",
            "sha-256=x",
            "sha-256=5",
            "sha-256",
            "sha-256=",
            "SHA-256=:AAAA:",
            "md5=:AA==:, sha-256=::",
        ),
        DIGEST_FIELD.replace(":", ""),
        DIGEST_FIELD[:-1],
    ],
)
def test_a_digest_that_no_bytes_can_have_is_refused(name: str, value: str):
    with pytest.raises(Refusal, match="sha-256 is 32 bytes"):
        created(fields(upload_complete="?1", **{name: value}))


def test_the_name_of_a_digest_has_no_case():
    assert (
        created(fields(upload_complete="?1", repr_digest=DIGEST_FIELD.upper()[:8] + DIGEST_FIELD[8:])).sha256
        == DIGEST.hex()
    )


# ------------------------------------------------------------------------------------------------- append


def test_bytes_at_the_end_are_planned():
    plan = NEWEST.plan_append(patch(content_length="3"), HALF, ANY)

    assert (plan.offset, plan.length, plan.body) == (5, 10, BodyPlan(5, last=False, expected=3))


@pytest.mark.parametrize("version", [6, 7, 8])
def test_another_media_type_is_refused(version: int):
    sent = fields(content_type="text/csv", upload_offset="5", upload_complete="?0")

    assert refused(Draft(version).plan_append, sent, HALF, ANY).status == 415
    assert Draft(5).plan_append(sent, HALF, ANY).offset == 5


@pytest.mark.parametrize("offset", ["4", "6", "0"])
def test_another_offset_is_refused_with_the_right_one(offset: str):
    # The rule: "If the Upload-Offset request header field value does not match the current offset, the server MUST
    # reject the request with a 409 (Conflict) status code. The response MUST include the correct offset in the
    # Upload-Offset header field."
    refusal = refused(NEWEST.plan_append, patch(offset), HALF, ANY)

    assert (refusal.code, refusal.status) == ("wrong_offset", 409)
    assert set(refusal.headers) == {("Upload-Offset", "5"), ("Upload-Complete", "?0")}
    assert refusal.extra == {"expected-offset": 5, "provided-offset": int(offset)}


@pytest.mark.parametrize("sent", [patch("x"), patch(complete="x"), fields(content_type="application/partial-upload")])
def test_fields_that_are_needed_and_ignored_are_missed(sent: Fields):
    assert refused(NEWEST.plan_append, sent, HALF, ANY).code == "bad_header"


@pytest.mark.parametrize(
    ("version", "status", "complete"), [(5, 409, "?1"), (6, 400, "?1"), (7, 400, "?0"), (8, 409, "?0")]
)
def test_a_complete_upload_takes_nothing_more(version: int, status: int, complete: str):
    # -05: "If the upload is already complete, the server MUST NOT modify the upload resource and MUST respond with a
    # 400 (Bad Request) status code." The newest has no such rule.
    done, draft = UploadState(5, 5, complete=True), Draft(version)

    refusal = refused(draft.plan_append, patch(content_length="1"), done, ANY)

    assert refusal.status == status
    assert dict(refusal.headers) == {"Upload-Offset": "5", "Upload-Complete": complete}


def test_the_last_request_of_a_complete_upload_may_be_said_again_where_no_draft_forbids_it():
    done = UploadState(5, 5, complete=True)
    for version in (5, 8):
        assert Draft(version).plan_append(patch(complete="?1", content_length="0"), done, ANY).body.limit == 0
    for version in (6, 7):
        sent = patch(complete="?1", content_length="0")
        assert refused(Draft(version).plan_append, sent, done, ANY).code == "append_to_complete"


@pytest.mark.parametrize("field", ["upload_offset", "upload_complete", "upload_length"])
@pytest.mark.parametrize("version", [5, 6, 7, 8])
def test_fields_of_an_upload_do_not_belong_to_a_question_or_an_end(version: int, field: str):
    # -05: "The request MUST NOT include an Upload-Offset, Upload-Complete, or Upload-Length header field. The server
    # MUST reject requests with either of these fields by responding with a 400"; a DELETE may have Upload-Length.
    draft, sent = Draft(version), fields(**{field: "?1"})
    forbidden = version <= 6 and field != "upload_length"

    for method, is_wrong in (("HEAD", forbidden or (version == 6)), ("DELETE", forbidden)):
        if is_wrong:
            assert refused(draft.check_bare, method, sent).status == 400
        else:
            draft.check_bare(method, sent)


@pytest.mark.parametrize(("version", "status"), [(5, 404), (6, 404), (7, 410), (8, 410)])
def test_what_has_expired_is_not_found_where_a_draft_wants_so(version: int, status: int):
    # -05: "If the server does not consider the upload resource to be active, it MUST respond with a 404"
    assert Draft(version).status_of(410) == status
    assert Draft(version).status_of(409) == 409


@pytest.mark.parametrize("sent", [patch(offset="x"), patch(upload_length="11"), patch(content_length="6")])
@pytest.mark.parametrize("version", [5, 6, 7, 8])
def test_a_refused_append_tells_how_far_the_upload_is(version: int, sent: Fields):
    # -05: "The server MUST send the Upload-Offset header field in the response if it considers the upload active"
    refusal = refused(Draft(version).plan_append, sent, HALF, ANY)

    assert dict(refusal.headers) == {"Upload-Offset": "5", "Upload-Complete": "?0"}


@pytest.mark.parametrize(
    ("sent", "state"),
    [
        (patch(upload_length="11"), HALF),
        (patch(complete="?1", content_length="4"), HALF),
        (patch(content_length="6"), HALF),
        (patch(complete="?1", upload_length="9", content_length="5"), OPEN),
        (patch(upload_length="4"), OPEN),
    ],
    ids=["another length", "ends too early", "too much", "two lengths", "less than stored"],
)
def test_lengths_that_do_not_agree_are_refused(sent: Fields, state: UploadState):
    # The rule: "If multiple requests include indicators, their indicated values MUST match."
    refusal = refused(NEWEST.plan_append, sent, state, ANY)

    assert (refusal.code, refusal.status) == ("inconsistent_length", 400)


def test_uploads_of_tus_js_client_end_with_their_last_byte_whatever_it_says():
    theirs = UploadState(5, 10, metadata_raw="filename eA==")
    assert NEWEST.plan_append(patch(content_length="5"), theirs, ANY).body.last is None
    assert NEWEST.plan_append(patch(complete="?1", content_length="5"), theirs, ANY).body.last is True
    assert NEWEST.plan_append(patch(content_length="5"), HALF, ANY).body.last is False
    sent = {"upload_complete": "?0", "upload_length": "5"}
    assert created(fields(**sent, upload_metadata="filename eA==")).body == BodyPlan(5, last=None)
    assert created(fields(**sent)).body == BodyPlan(5, last=False)


def test_a_length_that_the_end_of_a_body_tells_is_not_fixed_before_it_is_there():
    plan = NEWEST.plan_append(patch(complete="?1", content_length="3"), OPEN, ANY)

    assert plan.length is None
    assert plan.body == BodyPlan(3, last=True, expected=3)
    assert NEWEST.plan_append(patch(upload_length="8"), OPEN, ANY).length == 8


def test_bytes_beyond_the_limit_are_refused():
    assert refused(NEWEST.plan_append, patch(content_length="96"), OPEN, SMALL).status == 413
    assert refused(NEWEST.plan_append, patch(upload_length="101"), OPEN, SMALL).status == 413
    assert NEWEST.plan_append(patch(), OPEN, SMALL).body.limit == 95


# ------------------------------------------------------------------------------------------------ answers


@pytest.mark.parametrize(("version", "age"), [(5, None), (6, "expires"), (7, "max-age"), (8, "max-age")])
def test_answers_tell_how_long_the_upload_lives(version: int, age: str | None):
    state = UploadState(5, 10, expires=datetime.now(UTC) + timedelta(seconds=60.5))

    told = dict(Draft(version).head(state)).get("Upload-Limit")

    assert told == (None if age is None else f"{age}=60")


def test_head_tells_offset_completeness_length_and_forbids_caching():
    # The rule: "MUST include the offset in the Upload-Offset header field, MUST include the completeness state in the
    # Upload-Complete header field, MUST include the length in the Upload-Length header field, unless the client has not
    # supplied one [...] SHOULD include the Cache-Control header field with the value no-store"
    assert dict(NEWEST.head(HALF)) == {
        "Upload-Offset": "5",
        "Upload-Complete": "?0",
        "Upload-Length": "10",
        "Upload-Limit": "min-size=0",  # "MUST indicate the limits in the Upload-Limit header field"
        "Cache-Control": "no-store",
    }
    assert dict(Draft(8, max_size=9).head(HALF))["Upload-Limit"] == "max-size=9"
    assert "Upload-Length" not in dict(NEWEST.head(OPEN))
    assert dict(NEWEST.head(UploadState(5, 5, complete=True)))["Upload-Complete"] == "?1"


def test_creation_and_append_tell_how_far_it_is():
    made = dict(NEWEST.created(HALF, "/files/a", with_body=True))

    assert (made["Location"], made["Upload-Offset"], made["Upload-Complete"]) == ("/files/a", "5", "?0")
    assert dict(NEWEST.appended(UploadState(5, 5, complete=True)))["Upload-Complete"] == "?1"


def test_limits_of_the_server_are_told():
    assert limits_field(SMALL) == ("Upload-Limit", "max-size=100")
    assert limits_field(ANY) == ("Upload-Limit", "min-size=0")
