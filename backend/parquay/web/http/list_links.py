"""Pages of a list: how many entries one has at most, and the link to the next."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlencode

from fastapi import Request

if TYPE_CHECKING:
    from parquay.web.http.deps import Policy

MAX_LIMIT = 1000
"""Entries of a page at most."""


def next_page(request: Request, cursor: str) -> str:
    """Return the Link to the page behind ``cursor``."""
    kept = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    policy: Policy = request.app.state.policy
    path = policy.base_path(request.scope) + request.scope.get("root_path", "") + request.scope["path"]
    return f'<{path}?{urlencode([*kept, ("cursor", cursor)])}>; rel="next"'
