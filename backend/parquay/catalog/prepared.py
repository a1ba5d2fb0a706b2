"""Inserts of the upload path, compiled once.

SQLAlchemy's way from a statement to the driver costs several times what SQLite's own work for one row does. The text
of these statements and the conversion of their values are still SQLAlchemy's; only the way is short.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from operator import itemgetter
from typing import Any

from sqlalchemy import Dialect, Table, insert
from sqlmodel import Session, SQLModel

from parquay.catalog.session import connection_of, driver_of

Convert = Callable[[Any], Any]
Row = Mapping[str, Any]

MAX_STATEMENT_ROWS = 64
"""Most rows of one statement."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement for one row.

    Attributes:
        names: the columns of its parameters, in their order.
        conversions: those whose values are converted for the driver; with what it gets for None.
        constants: what every row has, converted.
        values: takes the parameters out of a row.
    """

    sql: str
    names: tuple[str, ...]
    conversions: tuple[tuple[str, Convert, Any], ...]
    constants: dict[str, Any]
    positional: bool
    values: Callable[[Row], tuple[Any, ...]]

    def statements(self, rows: Sequence[Row], every: Row) -> Iterable[tuple[str, Any]]:
        """Return statements with the driver's parameters that insert ``rows``."""
        values = self._values(rows, every)
        if not self.positional:
            return [(self.sql, [dict(zip(self.names, row, strict=True)) for row in values])]
        return self._long(values) if len(values) > 1 else [(self.sql, values[0])]

    def _long(self, values: list[tuple[Any, ...]]) -> Iterator[tuple[str, Any]]:
        """Insert many rows by each statement: at every one SQLite's driver lets other threads in and waits for them."""
        row = self.sql[self.sql.rindex("(") :]
        for start in range(0, len(values), MAX_STATEMENT_ROWS):
            some = values[start : start + MAX_STATEMENT_ROWS]
            yield self.sql + f", {row}" * (len(some) - 1), tuple(chain.from_iterable(some))

    def _values(self, rows: Sequence[Row], every: Row) -> list[tuple[Any, ...]]:
        shared = {**self.constants, **every}
        _convert(shared, [each for each in self.conversions if each[0] in every])
        own = [each for each in self.conversions if each[0] not in shared]
        return [self.values(_convert({**shared, **row}, own)) for row in rows]


def _convert(row: dict[str, Any], conversions: Sequence[tuple[str, Convert, Any]]) -> dict[str, Any]:
    """Convert values of ``row`` in place, and return it."""
    for name, convert, null in conversions:
        value = row[name]
        row[name] = null if value is None else convert(value)
    return row


class Insert:
    """Inserts rows of a table; called with a value for every column of each, but those that are constant."""

    def __init__(
        self,
        model: type[SQLModel] | Table,
        *,
        filled_in: frozenset[str] = frozenset(),
        constants: Row | None = None,
        computed: Mapping[str, str] | None = None,
    ) -> None:
        """``filled_in``: columns whose values the database makes; ``constants``: values that all rows have.

        ``computed``: SQL that makes a column's value of the one that is given.
        """
        self._computed = computed or {}
        self._table: Table = model if isinstance(model, Table) else model.__table__  # type: ignore[attr-defined]
        self._names = [column.name for column in self._table.columns if column.name not in filled_in]
        self._constants = constants or {}
        self._compiled: dict[str, _Compiled] = {}

    def __call__(self, session: Session, rows: Sequence[Row], *, every: Row | None = None) -> None:
        """Insert ``rows`` in the transaction of ``session``, by few calls of the driver; ``every``: what all have."""
        if not rows:
            return
        driver = driver_of(session)
        connection = connection_of(session)
        dialect = connection.dialect
        compiled = self._compiled.get(dialect.name) or self._compile(dialect)
        run = connection.exec_driver_sql if driver is None else driver.execute
        for sql, parameters in compiled.statements(rows, every or {}):
            run(sql, parameters)

    def _compile(self, dialect: Dialect) -> _Compiled:
        """Leave columns out that are NULL in every row: each costs as much as one with a value."""
        types = {name: self._table.columns[name].type.dialect_impl(dialect) for name in self._names}
        processors = {name: kind.bind_processor(dialect) for name, kind in types.items()}
        conversions = {name: (name, convert, convert(None)) for name, convert in processors.items() if convert}
        constants = _convert(
            dict(self._constants), [conversions[each] for each in self._constants if each in conversions]
        )
        given = [name for name in self._names if constants.get(name, "") is not None]
        statement = insert(self._table).compile(dialect=dialect, column_keys=given)
        names = tuple(statement.positiontup or given)
        sql = str(statement)
        for name, made in self._computed.items():
            sql = sql.replace(f"%({name})s", made.format(f"%({name})s"), 1)
        self._compiled[dialect.name] = _Compiled(
            sql, names, tuple(conversions.values()), constants, dialect.positional, itemgetter(*names)
        )
        return self._compiled[dialect.name]
