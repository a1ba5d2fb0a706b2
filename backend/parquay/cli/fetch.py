"""`parquay fetch`: has the server get a file from an address of the web, and shows how far it is."""

from __future__ import annotations

import json
from typing import Annotated, Any

import typer
from rich.console import Console

from parquay.cli.failure import Failure
from parquay.cli.progress import Bars
from parquay.cli.reading import OverrideOptions
from parquay.cli.server_login import ServerOptions, connect
from parquay.client.fetching import await_fetch, begin_fetch, fetch_failure


def fetch(
    address: Annotated[str, typer.Argument(metavar="URL", help="Where the file is: http:// or https://.")],
    server: ServerOptions = ServerOptions(),
    name: Annotated[str | None, typer.Option(help="Name on the server; left out: what its source calls it.")] = None,
    dataset: Annotated[str | None, typer.Option(metavar="ID", help="Append the rows to the table of this id.")] = None,
    wait: Annotated[bool, typer.Option(help="Wait until the server has all of it.")] = True,
    overrides: OverrideOptions = OverrideOptions(),
    as_json: Annotated[bool, typer.Option("--json", help="Print the entry as JSON.")] = False,
) -> None:
    """Have the server get a file from the web, and print its id.

    The server gets it by itself: stopping this command (Ctrl-C) does not stop that, `parquay delete ID` does. The exit
    code is 0 only when the server has all bytes.
    """
    said: dict[str, Any] = overrides.said() | {"name": name, "dataset": dataset}
    said |= {"header": _count("header", overrides.header), "skip": _count("skip", overrides.skip)}
    with connect(server) as login:
        entry = begin_fetch(login, address, said)
        if wait:
            with Bars(Console(stderr=True)) as bars:
                entry = await_fetch(login, entry["id"], bars.add(entry["name"], None).to)
    typer.echo(json.dumps(entry, indent=2) if as_json else entry["id"])
    if (failure := fetch_failure(entry)) is not None:
        raise Failure(str(failure))


def _count(option: str, text: str | None) -> int | None:
    if text is not None and not (text.isascii() and text.isdigit()):
        raise Failure(f"--{option} {text}: give a number", 2)
    return None if text is None else int(text)
