"""Canonical texts of numbers, examined for a whole column at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from parquay.columns.types import digits
from parquay.columns.types.digits import EXACT_DIGITS, EXACT_INT, MAX_PRECISION, MINUS, POINT, SMALL_PRECISION, ZERO

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]

PLAIN_LOW, PLAIN_HIGH = 1e-4, 1e16
"""Magnitudes between which a double's text has no exponent."""
ARROW_HIGH = 1e10
"""From here on Arrow writes doubles with an exponent."""
MOST_PLAIN_PLACES = 6
"""Up to so many digits behind the point Arrow never writes a decimal with an exponent."""
LONGEST = 50
"""Bytes of the longest cell that can be a canonical number."""

FIRST_BYTES = frozenset(b"-0123456789")


def examine(
    array: pa.StringArray, data: Bytes, starts: Offsets, ends: Offsets, made: dict[str, pa.Array]
) -> dict[str, Any]:
    """Tell which number types hold for cells of at least one byte each; values found on the way go into `made`."""
    points = int(np.count_nonzero(data[starts[0] : ends[-1]] == POINT))
    if not points:
        exponents = _has(data[starts[0] : ends[-1]], b"e")
        return _doubles(array, made) if exponents else _integers(array, data, starts, ends, made)
    found = _decimals(data, starts, ends, points)
    if "decimal" in found and not _all_digits(array, found["decimal"], made):
        return _doubles(array, made)
    if "decimal" not in found or _may_be_double(data, ends, found["decimal"]):
        found |= _doubles(array, made)
    return found


def _has(data: Bytes, byte: bytes) -> bool:
    return data.tobytes().find(byte) >= 0


def _integers(
    array: pa.StringArray, data: Bytes, starts: Offsets, ends: Offsets, made: dict[str, pa.Array]
) -> dict[str, Any]:
    digits = _digits_before_point(data, starts, ends)
    if digits is None:
        return {}
    if bool(((data[starts] == MINUS) & (data[ends - 1] == ZERO) & (ends - starts == 2)).any()):
        # Only a double keeps the sign of "-0".
        return _doubles(array, made)
    try:
        values = made["int64"] = array.cast(pa.int64())
    except pa.ArrowInvalid:
        return _big_integers(array, digits, made)
    bounds = pc.min_max(values)
    low, high = bounds["min"].as_py(), bounds["max"].as_py()
    found: dict[str, Any] = {"int64": True, "decimal": [digits, 0]}
    if low >= -EXACT_INT and high <= EXACT_INT:
        return found | {"double": "whole"}
    return found | _doubles(array, made)


def _big_integers(array: pa.StringArray, digits: int, made: dict[str, pa.Array]) -> dict[str, Any]:
    if digits > MAX_PRECISION or not _all_digits(array, [digits, 0], made):
        return {}
    return {"decimal": [digits, 0]}


def _digits_before_point(data: Bytes, starts: Offsets, ends: Offsets) -> int | None:
    """Most digits of a cell's whole part, whose `ends` are given; None when one has a needless zero or none at all."""
    minus = data[starts] == MINUS
    firsts = starts + minus
    digits = ends - firsts
    shortest = int(digits.min())
    if shortest < 1:
        return None
    zero = data[firsts] == ZERO
    if bool((zero & (digits > 1)).any()):
        return None
    return int(digits.max())


def _decimals(data: Bytes, starts: Offsets, ends: Offsets, points: int) -> dict[str, Any]:
    """One scale for all: the point stands equally far from each end."""
    if points != len(starts):
        return {}
    tail = data[starts[0] : ends[0]].tobytes()
    scale = len(tail) - tail.find(b".") - 1
    if scale < 1 or int((ends - starts).min()) < scale + 2:
        return {}
    where = ends - scale - 1
    if not bool((data[where] == POINT).all()):
        return {}
    digits = _digits_before_point(data, starts, where)
    if digits is None or digits + scale > MAX_PRECISION:
        return {}
    return {"decimal": [digits, scale]}


def _all_digits(array: pa.StringArray, form: list[int], made: dict[str, pa.Array]) -> bool:
    """Whether the cells are plain decimal numbers, given that they have the outline of `form`."""
    joined = b"" if len(array) == 0 else _raw(array)
    if joined.find(b"e") >= 0 or joined.find(b"E") >= 0 or joined.find(b"+") >= 0:
        return False
    try:
        # A number of few digits is parsed faster as a double; either way nothing but digits and signs can be left.
        if sum(form) <= EXACT_DIGITS:
            values = array.cast(pa.float64())
            if not pc.all(pc.is_finite(values)).as_py():
                return False
            made["decimal"] = from_doubles(values, form)
        else:
            made["decimal"] = array.cast(_decimal_type(*form))
    except pa.ArrowInvalid:
        return False
    # "-0.00" has a sign that the number cannot keep.
    return not (b"-" in joined and b"-0" in joined and _has_minus_zero(array, form))


