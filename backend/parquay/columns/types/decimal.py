"""The type `decimal(p,s)`: numbers with one scale for the whole column, such as `1.50`, `-0.05`; at most 38 digits.

Scale 0 is for whole numbers beyond 64 bits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Context, Decimal
from typing import TYPE_CHECKING, Any, ClassVar

from parquay.columns.types import exact
from parquay.columns.types.base import Chart, ColumnType, Comparison, SheetCell, Unfit
from parquay.columns.types.exact import MAX_PRECISION, SMALL_PRECISION

if TYPE_CHECKING:
    import pyarrow as pa

_WRITTEN = re.compile(r"(?!-0(?:\.0+)?\Z)-?(?:0|[1-9]\d*)(?:\.\d+)?", re.ASCII)
_EXACT = Context(prec=2000)


@dataclass(frozen=True, slots=True)
class DecimalType(ColumnType):
    """See `base.ColumnType`.

    Attributes:
        digits: the most digits before the point of a cell.
        scale: digits behind the point of every cell.
        unsigned: whether no cell was seen to have a minus.
    """

    type_id: ClassVar[str] = "decimal"
    chart: ClassVar[Chart] = "histogram"
    sum_sql: ClassVar[str | None] = "sum({cell})"
    is_text: ClassVar[bool] = False
    is_integral: ClassVar[bool] = False
    formula_pattern: ClassVar[str | None] = None
    stored_as_text: ClassVar[bool] = False
    sheet_cell: ClassVar[SheetCell] = "number"

    digits: int
    scale: int
    unsigned: bool = field(default=False, compare=False)

    @classmethod
    def of_form(cls, form: Any, /) -> DecimalType:
        return cls(*form)

    @property
    def form(self) -> list[Any]:
        return [self.digits, self.scale, *([True] if self.unsigned else [])]

    @property
    def precision(self) -> int:
        """Digits of the values that its columns can hold."""
        return SMALL_PRECISION if self.digits + self.scale <= SMALL_PRECISION else MAX_PRECISION

    @property
    def name(self) -> str:
        return f"decimal({self.precision},{self.scale})"

    @property
    def style(self) -> str:
        return "0.0" if self.scale else "0"

    @property
    def sql_type(self) -> str:
        return f"DECIMAL({self.precision},{self.scale})"

    def arrow(self) -> pa.Decimal128Type:
        import pyarrow as pa

        return pa.decimal128(self.precision, self.scale)

    def to_values(self, cells: pa.StringArray) -> pa.Array:
        from parquay.columns.types import numbers

        if self.digits + self.scale > exact.EXACT_DIGITS:
            return cells.cast(self.arrow())
        return numbers.decimals_from_doubles(cells.cast("double"), self.scale)

    def to_text(self, values: pa.Array) -> pa.StringArray:
        from parquay.columns.types import numbers

        return numbers.decimal_to_text(values)

    def json_values(self, values: pa.ChunkedArray) -> list[Any]:
        return [exact.json_value(value) for value in values.to_pylist()]

    def compare(self, op: str, text: str) -> Comparison:
        high = exact.below_power(self.precision, self.scale)
        return exact.on_grid(op, exact.filter_number(text, exact.DECIMAL_IN_FILTER), self.scale, -high, high)

    def read_cell(self, value: Any) -> Decimal:
        grid = exact.edit_number(value, _WRITTEN).scaleb(self.scale, _EXACT)
        if (grid and grid.adjusted() >= self.precision) or grid != grid.to_integral_value():
            raise Unfit(f"at most {self.scale} digits behind the point, {self.precision} digits in all")
        return Decimal(f"{int(grid)}E-{self.scale}")

    def wide_sum_sql(self, cell: str, half: int) -> tuple[str, str]:
        # All digits as one whole number, which has room for a decimal but not for many.
        digits = f"replace({cell}::VARCHAR, '.', '')::HUGEINT"
        return f"sum({digits} // {half})", f"sum({digits} % {half})"

    def total(self, total: Any) -> Decimal:
        """The sum; a whole number is all of its digits, without the point."""
        if isinstance(total, int):
            return Decimal(total).scaleb(-self.scale, Context(prec=len(str(total))))
        return Decimal(total)

    def join(self, other: DecimalType) -> DecimalType | None:
        """One scale, the larger number of digits; None when the scales differ or it becomes too long."""
        digits = max(self.digits, other.digits)
        fits = self.scale == other.scale and digits + self.scale <= MAX_PRECISION
        return DecimalType(digits, self.scale, self.unsigned and other.unsigned) if fits else None

    def widest(self) -> DecimalType:
        return DecimalType(self.precision - self.scale, self.scale)
