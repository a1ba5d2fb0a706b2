"""What becomes of a row that the tolerant reader has found: into the table, passed over, or a reject."""

from __future__ import annotations

import re
from dataclasses import dataclass

from parquay.ingest.read import row_repair
from parquay.ingest.read.cell_kinds import is_comment
from parquay.ingest.read.tolerant_reader import MARK, Row
from parquay.ingest.text.dialect import Dialect

_DIGIT = re.compile(r"\[0-9\]")


@dataclass(frozen=True, slots=True)
class Keep:
    """A row of the table; `warnings`: codes of what was repaired."""

    texts: list[str | None]
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Skip:
    """No row and no reject: a blank line, or a comment, of which a warning tells."""

    blank: bool = False
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RejectedRow:
    """A row that is not in the table, and why; `column`: the one concerned, if it is one."""

    code: str
    column: str | None = None
    warnings: tuple[str, ...] = ()


def judge(
    row: Row, text: bytes, dialect: Dialect, *, after_gap: bool = False, ended: bool = False
) -> Keep | Skip | RejectedRow:
    """Decide about a row, which stands in the file as `text`.

    `after_gap`: a blank line stands above it. `ended`: it stands below the first row of a second table.
    """
    width = len(dialect.columns)
    blank = width > 1 and len(row.cells) == 1 and row.cells[0] is None
    if blank or row.comment:
        return Skip(blank=blank, warnings=("comment_line",) * row.comment)
    if b"\0" in text and not text.strip(b"\0\r\n"):
        return RejectedRow("bad_encoding")
    if ended or _starts_second_table(row, dialect, after_gap=after_gap):
        return RejectedRow("second_table")
    if dialect.trailing and len(row.cells) == width + 1 and row.cells[-1] is None:
        row = row._replace(cells=row.cells[:width])
    if len(row.cells) != width:
        if is_comment(text):
            return Skip(warnings=("comment_line",))
        repaired = row_repair.repair(row, text, dialect)
        if repaired is None:
            return _wrong_width(len(row.cells), text, dialect)
    else:
        repaired = row_repair.repair_quoted(row, text, dialect)
    warnings = () if repaired is None else (repaired.code,)
    if row.strays or row.runaway:
        warnings = (*warnings, "runaway_quote" if row.runaway else "stray_quote")
    if row.spaced:
        warnings = (*warnings, "space_behind_quote")
    return _decoded(row.cells if repaired is None else repaired.cells, text, dialect, warnings)


def _wrong_width(found: int, text: bytes, dialect: Dialect) -> RejectedRow:
    try:
        text.decode(dialect.codec)
    except UnicodeError:
        return RejectedRow("bad_encoding")
    if found < len(dialect.columns):
        return RejectedRow("too_few_fields", dialect.columns[found])
    return RejectedRow("too_many_fields")


def _decoded(cells: row_repair.Cells, text: bytes, dialect: Dialect, warnings: tuple[str, ...]) -> Keep | RejectedRow:
    texts: list[str | None] = []
    for name, cell in zip(dialect.columns, cells, strict=True):
        try:
            texts.append(None if cell is None else cell.decode(dialect.codec))
        except UnicodeError:
            return RejectedRow("bad_encoding", name, warnings)
    if len(texts) > 1 and dialect.header and tuple(texts) == dialect.header[-1]:
        return RejectedRow("repeated_header", None, warnings)
    if dialect.codec == "utf-8" and text.startswith(MARK):
        warnings = (*warnings, "byte_order_mark")
    return Keep(texts, warnings)


def _starts_second_table(row: Row, dialect: Dialect, *, after_gap: bool) -> bool:
    """A row of names behind a gap, or of this table's names in another width, heads a second table."""
    width, cells = len(dialect.columns), row.cells
    if width < 2 or len(cells) < 2 or (len(cells) == width and not after_gap) or not all(cells):
        return False
    words = [(cell or b"").decode(dialect.codec, "replace") for cell in cells]
    if len(cells) != width and len([word for word in words if word in dialect.columns]) * 2 > max(2, len(cells)):
        return True
    if not after_gap or any(any(mark.isdigit() for mark in word) for word in words):
        return False
    shapes = dialect.shapes
    return len(cells) != width or (any(_DIGIT.search(shape) for shape in shapes) and not row_repair.fits(cells, shapes))
