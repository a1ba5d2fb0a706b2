"""IETF "Resumable Uploads for HTTP" (draft-ietf-httpbis-resumable-upload) mapped onto the same plans.

Four interop versions differ in names only:

    version  draft     append media type            age limit
    5        -03       any                          none
    6        -04, -05  application/partial-upload   expires
    7        -06..-08  application/partial-upload   max-age
    8        -09..     application/partial-upload   max-age

Field values are Structured Fields; one that cannot be parsed is ignored, as RFC 9651 asks, and then counts as
absent. An upload is complete when a request said ``Upload-Complete: ?1`` and its body came to its end, or when
the length that was told is reached.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import unquote

from parquay.tus.append import AppendPlan, room
from parquay.tus.create import BodyPlan, CreationPlan, check_size
from parquay.tus.headers import INTEGER_LIMIT, Checksum, Fields, parse_metadata
from parquay.tus.refusals import Header, Refusal
from parquay.tus.state import Limits, UploadState

INTEROP = "Upload-Draft-Interop-Version"
PARTIAL_UPLOAD = "application/partial-upload"
LATEST = 8

MISMATCHING_OFFSET = "https://iana.org/assignments/http-problem-types#mismatching-upload-offset"
INCONSISTENT_LENGTH = "https://iana.org/assignments/http-problem-types#inconsistent-upload-length"
PROBLEM_TYPES = {"wrong_offset": MISMATCHING_OFFSET, "inconsistent_length": INCONSISTENT_LENGTH}

_SF_INTEGER = re.compile(r" *([0-9]{1,15}) *")
_SF_BOOLEAN = re.compile(r" *\?([01]) *")
_SHA256 = re.compile(r"(?:^|,)\s*sha-256=:([A-Za-z0-9+/=]{44}):")
_FILENAME_STAR = re.compile(r"filename\*\s*=\s*utf-8''([^;]+)", re.IGNORECASE)
_FILENAME = re.compile(r'filename\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;\s]+))', re.IGNORECASE)


def speaks_draft(fields: Fields) -> bool:
    """Tell whether a request means this protocol and not tus."""
    return "Tus-Resumable" not in fields and (INTEROP in fields or "Upload-Complete" in fields)


@dataclass(frozen=True)
class Draft:
    """One interop version of the draft. See :class:`parquay.tus.wire.Wire`."""

    version: int = LATEST
    announced: bool = False
    """Whether the request named the version: only then its client expects interim answers."""

    @classmethod
    def of(cls, fields: Fields) -> Draft:
        """Return the version that a request asks for, the newest when it does not say.

        Raises:
            Refusal: ``unsupported_draft`` (400).
        """
        told = fields.get(INTEROP)
        if told is None:
            return cls()
        found = _SF_INTEGER.fullmatch(told)
        if found is None or not 5 <= int(found.group(1)) <= LATEST:
            raise Refusal("unsupported_draft")
        return cls(int(found.group(1)), announced=True)

    @property
    def common(self) -> tuple[Header, ...]:
        """Header fields of every answer."""
        return ((INTEROP, str(self.version)),)

    def plan_creation(
        self, fields: Fields, limits: Limits, *, path_prefixes: tuple[str, ...], hosts: frozenset[str]
    ) -> CreationPlan:
        """Decide what a request with Upload-Complete creates.

        Raises:
            Refusal: ``bad_header``, ``inconsistent_length`` (400) or ``too_large`` (413).
        """
        del path_prefixes, hosts
        complete = boolean(fields, "Upload-Complete")
        if complete is None:
            raise Refusal("bad_header", "Upload-Complete must be ?0 or ?1.")
        length = total_length(fields, 0, complete=complete)
        check_size(length, limits)
        expected = fields.content_length()
        if length is not None and expected is not None and expected > length:
            raise Refusal("inconsistent_length")
        limit = length if length is not None else (limits.max_size or None)
        if limit is not None and expected is not None and expected > limit:
            raise Refusal("too_large")
        body = BodyPlan(limit, content_digest(fields), last=complete, expected=expected)
        return CreationPlan(
            length,
            parse_metadata(fields.get("Upload-Metadata")),
            body=body,
            filename=disposition_name(fields.get("Content-Disposition")),
            content_type=fields.get("Content-Type"),
            sha256=digest(fields, "Repr-Digest"),
        )

    def plan_append(self, fields: Fields, state: UploadState, limits: Limits) -> AppendPlan:
        """Decide what a PATCH stores.

        Raises:
            Refusal: wrong media type (415), offset (409) or lengths (400, 413), or the upload is complete (409).
        """
        if self.version >= 6 and fields.content_type() != PARTIAL_UPLOAD:
            raise Refusal("wrong_content_type", f"The body must be '{PARTIAL_UPLOAD}'.")
        offset = integer(fields, "Upload-Offset")
        complete = boolean(fields, "Upload-Complete")
        if offset is None or complete is None:
            raise Refusal("bad_header", "Upload-Offset and Upload-Complete are needed.")
        if offset != state.offset:
            raise _wrong_offset(offset, state)
        expected = fields.content_length()
        if state.complete and expected != 0:
            raise Refusal("already_complete", headers=(("Upload-Complete", "?1"),))
        length = total_length(fields, offset, complete=complete and expected is not None)
        if length is not None and state.length is not None and length != state.length:
            raise Refusal("inconsistent_length")
        length = length if length is not None else state.length
        if length is not None and length < offset:
            raise Refusal("inconsistent_length")
        check_size(length, limits)
        limit = room(offset, length, limits)
        if expected is not None and limit is not None and expected > limit:
            raise Refusal("body_too_long" if length is None else "inconsistent_length")
        # A length that only this body's end tells is fixed when the end is there, not before.
        known = length if integer(fields, "Upload-Length") is not None else state.length
        return AppendPlan(offset, known, BodyPlan(limit, content_digest(fields), last=complete, expected=expected))

    def created(self, state: UploadState, location: str, *, with_body: bool) -> tuple[Header, ...]:
        """Header fields of the answer to a creation."""
        del with_body  # tus-js-client asks for the offset in every answer
        return (("Location", location), *self._progress(state), *self._limit(state))

    def born(self, state: UploadState, location: str) -> tuple[Header, ...] | None:
        """Header fields of the interim answer that tells where a new upload is."""
        return (*self.common, ("Location", location), *self._limit(state)) if self.announced else None

    def progressed(self, offset: int) -> tuple[Header, ...] | None:
        """Header fields of the interim answer that tells how much is durable."""
        return (*self.common, ("Upload-Offset", str(offset))) if self.announced else None

    def appended(self, state: UploadState) -> tuple[Header, ...]:
        """Header fields of the answer to a PATCH."""
        return self._progress(state)

    def head(self, state: UploadState) -> tuple[Header, ...]:
        """Header fields of the answer to a HEAD."""
        length: tuple[Header, ...] = () if state.length is None else (("Upload-Length", str(state.length)),)
        return (*self._progress(state), *length, *self._limit(state), ("Cache-Control", "no-store"))

    def _progress(self, state: UploadState) -> tuple[Header, ...]:
        return (("Upload-Offset", str(state.offset)), ("Upload-Complete", f"?{int(state.complete)}"))

    def _limit(self, state: UploadState) -> tuple[Header, ...]:
        age = "expires" if self.version == 6 else "max-age"
        if self.version == 5 or state.complete or state.expires is None:
            return ()
        left = max(int((state.expires - datetime.now(UTC)).total_seconds()), 0)
        return (("Upload-Limit", f"{age}={left}"),)


def limits_field(limits: Limits) -> Header:
    """Return the Upload-Limit of the whole server, for OPTIONS and for refusals of size."""
    return ("Upload-Limit", f"max-size={limits.max_size}" if limits.max_size else "min-size=0")


def integer(fields: Fields, name: str) -> int | None:
    """Return a Structured Fields integer, None when absent or not one."""
    found = _SF_INTEGER.fullmatch(fields.get(name) or "")
    return int(found.group(1)) if found and int(found.group(1)) <= INTEGER_LIMIT else None


def boolean(fields: Fields, name: str) -> bool | None:
    """Return a Structured Fields boolean, None when absent or not one."""
    found = _SF_BOOLEAN.fullmatch(fields.get(name) or "")
    return found.group(1) == "1" if found else None


def total_length(fields: Fields, offset: int, *, complete: bool) -> int | None:
    """Return the upload's length in bytes from Upload-Length, or from a last body's Content-Length.

    Raises:
        Refusal: ``inconsistent_length``, the two do not agree.
    """
    told = integer(fields, "Upload-Length")
    body = fields.content_length()
    ends = offset + body if complete and body is not None else None
    if told is not None and ends is not None and told != ends:
        raise Refusal("inconsistent_length")
    return told if told is not None else ends


def digest(fields: Fields, name: str) -> str | None:
    """Return the SHA-256 of a digest field (RFC 9530) in hexadecimal, None without one."""
    found = _SHA256.search(fields.get(name) or "")
    try:
        value = base64.b64decode(found.group(1), validate=True) if found else b""
    except binascii.Error:
        return None
    return value.hex() if len(value) == 32 else None


def content_digest(fields: Fields) -> Checksum | None:
    """Return what the body must hash to by its Content-Digest, None without one."""
    told = digest(fields, "Content-Digest")
    return None if told is None else Checksum("sha256", bytes.fromhex(told))


def disposition_name(value: str | None) -> str | None:
    """Return the file name of a Content-Disposition field, None without one."""
    if value is None:
        return None
    if star := _FILENAME_STAR.search(value):
        return unquote(star.group(1).strip())
    plain = _FILENAME.search(value)
    if plain is None:
        return None
    return re.sub(r"\\(.)", r"\1", plain.group(1)) if plain.group(1) is not None else plain.group(2)


def _wrong_offset(offset: int, state: UploadState) -> Refusal:
    headers = (("Upload-Offset", str(state.offset)), ("Upload-Complete", f"?{int(state.complete)}"))
    told = {"expected-offset": state.offset, "provided-offset": offset}
    return Refusal("wrong_offset", headers=headers, extra=told)
