"""From the bytes of a segment to a table of texts: the quick reader, and the tolerant one where it must be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.csv

from parquay.ingest import repair, split
from parquay.ingest.dialect import Dialect

TEXT_LIMIT = 1000
"""Characters of a reject's text that are kept."""


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row that could not be read into the table.

    Attributes:
        line: physical line of the file on which the row starts, from 1.
        byte: byte of the file at which it starts.
        column: name of the column concerned, or None.
        code: too_few_fields, too_many_fields or bad_encoding.
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
    """

    table: pa.Table
    end: int
    lines: int
    rejects: tuple[Rejected, ...] = ()
    warnings: tuple[Warned, ...] = ()


@dataclass(slots=True)
class _Collected:
    """Rows of the tolerant reader on their way into a table."""

    columns: list[list[str | None]]
    rejects: list[Rejected] = field(default_factory=list)
    warnings: dict[str, Warned] = field(default_factory=dict)
    end: int = 0

    def warn(self, code: str, line: int) -> None:
        known = self.warnings.get(code)
        self.warnings[code] = Warned(code, line) if known is None else Warned(code, known.line, known.count + 1)


def read(chunk: bytes, dialect: Dialect, *, byte: int, line: int, final: bool) -> SegmentRows:
    """Read the rows that end in `chunk`, which starts at `byte` and `line` of the file.

    `final`: the file ends with this chunk. `end` is 0 when no row has ended.
    """
    found = split.cut(chunk, dialect, final=final)
    if found.stray is None:
        body = chunk[: found.end]
        table = _quick(body, dialect)
        if table is not None:
            return SegmentRows(table, found.end, split.count_lines(body))
    return _tolerant(chunk, dialect, byte=byte, line=line, final=final)


def _quick(body: bytes, dialect: Dialect) -> pa.Table | None:
    """Parse a well-formed body; None when a row has the wrong width or bytes are no text."""
    names = dialect.columns
    if not body:
        return pa.table({name: pa.array([], pa.string()) for name in names})
    odd: list[bool] = []

    def refuse(_row: pa.csv.InvalidRow) -> str:
        odd.append(True)
        return "skip" if len(odd) == 1 else "error"

    try:
        table = pa.csv.read_csv(
            pa.BufferReader(body),
            # One block: the parser loses the LF of a CRLF inside quotes at the end of a block.
            pa.csv.ReadOptions(use_threads=False, block_size=len(body) + 1, column_names=names),
            _parse_options(body, dialect, refuse),
            _convert_options(dialect),
        )
    except pa.ArrowInvalid:
        return None
    return None if odd else table.combine_chunks()


def _parse_options(body: bytes, dialect: Dialect, refuse: object) -> pa.csv.ParseOptions:
    return pa.csv.ParseOptions(
        delimiter=dialect.delimiter or _unused(body),
        quote_char=dialect.quote or False,
        double_quote=not dialect.escape,
        escape_char=dialect.escape or False,
        newlines_in_values=True,
        ignore_empty_lines=len(dialect.columns) > 1,
        invalid_row_handler=refuse,
    )


def _convert_options(dialect: Dialect) -> pa.csv.ConvertOptions:
    return pa.csv.ConvertOptions(
        column_types={name: pa.string() for name in dialect.columns},
        strings_can_be_null=True,
        quoted_strings_can_be_null=False,
        null_values=["", *dialect.nulls],
    )


def _unused(body: bytes) -> str:
    """A byte that does not occur, as the delimiter of a file that has none."""
    return next((chr(code) for code in (31, 30, 29, 28, 1, 2, 3, 4) if body.find(bytes([code])) < 0), "\x1f")


def _tolerant(chunk: bytes, dialect: Dialect, *, byte: int, line: int, final: bool) -> SegmentRows:
    rows = _Collected([[] for _ in dialect.columns])
    start = line
    for row in repair.RowReader(chunk, dialect, final=final).rows():
        _collect(rows, row, chunk, dialect, byte=byte, line=line)
        rows.end = row.end
        line += split.count_lines(chunk[row.start : row.end])
    table = pa.table({name: pa.array(cells, pa.string()) for name, cells in zip(dialect.columns, rows.columns, strict=True)})
    return SegmentRows(table, rows.end, line - start, tuple(rows.rejects), tuple(rows.warnings.values()))


def _collect(rows: _Collected, row: repair.Row, chunk: bytes, dialect: Dialect, *, byte: int, line: int) -> None:
    width = len(dialect.columns)
    if len(row.cells) == 1 and row.cells[0] is None and width > 1:
        return
    if row.strays:
        rows.warn("stray_quote", line)
    if row.runaway:
        rows.warn("runaway_quote", line)
    cells = _fitted(row.cells, width)
    if cells is None:
        code = "too_few_fields" if len(row.cells) < width else "too_many_fields"
        column = dialect.columns[len(row.cells)] if len(row.cells) < width else None
        rows.rejects.append(Rejected(line, byte + row.start, column, code, _text(chunk, row)))
        return
    if len(cells) < len(row.cells):
        rows.warn("extra_delimiter", line)
    try:
        texts = [_word(cell, dialect.nulls) for cell in cells]
    except UnicodeDecodeError:
        bad = next(i for i, cell in enumerate(cells) if not _is_text(cell))
        rows.rejects.append(Rejected(line, byte + row.start, dialect.columns[bad], "bad_encoding", _text(chunk, row)))
        return
    for collected, text in zip(rows.columns, texts, strict=True):
        collected.append(text)


def _fitted(cells: Sequence[bytes | None], width: int) -> Sequence[bytes | None] | None:
    """The cells of a row of `width` fields; more delimiters at its end than that are healed."""
    if len(cells) > width and all(cell is None for cell in cells[width:]):
        return cells[:width]
    return cells if len(cells) == width else None


def _word(cell: bytes | None, nulls: Sequence[str]) -> str | None:
    text = None if cell is None else cell.decode()
    return None if text in nulls else text


def _is_text(cell: bytes | None) -> bool:
    try:
        (cell or b"").decode()
    except UnicodeDecodeError:
        return False
    return True


def _text(chunk: bytes, row: repair.Row) -> str:
    text = chunk[row.start : min(row.end, row.start + 4 * TEXT_LIMIT)].decode(errors="replace")
    return text.rstrip("\r\n")[:TEXT_LIMIT]
