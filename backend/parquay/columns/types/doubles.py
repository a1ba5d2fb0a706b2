"""Whether texts are the shortest ones of their doubles, told by arithmetic for a whole column at once.

Writing a double and comparing the texts is slow. Let a text have `p` digits behind its point and let the double that it
reads as be `v`. The product v * 10**p is found exactly, as a sum of two doubles. The text is the shortest, and of those
the closest, if and only if

- its digits are those of the whole number next to that product, and
- no multiple of ten is as near to the product as half a step between doubles: such a one would be a shorter text.

Cells for which a rounding error could decide, and those that need an exponent, are written and compared after all.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from parquay.columns.types import digits
from parquay.columns.types.digits import EXACT_INT, MINUS, NINE, POINT, ZERO

PLAIN_LOW, PLAIN_HIGH = 1e-4, 1e16
"""Magnitudes between which a double's text has no exponent."""
ROWS = 1 << 14
"""Cells that are looked at together, so few that all that is found of them stays in the cache of a core."""
MOST_PLACES = 22
"""The largest power of ten that is a double itself, and more digits behind the point than a shortest text has."""
HIGHEST = 1e17
"""Digits of a shortest text, read as a whole number, are below this."""
SPLITTER = 2.0**27 + 1
"""Veltkamp's constant: parts a double into two of half as many digits, whose products are exact."""
SURE = 1e-6
"""Distances nearer than this to where an answer turns are looked at the slow way."""

Doubles = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]


def _halves(numbers: Doubles) -> tuple[Doubles, Doubles]:
    wide = numbers * SPLITTER
    upper = wide - (wide - numbers)
    return upper, numbers - upper


_POWERS = np.array([10.0**places for places in range(MOST_PLACES + 1)])
_UPPER, _LOWER = _halves(_POWERS)


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is known of a column.

    Attributes:
        shortest: whether all cells but the `unsure` ones are shortest texts.
        whole: whether there are whole numbers among them, all written as `3.0`.
        unsure: cells that must be written and compared, if there are any.
    """

    shortest: bool
    whole: bool = False
    unsure: Flags | None = None


def judge(array: pa.StringArray, values: pa.DoubleArray) -> Verdict | None:
    """Tell whether texts that read as `values` are the shortest, if each has a point or an exponent; None otherwise."""
    numbers = np.abs(digits.as_numpy(values, np.float64))
    unsure = (numbers >= EXACT_INT) | ((numbers < PLAIN_LOW) & (numbers != 0))
    cells = _Cells.of(array)
    if cells is None or bool((~cells.plain & ~unsure).any()):
        return None
    whole = False
    with np.errstate(over="ignore", invalid="ignore"):  # of cells that are unsure anyway
        for start in range(0, len(numbers), ROWS):
            part = slice(start, start + ROWS)
            found = cells.part(part, numbers[part], unsure[part])
            if found is None:
                return Verdict(shortest=False)
            whole = whole or found
    return Verdict(shortest=True, whole=whole, unsure=unsure if unsure.any() else None)


@dataclass(frozen=True, slots=True)
class _Cells:
    """The texts of a column: bytes, where each starts and ends, and the first point at or behind its start."""

    data: npt.NDArray[np.uint8]
    starts: npt.NDArray[np.int32]
    ends: npt.NDArray[np.int32]
    points: npt.NDArray[np.int32]
    plain: Flags

    @classmethod
    def of(cls, array: pa.StringArray) -> _Cells | None:
        _, ends, content = array.buffers()
        data = np.frombuffer(content, np.uint8)
        offsets = np.frombuffer(ends, np.int32)[array.offset : array.offset + len(array) + 1]
        found = (np.flatnonzero(data[offsets[0] : offsets[-1]] == POINT) + offsets[0]).astype(np.int32)
        if not len(found):
            return None
        starts, stops = offsets[:-1], offsets[1:]
        points = found if len(found) == len(array) else found[np.searchsorted(found, starts).clip(max=len(found) - 1)]
        plain = (points >= starts) & (points < stops)
        if int(data[offsets[0] : offsets[-1]].max()) > NINE:
            letters = np.flatnonzero(data[offsets[0] : offsets[-1]] > NINE) + offsets[0]
            plain[np.searchsorted(stops, letters, side="right")] = False
        return cls(data, starts, stops, points, plain)

    def part(self, part: slice, numbers: Doubles, unsure: Flags) -> bool | None:
        """None when a cell is no shortest text, else whether there is a whole number; marks cells as `unsure`."""
        starts, ends, points = self.starts[part], self.ends[part], self.points[part]
        places = ends - points - 1
        firsts = starts + (self.data[starts] == MINUS)
        needless = (self.data[firsts] == ZERO) & (points - firsts > 1)
        outline = (places >= 1) & (places <= MOST_PLACES) & (points > firsts) & ~needless
        last = (self.data[ends - 1] - ZERO).astype(np.float64)
        whole = np.trunc(numbers) == numbers
        outline &= ~whole | ((places == 1) & (last == 0))
        good, doubtful = _are_shortest(numbers, places.clip(0, MOST_PLACES), last)
        doubtful &= ~whole
        if not bool(((outline & (good | whole | doubtful)) | unsure).all()):
            return None
        unsure |= doubtful
        return bool((whole & ~unsure).any())


def _are_shortest(numbers: Doubles, places: npt.NDArray[np.int32], last: Doubles) -> tuple[Flags, Flags]:
    """Whether a text of so many `places` that ends with `last` is a number's shortest; and whether that is in doubt."""
    power = _POWERS[places]
    product = numbers * power
    upper, lower = _halves(numbers)
    over, under = _UPPER[places], _LOWER[places]
    rest = ((upper * over - product) + upper * under + lower * over) + lower * under
    base = np.rint(product)
    beside = (product - base) + rest
    step = np.rint(beside)
    beside -= step
    inside = product < HIGHEST
    text = np.remainder(_whole(base, inside) + _whole(step, inside), 10)
    away = text + beside
    away = np.minimum(np.abs(away), 10 - away)
    half = np.spacing(numbers) * power * 0.5
    good = inside & (text == last) & (away > half)
    near = (np.abs(np.abs(beside) - 0.5) < SURE) | (np.abs(away - half) < SURE * (1 + half))
    powers_of_two = (numbers.view(np.int64) & ((1 << 52) - 1)) == 0
    return good, inside & (near | powers_of_two)


def _whole(numbers: Doubles, inside: Flags) -> npt.NDArray[np.int64]:
    return np.where(inside, numbers, 0.0).astype(np.int64)
