"""Columns of a table: dropped, renamed. Each change is a version, with the same rows under the same ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from parquay.catalog.tables import File
from parquay.columns import names
from parquay.columns.types.registry import columns_types
from parquay.datasets.versions import headers
from parquay.datasets.versions.commits import Author, Change, Commits, Drafts
from parquay.datasets.versions.snapshot import Part, Snapshot
from parquay.datasets.versions.versions import refuse_outdated
from parquay.errors import Conflict, InvalidValue, NotFound

KIND = "columns"
"""What a change of columns is called in the history."""

LoggedColumn = dict[str, Any]
"""A column as the log keeps it."""


@dataclass(frozen=True, slots=True)
class ColumnChanged:
    """What became of a column.

    Attributes:
        column: as the log keeps it now; None: it was dropped.
        converted: cells that have a value of the column's type.
        missing: cells without one: empty ones, and words for missing.
        misses: cells that do not fit the type; their text is kept aside.
    """

    snapshot: Snapshot
    column: LoggedColumn | None = None
    converted: int = 0
    missing: int = 0
    misses: int = 0


class ColumnEditor:
    """Changes the columns of tables."""

    def __init__(self, commits: Commits) -> None:
        self._commits = commits

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

    def rename(self, file: File, author: Author, name: str, new: str, expected: int | None = None) -> ColumnChanged:
        """Make a version in which a column is called ``new`` (blocking); see `drop`.

        Raises:
            NotFound: ``unknown_column`` (404).
            Conflict: ``column_exists`` (409).
            InvalidValue: ``bad_column_name``, ``reserved_column`` (422).
            Outdated: ``version_changed`` (412).
        """

        def decide(before: Snapshot, drafts: Drafts) -> Change | None:
            refuse_outdated(before, expected)
            at = place_of(before.columns, name)
            refuse_name(new, [each for each in before.columns if each["name"] != name])
            if new == name:
                return None
            columns = headers.with_cells(before.columns, before.dialect)
            columns[at] = renamed(columns[at], new)
            return _reshaped(before, drafts, columns, {new: name})

        made = self._commits.make(file, author, decide)
        return ColumnChanged(made, made.columns[place_of(made.columns, new)])


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
        detail = "The name of a column is not empty, has at most 255 characters, no spaces around it and no line ends."
        raise InvalidValue(detail, "bad_column_name")
    key = names.folded(name)
    if key in {names.folded(each) for each in names.RESERVED}:
        raise InvalidValue(f"{name!r} is a name that no column has.", "reserved_column")
    for each in others:
        if names.folded(str(each["name"])) == key:
            raise Conflict(f"The table has a column {each['name'][:100]!r} already.", "column_exists")


def renamed(column: Mapping[str, Any], name: str) -> LoggedColumn:
    """A column under another name, which stands above it from now on where it had a header. Pure."""
    cell = None if column.get(headers.CELL) is None else name
    return {**column, "name": name, headers.CELL: cell}


def _reshaped(
    before: Snapshot, drafts: Drafts, columns: Sequence[Mapping[str, Any]], called: Mapping[str, str] | None = None
) -> Change:
    """The change to ``columns``, all of which are there; ``called``: by new names what those are called by now."""
    from parquay.datasets.edit.column_writer import ColumnWriter, TableShape

    types = columns_types(columns)
    kept = {name: (called or {}).get(name, name) for name in types}
    added = ColumnWriter(before, drafts).write(TableShape(types, kept))
    return change_of(before, added, columns)


def change_of(before: Snapshot, added: tuple[Part, ...], columns: Sequence[Mapping[str, Any]], **more: Any) -> Change:
    """The change that gives a table other columns, for which every part is written anew. Pure."""
    gone = frozenset(part.name for part in before.parts)
    return Change(KIND, gone, added, columns=tuple(dict(each) for each in columns), **more)
