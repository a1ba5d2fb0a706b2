"""The engine without a server: one file, or many, to Parquet, part files, CSV or NDJSON, with a report.

One pass: each segment is encoded as it comes, in the types that hold so far, and its row groups are put behind those
before it. If a later segment widened a column, the row groups in front of it are recast at the end.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal

from parquay.columns.parquet import parts
from parquay.columns.parquet.footer import Pieces
from parquay.columns.parquet.parts import Codec, Types
from parquay.columns.parquet.spool import Spool
from parquay.errors import BadInput, InvalidValue, NoTable, TooLarge
from parquay.ingest.convert import sandbox
from parquay.ingest.convert.plan import Plan, plan, unmeant
from parquay.ingest.read import fold, segmenter
from parquay.ingest.read.fold import Converted, State
from parquay.ingest.read.segment import Rejected
from parquay.ingest.read.segmenter import Body
from parquay.ingest.text.byte_source import PathReader
from parquay.ingest.text.dialect import Dialect, Overrides
from parquay.ingest.text.inflate import BrokenArchive
from parquay.ingest.text.sources import Source

Progress = Callable[[int, int], None]
"""Told bytes read and bytes in all."""
Format = Literal["parquet", "csv", "ndjson"]
TEXT_SUFFIXES = frozenset({".csv", ".ndjson", ".jsonl"})
"""Endings of targets that get the table as text; these may be empty."""
PARQUET_SUFFIXES = frozenset({".parquet", ".pq"})
REPORTED_REJECTS = 10_000
"""Rejects that a report lists; all are counted."""
LEAST_SEGMENT = 1 << 20
"""Bytes of a segment of a small file, so that all cores have some."""
FIRST_BYTES = 64 << 10
"""Bytes that are read beforehand to learn how the columns are to be read."""


@dataclass(slots=True)
class Report:
    """What became of one file."""

    dialect: Dialect = field(default_factory=lambda: Dialect(header_rows=0))
    columns: list[dict[str, Any]] = field(default_factory=list)
    rows: int = 0
    rejects: list[Rejected] = field(default_factory=list)
    reject_count: int = 0
    warnings: list[dict[str, Any]] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        """The report as it is written to a file."""
        return {
            "rows": self.rows,
            "columns": [{"name": each["name"], "type": each["type"]} for each in self.columns],
            "dialect": self.dialect.report(),
            "rejects": [
                {"line": each.line, "byte": each.byte, "column": each.column, "code": each.code, "text": each.text}
                for each in self.rejects
            ],
            "reject_count": self.reject_count,
            "warnings": self.warnings,
        }


@dataclass(frozen=True, slots=True)
class Failure:
    """A file that could not be converted, and why."""

    source: Path
    code: str
    message: str


def convert_file(
    source: Path,
    target: Path,
    *,
    overrides: Overrides | None = None,
    progress: Progress | None = None,
    threads: int | None = None,
    codec: Codec = parts.ZSTD,
) -> Report:
    """Convert `source`; the name of `target` says into what.

    `.parquet`: one file; `.csv`, `.ndjson`: the table as text again; anything else: a directory of part files.

    Raises:
        BadInput: it cannot be read; `NoTable` when there is no table in it (`no_table`) or one without rows
            (`no_rows`). Nothing is written then.
        OSError: a file cannot be opened or written.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    kind = target.suffix.lower()
    as_text = kind in TEXT_SUFFIXES
    spool = Spool(target.parent / f".{target.name}.{os.getpid()}.tmp")
    try:
        run = _Conversion(source, overrides or Overrides(), progress, threads or os.cpu_count() or 1, codec)
        report = run.into(spool, may_be_empty=as_text)
        types = run.state.types()
        if as_text:
            _write_text(spool, report.dialect, types, target, csv=kind == ".csv")
            return report
        if not spool.has_types(types):
            spool = spool.recast(types, codec)
        if kind not in PARQUET_SUFFIXES:
            target.mkdir(parents=True, exist_ok=True)
            target /= "part-00000.parquet"
        spool.finish(target)
    except TooLarge as error:
        raise BadInput(error.detail, error.code) from None
    except BrokenArchive as error:
        raise BadInput(f"The file cannot be unpacked: {error}.", "broken_archive") from None
    finally:
        spool.discard()
    return report


def _write_text(spool: Spool, dialect: Dialect, types: Types, target: Path, *, csv: bool) -> None:
    from parquay.columns.text import rendering

    unfinished = target.parent / f".{target.name}.{os.getpid()}.out"
    try:
        with unfinished.open("wb") as sink:
            if csv:
                rendering.write_csv_header(sink, rendering.header_row(dialect.to_json(), types))
            for table in spool.tables(types):
                if csv:
                    rendering.write_csv_rows(sink, table, types)
                else:
                    rendering.write_ndjson_rows(sink, table, types)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


