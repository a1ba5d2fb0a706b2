"""`parquay convert`: the conversion engine without a server."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console

from parquay.cli.failure import Failure
from parquay.cli.progress import Bars
from parquay.columns import memory
from parquay.errors import BadInput

if TYPE_CHECKING:
    from parquay.ingest.convert import Failure as Unconverted
    from parquay.ingest.convert import Report


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
    memory.keep()
    if out_dir is not None:
        if report is not None:
            raise Failure("--report is for one IN; --out-dir writes a report beside each table", 2)
        _convert_many(paths, out_dir, to or Format.PARQUET)
        return
    if len(paths) != 2:
        raise Failure("give IN and OUT, or any number of IN with --out-dir", 2)
    if to is not None:
        raise Failure("--to needs --out-dir; the ending of OUT says what it becomes", 2)
    source, target = paths
    _convert_one(source, target, report)


def _convert_one(source: Path, target: Path, report: Path | None) -> None:
    from parquay.ingest.convert import convert_file, write_report

    if source.exists() and target.exists() and source.samefile(target):
        raise Failure(f"{target}: IN and OUT are the same file", 2)
    try:
        with Bars(Console(stderr=True)) as bars:
            bar = bars.add(source.name, source.stat().st_size)
            made = convert_file(source, target, progress=lambda done, _size: bar.to(done))
    except BadInput as error:
        if report is not None:
            write_report(report, {"error": {"code": error.code, "message": error.detail}})
        raise Failure(f"{source}: {error.detail} ({error.code})") from None
    if report is not None:
        write_report(report, made.to_json())
    typer.echo(_summary(source, made), err=True)


def _convert_many(sources: list[Path], out_dir: Path, to: Format) -> None:
    from parquay.ingest.convert import Report, convert_many

    def tell(source: Path, outcome: Report | Unconverted) -> None:
        if isinstance(outcome, Report):
            typer.echo(_summary(source, outcome), err=True)
        else:
            typer.echo(f"parquay: {source}: {outcome.message} ({outcome.code})", err=True)

    if convert_many(sources, out_dir, to=to.value, progress=tell):
        raise Failure(exit_code=1)


def _summary(source: Path, report: Report) -> str:
    rejects = f", {report.reject_count:,} rejects" if report.reject_count else ""
    return f"{source}: {report.rows:,} rows, {len(report.columns)} columns{rejects}"
