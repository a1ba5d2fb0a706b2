"""The engine without a server: one file, or many, to Parquet, part files, CSV or NDJSON, with a report.

One pass: each segment is encoded as it comes, in the types that hold so far, and its row groups are put behind those
before it. If a later segment widened a column, the row groups in front of it are recast at the end.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from parquay.errors import NoTable, ParquayError
from parquay.ingest import export, fold, footer, parts, sniff
from parquay.ingest.dialect import Dialect, Overrides
from parquay.ingest.fold import Body, Converted, State
from parquay.ingest.lexemes import ColumnType
from parquay.ingest.segment import Rejected
from parquay.ingest.store import path_reader

Progress = Callable[[int, int], None]
"""Told bytes read and bytes in all."""
REPORTED_REJECTS = 10_000
"""Rejects that a report lists; all are counted."""


@dataclass(slots=True)
class Report:
    """What became of one file."""

    dialect: Dialect = field(default_factory=Dialect)
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


@dataclass(frozen=True, slots=True)
class Stretch:
    """Row groups of one segment in the spool file."""

    groups: footer.Groups
    at: int
    types: tuple[ColumnType, ...]

    @property
    def size(self) -> int:
        """Bytes of its row groups."""
        return self.groups.stop - self.groups.start


class Spool:
    """Row groups of a table being made, end to end in one file that is a Parquet file once its footer stands."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: BinaryIO = path.open("w+b")
        self._file.write(footer.MAGIC)
        self._stretches: list[Stretch] = []

    def append(self, content: pa.Buffer, types: tuple[ColumnType, ...]) -> None:
        """Put the row groups of a Parquet file in memory behind the others."""
        view = memoryview(content)
        groups = footer.parse(view)
        self._stretches.append(Stretch(groups, self._file.tell(), types))
        self._file.write(view[groups.start : groups.stop])

    def tables(self, types: tuple[ColumnType, ...]) -> Iterator[pa.Table]:
        """Read back each segment's table, recast to `types`."""
        self._file.flush()
        for stretch in self._stretches:
            yield parts.widened(pq.read_table(pa.BufferReader(self._whole(stretch))), stretch.types, types)

    def _whole(self, stretch: Stretch) -> bytes:
        pages = os.pread(self._file.fileno(), stretch.size, stretch.at)
        return footer.MAGIC + pages + footer.merge([(stretch.groups, len(footer.MAGIC))])

    def same(self, types: tuple[ColumnType, ...]) -> bool:
        """Whether every stretch has the types of the whole table."""
        wanted = [kind.arrow() for kind in types]
        return all([kind.arrow() for kind in each.types] == wanted for each in self._stretches)

    def finish(self, target: Path) -> None:
        """Write the footer and give the file its name."""
        self._file.write(footer.merge((each.groups, each.at) for each in self._stretches))
        self.close()
        self.path.replace(target)

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def discard(self) -> None:
        """Close and delete the file."""
        self.close()
        self.path.unlink(missing_ok=True)


def convert_file(
    source: Path,
    target: Path,
    *,
    overrides: Overrides | None = None,
    progress: Progress | None = None,
    threads: int | None = None,
    codec: parts.Codec = parts.ZSTD,
) -> Report:
    """Convert `source`; the name of `target` says into what.

    `.parquet`: one file; `.csv`, `.ndjson`: the table as text again; anything else: a directory of part files.

    Raises:
        NoTable: there is no table in it (`no_table`), or one without rows (`no_rows`); nothing is written.
        BadInput: it cannot be read.
        OSError: a file cannot be opened or written.
    """
    run = _Conversion(source, overrides or Overrides(), progress, threads or os.cpu_count() or 1, codec)
    target.parent.mkdir(parents=True, exist_ok=True)
    spool = Spool(target.parent / f".{target.name}.{os.getpid()}.tmp")
    try:
        report = run.into(spool)
        _deliver(spool, run, report, target)
    finally:
        spool.discard()
    return report


def _deliver(spool: Spool, run: _Conversion, report: Report, target: Path) -> None:
    kind = target.suffix.lower()
    if kind in (".csv", ".ndjson", ".jsonl"):
        _deliver_text(spool, run, target, csv=kind == ".csv")
    elif kind in (".parquet", ".pq"):
        _one_schema(spool, run).finish(target)
    else:
        target.mkdir(parents=True, exist_ok=True)
        _one_schema(spool, run).finish(target / "part-00000.parquet")


def _one_schema(spool: Spool, run: _Conversion) -> Spool:
    """The spool itself, or a second one with every stretch recast to the final types."""
    if spool.same(run.types):
        return spool
    recast = Spool(spool.path.with_suffix(".recast"))
    for table in spool.tables(run.types):
        recast.append(parts.encode(table, run.codec), run.types)
    spool.discard()
    return recast


