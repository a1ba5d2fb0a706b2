"""Text to types by the lexeme rule: a type holds while every cell is that type's canonical text, and no longer.

The canonical texts:

    bool         true, false
    int64        0, 7, -12; no plus, no leading zero, within 64 bits
    decimal(p,s) 1.50, -0.05: one scale for the whole column, at most 38 digits; scale 0 beyond 64 bits
    double       the shortest text that reads back as the same number: 1.5, 0.1, 1e+16; whole numbers in one style
    date         2024-02-29
    time         13:05:09 with one number of fraction digits, 0 to 9, for the whole column
    timestamp    2024-02-29 13:05:09.123: one separator, one number of fraction digits, one zone (or none)
    text         everything

What is known of a column is the set of types that still hold, each with its form (scale, digits, style). Two sets
are joined by intersection, so any grouping of the rows gives the same answer. Because a type is only ever held by
canonical texts, going back to text, or on to a wider type, loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from parquay.columns.types import digits, numbers, times
from parquay.columns.types.kinds import ORDER

Kinds = dict[str, Any]
"""Type name to form. An empty mapping: only text holds. `None` instead of a mapping: no cell was seen yet."""

_ARROW = {"bool": pa.bool_(), "int64": pa.int64(), "double": pa.float64(), "date": pa.date32(), "text": pa.string()}


@dataclass(frozen=True, slots=True)
class ColumnType:
    """A type and the form in which its cells were written.

    Attributes:
        kind: bool, int64, decimal, double, date, time, timestamp or text.
        form: decimal: [digits before the point, scale]; double: style of whole numbers; time: fraction digits;
            timestamp: separator, fraction digits and zone, such as `T|3|Z`.
    """

    kind: str = "text"
    form: Any = None

    @property
    def name(self) -> str:
        """The public name of the type."""
        if self.kind == "decimal":
            return f"decimal({self._precision()},{self.form[1]})"
        if self.kind == "timestamp" and times.zone_of(self.form):
            return "timestamptz"
        return self.kind

    def arrow(self) -> pa.DataType:
        """The Arrow type of its values."""
        if self.kind == "decimal":
            return pa.decimal128(self._precision(), self.form[1])
        if self.kind in ("time", "timestamp"):
            return times.arrow_type(self.kind, self.form)
        return _ARROW[self.kind]

    def stored(self) -> pa.DataType:
        """The Arrow type of its values in the parts of a dataset.

        Delta tables know no time of day and no nanoseconds: such values stand there as texts, which sort the same.
        """
        kind = self.arrow()
        if pa.types.is_time(kind) or (pa.types.is_timestamp(kind) and kind.unit == "ns"):
            return pa.string()
        return kind

    def _precision(self) -> int:
        # Two precisions only, so that a longer number rarely changes the type of what is already written.
        return digits.SMALL_PRECISION if sum(self.form) <= digits.SMALL_PRECISION else digits.MAX_PRECISION


TEXT = ColumnType()


@dataclass(frozen=True, slots=True)
class Cells:
    """The non-null cells of a text column: their bytes, end to end, and where each starts and ends."""

    data: npt.NDArray[np.uint8]
    starts: npt.NDArray[np.int64]
    ends: npt.NDArray[np.int64]
    array: pa.StringArray

    @classmethod
    def of(cls, whole: pa.StringArray) -> Cells:
        """Look at the cells of a column without nulls."""
        _, offsets, data = whole.buffers()
        ends = np.frombuffer(offsets, np.int32)[whole.offset : whole.offset + len(whole) + 1].astype(np.int64)
        values = np.frombuffer(data, np.uint8) if data is not None else np.empty(0, np.uint8)
        return cls(values, ends[:-1], ends[1:], whole)

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """Bytes of each cell."""
        return self.ends - self.starts

    def raw(self) -> bytes:
        """All bytes of all cells."""
        return self.data[self.starts[0] : self.ends[-1]].tobytes()


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found of a column: the types that hold, and its values where they were made on the way."""

    kinds: Kinds | None
    made: dict[str, pa.Array] = field(default_factory=dict)

    def values(self, column: pa.StringArray, kind: ColumnType) -> pa.Array:
        """The column in a type that holds."""
        made = self.made.get(kind.kind)
        if made is not None and len(made) == len(column) and made.type == kind.arrow():
            return made
        return to_type(column, kind)


def examine(column: pa.StringArray, held: Kinds | None = None) -> Kinds | None:
    """Tell which types hold for every cell of `column`, of those in `held` (None: of all).

    Returns `None` when every cell is null.
    """
    return examined(column, held).kinds


