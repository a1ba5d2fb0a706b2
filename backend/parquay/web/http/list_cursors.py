"""Cursors of lists: where a page ended, in a form that nobody has to understand. Pure."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime
from typing import Any

from parquay.catalog.tables import File
from parquay.errors import BadInput
from parquay.ids import is_id

TIMES = frozenset({"uploaded_at", "finished_at"})
NUMBERS = frozenset({"size", "row_count"})

MAX_LENGTH = 4096
"""Longest cursor that is looked at, in characters."""

Place = tuple[Any, str]
"""The sort value and the id of the last file of a page."""


def cursor_after(file: File, sort: str) -> str:
    """Return the cursor of the page behind ``file`` in a list sorted by ``sort``."""
    value = getattr(file, sort)
    return encode([sort, value.isoformat() if isinstance(value, datetime) else value, file.id])


def place(cursor: str, sort: str) -> Place:
    """Return where ``cursor`` points to in a list sorted by ``sort``.

    Raises:
        BadInput: ``bad_cursor`` (400), it is none, or of a list sorted otherwise.
    """
    made = decode(cursor)
    if not isinstance(made, list) or len(made) != 3 or made[0] != sort or not _is_id(made[2]):
        raise _refused()
    return _value(made[1], sort), made[2]


def _is_id(value: Any) -> bool:
    return type(value) is str and is_id(value)


def _value(value: Any, sort: str) -> Any:
    if value is None and (sort in NUMBERS or sort == "finished_at"):
        return None
    if sort in NUMBERS and type(value) is int and abs(value) < 2**63:
        return value
    if sort not in NUMBERS and type(value) is str:
        return _moment(value) if sort in TIMES else _storable(value)
    raise _refused()


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise _refused() from None
    if moment.tzinfo is None:
        raise _refused()
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        raise _refused() from None


def _storable(text: str) -> str:
    # No name has what a database cannot hold: NUL, or half of a character.
    if any(sign == "\0" or "\ud800" <= sign <= "\udfff" for sign in text):
        raise _refused()
    return text


def encode(value: Any) -> str:
    """Return ``value`` (JSON) as a cursor."""
    return base64.urlsafe_b64encode(json.dumps(value, separators=(",", ":")).encode()).decode().rstrip("=")


def decode(cursor: str) -> Any:
    """Return what :func:`encode` was given.

    Raises:
        BadInput: ``bad_cursor`` (400).
    """
    if len(cursor) > MAX_LENGTH:
        raise _refused()
    try:
        return json.loads(base64.b64decode(cursor + "=" * (-len(cursor) % 4), b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        raise _refused() from None


def _refused() -> BadInput:
    return BadInput("This cursor is not of this list.", "bad_cursor")
