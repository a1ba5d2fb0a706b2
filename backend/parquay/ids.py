"""Unguessable identifiers."""

from __future__ import annotations

import base64
import re
import secrets
import time

RANDOM_BYTES = 16
"""Random bytes in an id: 128 bits, 22 URL-safe characters."""

_ID = re.compile(r"[A-Za-z0-9_-]{24}([A-Za-z0-9_-]{6})?")


def new_id() -> str:
    """Return a fresh id: eight hexadecimal digits of the time, then 22 URL-safe characters from 128 random bits.

    The time is in milliseconds and begins again every 50 days: what is made at one time stands together in an index and
    in a directory, so that a commit of many new rows touches few pages.
    """
    return new_ids(1)[0]


def new_ids(count: int) -> list[str]:
    """Return ``count`` fresh ids by one call of the kernel: at each one the interpreter lock may change hands."""
    moment = f"{time.time_ns() // 1_000_000 & 0xFFFFFFFF:08x}"
    drawn = secrets.token_bytes(RANDOM_BYTES * count)
    each = (drawn[start : start + RANDOM_BYTES] for start in range(0, len(drawn), RANDOM_BYTES))
    return [moment + base64.urlsafe_b64encode(one).rstrip(b"=").decode("ascii") for one in each]


def folder_of(some_id: str) -> str:
    """Return the folder of an id in an object store, which spreads keys by what stands before them.

    Ids begin with the time, so all of today's would stand side by side without the two random characters.
    """
    return f"{some_id[-2:]}/{some_id}"


def is_id(text: str) -> bool:
    """Tell whether ``text`` has the shape of an id, today's or the shorter one of before; anything else is refused."""
    return _ID.fullmatch(text) is not None
