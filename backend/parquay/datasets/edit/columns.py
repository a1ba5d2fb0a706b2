"""Columns of a table: dropped, renamed, read as another type.

Each change is a version, with the same rows under the same ids.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from parquay.catalog.tables import File
from parquay.columns import names
from parquay.columns.types.aside_counts import with_counts
from parquay.columns.types.base import ColumnType
from parquay.columns.types.decimal import DecimalType
from parquay.columns.types.missing_words import NAMED, further
from parquay.columns.types.registry import columns_json, columns_types, type_from_json
from parquay.columns.types.text import TEXT
from parquay.datasets.edit.column_counts import CellCounts
from parquay.datasets.query.expressions import Expressions
from parquay.datasets.versions import headers
from parquay.datasets.versions.commits import Author, Change, Commits, Drafts
from parquay.datasets.versions.snapshot import Part, Snapshot
from parquay.datasets.versions.versions import refuse_outdated
from parquay.errors import Conflict, InvalidValue, NotFound

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from parquay.columns.parquet.asides import Asides
    from parquay.datasets.edit.column_cells import ColumnCells

KIND = "columns"
"""What a change of columns is called in the history."""

MAX_COLUMNS = 10_000
"""Columns of the widest table."""

LoggedColumn = dict[str, Any]
"""A column as the log keeps it."""


@dataclass(frozen=True, slots=True)
class ColumnChanged:
    """What became of a column.

    Attributes:
        column: as the log keeps it now; None: it was dropped.
        counts: cells that have a value of its new type, and those that have none.
    """

    snapshot: Snapshot
    column: LoggedColumn | None = None
    counts: CellCounts = field(default_factory=CellCounts)


@dataclass(frozen=True, slots=True)
class ColumnWish:
    """What a column is to become; what is None stays.

    Attributes:
        type, style: their public names.
        missing: words that mean that there is no value; None: those that did, and those that mean it anywhere.
    """

    name: str | None = None
    type: str | None = None
    style: str | None = None
    missing: Sequence[str] | None = None

    @property
    def is_rename(self) -> bool:
        """Whether nothing but the name is to change."""
        return self.type is None and self.style is None and self.missing is None


@dataclass(frozen=True, slots=True)
class NewColumn:
    """A column to add.

    Attributes:
        type, style: their public names.
        value: of every row, a value of JSON.
        expression: of each row, over its other cells; None: `value` counts.
    """

    name: str
    type: str
    style: str | None = None
    value: Any = None
    expression: str | None = None


class ColumnEditor:
    """Changes the columns of tables."""

    def __init__(self, commits: Commits, expressions: Expressions) -> None:
        self._commits = commits
        self._expressions = expressions

    def drop(self, file: File, author: Author, name: str, expected: int | None = None) -> ColumnChanged:
        """Make a version without a column (blocking); ``expected`` is the one that the author takes for the newest.

        Raises:
            NotFound: ``unknown_column`` (404).
            Conflict: ``last_column``, a table has one at least (409).
            Outdated: ``version_changed`` (412).
        """

        def decide(before: Snapshot, drafts: Drafts) -> Change:
            refuse_outdated(before, expected)
            place_of(before.columns, name)
            if len(before.columns) == 1:
                raise Conflict("The last column of a table cannot be dropped.", "last_column")
            columns = headers.with_cells(before.columns, before.dialect)
            return _reshaped(before, drafts, [each for each in columns if each["name"] != name])

        return ColumnChanged(self._commits.make(file, author, decide))

    def change(
        self, file: File, author: Author, name: str, wish: ColumnWish, expected: int | None = None
    ) -> ColumnChanged:
        """Make a version in which a column is called otherwise, or is of another type (blocking); see `drop`.

        Raises:
            NotFound: ``unknown_column`` (404).
            Conflict: ``column_exists`` (409).
            InvalidValue: ``bad_column_name``, ``reserved_column``; ``unknown_type``, ``unknown_style``,
                ``style_needed``, ``text_has_no_missing`` (422).
            Outdated: ``version_changed`` (412).
        """
        new, counts = name if wish.name is None else wish.name, CellCounts()

        def decide(before: Snapshot, drafts: Drafts) -> Change | None:
            nonlocal counts
            refuse_outdated(before, expected)
            place_of(before.columns, name)
            if wish.name is not None:
                refuse_name(new, [each for each in before.columns if each["name"] != name])
            columns = renamed(headers.with_cells(before.columns, before.dialect), name, new)
            if wish.is_rename:
                return None if new == name else _reshaped(before, drafts, columns, {new: name})
            change, counts = _retyped(before, drafts, columns, (name, new), wish)
            return change

        made = self._commits.make(file, author, decide)
        return changed(made, new, _counted(made, new) if wish.is_rename else counts)

    def add(self, file: File, author: Author, column: NewColumn, expected: int | None = None) -> ColumnChanged:
        """Make a version with one more column behind the others (blocking); see `drop`.

        Raises:
            Conflict: ``column_exists`` (409).
            InvalidValue: ``bad_column_name``, ``reserved_column``, ``too_many_columns``; ``unknown_type``,
                ``unknown_style``, ``style_needed``; ``bad_cell``, the value does not fit; ``bad_expression`` (422).
            QueryTimeout: ``query_timeout`` (408).
            TooLarge: ``query_too_large`` (413).
            Outdated: ``version_changed`` (412).
        """
        counts = CellCounts()

        def decide(before: Snapshot, drafts: Drafts) -> Change:
            from parquay.datasets.edit.new_column import new_cells

            nonlocal counts
            refuse_outdated(before, expected)
            refuse_name(column.name, before.columns)
            if len(before.columns) >= MAX_COLUMNS:
                raise InvalidValue(f"A table has at most {MAX_COLUMNS:,} columns.", "too_many_columns")
            columns = headers.with_cells(before.columns, before.dialect)
            with new_cells(before, drafts, column, self._expressions) as made:
                cell = {headers.CELL: headers.named(column.name, columns), headers.SOURCE: None}
                columns.append(columns_json({column.name: made.target})[0] | cell)
                added = made.write(columns_types(columns))
                counts = made.counts
            return change_of(before, added, columns)

        return changed(self._commits.make(file, author, decide), column.name, counts)


def changed(made: Snapshot, name: str, counts: CellCounts) -> ColumnChanged:
    """What became of a column in a version."""
    columns = with_counts(made.columns, made.asides)
    return ColumnChanged(made, columns[place_of(columns, name)], counts)


def _counted(made: Snapshot, name: str) -> CellCounts:
    from parquay.datasets.edit.column_cells import counts_of

    return counts_of(made, name)


def place_of(columns: Sequence[Mapping[str, Any]], name: str) -> int:
    """The place of a column in its table. Pure.

    Raises:
        NotFound: ``unknown_column`` (404).
    """
    for place, each in enumerate(columns):
        if each["name"] == name:
            return place
    raise NotFound(f"The table has no column {name[:100]!r}.", "unknown_column")


def refuse_name(name: str, others: Sequence[Mapping[str, Any]]) -> None:
    """Refuse what no column beside ``others`` can be called: nothing is changed in a name without a word. Pure.

    Raises:
        InvalidValue: ``bad_column_name``, ``reserved_column`` (422).
        Conflict: ``column_exists`` (409).
    """
    if names.cleaned(name, 1) != name:
        detail = (
            "The name of a column is not empty, `.` or `..`, has at most 255 characters, "
            "no spaces around it and no line ends."
        )
        raise InvalidValue(detail, "bad_column_name")
    key = names.folded(name)
    if key in {names.folded(each) for each in names.RESERVED}:
        raise InvalidValue(f"{name!r} is a name that no column has.", "reserved_column")
    for each in others:
        if names.folded(str(each["name"])) == key:
            raise Conflict(f"The table has a column {each['name'][:100]!r} already.", "column_exists")


def renamed(columns: Sequence[LoggedColumn], name: str, new: str) -> list[LoggedColumn]:
    """The columns, one called otherwise; its name stands above it from now on where it had a header. Pure."""
    if new == name:
        return list(columns)
    at = place_of(columns, name)
    cell = None if columns[at].get(headers.CELL) is None else new
    source = columns[at].get(headers.SOURCE, name)
    column = {**columns[at], "name": new, headers.CELL: cell, headers.SOURCE: source}
    return [*columns[:at], column, *columns[at + 1 :]]


def _reshaped(
    before: Snapshot, drafts: Drafts, columns: Sequence[Mapping[str, Any]], called: Mapping[str, str] | None = None
) -> Change:
    """The change to ``columns``, all of which are there; ``called``: by new names what those are called by now."""
    from parquay.datasets.edit.column_writer import ColumnWriter, TableShape

    types = columns_types(columns)
    kept = {name: (called or {}).get(name, name) for name in types}
    added = ColumnWriter(before, drafts).write(TableShape(types, kept))
    return change_of(before, added, columns)


def _retyped(
    before: Snapshot, drafts: Drafts, columns: Sequence[LoggedColumn], names: tuple[str, str], wish: ColumnWish
) -> tuple[Change | None, CellCounts]:
    """The change that gives a column another type, and what becomes of its cells; ``names``: old and new."""
    from parquay.datasets.edit.column_cells import ColumnCells, ColumnConversion
    from parquay.datasets.edit.column_writer import ColumnWriter, TableShape

    name, new = names
    at = place_of(columns, new)
    had = type_from_json(columns[at])
    cells = ColumnCells(before, name, had)
    target, words = wanted_type(wish, columns[at], cells)
    conversion = ColumnConversion(new, target, words)

    def make(part: pq.ParquetFile, group: int, kept: Asides) -> pa.Table:
        found = cells.read(part, group, kept)
        return conversion.converted(found.texts, found.meant)

    if target == had and new == name and (wish.missing is None or target.is_text):
        for each in cells.groups():
            conversion.converted(each.texts, each.meant)
        return None, conversion.counts
    column = {key: value for key, value in columns[at].items() if key != NAMED}
    column |= columns_json({new: target}, further(sorted(words)))[0]
    after = [*columns[:at], column, *columns[at + 1 :]]
    kept = {str(each["name"]): str(each["name"]) for each in after if each["name"] != new}
    added = ColumnWriter(before, drafts).write(TableShape(columns_types(after), kept, make))
    return change_of(before, added, after), conversion.counts


def wanted_type(wish: ColumnWish, column: Mapping[str, Any], cells: ColumnCells) -> tuple[ColumnType, frozenset[str]]:
    """The type that is wished for a column, and the words that mean that there is no value in it (blocking).

    Raises:
        InvalidValue: ``unknown_type``, ``unknown_style``, ``style_needed``, ``text_has_no_missing`` (422).
    """
    from parquay.columns.types import wanted_types
    from parquay.columns.types.missing_words import WORDS

    had = type_from_json(column)
    try:
        wanted = wanted_types.TypeWish.of(column["type"] if wish.type is None else wish.type, wish.style)
        if wanted.name == TEXT.name and wish.missing:
            detail = "In a column of text every cell is a text; words for missing values need another type."
            raise InvalidValue(detail, "text_has_no_missing")
        sample, words = cells.sample(digits=wanted.name == DecimalType.type_id and wanted.size is None)
        missing = words.union(WORDS, column.get(NAMED, ())) if wish.missing is None else frozenset(wish.missing)
        stays = wish.style is None and wish.type in (None, column["type"])
        target = had if stays else wanted_types.chosen(wanted, sample, sorted(missing))
    except wanted_types.BadWish as bad:
        raise InvalidValue(str(bad), bad.code) from None
    return target, missing


def change_of(before: Snapshot, added: tuple[Part, ...], columns: Sequence[Mapping[str, Any]], **more: Any) -> Change:
    """The change that gives a table other columns, for which every part is written anew. Pure."""
    gone = frozenset(part.name for part in before.parts)
    return Change(KIND, gone, added, columns=tuple(dict(each) for each in columns), **more)
