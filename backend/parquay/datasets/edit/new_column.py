"""A column that a table gets: one value for every row, or one that is computed from its other cells.

What is computed is the column's own: it writes values as its type does. Of what does not fit the type the text is kept
aside, as of cells that were converted.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from parquay.columns.parquet import parts
from parquay.columns.parquet.asides import Asides
from parquay.columns.parquet.parts import Types
from parquay.columns.types import moments, numbers, wanted_types
from parquay.columns.types.base import ColumnType
from parquay.columns.types.registry import columns_json, columns_types
from parquay.datasets.edit.cells import read_cell
from parquay.datasets.edit.column_cells import ColumnConversion
from parquay.datasets.edit.column_counts import CellCounts
from parquay.datasets.edit.column_writer import ColumnWriter, TableShape
from parquay.datasets.query.expressions import Expression, Expressions
from parquay.datasets.versions.commits import Drafts
from parquay.datasets.versions.snapshot import Part, Snapshot
from parquay.errors import InvalidValue

SAMPLED_CELLS = 2_000
"""Computed cells that decide in which form a type is taken that leaves one open."""


class AskedColumn(Protocol):
    """See `columns.NewColumn`."""

    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def type(self) -> str: ...  # noqa: D102
    @property
    def style(self) -> str | None: ...  # noqa: D102
    @property
    def value(self) -> Any: ...  # noqa: D102
    @property
    def expression(self) -> str | None: ...  # noqa: D102


class ColumnSource(Protocol):
    """What brings the cells of a new column; `target`: its type, `counts`: what became of them."""

    @property
    def target(self) -> ColumnType: ...  # noqa: D102
    @property
    def counts(self) -> CellCounts: ...  # noqa: D102

    def make(self, part: pq.ParquetFile, group: int, kept: Asides) -> pa.Table:
        """See `column_writer.Make`."""


class NewCells:
    """A new column on its way into the parts of the version after ``before``."""

    def __init__(self, before: Snapshot, drafts: Drafts, source: ColumnSource) -> None:
        self._before = before
        self._drafts = drafts
        self._source = source

    @property
    def target(self) -> ColumnType:
        """The type of the column."""
        return self._source.target

    @property
    def counts(self) -> CellCounts:
        """What became of its cells, once they are written."""
        return self._source.counts

    def write(self, types: Types) -> tuple[Part, ...]:
        """Write the parts; ``types``: of all columns, the new one behind the others."""
        kept = {str(each["name"]): str(each["name"]) for each in self._before.columns}
        return ColumnWriter(self._before, self._drafts).write(TableShape(types, kept, self._source.make))


@contextmanager
def new_cells(before: Snapshot, drafts: Drafts, column: AskedColumn, expressions: Expressions) -> Iterator[NewCells]:
    """Open the cells of a new column (blocking).

    Raises:
        InvalidValue: ``unknown_type``, ``unknown_style``, ``style_needed``, ``bad_cell``, ``bad_expression`` (422).
        QueryTimeout, TooLarge: see `Expression.values`.
    """
    try:
        wish = wanted_types.TypeWish.of(column.type, column.style)
        if column.expression is None:
            yield NewCells(before, drafts, _Constant.of(column, wish))
            return
        types = columns_types(before.columns)
        empty = parts.widened(pa.schema(parts.arrow_types(types)).empty_table(), types, types)
        with expressions.prepare(column.expression, empty) as expression:
            yield NewCells(before, drafts, _Computed(before, column.name, wish, expression))
    except wanted_types.BadWish as bad:
        raise InvalidValue(str(bad), bad.code) from None


@dataclass(slots=True)
class _Constant:
    """One value for every row."""

    name: str
    target: ColumnType
    stored: pa.Array
    counts: CellCounts

    @classmethod
    def of(cls, column: AskedColumn, wish: wanted_types.TypeWish) -> _Constant:
        text = _text_of(column.value)
        target = wanted_types.chosen(wish, [] if text is None else [text], ())
        stands = columns_json({column.name: target})[0]
        value = text if target.is_text else read_cell(column.value, stands)
        return cls(column.name, target, pa.array([value], target.stored()), CellCounts())

    def make(self, part: pq.ParquetFile, group: int, _kept: Asides) -> pa.Table:
        rows = part.metadata.row_group(group).num_rows
        there = 0 if self.stored.null_count else rows
        self.counts = CellCounts(self.counts.converted + there, self.counts.missing + rows - there)
        return pa.table({self.name: self.stored.take(pa.repeat(0, rows))})


def _text_of(value: Any) -> str | None:
    """A value of JSON as a text that shows in which form its type is meant.

    Raises:
        InvalidValue: ``bad_cell``, it is no value of a cell (422).
    """
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | dict):
        raise InvalidValue("A cell is a text, a number, true, false or null.", "bad_cell")
    return format(value, "f") if not isinstance(value, float) else repr(value)


class _Computed:
    """A value for each row, from an expression."""

    def __init__(self, before: Snapshot, name: str, wish: wanted_types.TypeWish, expression: Expression) -> None:
        self._before = before
        self._types = {each: kind for each, kind in columns_types(before.columns).items() if each in expression.columns}
        self._expression = expression
        self.target = wanted_types.chosen(wish, self._sample(), ())
        self._conversion = ColumnConversion(name, self.target, (), keeps_text=False)

    @property
    def counts(self) -> CellCounts:
        return self._conversion.counts

    def make(self, part: pq.ParquetFile, group: int, _kept: Asides) -> pa.Table:
        return self._conversion.converted(self._texts(part, group))

    def _texts(self, part: pq.ParquetFile, group: int) -> pa.StringArray:
        names = list(self._types)
        rows = part.metadata.row_group(group).num_rows
        table = part.read_row_group(group, columns=names).select(names)
        plain = parts.widened(table, self._types, self._types)
        return texts_of(self._expression.values({name: plain[name] for name in names}, rows))

    def _sample(self) -> list[str]:
        """Cells from the beginning and from the end of the table."""
        found: list[str] = []
        for part in dict.fromkeys((*self._before.parts[:1], *self._before.parts[-1:])):
            with self._before.fetch(part) as (path,), pq.ParquetFile(path, page_checksum_verification=True) as opened:
                there = self._texts(opened, opened.num_row_groups - 1).drop_null()
                found += there[:: max(1, -(-len(there) // SAMPLED_CELLS))].to_pylist()
        return found


def texts_of(values: pa.Array) -> pa.StringArray:
    """Computed values as texts: numbers in the shortest way, times without needless zeros. Pure."""
    kind = values.type
    if pa.types.is_floating(kind):
        return numbers.double_to_text(values.cast(pa.float64()), point=False)
    if pa.types.is_decimal(kind):
        return numbers.decimal_to_text(values)
    if pa.types.is_timestamp(kind) and kind.tz:
        return pa.array(moments.iso_texts(pa.chunked_array([values])), pa.string())
    text = values.cast(pa.string())
    if pa.types.is_timestamp(kind) or pa.types.is_time(kind):
        return pc.replace_substring_regex(text, r"\.?0+$", "") if _has_fraction(text) else text
    return text


def _has_fraction(text: pa.StringArray) -> bool:
    return bool(pc.any(pc.match_substring(text, ".")).as_py())
