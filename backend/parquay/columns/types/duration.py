"""The type `duration`: how long something takes, such as `PT26H3M4.5S`, in whole microseconds.

Canonical is what ISO 8601 calls a period of time: hours, minutes and seconds, those that are zero left out, and as many
hours as there are. Neither Parquet nor Delta tables have such a type: values stand as whole numbers of microseconds.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from parquay.columns.styles import durations
from parquay.columns.types.base import Chart, ColumnType, Comparison, SheetCell, Unfit

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class DurationType(ColumnType):
    """See `base.ColumnType`."""

    type_id: ClassVar[str] = "duration"
    chart: ClassVar[Chart] = "values"
    sum_sql: ClassVar[str | None] = None
    is_text: ClassVar[bool] = False
    is_integral: ClassVar[bool] = False
    formula_pattern: ClassVar[str | None] = "^-"
    form: ClassVar[bool] = True
    name: ClassVar[str] = "duration"
    style: ClassVar[str] = durations.CANONICAL
    sql_type: ClassVar[str] = "BIGINT"
    stored_as_text: ClassVar[bool] = False
    sheet_cell: ClassVar[SheetCell] = "text"
    is_shown_as_written: ClassVar[bool] = True

    def statement_value(self) -> tuple[str, str]:
        return "INTERVAL", "to_microseconds({0})"

    def arrow(self) -> pa.DataType:
        import pyarrow as pa

        return pa.int64()

    def to_values(self, cells: pa.StringArray) -> pa.Array:
        import pyarrow as pa

        values = [None if cell is None else durations.micros(cell, durations.CANONICAL) for cell in cells.to_pylist()]
        if values.count(None) != cells.null_count:
            raise pa.ArrowInvalid("a cell is no duration")
        return pa.array(values, pa.int64())

    def to_text(self, values: pa.Array) -> pa.StringArray:
        import pyarrow as pa

        texts = (None if each is None else durations.written(each, durations.CANONICAL) for each in values.to_pylist())
        return pa.array(texts, pa.string())

    def json_values(self, values: pa.ChunkedArray) -> list[Any]:
        return [None if each is None else durations.written(each, durations.CANONICAL) for each in values.to_pylist()]

    def compare(self, op: str, text: str) -> Comparison:
        return Comparison(op, (str(self.read_cell(text)),))

    def read_cell(self, value: Any) -> int:
        found = durations.any_micros(value) if isinstance(value, str) else None
        if found is None:
            raise Unfit("such as PT26H3M4.5S or 26:03:04.5")
        return found
