"""Moments by the unit of time in which they lie."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from parquay.datasets.query import sql
from parquay.datasets.query.values import Column
from parquay.errors import InvalidValue

if TYPE_CHECKING:
    import pyarrow as pa

Unit = Literal["second", "minute", "hour", "day", "week", "month", "quarter", "year", "decade", "century"]

MOMENTS = 60
"""Most points of a series over time."""
DAY = 86_400
UNITS: dict[Unit, int] = {
    "second": 1,
    "minute": 60,
    "hour": 3600,
    "day": DAY,
    "week": 7 * DAY,
    "month": 30 * DAY,
    "quarter": 91 * DAY,
    "year": 365 * DAY,
    "decade": 3652 * DAY,
    "century": 36_524 * DAY,
}
"""Units of time, and about how many seconds each has."""


def clock(column: Column) -> str:
    """A column's moments without what an engine's timestamp has no room for, in SQL."""
    return f"substr({sql.name(column)}, 1, 19)" if column.type.stored_as_text else sql.name(column)


def start_sql(column: Column, unit: Unit) -> str:
    """The beginning of the unit of time in which each moment lies, in SQL; weeks begin on Mondays.

    Raises:
        InvalidValue: ``bad_unit`` (422): the column has no moments.
    """
    if column.type.chart != "series":
        raise InvalidValue(f"{column.name}: the column is {column.type.name}, which has no units of time.", "bad_unit")
    return f"date_trunc('{unit}', CAST({clock(column)} AS TIMESTAMP))::TIMESTAMP"


def start_texts(found: pa.Table, unit: Unit) -> list[str | None]:
    """The beginnings in the column `start` as texts: days, or with the time of day where the unit is shorter."""
    cut = 10 if UNITS[unit] >= DAY else 19
    return [
        None if text is None else text.replace(" ", "T")[:cut] for text in found["start"].cast("string").to_pylist()
    ]


def unit_for(seconds: float, *, whole_days: bool) -> Unit:
    """The finest unit of time that gives a span of so many seconds at most `MOMENTS` points. Pure."""
    for unit, length in UNITS.items():
        if seconds / length <= MOMENTS and (length >= DAY or not whole_days):
            return unit
    return "century"
