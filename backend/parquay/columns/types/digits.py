"""Digits of numbers: how many a type has room for, and decimals made of them."""

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
MINUS, POINT, ZERO = b"-.0"

Integers = npt.NDArray[np.int64]


def as_numpy(array: pa.Array, kind: Any) -> npt.NDArray[Any]:
    """The values of an array of fixed width without a copy, nulls with any value."""
    return np.frombuffer(array.buffers()[1], kind)[array.offset : array.offset + len(array)]


def decimals_of(unscaled: Integers, scale: int, validity: pa.Buffer | None = None, nulls: int = 0) -> pa.Array:
    """Decimals of up to 18 digits from their digits."""
    pairs = np.empty((len(unscaled), 2), np.int64)
    pairs[:, 0] = unscaled
    pairs[:, 1] = unscaled >> 63
    kind = pa.decimal128(SMALL_PRECISION, scale)
    return pa.Array.from_buffers(kind, len(unscaled), [validity, pa.py_buffer(pairs)], nulls)