def _has_minus_zero(array: pa.StringArray, form: list[int]) -> bool:
    text = "-0." + "0" * form[1] if form[1] else "-0"
    return bool(pc.any(pc.equal(array, text)).as_py())


def _raw(array: pa.StringArray) -> bytes:
    _, offsets, data = array.buffers()
    ends = np.frombuffer(offsets, np.int32)
    return bytes(memoryview(data)[int(ends[array.offset]) : int(ends[array.offset + len(array)])])


def _may_be_double(data: Bytes, ends: Offsets, form: list[int]) -> bool:
    """Whether a fixed-scale column could be shortest double texts as well: no needless zero at a cell's end."""
    return form[1] == 1 or not bool((data[ends - 1] == ZERO).any())


def _doubles(array: pa.StringArray, made: dict[str, pa.Array]) -> dict[str, Any]:
    """Whether each cell is the shortest text of a double, and how whole numbers are written."""
    try:
        values = made["double"] = array.cast(pa.float64())
    except pa.ArrowInvalid:
        return {}
    for style in ("whole", "point") if _has_whole(values) else ("any",):
        if pc.all(pc.equal(double_to_text(values, style), array)).as_py():
            return {"double": style}
    return {}


def _has_whole(values: pa.DoubleArray) -> bool:
    plain = pc.less(pc.abs(values), PLAIN_HIGH)
    return bool(pc.any(pc.and_(plain, pc.equal(pc.trunc(values), values))).as_py())


def double_to_text(values: pa.DoubleArray, style: str) -> pa.StringArray:
    """The shortest text of each double; whole numbers as `3.0` in style `point`, else as `3`."""
    text = values.cast(pa.string())
    size = (
        np.abs(np.frombuffer(values.buffers()[1], np.float64)[values.offset :][: len(values)])
        if len(values)
        else np.empty(0)
    )
    usual = ((size >= PLAIN_LOW) & (size < ARROW_HIGH)) | (size == 0)
    plain = pa.array(usual)
    if not usual.all():
        text = _spell_out(values, text, plain, style)
    if style == "point":
        whole = pc.and_(pc.equal(pc.trunc(values), values), plain)
        text = pc.if_else(whole, pc.binary_join_element_wise(text, ".0", ""), text)
    return text


def _spell_out(values: pa.DoubleArray, text: pa.StringArray, plain: pa.BooleanArray, style: str) -> pa.StringArray:
    """Write the very large and very small the way Python does; Arrow switches to exponents earlier."""
    odd = pc.and_(pc.is_valid(values), pc.invert(pc.fill_null(plain, fill_value=True)))
    spelt = [repr(value) for value in values.filter(odd).to_pylist()]
    if style != "point":
        spelt = [each.removesuffix(".0") for each in spelt]
    return pc.replace_with_mask(text, odd, pa.array(spelt, pa.string()))


def decimal_to_text(values: pa.Array) -> pa.StringArray:
    """Decimals in plain notation, with all the digits that their type has behind the point.

    Arrow writes an exponent where a first digit stands more than six places behind the point, or the scale is negative.
    """
    text = values.cast(pa.string())
    if 0 <= values.type.scale <= MOST_PLAIN_PLACES:
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
    whole, fraction = pc.utf8_slice_codeunits(count, 0, -scale), pc.utf8_slice_codeunits(count, -scale)
    sign = pc.if_else(pc.starts_with(unscaled, "-"), "-", "")
    return pc.binary_join_element_wise(sign, whole, ".", fraction, "")


def join_decimals(one: list[int], other: list[int]) -> list[int] | None:
    """One scale, the larger number of digits; None when the scales differ or it becomes too long."""
    digits = max(one[0], other[0])
    return [digits, one[1]] if one[1] == other[1] and digits + one[1] <= MAX_PRECISION else None


def join_styles(one: str, other: str) -> str | None:
    """The style of whole numbers that both keep."""
    if "any" in (one, other):
        return other if one == "any" else one
    return one if one == other else None


def _decimal_type(digits: int, scale: int) -> pa.Decimal128Type:
    return pa.decimal128(SMALL_PRECISION if digits + scale <= SMALL_PRECISION else MAX_PRECISION, scale)


def to_decimal(column: pa.StringArray, form: Sequence[int], kind: pa.Decimal128Type) -> pa.Array:
    """Read canonical decimals; those of few digits by way of doubles, which is exact for them and faster."""
    digits, scale = form
    if digits + scale > EXACT_DIGITS:
        return column.cast(kind)
    return from_doubles(column.cast(pa.float64()), form)


def from_doubles(values: pa.DoubleArray, form: Sequence[int]) -> pa.Array:
    """Decimals of at most `EXACT_DIGITS` digits from the doubles that are nearest to them."""
    unscaled = np.rint(digits.as_numpy(values, np.float64) * 10.0 ** form[1])
    with np.errstate(invalid="ignore"):
        whole = unscaled.astype(np.int64)
    validity = values.is_valid().buffers()[1] if values.null_count else None
    return digits.decimals_of(whole, form[1], validity, values.null_count)
