"""Attacks on access tokens. Each case is one that a general JWT library has let through somewhere."""

import base64
import hashlib
import hmac
import json
import time

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jose import jwt as jose_jwt

from parquay.auth.tokens import ALGORITHM, AUDIENCE, ISSUER, LEEWAY, MAX_LENGTH, Tokens
from parquay.errors import Unauthorized

SECRET = b"0123456789abcdef0123456789abcdef"
HEADER = {"alg": "HS256", "typ": "at+jwt"}


@pytest.fixture
def tokens():
    return Tokens(SECRET)


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def claims(**changes):
    now = int(time.time())
    made = {"iss": ISSUER, "aud": AUDIENCE, "sub": "user", "sid": "session", "jti": "id", "iat": now, "exp": now + 3600}
    made |= changes
    return {name: value for name, value in made.items() if value is not ...}


def signed(header, payload, secret=SECRET, digest=hashlib.sha256) -> str:
    head = header if isinstance(header, bytes) else json.dumps(header).encode()
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    text = f"{b64(head)}.{b64(body)}"
    return f"{text}.{b64(hmac.new(secret, text.encode(), digest).digest())}"


def code_of(tokens, token) -> str:
    with pytest.raises(Unauthorized) as refusal:
        tokens.read(token)
    assert refusal.value.status == 401
    assert not isinstance(token, str) or not token or token not in refusal.value.detail
    return refusal.value.code


def test_issued_token_is_read_back(tokens):
    before = int(time.time())

    read = tokens.read(tokens.issue("user-1", "session-1", 60))

    assert (read.user_id, read.session_id) == ("user-1", "session-1")
    assert before <= read.issued_at <= time.time()
    assert read.expires_at == read.issued_at + 60
    assert len(read.token_id) >= 22


def test_issued_token_is_one_of_its_own_type_and_algorithm(tokens):
    token = tokens.issue("user", "session", 60)

    assert jose_jwt.get_unverified_header(token) == HEADER
    assert set(jose_jwt.get_unverified_claims(token)) == {"iss", "aud", "sub", "sid", "jti", "iat", "exp"}


def test_two_tokens_of_one_session_differ(tokens):
    assert tokens.issue("user", "session", 60) != tokens.issue("user", "session", 60)


def test_hand_made_token_with_the_right_secret_is_accepted(tokens):
    assert tokens.read(signed(HEADER, claims())).user_id == "user"


HEADERS = {
    "alg none": {"alg": "none", "typ": "at+jwt"},
    "alg None": {"alg": "None", "typ": "at+jwt"},
    "alg NONE": {"alg": "NONE", "typ": "at+jwt"},
    "alg empty": {"alg": "", "typ": "at+jwt"},
    "alg null": {"alg": None, "typ": "at+jwt"},
    "alg missing": {"typ": "at+jwt"},
    "alg list": {"alg": ["HS256"], "typ": "at+jwt"},
    "alg lower case": {"alg": "hs256", "typ": "at+jwt"},
    "alg HS384": {"alg": "HS384", "typ": "at+jwt"},
    "alg RS256": {"alg": "RS256", "typ": "at+jwt"},
    "alg ES256": {"alg": "ES256", "typ": "at+jwt"},
    "alg dir": {"alg": "dir", "typ": "at+jwt"},
    "typ missing": {"alg": "HS256"},
    "typ JWT": {"alg": "HS256", "typ": "JWT"},
    "typ refresh": {"alg": "HS256", "typ": "rt+jwt"},
    "typ list": {"alg": "HS256", "typ": ["at+jwt"]},
    "crit": HEADER | {"crit": ["exp"]},
    "unknown crit": HEADER | {"crit": ["b64"], "b64": False},
    "jku": HEADER | {"jku": "https://evil.example/jwks.json"},
    "jwk": HEADER | {"jwk": {"kty": "oct", "k": b64(SECRET)}},
    "x5u": HEADER | {"x5u": "https://evil.example/cert.pem"},
    "x5c": HEADER | {"x5c": ["AAAA"]},
    "kid traversal": HEADER | {"kid": "../../../dev/null"},
    "kid sql": HEADER | {"kid": "' UNION SELECT 'x"},
    "cty": HEADER | {"cty": "JWT"},
    "enc": HEADER | {"enc": "A256GCM"},
    "zip": HEADER | {"zip": "DEF"},
    "header is a list": [HEADER],
    "header is text": "HS256",
    "header is null": None,
    "header is a number": 1,
    "header no json": b"alg:HS256",
    "header deep": b'{"alg":' + b"[" * 600 + b"]" * 600 + b"}",
    "header alg twice": b'{"alg":"none","typ":"at+jwt","alg":"HS256"}',
    "header not utf-8": b'{"alg":"HS256","typ":"at+jwt\xff"}',
}


