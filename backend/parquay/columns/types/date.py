"""The type `date`: days such as `2024-02-29`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

from parquay.columns.types.base import Chart, ColumnType, Comparison, SheetCell, Unfit

if TYPE_CHECKING:
    import pyarrow as pa

_WRITTEN = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


@dataclass(frozen=True, slots=True)
class DateType(ColumnType):
    """See `base.ColumnType`."""

    type_id: ClassVar[str] = "date"
    chart: ClassVar[Chart] = "series"
    sum_sql: ClassVar[str | None] = None
    is_text: ClassVar[bool] = False
    is_integral: ClassVar[bool] = True
    formula_pattern: ClassVar[str | None] = None
    form: ClassVar[bool] = True
    name: ClassVar[str] = "date"
    style: ClassVar[str] = "yyyy-MM-dd"
    sql_type: ClassVar[str] = "DATE"
    stored_as_text: ClassVar[bool] = False
    sheet_cell: ClassVar[SheetCell] = "date"

    def arrow(self) -> pa.DataType:
        import pyarrow as pa

        return pa.date32()

    def to_values(self, cells: pa.StringArray) -> pa.Array:
        from parquay.columns.types import moments

        return moments.in_known_years(cells.cast(self.arrow()))

    def to_text(self, values: pa.Array) -> pa.StringArray:
        return values.cast("string")

    def json_values(self, values: pa.ChunkedArray) -> list[Any]:
        return list(values.cast("string").to_pylist())

    def compare(self, op: str, text: str) -> Comparison:
        if len(text) != 10:
            raise Unfit
        return Comparison(op, (date.fromisoformat(text).isoformat(),))

    def read_cell(self, value: Any) -> date:
        if isinstance(value, str) and _WRITTEN.fullmatch(value):
            try:
                return date.fromisoformat(value)
            except ValueError:
                pass
        raise Unfit("such as 2024-02-29")
