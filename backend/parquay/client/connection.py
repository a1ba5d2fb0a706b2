"""A connection to a server with a login: a token that was given, or one got for user and password."""

from __future__ import annotations

import time
from typing import Any
from urllib.parse import urlsplit

import httpx

from parquay.client.errors import Unreachable
from parquay.client.tus_answers import refusal
from parquay.client.tus_client import TIMEOUT, Backoff

FIRST_PATIENCE = 30.0
"""Seconds to wait for a server that does not answer at all."""

DEFAULT_URL = "http://127.0.0.1:8000"

REPEATED = frozenset({"GET", "HEAD", "PUT", "DELETE"})
"""Methods that mean the same when they are sent twice."""

_LOOPBACK = {"127.0.0.1", "localhost", "::1"}


def base_of(url: str) -> str:
    """Return the address of a server as it stands before paths. Pure.

    Raises:
        ValueError: it is none of HTTP.
    """
    base = url.rstrip("/")
    parts = urlsplit(base)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(f"{url}: must start with http:// or https://")
    return base


class ServerConnection:
    """An HTTP client that is logged in; threads may share it.

    Attributes:
        server: the base address, without a slash at its end.
        http: what sends the requests, with the login in its headers.
    """

    def __init__(
        self, url: str, *, token: str | None = None, credentials: tuple[str, str] | None = None, login: bool = True
    ) -> None:
        """``credentials``: user name and password, for which a token is got; ``login``: at once.

        Raises:
            ValueError: the address is none of HTTP.
            ApiError: the server refuses the login, or does not answer.
        """
        self.server = base_of(url)
        self.http = httpx.Client(timeout=TIMEOUT, trust_env=urlsplit(self.server).hostname not in _LOOPBACK)
        self._credentials = None if token is not None else credentials
        try:
            if token is not None:
                self.http.headers["Authorization"] = f"Bearer {token}"
            elif credentials is not None and login:
                self.renew()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Disconnect."""
        self.http.close()

    def renew(self) -> bool:
        """Log in again; return whether that was possible.

        Raises:
            ApiError: the server refuses the login, or does not answer.
        """
        if self._credentials is None:
            return False
        user, password = self._credentials
        form = {"username": user, "password": password}
        response = self._patiently("POST", f"{self.server}/auth/token", data=form)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            raise self.login_refused(response)
        self.refuse(response)
        self.http.headers["Authorization"] = f"Bearer {response.json()['access_token']}"
        return True

    def get(self, url: str) -> httpx.Response:
        """Return the successful answer to a GET of an address of this server.

        Raises:
            ApiError: it is another one, or there is none.
        """
        response = self._patiently("GET", url)
        self.refuse(response)
        return response

    def call(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Return the successful answer to a request for ``path``, which starts with a slash.

        A login that has ended is renewed where user and password are known.

        Raises:
            ApiError: it is another one, or there is none.
        """
        send = self._patiently if method in REPEATED else self._once
        response = send(method, self.server + path, **options)
        if response.status_code == httpx.codes.UNAUTHORIZED and self.renew():
            response = send(method, self.server + path, **options)
        self.refuse(response)
        return response

    def refuse(self, response: httpx.Response) -> None:
        """Pass on a successful answer.

        Raises:
            ApiError: it is another one.
        """
        if not response.is_success:
            raise refusal(response)

    def login_refused(self, response: httpx.Response) -> Exception:
        """Return what is raised where user and password are not taken."""
        return refusal(response)

    def unreachable(self, error: httpx.TransportError) -> Exception:
        """Return what is raised where the server does not answer."""
        return Unreachable(f"{self.server} does not answer ({error})")

    def _once(self, method: str, url: str, **options: Any) -> httpx.Response:
        try:
            return self.http.request(method, url, **options)
        except httpx.TransportError as error:
            raise self.unreachable(error) from None

    def _patiently(self, method: str, url: str, **options: Any) -> httpx.Response:
        backoff = Backoff(FIRST_PATIENCE)
        while True:
            try:
                return self.http.request(method, url, **options)
            except httpx.TransportError as error:
                pause = backoff.next_pause(None)
                if pause is None:
                    raise self.unreachable(error) from None
                time.sleep(pause)
