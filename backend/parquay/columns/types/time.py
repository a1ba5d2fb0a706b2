"""The type `time`: times of day such as `13:05:09.25`, with one number of fraction digits for the whole column."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, ClassVar

from parquay.columns.types import clock
from parquay.columns.types.base import Chart, ColumnType, Comparison, SheetCell, Unfit

if TYPE_CHECKING:
    import pyarrow as pa

_IN_FILTER = re.compile(clock.IN_FILTER, re.ASCII)
_IN_EDIT = re.compile(clock.IN_EDIT, re.ASCII)


@dataclass(frozen=True, slots=True)
class TimeType(ColumnType):
    """See `base.ColumnType`.

    Attributes:
        fraction: digits of a second in every cell, 0 to 9.
    """

    type_id: ClassVar[str] = "time"
    chart: ClassVar[Chart] = "values"
    sum_sql: ClassVar[str | None] = None
    is_text: ClassVar[bool] = False
    is_integral: ClassVar[bool] = False
    formula_pattern: ClassVar[str | None] = None
    name: ClassVar[str] = "time"
    sql_type: ClassVar[str] = "VARCHAR"
    stored_as_text: ClassVar[bool] = True

    fraction: int

    @classmethod
    def of_form(cls, form: Any, /) -> TimeType:
        return cls(form)

    @property
    def form(self) -> int:
        return self.fraction

    @property
    def style(self) -> str:
        return f"HH:mm:ss{clock.fraction_pattern(self.fraction)}"

    @property
    def sheet_cell(self) -> SheetCell:
        return "time" if self.fraction <= 3 else "text"

    def statement_value(self) -> tuple[str, str]:
        return "TIME_NS" if self.fraction > 6 else "TIME", "CAST({0} AS {1})"

    def arrow(self) -> pa.DataType:
        import pyarrow as pa

        return pa.time64("ns" if self.fraction > 6 else "us")

    def to_values(self, cells: pa.StringArray) -> pa.Array:
        from parquay.columns.types import moments

        return moments.times_of(cells, self.arrow())

    def to_text(self, values: pa.Array) -> pa.StringArray:
        from parquay.columns.types import moments

        return moments.time_to_text(values, self.fraction)

    def json_values(self, values: pa.ChunkedArray) -> list[Any]:
        from parquay.columns.types import moments

        return moments.iso_texts(values)

    def compare(self, op: str, text: str) -> Comparison:
        found = _IN_FILTER.fullmatch(text)
        if found is None:
            raise Unfit
        minutes, seconds, fraction = found.groups("0")
        moment = datetime.strptime(f"{minutes}:{seconds}", "%H:%M:%S").replace(tzinfo=UTC)
        return Comparison(op, (moment.strftime("%H:%M:%S") + clock.filter_fraction(fraction, self.fraction),))

    def read_cell(self, value: Any) -> str:
        match = _IN_EDIT.fullmatch(value) if isinstance(value, str) else None
        if match is None or (match[3] and not match[2]):
            raise Unfit("such as 13:05:09")
        return match[1] + (match[2] or ":00") + clock.edit_fraction(match[3] or "", self.fraction)
