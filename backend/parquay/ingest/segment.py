"""From the bytes of a segment to a table of texts: the quick reader, and the tolerant one where it must be.

A well-formed segment is parsed as a whole. One that is not is read in small windows, each again by the quick reader
if it can, so that a broken row costs little more than its neighbourhood.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv

from parquay.ingest import heal, repair, split
from parquay.ingest.dialect import Dialect

TEXT_LIMIT = 1000
"""Characters of a reject's text that are kept."""
WINDOW = 64 << 10
"""Bytes of a window of a segment that is not well formed."""
TRAILING = "\0trailing"
"""Name of the empty field behind the last delimiter."""
BOM = b"\xef\xbb\xbf"
_DIGIT = re.compile(r"\[0-9\]")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that could not be read into the table.

    Attributes:
        line: physical line of the file on which the row starts, from 1.
        byte: byte of the file at which it starts.
        column: name of the column concerned, or None.
        code: too_few_fields, too_many_fields, bad_encoding, repeated_header or second_table.
        text: the row as it stands in the file, cut after `TEXT_LIMIT` characters.
    """

    line: int
    byte: int
    column: str | None
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Warned:
    """Something odd that was mended: its code, the physical line where it was first met, and how often."""

    code: str
    line: int
    count: int = 1


@dataclass(frozen=True, slots=True)
class SegmentRows:
    """What a segment holds.

    Attributes:
        table: one text column for each column of the file.
        end: bytes of the chunk that it covers.
        lines: physical lines in them.
        ended: whether a second table starts in it, so that all rows behind are not of this one.
        allowed: the types that a column may have besides text, where the format says more than the text does.
    """

    table: pa.Table
    end: int
    lines: int
    rejects: tuple[Rejected, ...] = ()
    warnings: tuple[Warned, ...] = ()
    ended: bool = False
    allowed: Mapping[str, frozenset[str]] = field(default_factory=dict)


def read_body(body: bytes, dialect: Dialect, *, byte: int, line: int, lines: int, ended: bool = False) -> SegmentRows:
    """Read a well-formed body of whole rows, which starts at `byte` and `line` of the file and has `lines` lines.

    `ended`: the table has ended before.
    """
    table = None if ended else _quick(body, dialect, lines)
    if table is not None:
        return SegmentRows(table, len(body), lines)
    return _Windows(dialect, byte=byte, line=line, ended=ended).read(body, final=True)


def read_odd(chunk: bytes, dialect: Dialect, *, byte: int, line: int, final: bool, ended: bool = False) -> SegmentRows:
    """Read the rows that end in a chunk that is not well formed.

    `final`: the file ends with this chunk. `end` is 0 when no row has ended.
    """
    return _Windows(dialect, byte=byte, line=line, ended=ended).read(chunk, final=final)


def _quick(body: bytes, dialect: Dialect, lines: int) -> pa.Table | None:
    """Parse a well-formed body of `lines` lines; None when a row has the wrong width or bytes are no text."""
    names = (*dialect.columns, *[TRAILING] * dialect.trailing)
    text = _as_utf8(body, dialect)
    if text is None or text.startswith(BOM):
        return None
    rows = _rows_of(text, single=len(dialect.columns) == 1)
    if not rows.size:
        return _empty(dialect.columns)
    odd: list[bool] = []

    def refuse(_row: pa.csv.InvalidRow) -> str:
        odd.append(True)
        return "skip" if len(odd) == 1 else "error"

    try:
        table = pa.csv.read_csv(
            pa.BufferReader(rows),
            # One block: the parser loses the LF of a CRLF inside quotes at the end of a block.
            pa.csv.ReadOptions(use_threads=False, block_size=rows.size + 1, column_names=names),
            _parse_options(text, dialect, refuse),
            _convert_options(dialect, names, ascii_only=text.isascii()),
        )
    except pa.ArrowInvalid:
        return None
    passed = len(names) > 1 and not dialect.spaced and not _all_lines(table, lines + (rows.size > len(text)))
    if odd or (passed and split.has_blank_row(text[: rows.size], dialect)):
        return None
    if _has_header(table, dialect):
        return None
    return _without_trailing(table.combine_chunks(), dialect)


def _all_lines(table: pa.Table, lines: int) -> bool:
    """Whether the rows have as many lines as were read: then the parser has passed over no blank one."""
    if table.num_rows == lines:
        return True
    texts = (column.chunk(i).buffers()[2] for column in table.columns for i in range(column.num_chunks))
    within = sum(split.count(text, split.LF) for text in texts if text is not None)
    return bool(table.num_rows + within == lines)


def _has_header(table: pa.Table, dialect: Dialect) -> bool:
    """Whether a row of the table is its header once more."""
    names = dialect.header[-1] if len(dialect.columns) > 1 and dialect.header else ()
    found = None
    for name, column in zip(names, table.columns, strict=False):
        same = pc.equal(column, name)
        found = same if found is None else pc.and_(found, same)
        if not pc.any(found).as_py():
            return False
    return found is not None


def _rows_of(text: bytes, *, single: bool) -> pa.Buffer:
    """The rows with one row end behind the last: without it the parser takes an empty last field as quoted.

    Only the file's last segment can end with blank lines. They mean nothing, but in a `single` column they are rows.
    """
    size = split.text_end(text, len(text))
    if single and size < len(text):
        return pa.py_buffer(text)
    end = size + 2 if text[size : size + 2] == b"\r\n" else size + 1
    if not size:
        return pa.py_buffer(b"")
    return pa.py_buffer(text).slice(0, end) if size < len(text) else pa.py_buffer(text + b"\n")


def _without_trailing(table: pa.Table, dialect: Dialect) -> pa.Table | None:
    """Drop what stands behind the last delimiter of each row, which must be nothing."""
    if not dialect.trailing:
        return table
    return table.drop_columns([TRAILING]) if table[TRAILING].null_count == table.num_rows else None


def _empty(names: tuple[str, ...]) -> pa.Table:
    return pa.table([pa.array([], pa.string())] * len(names), names=names)


def _as_utf8(body: bytes, dialect: Dialect) -> bytes | None:
    """The body in UTF-8, without the padding behind delimiters; None when it is no text."""
    if dialect.codec != "utf-8":
        try:
            body = body.decode(dialect.codec).encode()
        except UnicodeError:
            return None
    return split.without_padding(body, dialect) if dialect.trim else body


def _parse_options(text: bytes, dialect: Dialect, refuse: object) -> pa.csv.ParseOptions:
    return pa.csv.ParseOptions(
        delimiter=dialect.delimiter or _unused(text),
        quote_char=dialect.quote or False,
        double_quote=not dialect.escape,
        # A body in which the escape occurs never comes here.
        escape_char=False,
        newlines_in_values=True,
        ignore_empty_lines=len(dialect.columns) > 1,
        invalid_row_handler=refuse,
    )


def _convert_options(dialect: Dialect, names: tuple[str, ...], *, ascii_only: bool) -> pa.csv.ConvertOptions:
    return pa.csv.ConvertOptions(
        check_utf8=not ascii_only,
        column_types=dict.fromkeys(names, pa.string()),
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        null_values=["", *dialect.nulls],
    )


def _unused(text: bytes) -> str:
    """A byte that does not occur, as the delimiter of a file that has none."""
    return next((chr(code) for code in (31, 30, 29, 28, 1, 2, 3, 4) if text.find(bytes([code])) < 0), "\x1f")


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
        tables = self.tables or [_empty(self.dialect.columns)]
        return SegmentRows(
            pa.concat_tables(tables).combine_chunks(),
            end,
            max(0, line - start),
            tuple(self.rejects),
            tuple(self.warnings.values()),
            self.ended,
        )

    def _window(self, window: bytes, at: int, *, final: bool) -> int:
        """Read one window and return the bytes that were taken."""
        found = split.cut(window, self.dialect, final=final)
        if found.stray is None:
            if not found.end:
                return 0
            body = window[: found.end]
            lines = split.count_lines(body)
            table = None if self.ended or self.after_gap else _quick(body, self.dialect, lines)
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
        reader = repair.RowReader(window, self.dialect, final=final, width=len(self.dialect.columns))
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

    def _texts(self, row: repair.Row, text: bytes, at: int) -> list[str | None] | None:
        """The cells of a row as they go into the table; None when it is blank or rejected."""
        width = len(self.dialect.columns)
        if width > 1 and len(row.cells) == 1 and row.cells[0] is None:
            return None
        self.ended = self.ended or self._starts_second_table(row)
        if self.ended:
            self._reject("second_table", None, text, at)
            return None
        if self.dialect.trailing and len(row.cells) == width + 1 and row.cells[-1] is None:
            row = replace(row, cells=row.cells[:width])
        cells = row.cells
        if len(cells) != width:
            if text.startswith(b"#"):
                self._warn("comment_line")
                return None
            healed = heal.heal(row, text, self.dialect)
            if healed is None:
                self._reject_width(len(cells), text, at)
                return None
            cells = healed.cells
            self._warn(healed.code)
        elif healed := heal.heal_quoted(row, text, self.dialect):
            cells = healed.cells
            self._warn(healed.code)
        self._warn_of_quotes(row)
        return self._decoded(cells, text, at)

    def _reject_width(self, found: int, text: bytes, at: int) -> None:
        columns = self.dialect.columns
        if found < len(columns):
            self._reject("too_few_fields", columns[found], text, at)
        else:
            self._reject("too_many_fields", None, text, at)

    def _decoded(self, cells: heal.Cells, text: bytes, at: int) -> list[str | None] | None:
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

    def _starts_second_table(self, row: repair.Row) -> bool:
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
        return len(cells) != width or (any(_DIGIT.search(shape) for shape in shapes) and not heal.fits(cells, shapes))

    def _warn_of_quotes(self, row: repair.Row) -> None:
        if row.runaway:
            self._warn("runaway_quote")
        elif row.strays:
            self._warn("stray_quote")

    def _warn(self, code: str) -> None:
        known = self.warnings.get(code)
        self.warnings[code] = Warned(code, self.line) if known is None else Warned(code, known.line, known.count + 1)

    def _reject(self, code: str, column: str | None, text: bytes, at: int) -> None:
        shown = text[: 4 * TEXT_LIMIT].decode(self.dialect.codec, "replace").rstrip("\r\n")[:TEXT_LIMIT]
        self.rejects.append(Rejected(self.line, self.byte + at, column, code, shown))
