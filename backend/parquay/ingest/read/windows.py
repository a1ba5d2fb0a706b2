"""Bytes that are not well formed, read window by window, so that a broken row costs little more than its neighbourhood.

Each window is tried by Arrow's parser first; only where that cannot take it the tolerant reader looks at every field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from parquay.ingest.read import arrow_reader
from parquay.ingest.read.row_verdict import Keep, RejectedRow, Skip, judge
from parquay.ingest.read.rows import MAX_TEXT_CHARS, NotMine, RejectList, SegmentRows
from parquay.ingest.read.tolerant_reader import RowReader
from parquay.ingest.text import split
from parquay.ingest.text.dialect import Dialect
from parquay.ingest.text.warnings import FileWarning, warn

WINDOW_BYTES = 64 << 10
"""Bytes of a window."""


@dataclass(frozen=True, slots=True)
class _Cursor:
    """How far reading has come.

    Attributes:
        at, line: bytes that are read, and the physical line behind them.
        solid_at, solid_line: the same up to the last row that is not blank.
        after_gap: whether the last line was blank.
        ended: whether a second table has started.
    """

    at: int
    line: int
    solid_at: int
    solid_line: int
    after_gap: bool = False
    ended: bool = False


@dataclass(slots=True)
class _Findings:
    """The rows, rejects and warnings so far; `byte`: where the bytes start in the file."""

    dialect: Dialect
    byte: int
    tables: list[pa.Table] = field(default_factory=list)
    rejects: RejectList = field(default_factory=RejectList)
    warnings: dict[str, FileWarning] = field(default_factory=dict)
    rows: int = 0

    def note(self, verdict: Keep | Skip | RejectedRow, text: bytes, *, at: int, line: int, row: int) -> None:
        """Write down what a verdict about the row `text`, which stands behind `row` others, says besides its cells."""
        for code in verdict.warnings:
            known = code in self.warnings
            shown = "" if known else text[: 4 * MAX_TEXT_CHARS].decode(self.dialect.codec, "replace")
            warn(self.warnings, code, line, shown)
        if isinstance(verdict, RejectedRow):
            byte, codec = self.byte + at, self.dialect.codec
            self.rejects.add(verdict.code, verdict.column, text, line=line, byte=byte, row=row, codec=codec)

    def put(self, rows: list[list[str | None]]) -> None:
        """Put rows of texts behind the others."""
        if rows:
            arrays = [pa.array(column, pa.string()) for column in zip(*rows, strict=True)]
            self.add(pa.table(arrays, names=self.dialect.columns))

    def add(self, table: pa.Table) -> None:
        """Put a table behind the others."""
        self.tables.append(table)
        self.rows += table.num_rows

    def result(self, table: pa.Table, end: int, lines: int, *, ended: bool = False) -> SegmentRows:
        """All of it, about the first `end` bytes."""
        rejects, warnings = tuple(self.rejects.kept), tuple(self.warnings.values())
        return SegmentRows(table, end, lines, rejects, warnings, self.rejects.unlisted, ended)


def read_windows(
    chunk: bytes, dialect: Dialect, *, byte: int, line: int, final: bool, ended: bool = False
) -> SegmentRows:
    """Read every row that ends in `chunk`, which starts at `byte` and `line` of the file.

    `final`: the file ends with this chunk. `ended`: a second table has started before. `end` of what is returned is 0
    when no row has ended.
    """
    found = _Findings(dialect, byte)
    cursor, size = _Cursor(0, line, 0, line, ended=ended), WINDOW_BYTES
    # Between two windows: every row that ends before `cursor.at` is in `found`, and a row starts there.
    while cursor.at < len(chunk):
        last = cursor.at + size >= len(chunk)
        moved = _read_window(chunk[cursor.at : cursor.at + size], cursor, found, final=final and last)
        if moved.at == cursor.at and last:
            break
        size = size * 8 if moved.at == cursor.at else WINDOW_BYTES
        cursor = moved
    # Blank lines wait for what follows, here as in `split.split`, so that a gap is seen with the row behind it.
    end, behind = (cursor.at, cursor.line) if final else (cursor.solid_at, cursor.solid_line)
    table = pa.concat_tables(found.tables or [arrow_reader.empty(dialect.columns)]).combine_chunks()
    return found.result(table, end, behind - line, ended=cursor.ended)


def _read_window(window: bytes, cursor: _Cursor, found: _Findings, *, final: bool) -> _Cursor:
    """Read one window; the cursor stays where it is when no row ends in it."""
    cut = split.split(window, found.dialect, final=final)
    if cut.stray is not None:
        return _read_rows(window, cursor, found, final=final)
    if not cut.end:
        return cursor
    body = window[: cut.end]
    if not cursor.ended and not cursor.after_gap:
        lines = split.count_lines(body)
        table = arrow_reader.read_texts(body, found.dialect, lines)
        if not isinstance(table, NotMine):
            found.add(table)
            at, line = cursor.at + cut.end, cursor.line + lines
            return _Cursor(at, line, at, line)
    return _read_rows(body, cursor, found, final=True)


def _read_rows(window: bytes, cursor: _Cursor, found: _Findings, *, final: bool) -> _Cursor:
    """Read a window row by row."""
    dialect, start, line = found.dialect, cursor.at, cursor.line
    at, solid_at, solid_line = start, cursor.solid_at, cursor.solid_line
    after_gap, ended = cursor.after_gap, cursor.ended
    kept: list[list[str | None]] = []
    for row in RowReader(window, dialect, final=final, width=len(dialect.columns)).rows():
        text = window[row.start : row.end]
        verdict = judge(row, text, dialect, after_gap=after_gap, ended=ended)
        if isinstance(verdict, Keep):
            kept.append(verdict.texts)
        before = found.rows + len(kept) - isinstance(verdict, Keep)
        found.note(verdict, text, at=start + row.start, line=line, row=before)
        at, line = start + row.end, line + _lines(text)
        ended = ended or (isinstance(verdict, RejectedRow) and verdict.code == "second_table")
        blank = isinstance(verdict, Skip) and verdict.blank
        after_gap = blank and not dialect.spaced
        if not blank:
            solid_at, solid_line = at, line
    found.put(kept)
    return _Cursor(at, line, solid_at, solid_line, after_gap, ended)


def _lines(text: bytes) -> int:
    return text.count(b"\n") if b"\r" not in text else split.count_lines(text)


def read_ragged(
    body: bytes, ragged: arrow_reader.Ragged, dialect: Dialect, *, byte: int, line: int, lines: int
) -> SegmentRows | NotMine:
    """Look only at the rows of the wrong width where every line is a row; what is repaired goes where it stood."""
    found, repaired = _Findings(dialect, byte), dict[int, list[str | None]]()
    starts = [0, *(split.positions(body, split.LF) + 1).tolist()]
    reader = RowReader(body, dialect, final=True, width=len(dialect.columns))
    left_out = 0
    for number in ragged.odd:
        row = reader.row_at(starts[number])
        text = body[row.start : row.end]
        verdict = judge(row, text, dialect)
        if isinstance(verdict, RejectedRow) and verdict.code == "second_table":
            return NotMine("second_table")
        if isinstance(verdict, Keep):
            repaired[number] = verdict.texts
        found.note(verdict, text, at=row.start, line=line + number, row=number - left_out)
        left_out += not isinstance(verdict, Keep)
    return found.result(_with_rows(ragged, repaired), len(body), lines)


def _with_rows(ragged: arrow_reader.Ragged, repaired: Mapping[int, list[str | None]]) -> pa.Table:
    """The rows of the right width and those that were repaired, in the order of the file."""
    if not repaired:
        return ragged.table
    right = np.delete(np.arange(ragged.table.num_rows + len(ragged.odd)), list(ragged.odd))
    columns = [pa.array(cells, pa.string()) for cells in zip(*repaired.values(), strict=True)]
    rows = pa.concat_tables([ragged.table, pa.table(columns, schema=ragged.table.schema)])
    order = np.argsort(np.concatenate([right, list(repaired)]), kind="stable")
    return rows.take(order).combine_chunks()
