"""`parquay request`: makes links by which people without an account upload, lists them, and takes them back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import typer

from parquay.cli.failure import Failure
from parquay.cli.server_login import ServerOptions, connect
from parquay.cli.tables import print_table
from parquay.client.paths import segment


def request(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="What the link is for.")] = None,
    server: ServerOptions = ServerOptions(),
    days: Annotated[float | None, typer.Option(min=0.001, help="Days until it ends; left out: never.")] = None,
    max_files: Annotated[int | None, typer.Option(min=1, help="Most files; left out: any number.")] = None,
    max_bytes: Annotated[int | None, typer.Option(min=1, help="Most bytes in all; left out: any number.")] = None,
    extension: Annotated[
        list[str] | None, typer.Option(metavar="ENDING", help="A kind of files that is taken, such as .csv.")
    ] = None,
    listed: Annotated[bool, typer.Option("--list", help="Print the links that there are.")] = False,
    remove: Annotated[str | None, typer.Option(metavar="LINK", help="Take back the link of this id.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Make a link by which people without an account upload to you, and print its address, which is shown this once.

    Whoever has it uploads by a browser, or with `parquay upload FILE --url ADDRESS`.
    """
    if sum((name is not None, listed, remove is not None)) != 1:
        raise Failure("give one of NAME, --list and --remove", 2)
    until = None if days is None else (datetime.now(UTC) + timedelta(days=days)).isoformat()
    wanted = {"name": name, "expires_at": until, "max_files": max_files, "max_bytes": max_bytes}
    with connect(server) as login:
        place = f"{login.server}/upload-links"
        if listed:
            _print_links(login.get(place).json(), as_json=as_json)
        elif remove is not None:
            login.refuse(login.http.delete(f"{place}/{segment(remove)}"))
            typer.echo(json.dumps({"removed": remove}) if as_json else remove)
        else:
            answer = login.http.post(place, json={**wanted, "extensions": extension or []})
            login.refuse(answer)
            typer.echo(json.dumps(answer.json()) if as_json else answer.json()["url"])


def _print_links(found: list[dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(found, indent=2))
        return
    rows = ((each["id"], each["name"], *_counts(each), each["expires_at"] or "") for each in found)
    print_table(("Id", "Name", "Files", "Bytes", "Until"), rows)


def _counts(link: dict[str, Any]) -> tuple[str, str]:
    return f"{link['files']:,}", f"{link['bytes']:,}"
