"""The type `uuid`: ids such as `123e4567-e89b-12d3-a456-426614174000`, canonical in small letters with hyphens.

Its values stand as those texts: Delta tables have no such type, and texts of one length sort as the ids do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from parquay.columns.types.base import Chart, ColumnType, Comparison, SheetCell, Unfit

if TYPE_CHECKING:
    import pyarrow as pa

CANONICAL = "^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$"
_ANY = re.compile(r"\{?([0-9a-f]{8})(-?)([0-9a-f]{4})\2([0-9a-f]{4})\2([0-9a-f]{4})\2([0-9a-f]{12})\}?", re.ASCII)


def canonical(text: str) -> str | None:
    """The canonical text of an id in any letters, with hyphens and braces or without; None: it is none."""
    found = _ANY.fullmatch(text.lower())
    if found is None or text.startswith("{") != text.endswith("}"):
        return None
    return "-".join(found.group(1, 3, 4, 5, 6))


@dataclass(frozen=True, slots=True)
class UuidType(ColumnType):
    """See `base.ColumnType`."""

    type_id: ClassVar[str] = "uuid"
    chart: ClassVar[Chart] = "values"
    sum_sql: ClassVar[str | None] = None
    is_text: ClassVar[bool] = False
    is_integral: ClassVar[bool] = False
    formula_pattern: ClassVar[str | None] = None
    form: ClassVar[bool] = True
    name: ClassVar[str] = "uuid"
    style: ClassVar[str] = "8-4-4-4-12"
    sql_type: ClassVar[str] = "VARCHAR"
    stored_as_text: ClassVar[bool] = True
    sheet_cell: ClassVar[SheetCell] = "text"

    def statement_value(self) -> tuple[str, str]:
        return "UUID", "CAST({0} AS {1})"

    def arrow(self) -> pa.DataType:
        import pyarrow as pa

        return pa.string()

    def to_values(self, cells: pa.StringArray) -> pa.Array:
        import pyarrow as pa
        import pyarrow.compute as pc

        if not pc.all(pc.match_substring_regex(cells, CANONICAL), min_count=0).as_py():
            raise pa.ArrowInvalid("a cell is no UUID")
        return cells

    def to_text(self, values: pa.Array) -> pa.StringArray:
        return values.cast(self.arrow())

    def json_values(self, values: pa.ChunkedArray) -> list[Any]:
        return list(values.to_pylist())

    def compare(self, op: str, text: str) -> Comparison:
        return Comparison(op, (self.read_cell(text),))

    def read_cell(self, value: Any) -> str:
        found = canonical(value) if isinstance(value, str) else None
        if found is None:
            raise Unfit("such as 123e4567-e89b-12d3-a456-426614174000")
        return found
