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
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pyarrow as pa

from parquay.columns.parquet import parts
from parquay.columns.parquet.parts import Codec, Types
from parquay.columns.parquet.spool import Spool
from parquay.columns.types import registry
from parquay.columns.types.aside_counts import with_counts
from parquay.columns.types.offers import Offer, counted
from parquay.errors import BadInput, InvalidValue, NoTable, TooLarge
from parquay.ingest.convert import sandbox
from parquay.ingest.convert.members import Input, inputs_of
from parquay.ingest.convert.pipeline import Encoded, Pipeline, SegmentSource, TextSegments, why_no_rows
from parquay.ingest.convert.plan import Plan, plan, why_unmeant
from parquay.ingest.read import segmenter
from parquay.ingest.read.fold import ColumnCandidates, Converted, FoldState
from parquay.ingest.read.rows import Rejected
from parquay.ingest.text.byte_source import ByteReader, PathReader
from parquay.ingest.text.dialect import Dialect
from parquay.ingest.text.inflate import BrokenArchive
from parquay.ingest.text.overrides import Overrides

Progress = Callable[[int, int], None]
"""Called with the bytes that are done and the bytes in all."""
Format = Literal["parquet", "csv", "ndjson"]
TEXT_SUFFIXES = frozenset({".csv", ".ndjson", ".jsonl"})
"""Endings of targets that get the table as text; these may be empty."""
PARQUET_SUFFIXES = frozenset({".parquet", ".pq"})
MAX_REPORTED_REJECTS = 10_000
"""Rejects that a report lists; all are counted."""
MIN_SEGMENT_BYTES = 1 << 20
"""Bytes of a segment of a small file, so that all cores have some."""
SAMPLE_ROWS = 1024
"""Rows that say for which types of a column of text the others are worth counting."""
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
    offers: dict[str, list[Offer]] | None = None

    def add(self, rejects: Sequence[Rejected]) -> None:
        """List some more rejects, as far as there is room."""
        self.rejects.extend(rejects[: max(0, MAX_REPORTED_REJECTS - len(self.rejects))])

    def _offered(self, name: str) -> dict[str, Any]:
        """The offers for a column, where they were counted."""
        return {} if self.offers is None else {"offers": [each.to_json() for each in self.offers.get(name, [])]}

    def to_json(self) -> dict[str, Any]:
        """The report as it is written to a file."""
        return {
            "rows": self.rows,
            "columns": [registry.shown_column(each) | self._offered(each["name"]) for each in self.columns],
            "dialect": self.dialect.report(),
            "rejects": [
                {"line": each.line, "byte": each.byte, "column": each.column, "code": each.code, "text": each.text}
                for each in self.rejects
            ],
            "reject_count": self.reject_count,
            "warnings": self.warnings,
        }


