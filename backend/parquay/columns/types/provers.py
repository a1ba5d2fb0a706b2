"""What proves for a whole column at once that its cells are canonical texts, without writing each value again.

Each prover looks at the outline of the texts (where points, signs and digits stand) and leaves the rest to Arrow's
parsers, so far as these take nothing but canonical texts of that outline. `reference` is what all of them must say.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parquay.columns.styles import exponents
from parquay.columns.types import clock, numbers
from parquay.columns.types.base import ColumnType
from parquay.columns.types.bool import BoolType
from parquay.columns.types.cells import Cells
from parquay.columns.types.date import DateType
from parquay.columns.types.decimal import DecimalType
from parquay.columns.types.double import DoubleType
from parquay.columns.types.duration import DurationType
from parquay.columns.types.exact import EXACT_DIGITS, EXACT_INT, MAX_PRECISION, SMALL, SMALL_DIGITS
from parquay.columns.types.int64 import Int64Type
from parquay.columns.types.time import TimeType
from parquay.columns.types.timestamp import MIXED, TimestampType
from parquay.columns.types.uuid import UuidType

Proof = dict[ColumnType, pa.Array | None]
"""The types that hold, each with the values if they were made on the way. Empty: none but text does."""
Prover = Callable[[Cells], Proof | None]
"""Yes is a proof with types, no is an empty one, None is unsure: the next prover is asked."""

MINUS, POINT, ZERO, NINE = b"-.09"
UUID_BYTES = 36
MAX_NUMBER_BYTES, MAX_TIMESTAMP_BYTES = 50, 36
"""Bytes of the longest canonical number and the longest canonical timestamp."""

_NUMBER = re.compile(rb"-?\d+(?:\.\d+)?(?:e[-+]?\d+)?")
_DATE = re.compile(rb"\d{4}-\d\d-\d\d")
_TIME = re.compile(rb"\d\d:\d\d:\d\d(?:\.(\d{1,9}))?")
_ZONE = re.compile(r"Z|[+-](?:[01]\d|2[0-3])(?::?[0-5]\d)?", re.ASCII)
_STAMP = re.compile(rb"\d{4}-\d\d-\d\d([ T])\d\d:\d\d(?::\d\d(?:\.(\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)?")


def empty_cells(cells: Cells) -> Proof | None:
    """A cell that is there and empty is a text, and nothing else."""
    return None if int(cells.lengths.min()) else {}


def bools(cells: Cells) -> Proof | None:
    """The two words, and no other."""
    if cells.first not in (b"true", b"false"):
        return None
    if cells.lengths.max() > len(b"false"):
        return {}
    return {BoolType(): None} if set(cells.array.unique().to_pylist()) <= {"true", "false"} else {}


def moments(cells: Cells) -> Proof | None:
    """Dates, times and timestamps: the first cell sets the outline that all must have."""
    first = cells.first
    if len(first) > MAX_TIMESTAMP_BYTES or (column_type := _outline(first)) is None:
        return None
    if bool((cells.lengths != len(first)).any()) or not _have_outline(cells, first):
        if not isinstance(column_type, TimestampType) or not _are_of_offsets(cells, column_type):
            return {}
        column_type = replace(column_type, zone=MIXED)
    try:
        return {column_type: column_type.to_values(cells.array)}
    except pa.ArrowInvalid:
        return {}


def _outline(text: bytes) -> ColumnType | None:
    if _DATE.fullmatch(text):
        return DateType()
    if match := _TIME.fullmatch(text):
        return TimeType(len(match[1] or b""))
    match = _STAMP.fullmatch(text)
    if match is None:
        return None
    has_seconds = len(text) - len(match[3] or b"") > 16
    fraction = len(match[2] or b"") if has_seconds else clock.MINUTES
    return TimestampType(match[1].decode(), fraction, (match[3] or b"").decode())


def _are_of_offsets(cells: Cells, first: TimestampType) -> bool:
    """Whether cells have the punctuation of the first one, each with an offset behind it."""
    width = len(cells.first) - len(first.zone)
    if not first.zone or int(cells.lengths.min()) <= width:
        return False
    body = cells.first[:width]
    fixed = [i for i, byte in enumerate(body) if not ZERO <= byte <= NINE]
    if not all(bool((cells.data[cells.starts + i] == body[i]).all()) for i in fixed):
        return False
    offsets = pc.utf8_slice_codeunits(cells.array, width).unique().to_pylist()
    return all(map(_ZONE.fullmatch, offsets))


def _have_outline(cells: Cells, first: bytes) -> bool:
    """Whether every cell has the first one's punctuation and zone in the same places."""
    match = _STAMP.fullmatch(first)
    zone = len(match[3] or b"") if match else 0
    fixed = [i for i, byte in enumerate(first) if not ZERO <= byte <= NINE or i >= len(first) - zone]
    return all(bool((cells.data[cells.starts + i] == first[i]).all()) for i in fixed)


