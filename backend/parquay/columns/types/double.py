"""The type `double`: the shortest text that reads back as the same number of 64 bits, such as `1.5`, `0.1`, `1e+16`."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from parquay.columns.types import exact
from parquay.columns.types.base import Chart, ColumnType, Comparison, SheetCell, Unfit

if TYPE_CHECKING:
    import pyarrow as pa

Integers = Literal["whole", "point", "any"]
_IN_FILTER = re.compile(r"[+-]?(?:(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?|Infinity)|NaN", re.ASCII)
_WRITTEN = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d{1,3})?", re.ASCII)
MINUS_ZERO = Decimal("-0")
_FLAGS = {
    "small": "small",
    "all_whole": "all",
    "is_plain": "plain",
    "is_java": "java",
    "is_r": "r",
    "is_c": "c",
    "unsigned": "unsigned",
}
"""What was seen of all numbers, as the catalog has it."""


@dataclass(frozen=True, slots=True)
class DoubleType(ColumnType):
    """See `base.ColumnType`.

    Attributes:
        integers: how whole numbers below 1e16 are written: `whole` as `3`, `point` as `3.0`, `any`: there are none.
        small: whether all numbers were seen to be nearer to zero than 1,000, so that none would have a group.
        all_whole: whether all were seen to be written without a point, so that any mark would do.
        is_plain: whether none of the programs that write whole numbers without a point would print an exponent.
        unsigned: whether none was seen to have a minus.
        is_java, is_r, is_c: whether all were seen to be written as Java prints them, as R does, and as C.
    """

    type_id: ClassVar[str] = "double"
    chart: ClassVar[Chart] = "histogram"
    # A sum of doubles depends on the order of its terms; this one hardly does.
    sum_sql: ClassVar[str | None] = "fsum({cell})"
    is_text: ClassVar[bool] = False
    is_integral: ClassVar[bool] = False
    formula_pattern: ClassVar[str | None] = "^-[^0-9]"  # -inf
    name: ClassVar[str] = "double"
    sql_type: ClassVar[str] = "DOUBLE"
    stored_as_text: ClassVar[bool] = False
    sheet_cell: ClassVar[SheetCell] = "double"

    integers: Integers = "any"
    small: bool = field(default=False, compare=False)
    all_whole: bool = field(default=False, compare=False)
    is_plain: bool = field(default=False, compare=False)
    is_java: bool = field(default=False, compare=False)
    is_r: bool = field(default=False, compare=False)
    is_c: bool = field(default=False, compare=False)
    unsigned: bool = field(default=False, compare=False)

    @classmethod
    def of_form(cls, form: Any, /) -> DoubleType:
        integers, *seen = form.split(" ")
        return cls(integers, **{flag: word in seen for flag, word in _FLAGS.items()})

    @property
    def form(self) -> str:
        return " ".join([self.integers, *(word for flag, word in _FLAGS.items() if getattr(self, flag))])

    @property
    def style(self) -> str:
        return "0.0" if self.integers == "point" else "0.#"

    def arrow(self) -> pa.DataType:
        import pyarrow as pa

        return pa.float64()

    def to_values(self, cells: pa.StringArray) -> pa.Array:
        return cells.cast(self.arrow())

    def to_text(self, values: pa.Array) -> pa.StringArray:
        from parquay.columns.types import numbers

        return numbers.double_to_text(values, point=self.integers == "point")

    def json_values(self, values: pa.ChunkedArray) -> list[Any]:
        write = exact.json_value if self.integers == "point" else _without_point
        return [write(value) for value in values.to_pylist()]

    def compare(self, op: str, text: str) -> Comparison:
        if len(text) > exact.MAX_FILTER_CHARS or not _IN_FILTER.fullmatch(text):
            raise Unfit
        value = float(text)
        return Comparison(op, (repr(value) if math.isfinite(value) else str(value),))

    def read_cell(self, value: Any) -> float:
        number = exact.edit_number(value, _WRITTEN)
        try:
            found = float(number)
        except OverflowError:
            found = math.inf
        if not math.isfinite(found) or Decimal(repr(found)) != number:
            raise Unfit("a number that 64 bits keep as it is written")
        return found

    def join(self, other: DoubleType) -> DoubleType | None:
        """The way of whole numbers that both keep."""
        if "any" not in (self.integers, other.integers) and self != other:
            return None
        integers = other.integers if self.integers == "any" else self.integers
        return DoubleType(integers, **{flag: getattr(self, flag) and getattr(other, flag) for flag in _FLAGS})

    def widest(self) -> DoubleType:
        return DoubleType(self.integers)


def _without_point(value: float | None) -> Any:
    """A double of a column in which whole numbers stand without a point, as `3` and `-0`."""
    if value is None or not value.is_integer() or abs(value) >= exact.PLAIN_HIGH:
        return None if value is None else exact.json_value(value)
    return int(value) if value or math.copysign(1, value) > 0 else MINUS_ZERO
