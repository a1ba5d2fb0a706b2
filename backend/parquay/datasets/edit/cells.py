"""Cells of an edit: a JSON value, or the text of one, to what a part holds. Exactly, or refused by name. Pure.

A column has one type and one form (so many digits behind the point, so many of a second, one zone). What fits in is
taken, also when it is written in another way: `7.50` for `7.5`, `13:05` for `13:05:00`, another zone for the same
moment. What would have to be rounded or cut is refused.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Context, Decimal
from typing import Any

from parquay.errors import InvalidValue

ROW_ID = "_rid"
"""What a row's own id is called."""
LONGEST_NUMBER = 400
"""Characters of the longest text that is read as a number."""

_WHOLE = re.compile(r"0|-?[1-9]\d*", re.ASCII)
_FIXED = re.compile(r"(?!-0(?:\.0+)?\Z)-?(?:0|[1-9]\d*)(?:\.\d+)?", re.ASCII)
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d{1,3})?", re.ASCII)
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_CLOCK = r"((?:[01]\d|2[0-3]):[0-5]\d)(:[0-5]\d)?(?:\.(\d{1,9}))?"
_TIME = re.compile(_CLOCK, re.ASCII)
_STAMP = re.compile(rf"(\d{{4}}-\d\d-\d\d)[ T]{_CLOCK}(Z|[+-]\d\d(?::?\d\d)?)?", re.ASCII)
_EXACT = Context(prec=2000)


class _Unfit(Exception):
    """The value does not fit; the message says what does."""


def read_row(given: Mapping[str, Any], columns: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The cells of one row; `columns` by name, as the catalog keeps them.

    Raises:
        InvalidValue: ``unknown_column``, ``reserved_column``, ``bad_cell`` (422).
    """
    row = {}
    for name, value in given.items():
        if name == ROW_ID:
            raise InvalidValue("A row's _rid is given by the table and never changes.", "reserved_column")
        column = columns.get(name)
        if column is None:
            raise InvalidValue(f"The table has no column {name[:100]!r}.", "unknown_column")
        row[name] = read_cell(value, column)
    return row


def read_cell(value: Any, column: Mapping[str, Any]) -> Any:
    """One cell as a part holds it: times of day and nanoseconds as text, everything else as Python's own type.

    Raises:
        InvalidValue: ``bad_cell`` names the column and what it expects (422).
    """
    if value is None:
        return None
    try:
        return _READERS[column["kind"]](value, column.get("form"))
    except _Unfit as unfit:
        reason = f" ({unfit})" if str(unfit) else ""
        raise InvalidValue(f"Column {column['name']!r} expects {column['type']}{reason}.", "bad_cell") from None


def _bool(value: Any, _form: Any) -> bool:
    if isinstance(value, bool):
        return value
    if value in ("true", "false"):
        return bool(value == "true")
    raise _Unfit("true or false")


def _int64(value: Any, _form: Any) -> int:
    number = _number(value, _WHOLE)
    if number != number.to_integral_value() or not -(2**63) <= number < 2**63:
        raise _Unfit("a whole number of at most 64 bits")
    return int(number)


def _decimal(value: Any, form: Any) -> Decimal:
    _, scale = form
    number = _number(value, _FIXED)
    precision = 18 if sum(form) <= 18 else 38
    grid = number.scaleb(scale, _EXACT)
    if (grid and grid.adjusted() >= precision) or grid != grid.to_integral_value():
        raise _Unfit(f"at most {scale} digits behind the point, {precision} digits in all")
    return Decimal(f"{int(grid)}E-{scale}")


def _double(value: Any, _form: Any) -> float:
    number = _number(value, _NUMBER)
    try:
        found = float(number)
    except OverflowError:
        found = math.inf
    if not math.isfinite(found) or Decimal(repr(found)) != number:
        raise _Unfit("a number that 64 bits keep as it is written")
    return found


def _number(value: Any, written: re.Pattern[str]) -> Decimal:
    """The value of a JSON number however it is written, or of a text that is written as the column writes it."""
    if isinstance(value, str) and not written.fullmatch(value):
        raise _Unfit("a number as the column writes it")
    if isinstance(value, float) and math.isfinite(value):
        value = repr(value)
    if isinstance(value, Decimal):
        value = str(value)  # its exponent is still to be looked at
    if isinstance(value, int) and not isinstance(value, bool):
        if value.bit_length() > 1024:
            raise _Unfit("a number")
        return Decimal(value)
    if not isinstance(value, str) or len(value) > LONGEST_NUMBER or not _NUMBER.fullmatch(value):
        raise _Unfit("a number")
    return Decimal(value)


def _date(value: Any, _form: Any) -> date:
    if isinstance(value, str) and _DATE.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise _Unfit("such as 2024-02-29")


def _time(value: Any, form: Any) -> str:
    match = _TIME.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise _Unfit("such as 13:05:09")
    fraction = match[3] or ""
    if fraction and not match[2]:
        raise _Unfit("such as 13:05:09")
    return match[1] + (match[2] or ":00") + _digits(fraction, form)


def _digits(fraction: str, count: int) -> str:
    """A fraction of a second with exactly `count` digits, and the point before them."""
    if fraction[count:].strip("0"):
        raise _Unfit(f"at most {count} digits of a second")
    return "." + fraction[:count].ljust(count, "0") if count else ""


def _stamp(value: Any, form: Any) -> datetime | str:
    separator, told, zone = form.split("|")
    example = f"such as 2024-02-29{separator}13:05:09{zone}"
    match = _STAMP.fullmatch(value) if isinstance(value, str) else None
    if match is None or (match[4] and not match[3]):
        raise _Unfit(example)
    if bool(match[5]) != bool(zone):
        raise _Unfit(f"with a zone, {example}" if zone else f"without a zone, {example}")
    seconds, fraction, digits = match[3] or ":00", match[4] or "", max(int(told), 0)
    if told == "-1" and seconds != ":00":
        raise _Unfit("whole minutes")
    cut = _digits(fraction, digits)
    clock = _moment(f"{match[1]}T{match[2]}{seconds}", example)
    moment = _shifted(clock, -_minutes(match[5] or "Z"), example)
    if digits > 6:
        local = _shifted(moment, _minutes(zone or "Z"), example)
        return f"{local.isoformat(separator)}{cut}{zone}"
    exact = moment + timedelta(microseconds=int(fraction[:6].ljust(6, "0") or 0))
    return exact.replace(tzinfo=UTC) if zone else exact


def _moment(text: str, example: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise _Unfit(example) from None


def _shifted(moment: datetime, minutes: int, example: str) -> datetime:
    try:
        return moment + timedelta(minutes=minutes)
    except OverflowError:
        raise _Unfit(example) from None


def _minutes(zone: str) -> int:
    if zone == "Z":
        return 0
    digits = zone[1:].replace(":", "")
    minutes = int(digits[:2]) * 60 + int(digits[2:] or 0)
    return -minutes if zone[0] == "-" else minutes


def _text(value: Any, _form: Any) -> str:
    if not isinstance(value, str):
        raise _Unfit("a text in quotes")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise _Unfit("a text of whole characters") from None
    return value


_READERS = {
    "bool": _bool,
    "int64": _int64,
    "decimal": _decimal,
    "double": _double,
    "date": _date,
    "time": _time,
    "timestamp": _stamp,
    "text": _text,
}
