"""Where the table starts in a sample, how many of its rows are names, and what they are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from parquay.columns import names as safe
from parquay.ingest.detect.header_evidence import header_votes, is_header, is_more_header
from parquay.ingest.read.cell_kinds import COMMENT_MARKS, Cells, is_comment, is_value
from parquay.ingest.read.tolerant_reader import Row
from parquay.ingest.text.warnings import FileWarning, bounded

MAX_HEADER_ROWS = 4
"""Most rows of a header."""
MAX_COMPARED_ROWS = 100
"""Rows below the header that are compared with it."""


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
        if len(cells) == width + 1 and (cells[0] or b"").strip() in COMMENT_MARKS:
            return cells[1:]
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


def lay_out(rows: Sequence[Row], width: int, *, declared: int | None, at_top: bool) -> Layout:
    """Find the table among `rows` (no blank ones), most of which have `width` fields.

    `declared`: the number of header rows, if the caller said it. `at_top`: the table starts with the first row.
    """
    trailing = declared != 0 and _is_trailing(rows, width)
    narrow = width - 1 if trailing else width
    first = (
        0 if at_top else _behind_padded(rows, _behind_gap(rows, _first_row(rows, width, narrow), width, narrow), width)
    )
    table = _rows_of_width(rows[first:], width, narrow)
    if declared is not None:
        return Layout(first, declared, narrow, trailing)
    count = min(header_rows(table), _together(rows[first:], width, narrow)) if table else 0
    if count == 0 and not at_top:
        # A row that is padded with empty fields is no title where no names stand below it.
        first = next((i for i, row in enumerate(rows) if len(row.cells) in (width, narrow)), first)
    if at_top or first == 0:
        return Layout(first, count, narrow, trailing)
    return _with_rows_above(rows, Layout(first, count, narrow, trailing), table)


def _rows_of_width(rows: Sequence[Row], width: int, narrow: int) -> list[Cells]:
    return [_fit(row.cells, narrow) for row in rows if len(row.cells) in (width, narrow)]


def _together(rows: Sequence[Row], width: int, narrow: int) -> int:
    """How many rows at the top have the width of the table, none of another width between them."""
    return next((i for i, row in enumerate(rows) if len(row.cells) not in (width, narrow)), len(rows))


def _with_rows_above(rows: Sequence[Row], found: Layout, table: Sequence[Cells]) -> Layout:
    """The layout with the rows that stand directly above the table as far as they belong to it.

    They are of another width. Above a row that names the columns for sure they are no part of the table; else the
    first of them is its header, or all of them are rows of a table without one.
    """
    top = found.first
    same = (found.width, found.width + found.trailing)
    while top and rows[top - 1].end == rows[top].start and len(rows[top - 1].cells) not in (1, *same):
        top -= 1
    above = [_fit(row.cells, found.width) for row in rows[top : found.first]]
    if not above or (found.header and header_votes(table[0], table[1 : 1 + MAX_COMPARED_ROWS]) > 0):
        return found
    if found.header and len(above) < 2:
        return found
    named = is_header(above[0], [*above[1:], *table][:MAX_COMPARED_ROWS])
    if found.header and not named:
        return found
    if found.header == 0 and len(above) == 1 and not named and _is_odd_header(rows[top].cells, found.width):
        named = True
    return Layout(top, int(named), found.width, found.trailing)


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
    return all(full[0][:-1]) and is_header(full[0][:-1], [cells[:-1] for cells in full[1 : 1 + MAX_COMPARED_ROWS]])


def _first_row(rows: Sequence[Row], width: int, narrow: int) -> int:
    """The first row of the table: of its width, and not a title padded with empty fields."""
    for i, row in enumerate(rows):
        if len(row.cells) not in (width, narrow) or _is_comment(rows[i:], width, narrow):
            continue
        filled = sum(cell is not None for cell in row.cells)
        if narrow > 2 and filled <= 1 and i + 1 < len(rows) and any(len(r.cells) == width for r in rows[i + 1 :]):
            continue
        return i
    return 0


def _behind_gap(rows: Sequence[Row], first: int, width: int, narrow: int) -> int:
    """The row behind the first blank line, where names stand there for sure and hardly above it."""
    gap = next((i for i in range(first + 1, len(rows)) if rows[i - 1].end < rows[i].start), 0)
    above, below = (
        _rows_of_width(part, width, narrow) for part in (rows[first:gap], rows[gap : gap + MAX_COMPARED_ROWS])
    )
    if not gap or len(rows[gap].cells) not in (width, narrow) or len(below) <= len(above):
        return first
    if len(above) > 1 and header_votes(above[0], above[1:]) > 0:
        return first
    return gap if header_votes(below[0], below[1:]) > 0 else first


def _behind_padded(rows: Sequence[Row], first: int, width: int) -> int:
    """The row behind those that are padded with empty fields, where the first full row names the columns.

    One such row alone may as well be the upper row of a header, unless it says with a colon that it is none.
    """
    full = next((i for i in range(first, len(rows)) if len(rows[i].cells) == width and all(rows[i].cells)), first)
    above = [row.cells for row in rows[first:full]]
    labelled = all((cells[0] or b":").rstrip().endswith(b":") for cells in above)
    if not above or not (labelled or len(above) > 1) or not all(map(_is_padded, above)):
        return first
    below = [row.cells for row in rows[full + 1 : full + 1 + MAX_COMPARED_ROWS] if len(row.cells) == width]
    named = not any(map(is_value, rows[full].cells)) and bool(below)
    return full if named and (labelled or header_votes(rows[full].cells, below) > 0) else first


def _is_padded(cells: Cells) -> bool:
    """Whether nothing stands behind the first empty field, of which there is one at least."""
    filled = next((i for i, cell in enumerate(cells) if cell is None), len(cells))
    return filled < len(cells) and not any(cells[filled:])


def _is_comment(rows: Sequence[Row], width: int, narrow: int) -> bool:
    """Whether the first row has a comment's mark, and the names stand below it."""
    if not is_comment(rows[0].cells[0]):
        return False
    below = [row for row in rows if not is_comment(row.cells[0])]
    table = _rows_of_width(below[: 1 + MAX_COMPARED_ROWS], width, narrow)
    return len(table) > 1 and header_votes(table[0], table[1:]) > 0


