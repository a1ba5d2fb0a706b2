"""Columns of plain numbers, told to be canonical by their values and by the bytes of their texts, cell by cell never.

Where only digits, a minus and a point at one place can stand, a text is at least as long as the canonical text of its
value: needless zeros are all that it can have besides. So if all texts together are as long as all canonical texts
together, each one is canonical. A column that this does not settle is left to `numbers` and `times`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

SMALL_PRECISION, MAX_PRECISION = 18, 38
EXACT_DIGITS = 15
"""Decimal digits that every double keeps: two numbers of so few digits are never the same double."""
EXACT_INT = 2**53
"""Whole numbers up to here are doubles, every one."""
MINUS, POINT, ZERO, NINE = b"-.09"

Integers = npt.NDArray[np.int64]


def examine(array: pa.StringArray, made: dict[str, pa.Array]) -> dict[str, Any] | None:
    """Tell which number types hold for cells without nulls; None when that is not to be told this way.

    What is told is what `numbers.examine` tells. Values found on the way go into `made`.
    """
    _, ends, content = array.buffers()
    if content is None:
        return None
    offsets = np.frombuffer(ends, np.int32)[array.offset : array.offset + len(array) + 1]
    data = np.frombuffer(content, np.uint8)[offsets[0] : offsets[-1]]
    if not len(data) or data.max() > NINE:
        return None
    low = data.min()
    first = data[: offsets[1] - offsets[0]].tobytes()
    try:
        if b"." in first:
            return None if low < POINT else _decimals(array, data, offsets - offsets[0], first, made)
        return None if low < MINUS or b"-" in first[1:] else _integers(array, len(data), made)
    except pa.ArrowInvalid:
        return None


def _integers(array: pa.StringArray, size: int, made: dict[str, pa.Array]) -> dict[str, Any] | None:
    values = array.cast(pa.int64())
    numbers = as_numpy(values, np.int64)
    low, high = int(numbers.min()), int(numbers.max())
    if low < -EXACT_INT or high > EXACT_INT:
        return None
    negative = int(np.count_nonzero(numbers < 0)) if low < 0 else 0
    if size != negative + total_digits(np.abs(numbers) if negative else numbers, max(-low, high)):
        return None
    made["int64"] = values
    return {"int64": True, "decimal": [len(str(max(-low, high))), 0], "double": "whole"}


def _decimals(
    array: pa.StringArray, data: npt.NDArray[np.uint8], offsets: npt.NDArray[np.int32], first: bytes,
    made: dict[str, pa.Array],
) -> dict[str, Any] | None:  # fmt: skip
    scale = len(first) - first.find(b".") - 1
    lengths = np.diff(offsets)
    if scale < 1 or lengths.min() < scale + 2 or lengths.max() > EXACT_DIGITS + 1:
        return None
    if not bool((data[offsets[1:] - (scale + 1)] == POINT).all()):
        return None
    last_is_zero = bool((data[offsets[1:] - 1] == ZERO).any())
    if scale == 1 or not last_is_zero:
        return None  # these may be doubles as well
    values = np.rint(as_numpy(array.cast(pa.float64()), np.float64) * 10.0**scale).astype(np.int64)
    high = int(values.max())
    if len(data) != len(array) + total_digits(values, high, least=scale + 1):
        return None
    form = [max(1, len(str(high)) - scale), scale]
    made["decimal"] = decimals_of(values, scale)
    return {"decimal": form}


def as_numpy(array: pa.Array, kind: Any) -> npt.NDArray[Any]:
    """The values of an array of fixed width without a copy, nulls with any value."""
    return np.frombuffer(array.buffers()[1], kind)[array.offset : array.offset + len(array)]


def total_digits(numbers: Integers, most: int, *, least: int = 1) -> int:
    """Decimal digits of all `numbers` together, none of which is negative or above `most`; each has `least` or more."""
    total = least * len(numbers)
    limit = 10**least
    while limit <= most:
        total += int(np.count_nonzero(numbers >= limit))
        limit *= 10
    return total


def decimals_of(unscaled: Integers, scale: int, validity: pa.Buffer | None = None, nulls: int = 0) -> pa.Array:
    """Decimals of up to 18 digits from their digits."""
    pairs = np.empty((len(unscaled), 2), np.int64)
    pairs[:, 0] = unscaled
    pairs[:, 1] = unscaled >> 63
    kind = pa.decimal128(SMALL_PRECISION, scale)
    return pa.Array.from_buffers(kind, len(unscaled), [validity, pa.py_buffer(pairs)], nulls)
