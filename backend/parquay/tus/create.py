"""The rules of creation: which uploads may come to be, and what of the request's body belongs to them."""

from __future__ import annotations

from dataclasses import dataclass

from parquay.tus.headers import Checksum, Concat, Fields, Metadata, parse_checksum, parse_concat, parse_metadata
from parquay.tus.refusals import Refusal
from parquay.tus.state import OCTET_STREAM, Limits


@dataclass(frozen=True)
class BodyPlan:
    """Bytes that come with a request.

    Attributes:
        limit: most bytes that may be stored, None for no limit.
        checksum: what they must hash to, None when nothing was told.
        last: whether the end of the body is the end of the upload; None when the length alone decides (tus).
        expected: bytes the request announced, None when it did not.
    """

    limit: int | None
    checksum: Checksum | None = None
    last: bool | None = None
    expected: int | None = None


@dataclass(frozen=True)
class CreationPlan:
    """An upload to be made.

    Attributes:
        length: total bytes, None when it will be told later.
        metadata: pairs that describe the file.
        concat: its role in a concatenation, None for an ordinary upload.
        body: what to store of the request's body, None when the body is not part of the upload.
        filename: name that the request's own headers give, None when only the metadata may.
        content_type: media type that the request's own headers give.
        sha256: what the whole file must hash to, in hexadecimal, by the request's own headers.
    """

    length: int | None
    metadata: Metadata
    concat: Concat | None = None
    body: BodyPlan | None = None
    filename: str | None = None
    content_type: str | None = None
    sha256: str | None = None


def plan_creation(
    fields: Fields,
    limits: Limits,
    *,
    path_prefixes: tuple[str, ...] = ("/files/",),
    hosts: frozenset[str] = frozenset(),
) -> CreationPlan:
    """Decide what a tus POST creates.

    Raises:
        Refusal: the request is malformed (400, 431), too large (413) or not allowed (403, 404).
    """
    metadata = parse_metadata(fields.get("Upload-Metadata"))
    concat = parse_concat(fields.get("Upload-Concat"), path_prefixes, hosts)
    if concat is not None and concat.role == "final":
        # "The Client MUST NOT include the Upload-Length header": its length is the sum of its parts.
        if fields.content_type() == OCTET_STREAM and fields.has_body():
            raise Refusal("concat_body")
        return CreationPlan(None, metadata, concat)
    length = creation_length(fields)
    check_size(length, limits)
    return CreationPlan(length, metadata, concat, _plan_body(fields, length, limits))


def creation_length(fields: Fields) -> int | None:
    """Return the announced length in bytes, None when it is deferred.

    Raises:
        Refusal: ``length_required``, ``length_conflict`` or ``bad_header``.
    """
    length = fields.integer("Upload-Length")
    defer = fields.get("Upload-Defer-Length")
    if defer is not None and length is not None:
        raise Refusal("length_conflict")
    # "If the Upload-Defer-Length header contains any other value than 1 the server should return a 400".
    if defer is not None and defer != "1":
        raise Refusal("bad_header", "Upload-Defer-Length must be 1.")
    if defer is None and length is None:
        raise Refusal("length_required")
    return length


def check_size(length: int | None, limits: Limits) -> None:
    """Refuse a ``length`` in bytes beyond the limit.

    Raises:
        Refusal: ``too_large`` (413).
    """
    if limits.max_size and length is not None and length > limits.max_size:
        raise Refusal("too_large", f"The upload has {length} bytes; this server accepts up to {limits.max_size}.")


def _plan_body(fields: Fields, length: int | None, limits: Limits) -> BodyPlan | None:
    # "The Client MUST include the Content-Type: application/offset+octet-stream header": any other body is not
    # part of the upload and is left unread.
    if fields.content_type() != OCTET_STREAM or not fields.has_body():
        return None
    checksum = parse_checksum(fields.get("Upload-Checksum"))
    announced = fields.content_length()
    room = length if length is not None else (limits.max_size or None)
    if announced is not None and room is not None and announced > room:
        raise Refusal("body_too_long")
    return BodyPlan(room, checksum, expected=announced)
