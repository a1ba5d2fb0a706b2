"""What a provider answers over HTTP, whatever it answers: keys that change, endpoints that lie, answers without an end."""

from __future__ import annotations

import asyncio
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from auth.test_id_tokens import OTHER, RSA, public, signed
from parquay.auth.provider import OidcClient, Provider
from parquay.auth.sign_in_attempts import SignInAttempts
from parquay.errors import ParquayError

ATTEMPT = SignInAttempts(b"a secret of thirty-two bytes, or more").begin("/")
URI = "http://here/auth/oidc/callback"


class StandInProvider:
    """A provider that answers what it is told to."""

    def __init__(self) -> None:
        self.keys = [public(RSA, "RS256", kid="r")]
        self.claims: dict[str, Any] = {}
        self.token: dict[str, Any] = {}
        self.described: dict[str, Any] = {}
        self.user_info: dict[str, Any] = {"sub": "ann", "groups": ["staff"]}
        self.status = 200
        self.asked: list[tuple[str, str, dict[str, list[str]]]] = []
        stand_in = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.answer()

            def do_POST(self) -> None:
                self.answer()

            def answer(self) -> None:
                length = int(self.headers.get("content-length", 0))
                body = parse_qs(self.rfile.read(length).decode())
                stand_in.asked.append((self.path, self.headers.get("authorization", ""), body))
                sent = stand_in.answer(self.path)
                is_token = self.path == "/token"
                self.send_response(stand_in.status if is_token else 200)
                self.end_headers()
                self.wfile.write(sent)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    def answer(self, path: str) -> bytes:
        now = int(time.time())
        claims = {"iss": self.url, "aud": "parquay", "sub": "ann", "nonce": ATTEMPT.nonce, "iat": now, "exp": now + 60}
        described = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize?tenant=a",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
            "userinfo_endpoint": f"{self.url}/me",
        }
        if path == "/.well-known/openid-configuration":
            return json.dumps(described | self.described).encode()
        if path == "/keys":
            return json.dumps({"keys": self.keys}).encode()
        if path == "/me":
            return json.dumps(self.user_info).encode()
        token = {"access_token": "at", "id_token": signed(claims | self.claims, kid="r")}
        return json.dumps(token | self.token).encode()


@pytest.fixture
def there():
    made = StandInProvider()
    yield made
    made.close()


def provider(there: StandInProvider, secret: str = "se:cret") -> Provider:
    return Provider(OidcClient(there.url, "parquay", secret))


def claims_by(asked: Provider) -> dict[str, Any]:
    return asyncio.run(asked.claims("the code", ATTEMPT, URI))


def refused(asked: Provider) -> str:
    with pytest.raises(ParquayError) as caught:
        claims_by(asked)
    return caught.value.code


def test_a_browser_is_sent_with_everything_that_binds_the_answer(there: StandInProvider) -> None:
    where = urlsplit(asyncio.run(provider(there).address(ATTEMPT, URI)))

    assert f"{where.scheme}://{where.netloc}{where.path}" == f"{there.url}/authorize"
    assert {name: value[0] for name, value in parse_qs(where.query).items()} == {
        "tenant": "a",
        "response_type": "code",
        "client_id": "parquay",
        "redirect_uri": URI,
        "scope": "openid profile email",
        "state": ATTEMPT.state,
        "nonce": ATTEMPT.nonce,
        "code_challenge": ATTEMPT.challenge,
        "code_challenge_method": "S256",
    }


def test_a_code_is_worth_claims_and_what_the_user_info_adds(there: StandInProvider) -> None:
    there.user_info |= {"iss": "https://evil.example", "email": "ann@example.com"}

    found = claims_by(provider(there))

    assert (found["sub"], found["iss"], found["email"], found["groups"]) == (
        "ann", there.url, "ann@example.com", ["staff"],
    )  # fmt: skip
    _, login, form = next(each for each in there.asked if each[0] == "/token")
    assert login == "Basic cGFycXVheTpzZSUzQWNyZXQ="
    assert {name: value[0] for name, value in form.items()} == {
        "grant_type": "authorization_code", "code": "the code", "redirect_uri": URI, "code_verifier": ATTEMPT.verifier,
    }  # fmt: skip


