"""`parquay convert`: the conversion engine without a server."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from parquay.cli import conversion
from parquay.cli.failure import Failure
from parquay.cli.reading import OverrideOptions


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
    overrides: OverrideOptions = OverrideOptions(),
) -> None:
    """Convert CSV and TSV files to tables, without a server.

    OUT ending in .parquet makes one file, .csv and .ndjson write the table as text again; a directory, or a name
    without an ending or with a slash behind it, gets part files. With --out-dir each IN becomes DIR/NAME.EXT with
    DIR/NAME.report.json beside it, and one that fails does not stop the rest.
    """
    said = overrides.said()
    if out_dir is not None:
        if report is not None:
            raise Failure("--report is for one IN; --out-dir writes a report beside each table", 2)
        conversion.convert_many([*map(Path, paths)], out_dir, (to or TargetFormat.PARQUET).value, said)
        return
    if overrides.member == "all":
        raise Failure("--member all makes a table of each member, so it needs --out-dir", 2)
    if len(paths) != 2:
        raise Failure("give IN and OUT, or any number of IN with --out-dir", 2)
    if to is not None:
        raise Failure("--to needs --out-dir; the ending of OUT says what it becomes", 2)
    source, target = paths
    conversion.convert_one(Path(source), target, report, said)
