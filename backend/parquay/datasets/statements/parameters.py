"""The parameters of a statement: exactly the numbers that were sent, of the types that they have as literals. Pure."""

from __future__ import annotations

import math
from decimal import Decimal
from typing import Any

from parquay.columns.types.exact import MAX_PRECISION
from parquay.errors import InvalidValue


def exact_numbers(value: Any) -> Any:
    """Return a parameter whose numbers the engine takes as they are: doubles, and decimals of up to 38 digits. Pure.

    Raises:
        InvalidValue: ``bad_sql``, a number is neither (422).
    """
    if isinstance(value, dict):
        return {name: exact_numbers(each) for name, each in value.items()}
    if isinstance(value, list):
        return [exact_numbers(each) for each in value]
    if not isinstance(value, Decimal):
        return value
    _, digits, exponent = value.as_tuple()
    assert isinstance(exponent, int), "JSON has no other numbers"
    if max(len(digits) + max(exponent, 0), -exponent) <= MAX_PRECISION:
        return value
    as_double = float(value)
    if math.isfinite(as_double) and Decimal(repr(as_double)) == value:
        return as_double
    detail = f"A number in the parameters is neither a double nor a decimal of up to {MAX_PRECISION} digits."
    raise InvalidValue(detail, "bad_sql", position=None)


def as_literals(value: Any) -> Any:
    """Parameters with the types that numbers have as literals: `0.1` is a decimal, `1e-7` a double."""
    if isinstance(value, dict):
        return {name: as_literals(each) for name, each in value.items()}
    if isinstance(value, list):
        return [as_literals(each) for each in value]
    is_plain = isinstance(value, float) and "e" not in repr(value)
    return Decimal(repr(value)) if is_plain else value


def by_name(params: Any) -> dict[str, Any]:
    """Parameters by their names; those of a list by their places, from 1."""
    if isinstance(params, list):
        return {str(number): value for number, value in enumerate(params, 1)}
    return params or {}
