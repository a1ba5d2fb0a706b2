"""`parquay convert`: the conversion engine without a server."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from parquay.cli import conversion
from parquay.cli.failure import Failure


class TargetFormat(StrEnum):
    """What many files are converted to."""

    PARQUET = "parquet"
    CSV = "csv"
    NDJSON = "ndjson"


def convert(
    paths: Annotated[list[str], typer.Argument(metavar="IN OUT | IN...", help="With --out-dir all are inputs.")],
    out_dir: Annotated[Path | None, typer.Option(help="Convert every IN into this directory.")] = None,
    to: Annotated[TargetFormat | None, typer.Option(help="With --out-dir: into what.", show_default="parquet")] = None,
    report: Annotated[Path | None, typer.Option(help="Write what was found as JSON; for one IN.")] = None,
    delimiter: Annotated[str | None, typer.Option(help="Between two fields: one character, or its name.")] = None,
    quote: Annotated[str | None, typer.Option(help="Around fields; none: there is none.")] = None,
    escape: Annotated[str | None, typer.Option(help="Before a quote in quotes, where it is not doubled.")] = None,
    encoding: Annotated[str | None, typer.Option(help="Of the text, such as cp1252.")] = None,
    header: Annotated[str | None, typer.Option(help="Rows of names; 0: the first row is data.")] = None,
    skip: Annotated[str | None, typer.Option(help="Lines before the header.")] = None,
    comment: Annotated[str | None, typer.Option(help="What lines start with that are no rows: one character.")] = None,
    sheet: Annotated[str | None, typer.Option(help="The sheet of a workbook.")] = None,
    member: Annotated[str | None, typer.Option(help="The file in an archive.")] = None,
    path: Annotated[str | None, typer.Option(help="The array of objects in JSON, such as data.items.")] = None,
    missing: Annotated[
        list[str] | None,
        typer.Option(metavar="WORD", help="What means missing, such as NA, outside of texts."),
    ] = None,
    type_: Annotated[
        list[str] | None,
        typer.Option("--type", metavar="COL=TYPE[:STYLE]", help="What a column is."),
    ] = None,
) -> None:
    """Convert CSV and TSV files to tables, without a server.

    OUT ending in .parquet makes one file, .csv and .ndjson write the table as text again; a directory, or a name
    without an ending or with a slash behind it, gets part files. With --out-dir each IN becomes DIR/NAME.EXT with
    DIR/NAME.report.json beside it, and one that fails does not stop the rest.
    """
    overrides: conversion.Options = {
        "delimiter": delimiter,
        "quote": quote,
        "escape": escape,
        "encoding": encoding,
        "header": header,
        "skip": skip,
        "comment": comment,
        "sheet": sheet,
        "member": member,
        "path": path,
        "missing": list(missing) if missing else None,
        "types": _types(type_ or ()),
    }
    if out_dir is not None:
        if report is not None:
            raise Failure("--report is for one IN; --out-dir writes a report beside each table", 2)
        conversion.convert_many([*map(Path, paths)], out_dir, (to or TargetFormat.PARQUET).value, overrides)
        return
    if len(paths) != 2:
        raise Failure("give IN and OUT, or any number of IN with --out-dir", 2)
    if to is not None:
        raise Failure("--to needs --out-dir; the ending of OUT says what it becomes", 2)
    source, target = paths
    conversion.convert_one(Path(source), target, report, overrides)


def _types(given: Sequence[str]) -> dict[str, str] | None:
    """What columns are to be, by name.

    Raises:
        Failure: no name or no type is given (2).
    """
    pairs = [each.rpartition("=") for each in given]
    for each, (name, _, kind) in zip(given, pairs, strict=True):
        if not name or not kind:
            raise Failure(f"--type {each}: give COL=TYPE or COL=TYPE:STYLE", 2)
    return {name: kind for name, _, kind in pairs} or None
