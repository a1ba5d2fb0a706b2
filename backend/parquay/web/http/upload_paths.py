"""Where uploads are: at one place for whoever is logged in, and below the address of each upload link. Pure."""

from __future__ import annotations

import re

ROOT = "/files"
"""Where uploads of users are, and new ones are made."""

FILES = re.compile(r"/files(/[^/]+)?")
"""Paths that speak the upload protocols."""

UPLOAD_PAGE = "/u/"
"""Where the page of an upload link is: the token of the link follows."""

ENDPOINT = re.compile(r"/u/([^/]+)/files(/[^/]+)?")
"""Paths that speak them for whoever has an upload link, whose token is in them."""


def token_of(path: str) -> str:
    """Return the token in the path of a link's endpoint, or of an upload there."""
    found = ENDPOINT.fullmatch(path)
    assert found, "the dispatcher sends nothing else to those who ask"
    return found[1]


def endpoint_path(token: str) -> str:
    """Return the path of the endpoint of a link, below which the uploads are that came by it."""
    return UPLOAD_PAGE + token + ROOT
