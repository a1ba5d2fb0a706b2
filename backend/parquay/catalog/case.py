"""Capital and small letters where the catalog takes them for the same: A to Z, as both databases do it."""

from __future__ import annotations

import string

_SMALL = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def folded(text: str) -> str:
    """Return ``text`` as SQL's ``lower`` has it: SQLite's always, PostgreSQL's in columns that compare bytes."""
    return text.translate(_SMALL)
