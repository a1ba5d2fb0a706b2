"""What an API key may do: everything but the account, or only what its scopes say. Pure.

| scope | lets |
|---|---|
| `read` | look: every GET, and questions that change nothing |
| `upload` | begin uploads, and go on with them |
| `write` | everything but the account and the administration |

A login with a password has no scopes and may do everything; so may a key that was made without. A link lets look at its
file alone.
"""

from __future__ import annotations

from collections.abc import Mapping

from parquay.errors import Forbidden, NotFound
from parquay.roles import Scope

READ: Scope = "read"
UPLOAD: Scope = "upload"
WRITE: Scope = "write"

Scopes = frozenset[Scope]

_LOOKING = frozenset({"GET", "HEAD", "OPTIONS"})
_UPLOADS = frozenset({"/files", "/upload", "/fetch"})
_QUESTIONS = ("/sql", "/preview", "/files/exists", "/files/archive")
"""Ends of paths whose POST changes nothing."""

_OF_A_FILE = ("", "/progress", "/content", "/rejects")
_OF_A_TABLE = (
    "", "/rows", "/aggregate", "/crosstab", "/boxes", "/points", "/profile", "/status", "/export",
    "/versions", "/versions/{a}/diff/{b}",
    "/views", "/views/{name}",
)  # fmt: skip
_LINKED = frozenset(
    [f"/files/{{file_id}}{rest}" for rest in _OF_A_FILE] + [f"/datasets/{{dataset_id}}{rest}" for rest in _OF_A_TABLE]
)
"""The routes, as they are declared, that a link opens."""

_NONE: Scopes = frozenset()


def sufficient(method: str, path: str) -> Scopes | None:
    """Return the scopes of which each is enough for a request, None when any key will do.

    ``path`` has no prefix and no trailing slash. What only a whole account may do has no scope that is enough.
    """
    if path in ("/auth/me", "/me"):
        return None
    if path.startswith(("/auth/", "/admin/")):
        return _NONE
    if method == "POST" and path in _UPLOADS:
        return frozenset({UPLOAD, WRITE})
    if method in _LOOKING or (method == "POST" and path.endswith(_QUESTIONS)):
        return frozenset({READ, WRITE})
    return frozenset({WRITE})


def sufficient_for_upload(method: str) -> Scopes:
    """Return the scopes of which each is enough for a verb of the upload protocols."""
    if method == "DELETE":
        return frozenset({WRITE})
    return frozenset({UPLOAD, WRITE, READ} if method in _LOOKING else {UPLOAD, WRITE})


def require_scope(scopes: Scopes | None, enough: Scopes | None) -> None:
    """Let a request pass whose key has one of the scopes in ``enough``; a key or login without bounds has None.

    Raises:
        Forbidden: ``scope_missing`` (403).
    """
    if scopes is None or enough is None or scopes & enough:
        return
    if not enough:
        raise Forbidden("A key with scopes may not do this.", "scope_missing")
    raise Forbidden(f"This key needs the scope {' or '.join(sorted(enough))} for this.", "scope_missing")


def require_linked(file_id: str, method: str, route: str, given: Mapping[str, str]) -> None:
    """Let a request pass that looks at the file of a link. ``given``: what the path says for the names in ``route``.

    Raises:
        Forbidden: ``scope_missing``, a link does not let do this (403).
        NotFound: it is about another file, which looks unknown (404).
    """
    if method not in _LOOKING or route not in _LINKED:
        raise Forbidden("A link lets look at its file, and nothing else.", "scope_missing")
    if (given.get("file_id") or given.get("dataset_id")) != file_id:
        raise NotFound("There is no such file.")
