"""Cells of an edit: a JSON value, or the text of one, to what a part holds. Exactly, or refused by name. Pure.

A column has one type and one form (so many digits behind the point, so many of a second, one zone). What fits in is
taken, also when it is written in another way: `7.50` for `7.5`, `13:05` for `13:05:00`, another zone for the same
moment. What would have to be rounded or cut is refused.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from parquay.columns.types.base import MissingWord, Unfit
from parquay.columns.types.missing_words import NAMED, is_word
from parquay.columns.types.registry import type_from_json
from parquay.errors import InvalidValue

ROW_ID = "_rid"
"""What a row's own id is called."""


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


@dataclass(frozen=True, slots=True)
class Misfit:
    """A cell that does not fit its column, and why: of the row ``rid``, or of new row number ``index`` of a batch."""

    rid: int | None
    index: int | None
    column: str
    value: Any
    detail: str


def without_misfits(
    given: Mapping[str, Any],
    columns: Mapping[str, Mapping[str, Any]],
    misfits: list[Misfit],
    *,
    rid: int | None = None,
    index: int | None = None,
) -> dict[str, Any]:
    """The cells of a row that fit, as they were given; the others are added to ``misfits``.

    Raises:
        InvalidValue: ``unknown_column``, ``reserved_column`` (422).
    """
    left = {}
    for name, value in given.items():
        try:
            read_row({name: value}, columns)
        except InvalidValue as error:
            if error.code != "bad_cell":
                raise
            misfits.append(Misfit(rid, index, name, value, error.detail))
        else:
            left[name] = value
    return left


def read_cell(value: Any, column: Mapping[str, Any]) -> Any:
    """One cell as a part holds it: times of day and nanoseconds as text, everything else as Python's own type.

    A word for missing in a column that is no text is no value; the part keeps it aside.

    Raises:
        InvalidValue: ``bad_cell`` names the column and what it expects (422).
    """
    if value is None:
        return None
    column_type = type_from_json(column)
    if not column_type.is_text and (word := _word(value, column.get(NAMED, ()))) is not None:
        return MissingWord(word)
    try:
        return column_type.read_cell(value)
    except Unfit as unfit:
        reason = f" ({unfit})" if str(unfit) else ""
        raise InvalidValue(f"Column {column['name']!r} expects {column['type']}{reason}.", "bad_cell") from None


def _word(value: Any, named: Collection[str]) -> str | None:
    """The word for missing that a value of JSON is, also `-999` as a number where that was named; None: it is none."""
    if isinstance(value, int | float | Decimal) and not isinstance(value, bool):
        return str(value) if str(value) in named else None
    return value if is_word(value, named) else None
