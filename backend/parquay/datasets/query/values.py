"""A value as a request writes it, fitted to the type of the column that it is compared with. Pure.

A column's cells lie on a grid: whole numbers, two digits behind the point, and only so large. A number off that grid is
no mistake (`price:gt:0.005`), but must not be rounded on its way to the engine. So the condition is moved to the grid:
what is asked of the cells stays the same.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_FLOOR, Context, Decimal
from typing import Any

from parquay.errors import InvalidValue

LONGEST_NUMBER = 100
"""Characters of the longest number that is read."""
INT64 = 2**63

_WHOLE = re.compile(r"[+-]?\d+", re.ASCII)
_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_FLOAT = re.compile(r"[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|Infinity)|NaN", re.ASCII)
_DECIMAL = re.compile(r"decimal\((\d+),(\d+)\)")
_TIME = re.compile(r"(\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?", re.ASCII)
_STAMP = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?)?(Z|[+-]\d\d(?::?\d\d)?)?", re.ASCII
)
_EXACT = Context(prec=4 * LONGEST_NUMBER)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table that is asked.

    Attributes:
        index: its place in the table, from 0.
        type: its public type, such as `decimal(18,2)`.
        kind, form: its type as the catalog keeps it, see `columns.lexemes`.
    """

    index: int
    name: str
    type: str
    kind: str
    form: Any

    @property
    def scale(self) -> int:
        """Digits behind the point of a decimal or a whole number."""
        return int(self._digits()[1])

    @property
    def precision(self) -> int:
        """Digits of a decimal."""
        return int(self._digits()[0])

    def _digits(self) -> tuple[str, str]:
        found = _DECIMAL.fullmatch(self.type)
        return (found[1], found[2]) if found else ("19", "0")

    @property
    def zone(self) -> str:
        """The zone of a timestamp as it is written; empty when it has none."""
        return str(self.form).split("|")[2] if self.kind == "timestamp" else ""

    @property
    def fraction(self) -> int:
        """Digits of a second in its texts; less than 0 when they end with the minute."""
        return int(self.form) if self.kind == "time" else int(str(self.form).split("|")[1])

    @property
    def as_text(self) -> bool:
        """Whether its values stand in the parts as texts: all that Delta tables have no type for."""
        return self.kind in ("text", "time") or (self.kind == "timestamp" and self.fraction > 6)

    @property
    def is_number(self) -> bool:
        """Whether its values can be added up."""
        return self.kind in ("int64", "decimal", "double")

    @property
    def sql_type(self) -> str:
        """The engine's name for the type of its values in the parts."""
        if self.as_text:
            return "VARCHAR"
        if self.kind == "decimal":
            return f"DECIMAL({self.precision},{self.scale})"
        if self.kind == "timestamp":
            return "TIMESTAMPTZ" if self.zone else "TIMESTAMP"
        return {"bool": "BOOLEAN", "int64": "BIGINT", "double": "DOUBLE", "date": "DATE"}[self.kind]


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is asked of a column's cells.

    Attributes:
        op: one of the operators of a filter, or `present` (not null), `all`, `none` where the value decides alone.
        values: texts that the engine casts to the column's type without loss.
    """

    op: str
    values: tuple[str, ...] = ()


def compare(column: Column, op: str, text: str) -> Comparison:
    """Read the value of one of `eq ne lt le gt ge`.

    Raises:
        InvalidValue: ``bad_value`` (422), it is no value of the column's type.
    """
    if column.kind in ("int64", "decimal"):
        return _on_grid(column, op, _number(column, text))
    return Comparison(op, (_canonical(column, text),))


def among(column: Column, texts: Iterable[str]) -> Comparison:
    """Read the values of `in`; those that no cell can have are left out.

    Raises:
        InvalidValue: ``bad_value`` (422), one is no value of the column's type.
    """
    found = [compare(column, "eq", text) for text in texts]
    values = tuple(dict.fromkeys(value for each in found for value in each.values))
    return Comparison("in", values) if values else Comparison("none")


def bad_value(column: Column, text: str, expected: str = "") -> InvalidValue:
    """The refusal of `text`; names the column and its type."""
    shown = text if len(text) <= 40 else text[:40] + "…"
    return InvalidValue(f"{column.name}: {expected or column.type} expected, not {shown!r}.", "bad_value")


def _number(column: Column, text: str) -> Decimal:
    shape = _WHOLE if column.kind == "int64" else _PLAIN
    if len(text) > LONGEST_NUMBER or not shape.fullmatch(text):
        raise bad_value(column, text)
    return Decimal(text)


def _on_grid(column: Column, op: str, value: Decimal) -> Comparison:
    """Move a comparison with `value` to the values that the column's type has."""
    scale = column.scale
    step = Decimal(1).scaleb(-scale)
    below = value.quantize(step, ROUND_FLOOR, _EXACT)
    low, high = _bounds(column)
    if op in ("eq", "ne"):
        fits = below == value and low <= value <= high
        return Comparison(op, (format(below, "f"),)) if fits else Comparison("none" if op == "eq" else "all")
    if below != value:  # x < 1.5 is x <= 1, and x >= 1.5 is x > 1
        op = {"lt": "le", "ge": "gt"}.get(op, op)
    if below > high or below < low:
        return Comparison("present" if (below > high) == (op in ("lt", "le")) else "none")
    return Comparison(op, (format(below, "f"),))