@dataclass(frozen=True, slots=True)
class ConversionFailure:
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
    offers: bool = False,
) -> Report:
    """Convert `source`; the name of `target` says into what. `offers`: count those too.

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
        conversion = _Conversion(source, overrides or Overrides(), progress, threads or os.cpu_count() or 1, codec)
        report, types = conversion.into(spool, may_be_empty=as_text)
        if (offers or not as_text) and not spool.has_types(types):
            spool = spool.recast(types, codec)
        report.offers = _offers(spool, types, report.dialect.missing) if offers else None
        if as_text:
            _write_text(spool, report.dialect, types, target, csv=kind == ".csv")
            return report
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


def _offers(spool: Spool, types: Types, named: Sequence[str]) -> dict[str, list[Offer]]:
    """What the columns of text could be."""
    names = [name for name, kind in types.items() if kind.is_text]
    first = next(spool.columns(names), None) if names else None
    return {} if first is None else counted(first.slice(0, SAMPLE_ROWS), spool.columns, named)


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


class SpoolSink:
    """Puts the row groups of each segment behind those before it, and keeps the report."""

    def __init__(self, spool: Spool, report: Report, codec: Codec, progress: Callable[[int], None]) -> None:
        self._spool = spool
        self._report = report
        self._codec = codec
        self._progress = progress

    def encode(self, no: int, converted: Converted) -> pa.Buffer:
        """Encode the rows of a segment."""
        return parts.encode(converted.table, self._codec, page_bytes=parts.LARGE_PAGE_BYTES)

    def record(self, segment: Encoded[pa.Buffer]) -> None:
        """Append the row groups of a segment."""
        if segment.content is not None:
            self._spool.append(segment.content, segment.converted.types)
        self._report.add(segment.converted.rejects)
        self._report.dialect = segment.dialect
        self._progress(segment.consumed)


@dataclass(frozen=True, slots=True)
class _Conversion:
    """One file on its way into a spool."""

    source: Path
    overrides: Overrides
    progress: Progress | None
    threads: int
    codec: Codec

    def into(self, spool: Spool, *, may_be_empty: bool) -> tuple[Report, Types]:
        """Convert every segment; return the report and the types that hold for all rows."""
        report, size, state = Report(), self.source.stat().st_size, FoldState(0, 1)
        with PathReader(self.source) as reader:
            found = plan(reader, size, complete=True, name=self.source.name, overrides=self.overrides)
            if found is None:
                raise NoTable("The file has no rows.", "no_rows")
            if (reason := why_unmeant(found, self.overrides)) and not found.code:
                raise InvalidValue(reason, "bad_option")
            if found.code and not (found.code == "no_rows" and may_be_empty):
                raise NoTable(found.reason, found.code)
            with self._segments(found, reader, size, spool.path.parent) as segments:
                if segments is not None:
                    report.dialect = segments.dialect
                    state = self._run(segments, SpoolSink(spool, report, self.codec, self._report_progress(size)))
        self._close(report, state, size, may_be_empty=may_be_empty)
        report.columns = with_counts(report.columns, spool.counts())
        return report, state.types()

    @contextmanager
    def _segments(self, found: Plan, reader: ByteReader, size: int, directory: Path) -> Iterator[SegmentSource | None]:
        """The segments of the file as it is planned; None when it has none."""
        if found.file_format is not None:
            with (
                tempfile.TemporaryDirectory(dir=directory, prefix=".parquay-") as scratch,
                sandbox.read_file(found.file_format, self.source, Path(scratch), self.overrides).segments() as segments,
            ):
                yield segments
        elif found.source is not None and found.dialect is not None:
            found.source.attach(reader, size, complete=True)
            first = TextSegments(found.source, found.dialect, FIRST_BYTES, FIRST_BYTES)
            # So large that all cores have some also in a small file.
            share = -(-size // (2 * self.threads))
            segment_bytes = max(MIN_SEGMENT_BYTES, min(segmenter.segment_bytes(found.dialect), share))
            yield TextSegments(found.source, found.dialect, segment_bytes, segment_bytes, _candidates(first))
        else:
            yield None

    def _run(self, segments: SegmentSource, sink: SpoolSink) -> FoldState:
        with ThreadPoolExecutor(self.threads, thread_name_prefix="convert") as pool:
            return Pipeline(segments, sink, pool, self.threads).run(FoldState.start(segments.dialect))

    def _report_progress(self, size: int) -> Callable[[int], None]:
        progress = self.progress
        return (lambda done: progress(done, size)) if progress is not None else (lambda _done: None)

    def _close(self, report: Report, state: FoldState, size: int, *, may_be_empty: bool) -> None:
        types = state.types()
        report.rows, report.reject_count = state.rows, state.rejects
        report.columns = registry.columns_json(types)
        self.overrides.refuse_unknown_columns(types)
        report.warnings = [each.to_json() for each in state.last_warnings()]
        if report.rows == 0 and not may_be_empty:
            raise NoTable(why_no_rows(size, report.dialect, state), "no_rows")


def _candidates(first: TextSegments) -> ColumnCandidates:
    """The types that the first rows leave open; the other rows need not be asked about more."""
    segment = next(first.segments(FoldState.start(first.dialect), 0), None)
    return {} if segment is None else first.convert(segment, {}).kinds


def convert_many(
    sources: Sequence[Path],
    out_dir: Path,
    *,
    to: str = "parquet",
    overrides: Overrides | None = None,
    progress: Callable[[Path, Report | ConversionFailure], None] | None = None,
    codec: Codec = parts.ZSTD,
) -> list[ConversionFailure]:
    """Convert many files in one process into `out_dir/<name>.<to>`, each with `<name>.report.json` beside it.

    A failing input does not stop the rest; its report says why. Two inputs of one name get a number behind it. Of an
    archive of which all members are wanted (`members.ALL`) each table is an input.
    Returns the failures.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    failures = []
    taken: set[str] = set()
    for each in _inputs(sources, overrides or Overrides()):
        name = _free_name(each.source.stem if isinstance(each, ConversionFailure) else each.stem, taken)
        outcome = each if isinstance(each, ConversionFailure) else _convert_one(each, out_dir / f"{name}.{to}", codec)
        if isinstance(outcome, ConversionFailure):
            failures.append(outcome)
            content: dict[str, Any] = {"error": {"code": outcome.code, "message": outcome.message}}
        else:
            content = outcome.to_json()
        write_report(out_dir / f"{name}.report.json", content)
        if progress is not None:
            progress(each.source if isinstance(each, ConversionFailure) else each.shown, outcome)
    return failures


def _inputs(sources: Sequence[Path], overrides: Overrides) -> Iterator[Input | ConversionFailure]:
    """What is read of each file, or why nothing is."""
    for source in sources:
        try:
            yield from inputs_of(source, overrides)
        except (BadInput, TooLarge) as error:
            yield ConversionFailure(source, error.code, error.detail)
        except BrokenArchive as error:
            yield ConversionFailure(source, "broken_archive", f"The file cannot be unpacked: {error}.")
        except OSError as error:
            yield ConversionFailure(source, "unreadable", error.strerror or str(error))


def _free_name(stem: str, taken: set[str]) -> str:
    name, number = stem, 1
    while name in taken:
        number += 1
        name = f"{stem}-{number}"
    taken.add(name)
    return name


def _convert_one(wanted: Input, target: Path, codec: Codec) -> Report | ConversionFailure:
    try:
        return convert_file(wanted.source, target, overrides=wanted.overrides, codec=codec, offers=True)
    except BadInput as error:
        return ConversionFailure(wanted.source, error.code, error.detail)
    except OSError as error:
        return ConversionFailure(wanted.source, "unreadable", error.strerror or str(error))


def write_report(path: Path, content: dict[str, Any]) -> None:
    """Write a report as JSON."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")
