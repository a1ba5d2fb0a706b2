"""`parquay backup` and `parquay restore`: a data directory, copied while it is used, and back."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer
from rich.console import Console

from parquay.cli.failure import Failure
from parquay.cli.printable import printable
from parquay.cli.progress import Bar, Bars
from parquay.settings import Settings, load

if TYPE_CHECKING:
    from parquay.storage.local.backup_folder import BackupFolder

T = TypeVar("T")

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object about the run.")]


def backup(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="An empty folder, or one with an earlier backup.")],
    copy: Annotated[
        bool, typer.Option("--copy", help="Copy files that never change too, instead of giving them a second name.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Copy the data directory of this machine's settings, also while a server uses it. Exit 1 if something is damaged.

    Run again into the same folder it copies what is new and removes what is gone. The folder holds all files and
    tables, the accounts and the key that signs tokens: it is as secret as the data directory itself.
    """
    from parquay.backup.take import Backup
    from parquay.wiring import build
    from parquay.wiring.backups import data_folders, refuse_other_schema

    settings, root = _prepared(), folder.expanduser().resolve()
    source = data_folders(settings)
    refuse_other_schema(settings)
    for each in source.roots.values():
        if root == each or root.is_relative_to(each):
            raise Failure(f"{root} is in the data directory; a backup belongs somewhere else", 2)
    services = build(settings, migrate=False)
    try:
        services.uploads.small.restore()
        report = _with_bar(
            root,
            "backup",
            lambda target, total: Backup(
                services.catalog,
                services.tables.tables.locks,
                source,
                target,
                known=services.uploads.files.known,
                link=not copy,
            ).run(total),
        )
    finally:
        services.close()
    _tell(asdict(report), as_json=as_json)
    if not as_json:
        _say(f"{report.files} files, {report.bytes} bytes as of {report.taken_at}; {report.copied} of them new")
        _say(_about_secrets(settings))
        for fault in report.damaged:
            _say(f"damaged: {fault}")
    raise typer.Exit(1 if report.damaged else 0)


def restore(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="The folder of a backup.")],
    force: Annotated[bool, typer.Option("--force", help="Replace what is in the data directory.")] = False,
    skip_damaged: Annotated[
        bool,
        typer.Option("--skip-damaged", help="Leave out what is damaged in the backup; fsck names it then."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make the data directory of this machine's settings what it was when a backup was taken, with nothing running."""
    from parquay.backup.restore import Restore
    from parquay.wiring.backups import data_folders

    settings, root = _prepared(), folder.expanduser().resolve()
    target = data_folders(settings)
    report = _with_bar(
        root,
        "restore",
        lambda source, total: Restore(source, target).run(force=force, skip_damaged=skip_damaged, total=total),
    )
    _tell(asdict(report), as_json=as_json)
    if not as_json:
        _say(f"{report.files} files, {report.bytes} bytes: everything is as of {report.taken_at}")
        _say(_about_secrets(settings))
        for path in report.damaged:
            _say(f"left out: {path}")
    raise typer.Exit(1 if report.damaged else 0)


def _prepared() -> Settings:
    from parquay.storage.local.private import OTHERS

    os.umask(OTHERS)
    return load()


def _with_bar(root: Path, name: str, run: Callable[[BackupFolder, Callable[[int], None]], T]) -> T:
    from parquay.storage.local.backup_folder import BackupFolder

    with Bars(Console(stderr=True)) as bars:
        shown: list[Bar] = []
        done = 0

        def total(size: int) -> None:
            shown.append(bars.add(name, size))

        def moved(size: int) -> None:
            nonlocal done
            done += size
            for bar in shown:
                bar.to(done)

        return run(BackupFolder(root, moved=moved), total)


def _about_secrets(settings: Settings) -> str:
    if settings.secret_key:
        return "the key that signs tokens is PARQUAY_SECRET_KEY: keep it elsewhere, it is not in the backup"
    return "the key that signs tokens is in it, and all that accounts are let in by"


def _tell(report: dict[str, object], *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(report))


def _say(line: str) -> None:
    typer.echo(printable(line), err=True)
