"""Names that are values: the dates, hours, answers and numbers that pivots and frames write above their columns.

Such a row starts with a word, or with nothing where a frame has no name for its index, and all its other values are of
one kind. It is a row of names only where the rows below speak for it as well: they have no value of that kind, they
repeat the names down the first column, or the names go up as no row below does.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from decimal import Decimal

from parquay.ingest.read.cell_kinds import Cells, kind_of

MIN_NUMBERS = 3
"""Numbers over numbers that may be names where the word before them stands over words."""
MIN_DIGITS = 3
"""Digits of numbers that may be the names of something, over numbers of fewer or more digits."""
_NUMBER = re.compile(rb"-?\d{1,9}(?:[.,]\d{1,9})?")


def named_positions(top: Cells, below: Sequence[Cells]) -> set[int]:
    """Numbers of the columns that `top` names with values; empty where it does not, or where little speaks for it."""
    kinds = ["" if cell is None else kind_of(cell) for cell in top]
    positions = [i for i, kind in enumerate(kinds) if kind]
    kind = kinds[positions[0]] if positions else "nothing"
    if kind == "nothing" or any(kinds[i] != kind for i in positions) or not _is_led(top, positions, below):
        return set()
    cells = [row[i] for row in below for i in positions if row[i] is not None]
    if not cells or len({top[i] for i in positions}) < len(positions):
        return set()
    other = len(positions) > 1 and all(kind_of(cell) != kind for cell in cells)
    sure = (
        (other and _goes_up(top, positions)) or _are_numbers_names(top, below, positions) if kind == "number" else other
    )
    return set(positions) if sure else set()


def _is_led(top: Cells, positions: Sequence[int], below: Sequence[Cells]) -> bool:
    """Whether the row starts with a word, or with nothing over values, and has nothing open elsewhere."""
    if 0 in positions or any(cell is None for cell in top[1:]):
        return False
    return top[0] is not None or (bool(below) and all(row[0] is not None for row in below))


def _are_numbers_names(top: Cells, below: Sequence[Cells], positions: Sequence[int]) -> bool:
    """Whether numbers over numbers are names."""
    names, first = [top[i] for i in positions], [row[0] for row in below]
    if len(positions) > 1 and first[: len(positions)] == names:
        return True
    if top[0] is None and len(positions) == len(top) - 1 and _is_counted(names, first, below):
        return True
    if len(positions) < 2 or not _goes_up(top, positions):
        return False
    if top[0] is not None and all(kind_of(cell) not in ("", "nothing") for cell in first):
        # A sensor may have been off at first: decimals below a word are its values unless there are many.
        return len(positions) >= MIN_NUMBERS or _are_whole(names) or _is_other_form(names, below, positions)
    return len(positions) >= MIN_NUMBERS and (top[0] is None or _is_other_form(names, below, positions))


def _is_counted(names: Sequence[bytes | None], first: Sequence[bytes | None], below: Sequence[Cells]) -> bool:
    """Whether the names count from 0 or 1, as frames number columns that have no names."""
    start = 0 if names[0] == b"0" else 1
    if list(names) != _counted(start, len(names)):
        return False
    indexed = list(first) == _counted(start, len(first))
    if len(names) > 1:
        return start == 0 or indexed or len(names) >= MIN_NUMBERS
    return start == 0 and (indexed or all(row[1] != b"0" for row in below))


def _counted(start: int, count: int) -> list[bytes | None]:
    return [str(start + i).encode() for i in range(count)]


def _are_whole(cells: Sequence[bytes | None]) -> bool:
    return all((cell or b"").strip().isdigit() for cell in cells)


def _is_other_form(names: Sequence[bytes | None], below: Sequence[Cells], positions: Sequence[int]) -> bool:
    """Whether the names are written unlike every number below: with decimals over whole ones, or with more digits."""
    cells = [cell for row in below for i in positions if (cell := row[i]) is not None]
    if not _are_whole(names):
        return all(map(_has_decimals, names)) and not any(map(_has_decimals, cells))
    return len(below) > 1 and (all(map(_has_decimals, cells)) or _have_own_length(names, cells))


def _have_own_length(names: Sequence[bytes | None], cells: Sequence[bytes]) -> bool:
    lengths = {len((name or b"").strip()) for name in names}
    others = {len(cell.strip()) for cell in cells}
    return len(lengths) == 1 and min(lengths) >= MIN_DIGITS and not lengths & others


def _has_decimals(cell: bytes | None) -> bool:
    text = (cell or b"").strip()
    return not text.isdigit() and _NUMBER.fullmatch(text) is not None


def _goes_up(row: Cells, positions: Sequence[int]) -> bool:
    texts = [(row[i] or b"").strip() for i in positions]
    if not all(map(_NUMBER.fullmatch, texts)):
        return False
    numbers = [Decimal(text.replace(b",", b".").decode("ascii")) for text in texts]
    return all(left < right for left, right in itertools.pairwise(numbers))