def durations(cells: Cells) -> Proof | None:
    """What begins with the letter of ISO 8601 is a duration of it, or none of these types."""
    if not cells.first.startswith((b"P", b"-P")):
        return None
    return _as_defined(cells, DurationType())


def uuids(cells: Cells) -> Proof | None:
    """Digits and hyphens in their places, letters small."""
    if len(cells.first) != UUID_BYTES or cells.first[8:9] != b"-":
        return None
    return _as_defined(cells, UuidType()) if bool((cells.lengths == UUID_BYTES).all()) else {}


def _as_defined(cells: Cells, column_type: ColumnType) -> Proof:
    """The type, where reading and writing gives back every cell."""
    try:
        values = column_type.to_values(cells.array)
    except pa.ArrowInvalid:
        return {}
    return {column_type: values} if column_type.to_text(values) == cells.array else {}


def plain_numbers(cells: Cells) -> Proof | None:
    """Whole numbers, decimals and doubles."""
    if not _NUMBER.fullmatch(cells.first):
        return {}  # found out here, and not by a parser that goes through all cells before it says so
    if int(cells.lengths.max()) > MAX_NUMBER_BYTES:
        return {}
    if cells.raw.find(b".") < 0:
        return _doubles(cells) if cells.raw.find(b"e") >= 0 else _integers(cells)
    decimal = _decimal_outline(cells)
    if decimal is None:
        return _doubles(cells)
    values = _decimals(cells, decimal)
    if values is None:
        return _doubles(cells)
    # With a needless zero at the end of a cell it is no double's shortest text.
    may_be_double = decimal.scale == 1 or not bool((cells.data[cells.ends - 1] == ZERO).any())
    return {decimal: values} | (_doubles(cells) if may_be_double else {})


def _integers(cells: Cells) -> Proof:
    digits = _digits_before(cells, cells.ends)
    if digits is None:
        return {}
    if bool(((cells.data[cells.starts] == MINUS) & (cells.data[cells.ends - 1] == ZERO) & (cells.lengths == 2)).any()):
        # Only a double keeps the sign of "-0".
        return _doubles(cells)
    decimal = DecimalType(digits, 0, unsigned=b"-" not in cells.raw)
    try:
        values = cells.array.cast(pa.int64())
    except pa.ArrowInvalid:
        decimals = _decimals(cells, decimal) if digits <= MAX_PRECISION else None
        return {} if decimals is None else {decimal: decimals}
    bounds = pc.min_max(values)
    proof: Proof = {Int64Type(): values, decimal: None}
    if bounds["min"].as_py() >= -EXACT_INT and bounds["max"].as_py() <= EXACT_INT:
        double = whole_double(values, digits, asked=True, unsigned=decimal.unsigned)
        return proof | {double: None}
    return proof | _doubles(cells)


