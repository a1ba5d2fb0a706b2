"""Texts of Arrow values that have no type of ours: every value exactly, and each always by the same words.

Nested values become JSON text. Arrow's own texts are not used where they round, change their notation or give up.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from decimal import Decimal
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_NANOS = {"s": 1_000_000_000, "ms": 1_000_000, "us": 1000, "ns": 1}
_FIRST, _LAST = np.datetime64("0001-01-01"), np.datetime64("9999-12-31")
"""The days that our tables know."""
_NOT_FINITE = frozenset({"nan", "inf", "-inf"})

Texts = list[str | None]


def plain(array: pa.Array) -> pa.Array:
    """The values without dictionary, run lengths or an extension's name; a UUID stays one."""
    while True:
        if pa.types.is_dictionary(array.type):
            array = array.dictionary_decode()
        elif pa.types.is_run_end_encoded(array.type):
            array = pc.run_end_decode(array)
        elif isinstance(array.type, pa.BaseExtensionType) and array.type != pa.uuid():
            array = array.storage
        else:
            return array


def is_binary(kind: pa.DataType) -> bool:
    """Whether values are bytes that are not said to be text."""
    return bool(
        pa.types.is_binary(kind)
        or pa.types.is_large_binary(kind)
        or pa.types.is_fixed_size_binary(kind)
        or pa.types.is_binary_view(kind)
    )


