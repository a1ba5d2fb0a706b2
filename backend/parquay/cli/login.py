"""`parquay login`: log in once, for the commands on this machine and for `parquay.client`."""

from __future__ import annotations

import json
import platform
from datetime import UTC, datetime, timedelta
from typing import Annotated

import httpx
import typer

from parquay.cli.server_login import Password, ServerLogin, ServerOptions, Url, User, connect
from parquay.client.connection import DEFAULT_URL, base_of
from parquay.client.logins import Logins

KEY_DAYS = 90
"""Days that a kept login is good for, unless it is said otherwise."""


def login(
    url: Url = DEFAULT_URL,
    user: User = None,
    password: Password = None,
    days: Annotated[int, typer.Option(min=1, max=3650, help="Days that it is good for.")] = KEY_DAYS,
    forget: Annotated[bool, typer.Option("--forget", help="Take the login back, here and on the server.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Log in once: the other commands need no password on this machine then, nor does parquay.client.

    An API key is made on the server and kept in a file that only you can read; it is listed among your keys, where it
    can be taken back too.
    """
    logins = Logins()
    server = base_of(url)
    if forget:
        _forget(logins, server, user, password)
        typer.echo(json.dumps({"server": server, "username": None}) if as_json else f"logged out of {server}")
        return
    with connect(ServerOptions(url, *_asked(user, password))) as connection:
        _take_back(connection, logins.key_id(server))
        until = (datetime.now(UTC) + timedelta(days=days)).isoformat()
        wanted = {"name": f"parquay login on {platform.node() or 'a machine'}", "expires_at": until}
        answer = connection.http.post(f"{server}/auth/api-keys", json=wanted)
        connection.refuse(answer)
        made = answer.json()
        logins.keep(server, made["id"], made["key"])
        name = connection.get(f"{server}/auth/me").json()["username"]
    shown = {"server": server, "username": name, "expires_at": until}
    typer.echo(json.dumps(shown) if as_json else f"logged in to {server} as {name} for {days} days")


def _asked(user: str | None, password: str | None) -> tuple[str, str]:
    name = user if user is not None else str(typer.prompt("User", err=True))
    return name, password if password is not None else str(typer.prompt("Password", hide_input=True, err=True))


def _forget(logins: Logins, server: str, user: str | None, password: str | None) -> None:
    """Forget a kept login. Only who logs in by password can take its key back on the server too."""
    key_id = logins.key_id(server)
    if user is not None:
        with connect(ServerOptions(server, *_asked(user, password))) as connection:
            _take_back(connection, key_id)
    elif key_id is not None:
        typer.echo(
            "forgotten here; with --user the key is taken back on the server too, else it is good until it ends",
            err=True,
        )
    logins.forget(server)


def _take_back(connection: ServerLogin, key_id: str | None) -> None:
    """Delete a key; one that is not there any more is as good as deleted."""
    if key_id is not None:
        answer = connection.http.delete(f"{connection.server}/auth/api-keys/{key_id}")
        if answer.status_code != httpx.codes.NOT_FOUND:
            connection.refuse(answer)
