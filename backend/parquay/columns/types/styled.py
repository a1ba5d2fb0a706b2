"""A type whose cells are written in a style: in everything but its texts it is the type of its canonical ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parquay.columns.styles import registry as styles
from parquay.columns.styles.amounts import OPEN
from parquay.columns.styles.base import CellStyle
from parquay.columns.styles.quarters import QuarterStyle
from parquay.columns.styles.uuids import UuidStyle
from parquay.columns.types.base import Chart, ColumnType, Comparison, RespeltCell, SheetCell, Unfit, written_texts

if TYPE_CHECKING:
    import pyarrow as pa

MARK = "~"
"""Stands between type and style in the key of a candidate."""


@dataclass(frozen=True, slots=True)
class StyledType(ColumnType):
    """See `base.ColumnType`.

    Attributes:
        base: the type of the canonical texts, with their form.
        cell_style: how they are written.
    """

    base: ColumnType
    cell_style: CellStyle

    @classmethod
    def of_form(cls, _form: Any, /) -> StyledType:
        raise TypeError("the catalog keeps it under the id of its base")

    @property
    def form(self) -> dict[str, Any]:
        return {"style": self.cell_style.name, "form": self.base.form}

    @property
    def type_id(self) -> str:
        return self.base.type_id

    @property
    def key(self) -> str:
        return f"{self.base.type_id}{MARK}{self.cell_style.name}"

    @property
    def style(self) -> str:
        return self.cell_style.name

    @property
    def reading(self) -> str:
        return self.cell_style.reading or self.base.reading

    @property
    def keeps_offsets(self) -> bool:
        return self.base.keeps_offsets

    @property
    def is_open(self) -> bool:
        return self.cell_style.is_open

    def closed(self) -> ColumnType:
        style = styles.style_named(self.style.rstrip(OPEN))
        return self if style is None else StyledType(self.base, style)

    def named_type(self) -> ColumnType:
        return self.closed() if isinstance(self.cell_style, UuidStyle | QuarterStyle) else self

    @property
    def name(self) -> str:
        return self.base.name

    @property
    def chart(self) -> Chart:
        return self.base.chart

    @property
    def sum_sql(self) -> str | None:
        return self.base.sum_sql

    @property
    def is_text(self) -> bool:
        return False

    @property
    def is_integral(self) -> bool:
        return self.base.is_integral

    @property
    def formula_pattern(self) -> str | None:
        return self.base.formula_pattern

    @property
    def sql_type(self) -> str:
        return self.base.sql_type

    def statement_value(self) -> tuple[str, str]:
        return self.base.statement_value()

    @property
    def stored_as_text(self) -> bool:
        return self.base.stored_as_text

    @property
    def sheet_cell(self) -> SheetCell:
        return self.base.sheet_cell

    def arrow(self) -> pa.DataType:
        return self.base.arrow()

    def to_values(self, cells: pa.StringArray) -> pa.Array:
        return self.base.to_values(self.cell_style.plain(cells))

    def to_text(self, values: pa.Array) -> pa.StringArray:
        return self.cell_style.written(self.base.to_text(values))

    def kept_aside(self, cells: pa.StringArray) -> pa.StringArray | None:
        return self.base.kept_aside(self.cell_style.plain(cells))

    def with_offsets(self, texts: pa.StringArray, offsets: pa.StringArray) -> pa.StringArray:
        return self.cell_style.written(self.base.with_offsets(self.cell_style.plain(texts), offsets))

    def of_stored(self, stored: pa.Array) -> pa.Array:
        return self.base.of_stored(stored)

    def to_stored(self, values: pa.Array) -> pa.Array:
        return self.base.to_stored(values)

    def json_values(self, values: pa.ChunkedArray) -> list[Any]:
        return written_texts(values, self) if self.base.is_shown_as_written else self.base.json_values(values)

    def compare(self, op: str, text: str) -> Comparison:
        try:
            return self.base.compare(op, text)
        except (Unfit, ValueError, OverflowError):
            plain = self._plain(text)
            if plain is None:
                raise
        return self.base.compare(op, plain)

    def read_cell(self, value: Any) -> Any:
        plain = self._plain(value) if isinstance(value, str) else None
        if plain is not None:
            return self.base.read_cell(plain)
        found = self.base.read_cell(value)
        import pyarrow as pa

        stored = found.value if isinstance(found, RespeltCell) else found
        cells = self.base.to_text(self.base.of_stored(pa.array([stored], self.base.stored())))
        if self.cell_style.plain(self.cell_style.written(cells)) != cells:
            raise Unfit(f"what can be written as {self.cell_style.name}")
        return found

    def _plain(self, text: str) -> str | None:
        """The canonical text of a cell, None if it is not in this style."""
        import pyarrow as pa

        from parquay.columns.types import missing

        cells = pa.array([text], pa.string())
        try:
            plain = self.cell_style.plain(cells)
            texts = self.base.to_text(self.base.to_values(plain))
            canonical = missing.over(texts, self.base.kept_aside(plain), self.base)
            fits = canonical == plain and self.cell_style.written(plain) == cells
        except pa.ArrowInvalid:
            return None
        return str(plain[0].as_py()) if fits else None

    def total(self, total: Any) -> Any:
        return self.base.total(total)

    def wide_sum_sql(self, cell: str, half: int) -> tuple[str, str] | None:
        return self.base.wide_sum_sql(cell, half)

    def join(self, other: ColumnType) -> StyledType | None:
        if not isinstance(other, StyledType) or self.cell_style != other.cell_style:
            return None
        base = self.base.join(other.base)
        return None if base is None else StyledType(base, self.cell_style)

    def widest(self) -> StyledType:
        return StyledType(self.base.widest(), self.cell_style)