def is_string(kind: pa.DataType) -> bool:
    """Whether values are texts."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def out_of_range(array: pa.Array) -> int:
    """How many dates, timestamps or times of day our tables do not know: years beyond 1 to 9999, hours beyond 24."""
    kind = array.type
    if array.null_count == len(array):
        return 0
    if pa.types.is_time(kind):
        most = 86_400 * 1_000_000_000 // _NANOS[kind.unit]
        numbers = array.cast(pa.int32() if pa.types.is_time32(kind) else pa.int64()).cast(pa.int64())
        outside = pc.or_(pc.less(numbers, 0), pc.greater_equal(numbers, most))
        return int(pc.sum(outside).as_py() or 0)
    if not (pa.types.is_timestamp(kind) or pa.types.is_date(kind)):
        return 0
    days = _datetimes(array.drop_null()).astype("datetime64[D]")
    return int(np.count_nonzero((days < _FIRST) | (days > _LAST) | np.isnat(days)))


def _datetimes(array: pa.Array) -> np.ndarray:
    kind = array.type
    if pa.types.is_date32(kind):
        return np.asarray(array.cast(pa.int32()).to_numpy()).astype("datetime64[D]")
    unit = "ms" if pa.types.is_date64(kind) else kind.unit
    return np.asarray(array.cast(pa.int64()).to_numpy()).view(f"datetime64[{unit}]")


def texts(array: pa.Array) -> Texts:
    """The text of each value; None for null.

    Raises:
        pyarrow.ArrowInvalid: a text is no UTF-8.
    """
    array = plain(array)
    kind = array.type
    if pa.types.is_nested(kind):
        return [None if each == "null" else each for each in fragments(array)]
    if pa.types.is_temporal(kind):
        return _moments(array)
    if is_string(kind):
        return _listed(validated(array))
    if kind == pa.uuid() or is_binary(kind) or pa.types.is_decimal(kind):
        write = _of_uuid if kind == pa.uuid() else _of_bytes if is_binary(kind) else _of_decimal
        values = (array.storage if kind == pa.uuid() else array).to_pylist()
        return [None if each is None else write(each) for each in values]
    return _listed(array.cast(pa.string()))


def _listed(array: pa.StringArray) -> Texts:
    found: Texts = array.to_pylist()
    return found


def _of_uuid(value: bytes) -> str:
    return str(UUID(bytes=value))


def _of_decimal(value: Decimal) -> str:
    return f"{value:f}"


def validated(array: pa.Array) -> pa.StringArray:
    """Texts in Arrow's usual form, all of them UTF-8.

    Raises:
        pyarrow.ArrowInvalid: one is not.
    """
    return array.cast(pa.large_binary()).cast(pa.binary()).cast(pa.string())


def _of_bytes(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.hex()


def has_whole_micros(array: pa.Array) -> bool:
    """Whether durations are whole microseconds, as many as 64 bits hold."""
    try:
        micros(array)
    except pa.ArrowInvalid:
        return False
    return True


def micros(array: pa.Array) -> pa.Int64Array:
    """Durations as whole microseconds.

    Raises:
        pyarrow.ArrowInvalid: one is not.
    """
    return plain(array).cast(pa.duration("us")).cast(pa.int64())


def _clock(nanos: int) -> str:
    """A duration in hours, minutes and seconds, as many hours as there are."""
    seconds, rest = divmod(abs(nanos), 1_000_000_000)
    fraction = "" if not rest else f".{rest:09}" if rest % 1000 else f".{rest // 1000:06}"
    return f"{'-' * (nanos < 0)}{seconds // 3600}:{seconds // 60 % 60:02}:{seconds % 60:02}{fraction}"


def _moments(array: pa.Array) -> Texts:
    """Dates, times and durations; those that Arrow cannot write by the same calendar, or as so many hours."""
    kind = array.type
    if pa.types.is_timestamp(kind) and kind.tz:
        array = array.cast(pa.timestamp(kind.unit, "UTC"))
    if not (pa.types.is_duration(kind) or out_of_range(array)):
        return _listed(array.cast(pa.string()))
    if pa.types.is_time(kind) or pa.types.is_duration(kind):
        nanos = _NANOS[kind.unit]
        numbers = array.cast(pa.int32() if pa.types.is_time32(kind) else pa.int64()).to_pylist()
        return [None if each is None else _clock(each * nanos) for each in numbers]
    found = iter(_datetimes(array.drop_null()))
    zone = "Z" if pa.types.is_timestamp(kind) and kind.tz else ""
    return [f"{str(next(found)).replace('T', ' ')}{zone}" if each else None for each in array.is_valid().to_pylist()]


def interval(value: bytes) -> str:
    """A Parquet interval (three little-endian numbers: months, days, milliseconds) as ISO 8601 writes it."""
    months, days, millis = struct.unpack("<III", value)
    seconds = f"{millis // 1000}.{millis % 1000:03}" if millis % 1000 else str(millis // 1000)
    return f"P{months}M{days}DT{seconds}S"


def fragments(array: pa.Array) -> list[str]:
    """Each value as JSON text; null is `null`. Decimals are texts, because readers of JSON round numbers."""
    array = plain(array)
    kind = array.type
    if pa.types.is_struct(kind):
        names = [json.dumps(field.name, ensure_ascii=False) for field in kind]
        fields = [fragments(each) for each in array.flatten()]
        rows = zip(*fields, strict=True) if fields else [()] * len(array)
        found = ["{" + ", ".join(map(_pair, names, row)) + "}" for row in rows]
        return [text if valid else "null" for text, valid in zip(found, array.is_valid().to_pylist(), strict=True)]
    if pa.types.is_nested(kind):
        return list(_lists(array))
    if pa.types.is_boolean(kind) or pa.types.is_integer(kind):
        return [each or "null" for each in texts(array)]
    if pa.types.is_floating(kind):
        return ["null" if each is None else json.dumps(each) if each in _NOT_FINITE else each for each in texts(array)]
    return ["null" if each is None else json.dumps(each, ensure_ascii=False) for each in texts(array)]


def _pair(name: str, value: str) -> str:
    return f"{name}: {value}"


def _lists(array: pa.Array) -> Iterator[str]:
    """Lists of any layout; a map with texts for keys is an object, any other one a list of pairs."""
    kind = array.type
    by_text = pa.types.is_map(kind) and is_string(kind.key_type)
    at = 0
    if pa.types.is_map(kind):
        keys, values = fragments(array.keys), fragments(array.items)
        inner = [f"{key}: {value}" if by_text else f"[{key}, {value}]" for key, value in zip(keys, values, strict=True)]
        ends = array.offsets.to_pylist()
        at = ends[0]
        lengths = [ends[i + 1] - ends[i] if valid else None for i, valid in enumerate(array.is_valid().to_pylist())]
    else:
        inner = fragments(array.flatten())
        lengths = pc.list_value_length(array).to_pylist()
    for length in lengths:
        if length is None:
            yield "null"
            continue
        text = ", ".join(inner[at : at + length])
        at += length
        yield "{" + text + "}" if by_text else "[" + text + "]"


def leaves(array: pa.Array) -> Iterator[pa.Array]:
    """The arrays of values that are not nested."""
    array = plain(array)
    if pa.types.is_nested(array.type):
        inner = [array.keys, array.items] if pa.types.is_map(array.type) else array.flatten()
        for each in inner if isinstance(inner, list) else [inner]:
            yield from leaves(each)
    else:
        yield array
