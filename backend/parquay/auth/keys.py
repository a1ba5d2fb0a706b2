"""Secrets that are sent as bearer tokens or in addresses and kept as hashes: API keys, and tokens of links."""

from __future__ import annotations

import hashlib
import secrets

KEY_PREFIX = "pq_"
"""API keys start with it, so that they are told from access tokens, and found by scanners for leaked secrets."""

LINK_PREFIX = "pql_"
"""Tokens of links start with it."""

UPLOAD_LINK_PREFIX = "pqu_"
"""Tokens of upload links start with it."""


def new_key(prefix: str = KEY_PREFIX) -> str:
    """Return a fresh secret: 256 random bits behind ``prefix``."""
    return prefix + secrets.token_urlsafe(32)


def key_hash(key: str) -> str:
    """Return what is stored of a secret. A plain hash is enough for 256 random bits."""
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