def header_rows(table: Sequence[Cells]) -> int:
    """How many rows at the top name the columns, 0 to `MAX_HEADER_ROWS`."""
    if not is_header(table[0], table[1 : 1 + MAX_COMPARED_ROWS]):
        return 0
    count = 1
    while count < min(MAX_HEADER_ROWS, len(table) - 1) and _is_more_header(table, count):
        count += 1
    return count


def _is_more_header(table: Sequence[Cells], count: int) -> bool:
    return is_more_header(table[count - 1], table[count], table[count + 1 : count + 1 + MAX_COMPARED_ROWS])


def header_names(header: Sequence[Sequence[str]], width: int, declared: Sequence[str]) -> list[str]:
    """What the file or the caller calls each column, rows of names put together; empty where nothing does."""
    merged = [" ".join(row[i].strip() for row in header if i < len(row) and row[i].strip()) for i in range(width)]
    return [declared[i] if i < len(declared) else merged[i] for i in range(width)]


def column_names(header: Sequence[Sequence[str]], width: int, declared: Sequence[str]) -> tuple[str, ...]:
    """The names of the columns, unique and safe: see `columns.names`."""
    return safe.unique_names(header_names(header, width, declared))


def renamed(wanted: Sequence[str], names: Sequence[str], line: int) -> tuple[FileWarning, ...]:
    """The warning about columns that are not called what the file calls them; `line`: of the header."""
    sentences = safe.renamed(wanted, names)
    return (FileWarning("renamed_column", line, len(sentences), bounded("; ".join(sentences))),) if sentences else ()
