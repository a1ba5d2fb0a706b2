"""Paths of requests, made of what callers give."""

from __future__ import annotations

from urllib.parse import quote

from parquay.client.errors import ApiError

DOTS = frozenset({"", ".", ".."})
"""Segments that addresses do not have: whoever resolves them makes another resource of the path, percent-coded or not."""


def segment(text: str) -> str:
    """Return an id or a name as one segment of a path. Pure.

    Raises:
        ApiError: ``bad_id``, it is empty or consists of dots, so it would name something else; nothing was sent.
    """
    if text in DOTS:
        raise ApiError(f"There is nothing that is called {text!r}.", code="bad_id")
    return quote(text, safe="")
