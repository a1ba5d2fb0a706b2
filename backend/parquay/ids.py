"""Unguessable identifiers."""

from __future__ import annotations

import re
import secrets

ID_BYTES = 18
"""Random bytes in an id: 144 bits, 24 URL-safe characters."""

_ID = re.compile(r"[A-Za-z0-9_-]{24}")


def new_id() -> str:
    """Return a fresh id: 24 URL-safe characters from 144 random bits.

    It never starts with ``-`` so that it can stand as a command-line argument.
    """
    while (made := secrets.token_urlsafe(ID_BYTES)).startswith("-"):
        pass
    return made


def is_id(text: str) -> bool:
    """Tell whether ``text`` has the shape of an id; anything else can be refused without a look-up."""
    return _ID.fullmatch(text) is not None
