"""`parquay user`: accounts, on the catalog of this machine's settings."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated

import typer

from parquay.audit import AuditNote
from parquay.cli.failure import Failure
from parquay.cli.tables import print_table
from parquay.errors import NotFound
from parquay.settings import load

if TYPE_CHECKING:
    from parquay.wiring import Services

users = typer.Typer(help="Accounts of this server.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="User name.")]


@users.command()
def add(
    name: Name,
    password: Annotated[str | None, typer.Option(help="Asked for when left out; `-` reads a line of stdin.")] = None,
    admin: Annotated[bool, typer.Option("--admin", help="May administrate the server.")] = False,
) -> None:
    """Add an account."""
    from parquay.auth.accounts import register

    chosen = _password(password)
    with local_services() as services:
        note = AuditNote(None, "user.created", detail={"is_admin": admin})
        made = register(services.accounts.users, services.accounts.passwords, name, chosen, is_admin=admin, note=note)
    typer.echo(made.id)


@users.command()
def disable(
    name: Name, undo: Annotated[bool, typer.Option("--undo", help="Let the account in again.")] = False
) -> None:
    """Bar an account from logging in and end its sessions."""
    with local_services() as services:
        note = AuditNote(None, "user.changed", name, {"disabled": not undo})
        services.accounts.users.disable(name, disabled=not undo, note=note)


@users.command()
def password(
    name: Name,
    password: Annotated[str | None, typer.Option(help="Asked for when left out; `-` reads a line of stdin.")] = None,
) -> None:
    """Give an account a new password and end its sessions."""
    from parquay.auth.names import by_typed_name
    from parquay.auth.passwords import check_new

    chosen = _password(password)
    with local_services() as services:
        user = by_typed_name(services.accounts.users, name)
        if user is None:
            raise NotFound(f"There is no user {name!r}.", "unknown_user")
        check_new(chosen, user.username)
        note = AuditNote(None, "user.changed", user.username, {"reset": "password"})
        services.accounts.users.set_password(user.id, services.accounts.passwords.hash(chosen), note=note)


@users.command(name="list")
def list_() -> None:
    """List the accounts."""
    with local_services() as services:
        rows = [
            (user.username, user.id, f"{user.created_at:%Y-%m-%d %H:%M}Z", _notes(user.is_admin, user.disabled))
            for user in services.accounts.users.list()
        ]
    print_table(("Name", "Id", "Created", "Notes"), rows)


def _notes(is_admin: bool, disabled: bool) -> str:
    return ", ".join(word for word, is_so in (("admin", is_admin), ("disabled", disabled)) if is_so)


def _password(given: str | None) -> str:
    if given == "-":
        return sys.stdin.readline().rstrip("\r\n")
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise Failure("no password: give --password, or --password - to read it from stdin", 2)
    return str(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True))


@contextmanager
def local_services() -> Iterator[Services]:
    """Yield the services of a process on this machine's settings."""
    from parquay.storage.local.private import OTHERS
    from parquay.wiring import build

    os.umask(OTHERS)
    services = build(load())
    try:
        yield services
    finally:
        services.catalog.close()
