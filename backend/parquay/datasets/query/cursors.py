"""Where a page of rows ended, in a form that nobody has to understand and nobody can change. Pure.

A cursor holds the version, a fingerprint of the query, and the position of the last row: the index of its part and its
row in it. The values that the rows are sorted by are read again from that position, so a cursor stays short and exact.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from dataclasses import dataclass

from parquay.datasets.query.plan import bad_cursor

MAX_LENGTH = 200
"""Longest cursor that is looked at, in characters."""
CHECK_BYTES = 9
_PERSON = b"parquay rows"

RowPosition = tuple[int, int]
"""The index of a part, and a row in it."""


@dataclass(frozen=True, slots=True)
class Cursor:
    """The end of a page: the version it was read from, what was asked, and its last row."""

    version: int
    query: str
    position: RowPosition

    def encode(self) -> str:
        """The cursor as text."""
        content = json.dumps([self.version, self.query, *self.position], separators=(",", ":")).encode()
        return base64.urlsafe_b64encode(_check(content) + content).decode().rstrip("=")


def decode(text: str) -> Cursor:
    """The inverse of `Cursor.encode`.

    Raises:
        BadInput: ``bad_cursor`` (400), nobody gave this cursor out.
    """
    if len(text) > MAX_LENGTH:
        raise bad_cursor()
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise bad_cursor() from None
    check, content = content[:CHECK_BYTES], content[CHECK_BYTES:]
    if not content or check != _check(content):
        raise bad_cursor()
    version, query, part, row = json.loads(content)
    cursor = Cursor(version, query, (part, row))
    if cursor.encode() != text:
        raise bad_cursor()
    return cursor


def _check(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=CHECK_BYTES, person=_PERSON).digest()
