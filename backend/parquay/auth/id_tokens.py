"""ID tokens of a provider (OpenID Connect Core 3.1.3.7): what must hold before a word of one is believed. Pure.

The library is asked for one thing, whether a signature is that of a key. Which key, by which algorithm, and what the
claims must say is decided here: a token names its own algorithm, and could name one that proves nothing.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

ALGORITHMS = {
    "RS256": "RSA", "RS384": "RSA", "RS512": "RSA", "ES256": "EC", "ES384": "EC", "ES512": "EC",
}  # fmt: skip
"""The kind of key of each algorithm that is believed: signatures by keys that only the provider has."""

CURVES = {"ES256": "P-256", "ES384": "P-384", "ES512": "P-521"}

MAX_LENGTH = 64 * 1024
"""Longest token that is looked at, in characters: some providers write every group of somebody into it."""

MIN_RSA_BYTES = 256
"""Shortest modulus of an RSA key that is believed."""

LEEWAY = 60
"""Seconds by which the clocks of provider and server may differ."""

MAX_SUBJECT = 255
"""Most characters of a subject ("It MUST NOT exceed 255 ASCII characters in length")."""

Json = dict[str, Any]

_FORM = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


class IdTokenRefused(ValueError):
    """A token is not to be believed. The message is for the log."""


class UnknownKey(IdTokenRefused):
    """None of the keys is the one that a token names: the provider may have new ones."""


@dataclass(frozen=True)
class ExpectedToken:
    """Whose token it has to be, for whom, and the answer to what."""

    issuer: str
    client_id: str
    nonce: str


def read_id_token(token: str, keys: Sequence[Json], expected: ExpectedToken, now: float) -> Json:
    """Return the claims of ``token``, which one of the provider's ``keys`` signed. ``now``: seconds since 1970.

    Raises:
        UnknownKey: it names a key that is not there.
        IdTokenRefused: it is not to be believed.
    """
    if len(token) > MAX_LENGTH or not _FORM.fullmatch(token):
        raise IdTokenRefused("it is no signed token")
    head, body, signature = token.split(".")
    header = _object(head)
    algorithm = header.get("alg")
    if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
        raise IdTokenRefused(f"its algorithm is {algorithm!r}")
    if "crit" in header:
        raise IdTokenRefused("it has critical fields, and none is known")
    key = _key(keys, algorithm, header.get("kid"))
    if not _is_signed(f"{head}.{body}".encode("ascii"), _bytes(signature), key, algorithm):
        raise IdTokenRefused("its signature is not that of the provider's key")
    claims = _object(body)
    _check(claims, expected, now)
    return claims


def _key(keys: Sequence[Json], algorithm: str, kid: object) -> Json:
    fitting = [key for key in keys if _may_verify(key, algorithm) and (kid is None or key.get("kid") == kid)]
    if not fitting:
        raise UnknownKey(f"there is no key {kid!r} for {algorithm}")
    if len(fitting) > 1:
        raise IdTokenRefused("several keys may be meant")
    return fitting[0]


def _may_verify(key: Json, algorithm: str) -> bool:
    if key.get("kty") != ALGORITHMS[algorithm] or key.get("use", "sig") != "sig":
        return False
    if key.get("alg", algorithm) != algorithm or "verify" not in key.get("key_ops", ["verify"]):
        return False
    return key.get("crv") == CURVES.get(algorithm)


def _is_signed(message: bytes, signature: bytes, key: Json, algorithm: str) -> bool:
    from jose import jwk

    if ALGORITHMS[algorithm] == "RSA" and len(_bytes(str(key.get("n", ""))).lstrip(b"\0")) < MIN_RSA_BYTES:
        raise IdTokenRefused("the provider's key is too short")
    try:
        return bool(jwk.construct(key, algorithm).verify(message, signature))
    except Exception:  # noqa: BLE001  the library raises whatever the parts of a key make fail
        raise IdTokenRefused("the provider's key cannot be used") from None


def _check(claims: Json, expected: ExpectedToken, now: float) -> None:
    if claims.get("iss") != expected.issuer:
        raise IdTokenRefused(f"its issuer is {claims.get('iss')!r}")
    audience = claims.get("aud")
    names = audience if isinstance(audience, list) else [audience]
    if expected.client_id not in names:
        raise IdTokenRefused("it is for somebody else")
    # "If the ID Token contains multiple audiences, the Client SHOULD verify that an azp Claim is present."
    if (len(names) > 1 or "azp" in claims) and claims.get("azp") != expected.client_id:
        raise IdTokenRefused("somebody else asked for it")
    _check_times(claims, now)
    subject, nonce = claims.get("sub"), claims.get("nonce")
    if not isinstance(subject, str) or not 1 <= len(subject) <= MAX_SUBJECT or not _is_plain(subject):
        raise IdTokenRefused("it is about nobody")
    if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), expected.nonce.encode()):
        raise IdTokenRefused("it is the answer to something else")


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable()


def _check_times(claims: Json, now: float) -> None:
    times = [claims.get("exp"), claims.get("iat"), claims.get("nbf", 0)]
    if any(isinstance(each, bool) or not isinstance(each, int | float) for each in times):
        raise IdTokenRefused("its times are none")
    expires, issued, begins = (float(each) for each in times if each is not None)
    if not expires > now - LEEWAY:
        raise IdTokenRefused("it has expired")
    if not max(issued, begins) <= now + LEEWAY:
        raise IdTokenRefused("it is of the future")


def _object(part: str) -> Json:
    try:
        found = json.loads(_bytes(part), object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise IdTokenRefused("it is no JSON") from None
    if not isinstance(found, dict):
        raise IdTokenRefused("it is no JSON object")
    return found


def _bytes(part: str) -> bytes:
    try:
        return base64.b64decode(part + "=" * (-len(part) % 4), b"-_", validate=True)
    except (ValueError, binascii.Error):
        raise IdTokenRefused("it is not encoded as tokens are") from None


def _once(pairs: Sequence[tuple[str, Any]]) -> Mapping[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name is repeated")
    return dict(pairs)
