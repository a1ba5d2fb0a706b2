"""Rows of the wrong width, repaired where the other rows leave one way only.

What the other rows give is a shape for each column: a regular expression for its cells, learnt from the sample. A
row is repaired when exactly one removal of an empty field, one split of a field, or one other delimiter makes every
cell fit its column; otherwise it is left to be rejected.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from parquay.ingest.read.tolerant_reader import Row, RowReader
from parquay.ingest.text.dialect import Dialect

Cells = tuple[bytes | None, ...]

MAX_SHAPED_BYTES = 80
"""Bytes of the longest cell that can have a shape."""
MAX_TRIED_QUOTES = 20
"""Quotes of a row beside which a delimiter may be missing."""
MAX_OUTLINES = 3
"""Outlines that a column's cells may have."""
OTHER_DELIMITERS = (b",", b";", b"\t", b"|", b" ")
NOTHING, SOMETHING = "(?:)", ".+"
"""Shapes of a column that is always empty, and of one that never is."""
_RUN = re.compile(r"[0-9]+|[A-Z]+|[a-z]+|.", re.DOTALL)
_ALIKE = str.maketrans(string.digits + string.ascii_uppercase + string.ascii_lowercase, "0" * 10 + "A" * 26 + "a" * 26)
"""Two texts that are the same behind it have the same outline."""


@dataclass(frozen=True, slots=True)
class RepairedRow:
    """A repaired row and the code of the warning that says how."""

    cells: Cells
    code: str


def repair(row: Row, text: bytes, dialect: Dialect) -> RepairedRow | None:
    """Repair a row of the wrong width; None when there is no way or more than one."""
    width = len(dialect.columns)
    cells = row.cells
    if any(dialect.shapes) and width > 1:
        ways = _shortened(cells) if len(cells) == width + 1 else _lengthened(row, dialect, width)
        code = "extra_delimiter" if len(cells) > width else "missing_delimiter"
        found = (
            _only(ways, dialect.shapes, code)
            or (_only(_with_delimiter(text, dialect), dialect.shapes, "missing_delimiter") if row.strays else None)
            or _only(_other_delimiters(text, dialect), dialect.shapes, "other_delimiter")
        )
        if found is not None:
            return found
    if len(cells) > width and all(cell is None for cell in cells[width:]):
        return RepairedRow(cells[:width], "extra_delimiter")
    return None


def repair_quoted(row: Row, text: bytes, dialect: Dialect) -> RepairedRow | None:
    """Repair a row of the right width by chance: literal quotes in it hide a missing delimiter."""
    if not row.strays or not any(dialect.shapes) or fits(row.cells, dialect.shapes):
        return None
    return _only(_with_delimiter(text, dialect), dialect.shapes, "missing_delimiter")


def _only(ways: Iterable[Cells], shapes: Sequence[str], code: str) -> RepairedRow | None:
    fitting = {cells for cells in ways if fits(cells, shapes)}
    return RepairedRow(fitting.pop(), code) if len(fitting) == 1 else None


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


def _lengthened(row: Row, dialect: Dialect, width: int) -> Iterator[Cells]:
    cells = row.cells
    if len(cells) != width - 1:
        return
    for i in range(width):
        yield (*cells[:i], None, *cells[i:])
    for i, cell in enumerate(cells):
        if cell is None:
            continue
        # What stands in quotes is one cell, unless a quote in its midst says that it was two.
        certain = i not in row.quoted and bool(dialect.shapes[i] or dialect.shapes[i + 1])
        for left, right in _halves(cell, dialect, certain=certain):
            yield (*cells[:i], left or None, right or None, *cells[i + 1 :])


def _halves(cell: bytes, dialect: Dialect, *, certain: bool) -> Iterator[tuple[bytes, bytes]]:
    """Ways to cut a field: at its only literal quote, or anywhere if a half has a shape to fit."""
    quote = dialect.quote.encode()
    if quote and cell.count(quote) == 1:
        left, _, right = cell.partition(quote)
        yield left, right
    elif certain and len(cell) <= 4 * MAX_SHAPED_BYTES:
        for at in range(1, len(cell)):
            yield cell[:at], cell[at:]


def _with_delimiter(text: bytes, dialect: Dialect) -> Iterator[Cells]:
    """The row read again with a delimiter put before or behind one of its quotes."""
    quote, delimiter = dialect.quote.encode(), dialect.delimiter.encode()
    positions = [match.start() + side for match in re.finditer(re.escape(quote), text) for side in (0, 1)]
    for at in positions[: 2 * MAX_TRIED_QUOTES]:
        yield from _reread(text[:at] + delimiter + text[at:], dialect)


def _reread(text: bytes, dialect: Dialect) -> Iterator[Cells]:
    row = next(RowReader(text, dialect, final=True).rows(), None)
    if row and not row.strays and row.end == len(text) and len(row.cells) == len(dialect.columns):
        yield row.cells


def _other_delimiters(text: bytes, dialect: Dialect) -> Iterator[Cells]:
    needed, own = len(dialect.columns) - 1, dialect.delimiter.encode()
    for delimiter in OTHER_DELIMITERS:
        if delimiter != own and text.count(delimiter) >= needed:
            yield from _reread(text, replace(dialect, delimiter=delimiter.decode(), trim=False))


def shape_of(cells: Sequence[bytes | None]) -> str:
    """The shape of a column's cells; empty when they have too many outlines."""
    texts = [(cell or b"").decode("latin-1") for cell in cells]
    if len(texts) < 3:
        return ""
    if not any(texts):
        return NOTHING
    anything = SOMETHING if all(texts) and len(texts) >= 10 else ""
    if max(map(len, texts)) > MAX_SHAPED_BYTES:
        return anything
    alike = {text.translate(_ALIKE) for text in texts}
    for exact in (True, False):
        outlines: set[str] = set()
        for text in alike:
            outlines.add(_outline(text, exact=exact))
            if len(outlines) > MAX_OUTLINES:
                break
        else:
            return "|".join(sorted(outlines))
    return anything


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
