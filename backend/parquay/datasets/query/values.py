"""A value as a request writes it, fitted to the type of the column that it is compared with. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from parquay.columns.types.base import ColumnType, Comparison, Unfit
from parquay.errors import InvalidValue


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table that is asked; `index` is its place in the table, from 0."""

    index: int
    name: str
    type: ColumnType

    @property
    def is_number(self) -> bool:
        """Whether its values can be added up."""
        return self.type.sum_sql is not None


def compare(column: Column, op: str, text: str) -> Comparison:
    """Read the value of one of `eq ne lt le gt ge`.

    Raises:
        InvalidValue: ``bad_value`` (422), it is no value of the column's type.
    """
    try:
        return column.type.compare(op, text)
    except Unfit as unfit:
        raise bad_value(column, text, str(unfit)) from None
    except (ValueError, OverflowError):
        raise bad_value(column, text) from None


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
    return InvalidValue(f"{column.name}: {expected or column.type.name} expected, not {shown!r}.", "bad_value")
