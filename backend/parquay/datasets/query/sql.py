"""A query as SQL. Pure.

No text of a request ever becomes SQL: columns are called by their position (`c0`, `c1`, …, whatever their names are),
values are bound. The engine tells where a row stands: `file_index` and `file_row_number` are virtual columns of
`read_parquet`, and their order is the order of the table, so every order is total.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from parquay.columns.types.base import Comparison
from parquay.datasets.query import text_matches
from parquay.datasets.query.cursors import RowPosition
from parquay.datasets.query.plan import SEARCH, Condition, Key, Query, columns_of
from parquay.datasets.query.values import Column
from parquay.datasets.versions.snapshot import Snapshot
from parquay.storage.objects import Objects

POSITION = "file_index, file_row_number"

_SIGNS = {"eq": "=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


@dataclass(frozen=True, slots=True)
class PartFiles:
    """A value that stands for the local files of some parts; the engine has them fetched."""

    parts: Objects
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of SQL with the values of its placeholders."""

    text: str
    values: tuple[Any, ...] = ()

    def __add__(self, other: Sql | str) -> Sql:
        piece = Sql(other) if isinstance(other, str) else other
        return Sql(self.text + piece.text, self.values + piece.values)


@dataclass(frozen=True, slots=True)
class MatchingValues:
    """Stands for the engine's texts of those values whose cells match; `asked`: all values, see `text_matches`."""

    column: Column
    test: Comparison
    asked: Sql


TRUE, FALSE = Sql("TRUE"), Sql("FALSE")


def name(column: Column) -> str:
    """What the engine calls a column."""
    return f"c{column.index}"


def _joined(word: str, pieces: Iterable[Sql], empty: Sql) -> Sql:
    found = list(pieces)
    if not found:
        return empty
    return Sql(word.join(f"({each.text})" for each in found), tuple(value for each in found for value in each.values))


def every(pieces: Iterable[Sql]) -> Sql:
    """All of the conditions."""
    return _joined(" AND ", (each for each in pieces if each != TRUE), TRUE)


def any_of(pieces: Iterable[Sql]) -> Sql:
    """One of the conditions."""
    return _joined(" OR ", (each for each in pieces if each != FALSE), FALSE)


def table(snapshot: Snapshot, parts: Sequence[int] | None = None) -> Sql:
    """The rows of a version, or of those of its parts whose indexes are given; `file_index` counts among these."""
    chosen = snapshot.parts if parts is None else [snapshot.parts[i] for i in parts]
    names = ",".join(f"c{i}" for i in range(len(snapshot.columns)))
    return Sql(
        f"read_parquet(?) AS t({names})", (PartFiles(snapshot.place.parts, tuple(part.name for part in chosen)),)
    )


def rows(snapshot: Snapshot) -> Sql:
    """The rows of a version, also of one that has no parts."""
    if snapshot.parts:
        return table(snapshot)
    cells = ", ".join(f"NULL::{column.type.sql_type} AS {name(column)}" for column in columns_of(snapshot.columns))
    return Sql(f"(SELECT {cells}, 0::UBIGINT AS file_index, 0::BIGINT AS file_row_number LIMIT 0)")


def where(snapshot: Snapshot, conditions: Iterable[Condition], parts: range | None = None) -> Sql:
    """The condition of all filters, over the table or over some of its parts alone."""
    among = range(len(snapshot.parts)) if parts is None else parts
    return every(_condition(snapshot, each, among) for each in conditions)


def _condition(snapshot: Snapshot, condition: Condition, parts: range) -> Sql:
    if condition.column is not None:
        if condition.test.op in text_matches.OPERATORS:
            return _written(snapshot, condition.column, condition.test, parts)
        return _test(condition.column, condition.test)
    if condition.test.op == SEARCH:
        test = Comparison("icontains", condition.test.values)
        return any_of(_written(snapshot, column, test, parts) for column in columns_of(snapshot.columns))
    positions = (snapshot.find(int(value)) for value in condition.test.values)
    found = [
        (position[0] - parts.start, position[1])
        for position in positions
        if position is not None and position[0] in parts
    ]
    return _stands_at(found) if found else FALSE


def _written(snapshot: Snapshot, column: Column, test: Comparison, parts: range) -> Sql:
    """Whether the text of a cell matches: that of its value, or what is kept aside of it."""
    found = _test(column, test) if column.type.is_text else _value_written(snapshot, column, test)
    kept, fits = text_matches.kept_rows(snapshot, column, test, parts)
    if not kept:
        return found
    elsewhere = Sql("NOT ") + _stands_at(kept)
    return any_of([every([elsewhere, found]), _stands_at(fits) if fits else FALSE])


