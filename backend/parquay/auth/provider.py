"""An OpenID Connect provider, asked over HTTP: where it is, its keys, what a code is worth.

What it publishes is kept for an hour. An ID token that names an unknown key makes its keys be read again, at most every
``KEYS_AGAIN_SECONDS``: keys are changed without notice, and unknown ones cost an attacker nothing.
"""

from __future__ import annotations

import json
import logging
import ssl
import time
from dataclasses import dataclass
from typing import Any, Never
from urllib.parse import quote_plus, urlencode, urlsplit

from parquay.auth.id_tokens import ExpectedToken, IdTokenRefused, Json, UnknownKey, read_id_token
from parquay.auth.sign_in_attempts import SignInAttempt
from parquay.errors import Unauthorized, Unavailable

KEPT_SECONDS = 3600.0
KEYS_AGAIN_SECONDS = 10.0
TIMEOUT = 10.0
"""Seconds that one answer of the provider may take."""

MAX_BYTES = 1 << 20
"""Largest answer that is read."""

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class OidcClient:
    """What this service is at the provider. ``secret`` empty: a public client, proven by PKCE alone."""

    issuer: str
    client_id: str
    secret: str = ""
    scopes: str = "openid profile email"


class Provider:
    """The provider of one issuer."""

    def __init__(self, client: OidcClient) -> None:
        self._client = client
        self._described: tuple[float, Json] | None = None
        self._keys: tuple[float, list[Json]] | None = None
        self._tls: ssl.SSLContext | None = None

    async def address(self, attempt: SignInAttempt, redirect_uri: str) -> str:
        """Return where a browser asks the provider for somebody.

        Raises:
            Unavailable: ``sign_in_unavailable`` (503).
        """
        endpoint = self._endpoint(await self._description(), "authorization_endpoint")
        asked = {
            "response_type": "code",
            "client_id": self._client.client_id,
            "redirect_uri": redirect_uri,
            "scope": self._client.scopes,
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(asked)}"

    async def check_issuer(self, given: str | None) -> None:
        """Refuse the answer of another provider (RFC 9207).

        Raises:
            Unauthorized: ``sign_in_failed`` (401).
        """
        needed = (await self._description()).get("authorization_response_iss_parameter_supported") is True
        if (given is None and needed) or (given is not None and given != self._client.issuer):
            refuse(f"the answer is of the issuer {given!r}")

    async def claims(self, code: str, attempt: SignInAttempt, redirect_uri: str) -> Json:
        """Return what the provider says of whoever brought ``code``: the claims of the ID token and the user info.

        Raises:
            Unauthorized: ``sign_in_failed`` (401).
            Unavailable: ``sign_in_unavailable`` (503).
        """
        given = await self._exchange(code, attempt, redirect_uri)
        token, access = given.get("id_token"), given.get("access_token")
        if not isinstance(token, str):
            refuse("the provider gave no ID token")
        claims = await self._read(token, ExpectedToken(self._client.issuer, self._client.client_id, attempt.nonce))
        endpoint = (await self._description()).get("userinfo_endpoint")
        if not isinstance(endpoint, str) or not isinstance(access, str):
            return claims
        info = await self._ask("GET", self._checked(endpoint), headers={"Authorization": f"Bearer {access}"})
        # "The sub Claim in the UserInfo Response MUST be verified to exactly match the sub Claim in the ID Token."
        if info.get("sub") != claims["sub"]:
            refuse("the user info is about somebody else")
        return info | claims

    async def _exchange(self, code: str, attempt: SignInAttempt, redirect_uri: str) -> Json:
        described = await self._description()
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": attempt.verifier,
        }
        name, secret = self._client.client_id, self._client.secret
        # "If omitted, the default is client_secret_basic."
        methods = described.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        auth = None
        if secret and "client_secret_basic" in methods:
            auth = quote_plus(name), quote_plus(secret)
        else:
            form |= {"client_id": name} | ({"client_secret": secret} if secret else {})
        return await self._ask("POST", self._endpoint(described, "token_endpoint"), data=form, auth=auth)

    async def _read(self, token: str, expected: ExpectedToken) -> Json:
        try:
            try:
                return read_id_token(token, await self._current_keys(), expected, time.time())
            except UnknownKey:
                return read_id_token(token, await self._current_keys(KEYS_AGAIN_SECONDS), expected, time.time())
        except IdTokenRefused as error:
            refuse(f"the ID token is refused: {error}")

    async def _current_keys(self, oldest: float = KEPT_SECONDS) -> list[Json]:
        if self._keys is None or time.monotonic() - self._keys[0] > oldest:
            found = await self._ask("GET", self._endpoint(await self._description(), "jwks_uri"))
            keys = found.get("keys")
            if not isinstance(keys, list):
                raise _away("its keys are no list")
            self._keys = time.monotonic(), [key for key in keys if isinstance(key, dict)]
        return self._keys[1]

    async def _description(self) -> Json:
        if self._described is None or time.monotonic() - self._described[0] > KEPT_SECONDS:
            found = await self._ask("GET", f"{self._client.issuer.rstrip('/')}/.well-known/openid-configuration")
            # Discovery 4.3: the issuer "MUST be identical to the Issuer URL that was used".
            if found.get("issuer") != self._client.issuer:
                raise _away(f"it calls itself {found.get('issuer')!r}")
            self._described = time.monotonic(), found
        return self._described[1]

    def _endpoint(self, described: Json, name: str) -> str:
        found = described.get(name)
        if not isinstance(found, str):
            raise _away(f"it has no {name}")
        return self._checked(found)

    def _checked(self, endpoint: str) -> str:
        if urlsplit(endpoint).scheme not in {"https", urlsplit(self._client.issuer).scheme}:
            raise _away(f"{endpoint} has no TLS")
        return endpoint

    async def _ask(self, method: str, url: str, **given: Any) -> Json:
        import httpx  # a server without a provider does without

        if self._tls is None and url.startswith("https:"):
            self._tls = ssl.create_default_context()
        verify = self._tls or ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        headers = {"Accept": "application/json", **given.pop("headers", {})}
        try:
            async with (
                httpx.AsyncClient(timeout=TIMEOUT, verify=verify) as http,
                http.stream(method, url, headers=headers, **given) as answer,
            ):
                body = b""
                async for piece in answer.aiter_bytes():
                    body += piece
                    if len(body) > MAX_BYTES:
                        raise _away("its answer has no end")
                return _json(answer.status_code, body)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise _away(f"{type(error).__name__}: {error}") from None


def _json(status: int, body: bytes) -> Json:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError):
        found = None
    if 400 <= status < 500:
        refuse(f"the provider refuses ({status}): {found.get('error') if isinstance(found, dict) else None!r}")
    if status != 200 or not isinstance(found, dict):
        raise _away(f"it answers {status}, or no JSON object")
    return found


def _away(reason: str) -> Unavailable:
    log.warning("the provider of logins cannot be used: %s", reason)
    return Unavailable("The provider of logins does not answer as it should.", "sign_in_unavailable", retry_after=10)


def refuse(reason: str) -> Never:
    """Refuse an attempt to sign in; the ``reason`` is for the log: it may have been made up by an attacker.

    Raises:
        Unauthorized: ``sign_in_failed`` (401).
    """
    log.warning("an attempt to sign in is refused: %s", reason)
    raise Unauthorized("Signing in did not work. Begin again.", "sign_in_failed") from None
