"""IETF "Resumable Uploads for HTTP" (draft-ietf-httpbis-resumable-upload) mapped onto the same plans.

Four interop versions, and where they differ:

    version  draft     append media type           age limit  success of an append  append to a complete upload
    5        -03       any                         none       201                   409
    6        -04, -05  application/partial-upload  expires    201                   400
    7        -06..-08  application/partial-upload  max-age    204                   400
    8        -09..     application/partial-upload  max-age    204                   409, but an empty last one again

Up to 6, HEAD and DELETE with fields of an upload are refused, and what has expired is not found. From 7 on an upload
is invalid once more bytes came than its length.

Field values are Structured Fields; one that cannot be parsed is ignored, as RFC 9651 asks, and then counts as
absent. An upload is complete when a request said ``Upload-Complete: ?1`` and its body came to its end; that the
length which was told is reached does not make it so. One exception: tus-js-client 4 says ``?0`` of the last piece of a
file that goes in several, and is done. Its uploads are known by Upload-Metadata, which is a field of tus and not of the
draft; they are complete with their last byte, as those of tus are.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal
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
COMPLETED = "https://iana.org/assignments/http-problem-types#completed-upload"
PROBLEM_TYPES = {
    "wrong_offset": MISMATCHING_OFFSET,
    "inconsistent_length": INCONSISTENT_LENGTH,
    "append_to_complete": COMPLETED,
}

UPLOAD_FIELDS = ("Upload-Offset", "Upload-Complete", "Upload-Length")

_SF_INTEGER = re.compile(r" *([0-9]{1,15}) *")
_SF_BOOLEAN = re.compile(r" *\?([01]) *")
_SHA256 = re.compile(r"(?:^|,)\s*sha-256\s*(?:=\s*([^,]*))?(?:,|$)", re.IGNORECASE)
_DIGEST_BYTES = re.compile(r":([A-Za-z0-9+/]{43}=):\s*")
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
    max_size: int = 0
    """Largest upload in bytes, 0 for no limit."""

    @classmethod
    def of(cls, fields: Fields, limits: Limits | None = None) -> Draft:
        """Return the version that a request asks for, the newest when it does not say.

        Raises:
            Refusal: ``unsupported_draft`` (400).
        """
        declared, max_size = fields.get(INTEROP), limits.max_size if limits else 0
        if declared is None:
            return cls(max_size=max_size)
        found = _SF_INTEGER.fullmatch(declared)
        if found is None or not 5 <= int(found.group(1)) <= LATEST:
            raise Refusal("unsupported_draft")
        return cls(int(found.group(1)), announced=True, max_size=max_size)

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
        metadata = parse_metadata(fields.get("Upload-Metadata"))
        last = None if metadata.raw and not complete else complete
        body = BodyPlan(limit, content_digest(fields), last=last, expected=expected)
        return CreationPlan(
            length,
            metadata,
            body=body,
            filename=disposition_name(fields.get("Content-Disposition")),
            content_type=fields.get("Content-Type"),
            sha256=digest(fields, "Repr-Digest"),
        )

    def plan_append(self, fields: Fields, state: UploadState, limits: Limits) -> AppendPlan:
        """Decide what a PATCH stores.

        Raises:
            Refusal: wrong media type (415), offset (409) or lengths (400, 413), or the upload is complete (400, 409).
        """
        # Drafts -04 to -08: "If the upload is already complete, the server MUST NOT modify the upload resource and MUST
        # respond with a 400 (Bad Request) status code".
        if state.complete and self.version in (6, 7):
            raise Refusal("append_to_complete", headers=self._refused(state))
        try:
            return self._plan_append(fields, state, limits)
        except Refusal as refusal:
            refusal.headers = (*refusal.headers, *self._refused(state))
            raise

    def _refused(self, state: UploadState) -> tuple[Header, ...]:
        """Header fields of every refusal of an append to an upload that is there."""
        # -03 to -05: "The server MUST send the Upload-Offset header field in the response if it considers the upload
        # active, either when the response is a success [...] or when the response is a failure"; -06 on: "If the
        # request didn't complete the upload, any response, successful or not, MUST include the Upload-Complete header
        # field with a false value".
        complete = state.complete and self.version < 7
        return (("Upload-Offset", str(state.offset)), ("Upload-Complete", f"?{int(complete)}"))

    def _plan_append(self, fields: Fields, state: UploadState, limits: Limits) -> AppendPlan:
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
            raise Refusal("already_complete")
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
        last = None if state.metadata_raw and not complete else complete
        return AppendPlan(offset, known, BodyPlan(limit, content_digest(fields), last=last, expected=expected))

    def created(self, state: UploadState, location: str, *, with_body: bool) -> tuple[Header, ...]:
        """Header fields of the answer to a creation."""
        del with_body  # tus-js-client asks for the offset in every answer
        return (("Location", location), *self._progress(state), *self._limit(state))

    def on_created(self, state: UploadState, location: str) -> tuple[Header, ...] | None:
        """Header fields of the interim answer that tells where a new upload is."""
        return (*self.common, ("Location", location), *self._limit(state)) if self.announced else None

    def on_progress(self, offset: int) -> tuple[Header, ...] | None:
        """Header fields of the interim answer that tells how much is durable."""
        return (*self.common, ("Upload-Offset", str(offset))) if self.announced else None

    @property
    def appended_status(self) -> int:
        """Status of the answer to a PATCH whose body came whole."""
        # -03 to -05: "the server MUST acknowledge it by responding with the 201 (Created) status code".
        return 201 if self.version <= 6 else 204

    @property
    def overrun(self) -> Literal["refused", "invalid"]:
        """What becomes of an upload of known length for which more bytes came than it had left."""
        # -04 and -05: "the server MUST stop appending bytes to the upload once the offset reaches the final size and
        # reject the request with a 400 (Bad Request)"; -06 on: "marking the upload resource invalid and rejecting any
        # further interaction with it".
        return "refused" if self.version <= 6 else "invalid"

    def appended(self, state: UploadState) -> tuple[Header, ...]:
        """Header fields of the answer to a PATCH."""
        return self._progress(state)

    def check_bare(self, method: str, fields: Fields) -> None:
        """Refuse a HEAD or DELETE with the fields of an upload.

        Raises:
            Refusal: ``bad_header`` (400).
        """
        # -03 to -05: "The server MUST reject requests with either of these fields by responding with a 400".
        wrong = UPLOAD_FIELDS[: 3 if (method, self.version) == ("HEAD", 6) else 2]
        if self.version <= 6 and any(name in fields for name in wrong):
            raise Refusal("bad_header", f"{method} takes none of {', '.join(wrong)}.")

    def failed(self, headers: tuple[Header, ...]) -> tuple[Header, ...]:
        """Header fields that the answer to a creation or append that failed has besides ``headers``."""
        return () if any(name == "Upload-Complete" for name, _ in headers) else (("Upload-Complete", "?0"),)

    def status_of(self, status: int) -> int:
        """Return the status that a refusal has in this version."""
        # -03 to -05: "If the server does not consider the upload resource to be active, it MUST respond with a 404".
        return 404 if status == 410 and self.version <= 6 else status

    def head(self, state: UploadState) -> tuple[Header, ...]:
        """Header fields of the answer to a HEAD."""
        length: tuple[Header, ...] = () if state.length is None else (("Upload-Length", str(state.length)),)
        return (*self._progress(state), *length, *self._limit(state), ("Cache-Control", "no-store"))

    def _progress(self, state: UploadState) -> tuple[Header, ...]:
        return (("Upload-Offset", str(state.offset)), ("Upload-Complete", f"?{int(state.complete)}"))

    def _limit(self, state: UploadState) -> tuple[Header, ...]:
        if self.version == 5:
            return ()
        limits = {"max-size": self.max_size} if self.max_size else {}
        if state.expires is not None and not state.complete:
            left = max(int((state.expires - datetime.now(UTC)).total_seconds()), 0)
            limits["expires" if self.version == 6 else "max-age"] = left
        shown = limits or ({"min-size": 0} if self.version == LATEST else {})
        return (("Upload-Limit", ", ".join(f"{key}={value}" for key, value in shown.items())),) if shown else ()


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
    declared = integer(fields, "Upload-Length")
    body = fields.content_length()
    ends = offset + body if complete and body is not None else None
    if declared is not None and ends is not None and declared != ends:
        raise Refusal("inconsistent_length")
    return declared if declared is not None else ends


def digest(fields: Fields, name: str) -> str | None:
    """Return the SHA-256 of a digest field (RFC 9530) in hexadecimal, None without one.

    Raises:
        Refusal: ``bad_header`` (400), it has one that no bytes can have: whoever sends a digest wants it compared.
    """
    found = _SHA256.search(fields.get(name) or "")
    if found is None:
        return None
    value = _DIGEST_BYTES.fullmatch(found[1] or "")
    if value is None:
        raise Refusal("bad_header", f"{name}: sha-256 is 32 bytes, in base64 between colons.")
    return base64.b64decode(value[1]).hex()


def content_digest(fields: Fields) -> Checksum | None:
    """Return what the body must hash to by its Content-Digest, None without one."""
    declared = digest(fields, "Content-Digest")
    return None if declared is None else Checksum("sha256", bytes.fromhex(declared))


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
    return Refusal("wrong_offset", extra={"expected-offset": state.offset, "provided-offset": offset})
