"""The rules of appending: whether the bytes of a PATCH belong at the end of what is stored."""

from __future__ import annotations

from dataclasses import dataclass

from parquay.tus.create import BodyPlan, check_size
from parquay.tus.headers import Fields, parse_checksum
from parquay.tus.refusals import Refusal
from parquay.tus.state import OCTET_STREAM, Limits, UploadState


@dataclass(frozen=True)
class AppendPlan:
    """Bytes to be stored at ``offset``.

    Attributes:
        offset: where the body starts, equal to the bytes that were durable when the plan was made.
        length: total bytes of the upload as known from now on, None while it stays unknown.
        body: how much of the body may be stored and what it must hash to.
    """

    offset: int
    length: int | None
    body: BodyPlan


def plan_append(fields: Fields, state: UploadState, limits: Limits) -> AppendPlan:
    """Decide what a tus PATCH stores.

    Raises:
        Refusal: malformed (400), wrong media type (415), wrong offset (409), too long (413), a final upload (403).
    """
    if fields.content_type() != OCTET_STREAM:
        raise Refusal("wrong_content_type")
    offset = fields.integer("Upload-Offset")
    if offset is None:
        raise Refusal("bad_header", "Upload-Offset is needed.")
    # "The Server MUST respond with the 403 Forbidden status to PATCH requests against a final upload URL".
    if state.concat == "final":
        raise Refusal("concat_final")
    checksum = parse_checksum(fields.get("Upload-Checksum"))
    check_offset(offset, state)
    length = declared_length(fields, state, limits)
    limit = room(offset, length, limits)
    announced = fields.content_length()
    if announced is not None and limit is not None and announced > limit:
        raise Refusal("body_too_long")
    return AppendPlan(offset, length, BodyPlan(limit, checksum, expected=announced))


def check_offset(offset: int, state: UploadState) -> None:
    """Refuse an ``offset`` in bytes that is not the end of the stored bytes.

    Raises:
        Refusal: ``wrong_offset`` (409), which tells the right one.
    """
    # "If the offsets do not match, the Server MUST respond with the 409 Conflict status without modifying the upload".
    if offset != state.offset:
        raise Refusal(
            "wrong_offset",
            f"The upload has {state.offset} bytes, the request starts at {offset}.",
            (("Upload-Offset", str(state.offset)),),
        )


def declared_length(fields: Fields, state: UploadState, limits: Limits) -> int | None:
    """Return the upload's length in bytes with what this request tells of it, None while unknown.

    Raises:
        Refusal: ``length_fixed``, ``length_too_small`` or ``too_large``.
    """
    declared = fields.integer("Upload-Length")
    if declared is None:
        return state.length
    # "Once set the length MUST NOT change".
    if state.length is not None and declared != state.length:
        raise Refusal("length_fixed")
    if declared < state.offset:
        raise Refusal("length_too_small")
    check_size(declared, limits)
    return declared


def room(offset: int, length: int | None, limits: Limits) -> int | None:
    """Return how many bytes may follow ``offset``, None for no limit."""
    if length is not None:
        return length - offset
    return max(limits.max_size - offset, 0) if limits.max_size else None


def ends_upload(body: BodyPlan, *, received: int, length: int | None, body_ended: bool) -> bool:
    """Tell whether an upload is complete after ``body``.

    Args:
        body: the plan that was carried out.
        received: bytes of the upload that are there now.
        length: total bytes, None while unknown.
        body_ended: whether the body came to its own end.

    Raises:
        Refusal: ``inconsistent_length``, the body was to be the last one and leaves the upload at another length.
    """
    if body.last and body_ended and length not in (None, received):
        raise Refusal("inconsistent_length", f"The upload was to have {length} bytes and ends with {received}.")
    # The draft: "The upload is not automatically completed if the offset reaches the upload's final size. Instead, a
    # client MUST indicate the completion of an upload through the Upload-Complete header field."
    return received == length if body.last is None else body.last and body_ended
