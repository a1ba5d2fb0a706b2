"""`parquay table`: look at a table on a server, download it, see its history, bring a version back."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import httpx
import typer

from parquay.cli.failure import Failure
from parquay.cli.option_groups import spread
from parquay.cli.outputs import Force, refuse_to_overwrite
from parquay.cli.server_login import ServerLogin, ServerOptions, connect
from parquay.cli.tables import print_table
from parquay.client.downloads import save, stream_to
from parquay.client.paths import segment
from parquay.columns.text import json_text

tables = typer.Typer(help="Tables on a server.", no_args_is_help=True)

PAGE = 1000
"""Rows fetched at once."""

Id = Annotated[str, typer.Argument(metavar="ID", help="Id of the table, which is its first file's.")]
Filters = Annotated[list[str] | None, typer.Option("--filter", help="`column:op:value`; again for more.")]
AtVersion = Annotated[int | None, typer.Option("--version", min=0, help="A version; the newest when left out.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


class Format(StrEnum):
    """A format of `parquay table export`."""

    CSV = "csv"
    PARQUET = "parquet"
    NDJSON = "ndjson"
    ARROW = "arrow"
    XLSX = "xlsx"


@tables.command()
@spread
def rows(
    table: Id,
    server: ServerOptions = ServerOptions(),
    limit: Annotated[int, typer.Option(min=0, help="Rows to print; 0: all.")] = 100,
    page: Annotated[int, typer.Option(min=1, help="Which `limit` rows.")] = 1,
    sort: Annotated[str | None, typer.Option(help="`column` or `-column`, several with commas.")] = None,
    filters: Filters = None,
    version: AtVersion = None,
    as_json: AsJson = False,
) -> None:
    """Print rows, with their ids."""
    asked = _asked(sort=sort, filter=filters, version=version) | ({} if as_json else {"text": "true"})
    with connect(server) as login:
        if page > 1 and limit:
            found = _get(login, segment(table), **asked, page=page, size=limit, aggregates="false")["rows"]
        else:
            found = _all_rows(login, table, limit, asked)
    if as_json:
        typer.echo(json_text.dump_rows(found))
        return
    names = list(found[0]) if found else ["_rid"]
    print_table(names, ([_shown(row[name]) for name in names] for row in found))


def _all_rows(login: ServerLogin, table: str, limit: int, asked: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor: dict[str, Any] = {}
    while not limit or len(found) < limit:
        size = min(PAGE, limit - len(found)) if limit else PAGE
        answer = _get(login, f"{segment(table)}/rows", **(asked | cursor), limit=size)
        found += answer["rows"]
        if answer["next"] is None:
            break
        cursor = {"cursor": answer["next"], "version": answer["version"]}
    return found


def _shown(value: Any) -> str:
    return "" if value is None else str(value)


@tables.command()
@spread
def export(
    table: Id,
    out: Annotated[Path | None, typer.Argument(metavar="[FILE]", help="Left out: standard output.")] = None,
    server: ServerOptions = ServerOptions(),
    kind: Annotated[Format | None, typer.Option("--format", help="Left out: told by FILE's name, else csv.")] = None,
    filters: Filters = None,
    columns: Annotated[str | None, typer.Option(help="Only these columns, with commas between them.")] = None,
    version: AtVersion = None,
    force: Force = False,
) -> None:
    """Download a table. FILE appears when it is whole, or not at all."""
    chosen = kind or _format_of(out)
    refuse_to_overwrite(out, force=force)
    asked = _asked(filter=filters, columns=columns, version=version, format=chosen.value)
    with connect(server) as login:
        place = f"{login.server}/datasets/{segment(table)}/export"
        if out is None:
            stream_to(login, _with(place, asked), sys.stdout.buffer)
            return
        save(login, _with(place, asked), out)


def _format_of(out: Path | None) -> Format:
    ending = out.suffix.removeprefix(".").lower() if out is not None else "csv"
    if ending not in set(Format):
        raise Failure(f"{out}: give --format, one of {', '.join(Format)}", 2)
    return Format(ending)


@tables.command()
@spread
def history(
    table: Id,
    server: ServerOptions = ServerOptions(),
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Versions to print.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Print the versions, newest first."""
    with connect(server) as login:
        found = _get(login, f"{segment(table)}/versions", limit=limit)
    if as_json:
        typer.echo(json.dumps(found, indent=2, ensure_ascii=False))
        return
    print_table(("Version", "Kind", "When", "Who", "Rows", "+", "~", "-", "Notes"), map(_line, found))


def _line(version: dict[str, Any]) -> tuple[str, ...]:
    notes = [word for word in ("pinned", "expired") if version[word]]
    counts = (f"{version[name]:,}" for name in ("rows", "inserted", "updated", "deleted"))
    when = f"{version['created_at'][:19]}Z"
    shown = ", ".join([*notes, *([version["message"]] if version["message"] else [])])
    return (str(version["version"]), version["kind"], when, version["author"] or "", *counts, shown)


@tables.command()
@spread
def restore(
    table: Id,
    version: Annotated[int, typer.Argument(min=0, metavar="VERSION", help="Which version to bring back.")],
    server: ServerOptions = ServerOptions(),
    message: Annotated[str | None, typer.Option("--message", "-m", help="Why, for the history.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a version again, as the newest one, and print its number."""
    with connect(server) as login:
        body = {"version": version, "message": message}
        answer = login.http.post(f"{login.server}/datasets/{segment(table)}/restore", json=body)
        login.refuse(answer)
    typer.echo(answer.text if as_json else answer.json()["version"])


def _asked(**given: Any) -> dict[str, Any]:
    return {name: value for name, value in given.items() if value is not None}


def _with(place: str, asked: dict[str, Any]) -> str:
    return str(httpx.URL(place, params=asked))


def _get(login: ServerLogin, path: str, **params: Any) -> Any:
    return json_text.loads(login.get(_with(f"{login.server}/datasets/{path}", params)).content)
