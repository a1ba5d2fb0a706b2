"""The cookies of a browser that signs in: that of its session, and that of an attempt by a provider."""

from __future__ import annotations

from typing import Any

from fastapi import Request, Response

from parquay.auth.csrf import COOKIE
from parquay.web.http.deps import Policy

ATTEMPT = "parquay_sign_in"
"""Name of the cookie of an attempt to sign in by a provider."""

ATTEMPT_PATH = "/auth/oidc"


def set_session(request: Request, response: Response, policy: Policy, value: str, seconds: int) -> None:
    """Keep the access token ``value`` for ``seconds``; 0: forget it."""
    where = policy.base_path(request.scope) or "/"
    response.set_cookie(COOKIE, value, max_age=seconds, path=where, **_guarded(request, policy))


def set_attempt(request: Request, response: Response, policy: Policy, value: str, seconds: int) -> None:
    """Keep an attempt for ``seconds``; 0: forget it. A provider sends browsers back by a link, which `lax` lets in."""
    where = policy.base_path(request.scope) + ATTEMPT_PATH
    response.set_cookie(ATTEMPT, value, max_age=seconds, path=where, **_guarded(request, policy))


def _guarded(request: Request, policy: Policy) -> dict[str, Any]:
    return {"httponly": True, "samesite": "lax", "secure": policy.is_https(request.scope)}
