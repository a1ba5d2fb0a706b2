"""What `parquay convert` does, without what reads its options."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from parquay import allocator
from parquay.cli.failure import Failure
from parquay.cli.printable import printable
from parquay.errors import BadInput, InvalidValue

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from parquay.cli.reading import Said
    from parquay.ingest.convert.convert_file import ConversionFailure, Progress, Report
    from parquay.ingest.text.overrides import Overrides


ENDINGS = (".parquet", ".pq", ".csv", ".ndjson", ".jsonl")
"""What OUT may end in; `ingest.convert.convert_file`, which takes time to load, knows what they mean."""

COPY_BYTES = 1 << 20


def convert_one(source: Path, out: str, report: Path | None, options: Said) -> None:
    """Convert a file, and write the report where one is wanted.

    Raises:
        Failure: it cannot be read.
    """
    target = _target(out)
    allocator.keep()
    with allocator.loading():
        from parquay.ingest.convert.convert_file import convert_file, write_report
        from parquay.ingest.convert.plan import NOT_THERE
    if source.exists() and target.exists() and source.samefile(target):
        raise Failure(f"{target}: IN and OUT are the same file", 2)
    try:
        with _regular(source) as file, _progress(file) as progress:
            wanted = _overrides(options)
            made = convert_file(file, target, overrides=wanted, progress=progress, offers=report is not None)
    except InvalidValue as error:
        raise Failure(f"{source}: {error.detail} ({error.code})", 2) from None
    except BadInput as error:
        if report is not None:
            write_report(report, {"error": {"code": error.code, "message": error.detail}})
        raise Failure(f"{source}: {error.detail} ({error.code})", 2 if error.code in NOT_THERE else 1) from None
    if report is not None:
        write_report(report, made.to_json())
    _say(_summary(source, made))


@contextmanager
def _regular(source: Path) -> Iterator[Path]:
    """The file itself, or what comes out of a pipe as a file: a conversion reads some bytes more than once."""
    if source.is_file() or source.is_dir() or not source.exists():
        yield source
        return
    with TemporaryDirectory(prefix="parquay-") as folder:
        file = Path(folder) / source.name
        with source.open("rb") as pipe, file.open("wb") as copy:
            shutil.copyfileobj(pipe, copy, COPY_BYTES)
        yield file


def _target(out: str) -> Path:
    """Where the table goes.

    Raises:
        Failure: its ending says nothing (2).
    """
    path = Path(out)
    if path.suffix.lower() in ENDINGS or not path.suffix or path.is_dir() or out.endswith(os.sep):
        return path
    rule = f"OUT ends in {', '.join(ENDINGS)}, or is a directory ({out}{os.sep} makes one)"
    raise Failure(f"{out}: {rule}", 2)


@contextmanager
def _progress(source: Path) -> Iterator[Progress | None]:
    """A bar on the terminal; what draws it is loaded only where somebody is looking."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console

    from parquay.cli.progress import Bars

    with Bars(Console(stderr=True)) as bars:
        bar = bars.add(source.name, source.stat().st_size)
        yield lambda done, _size: bar.to(done)


def _overrides(options: Said) -> Overrides:
    """What the options say about the file.

    Raises:
        Failure: something that cannot be meant (2).
    """
    from parquay.ingest.text.overrides import Overrides

    try:
        return Overrides.from_options(options)
    except InvalidValue as error:
        raise Failure(error.detail, 2) from None


def convert_many(sources: Sequence[Path], out_dir: Path, to: str, options: Said) -> None:
    """Convert every file into a directory.

    Raises:
        Failure: some cannot be read; what was wrong was said.
    """
    piped = next((each for each in sources if each.exists() and not (each.is_file() or each.is_dir())), None)
    if piped is not None:
        raise Failure(f"{piped}: no file; a pipe is converted alone, without --out-dir", 2)
    allocator.keep()
    with allocator.loading():
        from parquay.ingest.convert import convert_file as convert

    def report_outcome(source: Path, outcome: Report | ConversionFailure) -> None:
        if isinstance(outcome, convert.Report):
            _say(_summary(source, outcome))
        else:
            _say(f"parquay: {source}: {outcome.message} ({outcome.code})")

    if convert.convert_many(sources, out_dir, to=to, overrides=_overrides(options), progress=report_outcome):
        raise Failure(exit_code=1)


def _summary(source: Path, report: Report) -> str:
    rejects = f", {report.reject_count:,} rejects" if report.reject_count else ""
    return f"{source}: {report.rows:,} rows, {len(report.columns)} columns{rejects}"


def _say(line: str) -> None:
    sys.stderr.write(printable(line) + "\n")