def _value_written(snapshot: Snapshot, column: Column, test: Comparison) -> Sql:
    """Whether the text of a value that is no text matches."""
    cell = name(column)
    if text_matches.is_engine_text(column.type):
        return _test(column, test, f"CAST({cell} AS VARCHAR)")
    asked = Sql(f"SELECT c, CAST(c AS VARCHAR) FROM (SELECT DISTINCT {cell} AS c FROM ") + rows(snapshot)
    asked += f" WHERE {cell} IS NOT NULL LIMIT {text_matches.MAX_DIFFERENT + 1})"
    return Sql(f"CAST({cell} AS VARCHAR) IN (SELECT unnest(?::VARCHAR[]))", (MatchingValues(column, test, asked),))


def _stands_at(positions: Sequence[RowPosition]) -> Sql:
    parts, rows = [part for part, _ in positions], [row for _, row in positions]
    return Sql(f"({POSITION}) IN (SELECT unnest(?::UBIGINT[]), unnest(?::BIGINT[]))", (parts, rows))


def _test(column: Column, test: Comparison, written: str = "") -> Sql:
    """The condition on a column's values; ``written``: on the engine's texts of them, for what asks about texts."""
    cell, cast = written or name(column), f"CAST(? AS {column.type.sql_type})"
    if test.op in _SIGNS:
        return Sql(f"{cell} {_SIGNS[test.op]} {cast}", test.values)
    if test.op == "in":
        return Sql(f"{cell} IN ({','.join([cast] * len(test.values))})", test.values)
    fixed = {
        "ne": f"coalesce({cell} <> {cast}, TRUE)" if column.type.is_text else f"{cell} IS DISTINCT FROM {cast}",
        "contains": f"contains({cell}, ?)",
        "icontains": f"contains(lower({cell}), lower(?))",
        "starts": f"starts_with({cell}, ?)",
        "isnull": _missing(column),
        "present": f"{cell} IS NOT NULL",
        "none": "FALSE",
    }
    return Sql(fixed[test.op], test.values)


def _missing(column: Column) -> str:
    """The condition that a cell is missing.

    Of texts it is one that the engine does not look up in a part's statistics: where a row group has one text and
    missing cells, it would take all of them for missing. ("ne" is asked in such a way too.)
    """
    return f"({name(column)} IS NULL) IS TRUE" if column.type.is_text else f"{name(column)} IS NULL"


def order(query: Query) -> str:
    """The order of the rows; missing values come last, when it is mirrored first."""
    turn = "DESC" if query.backwards else "ASC"
    nulls = "FIRST" if query.mirrored else "LAST"
    ways = ("DESC" if key.descending != query.mirrored else "ASC" for key in query.keys)
    keys = [f"{name(key.column)} {way} NULLS {nulls}" for key, way in zip(query.keys, ways, strict=True)]
    return ", ".join([*keys, f"file_index {turn}", f"file_row_number {turn}"])


@dataclass(frozen=True, slots=True)
class Stage:
    """A run of rows of a query that follow each other.

    Attributes:
        query: its filters, and the order within the run.
        condition: what else holds for its rows.
        parts: where they can be.
        beyond: the position behind which they stand, in the order of the table; None: anywhere.
    """

    query: Query
    condition: Sql
    parts: range
    beyond: RowPosition | None = None

    def windows(self) -> Iterator[range]:
        """The parts in portions to be looked through one after the other: few at first, then more and more.

        Where rows are wanted in the order of the table, most often the first portion has enough of them.
        """
        if self.query.keys:
            yield self.parts
            return
        rest, size = self.parts, 1
        while rest:
            if self.query.backwards:
                yield rest[-size:]
                rest = rest[:-size]
            else:
                yield rest[:size]
                rest = rest[size:]
            size *= 2


def positions(snapshot: Snapshot, stage: Stage, parts: range, *, limit: int, offset: int = 0) -> Sql:
    """Where the rows of a stage stand that are in `parts`, in their order."""
    query, here = stage.query, TRUE
    if stage.beyond is not None and stage.beyond[0] in parts:
        here = _beyond_position((stage.beyond[0] - parts.start, stage.beyond[1]), backwards=query.backwards)
    head = Sql(f"SELECT {POSITION} FROM ") + table(snapshot, parts) + " WHERE "
    condition = every([where(snapshot, query.conditions, parts), stage.condition, here])
    return head + condition + Sql(f" ORDER BY {order(query)} LIMIT ? OFFSET ?", (limit, offset))


def rows_at(
    snapshot: Snapshot, wanted: Sequence[RowPosition], columns: Sequence[Column], *, lengths: bool = False
) -> tuple[Sql, list[int]]:
    """The rows at `wanted`, in no order, and the indexes of the parts that `file_index` counts.

    `lengths`: instead of cells how many bytes all of them have in each row, which are texts.
    """
    parts = sorted({part for part, _ in wanted})
    among = {part: i for i, part in enumerate(parts)}
    found = Sql(f"SELECT {_lengths(columns) if lengths else _listed(columns)} FROM ") + table(snapshot, parts)
    return found + " WHERE " + _stands_at([(among[part], row) for part, row in wanted]), parts


