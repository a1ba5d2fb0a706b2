"""Canonical texts of dates, times and timestamps, examined for a whole column at once."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

Bytes = npt.NDArray[np.uint8]
Offsets = npt.NDArray[np.int64]

LONGEST = 36
"""Bytes of the longest canonical timestamp."""

_DATE_BYTES = 10
_DATE = re.compile(rb"\d{4}-\d\d-\d\d")
_TIME = re.compile(rb"\d\d:\d\d:\d\d(?:\.(\d{1,9}))?")
_STAMP = re.compile(rb"\d{4}-\d\d-\d\d([ T])\d\d:\d\d(?::\d\d(?:\.(\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)?")
_MINUTES = -1
"""Fraction digits of a text that ends with its minutes."""
_DAY = "1970-01-01 "


def looks_like(text: bytes) -> bool:
    """Whether `text` has the outline of a date, a time or a timestamp."""
    return any(shape.fullmatch(text) for shape in (_DATE, _TIME, _STAMP))


def zone_of(form: str) -> str:
    """The zone part of a timestamp's form; empty when it has none."""
    return form.split("|")[2]


def arrow_type(kind: str, form: Any) -> pa.DataType:
    """Microseconds, or nanoseconds where the texts have more than six fraction digits."""
    digits = form if kind == "time" else int(form.split("|")[1])
    unit = "ns" if digits > 6 else "us"
    if kind == "time":
        return pa.time64(unit)
    return pa.timestamp(unit, tz="UTC" if zone_of(form) else None)


def dates(array: pa.StringArray, made: dict[str, pa.Array]) -> dict[str, Any] | None:
    """The dates of a column without nulls; None if a cell is no date. Arrow takes no other text of ten bytes."""
    offsets = np.frombuffer(array.buffers()[1], np.int32)[array.offset : array.offset + len(array) + 1]
    if not array or not _DATE.fullmatch(array[0].as_py().encode()) or not bool((np.diff(offsets) == _DATE_BYTES).all()):
        return None
    try:
        made["date"] = array.cast(pa.date32())
    except pa.ArrowInvalid:
        return None
    return {"date": True}


def examine(
    array: pa.StringArray, data: Bytes, starts: Offsets, ends: Offsets, made: dict[str, pa.Array]
) -> dict[str, Any]:
    """Tell which of the types holds; the first cell sets the outline that all must have. Its values go into `made`."""
    length = int(ends[0] - starts[0])
    if bool((ends - starts != length).any()):
        return {}
    first = data[starts[0] : ends[0]].tobytes()
    kind, form = _outline(first)
    if not _same_outline(first, data, starts):
        return {}
    try:
        made[kind] = to_type(array, kind, form)
    except pa.ArrowInvalid:
        return {}
    return {kind: form}


def _outline(text: bytes) -> tuple[str, Any]:
    if _DATE.fullmatch(text):
        return "date", True
    if match := _TIME.fullmatch(text):
        return "time", len(match[1] or b"")
    match = _STAMP.fullmatch(text)
    return ("timestamp", _stamp_form(text, match)) if match else ("", None)


def _stamp_form(text: bytes, match: re.Match[bytes]) -> str:
    seconds = len(text) - len(match[3] or b"") > 16
    digits = len(match[2] or b"") if seconds else _MINUTES
    return f"{match[1].decode()}|{digits}|{(match[3] or b'').decode()}"


def _same_outline(first: bytes, data: Bytes, starts: Offsets) -> bool:
    """Whether every cell has the first one's punctuation and zone in the same places."""
    match = _STAMP.fullmatch(first)
    zone = len(match[3] or b"") if match else 0
    fixed = [i for i, byte in enumerate(first) if not 48 <= byte <= 57 or i >= len(first) - zone]
    return all(bool((data[starts + i] == first[i]).all()) for i in fixed)


def to_type(column: pa.StringArray, kind: str, form: Any) -> pa.Array:
    """Read texts of one form.

    Raises:
        pyarrow.ArrowInvalid: a cell is no such text.
    """
    if kind == "date":
        return column.cast(pa.date32())
    target = arrow_type(kind, form)
    if kind == "time":
        day = pc.binary_join_element_wise(_DAY, column, "")
        return day.cast(pa.timestamp(target.unit)).cast(target)
    return column.cast(target)


def to_text(column: pa.Array, kind: str, form: Any) -> pa.StringArray:
    """Write values back in the form they had."""
    if kind == "time":
        return _cut_fraction(column.cast(pa.string()), 8, form)
    separator, digits, zone = form.split("|")
    plain = _local(column, zone).cast(pa.string())
    text = _cut_fraction(plain, 19, int(digits))
    if separator == "T":
        text = pc.binary_replace_slice(text, 10, 11, "T").cast(pa.string())
    return pc.binary_join_element_wise(text, zone, "") if zone else text


def _cut_fraction(text: pa.StringArray, seconds: int, digits: int) -> pa.StringArray:
    stop = seconds - 3 if digits == _MINUTES else seconds + (digits + 1 if digits else 0)
    return pc.utf8_slice_codeunits(text, 0, stop)


def _local(column: pa.Array, zone: str) -> pa.Array:
    """Instants as the clock of `zone` showed them."""
    if not zone:
        return column
    unit = column.type.unit
    plain = column.cast(pa.int64())
    minutes = _offset_minutes(zone)
    if minutes:
        plain = pc.add(plain, minutes * 60 * (10**9 if unit == "ns" else 10**6))
    return plain.cast(pa.timestamp(unit))


def _offset_minutes(zone: str) -> int:
    if zone == "Z":
        return 0
    digits = zone[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:] or 0)
    return -minutes if zone[0] == "-" else minutes