@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS.keys())
def test_token_with_another_header_is_refused_though_its_signature_is_right(tokens, header):
    assert code_of(tokens, signed(header, claims())) == "bad_token"


NOW = int(time.time())
PAYLOADS = {
    "exp missing": claims(exp=...),
    "iat missing": claims(iat=...),
    "sub missing": claims(sub=...),
    "sid missing": claims(sid=...),
    "jti missing": claims(jti=...),
    "aud missing": claims(aud=...),
    "iss missing": claims(iss=...),
    "exp text": claims(exp=str(NOW + 3600)),
    "exp list": claims(exp=[NOW + 3600]),
    "exp dict": claims(exp={"value": NOW + 3600}),
    "exp float": claims(exp=NOW + 3600.5),
    "exp null": claims(exp=None),
    "exp nan": json.dumps(claims(exp=0)).replace('"exp": 0', '"exp": NaN').encode(),
    "exp infinity": json.dumps(claims(exp=0)).replace('"exp": 0', '"exp": Infinity').encode(),
    "iat text": claims(iat="now"),
    "iat list": claims(iat=[1]),
    "iat true": claims(iat=True),
    "iat float": claims(iat=NOW + 0.5),
    "iat in the future": claims(iat=NOW + 3600, exp=NOW + 7200),
    "nbf in the future": claims(nbf=NOW + 3600),
    "nbf is not ours": claims(nbf=NOW - 1),
    "sub empty": claims(sub=""),
    "sub number": claims(sub=1),
    "sub list": claims(sub=["user"]),
    "sub null": claims(sub=None),
    "sid number": claims(sid=1),
    "sid empty": claims(sid=""),
    "sid list": claims(sid=["session"]),
    "jti number": claims(jti=7),
    "jti empty": claims(jti=""),
    "aud other": claims(aud="other"),
    "aud list": claims(aud=[AUDIENCE]),
    "aud list of many": claims(aud=["other", AUDIENCE]),
    "aud null": claims(aud=None),
    "iss other": claims(iss="evil"),
    "iss list": claims(iss=[ISSUER]),
    "iss null": claims(iss=None),
    "more claims": claims(is_admin=True),
    "payload list": [claims()],
    "payload text": "claims",
    "payload null": None,
    "payload no json": b"sub=user",
    "payload not utf-8": b'{"sub":"\xff"}',
    "payload deep": b"[" * 1000 + b"]" * 1000,
}


@pytest.mark.parametrize("payload", PAYLOADS.values(), ids=PAYLOADS.keys())
def test_token_with_other_claims_is_refused_though_its_signature_is_right(tokens, payload):
    assert code_of(tokens, signed(HEADER, payload)) == "bad_token"


def test_token_that_ends_before_it_begins_is_refused(tokens):
    moment = int(time.time())

    assert code_of(tokens, signed(HEADER, claims(iat=moment + 5, exp=moment + 5))) == "bad_token"


def test_true_is_no_time(tokens):
    # True counts as 1 to the library, so the token reads as one that expired in 1970.
    assert code_of(tokens, signed(HEADER, claims(exp=True))) in {"bad_token", "token_expired"}


def rsa_key(form):
    public = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    return public.public_bytes(*form)


PUBLIC_KEYS = {
    "PEM": (serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo),
    "DER": (serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo),
    "PKCS1 DER": (serialization.Encoding.DER, serialization.PublicFormat.PKCS1),
    "SSH": (serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH),
}


@pytest.mark.parametrize("form", PUBLIC_KEYS.values(), ids=PUBLIC_KEYS.keys())
def test_token_signed_with_a_public_key_as_secret_is_refused(tokens, form):
    assert code_of(tokens, signed(HEADER, claims(), secret=rsa_key(form))) == "bad_token"