def rows_between(
    snapshot: Snapshot, first: RowPosition, last: RowPosition, columns: Sequence[Column], *, lengths: bool = False
) -> Sql:
    """The rows from position `first` to position `last`, in the order of the table; `lengths`: see `rows_at`."""
    parts = range(first[0], last[0] + 1)
    found = Sql(f"SELECT {_lengths(columns) if lengths else _listed(columns)} FROM ") + table(snapshot, parts)
    if len(parts) == 1:
        return found + Sql(" WHERE file_row_number BETWEEN ? AND ?", (first[1], last[1]))
    ends = (first[1], len(parts) - 1, last[1])
    return found + Sql(
        " WHERE (file_index > 0 OR file_row_number >= ?) AND (file_index < ? OR file_row_number <= ?)", ends
    )


def rows_of_part(
    snapshot: Snapshot, query: Query, columns: Sequence[Column], *, part: int, first: int, last: int
) -> Sql:
    """The rows `first` to `last` of a part that hold all filters, in the order of the table."""
    found = Sql(f"SELECT {_listed(columns)} FROM ") + table(snapshot, [part])
    between = Sql("file_row_number BETWEEN ? AND ?", (first, last))
    condition = every([between, where(snapshot, query.conditions, range(part, part + 1))])
    return found + " WHERE " + condition + " ORDER BY file_row_number"


def _listed(columns: Sequence[Column]) -> str:
    return ", ".join([POSITION, *(name(column) for column in columns)])


def _lengths(columns: Sequence[Column]) -> str:
    total = " + ".join(f"coalesce(strlen({name(column)}), 0)::BIGINT" for column in columns)
    return f"{POSITION}, {total} AS bytes"


def key_values(snapshot: Snapshot, keys: Sequence[Key], position: RowPosition) -> Sql:
    """The values to sort by of the row at `position`, as texts."""
    cells = ", ".join(f"CAST({name(key.column)} AS VARCHAR) AS k{i}" for i, key in enumerate(keys))
    found = Sql(f"SELECT {cells} FROM ") + table(snapshot, [position[0]])
    return found + Sql(" WHERE file_row_number = ?", (position[1],))


def stages(snapshot: Snapshot, query: Query) -> list[Stage]:
    """All rows of a query."""
    return [Stage(query, TRUE, range(len(snapshot.parts)))]


def behind(snapshot: Snapshot, query: Query, values: Sequence[str | None], position: RowPosition) -> list[Stage]:
    """The rows behind the row at `position`, whose key values are `values`, as stages to be asked one after the other.

    Those with the same first value come first, then those beyond it, then those without one. Each is a plain
    condition, by which the engine skips what lies in front; and where the first key is the only one, the rows that
    share its value need no sorting.
    """
    everywhere = range(len(snapshot.parts))
    if not query.keys:
        return [_rest_of_table(snapshot, query, TRUE, position)]
    first, value = query.keys[0], values[0]
    inner = replace(query, keys=query.keys[1:])
    missing = Sql(_missing(first.column))
    same = missing if value is None else _bound(first, "=", value)
    if inner.keys:
        found = [Stage(inner, every([same, _beyond_keys(inner, values[1:], position)]), everywhere)]
    else:
        found = [_rest_of_table(snapshot, inner, same, position)]
    if value is not None:
        found += [Stage(query, _beyond(first, value, nulls=False), everywhere), Stage(inner, missing, everywhere)]
    return found


def _rest_of_table(snapshot: Snapshot, query: Query, same: Sql, position: RowPosition) -> Stage:
    """The rows behind `position` in the order of the table, for which `same` holds."""
    parts = range(position[0] + 1) if query.backwards else range(position[0], len(snapshot.parts))
    return Stage(query, same, parts, position)


def _beyond_keys(query: Query, values: Sequence[str | None], position: RowPosition) -> Sql:
    beyond = _beyond_position(position, backwards=query.backwards)
    for key, value in reversed(list(zip(query.keys, values, strict=True))):
        beyond = any_of([_beyond(key, value, nulls=True), every([_same(key, value), beyond])])
    return beyond


def _beyond_position(position: RowPosition, *, backwards: bool) -> Sql:
    sign = "<" if backwards else ">"
    text = f"file_index {sign} ? OR (file_index = ? AND file_row_number {sign} ?)"
    return Sql(text, (position[0], *position))


def _beyond(key: Key, value: str | None, *, nulls: bool) -> Sql:
    if value is None:
        return FALSE
    found = _bound(key, "<" if key.descending else ">", value)
    return any_of([found, Sql(_missing(key.column))]) if nulls else found


def _same(key: Key, value: str | None) -> Sql:
    return Sql(_missing(key.column)) if value is None else _bound(key, "=", value)


def _bound(key: Key, sign: str, value: str) -> Sql:
    return Sql(f"{name(key.column)} {sign} CAST(? AS {key.column.type.sql_type})", (value,))
