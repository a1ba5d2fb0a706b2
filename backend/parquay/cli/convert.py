"""`parquay convert`: the conversion engine without a server."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from parquay.cli import conversion
from parquay.cli.failure import Failure


class Format(StrEnum):
    """What many files are converted to."""

    PARQUET = "parquet"
    CSV = "csv"
    NDJSON = "ndjson"


def convert(
    paths: Annotated[list[Path], typer.Argument(metavar="IN OUT | IN...", help="With --out-dir all are inputs.")],
    out_dir: Annotated[Path | None, typer.Option(help="Convert every IN into this directory.")] = None,
    to: Annotated[Format | None, typer.Option(help="With --out-dir: into what.", show_default="parquet")] = None,
    report: Annotated[Path | None, typer.Option(help="Write what was found as JSON; for one IN.")] = None,
) -> None:
    """Convert CSV and TSV files to tables, without a server.

    OUT ending in .parquet makes one file, .csv and .ndjson write the table as text again, anything else is a
    directory of part files. With --out-dir each IN becomes DIR/NAME.EXT with DIR/NAME.report.json beside it, and
    one that fails does not stop the rest.
    """
    if out_dir is not None:
        if report is not None:
            raise Failure("--report is for one IN; --out-dir writes a report beside each table", 2)
        conversion.convert_many(paths, out_dir, (to or Format.PARQUET).value)
        return
    if len(paths) != 2:
        raise Failure("give IN and OUT, or any number of IN with --out-dir", 2)
    if to is not None:
        raise Failure("--to needs --out-dir; the ending of OUT says what it becomes", 2)
    source, target = paths
    conversion.convert_one(source, target, report)
