"""What a browser has to bring back from a provider: an attempt to sign in is bound to the browser that began it.

The attempt stands in a cookie of that browser, signed, so that nothing is written for somebody who may never come back.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
import secrets
import time
from dataclasses import asdict, dataclass

LIFETIME = 600
"""Seconds that somebody may take at the provider."""

MAX_BACK = 1024
"""Most characters of the address that is opened afterwards."""

_LOCAL = re.compile(r"/(?![/\\])[\x21-\x5b\x5d-\x7e]*")


@dataclass(frozen=True)
class SignInAttempt:
    """One attempt.

    Attributes:
        state: what the provider's answer must repeat.
        nonce: what the ID token must repeat.
        verifier: the secret of PKCE.
        back: path and query of the page to open afterwards.
        expires_at: seconds since 1970.
    """

    state: str
    nonce: str
    verifier: str
    back: str
    expires_at: int

    @property
    def challenge(self) -> str:
        """What the provider hears of the verifier (RFC 7636, S256)."""
        digest = hashlib.sha256(self.verifier.encode("ascii")).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")

    @property
    def session_id(self) -> str:
        """The id of the session that it may open: one attempt opens one session, however often it is answered."""
        digest = hashlib.sha256(b"session of " + self.state.encode("ascii")).digest()[:16]
        moment = f"{self.expires_at & 0xFFFFFFFF:08x}"
        return moment + base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


class SignInAttempts:
    """Seals attempts with a secret of the server, and opens them again."""

    def __init__(self, secret: bytes) -> None:
        self._key = hmac.digest(secret, b"attempts to sign in by a provider", "sha256")

    def begin(self, back: str) -> SignInAttempt:
        """Return a new attempt, after which ``back`` is opened if it is a page of this service."""
        state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        return SignInAttempt(state, nonce, verifier, local_path(back), int(time.time()) + LIFETIME)

    def sealed(self, attempt: SignInAttempt) -> str:
        """Return what the browser keeps."""
        body = base64.urlsafe_b64encode(json.dumps(asdict(attempt)).encode()).rstrip(b"=")
        return f"{body.decode('ascii')}.{self._seal(body)}"

    def opened(self, kept: str) -> SignInAttempt | None:
        """Return the attempt that a browser kept; None: it is none of this server, or its time is over."""
        body, _, seal = kept.partition(".")
        encoded = body.encode("utf-8", "surrogateescape")
        if not hmac.compare_digest(self._seal(encoded).encode(), seal.encode("utf-8", "surrogateescape")):
            return None
        attempt = SignInAttempt(**json.loads(base64.urlsafe_b64decode(encoded + b"=" * (-len(encoded) % 4))))
        return attempt if attempt.expires_at > time.time() else None

    def _seal(self, body: bytes) -> str:
        return hmac.digest(self._key, body, "sha256").hex()


def local_path(text: str) -> str:
    """Return ``text`` if it is a path of this service, with or without a query, else the root. Pure.

    Two slashes at the beginning, or a backslash, which browsers take for a slash, would lead to another host.
    """
    return text if len(text) <= MAX_BACK and _LOCAL.fullmatch(text) else "/"