def _bounds(column: Column) -> tuple[Decimal, Decimal]:
    if column.kind == "int64":
        return Decimal(-INT64), Decimal(INT64 - 1)
    most = _EXACT.subtract(Decimal(10) ** (column.precision - column.scale), Decimal(1).scaleb(-column.scale))
    return -most, most


def _canonical(column: Column, text: str) -> str:
    if column.kind == "text":
        return text
    if column.kind == "bool":
        if text.lower() not in ("true", "false"):
            raise bad_value(column, text, "true or false")
        return text.lower()
    if column.kind == "double":
        return _double(column, text)
    try:
        if column.kind == "date":
            return _date(text)
        return _time(column, text) if column.kind == "time" else _stamp(column, text)
    except (ValueError, OverflowError):
        raise bad_value(column, text) from None


def _double(column: Column, text: str) -> str:
    if len(text) > LONGEST_NUMBER or not _FLOAT.fullmatch(text):
        raise bad_value(column, text)
    value = float(text)
    return repr(value) if math.isfinite(value) else str(value)


def _date(text: str) -> str:
    if len(text) != 10:
        raise ValueError(text)
    return date.fromisoformat(text).isoformat()


def _time(column: Column, text: str) -> str:
    found = _TIME.fullmatch(text)
    if found is None:
        raise ValueError(text)
    minutes, seconds, fraction = found.groups("0")
    whole = datetime.strptime(f"{minutes}:{seconds}", "%H:%M:%S").replace(tzinfo=UTC)
    return whole.strftime("%H:%M:%S") + _fraction(fraction, column.fraction)


def _stamp(column: Column, text: str) -> str:
    found = _STAMP.fullmatch(text)
    if found is None or (found[5] and not column.zone):
        raise ValueError(text)
    day, minutes, seconds, fraction = (found[1], found[2] or "00:00", found[3] or "00", found[4] or "")
    moment = datetime.fromisoformat(f"{day}T{minutes}:{seconds}{_offset(found[5] or ('Z' if column.zone else ''))}")
    if not column.as_text:
        shown = moment.astimezone(UTC) if column.zone else moment
        return shown.replace(tzinfo=None).isoformat(" ") + _fraction(fraction, 6) + ("Z" if column.zone else "")
    if column.zone:
        moment = moment.astimezone(datetime.fromisoformat(f"2000-01-01T00:00:00{_offset(column.zone)}").tzinfo)
    separator = str(column.form)[0]
    return moment.replace(tzinfo=None).isoformat(separator) + _fraction(fraction, column.fraction) + column.zone


def _offset(zone: str) -> str:
    """A zone in the one spelling that every Python reads."""
    if zone in ("", "Z"):
        return zone and "+00:00"
    digits = zone[1:].replace(":", "")
    return f"{zone[0]}{digits[:2]}:{digits[2:] or '00'}"


def _fraction(fraction: str, digits: int) -> str:
    """The fraction of a second with `digits` digits; finer values are of no column like this one."""
    wanted = fraction.rstrip("0")
    if len(wanted) > digits:
        raise ValueError(fraction)
    return "." + wanted.ljust(digits, "0") if digits > 0 else ""
