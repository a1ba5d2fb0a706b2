"""The sample read with each plausible delimiter, quote and escape: which reading looks most like a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from parquay.ingest.detect import delimiters
from parquay.ingest.detect.header import is_blank
from parquay.ingest.detect.header_evidence import is_header
from parquay.ingest.read.cell_kinds import is_value
from parquay.ingest.read.tolerant_reader import Row, RowReader
from parquay.ingest.text import encodings
from parquay.ingest.text.dialect import Dialect
from parquay.ingest.text.overrides import Overrides

MAX_SAMPLE_BYTES = 32 << 20
"""Most bytes that are looked at when rows are very long."""
FIRST_TABLE_ROWS = 5
"""Rows of one width above another table that are a table too."""
TRIED_ROWS, SAMPLE_ROWS = 100, 500
"""Rows read with each delimiter, and with the one that won."""
_DELIMITERS = {
    ",": 1.0, ";": 1.0, "\t": 1.0, "|": 1.0, ":": 0.4, " ": 0.35, "^": 0.6, "~": 0.6, "#": 0.3, "&": 0.3, "!": 0.3,
    "\x1f": 0.9, "\x01": 0.9, "\x02": 0.9,
}  # fmt: skip
"""Candidates and how likely each is before the sample is seen."""
_OTHER_HEAD = 0.6
"""What a delimiter is worth that the first row does not have as the others do."""
_TRIMMED = 0.9
"""Least share of fields that start with a space where it belongs to the delimiter."""


@dataclass(frozen=True, slots=True)
class Reading:
    """The sample read in one dialect.

    Attributes:
        dialect: how it was read.
        rows: the first rows, blank ones too.
        width: fields of a row of the table, 0 without a row.
        uniform: share of the rows that have them.
        score: how much it looks like a table, more is better.
    """

    dialect: Dialect
    rows: tuple[Row, ...]
    width: int
    uniform: float
    score: float

    @property
    def strays(self) -> int:
        """Quotes that made no sense."""
        return sum(row.strays + row.runaway for row in self.rows)


def best_reading(text: bytes, base: Dialect, overrides: Overrides, *, complete: bool) -> Reading:
    """The best of all delimiters, then the better escape, then without the spaces behind delimiters."""
    best = _best_delimiter(text, base, overrides, complete=complete)
    best = _read(text, best.dialect, 1.0, SAMPLE_ROWS, complete=complete)
    may_escape = overrides.escape is None and base.codec not in encodings.WITH_BACKSLASHES
    if may_escape and best.dialect.quote and b"\\" + best.dialect.quote.encode() in text:
        escaped = _read(text, replace(best.dialect, escape="\\"), 1.0, SAMPLE_ROWS, complete=complete)
        if (escaped.uniform, -escaped.strays) > (best.uniform, -best.strays):
            best = escaped
    if overrides.delimiter is None and _is_padded(best):
        best = _read(text, replace(best.dialect, trim=True), 1.0, SAMPLE_ROWS, complete=complete)
    if best.width > 1 and (best.strays or best.uniform < 1):
        # Once the width is known, odd quotes can be read better.
        best = _read(text, best.dialect, 1.0, SAMPLE_ROWS, complete=complete, width=best.width)
    return best


def _best_delimiter(text: bytes, base: Dialect, overrides: Overrides, *, complete: bool) -> Reading:
    """The sample read with the delimiter that is given, or with the best one that parts columns, or as one column."""
    candidates = {overrides.delimiter: 1.0} if overrides.delimiter is not None else _DELIMITERS
    taken = (base.quote, base.escape, base.comment)
    readings = [
        _read_quoted(text, replace(base, delimiter=each), weight, complete=complete)
        for each, weight in candidates.items()
        if each.encode() in text and each not in taken
    ]
    for best in sorted(readings, key=_rank, reverse=True):
        if best.score > 0.0 and (overrides.delimiter is not None or _parts_columns(best, text)):
            return best
    single = _read(text, replace(base, delimiter=""), 0.0, TRIED_ROWS, complete=complete)
    named = bool(single.rows) and is_header(single.rows[0].cells[:1], [row.cells[:1] for row in single.rows[1:]])
    if overrides.delimiter is None and (named or b"," in text):
        return single
    usual = next(each for each in _DELIMITERS if each not in taken)
    return _read(text, replace(base, delimiter=overrides.delimiter or usual), 0.0, TRIED_ROWS, complete=complete)


def _rank(reading: Reading) -> float:
    """The score of a delimiter, lower where the first row has another number of fields than the others."""
    first = next((len(row.cells) for row in reading.rows if not is_blank(row)), 0)
    return reading.score if first == reading.width else reading.score * _OTHER_HEAD


def _parts_columns(reading: Reading, text: bytes) -> bool:
    rows = [row for row in reading.rows if not is_blank(row)]
    lines = [text[row.start : row.end] for row in rows]
    return delimiters.parts_columns(reading.dialect.delimiter, rows, lines, reading.width)


def _read_quoted(text: bytes, dialect: Dialect, weight: float, *, complete: bool) -> Reading:
    """The first rows, without the spaces between delimiters and quotes where that reads better."""
    plain = _read(text, dialect, weight, TRIED_ROWS, complete=complete)
    if dialect.delimiter == " " or f"{dialect.delimiter} {dialect.quote or ' '}".encode() not in text:
        return plain
    trimmed = _read(text, replace(dialect, trim=True), weight, TRIED_ROWS, complete=complete)
    return max(plain, trimmed, key=lambda each: (each.uniform, -each.strays))


def _is_padded(reading: Reading) -> bool:
    if reading.width < 2 or reading.dialect.delimiter == " ":
        return False
    fields = [cell for row in reading.rows if len(row.cells) > 1 for cell in row.cells[1:] if cell is not None]
    return bool(fields) and sum(cell.startswith(b" ") for cell in fields) >= _TRIMMED * len(fields)


def _read(text: bytes, dialect: Dialect, weight: float, most: int, *, complete: bool, width: int = 0) -> Reading:
    rows: list[Row] = []
    for row in RowReader(text, dialect, final=complete, width=width).rows():
        if not row.comment:
            rows.append(row)
        if len(rows) == most:
            break
    full = [row for row in rows if not is_blank(row)]
    if not full:
        return Reading(dialect, tuple(rows), 0, 0.0, 0.0)
    width, count = _usual_width([len(row.cells) for row in full])
    uniform = count / len(full)
    strays = sum(row.strays + row.runaway for row in full) / len(full)
    score = weight * uniform * (1 - 1 / width) * (0.5 + 0.5 * value_share(full, width)) * (1 - 0.5 * min(1.0, strays))
    return Reading(dialect, tuple(rows), width, uniform, score)


def _usual_width(widths: Sequence[int]) -> tuple[int, int]:
    """The width of the table and how many rows have it: many rows, wide ones; but the first table, if there are two."""
    counts = Counter(widths)
    width, count = max(counts.items(), key=lambda item: item[1] * (0.5 if item[0] == 1 else 1 + min(item[0], 9) / 4))
    above = [each for each in widths[: widths.index(width)] if each > 1]
    other, rows = max(Counter(above).items(), key=lambda item: item[1], default=(0, 0))
    if rows >= FIRST_TABLE_ROWS and rows * 3 >= len(widths) and rows * 10 >= 9 * len(above):
        return other, counts[other]
    return width, count


def value_share(rows: Sequence[Row], width: int) -> float:
    """The share of cells that look like values, of the rows of this width below the first. Pure."""
    cells = [cell for row in rows[1:] if len(row.cells) == width for cell in row.cells]
    good = sum(1 for cell in cells if cell is None or is_value(cell))
    return good / len(cells) if cells else 0.0