SECRETS = {"empty": b"", "other": b"x" * 32, "prefix": SECRET[:31], "text null": b"null", "common": b"secret"}


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS.keys())
def test_token_signed_with_another_secret_is_refused(tokens, secret):
    assert code_of(tokens, signed(HEADER, claims(), secret=secret)) == "bad_token"


def test_token_signed_with_an_elliptic_key_is_refused(tokens):
    key = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    token = jose_jwt.encode(claims(), key.decode(), "ES256", headers={"typ": "at+jwt"})

    assert code_of(tokens, token) == "bad_token"


def test_token_with_another_hash_under_our_algorithm_name_is_refused(tokens):
    assert code_of(tokens, signed(HEADER, claims(), digest=hashlib.sha384)) == "bad_token"


def forms():
    good = signed(HEADER, claims())
    head, body, signature = good.split(".")
    flipped = "A" if signature[5] != "A" else "B"
    return {
        "empty": "",
        "dots": "..",
        "two parts": f"{head}.{body}",
        "unsigned": f"{head}.{body}.",
        "four parts": f"{good}.{signature}",
        "five parts": f"{head}.{body}.{signature}.{body}.{signature}",
        "space before": f" {good}",
        "newline behind": f"{good}\n",
        "padding": f"{head}=.{body}.{signature}",
        "plain base64": good.replace("-", "+").replace("_", "/") + "+",
        "changed signature": f"{head}.{body}.{signature[:5]}{flipped}{signature[6:]}",
        "cut signature": good[:-1],
        "changed body": f"{head}.{b64(json.dumps(claims(sub='admin')).encode())}.{signature}",
        "nul": f"{head}\0.{body}.{signature}",
        "not ascii": f"{head}.{body}.{signature[:-1]}é",
        "other digits": "\uff11\uff12.\uff13\uff14." + "a" * 43,
        "surrogate": "\ud800" + good,
        "bearer inside": f"Bearer {good}",
        "huge": f"{head}.{'A' * MAX_LENGTH}.{signature}",
        "megabytes": "A" * 5_000_000,
        "json form": json.dumps({"payload": body, "protected": head, "signature": signature}),
    }


FORMS = forms()


@pytest.mark.parametrize("token", FORMS.values(), ids=FORMS.keys())
def test_text_that_is_no_token_is_refused(tokens, token):
    assert code_of(tokens, token) == "bad_token"


def test_signed_token_over_the_length_limit_is_refused(tokens):
    token = signed(HEADER, claims(sub="x" * MAX_LENGTH))

    assert len(token) > MAX_LENGTH
    assert code_of(tokens, token) == "bad_token"


def test_expired_token_is_told_as_such(tokens):
    token = signed(HEADER, claims(iat=NOW - 3600, exp=int(time.time()) - LEEWAY - 2))

    assert code_of(tokens, token) == "token_expired"


def test_clocks_may_differ_by_the_leeway(tokens):
    moment = int(time.time())

    assert tokens.read(signed(HEADER, claims(iat=moment - 3600, exp=moment - LEEWAY + 3))).user_id == "user"
    assert tokens.read(signed(HEADER, claims(iat=moment + LEEWAY - 3))).user_id == "user"


@pytest.mark.parametrize("secret", [b"", b"short", b"x" * 31])
def test_short_secret_is_refused_at_the_start(secret):
    with pytest.raises(ValueError, match="at least 32 bytes"):
        Tokens(secret)


@pytest.mark.parametrize("form", ["PEM", "SSH"])
def test_public_key_as_secret_is_refused_at_the_start_without_showing_it(form):
    key = rsa_key(PUBLIC_KEYS[form])

    with pytest.raises(ValueError, match="random bytes") as refusal:
        Tokens(key)

    assert key.decode()[:40] not in str(refusal.value)


def test_secret_that_looks_like_json_is_taken_as_bytes():
    tokens = Tokens(b'{"keys": [], "k": "0123456789012345678901234567890"}')

    assert tokens.read(tokens.issue("user", "session", 60)).user_id == "user"


def test_attack_file_has_the_cases_it_should_have():
    assert len(HEADERS) + len(PAYLOADS) + len(PUBLIC_KEYS) + len(SECRETS) + len(FORMS) >= 100
    assert ALGORITHM == "HS256"
