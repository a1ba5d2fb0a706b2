"""`parquay sql`: one statement that reads, over the tables of a server."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from parquay.cli.failure import Failure
from parquay.cli.outputs import Force, refuse_to_overwrite
from parquay.cli.server_login import ServerLogin, ServerOptions, connect
from parquay.cli.tables import print_table
from parquay.client.downloads import save, stream_to
from parquay.columns.text import json_text


class ResultKind(StrEnum):
    """How `parquay sql` gives a result."""

    TABLE = "table"
    CSV = "csv"
    JSON = "json"
    PARQUET = "parquet"


def sql(
    query: Annotated[str, typer.Argument(metavar="QUERY", help="One statement; -: it comes on standard input.")],
    server: ServerOptions = ServerOptions(),
    kind: Annotated[
        ResultKind | None, typer.Option("--format", help="Left out: told by the name of --output, else table.")
    ] = None,
    out: Annotated[Path | None, typer.Option("--output", "-o", help="Where to; left out: standard output.")] = None,
    limit: Annotated[
        int | None, typer.Option(min=0, help="Most rows; left out: 1000 as table and JSON, else all.")
    ] = None,
    params: Annotated[
        list[str] | None, typer.Option("--param", metavar="NAME=VALUE", help="The value of $NAME; again for more.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="The same as --format json.")] = False,
    force: Force = False,
) -> None:
    """Run one statement that reads, such as 'SELECT count(*) FROM "sales.csv"', and print its rows.

    A VALUE that is JSON is what it says (5, 0.10, true, null, "5"), and a text otherwise. FILE appears when it is
    whole, or not at all.
    """
    chosen = ResultKind.JSON if as_json else kind or _kind_of(out)
    refuse_to_overwrite(out, force=force)
    asked: dict[str, Any] = {"query": sys.stdin.read() if query == "-" else query, "params": _values(params or [])}
    if limit is not None:
        asked["limit"] = limit
    with connect(server) as login:
        if chosen in {ResultKind.TABLE, ResultKind.JSON}:
            _write(out, _shown(login, asked, chosen))
        elif out is None:
            stream_to(login, f"{login.server}/sql", sys.stdout.buffer, _body(asked, chosen))
        else:
            save(login, f"{login.server}/sql", out, _body(asked, chosen))


def _kind_of(out: Path | None) -> ResultKind:
    ending = out.suffix.removeprefix(".").lower() if out is not None else "table"
    if ending not in set(ResultKind):
        raise Failure(f"{out}: give --format, one of {', '.join(ResultKind)}", 2)
    return ResultKind(ending)


def _values(params: list[str]) -> dict[str, Any]:
    """Read `NAME=VALUE`."""
    found: dict[str, Any] = {}
    for each in params:
        name, sign, text = each.partition("=")
        if not sign or not name or name in found:
            raise Failure(f"--param {each}: NAME=VALUE is needed, each name once", 2)
        try:
            found[name] = json_text.loads(text)
        except ValueError:
            found[name] = text
    return found


def _body(asked: dict[str, Any], kind: ResultKind) -> bytes:
    form = "json" if kind is ResultKind.TABLE else kind.value
    try:
        return json_text.dumps(asked | {"format": form}).encode()
    except (ValueError, TypeError) as error:
        raise Failure(f"this cannot be sent: {error}", 2) from None


def _shown(login: ServerLogin, asked: dict[str, Any], kind: ResultKind) -> dict[str, Any] | str:
    """Return the rows as a JSON text, or what a table is made of."""
    head = {"Content-Type": "application/json"}
    answer = login.http.post(f"{login.server}/sql", content=_body(asked, kind), headers=head)
    login.refuse(answer)
    found: dict[str, Any] = json_text.loads(answer.content)
    if found["truncated"]:
        typer.echo(f"parquay: the first {len(found['rows']):,} rows; --limit shows more", err=True)
    return json_text.dump_rows(found["rows"]) if kind is ResultKind.JSON else found


def _write(out: Path | None, shown: dict[str, Any] | str) -> None:
    if isinstance(shown, str):
        if out is None:
            typer.echo(shown)
        else:
            out.write_text(shown + "\n", encoding="utf-8")
        return
    if out is not None:
        raise Failure("a table is for the terminal: give --format csv, json or parquet", 2)
    names = [each["name"] for each in shown["columns"]]
    print_table(names, ([_cell(row[name]) for name in names] for row in shown["rows"]))


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else json_text.dumps(value)
