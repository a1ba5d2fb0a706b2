"""An ID token is believed when everything about it holds, and by nothing else."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jose import jwk, jws

from parquay.auth.id_tokens import ExpectedToken, IdTokenRefused, UnknownKey, read_id_token

NOW = 1_800_000_000
EXPECTED = ExpectedToken("https://id.example", "parquay", "the nonce")
CLAIMS: dict[str, Any] = {
    "iss": "https://id.example", "aud": "parquay", "sub": "ann", "nonce": "the nonce", "iat": NOW, "exp": NOW + 300,
}  # fmt: skip


def pem(key: Any) -> str:
    kind = serialization.PrivateFormat.PKCS8
    made: bytes = key.private_bytes(serialization.Encoding.PEM, kind, serialization.NoEncryption())
    return made.decode()


RSA = pem(rsa.generate_private_key(65537, 2048))
OTHER = pem(rsa.generate_private_key(65537, 2048))
SHORT = pem(rsa.generate_private_key(65537, 1024))
EC = pem(ec.generate_private_key(ec.SECP256R1()))


def public(key: str, algorithm: str, **more: str) -> dict[str, Any]:
    found = jwk.construct(key, algorithm).public_key().to_dict()
    plain = {name: value.decode() if isinstance(value, bytes) else value for name, value in found.items()}
    return plain | {"use": "sig"} | more


KEYS = [public(RSA, "RS256", kid="r"), public(EC, "ES256", kid="e")]


def signed(claims: dict[str, Any], key: str = RSA, algorithm: str = "RS256", **header: Any) -> str:
    made: str = jws.sign(claims, key, headers=header, algorithm=algorithm)
    return made


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def read(token: str, keys: list[dict[str, Any]] = KEYS) -> dict[str, Any]:
    return read_id_token(token, keys, EXPECTED, NOW)


@pytest.mark.parametrize(("key", "algorithm", "kid"), [(RSA, "RS256", "r"), (RSA, "RS512", "r"), (EC, "ES256", "e")])
def test_a_token_of_the_provider_is_believed(key: str, algorithm: str, kid: str) -> None:
    keys = [{name: value for name, value in each.items() if name != "alg"} for each in KEYS]

    assert read(signed(CLAIMS, key, algorithm, kid=kid), keys) == CLAIMS


def test_a_key_needs_no_name_where_only_one_may_be_meant() -> None:
    assert read(signed(CLAIMS)) == CLAIMS
    with pytest.raises(IdTokenRefused, match="several keys"):
        read(signed(CLAIMS), [public(RSA, "RS256"), public(OTHER, "RS256")])


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": ["parquay", "other"], "azp": "parquay"},
        {"exp": NOW - 30},
        {"iat": NOW + 30},
        {"nbf": NOW, "extra": {"a": [1]}},
    ],
)
def test_what_may_differ(claims: dict[str, Any]) -> None:
    assert read(signed(CLAIMS | claims))["sub"] == "ann"


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://id.example/"},
        {"iss": "https://evil.example"},
        {"iss": ["https://id.example"]},
        {"aud": "other"},
        {"aud": ["other"]},
        {"aud": []},
        {"aud": None},
        {"aud": ["parquay", "other"]},
        {"azp": "other"},
        {"exp": NOW - 61},
        {"exp": str(NOW + 300)},
        {"exp": True},
        {"exp": float("nan")},
        {"exp": None},
        {"iat": NOW + 61},
        {"iat": None},
        {"nbf": NOW + 3600},
        {"nonce": "another"},
        {"nonce": None},
        {"nonce": 1},
        {"sub": ""},
        {"sub": 5},
        {"sub": None},
        {"sub": "a\0b"},
        {"sub": "\ud800"},
        {"sub": "a" * 256},
    ],
)
def test_what_a_claim_must_say(claims: dict[str, Any]) -> None:
    with pytest.raises(IdTokenRefused):
        read(signed(CLAIMS | claims, kid="r"))


@pytest.mark.parametrize("missing", ["iss", "aud", "sub", "nonce", "iat", "exp"])
def test_a_claim_that_is_missing(missing: str) -> None:
    with pytest.raises(IdTokenRefused):
        read(signed({name: value for name, value in CLAIMS.items() if name != missing}, kid="r"))


def by_secret(algorithm: str, secret: bytes) -> str:
    head = f"{part({'alg': algorithm, 'kid': 'r'})}.{part(CLAIMS)}"
    mac = hmac.digest(secret, head.encode(), "sha256")
    return f"{head}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"


FORGED: dict[str, Callable[[], str]] = {
    "no algorithm": lambda: f"{part({'alg': 'none'})}.{part(CLAIMS)}.",
    "no algorithm, with a signature": lambda: f"{part({'alg': 'none', 'kid': 'r'})}.{part(CLAIMS)}.AAAA",
    "the algorithm in capitals": lambda: f"{part({'alg': 'NONE', 'kid': 'r'})}.{part(CLAIMS)}.AAAA",
    "the public key taken for a secret": lambda: by_secret("HS256", KEYS[0]["n"].encode()),
    "the client's secret": lambda: by_secret("HS256", b"the secret of the client, which is long enough"),
    "a MAC called a signature": lambda: by_secret("RS256", b"x"),
    "somebody else's key": lambda: signed(CLAIMS, OTHER, kid="r"),
    "a key of another kind": lambda: signed(CLAIMS, EC, "ES256", kid="r"),
    "a list of algorithms": lambda: f"{part({'alg': ['RS256'], 'kid': 'r'})}.{part(CLAIMS)}.AAAA",
    "claims that were changed": lambda: ".".join(
        [signed(CLAIMS, kid="r").split(".")[0], part(CLAIMS | {"sub": "eve"}), signed(CLAIMS, kid="r").split(".")[2]]
    ),
    "its own key along": lambda: signed(CLAIMS, OTHER, kid="r", jwk=public(OTHER, "RS256")),
    "critical fields": lambda: signed(CLAIMS, kid="r", crit=["b64"], b64=False),
    "no token": lambda: "",
    "an encrypted token": lambda: "a.b.c.d.e",
    "no JSON": lambda: "YQ.YQ.YQ",
    "no object": lambda: f"{part([])}.{part([])}.YQ",
    "a line break": lambda: signed(CLAIMS, kid="r") + "\n",
    "a long one": lambda: signed(CLAIMS | {"groups": "g" * 70_000}, kid="r"),
}


@pytest.mark.parametrize("what", FORGED)
def test_what_proves_nothing(what: str) -> None:
    with pytest.raises(IdTokenRefused):
        read(FORGED[what]())


def test_a_key_that_is_not_there_is_told_apart_for_it_may_be_new() -> None:
    with pytest.raises(UnknownKey):
        read(signed(CLAIMS, OTHER, kid="new"))


@pytest.mark.parametrize(
    "key",
    [
        public(RSA, "RS256", kid="r", use="enc"),
        public(RSA, "RS256", kid="r", alg="RS384"),
        public(RSA, "RS256", kid="r") | {"key_ops": ["sign"]},
        {"kty": "oct", "kid": "r", "k": "c2VjcmV0"},
        {"kty": "RSA", "kid": "r"},
        {"kty": "RSA", "kid": "r", "n": "!", "e": "AQAB"},
        public(SHORT, "RS256", kid="r"),
    ],
)
def test_a_key_that_is_for_something_else_or_too_short_verifies_nothing(key: dict[str, Any]) -> None:
    with pytest.raises(IdTokenRefused):
        read(signed(CLAIMS, SHORT if key == public(SHORT, "RS256", kid="r") else RSA, kid="r"), [key])
