"""Inserts of the upload path, compiled once.

SQLAlchemy's way from a statement to the driver costs several times what SQLite's own work for one row does. The text
of these statements and the conversion of their values are still SQLAlchemy's; only the way is short.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from sqlalchemy import Connection, Dialect, Table, insert
from sqlalchemy.exc import DBAPIError
from sqlmodel import Session, SQLModel

from parquay.catalog.session import connection_of

Convert = Callable[[Any], Any]
Row = Mapping[str, Any]

MAX_STATEMENT_ROWS = 64
"""Most rows of one statement."""


@dataclass(frozen=True, slots=True)
class _Column:
    name: str
    index: int
    convert: Convert | None
    null: Any
    """What the driver gets for None."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    columns: tuple[_Column, ...]
    positional: bool

    def statements(self, rows: Sequence[Row], every: Row) -> Iterator[tuple[str, Any]]:
        """Return statements with the driver's parameters that insert ``rows``."""
        values = self._values(rows, every)
        if self.positional:
            yield from self._long(values)
        else:
            names = [column.name for column in self.columns]
            yield self.sql, [dict(zip(names, row, strict=True)) for row in values]

    def _long(self, values: list[list[Any]]) -> Iterator[tuple[str, Any]]:
        """Insert many rows by each statement: at every one SQLite's driver lets other threads in and waits for them."""
        row = self.sql[self.sql.rindex("(") :]
        for start in range(0, len(values), MAX_STATEMENT_ROWS):
            some = values[start : start + MAX_STATEMENT_ROWS]
            yield self.sql + f", {row}" * (len(some) - 1), tuple(chain.from_iterable(some))

    def _values(self, rows: Sequence[Row], every: Row) -> list[list[Any]]:
        shared: list[Any] = [None] * len(self.columns)
        _fill(shared, every, [column for column in self.columns if column.name in every])
        own = [column for column in self.columns if column.name not in every]
        return [_fill(shared.copy(), row, own) for row in rows]


def _fill(values: list[Any], row: Row, columns: Sequence[_Column]) -> list[Any]:
    for column in columns:
        value = row[column.name]
        if value is None:
            values[column.index] = column.null
        else:
            values[column.index] = value if column.convert is None else column.convert(value)
    return values


def _execute(connection: Connection, sql: str, parameters: Any) -> None:
    """Run a statement in the transaction of ``connection``; the driver's errors are SQLAlchemy's, as everywhere."""
    if not connection.dialect.positional:
        connection.exec_driver_sql(sql, parameters)
        return
    # Not by SQLAlchemy in SQLite: its context of one statement takes longer than SQLite for the rows of a small upload.
    driver: Any = connection.connection.driver_connection
    failure = connection.dialect.loaded_dbapi.Error
    try:
        driver.execute(sql, parameters)
    except failure as error:
        raise DBAPIError.instance(None, None, error, failure) from error


class Insert:
    """Inserts rows of a table; called with a value for every column of each, but those that the database fills in."""

    def __init__(self, model: type[SQLModel] | Table, *, filled_in: frozenset[str] = frozenset()) -> None:
        """``filled_in``: columns whose values the database makes."""
        self._table: Table = model if isinstance(model, Table) else model.__table__  # type: ignore[attr-defined]
        self._names = [column.name for column in self._table.columns if column.name not in filled_in]
        self._compiled: dict[tuple[str, tuple[str, ...]], _Compiled] = {}

    def __call__(self, session: Session, rows: Sequence[Row], *, every: Row | None = None) -> None:
        """Insert ``rows`` in the transaction of ``session``, by few calls of the driver; ``every``: what all have."""
        if not rows:
            return
        connection = connection_of(session)
        for sql, parameters in self.statements(connection.dialect, rows, every or {}):
            _execute(connection, sql, parameters)

    def statements(self, dialect: Dialect, rows: Sequence[Row], every: Row) -> Iterator[tuple[str, Any]]:
        """Return statements with the driver's parameters that insert ``rows``."""
        without = tuple(name for name, value in every.items() if value is None)
        return self._prepared(dialect, without).statements(rows, every)

    def _prepared(self, dialect: Dialect, without: tuple[str, ...]) -> _Compiled:
        key = dialect.name, without
        if key not in self._compiled:
            self._compiled[key] = self._compile(dialect, frozenset(without))
        return self._compiled[key]

    def _compile(self, dialect: Dialect, without: frozenset[str]) -> _Compiled:
        """Leave columns out that are NULL in every row: each costs as much as one with a value."""
        found = {name: self._convert(name, dialect) for name in self._names}
        given = [name for name, (_, null) in found.items() if null is not None or name not in without]
        statement = insert(self._table).compile(dialect=dialect, column_keys=given)
        names = statement.positiontup or given
        columns = tuple(_Column(name, index, *found[name]) for index, name in enumerate(names))
        return _Compiled(str(statement), columns, dialect.positional)

    def _convert(self, name: str, dialect: Dialect) -> tuple[Convert | None, Any]:
        convert = self._table.columns[name].type.dialect_impl(dialect).bind_processor(dialect)
        return convert, None if convert is None else convert(None)
