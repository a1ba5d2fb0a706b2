"""Whether a delimiter parts columns, or only stands inside the values of a file of one column.

A file of one column has no delimiter, but its values have characters that could be one: the colons of times, the spaces
of names, the commas of prices. What decides is the header line: names of columns are parted as the rows below are.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from parquay.ingest.detect.header_evidence import header_votes
from parquay.ingest.read.cell_kinds import Cells, is_comment, is_value
from parquay.ingest.read.tolerant_reader import Row

COMMON = frozenset(",;\t|\x1f\x01\x02")
"""Delimiters that part columns wherever the header has them."""
NEVER_TYPED = frozenset("\t\x1f\x01\x02")
"""Delimiters that hardly stand in a text."""
MOSTLY = 0.8
"""Share of lines that make a file one of single values."""
MAX_COMPARED_ROWS = 60
"""Rows that are looked at."""
_SINGLE_VALUES = tuple(
    re.compile(pattern)
    for pattern in (
        rb"\d{1,2}:\d\d(?::\d\d(?:[.,]\d+)?)?(?:\s?[AaPp]\.?[Mm]\.?)?",
        rb"(?:\d{4}[-/.]\d\d?[-/.]\d\d?|\d\d?[-/.]\d\d?[-/.]\d{2,4})(?:[ T]\d\d?:\d\d[\d:.,Z+ -]*(?:[AaPp][Mm])?)?",
        rb"(?:[A-Za-z]{3,9},? )?\d{1,2}\.? [A-Za-z\x80-\xff]{3,12}\.?,? \d{2,4}(?: \d\d?:\d\d[\d:.,]*)?",
        rb"[A-Za-z\x80-\xff]{3,12}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}(?: \d\d?:\d\d[\d:.,]*)?",
        rb"\w+://\S+|www\.\S+|mailto:\S+",
        rb"\S+@\S+\.\w+",
        rb"(?:\+\d|\(?0\d\d)[\d ()/-]{4,}",
        rb"[A-Za-z]:[\\/].*|\.{0,2}/[^,;]*|\\\\.*",
        rb"[0-9A-Fa-f]{2}(?:[:-][0-9A-Fa-f]{2}){5}|(?=.*(?:::|[0-9A-Fa-f]{3}))[0-9A-Fa-f]{0,4}(?::[0-9A-Fa-f]{0,4}){3,7}(?:/\d+)?",
        rb"\d{1,3}(?:\.\d{1,3}){3}(?::\d+)?(?:/\d+)?",
        (
            rb"[-+]?(?:[A-Z]{3} ?|[$\xc2\xa3\xe2\x82\xac]+ ?)?"
            rb"(?:\d{1,3}(?:[.']\d{3})*|\d+|\d{1,3}(?: \d{3})+(?=,))(?:,\d+)?"
            rb"(?: ?(?:[A-Z]{3}|%|\xe2\x82\xac|\$|[a-z]{1,2}))?"
        ),
        rb"\{.*\}|\[.*\]",
    )
)
"""Lines that are one value: times, dates, addresses, numbers with a unit or a decimal comma, JSON."""
_NAME = re.compile(r"[^\W\d_][\w./()%#-]*(?: [\w./()%#-]+)?")
"""A name of a column: a word or two."""


def parts_columns(delimiter: str, rows: Sequence[Row], lines: Sequence[bytes], width: int) -> bool:
    """Whether `delimiter`, by which most `rows` (no blank ones) have `width` fields, parts columns.

    `lines`: the same rows as they stand in the file.
    """
    head = _head(rows, width)
    has_it = len(rows[head].cells) > 1
    singles = [line.strip() for line in lines[head + 1 : head + 1 + MAX_COMPARED_ROWS]] or [lines[head].strip()]
    if delimiter not in COMMON:
        return _is_rare_one(delimiter, rows[head:], width) and not _is_of_single_values(singles)
    if has_it:
        return True
    spaced, certain = _is_spaced(delimiter, singles), delimiter in NEVER_TYPED
    return _has_table_below(rows[head:], width, lines[head].strip(), spaced=spaced, certain=certain)


def _head(rows: Sequence[Row], width: int) -> int:
    """The line that has the names if any has: the first that is no comment, or a comment that has the names."""
    for i, row in enumerate(rows):
        if not is_comment(row.cells[0]) or len(row.cells) in (width, width + 1):
            return i
    return 0


def _is_of_single_values(lines: Sequence[bytes]) -> bool:
    filled = [line.strip(b"\"'") for line in lines if line]
    return any(sum(1 for line in filled if each.fullmatch(line)) >= MOSTLY * len(filled) for each in _SINGLE_VALUES)


def _is_spaced(delimiter: str, lines: Sequence[bytes]) -> bool:
    """Whether a space follows the delimiter as it does in sentences and lists."""
    mark = delimiter.encode()
    found = sum(line.count(mark) for line in lines)
    return found > 0 and sum(line.count(mark + b" ") for line in lines) >= MOSTLY * found


def _is_rare_one(delimiter: str, rows: Sequence[Row], width: int) -> bool:
    """Whether the header line has a rare delimiter too, and what it parts is more than words and pieces of values."""
    head = rows[0].cells
    nameless = len(head) == width - 1 > 1
    if len(head) not in (width, width + 1) and not nameless:
        return False
    body = [row.cells for row in rows[1 : 1 + MAX_COMPARED_ROWS] if len(row.cells) == width]
    if not body:
        return len(head) == width > 2
    if delimiter == ":" and sum(any((cell or b"").startswith(b"//") for cell in cells) for cells in body) * 2 > len(
        body
    ):
        return False
    typed = sum(1 for i in range(width) if _is_typed([cells[i] for cells in body]))
    if delimiter == " " and width == 2:
        return typed == width
    return typed > 0 or width > 2 if delimiter != " " else typed > 0


def _is_typed(column: Sequence[bytes | None]) -> bool:
    return sum(map(is_value, column)) >= MOSTLY * len(column)


def _has_table_below(rows: Sequence[Row], width: int, title: bytes, *, spaced: bool, certain: bool) -> bool:
    """Whether below a first line without the delimiter a table begins, rather than values under one name."""
    start = next((i for i, row in enumerate(rows) if len(row.cells) == width), 0)
    below = rows[start : start + MAX_COMPARED_ROWS]
    table: list[Cells] = [row.cells for row in below if len(row.cells) == width]
    if sum(1 for row in below if len(row.cells) > 1) < MOSTLY * len(below):
        return False
    if header_votes(table[0], table[1:]) > 0:
        return True
    if len(table) < MOSTLY * len(below):
        return False
    if start > 1 or rows[0].end < rows[start].start:
        return True
    named = _NAME.fullmatch(title.decode("utf-8", "replace").strip("\"'")) is not None
    return certain or (not named and not spaced)
