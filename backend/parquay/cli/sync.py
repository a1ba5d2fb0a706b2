"""`parquay sync`: keeps a folder on a server, once or for ever."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from parquay.cli.failure import Failure
from parquay.cli.printable import printable
from parquay.cli.server_login import ServerOptions, stay_connected
from parquay.client.sync import STABLE_SECONDS, FolderSync, OnChange, SyncBook, SyncBusy, SyncNote


def sync(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder, with those in it.")],
    server: ServerOptions = ServerOptions(),
    once: Annotated[bool, typer.Option("--once", help="Look once, and end.")] = False,
    on_change: Annotated[
        OnChange, typer.Option(help="A changed file is the next version of its table, or a new file.")
    ] = OnChange.REPLACE,
    interval: Annotated[float, typer.Option(min=0.1, help="Seconds between two looks.")] = 2.0,
    stable: Annotated[
        float, typer.Option(min=0, help="Seconds for which a file must not have changed.")
    ] = STABLE_SECONDS,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON object a line.")] = False,
) -> None:
    """Upload what is new or changed in a folder, and go on doing so.

    Symbolic links, hidden files and names of unfinished files are left out, which is said. What is deleted here stays
    there. Run again after an interruption it goes on, and nothing is uploaded twice. With --once the exit code is 0
    only when the server has every file.
    """
    if not folder.is_dir():
        raise Failure(f"{folder}: {'not a folder' if folder.exists() else 'no such folder'}", 2)

    def say(note: SyncNote) -> None:
        if as_json:
            typer.echo(json.dumps(asdict(note)))
        else:
            rest = note.id or note.reason or ""
            typer.echo(
                f"{note.event}\t{printable(note.path)}\t{printable(rest)}", err=note.event in {"skipped", "failed"}
            )

    with stay_connected(server) as connection:
        book = SyncBook(connection.server, folder.resolve())
        keeping = FolderSync(connection, folder.resolve(), book, on_change=on_change, say=say, stable=stable)
        try:
            with book.held():
                _rounds(keeping, once=once, interval=interval)
        except SyncBusy as error:
            raise Failure(f"{folder}: {error}") from None


def _rounds(keeping: FolderSync, *, once: bool, interval: float) -> None:
    while True:
        failed, unstable = keeping.round()
        if once and not unstable:
            if failed:
                raise Failure(f"{failed} not uploaded")
            return
        time.sleep(min(interval, 0.5) if once else interval)
