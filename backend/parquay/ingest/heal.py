"""Rows of the wrong width, made whole where the other rows leave one way only.

What the other rows tell is a shape for each column: a regular expression for its cells, learnt from the sample. A
row is mended when exactly one removal of an empty field, one split of a field, or one other delimiter makes every
cell fit its column; otherwise it is left to be rejected.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from parquay.ingest.dialect import Dialect
from parquay.ingest.repair import Row, RowReader

Cells = tuple[bytes | None, ...]

LONGEST = 40
"""Bytes of the longest cell that can have a shape."""
VARIANTS = 3
"""Outlines that a column's cells may have."""
OTHER_DELIMITERS = (",", ";", "\t", "|", " ")
_RUN = re.compile(r"[0-9]+|[A-Z]+|[a-z]+|.", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Healed:
    """A mended row and the code of the warning that says how."""

    cells: Cells
    code: str


def heal(row: Row, text: bytes, dialect: Dialect) -> Healed | None:
    """Mend a row of the wrong width; None when there is no way or more than one."""
    width = len(dialect.columns)
    cells = row.cells
    if len(cells) > width and all(cell is None for cell in cells[width:]):
        return Healed(cells[:width], "extra_delimiter")
    if not dialect.shapes or width < 2:
        return None
    if len(cells) == width + 1:
        return _only(_shortened(cells), dialect.shapes, "extra_delimiter")
    other = _other_delimiter(text, dialect)
    if other is not None:
        return other
    return _only(_split(cells, dialect), dialect.shapes, "missing_delimiter") if len(cells) == width - 1 else None


def _only(ways: Iterator[Cells], shapes: Sequence[str], code: str) -> Healed | None:
    fitting = {cells for cells in ways if fits(cells, shapes)}
    return Healed(fitting.pop(), code) if len(fitting) == 1 else None


def fits(cells: Cells, shapes: Sequence[str]) -> bool:
    """Whether each cell has its column's shape."""
    pairs = zip(cells, shapes, strict=True)
    return all(not shape or compiled(shape).fullmatch((cell or b"").decode("latin-1")) for cell, shape in pairs)


@lru_cache(maxsize=8192)
def compiled(shape: str) -> re.Pattern[str]:
    """The regular expression of a shape."""
    return re.compile(shape, re.DOTALL)


def _shortened(cells: Cells) -> Iterator[Cells]:
    for i, cell in enumerate(cells):
        if cell is None:
            yield cells[:i] + cells[i + 1 :]


def _split(cells: Cells, dialect: Dialect) -> Iterator[Cells]:
    for i, cell in enumerate(cells):
        if cell is None:
            continue
        for left, right in _halves(cell, dialect, both=bool(dialect.shapes[i] and dialect.shapes[i + 1])):
            yield (*cells[:i], left or None, right or None, *cells[i + 1 :])


def _halves(cell: bytes, dialect: Dialect, *, both: bool) -> Iterator[tuple[bytes, bytes]]:
    """Ways to cut a field: at its only literal quote, or anywhere if both halves have a shape to fit."""
    quote = dialect.quote.encode()
    if quote and cell.count(quote) == 1:
        left, _, right = cell.partition(quote)
        yield left, right
    elif both and len(cell) <= 2 * LONGEST:
        for at in range(1, len(cell)):
            yield cell[:at], cell[at:]


def _other_delimiter(text: bytes, dialect: Dialect) -> Healed | None:
    found: set[Cells] = set()
    for delimiter in OTHER_DELIMITERS:
        if delimiter == dialect.delimiter:
            continue
        reader = RowReader(text, replace(dialect, delimiter=delimiter, trim=False), final=True)
        row = next(reader.rows(), None)
        if row and len(row.cells) == len(dialect.columns) and fits(row.cells, dialect.shapes):
            found.add(row.cells)
    return Healed(found.pop(), "other_delimiter") if len(found) == 1 else None


def shape_of(cells: Sequence[bytes | None]) -> str:
    """The shape of a column's cells; empty when they have too many outlines."""
    texts = [(cell or b"").decode("latin-1") for cell in cells]
    if len(texts) < 3 or max(map(len, texts)) > LONGEST:
        return ""
    for exact in (True, False):
        outlines = {_outline(text, exact=exact) for text in texts}
        if len(outlines) <= VARIANTS:
            return "|".join(sorted(outlines))
    return ""


def _outline(text: str, *, exact: bool) -> str:
    return "".join(_run(match[0], exact=exact) for match in _RUN.finditer(text))


def _run(run: str, *, exact: bool) -> str:
    kind = (
        "[0-9]"
        if run[0] in "0123456789"
        else "[A-Z]"
        if "A" <= run[0] <= "Z"
        else "[a-z]"
        if "a" <= run[0] <= "z"
        else ""
    )
    if not kind:
        return re.escape(run)
    return f"{kind}{{{len(run)}}}" if exact else f"{kind}+"
