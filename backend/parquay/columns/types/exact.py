"""Numbers as requests write them, compared and fitted without rounding. Pure.

A column's cells lie on a grid: whole numbers, two digits behind the point, and only so large. A number off that grid
is no mistake in a filter (`price:gt:0.005`), but must not be rounded on its way to the engine. So the condition is
moved to the grid: what is asked of the cells stays the same.
"""

from __future__ import annotations

import math
import re
from decimal import ROUND_FLOOR, Context, Decimal
from typing import Any

from parquay.columns.types.base import Comparison, Unfit

SMALL_PRECISION, MAX_PRECISION = 18, 38
"""Digits of decimals. Two precisions only, so that a longer number rarely changes the type of what is written."""
SMALL, SMALL_DIGITS = 1000, 3
"""Numbers below this, which have so many digits before the point, have no group of thousands."""
EXACT_DIGITS = 15
"""Decimal digits that every double keeps: two numbers of so few digits are never the same double."""
EXACT_INT = 2**53
"""Whole numbers up to here are doubles, every one."""
MAX_JSON_INT = 2**53 - 1
"""The largest whole number that every JSON reader keeps."""
MAX_FILTER_CHARS, MAX_EDIT_CHARS = 100, 400
"""Characters of the longest number that is read in a filter and in an edit."""
PLAIN_HIGH = 1e16
"""From here on a double's text has an exponent."""
NOT_FINITE = {math.inf: "Infinity", -math.inf: "-Infinity"}
"""Numbers that JSON has no numbers for; what is no number at all is `NaN`."""

DECIMAL_IN_FILTER = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
"""A number of a filter on whole numbers and decimals, which may lie between two of them."""
_ANY_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d{1,3})?", re.ASCII)
_EXACT = Context(prec=4 * MAX_FILTER_CHARS)


def filter_number(text: str, shape: re.Pattern[str]) -> Decimal:
    """The number of a filter.

    Raises:
        Unfit: it is too long or has another shape.
    """
    if len(text) > MAX_FILTER_CHARS or not shape.fullmatch(text):
        raise Unfit
    return Decimal(text)


def on_grid(op: str, value: Decimal, scale: int, low: Decimal, high: Decimal) -> Comparison:
    """Move a comparison with `value` to numbers with `scale` digits behind the point, from `low` to `high`."""
    step = Decimal(1).scaleb(-scale)
    below = value.quantize(step, ROUND_FLOOR, _EXACT)
    if op in ("eq", "ne"):
        fits = below == value and low <= value <= high
        return Comparison(op, (format(below, "f"),)) if fits else Comparison("none" if op == "eq" else "all")
    if below != value:  # x < 1.5 is x <= 1, and x >= 1.5 is x > 1
        op = {"lt": "le", "ge": "gt"}.get(op, op)
    if below > high or below < low:
        return Comparison("present" if (below > high) == (op in ("lt", "le")) else "none")
    return Comparison(op, (format(below, "f"),))


def below_power(digits: int, scale: int) -> Decimal:
    """The largest number with so many digits, of which `scale` stand behind the point."""
    return _EXACT.subtract(Decimal(10) ** (digits - scale), Decimal(1).scaleb(-scale))


def edit_number(value: Any, written: re.Pattern[str]) -> Decimal:
    """The value of a JSON number however it is written, or of a text that is written as its column writes it.

    Raises:
        Unfit: it is neither.
    """
    if isinstance(value, str) and not written.fullmatch(value):
        raise Unfit("a number as the column writes it")
    if isinstance(value, float) and math.isfinite(value):
        value = repr(value)
    if isinstance(value, Decimal):
        value = str(value)  # its exponent is still to be looked at
    if isinstance(value, int) and not isinstance(value, bool):
        if value.bit_length() > 1024:
            raise Unfit("a number")
        return Decimal(value)
    if not isinstance(value, str) or len(value) > MAX_EDIT_CHARS or not _ANY_NUMBER.fullmatch(value):
        raise Unfit("a number")
    return Decimal(value)


def json_value(value: Any) -> Any:
    """One value that is no time, for `json_text`, exact."""
    if isinstance(value, int) and not isinstance(value, bool):
        return value if -MAX_JSON_INT <= value <= MAX_JSON_INT else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else NOT_FINITE.get(value, "NaN")
    if isinstance(value, Decimal):
        return value if len(value.as_tuple().digits) <= EXACT_DIGITS else format(value, "f")
    return value