def whole_double(values: pa.Array, digits: int, *, asked: bool, unsigned: bool) -> DoubleType:
    """Whole numbers of at most so many digits as doubles; `asked`: whether it matters who prints them so."""
    return DoubleType(
        "whole",
        digits <= SMALL_DIGITS,
        all_whole=True,
        is_plain=digits <= EXACT_DIGITS,
        is_r=asked and (digits <= exponents.R_DIGITS or numbers.are_plain_in_r(numbers.magnitudes(values))),
        is_c=digits <= exponents.C_DIGITS,
        unsigned=unsigned,
    )


def _digits_before(cells: Cells, ends: np.ndarray[tuple[int], np.dtype[np.int64]]) -> int | None:
    """Most digits of a cell up to its place in `ends`; None when one has a needless zero or none at all."""
    firsts = cells.starts + (cells.data[cells.starts] == MINUS)
    digits = ends - firsts
    if int(digits.min()) < 1:
        return None
    if bool(((cells.data[firsts] == ZERO) & (digits > 1)).any()):
        return None
    return int(digits.max())


def _decimal_outline(cells: Cells) -> DecimalType | None:
    """One scale for all: the only point stands equally far from each end."""
    if cells.raw.count(b".") != len(cells.array):
        return None
    first = cells.first
    scale = len(first) - first.find(b".") - 1
    if scale < 1 or int(cells.lengths.min()) < scale + 2:
        return None
    points = cells.ends - scale - 1
    if not bool((cells.data[points] == POINT).all()):
        return None
    digits = _digits_before(cells, points)
    fits = digits is not None and digits + scale <= MAX_PRECISION
    return DecimalType(digits or 0, scale, unsigned=b"-" not in cells.raw) if fits else None


def _decimals(cells: Cells, decimal: DecimalType) -> pa.Array | None:
    """The values, if the cells are plain decimal numbers, given that they have that outline."""
    if any(cells.raw.find(odd) >= 0 for odd in (b"e", b"E", b"+")):
        return None
    try:
        # A number of few digits is parsed faster as a double; either way nothing but digits and signs can be left.
        if decimal.digits + decimal.scale <= EXACT_DIGITS:
            doubles = cells.array.cast(pa.float64())
            if not pc.all(pc.is_finite(doubles)).as_py():
                return None
            values = numbers.decimals_from_doubles(doubles, decimal.scale)
        else:
            values = cells.array.cast(decimal.arrow())
    except pa.ArrowInvalid:
        return None
    # "-0.00" has a sign that the number cannot keep.
    minus_zero = "-0." + "0" * decimal.scale if decimal.scale else "-0"
    has_minus_zero = cells.raw.find(b"-0") >= 0 and pc.any(pc.equal(cells.array, minus_zero)).as_py()
    return None if has_minus_zero else values


def _doubles(cells: Cells) -> Proof:
    """Whether each cell is the shortest text of a double, and how whole numbers are written: they are written again."""
    try:
        values = cells.array.cast(pa.float64())
    except pa.ArrowInvalid:
        return {}
    if not pc.all(pc.is_finite(values)).as_py():
        return {}
    low, high = numbers.bounds(values)
    most, has_exponent = max(-low, high), b"e" in cells.raw
    seen = most < SMALL, b"." not in cells.raw and not has_exponent, most < exponents.PLAIN_HIGH and not has_exponent
    whole = numbers.has_whole(values)
    java = not has_exponent and numbers.are_plain_in_java(values, most)
    size = numbers.magnitudes(values)
    printed = {
        "is_r": numbers.are_plain_in_r(size),
        "is_c": numbers.are_plain_in_c(size),
        "unsigned": numbers.are_unsigned(values, low),
    }
    point = DoubleType("point" if whole else "any", *seen, is_java=java, **printed)
    forms = (DoubleType("whole", *seen, **printed), point) if whole else (point,)
    for form in forms:
        if pc.all(pc.equal(form.to_text(values), cells.array)).as_py():
            return {form: values}
    return {}


PROVERS: tuple[Prover, ...] = (empty_cells, bools, moments, durations, uuids, plain_numbers)
