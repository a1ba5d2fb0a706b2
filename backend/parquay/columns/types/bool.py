"""The type `bool`: `true` and `false`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from parquay.columns.types.base import Chart, ColumnType, Comparison, SheetCell, Unfit

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class BoolType(ColumnType):
    """See `base.ColumnType`."""

    type_id: ClassVar[str] = "bool"
    chart: ClassVar[Chart] = "values"
    sum_sql: ClassVar[str | None] = None
    is_text: ClassVar[bool] = False
    is_integral: ClassVar[bool] = False
    formula_pattern: ClassVar[str | None] = None
    form: ClassVar[bool] = True
    name: ClassVar[str] = "bool"
    style: ClassVar[str] = "true/false"
    sql_type: ClassVar[str] = "BOOLEAN"
    stored_as_text: ClassVar[bool] = False
    sheet_cell: ClassVar[SheetCell] = "bool"

    def arrow(self) -> pa.DataType:
        import pyarrow as pa

        return pa.bool_()

    def to_values(self, cells: pa.StringArray) -> pa.Array:
        return cells.cast(self.arrow())

    def to_text(self, values: pa.Array) -> pa.StringArray:
        return values.cast("string")

    def json_values(self, values: pa.ChunkedArray) -> list[Any]:
        return list(values.to_pylist())

    def compare(self, op: str, text: str) -> Comparison:
        if text.lower() not in ("true", "false"):
            raise Unfit("true or false")
        return Comparison(op, (text.lower(),))

    def read_cell(self, value: Any) -> bool:
        if isinstance(value, bool):
            return value
        if value in ("true", "false"):
            return bool(value == "true")
        raise Unfit("true or false")
