"""Where the table starts in a sample, how many of its rows are names, and what they are called."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from parquay.columns import names as safe
from parquay.ingest.repair import Row
from parquay.ingest.warned import Warned, bounded

Cells = tuple[bytes | None, ...]

MOST_ROWS = 4
"""Most rows of a header."""
LOOKED_AT = 100
"""Rows below the header that are compared with it."""
_VALUE = re.compile(
    rb"[-+]?[$\x80\xa3]?\s?[-+]?[\d.,' ]*\d[\d.,' ]*(?:[eE][-+]?\d+)?\s?%?"
    rb"|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T].*)?|\d\d?:\d\d(?::\d\d)?.*"
    rb"|true|false|True|False|TRUE|FALSE|yes|no|NULL|null|NA|N/A|nan|NaN|-"
)
_YEAR = re.compile(rb"(?:19|20)\d\d")


def is_value(cell: bytes | None) -> bool:
    """Whether a cell is a number, a date, a flag or a word for nothing, and so hardly a name."""
    return cell is not None and _VALUE.fullmatch(cell.strip()) is not None


def is_blank(row: Row) -> bool:
    """Whether a line holds nothing."""
    return len(row.cells) == 1 and not (row.cells[0] or b"").strip()


@dataclass(frozen=True, slots=True)
class Layout:
    """How a sample's rows are used.

    Attributes:
        first: the row with which the table starts, header included.
        header: rows of names.
        width: columns of the table.
        trailing: whether its rows end with one more delimiter.
    """

    first: int
    header: int
    width: int
    trailing: bool = False

    def names(self, rows: Sequence[Row], quote: bytes) -> list[Cells]:
        """The header's rows, each as wide as the table."""
        below = [row.cells for row in rows[self.first + self.header :] if len(row.cells) >= self.width]
        return [_mended(row.cells, self.width, below, quote) for row in rows[self.first : self.first + self.header]]


def _mended(cells: Cells, width: int, below: Sequence[Cells], quote: bytes) -> Cells:
    """A header row of the wrong width: without its empty names, parted at a quote, or with names left empty."""
    if len(cells) > width:
        named = tuple(cell for cell in cells if cell is not None)
        return named if len(named) == width else cells[:width]
    if len(cells) == width - 1 and quote:
        for i, cell in enumerate(cells):
            left, found, right = (cell or b"").strip(quote).partition(quote)
            if found:
                return (*cells[:i], left, right.strip(quote), *cells[i + 1 :])
    if len(cells) == width - 1 and _counts_rows([row[0] for row in below]):
        # Statistics packages write the row's number without a name for it.
        return (None, *cells)
    return _fit(cells, width)


def _counts_rows(column: Sequence[bytes | None]) -> bool:
    return bool(column) and all(cell == str(i).encode() for i, cell in enumerate(column, 1))


def lay_out(rows: Sequence[Row], width: int, *, told: int | None, at_top: bool) -> Layout:
    """Find the table among `rows` (no blank ones), most of which have `width` fields.

    `told`: the number of header rows, if the caller said it. `at_top`: the table starts with the first row.
    """
    trailing = told != 0 and _is_trailing(rows, width)
    narrow = width - 1 if trailing else width
    first = 0 if at_top else _first_row(rows, width, narrow)
    table = [_fit(row.cells, narrow) for row in rows[first:] if len(row.cells) in (width, narrow)]
    if told is not None:
        return Layout(first, told, narrow, trailing)
    count = header_rows(table) if table else 0
    if count == 0 and first > 0 and _is_odd_header(rows[first - 1].cells, narrow):
        return Layout(first - 1, 1, narrow, trailing)
    return Layout(first, count, narrow, trailing)


def _is_odd_header(cells: Cells, width: int) -> bool:
    """Whether the row above the table is its header, with one field too many or too few."""
    return abs(len(cells) - width) == 1 and len(cells) > 1 and not any(map(is_value, cells)) and cells.count(None) <= 2


def _fit(cells: Cells, width: int) -> Cells:
    return (cells + (None,) * width)[:width]