@pytest.mark.parametrize(("secret", "sent"), [("", None), ("word", ["word"])])
def test_a_client_is_proven_as_the_provider_wants(there: StandInProvider, secret: str, sent: list[str] | None) -> None:
    there.described = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}

    claims_by(provider(there, secret))

    _, login, form = next(each for each in there.asked if each[0] == "/token")
    assert (login, form["client_id"], form.get("client_secret")) == ("", ["parquay"], sent)


def test_new_keys_are_read_when_a_token_names_one_and_not_for_each_unknown_one(
    there: StandInProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = provider(there)
    claims_by(asked)
    there.keys = [public(OTHER, "RS256", kid="new")]
    now = int(time.time())
    claims = {"iss": there.url, "aud": "parquay", "sub": "ann", "nonce": ATTEMPT.nonce, "iat": now, "exp": now + 60}
    there.token = {"id_token": signed(claims, OTHER, kid="new")}

    assert refused(asked) == "sign_in_failed"  # they were read a moment ago
    monkeypatch.setattr("parquay.auth.provider.KEYS_AGAIN_SECONDS", 0.0)
    assert claims_by(asked)["sub"] == "ann"
    assert [path for path, _, _ in there.asked].count("/keys") == 2


@pytest.mark.parametrize(
    ("what", "value", "code"),
    [
        ("claims", {"nonce": "another"}, "sign_in_failed"),
        ("claims", {"aud": "other"}, "sign_in_failed"),
        ("claims", {"iss": "https://evil.example"}, "sign_in_failed"),
        ("claims", {"exp": 5}, "sign_in_failed"),
        ("token", {"id_token": None}, "sign_in_failed"),
        ("token", {"id_token": "eyJhbGciOiJub25lIn0.e30."}, "sign_in_failed"),
        ("user_info", {"sub": "eve", "groups": ["staff"]}, "sign_in_failed"),
        ("user_info", {}, "sign_in_failed"),
        ("user_info", [], "sign_in_unavailable"),
        ("status", 400, "sign_in_failed"),
        ("status", 502, "sign_in_unavailable"),
        ("status", 302, "sign_in_unavailable"),
        ("described", {"issuer": "https://evil.example"}, "sign_in_unavailable"),
        ("described", {"token_endpoint": None}, "sign_in_unavailable"),
        ("described", {"token_endpoint": "ftp://x"}, "sign_in_unavailable"),
        ("described", {"jwks_uri": "http://127.0.0.1:1/"}, "sign_in_unavailable"),
        ("keys", [], "sign_in_failed"),
        ("keys", {}, "sign_in_unavailable"),
        ("user_info", {"sub": "ann", "padding": "x" * (1 << 20)}, "sign_in_unavailable"),
    ],
)
def test_a_provider_that_says_something_wrong_lets_nobody_in(
    there: StandInProvider, what: str, value: Any, code: str
) -> None:
    setattr(there, what, value)

    assert refused(provider(there)) == code


@pytest.mark.parametrize(
    ("announced", "given", "passes"),
    [(True, "own", True), (True, None, False), (False, None, True), (False, "own", True), (False, "other", False)],
)
def test_the_answer_of_another_provider_is_refused(
    there: StandInProvider, announced: bool, given: str | None, passes: bool
) -> None:
    there.described = {"authorization_response_iss_parameter_supported": announced}
    named = {"own": there.url, "other": "https://evil.example", None: None}[given]

    if passes:
        asyncio.run(provider(there).check_issuer(named))
    else:
        with pytest.raises(ParquayError):
            asyncio.run(provider(there).check_issuer(named))


def test_a_provider_of_https_has_no_endpoint_without_it() -> None:
    with pytest.raises(ParquayError):
        Provider(OidcClient("https://id.example", "parquay"))._checked("http://id.example/token")
