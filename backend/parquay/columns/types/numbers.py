"""Arrays of numbers, and their canonical texts."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from parquay.columns.styles.exponents import C_HIGH, JAVA_HIGH, JAVA_LOW, R_HIGH, R_LOW, R
from parquay.columns.types.exact import PLAIN_HIGH, SMALL_PRECISION

PLAIN_LOW, ARROW_HIGH = 1e-4, 1e10
"""Magnitudes between which Arrow writes doubles without an exponent; below the first one Python writes one, too."""
MAX_PLAIN_SCALE = 6
"""Up to so many digits behind the point Arrow never writes a decimal with an exponent."""


def has_whole(values: pa.DoubleArray) -> bool:
    """Whether there is a whole number that is written without an exponent."""
    plain = pc.less(pc.abs(values), PLAIN_HIGH)
    return bool(pc.any(pc.and_(plain, pc.equal(pc.trunc(values), values))).as_py())


def are_plain_whole(values: pa.DoubleArray) -> bool:
    """Whether all are whole numbers that are written without an exponent."""
    plain = pc.less(pc.abs(values), PLAIN_HIGH)
    return bool(pc.all(pc.and_(plain, pc.equal(pc.trunc(values), values))).as_py())


def bounds(values: pa.DoubleArray) -> tuple[float, float]:
    """The least and the largest of doubles of which at least one is there, and none is no number."""
    if values.null_count:
        found = pc.min_max(values)
        return found["min"].as_py(), found["max"].as_py()
    size = as_numpy(values, np.float64)
    return float(size.min()), float(size.max())


def are_plain_in_java(values: pa.DoubleArray, most: float) -> bool:
    """Whether Java prints none with an exponent; `most` is the largest magnitude."""
    if most >= JAVA_HIGH:
        return False
    size = np.abs(as_numpy(values.drop_null() if values.null_count else values, np.float64))
    return not bool(((size < JAVA_LOW) & (size > 0)).any())


def magnitudes(values: pa.Array) -> npt.NDArray[np.float64]:
    """Of the numbers that are there, as doubles."""
    there = values.drop_null() if values.null_count else values
    return np.abs(as_numpy(there, np.int64 if pa.types.is_int64(there.type) else np.float64).astype(np.float64))


def are_unsigned(values: pa.DoubleArray, low: float) -> bool:
    """Whether none has a minus, not even zero; `low` is the least."""
    if low:
        return low > 0
    return not bool(np.signbit(as_numpy(values.drop_null() if values.null_count else values, np.float64)).any())


def are_plain_in_c(size: npt.NDArray[np.float64]) -> bool:
    """Whether C prints numbers of these magnitudes as Python does, whole ones without a point."""
    return not bool(((size >= C_HIGH) & (size < PLAIN_HIGH)).any())


def are_plain_in_r(size: npt.NDArray[np.float64]) -> bool:
    """Whether R prints numbers of these magnitudes as Python does, whole ones without a point."""
    is_unusual = (size >= R_HIGH) | ((size < R_LOW) & (size > 0))
    if not is_unusual.any():
        return True
    unusual = size[is_unusual]
    zeros = np.where(unusual < 10 * R_HIGH, R_HIGH, 10 * R_HIGH)
    if bool(((unusual >= R_HIGH) & (unusual % zeros == 0) & (unusual < PLAIN_HIGH)).any()):
        return False
    odd = unusual[((unusual < R_LOW) & (unusual >= PLAIN_LOW)) | (unusual >= PLAIN_HIGH)]
    return all(R.is_of((repr(value).removesuffix(".0"),)) for value in odd.tolist())


def double_to_text(values: pa.DoubleArray, *, point: bool) -> pa.StringArray:
    """The shortest text of each double; whole numbers as `3.0` if `point`, else as `3`."""
    text = values.cast(pa.string())
    size = np.abs(as_numpy(values, np.float64)) if len(values) else np.empty(0)
    usual = ((size >= PLAIN_LOW) & (size < ARROW_HIGH)) | (size == 0)
    plain = pa.array(usual)
    if not usual.all():
        text = _spell_out(values, text, plain, point=point)
    if point:
        whole = pc.and_(pc.equal(pc.trunc(values), values), plain)
        text = pc.if_else(whole, pc.binary_join_element_wise(text, ".0", ""), text)
    return text


def _spell_out(values: pa.DoubleArray, text: pa.StringArray, plain: pa.BooleanArray, *, point: bool) -> pa.StringArray:
    """Write the very large and very small the way Python does; Arrow switches to exponents earlier."""
    odd = pc.and_(pc.is_valid(values), pc.invert(pc.fill_null(plain, fill_value=True)))
    spelt = [repr(value) for value in values.filter(odd).to_pylist()]
    if not point:
        spelt = [each.removesuffix(".0") for each in spelt]
    return pc.replace_with_mask(text, odd, pa.array(spelt, pa.string()))


def decimal_to_text(values: pa.Array) -> pa.StringArray:
    """Decimals in plain notation, with all the digits that their type has behind the point.

    Arrow writes an exponent where a first digit stands more than six places behind the point, or the scale is negative.
    """
    text = values.cast(pa.string())
    if 0 <= values.type.scale <= MAX_PLAIN_SCALE:
        return text
    odd = pc.fill_null(pc.match_substring(text, "E"), fill_value=False)
    return pc.replace_with_mask(text, odd, _plain(values.filter(odd)))


def _plain(values: pa.Array) -> pa.StringArray:
    scale = values.type.scale
    if not pa.types.is_decimal128(values.type) or scale < 0:
        return pa.array([format(value, "f") for value in values.to_pylist()], pa.string())
    kind = pa.decimal128(values.type.precision, 0)
    unscaled = pa.Array.from_buffers(kind, len(values), values.buffers(), offset=values.offset).cast(pa.string())
    count = pc.utf8_lpad(pc.utf8_ltrim(unscaled, "-"), scale + 1, "0")
    before, fraction = pc.utf8_slice_codeunits(count, 0, -scale), pc.utf8_slice_codeunits(count, -scale)
    sign = pc.if_else(pc.starts_with(unscaled, "-"), "-", "")
    return pc.binary_join_element_wise(sign, before, ".", fraction, "")


def decimals_from_doubles(values: pa.DoubleArray, scale: int) -> pa.Array:
    """Decimals of at most `EXACT_DIGITS` digits from the doubles that are nearest to them: exact, and fast."""
    # Where a double is too large the digits are any, and their text is not that of the cell: no decimal, as it must be.
    with np.errstate(over="ignore", invalid="ignore"):
        digits = np.rint(as_numpy(values, np.float64) * 10.0**scale).astype(np.int64)
    pairs = np.empty((len(digits), 2), np.int64)
    pairs[:, 0] = digits
    pairs[:, 1] = digits >> 63
    validity = values.is_valid().buffers()[1] if values.null_count else None
    target = pa.decimal128(SMALL_PRECISION, scale)
    return pa.Array.from_buffers(target, len(digits), [validity, pa.py_buffer(pairs)], values.null_count)


def as_numpy(array: pa.Array, dtype: Any) -> npt.NDArray[Any]:
    """The values of an array of fixed width without a copy, nulls with any value."""
    return np.frombuffer(array.buffers()[1], dtype)[array.offset : array.offset + len(array)]
