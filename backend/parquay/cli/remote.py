"""`parquay upload` and `parquay files`: commands that talk to a server."""

from __future__ import annotations

import json
import mimetypes
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from parquay.cli.failure import Failure
from parquay.cli.progress import Bars
from parquay.cli.resume import UploadBook, UploadBusy, key_of
from parquay.cli.server_login import ServerLogin, connect
from parquay.cli.tables import print_table
from parquay.cli.tus_answers import TransferError
from parquay.cli.tus_client import PATIENCE, TusClient, UploadSource, Watch

Url = Annotated[str, typer.Option("--url", envvar="PARQUAY_URL", help="Address of the server.")]
User = Annotated[str | None, typer.Option("--user", "-u", help="User name.")]
Password = Annotated[str | None, typer.Option("--password", "-p", help="Password; asked for when left out.")]
Token = Annotated[
    str | None,
    typer.Option("--token", envvar="PARQUAY_TOKEN", help="API key or access token, instead of user and password."),
]
DEFAULT_URL = "http://127.0.0.1:8000"


def upload(
    paths: Annotated[list[Path], typer.Argument(metavar="FILE...", exists=True, dir_okay=False, readable=True)],
    url: Url = DEFAULT_URL,
    user: User = None,
    password: Password = None,
    token: Token = None,
    name: Annotated[str | None, typer.Option(help="Name on the server; with one FILE only.")] = None,
    patience: Annotated[float, typer.Option(min=0, help="Seconds without progress before giving up.")] = PATIENCE,
) -> None:
    """Upload files, resumably, and print the id of each.

    After an interruption (Ctrl-C, lost connection, reboot) run the same command again: it goes on where
    the server's copy ends. The exit code is 0 only when the server has all bytes of all files.
    """
    if name is not None and len(paths) > 1:
        raise Failure("--name needs exactly one FILE", 2)
    console = Console(stderr=True)
    failed = 0
    with connect(url, user, password, token) as login, Bars(console) as bars:
        for path in paths:
            try:
                wanted = name or path.name
                file_id = _upload_one(path, sendable(wanted), login, bars, patience)
                typer.echo(file_id)
                if (kept := _other_name(login, file_id, wanted)) is not None:
                    bars.say(f"parquay: {sendable(str(path))}: kept as {kept}")
            except (TransferError, UploadBusy, OSError) as error:
                failed += 1
                bars.say(f"parquay: {sendable(str(path))}: {error.strerror if isinstance(error, OSError) else error}")
    if failed:
        raise Failure(exit_code=1)


def _upload_one(path: Path, name: str, login: ServerLogin, bars: Bars, patience: float) -> str:
    if not path.is_file():
        raise TransferError("not a file: an upload that can go on after an interruption needs one; save the pipe first")
    book, key = UploadBook(), key_of(login.server, path)
    with book.claim(key):
        size = path.stat().st_size
        bar = bars.add(sendable(path.name), size)
        watch = Watch(
            created=lambda made: book.remember(key, made),
            offset=bar.to,
            setback=lambda reason, pause: bars.say(f"{sendable(path.name)}: {reason}; again in {pause:.0f} s"),
            renew_login=login.renew,
            smaller=lambda piece: book.keep_piece(login.server, piece),
        )
        client = TusClient(login.http, f"{login.server}/files", patience=patience, piece=book.piece(login.server))
        place = client.upload(UploadSource(path, size, _metadata(path, name)), watch, book.recall(key))
        if key_of(login.server, path) != key:
            raise TransferError("the file changed while it was uploaded; run the command again")
        book.forget(key)
    return place.rstrip("/").rpartition("/")[2]


def sendable(name: str) -> str:
    """Return `name` as text that can be sent and printed: bytes that are no UTF-8 become replacement signs. Pure."""
    return name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def _other_name(login: ServerLogin, file_id: str, wanted: str) -> str | None:
    """Return what the server calls a file where that is not the name that it was to have."""
    if wanted.isprintable() and wanted == wanted.strip() and not {"\\", "/"} & set(wanted) and wanted.strip("."):
        return None  # nothing in it that a server would take out
    entry = login.get(f"{login.server}/files/{file_id}").json()
    texts = [each["text"] for each in entry["warnings"] if each["code"] == "name_changed"]
    if texts:
        return f"{entry['name']}, sent as {texts[0]}"
    return None if sendable(wanted) == wanted else str(entry["name"])


def _metadata(path: Path, name: str) -> dict[str, str]:
    kind = mimetypes.guess_type(path.name)[0]
    return {"filename": name} | ({"filetype": kind} if kind else {})


def files(
    url: Url = DEFAULT_URL,
    user: User = None,
    password: Password = None,
    token: Token = None,
    limit: Annotated[int, typer.Option(min=0, help="Newest files to list; 0: all.")] = 100,
    as_json: Annotated[bool, typer.Option("--json", help="Print a JSON array of entries.")] = False,
) -> None:
    """List the files, newest first."""
    with connect(url, user, password, token) as login:
        entries, total = _entries(login, limit)
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


def _entries(login: ServerLogin, limit: int) -> tuple[list[dict[str, Any]], int]:
    """Return up to `limit` entries (all when 0), page by page, and how many there are."""
    entries: list[dict[str, Any]] = []
    place: str | None = f"{login.server}/files?limit={min(limit or 500, 500)}"
    total = 0
    while place and (not limit or len(entries) < limit):
        response = login.get(place)
        entries += response.json()
        total = int(response.headers.get("x-total-count", len(entries)))
        following = response.links.get("next", {}).get("url")
        place = str(response.url.join(following)) if following else None
    return (entries[:limit] if limit else entries), total
