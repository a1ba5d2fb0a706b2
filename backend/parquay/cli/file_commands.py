"""`parquay download`, `delete`, `share` and `link`: commands on single files of a server."""

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from parquay.cli.failure import Failure
from parquay.cli.outputs import Force, refuse_to_overwrite
from parquay.cli.printable import printable
from parquay.cli.progress import Bars
from parquay.cli.server_login import ServerLogin, ServerOptions, connect
from parquay.cli.tables import print_table
from parquay.client.downloads import download_to, stream_to
from parquay.client.errors import ApiError
from parquay.client.paths import segment
from parquay.client.tus_answers import refusal

Id = Annotated[str, typer.Argument(metavar="ID", help="Id of the file.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class GivenRole(StrEnum):
    """A role that an owner can give."""

    VIEW = "view"
    EDIT = "edit"


def download(
    file: Id,
    out: Annotated[
        Path | None, typer.Option("--output", "-o", help="Where to; left out: the file's own name, here; -: stdout.")
    ] = None,
    server: ServerOptions = ServerOptions(),
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Download a file as it was uploaded, and print where it is.

    After an interruption run the same command again: it goes on where it stopped. The file appears when it is whole,
    with the digest that the server knows, or not at all.
    """
    with connect(server) as login:
        entry = login.get(_place(login, file)).json()
        if out == Path("-"):
            stream_to(login, f"{_place(login, file)}/content", sys.stdout.buffer)
            return
        target = Path(entry["name"]).name if out is None else out
        target = Path(target) / Path(entry["name"]).name if Path(target).is_dir() else Path(target)
        refuse_to_overwrite(target, force=force)
        with Bars(Console(stderr=True)) as bars:
            download_to(login, entry, target, bars.add(target.name, entry["size"]).to)
    typer.echo(json.dumps({"id": entry["id"], "path": str(target)}) if as_json else target)


def delete(
    files: Annotated[list[str], typer.Argument(metavar="ID...", help="Ids of the files.")],
    server: ServerOptions = ServerOptions(),
    as_json: AsJson = False,
) -> None:
    """Delete files with their tables, and print the id of each. What cannot be deleted stops nothing else."""
    deleted: list[str] = []
    with connect(server) as login:
        for file in files:
            try:
                answer = login.http.delete(_place(login, file))
                if not answer.is_success:
                    raise refusal(answer)
            except ApiError as error:
                typer.echo(printable(f"parquay: {file}: {error}"), err=True)
            else:
                deleted.append(file)
    typer.echo(json.dumps(deleted) if as_json else "\n".join(deleted), nl=bool(deleted) or as_json)
    if len(deleted) < len(files):
        raise Failure(exit_code=1)


def share(
    file: Id,
    who: Annotated[str, typer.Argument(metavar="USER|all", help="Whom with; all: every user.")],
    server: ServerOptions = ServerOptions(),
    role: Annotated[GivenRole, typer.Option(help="What they may do.")] = GivenRole.VIEW,
    stop: Annotated[bool, typer.Option("--stop", help="Take back what they were given by name.")] = False,
    as_json: AsJson = False,
) -> None:
    """Let somebody look at a file, or edit its table too."""
    with connect(server) as login:
        place = f"{_place(login, file)}/access/{segment('*' if who == 'all' else who)}"
        answer = login.http.delete(place) if stop else login.http.put(place, json={"role": role.value})
        login.refuse(answer)
    access: dict[str, Any] = {"username": "*" if who == "all" else who, "role": None} if stop else answer.json()
    typer.echo(json.dumps(access) if as_json else f"{access['username']}\t{access['role'] or 'nothing'}")


def link(
    file: Id,
    server: ServerOptions = ServerOptions(),
    days: Annotated[float | None, typer.Option(min=0.001, help="Days until it ends; left out: never.")] = None,
    link_password: Annotated[
        str | None, typer.Option("--link-password", help="A password that whoever opens it has to know.")
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="Print the links that there are.")] = False,
    remove: Annotated[str | None, typer.Option(metavar="LINK", help="Take back the link of this id.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a link to a file for people without an account, and print its address, which is shown this once."""
    with connect(server) as login:
        place = f"{_place(login, file)}/links"
        if listed:
            _print_links(login.get(place).json(), as_json=as_json)
        elif remove is not None:
            login.refuse(login.http.delete(f"{place}/{segment(remove)}"))
            typer.echo(json.dumps({"removed": remove}) if as_json else remove)
        else:
            until = None if days is None else (datetime.now(UTC) + timedelta(days=days)).isoformat()
            answer = login.http.post(place, json={"expires_at": until, "password": link_password})
            login.refuse(answer)
            typer.echo(json.dumps(answer.json()) if as_json else answer.json()["url"])


def _print_links(found: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    rows = (
        (each["id"], each["created_at"], each["expires_at"] or "", "yes" if each["has_password"] else "no")
        for each in found
    )
    print_table(("Id", "Made", "Until", "Password"), rows)


def _place(login: ServerLogin, file: str) -> str:
    return f"{login.server}/files/{segment(file)}"
