"""From the bytes of a segment to a table of texts: the quick reader, and the tolerant one where it must be.

A well-formed segment is parsed as a whole. One that is not is read in small windows, each again by the quick reader
if it can, so that a broken row costs little more than its neighbourhood.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa

from parquay.ingest.read import arrow_reader, row_repair, tolerant_reader
from parquay.ingest.read.cell_kinds import is_comment
from parquay.ingest.text import split
from parquay.ingest.text.dialect import Dialect
from parquay.ingest.text.warnings import Warned, warn

REJECTS_KEPT = 50_000
"""Rejects of a file that are kept one by one; all are counted."""
TEXT_LIMIT = 1000
"""Characters of a reject's text that are kept."""
WINDOW = 64 << 10
"""Bytes of a window of a segment that is not well formed."""
_DIGIT = re.compile(r"\[0-9\]")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that could not be read into the table.

    Attributes:
        line: physical line of the file on which the row starts, from 1.
        byte: byte of the file at which it starts.
        column: name of the column concerned, or None.
        code: too_few_fields, too_many_fields, bad_encoding, repeated_header, second_table or above_table.
        text: the row as it stands in the file, cut after `TEXT_LIMIT` characters.
    """

    line: int
    byte: int
    column: str | None
    code: str
    text: str


def rejected(code: str, column: str | None, text: bytes, dialect: Dialect, *, line: int, byte: int) -> Rejected:
    """The reject of a row that stands in the file as `text`."""
    shown = text[: 4 * TEXT_LIMIT].decode(dialect.codec, "replace").rstrip("\r\n")[:TEXT_LIMIT]
    return Rejected(line, byte, column, code, shown)


@dataclass(frozen=True, slots=True)
class SegmentRows:
    """What a segment holds.

    Attributes:
        table: one text column for each column of the file.
        end: bytes of the chunk that it covers.
        lines: physical lines in them.
        unlisted: rejects that were counted only.
        ended: whether a second table starts in it, so that all rows behind are not of this one.
        allowed: the types that a column may have besides text, where the format says more than the text does.
        renamed: keys whose column is called otherwise, as they turned up: key, its turn in the object, name.
    """

    table: pa.Table
    end: int
    lines: int
    rejects: tuple[Rejected, ...] = ()
    warnings: tuple[Warned, ...] = ()
    unlisted: int = 0
    ended: bool = False
    allowed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    renamed: tuple[tuple[str, int, str], ...] = ()


def read_body(body: bytes, dialect: Dialect, *, byte: int, line: int, lines: int, ended: bool = False) -> SegmentRows:
    """Read a well-formed body of whole rows, which starts at `byte` and `line` of the file and has `lines` lines.

    `ended`: the table has ended before.
    """
    table = None if ended else arrow_reader.parse(body, dialect, lines)
    if table is not None:
        return SegmentRows(table, len(body), lines)
    ragged = None if ended else _Windows(dialect, byte=byte, line=line, ended=False).read_ragged(body, lines)
    return ragged or _Windows(dialect, byte=byte, line=line, ended=ended).read(body, final=True)


def read_odd(chunk: bytes, dialect: Dialect, *, byte: int, line: int, final: bool, ended: bool = False) -> SegmentRows:
    """Read the rows that end in a chunk that is not well formed.

    `final`: the file ends with this chunk. `end` is 0 when no row has ended.
    """
    return _Windows(dialect, byte=byte, line=line, ended=ended).read(chunk, final=final)


@dataclass(slots=True)
class _Windows:
    """Reads a stretch window by window and collects what it finds."""

    dialect: Dialect
    byte: int
    line: int
    ended: bool
    tables: list[pa.Table] = field(default_factory=list)
    rejects: list[Rejected] = field(default_factory=list)
    warnings: dict[str, Warned] = field(default_factory=dict)
    unlisted: int = 0
    after_gap: bool = False
    solid: tuple[int, int] = (0, 0)
    """Bytes up to the last row that is not blank, and the line behind it."""

    def read(self, chunk: bytes, *, final: bool) -> SegmentRows:
        """Read every row that ends in `chunk`."""
        at, size, start = 0, WINDOW, self.line
        while at < len(chunk):
            window = chunk[at : at + size]
            last = at + size >= len(chunk)
            end = self._window(window, at, final=final and last)
            if end == 0 and last:
                break
            size = WINDOW if end else size * 8
            at += end
        # Blank lines wait for what follows, here as in `split.cut`, so that a gap is seen with the row behind it.
        end, line = (at, self.line) if final else self.solid
        tables = self.tables or [arrow_reader.empty(self.dialect.columns)]
        return SegmentRows(
            pa.concat_tables(tables).combine_chunks(),
            end,
            max(0, line - start),
            tuple(self.rejects),
            tuple(self.warnings.values()),
            self.unlisted,
            self.ended,
        )

    def read_ragged(self, body: bytes, lines: int) -> SegmentRows | None:
        """Read a body whose lines are all rows and look only at those of the wrong width; None when it is no such body.

        A row that was mended goes back to its place.
        """
        found = arrow_reader.parse_ragged(body, self.dialect, lines)
        if found is None:
            return None
        starts = [0, *(split.places(body, split.LF) + 1).tolist()]
        reader = tolerant_reader.RowReader(body, self.dialect, final=True, width=len(self.dialect.columns))
        first, mended = self.line, dict[int, list[str | None]]()
        for number in found.odd:
            row = reader.row_at(starts[number])
            self.line = first + number
            texts = self._texts(row, body[row.start : row.end], row.start)
            if self.ended:
                return None
            if texts is not None:
                mended[number] = texts
        table = _with_rows(found, mended)
        return SegmentRows(table, len(body), lines, tuple(self.rejects), tuple(self.warnings.values()), self.unlisted)

    def _window(self, window: bytes, at: int, *, final: bool) -> int:
        """Read one window and return the bytes that were taken."""
        found = split.cut(window, self.dialect, final=final)
        if found.stray is None:
            if not found.end:
                return 0
            body = window[: found.end]
            lines = split.count_lines(body)
            table = None if self.ended or self.after_gap else arrow_reader.parse(body, self.dialect, lines)
            if table is not None:
                self.tables.append(table)
                self.line += lines
                self.after_gap = False
                self.solid = (at + found.end, self.line)
                return found.end
            window, final = body, True
        return self._rows(window, at, final=final)

    def _rows(self, window: bytes, at: int, *, final: bool) -> int:
        columns: list[list[str | None]] = [[] for _ in self.dialect.columns]
        end = 0
        reader = tolerant_reader.RowReader(window, self.dialect, final=final, width=len(self.dialect.columns))
        for row in reader.rows():
            end = row.end
            text = window[row.start : row.end]
            blank = len(row.cells) == 1 and row.cells[0] is None
            texts = self._texts(row, text, at + row.start)
            blank = blank and len(self.dialect.columns) > 1
            self.after_gap = blank and not self.dialect.spaced
            if texts is not None:
                for column, cell in zip(columns, texts, strict=True):
                    column.append(cell)
            self.line += split.count_lines(text)
            if not blank:
                self.solid = (at + row.end, self.line)
        if columns and columns[0]:
            arrays = [pa.array(column, pa.string()) for column in columns]
            self.tables.append(pa.table(arrays, names=self.dialect.columns))
        return end

    def _texts(self, row: tolerant_reader.Row, text: bytes, at: int) -> list[str | None] | None:
        """The cells of a row as they go into the table; None when it is blank or rejected."""
        width = len(self.dialect.columns)
        if width > 1 and len(row.cells) == 1 and row.cells[0] is None:
            return None
        if b"\0" in text and not text.strip(b"\0\r\n"):
            self._reject("bad_encoding", None, text, at)
            return None
        self.ended = self.ended or self._starts_second_table(row)
        if self.ended:
            self._reject("second_table", None, text, at)
            return None
        if self.dialect.trailing and len(row.cells) == width + 1 and row.cells[-1] is None:
            row = replace(row, cells=row.cells[:width])
        cells = row.cells
        if len(cells) != width:
            if is_comment(text):
                self._warn("comment_line", text)
                return None
            healed = row_repair.heal(row, text, self.dialect)
            if healed is None:
                self._reject_width(len(cells), text, at)
                return None
            cells = healed.cells
            self._warn(healed.code, text)
        elif healed := row_repair.heal_quoted(row, text, self.dialect):
            cells = healed.cells
            self._warn(healed.code, text)
        self._warn_of_quotes(row, text)
        texts = self._decoded(cells, text, at)
        if texts is not None and self.dialect.codec == "utf-8" and text.startswith(tolerant_reader.MARK):
            self._warn("byte_order_mark", text)
        return texts

    def _reject_width(self, found: int, text: bytes, at: int) -> None:
        columns = self.dialect.columns
        if not self._is_text(text):
            self._reject("bad_encoding", None, text, at)
        elif found < len(columns):
            self._reject("too_few_fields", columns[found], text, at)
        else:
            self._reject("too_many_fields", None, text, at)

    def _is_text(self, text: bytes) -> bool:
        try:
            text.decode(self.dialect.codec)
        except UnicodeError:
            return False
        return True

    def _decoded(self, cells: row_repair.Cells, text: bytes, at: int) -> list[str | None] | None:
        texts: list[str | None] = []
        for name, cell in zip(self.dialect.columns, cells, strict=True):
            try:
                texts.append(None if cell is None else cell.decode(self.dialect.codec))
            except UnicodeError:
                self._reject("bad_encoding", name, text, at)
                return None
        if len(texts) > 1 and self.dialect.header and tuple(texts) == self.dialect.header[-1]:
            self._reject("repeated_header", None, text, at)
            return None
        return texts

    def _starts_second_table(self, row: tolerant_reader.Row) -> bool:
        """A row of names behind a gap, or of this table's names in another width, heads a second table."""
        width, cells = len(self.dialect.columns), row.cells
        if width < 2 or len(cells) < 2 or not all(cells):
            return False
        words = [(cell or b"").decode(self.dialect.codec, "replace") for cell in cells]
        if len(cells) != width and sum(word in self.dialect.columns for word in words) * 2 > max(2, len(cells)):
            return True
        if not self.after_gap or any(any(mark.isdigit() for mark in word) for word in words):
            return False
        shapes = self.dialect.shapes
        return len(cells) != width or (
            any(_DIGIT.search(shape) for shape in shapes) and not row_repair.fits(cells, shapes)
        )

    def _warn_of_quotes(self, row: tolerant_reader.Row, text: bytes) -> None:
        if row.runaway:
            self._warn("runaway_quote", text)
        elif row.strays:
            self._warn("stray_quote", text)

    def _warn(self, code: str, text: bytes) -> None:
        shown = b"" if code in self.warnings else text[: 4 * TEXT_LIMIT].decode(self.dialect.codec, "replace")
        warn(self.warnings, code, self.line, shown)

    def _reject(self, code: str, column: str | None, text: bytes, at: int) -> None:
        if len(self.rejects) == REJECTS_KEPT:
            self.unlisted += 1
            return
        self.rejects.append(rejected(code, column, text, self.dialect, line=self.line, byte=self.byte + at))


def _with_rows(found: arrow_reader.Ragged, mended: Mapping[int, list[str | None]]) -> pa.Table:
    """The rows of the right width and those that were mended, in the order of the file."""
    if not mended:
        return found.table
    right = np.delete(np.arange(found.table.num_rows + len(found.odd)), list(found.odd))
    columns = [pa.array(cells, pa.string()) for cells in zip(*mended.values(), strict=True)]
    rows = pa.concat_tables([found.table, pa.table(columns, schema=found.table.schema)])
    order = np.argsort(np.concatenate([right, list(mended)]), kind="stable")
    return rows.take(order).combine_chunks()
