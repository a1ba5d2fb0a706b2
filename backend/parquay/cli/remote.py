"""`parquay upload` and `parquay files`: commands that talk to a server."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlencode

import typer
from rich.console import Console

from parquay.cli.failure import Failure
from parquay.cli.progress import Bars
from parquay.cli.reading import OverrideOptions
from parquay.cli.server_login import ServerLogin, ServerOptions, TargetOptions, connect
from parquay.cli.tables import print_table
from parquay.client.errors import ConversionFailed, TransferError
from parquay.client.link_addresses import upload_link_in
from parquay.client.resume import UploadBusy
from parquay.client.tus_client import PATIENCE
from parquay.client.uploads import UploadProgress, metadata_of, sendable, upload_open, upload_path
from parquay.client.waiting import wait_until_converted

STDIN = Path("-")


def upload(
    paths: Annotated[
        list[Path],
        typer.Argument(metavar="FILE...", help="-: standard input."),
    ],
    server: TargetOptions = TargetOptions(),
    name: Annotated[str | None, typer.Option(help="Name on the server; with one FILE only.")] = None,
    dataset: Annotated[str | None, typer.Option(metavar="ID", help="Append the rows to the table of this id.")] = None,
    patience: Annotated[float, typer.Option(min=0, help="Seconds without progress before giving up.")] = PATIENCE,
    overrides: OverrideOptions = OverrideOptions(),
    wait: Annotated[
        bool, typer.Option("--wait", help="Wait until they are tables; exit 1 if one cannot be read.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array of entries.")] = False,
) -> None:
    """Upload files, resumably, and print the id of each.

    After an interruption (Ctrl-C, lost connection, reboot) run the same command again: it goes on where
    the server's copy ends. The exit code is 0 only when the server has all bytes of all files. What comes from
    standard input cannot be asked for twice: it survives a lost connection, but not the end of this command. With the
    address of an upload link no login is needed, and the files are its owner's.
    """
    _refuse_paths(paths, name)
    if wait and upload_link_in(server.url) is not None:
        raise Failure("--wait: by an upload link nobody is told what becomes of a file", 2)
    said = overrides.said() | {"dataset": dataset}
    declared = {key: value for key, value in said.items() if value is not None}
    entries: list[dict[str, Any]] = []
    with connect(server) as login, Bars(Console(stderr=True)) as bars:
        for file in paths:
            try:
                wanted = name or ("stdin" if file == STDIN else file.name)
                entry = _upload_one(file, wanted, login, bars, declared, patience)
            except (TransferError, UploadBusy, OSError) as error:
                bars.say(f"parquay: {sendable(str(file))}: {error.strerror if isinstance(error, OSError) else error}")
                continue
            entries.append(entry)
            if not as_json:
                typer.echo(entry["id"])
            if (kept := _other_name(entry, wanted)) is not None:
                bars.say(f"parquay: {sendable(str(file))}: kept as {kept}")
        if wait:
            entries = [_converted(login, entry, bars) for entry in entries]
    if as_json:
        typer.echo(json.dumps(entries, indent=2))
    if len(entries) < len(paths) or (wait and any(entry["error"] for entry in entries)):
        raise Failure(exit_code=1)


def _refuse_paths(paths: list[Path], name: str | None) -> None:
    if name is not None and len(paths) > 1:
        raise Failure("--name needs exactly one FILE", 2)
    for file in paths:
        if file != STDIN and (not file.exists() or file.is_dir()):
            raise Failure(f"{sendable(str(file))}: {'is a folder' if file.is_dir() else 'no such file'}", 2)


def _upload_one(
    path: Path, name: str, login: ServerLogin, bars: Bars, declared: Mapping[str, Any], patience: float
) -> dict[str, Any]:
    label = sendable(name if path == STDIN else path.name)
    bar = bars.add(label, path.stat().st_size if path.is_file() else None)
    progress = UploadProgress(bar.to, lambda reason, pause: bars.say(f"{label}: {reason}; again in {pause:.0f} s"))
    metadata = metadata_of(name, declared)
    if path == STDIN:
        file_id = upload_open(login, sys.stdin.buffer, metadata, progress, patience=patience)
    else:
        file_id = upload_path(login, path, metadata, progress, patience=patience)
    if upload_link_in(login.server) is not None:  # of what came by a link no more is told
        return {"id": file_id, "name": sendable(name), "warnings": [], "error": None}
    return _entry(login, file_id)


def _converted(login: ServerLogin, entry: Mapping[str, Any], bars: Bars) -> dict[str, Any]:
    """Wait until a file is a table, or turned out to be none, and return its entry then."""
    try:
        wait_until_converted(login, entry["id"])
    except ConversionFailed as error:
        bars.say(f"parquay: {entry['name']}: {error}")
    return _entry(login, entry["id"])


def _entry(login: ServerLogin, file_id: str) -> dict[str, Any]:
    entry: dict[str, Any] = login.get(f"{login.server}/files/{file_id}").json()
    entry.pop("content", None)
    return entry


def _other_name(entry: Mapping[str, Any], wanted: str) -> str | None:
    """Return what the server calls a file where that is not the name that it was to have. Pure."""
    texts = [each["text"] for each in entry["warnings"] if each["code"] == "name_changed"]
    if texts:
        return f"{entry['name']}, sent as {texts[0]}"
    return None if sendable(wanted) == wanted else str(entry["name"])


def files(
    server: ServerOptions = ServerOptions(),
    limit: Annotated[int, typer.Option(min=0, help="Newest files to list; 0: all.")] = 100,
    tag: Annotated[list[str] | None, typer.Option(help="Only files with this tag; repeatable.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array of entries.")] = False,
) -> None:
    """List the files, newest first."""
    with connect(server) as login:
        entries, total = _entries(login, limit, tag or [])
    if as_json:
        typer.echo(json.dumps(entries, indent=2))
        return
    print_table(("Name", "Size", "Rows", "Status", "Uploaded", "Id"), map(_line, entries))
    if total > len(entries):
        typer.echo(f"{len(entries)} of {total} files; --limit 0 lists all", err=True)


def _line(entry: dict[str, Any]) -> tuple[str, ...]:
    size = "?" if entry["size"] is None else f"{entry['size']:,}"
    rows = "" if entry["row_count"] is None else f"{entry['row_count']:,}"
    status = f"error: {entry['error']['code']}" if entry["error"] else entry["status"]
    return entry["name"], size, rows, status, entry["uploaded_at"][:19] + "Z", entry["id"]


def _entries(login: ServerLogin, limit: int, tags: Sequence[str]) -> tuple[list[dict[str, Any]], int]:
    """Return up to `limit` entries (all when 0), page by page, and how many there are."""
    entries: list[dict[str, Any]] = []
    asked = urlencode({"limit": min(limit or 500, 500), "tag": tags}, doseq=True)
    place: str | None = f"{login.server}/files?{asked}"
    total = 0
    while place and (not limit or len(entries) < limit):
        response = login.get(place)
        entries += response.json()
        total = int(response.headers.get("x-total-count", len(entries)))
        following = response.links.get("next", {}).get("url")
        place = str(response.url.join(following)) if following else None
    return (entries[:limit] if limit else entries), total