class _Conversion:
    """One file on its way into a spool."""

    def __init__(
        self, source: Path, overrides: Overrides, progress: Progress | None, threads: int, codec: Codec
    ) -> None:
        self.state = State(0, 1)
        self._source = source
        self._overrides = overrides
        self._progress = progress
        self._threads = threads
        self._codec = codec
        self._size = source.stat().st_size

    def into(self, spool: Spool, *, may_be_empty: bool) -> Report:
        """Convert every segment and put its row groups into `spool`."""
        report = Report()
        with PathReader(self._source) as reader:
            found = plan(reader, self._size, complete=True, name=self._source.name, overrides=self._overrides)
            if found is None:
                raise NoTable("The file has no rows.", "no_rows")
            if (option := unmeant(found, self._overrides)) and not found.code:
                raise InvalidValue(f"{option} cannot be told of a file of this format.", "bad_option")
            if found.code and not (found.code == "no_rows" and may_be_empty):
                raise NoTable(found.reason, found.code)
            if found.whole:
                self._take_whole(found, spool, report)
            elif found.source is not None and found.dialect is not None:
                report.dialect, self.state = found.dialect, State.start(found.dialect)
                found.source.attach(reader, self._size, complete=True)
                self._take_text(found.source, spool, report)
        return self._close(report, may_be_empty=may_be_empty)

    def _take_whole(self, found: Plan, spool: Spool, report: Report) -> None:
        with tempfile.TemporaryDirectory(dir=spool.path.parent, prefix=".parquay-") as directory:
            made = sandbox.open_whole(found.whole, self._source, Path(directory), self._overrides)
            report.dialect, self.state = made.dialect, State.start(made.dialect)
            for piece in made.pieces():
                content = self._encoded(piece.converted)
                self._take(piece.converted, content, spool, report)

    def _take_text(self, source: Source, spool: Spool, report: Report) -> None:
        dialect = report.dialect
        first = self._first_kinds(source, dialect)

        def work(body: Body) -> tuple[Body, Converted, Pieces]:
            done = fold.convert(body, body.dialect, fold.joined(first, self.state.kinds))
            content = self._encoded(done)
            # What is encoded need not wait for its turn as a table too; its rows are counted without columns.
            return body, replace(done, table=done.table.select([])), content

        with ThreadPoolExecutor(self._threads, thread_name_prefix="convert") as pool:
            for body, done, content in fold.in_order(self._bodies(source, dialect), work, pool, self._threads + 1):
                taken = done
                if self.state.ended:
                    taken = fold.convert(body, body.dialect, self.state.kinds, ended=True)
                self._take(taken, content, spool, report)
                report.dialect = body.dialect
                if self._progress is not None:
                    self._progress(source.consumed(done.end), self._size)
                del body, taken, content  # their memory is for the next, which may not be done yet

    def _encoded(self, done: Converted) -> Pieces:
        return parts.encode_in_pieces(done.table, self._codec, page_bytes=parts.LARGE_PAGE_BYTES)

    def _first_kinds(self, source: Source, dialect: Dialect) -> fold.Held:
        """What the first rows leave open; the other rows need not be asked about more."""
        cuts = segmenter.Cutter(source, dialect, self.state.byte, self.state.line, FIRST_BYTES)
        body = next(cuts.bodies(), None)
        return {} if body is None else fold.convert(body, dialect, {}).kinds

    def _bodies(self, source: Source, dialect: Dialect) -> Iterator[Body]:
        """Segments, so large that all cores have some also in a small file."""
        size = max(LEAST_SEGMENT, min(segmenter.segment_bytes(dialect), -(-self._size // (2 * self._threads))))
        return segmenter.Cutter(source, dialect, self.state.byte, self.state.line, size).bodies()

    def _take(self, done: Converted, content: Pieces, spool: Spool, report: Report) -> None:
        if done.table.num_rows:
            spool.append_pieces(content, done.types)
        room = REPORTED_REJECTS - len(report.rejects)
        report.rejects.extend(done.rejects[: max(0, room)])
        self.state = self.state.after(done)

    def _close(self, report: Report, *, may_be_empty: bool) -> Report:
        report.rows, report.reject_count = self.state.rows, self.state.rejects
        report.columns = parts.columns_json(self.state.types())
        self._overrides.refuse_unknown_columns(self.state.types())
        report.warnings = [each.to_json() for each in self.state.last_warnings()]
        if report.rows == 0 and not may_be_empty:
            reason = "None of its rows could be read." if report.reject_count else "The file has a header but no rows."
            raise NoTable(reason, "no_rows")
        return report


def convert_many(
    sources: Sequence[Path],
    out_dir: Path,
    *,
    to: str = "parquet",
    overrides: Overrides | None = None,
    progress: Callable[[Path, Report | Failure], None] | None = None,
    codec: Codec = parts.ZSTD,
) -> list[Failure]:
    """Convert many files in one process into `out_dir/<name>.<to>`, each with `<name>.report.json` beside it.

    A failing input does not stop the rest; its report says why. Two inputs of one name get a number behind it.
    Returns the failures.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    failures = []
    taken: set[str] = set()
    for source in sources:
        name = _free_name(source.stem, taken)
        outcome = _convert_one(source, out_dir / f"{name}.{to}", overrides, codec)
        if isinstance(outcome, Failure):
            failures.append(outcome)
            content: dict[str, Any] = {"error": {"code": outcome.code, "message": outcome.message}}
        else:
            content = outcome.to_json()
        write_report(out_dir / f"{name}.report.json", content)
        if progress is not None:
            progress(source, outcome)
    return failures


def _free_name(stem: str, taken: set[str]) -> str:
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}"
    taken.add(name)
    return name


def _convert_one(source: Path, target: Path, overrides: Overrides | None, codec: Codec) -> Report | Failure:
    try:
        return convert_file(source, target, overrides=overrides, codec=codec)
    except BadInput as error:
        return Failure(source, error.code, error.detail)
    except OSError as error:
        return Failure(source, "unreadable", error.strerror or str(error))


def write_report(path: Path, content: dict[str, Any]) -> None:
    """Write a report as JSON."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")
