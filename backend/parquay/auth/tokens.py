"""Access tokens: the one place that knows the JWT library, and believes nothing it says.

The library accepts more than this service issues: other algorithms, missing claims, unknown critical headers,
odd key formats. So the form of a token is checked before the library sees it, the claims are checked again after
it has read them, the key never passes through its guessing of formats, and whatever goes wrong is one refusal.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
import secrets
import time
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Never

from parquay.errors import Unauthorized

ALGORITHM = "HS256"
TYPE = "at+jwt"
"""Media type of an access token (RFC 9068), so that no other kind of token is mistaken for one."""

ISSUER = "parquay"
AUDIENCE = "parquay-api"

MAX_LENGTH = 4096
"""Longest token that is looked at, in bytes."""

MIN_SECRET = 32
"""Shortest secret, in bytes."""

LEEWAY = 10
"""Seconds by which clocks may differ."""

REQUIRED = ("exp", "iat", "sub", "sid", "jti", "aud", "iss")

_OTHER_KEY = re.compile(rb"----[- ]BEGIN |ssh-|ecdsa-sha2-|-cert-v01@openssh\.com")
"""What the library, too, refuses as a secret, and more."""
_FORM = re.compile(r"[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]{43}")
_HEADER = {"alg": ALGORITHM, "typ": TYPE}
_OPTIONS = {f"require_{claim}": True for claim in ("aud", "iat", "exp", "iss", "sub", "jti")} | {"leeway": LEEWAY}


@dataclass(frozen=True)
class Claims:
    """What a valid token says. Times are seconds since 1970."""

    user_id: str
    session_id: str
    token_id: str
    issued_at: int
    expires_at: int


class Tokens:
    """Issues and reads access tokens signed with one secret."""

    def __init__(self, secret: bytes) -> None:
        """Sign with ``secret``.

        Raises:
            ValueError: the secret has fewer than ``MIN_SECRET`` bytes, or looks like a public key.
        """
        if len(secret) < MIN_SECRET:
            raise ValueError(f"the secret key must have at least {MIN_SECRET} bytes")
        if _OTHER_KEY.search(secret):
            raise ValueError("the secret key must be random bytes, not a key of another kind")
        self._secret = secret

    @cached_property
    def _key(self) -> Any:
        """The key as the library takes it, loaded with the first token: a worker, which has none, does without."""
        from jose import jwk

        return jwk.construct(self._secret, ALGORITHM)

    def issue(self, user_id: str, session_id: str, lifetime: int) -> str:
        """Return a token of ``user_id`` in ``session_id`` that is good for ``lifetime`` seconds."""
        issued_at = int(time.time())
        claims = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": user_id,
            "sid": session_id,
            "jti": secrets.token_urlsafe(16),
            "iat": issued_at,
            "exp": issued_at + lifetime,
        }
        from jose import jwt

        return str(jwt.encode(claims, self._key, ALGORITHM, headers={"typ": TYPE}))

    def read(self, token: str) -> Claims:
        """Return the claims of a valid ``token``.

        Raises:
            Unauthorized: ``bad_token`` or ``token_expired`` (401), whatever is wrong with it.
        """
        from jose import jwt
        from jose.exceptions import ExpiredSignatureError

        try:
            _check_form(token)
            claims = jwt.decode(
                token, self._key, algorithms=[ALGORITHM], options=_OPTIONS, audience=AUDIENCE, issuer=ISSUER
            )
        except Unauthorized:
            raise
        except ExpiredSignatureError:
            raise Unauthorized("The login has expired.", "token_expired") from None
        except Exception:  # noqa: BLE001  the library raises bare TypeErrors and more on crafted tokens
            _refuse()
        return _checked(claims)


def _refuse() -> Never:
    raise Unauthorized("The access token is not valid.", "bad_token") from None


def _check_form(token: str) -> None:
    if len(token) > MAX_LENGTH or _FORM.fullmatch(token) is None:
        _refuse()
    head = token.partition(".")[0]
    try:
        header = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)), object_pairs_hook=_once)
    except (ValueError, binascii.Error, RecursionError):
        _refuse()
    # "crit", "jwk", "jku", "x5u", "kid": nothing that is not issued here has a meaning here.
    if header != _HEADER:
        _refuse()


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name is repeated")
    return dict(pairs)


def _checked(claims: dict[str, Any]) -> Claims:
    texts = [claims.get(name) for name in ("sub", "sid", "jti")]
    times = [claims.get(name) for name in ("iat", "exp")]
    # `True` is an int to Python, and a float or a list would pass the library in places.
    if any(type(value) is not str or not value for value in texts) or any(type(value) is not int for value in times):
        _refuse()
    if claims.get("aud") != AUDIENCE or claims.get("iss") != ISSUER or not set(REQUIRED) >= set(claims):
        _refuse()
    made = Claims(claims["sub"], claims["sid"], claims["jti"], claims["iat"], claims["exp"])
    now = time.time()
    if made.issued_at > now + LEEWAY or made.expires_at <= made.issued_at:
        _refuse()
    if made.expires_at + LEEWAY < now:
        raise Unauthorized("The login has expired.", "token_expired")
    return made