def _is_trailing(rows: Sequence[Row], width: int) -> bool:
    """Whether the last field of each row is empty because the delimiter ends the row.

    The header tells: it has one field less, or an empty last one while no other name is missing.
    """
    full = [row.cells for row in rows if len(row.cells) == width]
    if width < 2 or len(full) < 2 or any(cells[-1] is not None for cells in full):
        return False
    index = next(i for i, row in enumerate(rows) if len(row.cells) == width)
    if index > 0 and len(rows[index - 1].cells) == width - 1 and all(rows[index - 1].cells):
        return True
    return all(full[0][:-1]) and _is_header(full[0][:-1], [cells[:-1] for cells in full[1 : 1 + LOOKED_AT]])


def _first_row(rows: Sequence[Row], width: int, narrow: int) -> int:
    """The first row of the table: of its width, and not a title padded with empty fields."""
    for i, row in enumerate(rows):
        if len(row.cells) not in (width, narrow):
            continue
        filled = sum(cell is not None for cell in row.cells)
        if narrow > 2 and filled <= 1 and i + 1 < len(rows) and any(len(r.cells) == width for r in rows[i + 1 :]):
            continue
        return i
    return 0


def header_rows(table: Sequence[Cells]) -> int:
    """How many rows at the top name the columns, 0 to `MOST_ROWS`."""
    if not _is_header(table[0], table[1 : 1 + LOOKED_AT]):
        return 0
    count = 1
    while count < min(MOST_ROWS, len(table) - 1) and _is_more_header(table, count):
        count += 1
    return count


def _is_more_header(table: Sequence[Cells], count: int) -> bool:
    """Whether row `count` belongs to the header: it repeats it, or has words where all rows below have values."""
    row, below = table[count], table[count + 1 : count + 1 + LOOKED_AT]
    if row == table[count - 1]:
        return True
    if len(below) < 2 or any(is_value(cell) for cell in row) or not any(row):
        return False
    columns = _value_columns(below)
    return bool(columns) and all(row[i] is not None for i in columns)


def _value_columns(rows: Sequence[Cells]) -> list[int]:
    found = []
    for i in range(len(rows[0])):
        cells = [row[i] for row in rows if row[i] is not None]
        if cells and all(is_value(cell) for cell in cells):
            found.append(i)
    return found


def _is_header(top: Cells, below: Sequence[Cells]) -> bool:
    """Whether the first row names the columns: its cells are words where those below are values."""
    votes = 0
    for i, cell in enumerate(top):
        column = [row[i] for row in below if row[i] is not None]
        if not column:
            continue
        values = sum(map(is_value, column))
        if values * 2 > len(column):
            votes += _vote(cell, column)
        elif cell is not None and len(cell) > 1 and column.count(cell) * 3 >= len(column) and len(column) > 2:
            # A name hardly comes back among the values that it names.
            votes -= 1
    if votes:
        return votes > 0
    if any(is_value(cell) and not _YEAR.fullmatch(cell or b"") for cell in top):
        return False
    return any(cell is not None for cell in top)


def _vote(cell: bytes | None, column: Sequence[bytes | None]) -> int:
    if cell is None or not is_value(cell):
        return 1 if cell is not None else 0
    if _YEAR.fullmatch(cell) and not any(_YEAR.fullmatch(each or b"") for each in column):
        return 1
    return -1


def header_names(header: Sequence[Sequence[str]], width: int, told: Sequence[str]) -> list[str]:
    """What the file or the caller calls each column, rows of names put together; empty where nothing does."""
    merged = [" ".join(row[i].strip() for row in header if i < len(row) and row[i].strip()) for i in range(width)]
    return [told[i] if i < len(told) else merged[i] for i in range(width)]


def column_names(header: Sequence[Sequence[str]], width: int, told: Sequence[str]) -> tuple[str, ...]:
    """The names of the columns, unique and safe: see `columns.names`."""
    return safe.unique_names(header_names(header, width, told))


def renamed(wanted: Sequence[str], names: Sequence[str], line: int) -> tuple[Warned, ...]:
    """The warning about columns that are not called what the file calls them; `line`: of the header."""
    sentences = safe.renamed(wanted, names)
    return (Warned("renamed_column", line, len(sentences), bounded("; ".join(sentences))),) if sentences else ()
