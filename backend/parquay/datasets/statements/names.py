"""Which tables a statement means: its names and ids, as far as its caller may see them, each in one version."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from parquay.catalog.file_queries import SeenFile
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
    """A table that a statement reads: what the statement calls it, and its version, whose parts stay."""

    view: str
    snapshot: Snapshot

    def empty_sql(self) -> str:
        """The statement that makes it a view without rows."""
        columns = columns_of(self.snapshot.columns)
        cells = ", ".join(f"NULL::{value_type(each.type)} AS {quoted(each.name)}" for each in columns)
        return f"CREATE VIEW {quoted(self.view)} AS SELECT {cells} LIMIT 0"

    def readable(self, held: ExitStack) -> ReadableTable:
        """Return what the engine reads, which is there until ``held`` ends (blocking).

        Raises:
            ParquayError: see `Objects.fetch`.
        """
        paths = held.enter_context(self.snapshot.place.parts.fetch(self.snapshot.names))
        if not paths:
            return ReadableTable(self.empty_sql(), ())
        columns = columns_of(self.snapshot.columns)
        names = ", ".join(f"c{each.index}" for each in columns)
        cells = ", ".join(f"{value_sql(f'c{each.index}', each.type)} AS {quoted(each.name)}" for each in columns)
        read = f"SELECT {cells} FROM {parquet_sql(paths)} AS part({names})"
        return ReadableTable(f"CREATE VIEW {quoted(self.view)} AS {read}", tuple(paths))


@dataclass(frozen=True, slots=True)
class ReadableTable:
    """The statement that makes a table a view of the engine, and the local files that it reads."""

    sql: str
    paths: tuple[Path, ...]


def parquet_sql(paths: Iterable[Path]) -> str:
    """Some Parquet files as a source. Pure."""
    return f"read_parquet([{', '.join(literal(str(path)) for path in paths)}])"


def quoted(name: str) -> str:
    """A name in SQL. Pure."""
    return '"' + name.replace('"', '""') + '"'


def literal(text: str) -> str:
    """A text in SQL. Pure."""
    return "'" + text.replace("'", "''") + "'"


def value_type(column_type: ColumnType) -> str:
    """The engine's type for the values of a column; the parts may hold them in another one. Pure."""
    return column_type.statement_value()[0]


def value_sql(cell: str, column_type: ColumnType) -> str:
    """The value of a cell of the parts. Pure."""
    wanted, made = column_type.statement_value()
    return made.format(cell, wanted)


class TableNames:
    """Finds the tables that a statement means; may be used by many threads."""

    def __init__(
        self, files: Files, tables: Tables, is_large: Callable[[Snapshot], bool] = lambda _snapshot: False
    ) -> None:
        """``is_large``: whether not all parts of a table may be needed, so that they are fetched later."""
        self._files = files
        self._tables = tables
        self._is_large = is_large

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

    def references(self, tables: Sequence[SeenFile], user_id: str) -> list[str]:
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

    def _of_name(self, name: str, user_id: str) -> list[SeenFile]:
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
                held.enter_context(self._tables.hold(snapshot, fetched=not self._is_large(snapshot)))
            except Gone:
                if named.version is not None or self._tables.snapshot(file).version == snapshot.version:
                    raise
            else:
                return OpenTable(named.view, snapshot)


def _refused(detail: str, named: NamedTable, code: str = "ambiguous_table", **more: Any) -> InvalidValue:
    return InvalidValue(detail, code, position=named.position, **more)


Opener = Callable[[Iterable[NamedTable], Collection[str], ExitStack], list[OpenTable]]
"""What opens the tables that a statement of some caller names."""
