"""A connection to a server for the command line: it asks for what is missing, and fails with one line."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Annotated

import httpx
import typer

from parquay.cli.failure import Failure
from parquay.client.connection import DEFAULT_URL, ServerConnection, base_of
from parquay.client.errors import ApiError
from parquay.client.link_addresses import upload_link_in
from parquay.client.logins import Logins
from parquay.client.tus_answers import reason_of

Url = Annotated[str, typer.Option("--url", envvar="PARQUAY_URL", help="Address of the server.")]
User = Annotated[str | None, typer.Option("--user", "-u", help="User name.")]
Password = Annotated[str | None, typer.Option("--password", "-p", help="Password; asked for when left out.")]


@dataclass(frozen=True)
class ServerOptions:
    """Which server, and as whom."""

    url: Url = DEFAULT_URL
    user: User = None
    password: Password = None
    token: Annotated[
        str | None,
        typer.Option("--token", envvar="PARQUAY_TOKEN", help="API key or access token, instead of user and password."),
    ] = None


@dataclass(frozen=True)
class TargetOptions(ServerOptions):
    """The same for a command that an upload link is enough for."""

    url: Annotated[
        str, typer.Option("--url", envvar="PARQUAY_URL", help="Address of the server, or of an upload link.")
    ] = DEFAULT_URL


class ServerLogin(ServerConnection):
    """A connection whose refusals end the command."""

    def refuse(self, response: httpx.Response) -> None:
        """Pass on a successful answer.

        Raises:
            Failure: it is another one.
        """
        try:
            super().refuse(response)
        except ApiError as error:
            raise Failure(f"{self.server}: {error}") from None

    def login_refused(self, response: httpx.Response) -> Exception:
        """Return what is raised where user and password are not taken."""
        return Failure(f"login refused: {reason_of(response)}")

    def unreachable(self, error: httpx.TransportError) -> Exception:
        """Return what is raised where the server does not answer."""
        return Failure(str(super().unreachable(error)))


@contextmanager
def connect(asked: ServerOptions) -> Iterator[ServerLogin]:
    """Log in; ask on the terminal for what is missing.

    Raises:
        Failure: wrong usage (exit code 2), or the server refuses (1).
    """
    server, found, credentials = _login_of(asked)
    with closing(ServerLogin(server, token=found, credentials=credentials)) as login:
        yield login


@contextmanager
def stay_connected(asked: ServerOptions) -> Iterator[ServerConnection]:
    """Log in as `connect` does, for a command that goes on where the server refuses something.

    Raises:
        Failure: wrong usage (exit code 2).
        ApiError: the server does not let in.
    """
    server, found, credentials = _login_of(asked)
    with closing(ServerConnection(server, token=found, credentials=credentials)) as connection:
        yield connection


def _login_of(asked: ServerOptions) -> tuple[str, str | None, tuple[str, str] | None]:
    """Return the server, and the token or the name and password for it; an upload link stands for a server too."""
    user, password, token = asked.user, asked.password, asked.token
    if token is not None and (user is not None or password is not None):
        raise Failure("give either --token or --user and --password", 2)
    try:
        server = base_of(asked.url)
    except ValueError as error:
        raise Failure(f"--url {error}", 2) from None
    if (link := upload_link_in(server)) is not None:  # it lets in by itself, and nobody's login is sent to it
        return link, None, None
    if token is None and user is None and password is None:
        token = Logins().token(server)
    return server, token, None if token is not None else _ask(user, password)


def _ask(user: str | None, password: str | None) -> tuple[str, str]:
    if (user is None or password is None) and not sys.stdin.isatty():
        raise Failure("no login: give --user and --password, or --token, or run `parquay login` once", 2)
    name = user if user is not None else str(typer.prompt("User", err=True))
    word = password if password is not None else str(typer.prompt("Password", hide_input=True, err=True))
    return name, word
