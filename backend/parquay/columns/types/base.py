"""What a column type is: one object that says all that is particular about it.

A type comes with a form: how its cells are written (digits behind the point, a separator, a zone). Both together fix
one text for each value, the canonical one. A column has a type only while every cell is the canonical text of a value
(`reference`), or the text into which a style turns it (`styled`).
Everybody else asks the object and never its name; `docs/extending/types.md` tells how to add one.

Pure; Arrow is loaded only by what makes or reads arrays, because a server that just started has no need of it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol, Self

if TYPE_CHECKING:
    import pyarrow as pa

Chart = Literal["histogram", "series", "values"]
"""What a column is shown as: bins of numbers, counts over time, its most frequent values."""
SheetCell = Literal["text", "bool", "number", "double", "date", "time", "timestamp"]
"""What Excel has for a column's cells."""


class Unfit(Exception):
    """A value is none of a type's; the message says what is, where the name of the type does not say it."""


@dataclass(frozen=True, slots=True)
class MissingWord:
    """A cell of an edit that is no value and a word for that, see `missing_words`."""

    text: str


@dataclass(frozen=True, slots=True)
class RespeltCell:
    """A cell of an edit whose value is not all that was written; `aside` as `missing` has it."""

    value: Any
    aside: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is asked of a column's cells.

    Attributes:
        op: one of the operators of a filter, or `present` (not null), `all`, `none` where the value decides alone.
        values: texts that the engine casts to the column's type without loss.
    """

    op: str
    values: tuple[str, ...] = ()


class ColumnType(Protocol):
    """A type and the form in which its cells are written; frozen, equal when both are.

    Attributes:
        type_id: its name in the catalog; never changes.
        chart: what a column is shown as.
        sum_sql: its sum in the engine's SQL, with `{cell}` for the column; None: its values cannot be added up.
        is_text: whether every text is one of its cells.
        is_integral: whether its values are whole numbers or whole days.
        formula_pattern: which of its texts a spreadsheet may run, as a regular expression; None: none of them.
    """

    @property
    def type_id(self) -> str:
        """See above."""

    @property
    def chart(self) -> Chart:
        """See above."""

    @property
    def sum_sql(self) -> str | None:
        """See above."""

    @property
    def is_text(self) -> bool:
        """See above."""

    @property
    def is_integral(self) -> bool:
        """See above."""

    @property
    def formula_pattern(self) -> str | None:
        """See above."""

    @property
    def style(self) -> str:
        """How its cells are written, as callers see it: a pattern, see `columns.styles`."""

    @property
    def key(self) -> str:
        """What it is called among candidates: its id, with the style where that is not the canonical one."""
        return self.type_id

    @property
    def is_nested(self) -> bool:
        """Whether its texts are nested values of JSON."""
        return False

    @property
    def is_canonical(self) -> bool:
        """Whether its cells are canonical texts, written in no style of their own."""
        return self.key == self.type_id

    @property
    def reading(self) -> str:
        """What its texts mean, see `CellStyle.reading`: texts of two readings may have different values."""
        return ""

    @property
    def keeps_offsets(self) -> bool:
        """Whether the offset of each cell is kept aside, so that parts of one offset become others."""
        return False

    @classmethod
    def of_form(cls, form: Any, /) -> Self:
        """The type in a form as the catalog keeps it; the inverse of `form`. Here of one that has no other."""
        del form
        return cls()

    @property
    def form(self) -> Any:
        """The form as the catalog keeps it, a value of JSON."""

    @property
    def name(self) -> str:
        """The public name, such as `decimal(18,2)`."""

    @property
    def sql_type(self) -> str:
        """The engine's name for the type of its values in the parts."""

    def statement_value(self) -> tuple[str, str]:
        """The engine's type for its values in callers' statements, and the SQL that makes one of a cell of the parts.

        In the SQL `{0}` is the cell, `{1}` the type.
        """
        return self.sql_type, "{0}"

    @property
    def stored_as_text(self) -> bool:
        """Whether its values stand in the parts as texts, which sort as they do: Delta tables have no such type."""

    @property
    def sheet_cell(self) -> SheetCell:
        """What Excel has for its cells."""

    def arrow(self) -> pa.DataType:
        """The Arrow type of its values."""

    def to_values(self, cells: pa.StringArray) -> pa.Array:
        """Read canonical texts.

        Raises:
            pyarrow.ArrowInvalid: a cell is no text of this type.
        """

    def to_text(self, values: pa.Array) -> pa.StringArray:
        """The canonical texts of values: the exact inverse of `to_values`."""

    @property
    def is_open(self) -> bool:
        """See `CellStyle.is_open`."""
        return False

    def closed(self) -> ColumnType:
        """The same where the caller has named the style, so that nothing is open."""
        return self

    def named_type(self) -> ColumnType:
        """The same where the caller has named the type: nothing is open any more if that was all."""
        return self

    @property
    def is_shown_as_written(self) -> bool:
        """Whether JSON has its values as they are written, because it has no better text for them."""
        return False

    def kept_aside(self, cells: pa.StringArray) -> pa.StringArray | None:
        """Of cells that fit what their values do not have, see `missing`; None: their values have it all."""
        del cells
        return None

    def with_offsets(self, texts: pa.StringArray, offsets: pa.StringArray) -> pa.StringArray:
        """Moments as clocks of other offsets show them, of those that the column writes; only where `kept_aside`."""
        del offsets
        return texts

    def of_stored(self, stored: pa.Array) -> pa.Array:
        """Values from those of a part, which are texts where `stored_as_text`."""
        return self.to_values(stored) if stored.type != self.arrow() else stored

    def to_stored(self, values: pa.Array) -> pa.Array:
        """Values as a part holds them; the inverse of `of_stored`."""
        return self.to_text(values) if self.stored() != self.arrow() else values

    def json_values(self, values: pa.ChunkedArray) -> list[Any]:
        """Values for `json_text`, exact: numbers as they were written, as texts where readers would round them."""

    def compare(self, op: str, text: str) -> Comparison:
        """Read the value of one of `eq ne lt le gt ge`, as a request writes it.

        Raises:
            Unfit: it is no value of this type. ValueError, OverflowError: the same, without a word.
        """

    def read_cell(self, value: Any) -> Any:
        """Read a value of JSON that a cell is to become, as a part holds it; nothing is rounded or cut.

        Raises:
            Unfit: it does not fit.
        """

    def total(self, total: Any) -> Any:
        """A sum as the engine tells it, as a number of Python."""
        return total

    def wide_sum_sql(self, cell: str, half: int) -> tuple[str, str] | None:
        """A sum beyond the engine's digits in two: of the upper part of each value, and of the rest below `half`."""
        return None

    def stored(self) -> pa.DataType:
        """The Arrow type of its values in the parts of a dataset."""
        if not self.stored_as_text:
            return self.arrow()
        import pyarrow as pa

        return pa.string()

    def join(self, other: Self) -> Self | None:
        """The form in which the cells of both are canonical; None: there is none. Only the same one, as a rule."""
        return self if self == other else None

    def widest(self) -> Self:
        """The same type with room for every value that its columns can hold, not only for those that are there."""
        return self


TypeCandidates = dict[str, ColumnType]
"""The types that hold for all cells so far, by their keys, each in its form. Empty: only text holds."""


def written_texts(values: pa.ChunkedArray, column_type: ColumnType) -> list[str | None]:
    """The cells of a column as they were written; a missing one is None."""
    return [text for chunk in values.chunks for text in column_type.to_text(chunk).to_pylist()]
