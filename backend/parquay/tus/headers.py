"""Reading header fields strictly: integers, metadata, checksums, concatenation.

Python's ``int()`` takes ``+5``, ``1_000`` and digits of other scripts; a protocol does not. Everything
here refuses what it does not fully understand, and keeps the raw text of what must be echoed.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cached_property
from urllib.parse import unquote, urlsplit

from parquay.tus.refusals import Refusal

INTEGER_LIMIT = 2**63 - 1
"""Largest offset or length in bytes."""

METADATA_LIMIT = 16 * 1024
"""Largest Upload-Metadata field in bytes."""

DIGEST_SIZES = {"sha1": 20, "sha256": 32, "md5": 16, "crc32c": 4, "blake3": 32}
"""Checksum algorithms, in the order they are announced, with the size of their digest in bytes."""

_INTEGER = re.compile(r"[0-9]{1,19}")
_METADATA_KEY = re.compile(r"[\x21-\x2b\x2d-\x7e]+")


class Fields:
    """The header fields of one request. Names are matched without regard to case."""

    def __init__(self, raw: Iterable[tuple[bytes, bytes]]) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in raw:
            self._values.setdefault(name.decode("latin-1").lower(), []).append(value.decode("latin-1"))

    def __contains__(self, name: str) -> bool:
        return name.lower() in self._values

    def get(self, name: str) -> str | None:
        """Return the only value of ``name``, None when absent.

        Raises:
            Refusal: ``bad_header``, the field was sent more than once with different values.
        """
        values = self._values.get(name.lower())
        if values is None:
            return None
        if len(values) > 1:
            raise Refusal("bad_header", f"{name} was sent more than once.")
        return values[0]

    def integer(self, name: str) -> int | None:
        """Return ``name`` as a non-negative integer, None when absent.

        Raises:
            Refusal: ``bad_header``, it is no plain decimal number below 2**63.
        """
        value = self.get(name)
        return None if value is None else parse_integer(name, value)

    def content_type(self) -> str:
        """Return the media type without parameters in lower case, empty when absent."""
        return (self.get("Content-Type") or "").partition(";")[0].strip().lower()

    def content_length(self) -> int | None:
        """Return the size of the body in bytes, None when it is sent in chunks of unknown total."""
        return self.integer("Content-Length")

    def has_body(self) -> bool:
        """Tell whether a body follows: some Content-Length, or a transfer coding."""
        return bool(self.content_length()) or "Transfer-Encoding" in self


def parse_integer(name: str, value: str) -> int:
    """Return ``value`` as an integer of 0 to 2**63 - 1.

    Raises:
        Refusal: ``bad_header``, with the field's ``name``.
    """
    if _INTEGER.fullmatch(value) and (number := int(value)) <= INTEGER_LIMIT:
        return number
    raise Refusal("bad_header", f"{name} must be a decimal integer from 0 to 2^63-1.")


@dataclass(frozen=True)
class Metadata:
    """The pairs of an Upload-Metadata field in their order, and the field as it was received."""

    raw: str = ""
    pairs: tuple[tuple[str, bytes], ...] = ()

    def texts(self) -> dict[str, str]:
        """Return the pairs as text; bytes that are no UTF-8 become replacement characters."""
        return {key: value.decode("utf-8", "replace") for key, value in self.pairs}

    @cached_property
    def _values(self) -> dict[str, bytes]:
        return dict(self.pairs)

    def text(self, *keys: str) -> str | None:
        """Return the first of ``keys`` that has a non-empty value of valid UTF-8, None when none has."""
        for key in keys:
            try:
                if (value := self._values.get(key)) and (text := value.decode("utf-8")):
                    return text
            except UnicodeDecodeError:
                continue
        return None


def parse_metadata(raw: str | None) -> Metadata:
    """Parse Upload-Metadata: comma-separated pairs of a key and an optional Base64 value.

    An absent or empty field means no metadata. Spaces around commas are allowed.

    Raises:
        Refusal: ``bad_metadata`` for an empty, repeated or non-ASCII key or bad Base64; ``metadata_too_large``.
    """
    if raw is None or not raw.strip():
        return Metadata()
    if len(raw) > METADATA_LIMIT:
        raise Refusal("metadata_too_large", f"Upload-Metadata may have {METADATA_LIMIT} bytes.")
    pairs: dict[str, bytes] = {}
    for item in raw.split(","):
        key, separator, value = item.strip(" ").partition(" ")
        if not _METADATA_KEY.fullmatch(key):
            raise Refusal("bad_metadata", "A metadata key must be non-empty ASCII without space or comma.")
        if key in pairs:
            raise Refusal("bad_metadata", f"The metadata key {key!r} is repeated.")
        pairs[key] = _decode_base64(value, "bad_metadata", key) if separator else b""
    return Metadata(raw, tuple(pairs.items()))


def _decode_base64(value: str, code: str, what: str) -> bytes:
    try:
        return base64.b64decode(value.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise Refusal(code, f"The value of {what!r} is not Base64.") from None


@dataclass(frozen=True)
class Checksum:
    """What the bytes of one body must hash to."""

    algorithm: str
    digest: bytes


def parse_checksum(raw: str | None) -> Checksum | None:
    """Parse Upload-Checksum: an algorithm, one space, a Base64 digest; None when absent.

    Raises:
        Refusal: ``unknown_checksum`` or ``bad_checksum``.
    """
    if raw is None:
        return None
    name, separator, value = raw.strip().partition(" ")
    algorithm = name.lower()
    if not separator:
        raise Refusal("bad_checksum", "Upload-Checksum must be an algorithm, a space and a Base64 digest.")
    if algorithm not in DIGEST_SIZES:
        raise Refusal("unknown_checksum", f"Known checksum algorithms: {', '.join(DIGEST_SIZES)}.")
    digest = _decode_base64(value, "bad_checksum", algorithm)
    if len(digest) != DIGEST_SIZES[algorithm]:
        raise Refusal("bad_checksum", f"A {algorithm} digest has {DIGEST_SIZES[algorithm]} bytes, not {len(digest)}.")
    return Checksum(algorithm, digest)


@dataclass(frozen=True)
class Concat:
    """The role of an upload in a concatenation. ``parts`` are ids in order, only for a final upload."""

    role: str
    raw: str
    parts: tuple[str, ...] = ()


def parse_concat(raw: str | None, path_prefixes: tuple[str, ...], hosts: frozenset[str]) -> Concat | None:
    """Parse Upload-Concat: ``partial`` or ``final;`` and the URLs of the parts; None when absent.

    A URL is absolute with one of ``hosts``, or a path; either way one of ``path_prefixes`` followed by an id.

    Raises:
        Refusal: ``bad_concat``; ``concat_unknown`` when a URL cannot be one of this server's uploads.
    """
    if raw is None:
        return None
    role, separator, urls = raw.strip().partition(";")
    if role == "partial" and not separator:
        return Concat("partial", raw)
    if role != "final" or not urls.split():
        raise Refusal("bad_concat", "Upload-Concat must be 'partial' or 'final;' and URLs.")
    return Concat("final", raw, tuple(_part_id(url, path_prefixes, hosts) for url in urls.split()))


def _part_id(url: str, path_prefixes: tuple[str, ...], hosts: frozenset[str]) -> str:
    try:
        split = urlsplit(url)
        foreign = bool(split.scheme or split.netloc) and (
            split.scheme not in ("http", "https") or split.netloc.lower() not in hosts
        )
    except ValueError:
        raise Refusal("bad_concat", "A URL in Upload-Concat cannot be understood.") from None
    path = unquote(split.path)
    for prefix in path_prefixes:
        if not foreign and path.startswith(prefix):
            return path.removeprefix(prefix).removesuffix("/")
    raise Refusal("concat_unknown", "A URL in Upload-Concat is not an upload of this server.")


def http_date(moment: datetime) -> str:
    """Format ``moment`` (UTC) as RFC 9110 IMF-fixdate."""
    return format_datetime(moment, usegmt=True)
