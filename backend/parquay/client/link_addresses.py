"""Addresses of upload links, by which somebody without an account uploads. Pure."""

from __future__ import annotations

import re

_ADDRESS = re.compile(r"(https?://.+/u/pqu_[\w-]+)(/files)?/*", re.ASCII)


def upload_link_in(url: str) -> str | None:
    """Return the page's address of the upload link that ``url`` names by its page or endpoint, None for any other.

    What stands there for a server: uploads are at its ``/files``, and nothing else is.
    """
    found = _ADDRESS.fullmatch(url)
    return found and found[1]