def _deliver_text(spool: Spool, run: _Conversion, target: Path, *, csv: bool) -> None:
    unfinished = target.parent / f".{target.name}.{os.getpid()}.out"
    try:
        with unfinished.open("wb") as sink:
            if csv:
                export.write_csv_header(sink, run.dialect)
            for table in spool.tables(run.types):
                if csv:
                    export.write_csv_rows(sink, table, run.types)
                else:
                    export.write_ndjson_rows(sink, table)
        unfinished.replace(target)
    finally:
        unfinished.unlink(missing_ok=True)


class _Conversion:
    """One file on its way into a spool."""

    def __init__(
        self, source: Path, overrides: Overrides, progress: Progress | None, threads: int, codec: parts.Codec
    ) -> None:
        self.source = source
        self.codec = codec
        self.dialect = Dialect()
        self.types: tuple[ColumnType, ...] = ()
        self._overrides = overrides
        self._progress = progress
        self._threads = threads
        self._state = State.start(self.dialect)

    def into(self, spool: Spool) -> Report:
        """Convert every segment and put its row groups into `spool`."""
        size = self.source.stat().st_size
        with path_reader(self.source) as reader:
            guess = sniff.guess(reader.read_at, size, name=self.source.name, complete=True, overrides=self._overrides)
            if guess.dialect is None:
                raise NoTable(guess.reason, guess.code)
            self.dialect, self._state = guess.dialect, State.start(guess.dialect)
            report = Report(dialect=self.dialect)
            cutter = fold.Cutter(
                reader.read_at, self.dialect, self._state.byte, self._state.line, self._segment_bytes(size)
            )
            with ThreadPoolExecutor(self._threads, thread_name_prefix="convert") as pool:
                bodies = cutter.bodies(size, complete=True)
                for done, content in fold.in_order(bodies, self._encode, pool, self._threads + 1):
                    self._take(done, content, spool, report)
                    if self._progress is not None:
                        self._progress(done.end, size)
        return self._close(report)

    def _segment_bytes(self, size: int) -> int:
        """Enough segments for all cores, also in a small file."""
        return max(1 << 20, min(fold.SEGMENT_BYTES, -(-size // (2 * self._threads))))

    def _encode(self, body: Body) -> tuple[Converted, pa.Buffer]:
        done = fold.convert(body, self.dialect, self._state.kinds)
        return done, parts.encode(done.table, self.codec)

    def _take(self, done: Converted, content: pa.Buffer, spool: Spool, report: Report) -> None:
        if done.table.num_rows:
            spool.append(content, done.types)
        room = REPORTED_REJECTS - len(report.rejects)
        report.rejects.extend(done.rejects[: max(0, room)])
        self._state = self._state.after(done)

    def _close(self, report: Report) -> Report:
        self.types = self._state.types()
        report.rows, report.reject_count = self._state.rows, self._state.rejects
        report.columns = [
            {"name": name, "type": kind.name} for name, kind in zip(self.dialect.columns, self.types, strict=True)
        ]
        report.warnings = [{"code": each.code, "line": each.line, "count": each.count} for each in self._state.warnings]
        if report.rows == 0:
            raise NoTable(
                "The file has a header but no rows." if not report.reject_count else "No row could be read.", "no_rows"
            )
        return report


def convert_many(
    sources: Sequence[Path],
    out_dir: Path,
    *,
    to: str = "parquet",
    overrides: Overrides | None = None,
    progress: Callable[[Path, Report | Failure], None] | None = None,
    codec: parts.Codec = parts.ZSTD,
) -> list[Failure]:
    """Convert many files in one process into `out_dir/<name>.<to>`, each with `<name>.report.json` beside it.

    A failing input does not stop the rest; its report says why. Returns the failures.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    failures = []
    for source in sources:
        outcome = _convert_one(source, out_dir / f"{source.stem}.{to}", overrides, codec)
        if isinstance(outcome, Failure):
            failures.append(outcome)
            content: dict[str, Any] = {"error": {"code": outcome.code, "message": outcome.message}}
        else:
            content = outcome.to_json()
        write_report(out_dir / f"{source.stem}.report.json", content)
        if progress is not None:
            progress(source, outcome)
    return failures


def _convert_one(source: Path, target: Path, overrides: Overrides | None, codec: parts.Codec) -> Report | Failure:
    try:
        return convert_file(source, target, overrides=overrides, codec=codec)
    except ParquayError as error:
        return Failure(source, error.code, error.detail)
    except OSError as error:
        return Failure(source, "unreadable", error.strerror or str(error))


def write_report(path: Path, content: dict[str, Any]) -> None:
    """Write a report as JSON."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")
