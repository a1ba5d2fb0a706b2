"""Inserts of the upload path, compiled once.

SQLAlchemy's way from a statement to the driver costs several times what SQLite's own work for one row does. The text
of these statements and the conversion of their values are still SQLAlchemy's; only the way is short.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Dialect, Table, insert
from sqlmodel import Session, SQLModel

Convert = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class _Compiled:
    sql: str
    names: tuple[str, ...]
    converts: tuple[Convert | None, ...]
    positional: bool

    def parameters(self, values: Mapping[str, Any]) -> Any:
        row = [
            values[name] if convert is None else convert(values[name])
            for name, convert in zip(self.names, self.converts, strict=True)
        ]
        return tuple(row) if self.positional else dict(zip(self.names, row, strict=True))


class Insert:
    """Inserts rows of a table; called with a value for every column of each, but those that the database fills in."""

    def __init__(self, model: type[SQLModel], *, filled_in: frozenset[str] = frozenset()) -> None:
        """``filled_in``: columns whose values the database makes."""
        self._table: Table = model.__table__  # type: ignore[attr-defined]
        self._names = [column.name for column in self._table.columns if column.name not in filled_in]
        self._compiled: dict[str, _Compiled] = {}

    def __call__(self, session: Session, *rows: Mapping[str, Any]) -> None:
        """Insert ``rows`` in the transaction of ``session``, by one call of the driver."""
        if not rows:
            return
        connection = session.connection()
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = self._compile(dialect)
        parameters = [compiled.parameters(row) for row in rows]
        connection.exec_driver_sql(compiled.sql, parameters if len(rows) > 1 else parameters[0])

    def _compile(self, dialect: Dialect) -> _Compiled:
        statement = insert(self._table).compile(dialect=dialect, column_keys=self._names)
        names = tuple(statement.positiontup or self._names)
        columns = self._table.columns
        converts = tuple(columns[name].type.dialect_impl(dialect).bind_processor(dialect) for name in names)
        return _Compiled(str(statement), names, converts, dialect.positional)
