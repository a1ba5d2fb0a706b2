"""Which tables a statement means: its names and ids, as far as its caller may see them, each in one version."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parquay.catalog.file_queries import Seen
from parquay.catalog.files import Files
from parquay.catalog.listing import Narrowed
from parquay.catalog.tables import File
from parquay.columns.types.base import ColumnType
from parquay.datasets.query.plan import columns_of
from parquay.datasets.statements.check import NamedTable
from parquay.datasets.versions.snapshot import Snapshot
from parquay.datasets.versions.tables import Tables
from parquay.errors import Gone, InvalidValue, NotFound
from parquay.ids import is_id

SHOWN_IDS = 5
"""Ids that a refusal shows of tables with one name; all of them are beside it."""
MAX_SAME_NAME = 5
"""Files of one name that a refusal names."""


@dataclass(frozen=True, slots=True)
class OpenTable:
    """A table that a statement reads: what the statement calls it, its version, and the local files of its parts."""

    view: str
    snapshot: Snapshot
    paths: tuple[Path, ...]

    def sql(self) -> str:
        """The statement that makes it a view of the engine."""
        columns = columns_of(self.snapshot.columns)
        if not self.paths:
            cells = ", ".join(f"NULL::{value_type(each.type)} AS {quoted(each.name)}" for each in columns)
            return f"CREATE VIEW {quoted(self.view)} AS SELECT {cells} LIMIT 0"
        names = ", ".join(f"c{each.index}" for each in columns)
        cells = ", ".join(f"{_cell(f'c{each.index}', each.type)} AS {quoted(each.name)}" for each in columns)
        files = ", ".join(literal(str(path)) for path in self.paths)
        return f"CREATE VIEW {quoted(self.view)} AS SELECT {cells} FROM read_parquet([{files}]) AS part({names})"


def quoted(name: str) -> str:
    """A name in SQL. Pure."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text in SQL. Pure."""
    return "'" + text.replace("'", "''") + "'"


def value_type(column_type: ColumnType) -> str:
    """The engine's type for the values of a column; the parts may hold them in another one. Pure."""
    return column_type.statement_value()[0]


def _cell(cell: str, column_type: ColumnType) -> str:
    wanted, made = column_type.statement_value()
    return made.format(cell, wanted)


class TableNames:
    """Finds the tables that a statement means; may be used by many threads."""

    def __init__(self, files: Files, tables: Tables) -> None:
        self._files = files
        self._tables = tables

    def opener(self, user_id: str) -> Opener:
        """What opens the tables that a statement of a user names, see `resolve`."""
        return lambda named, queries, held: self.resolve(named, queries, user_id, held)

    def resolve(
        self, named: Iterable[NamedTable], queries: Collection[str], user_id: str, held: ExitStack
    ) -> list[OpenTable]:
        """The tables that ``named`` means, whose parts stay until ``held`` ends (blocking).

        ``queries``: names that the statement gives to queries of its own, in small letters.

        Raises:
            InvalidValue: ``unknown_table``, ``ambiguous_table``, ``unknown_version``, with ``position`` (422).
            Conflict: ``not_ready`` (409).
            ParquayError: see `Tables.hold`.
        """
        found: dict[str, OpenTable] = {}
        for each in named:
            file = self._file(each, user_id, optional=each.name.lower() in queries)
            if file is None:
                continue
            if each.view.lower() in found:
                raise _refused("Two names differ only by case: name the tables by dataset('id').", each)
            found[each.view.lower()] = self._open(each, file, held)
        return list(found.values())

    def references(self, tables: Sequence[Seen], user_id: str) -> list[str]:
        """How each of ``tables`` is named in a statement (blocking)."""
        return [
            quoted(each.file.name) if self._meant(each.file, user_id) else f"dataset({literal(each.file.id)})"
            for each in tables
        ]

    def _meant(self, file: File, user_id: str) -> bool:
        same = self._of_name(file.name, user_id)
        return len(same) == 1 and same[0].file.id == file.id

    def _file(self, named: NamedTable, user_id: str, *, optional: bool) -> File | None:
        if named.dataset_id:
            seen = self._files.seen(named.dataset_id, user_id) if is_id(named.dataset_id) else None
            if seen is None:
                raise _refused(f"There is no table with the id {named.dataset_id[:100]!r}.", named, "unknown_table")
            return seen.file
        same = self._of_name(named.name, user_id) if named.name and "\0" not in named.name else []
        if len(same) == 1:
            return self._files.get(same[0].file.id)
        if optional:
            return None
        if same:
            tables = [{"id": each.file.id, "owner": each.owner} for each in same]
            listed = ", ".join(each["id"] for each in tables[:SHOWN_IDS])
            detail = f"{len(same)} tables are called {named.name[:100]!r}: name one by dataset('id'), such as {listed}."
            raise _refused(detail, named, "ambiguous_table", tables=tables)
        raise _refused(f"There is no table {named.name[:100]!r}. GET /sql/schema lists them.", named, "unknown_table")

    def _of_name(self, name: str, user_id: str) -> list[Seen]:
        """The tables of a name: own ones, else those that others share."""
        for mine in (True, False):
            narrowed = Narrowed(status="done", table=True, name=name, mine=mine)
            found = self._files.page(user_id, limit=MAX_SAME_NAME, narrowed=narrowed)
            if found:
                return found
        return []

    def _open(self, named: NamedTable, file: File, held: ExitStack) -> OpenTable:
        while True:
            try:
                snapshot = self._tables.snapshot(file, named.version)
            except NotFound as unknown:
                raise _refused(unknown.detail, named, unknown.code) from None
            try:
                held.enter_context(self._tables.hold(snapshot))
                paths = held.enter_context(snapshot.place.parts.fetch(snapshot.names))
            except Gone:
                if named.version is not None or self._tables.snapshot(file).version == snapshot.version:
                    raise
            else:
                return OpenTable(named.view, snapshot, tuple(paths))


def _refused(detail: str, named: NamedTable, code: str = "ambiguous_table", **more: Any) -> InvalidValue:
    return InvalidValue(detail, code, position=named.position, **more)


Opener = Callable[[Iterable[NamedTable], Collection[str], ExitStack], list[OpenTable]]
"""What opens the tables that a statement of some caller names."""