def examined(column: pa.StringArray, held: Kinds | None = None) -> Examined:
    """The same as `examine`, with the values that were made on the way."""
    made: dict[str, pa.Array] = {}
    return Examined(_examine(column, held, made), made)


def _examine(column: pa.StringArray, held: Kinds | None, made: dict[str, pa.Array]) -> Kinds | None:
    if column.null_count == len(column):
        return None
    if held is not None and not held:
        return {}
    whole = column.drop_null() if column.null_count else column
    found = times.dates(whole, made)
    if found is None:
        found = _examine_cells(Cells.of(whole), made)
    return found if held is None else {kind: form for kind, form in found.items() if kind in held}


def _examine_cells(cells: Cells, made: dict[str, pa.Array]) -> Kinds:
    lengths = cells.lengths
    shortest = int(lengths.min())
    if shortest == 0:
        return {}
    first = bytes(cells.data[cells.starts[0] : cells.ends[0]])
    return _found(cells, first, shortest, int(lengths.max()), made)


def _found(cells: Cells, first: bytes, shortest: int, longest: int, made: dict[str, pa.Array]) -> Kinds:
    if first in (b"true", b"false"):
        return _bool(cells, shortest, longest)
    if first[0] not in numbers.FIRST_BYTES:
        return {}
    if times.looks_like(first) and longest <= times.LONGEST:
        return times.examine(cells.array, cells.data, cells.starts, cells.ends, made)
    if longest > numbers.LONGEST:
        return {}
    return numbers.examine(cells.array, cells.data, cells.starts, cells.ends, made)


def _bool(cells: Cells, shortest: int, longest: int) -> Kinds:
    if shortest < 4 or longest > 5:
        return {}
    words = cells.array.unique().to_pylist()
    return {"bool": True} if set(words) <= {"true", "false"} else {}


def join(one: Kinds | None, other: Kinds | None) -> Kinds | None:
    """What still holds for the cells behind both."""
    if one is None or other is None:
        return other if one is None else one
    joined: Kinds = {}
    for kind in one.keys() & other.keys():
        form = _joined_form(kind, one[kind], other[kind])
        if form is not None:
            joined[kind] = form
    return joined


def _joined_form(kind: str, one: Any, other: Any) -> Any:
    if kind == "decimal":
        return numbers.join_decimals(one, other)
    if kind == "double":
        return numbers.join_styles(one, other)
    return one if one == other else None


def kind_of(wanted: str) -> str:
    """The kind of a type as a caller names it, such as `decimal(18,2)`."""
    return wanted.partition("(")[0].replace("timestamptz", "timestamp")


def decide(kinds: Kinds | None, wanted: str | None = None) -> ColumnType:
    """The type that is `wanted` if it holds, else the narrowest that does; text where none does or no cell was seen."""
    kind = kind_of(wanted or "")
    if kind == "text":
        return TEXT
    if kinds and kind in kinds:
        return ColumnType(kind, kinds[kind])
    for kind in ORDER:
        if kinds and kind in kinds:
            return ColumnType(kind, kinds[kind])
    return TEXT


def to_type(column: pa.StringArray, kind: ColumnType) -> pa.Array:
    """Read canonical texts into `kind`.

    Raises:
        pyarrow.ArrowInvalid: a cell is no text of that type.
    """
    if kind.kind == "text":
        return column
    if kind.kind == "decimal":
        return numbers.to_decimal(column, kind.form, kind.arrow())
    if kind.kind in ("time", "timestamp"):
        return times.to_type(column, kind.kind, kind.form)
    return column.cast(kind.arrow())


def to_text(column: pa.Array, kind: ColumnType) -> pa.StringArray:
    """The exact inverse of `to_type`: the characters that were uploaded."""
    if kind.kind == "text":
        return column.cast(pa.string())
    if kind.kind == "double":
        return numbers.double_to_text(column, kind.form)
    if kind.kind == "decimal":
        return numbers.decimal_to_text(column)
    if kind.kind in ("time", "timestamp"):
        return times.to_text(column, kind.kind, kind.form)
    return column.cast(pa.string())


def widen(column: pa.Array, source: ColumnType, target: ColumnType) -> pa.Array:
    """Recast a column, exactly, to a type that holds for its cells too."""
    if source == target or (source.kind == target.kind and source.arrow() == target.arrow()):
        return column
    if column.null_count == len(column):
        return pa.nulls(len(column), target.arrow())
    return to_type(to_text(column, source), target)


def type_from_json(value: Mapping[str, Any]) -> ColumnType:
    """The inverse of `type_to_json`."""
    return ColumnType(value["kind"], value.get("form"))


def type_to_json(kind: ColumnType) -> dict[str, Any]:
    """A JSON object that keeps the type and its form."""
    return {"kind": kind.kind, "form": kind.form}
