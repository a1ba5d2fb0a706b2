"""The type `int64`: whole numbers of 64 bits, such as `0`, `7`, `-12`; no plus, no leading zero, no minus zero."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from parquay.columns.types import exact
from parquay.columns.types.base import Chart, ColumnType, Comparison, SheetCell, Unfit

if TYPE_CHECKING:
    import pyarrow as pa

LIMIT = 2**63
_WRITTEN = re.compile(r"0|-?[1-9]\d*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Int64Type(ColumnType):
    """See `base.ColumnType`."""

    type_id: ClassVar[str] = "int64"
    chart: ClassVar[Chart] = "histogram"
    sum_sql: ClassVar[str | None] = "sum({cell})"
    is_text: ClassVar[bool] = False
    is_integral: ClassVar[bool] = True
    formula_pattern: ClassVar[str | None] = None
    form: ClassVar[bool] = True
    name: ClassVar[str] = "int64"
    style: ClassVar[str] = "0"
    sql_type: ClassVar[str] = "BIGINT"
    stored_as_text: ClassVar[bool] = False
    sheet_cell: ClassVar[SheetCell] = "number"

    def arrow(self) -> pa.DataType:
        import pyarrow as pa

        return pa.int64()

    def to_values(self, cells: pa.StringArray) -> pa.Array:
        return cells.cast(self.arrow())

    def to_text(self, values: pa.Array) -> pa.StringArray:
        return values.cast("string")

    def json_values(self, values: pa.ChunkedArray) -> list[Any]:
        return [exact.json_value(value) for value in values.to_pylist()]

    def compare(self, op: str, text: str) -> Comparison:
        return exact.on_grid(
            op, exact.filter_number(text, exact.DECIMAL_IN_FILTER), 0, Decimal(-LIMIT), Decimal(LIMIT - 1)
        )

    def read_cell(self, value: Any) -> int:
        number = exact.edit_number(value, _WRITTEN)
        if number != number.to_integral_value() or not -LIMIT <= number < LIMIT:
            raise Unfit("a whole number of at most 64 bits")
        return int(number)

    def total(self, total: Any) -> int:
        return int(total)
