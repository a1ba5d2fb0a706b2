"""Arrays of times and timestamps, and their canonical texts."""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from parquay.columns.types import clock

_DAY = "1970-01-01 "
_OFFSET = r"^.*[0-9](?P<offset>[-+][0-9]{2}(?::?[0-9]{2})?)$"

_FIRST_DAY, _LAST_DAY = -719_162, 2_932_896
"""0001-01-01 and 9999-12-31, in days since 1970: what Python, SQL and filters know as dates."""


def in_known_years(values: pa.Array) -> pa.Array:
    """Return days or moments in microseconds as they are, if they are of the years 1 to 9999.

    Raises:
        pyarrow.ArrowInvalid: one is not.
    """
    is_date = pa.types.is_date32(values.type)
    found = pc.min_max(values.cast(pa.int32() if is_date else pa.int64())).as_py()
    day = 1 if is_date else 86_400 * 10**6
    if found["min"] is not None and not _FIRST_DAY * day <= found["min"] <= found["max"] < (_LAST_DAY + 1) * day:
        raise pa.ArrowInvalid("a day outside of the years 1 to 9999")
    return values


def times_of(cells: pa.StringArray, target: pa.DataType) -> pa.Array:
    """Read times of day.

    Raises:
        pyarrow.ArrowInvalid: a cell is no such text.
    """
    day = pc.binary_join_element_wise(_DAY, cells, "")
    return day.cast(pa.timestamp(target.unit)).cast(target)


def time_to_text(values: pa.Array, fraction: int) -> pa.StringArray:
    """Times of day with so many digits of a second."""
    return _cut_fraction(values.cast(pa.string()), 8, fraction)


def timestamp_to_text(values: pa.Array, separator: str, fraction: int, zone: str) -> pa.StringArray:
    """Moments as the clocks of their zone show them."""
    text = _cut_fraction(_local(values, zone).cast(pa.string()), 19, fraction)
    if separator == "T":
        text = pc.binary_replace_slice(text, 10, 11, "T").cast(pa.string())
    return pc.binary_join_element_wise(text, zone, "") if zone else text


def offsets_of(cells: pa.StringArray, kind: str) -> pa.StringArray:
    """The offset behind each moment, with ``kind`` before it; null where it is `Z`."""
    found = pc.struct_field(pc.extract_regex(cells, _OFFSET), "offset")
    return pc.binary_join_element_wise(kind, found, "")


def with_offsets(values: pa.Array, offsets: pa.StringArray, separator: str, fraction: int) -> pa.StringArray:
    """Moments as the clocks of their offsets show them."""
    encoded = offsets.dictionary_encode()
    minutes = pa.array([clock.zone_minutes(zone) for zone in encoded.dictionary.to_pylist()], pa.int64())
    unit = values.type.unit
    ahead = pc.multiply(minutes.take(encoded.indices), 60 * (10**9 if unit == "ns" else 10**6))
    local = pc.add(values.cast(pa.int64()), ahead).cast(pa.timestamp(unit))
    return pc.binary_join_element_wise(timestamp_to_text(local, separator, fraction, ""), offsets, "")


def _cut_fraction(text: pa.StringArray, seconds: int, digits: int) -> pa.StringArray:
    stop = seconds - 3 if digits == clock.MINUTES else seconds + (digits + 1 if digits else 0)
    return pc.utf8_slice_codeunits(text, 0, stop)


def _local(values: pa.Array, zone: str) -> pa.Array:
    if not zone:
        return values
    unit = values.type.unit
    plain = values.cast(pa.int64())
    minutes = clock.zone_minutes(zone)
    if minutes:
        plain = pc.add(plain, minutes * 60 * (10**9 if unit == "ns" else 10**6))
    return plain.cast(pa.timestamp(unit))


def iso_texts(values: pa.ChunkedArray) -> list[str | None]:
    """Times and timestamps as ISO 8601 without needless zeros; instants in UTC with `Z`."""
    zone = "Z" if pa.types.is_timestamp(values.type) and values.type.tz else ""
    if zone:
        values = values.cast(pa.int64()).cast(pa.timestamp(values.type.unit))
    return [None if text is None else _trimmed(text) + zone for text in values.cast(pa.string()).to_pylist()]


def _trimmed(text: str) -> str:
    shown = text.replace(" ", "T", 1)
    return shown.rstrip("0").rstrip(".") if "." in shown else shown
