"""The type `text`: every text is a value, and its own canonical text."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from parquay.columns.types.base import Chart, ColumnType, Comparison, SheetCell, Unfit

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class TextType(ColumnType):
    """See `base.ColumnType`.

    Attributes:
        named: further words for missing that a caller has named, see `missing_words`: they count once it is no text.
    """

    type_id: ClassVar[str] = "text"
    chart: ClassVar[Chart] = "values"
    sum_sql: ClassVar[str | None] = None
    is_text: ClassVar[bool] = True
    is_integral: ClassVar[bool] = False
    # By OWASP's list; some spreadsheets run formulas behind spaces or quotes, too.
    formula_pattern: ClassVar[str | None] = (
        r"""^[\x00-\x20\s\p{Z}\x{FEFF}"']*[=+\-@\x{FF1D}\x{FF0B}\x{FF0D}\x{FF20}]|^[\t\r\n]"""
    )
    name: ClassVar[str] = "text"
    style: ClassVar[str] = "text"
    sql_type: ClassVar[str] = "VARCHAR"
    stored_as_text: ClassVar[bool] = True
    sheet_cell: ClassVar[SheetCell] = "text"

    named: tuple[str, ...] = field(default=(), compare=False)

    @classmethod
    def of_form(cls, form: Any, /) -> TextType:
        return cls(tuple(form or ()))

    @property
    def form(self) -> list[str] | None:
        return list(self.named) or None

    def arrow(self) -> pa.DataType:
        import pyarrow as pa

        return pa.string()

    def to_values(self, cells: pa.StringArray) -> pa.Array:
        return cells

    def to_text(self, values: pa.Array) -> pa.StringArray:
        return values.cast(self.arrow())

    def json_values(self, values: pa.ChunkedArray) -> list[Any]:
        return list(values.to_pylist())

    def compare(self, op: str, text: str) -> Comparison:
        return Comparison(op, (text,))

    def read_cell(self, value: Any) -> str:
        if not isinstance(value, str):
            raise Unfit("a text in quotes")
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Unfit("a text of whole characters") from None
        return value


@dataclass(frozen=True, slots=True)
class NestedText(TextType):
    """Text of which every cell is a nested value of JSON; written as one again where JSON is written."""

    type_id: ClassVar[str] = "json"
    style: ClassVar[str] = "json"
    is_nested: ClassVar[bool] = True


TEXT, NESTED = TextType(), NestedText()
