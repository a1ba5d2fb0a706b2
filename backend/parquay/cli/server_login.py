"""A connection to a server with a login: a token that was given, or one got for user and password."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

import httpx
import typer

from parquay.cli.failure import Failure
from parquay.cli.tus_answers import reason_of
from parquay.cli.tus_client import TIMEOUT, Backoff

FIRST_PATIENCE = 30.0
"""Seconds to wait for a server that does not answer at all before anything has begun."""


class ServerLogin:
    """An HTTP client that is logged in. `server` is the base address without a slash at its end."""

    def __init__(self, http: httpx.Client, server: str, credentials: tuple[str, str] | None) -> None:
        self.http = http
        self.server = server
        self._credentials = credentials

    def renew(self) -> bool:
        """Log in again; return whether that was possible."""
        if self._credentials is None:
            return False
        user, password = self._credentials
        form = {"username": user, "password": password}
        response = self._patiently("POST", f"{self.server}/auth/token", data=form)
        if response.status_code == httpx.codes.UNAUTHORIZED:
            raise Failure(f"login refused: {reason_of(response)}")
        self.refuse(response)
        self.http.headers["Authorization"] = f"Bearer {response.json()['access_token']}"
        return True

    def get(self, url: str) -> httpx.Response:
        """Return the successful answer to a GET."""
        response = self._patiently("GET", url)
        self.refuse(response)
        return response

    def _patiently(self, method: str, url: str, *, data: dict[str, str] | None = None) -> httpx.Response:
        backoff = Backoff(FIRST_PATIENCE)
        while True:
            try:
                return self.http.request(method, url, data=data)
            except httpx.TransportError as error:
                pause = backoff.next_pause(None)
                if pause is None:
                    raise Failure(f"{self.server} does not answer ({error})") from None
                time.sleep(pause)

    def refuse(self, response: httpx.Response) -> None:
        """Pass on a successful answer.

        Raises:
            Failure: it is another one.
        """
        if not response.is_success:
            raise Failure(f"{self.server}: {reason_of(response)}")


@contextmanager
def connect(url: str, user: str | None, password: str | None, token: str | None) -> Iterator[ServerLogin]:
    """Log in at `url`; ask on the terminal for what is missing.

    Raises:
        Failure: wrong usage (exit code 2), or the server refuses (1).
    """
    server = url.rstrip("/")
    if urlsplit(server).scheme not in {"http", "https"} or not urlsplit(server).hostname:
        raise Failure(f"--url {url}: must start with http:// or https://", 2)
    if token is not None and (user is not None or password is not None):
        raise Failure("give either --token or --user and --password", 2)
    credentials = None if token is not None else _ask(user, password)
    with httpx.Client(timeout=TIMEOUT, trust_env=urlsplit(server).hostname not in {"127.0.0.1", "localhost"}) as http:
        login = ServerLogin(http, server, credentials)
        if token is not None:
            http.headers["Authorization"] = f"Bearer {token}"
        else:
            login.renew()
        yield login


def _ask(user: str | None, password: str | None) -> tuple[str, str]:
    if (user is None or password is None) and not sys.stdin.isatty():
        raise Failure("no login: give --user and --password, or --token", 2)
    name = user if user is not None else str(typer.prompt("User", err=True))
    word = password if password is not None else str(typer.prompt("Password", hide_input=True, err=True))
    return name, word
