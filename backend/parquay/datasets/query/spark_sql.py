"""A query of a whole table in the SQL of Spark, for an engine that reads the Delta table by itself. Pure.

What it asks is what `sql`, `aggregates` and `groups` ask of the engine in this process, and tests ask both of them the
same questions. No text of a request becomes SQL here either: columns are called by their position, values are written
as the hexadecimal digits of their bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from parquay.datasets.query import text_matches
from parquay.datasets.query.plan import Condition, Query, columns_of
from parquay.datasets.query.values import Column
from parquay.datasets.versions.snapshot import Snapshot

if TYPE_CHECKING:
    from parquay.columns.types.base import Comparison

TYPES = {"BIGINT": "BIGINT", "DOUBLE": "DOUBLE", "VARCHAR": "STRING", "DATE": "DATE", "BOOLEAN": "BOOLEAN"}
"""Types of the other engine, and what Spark calls them; decimals and timestamps are in `_type`."""
MAX_SUMMED_DIGITS = 28
"""Digits of the longest decimal whose sum cannot outgrow Spark's 38 below ten billion rows."""

_SIGNS = {"eq": "=", "lt": "<", "le": "<=", "gt": ">", "ge": ">="}


def can_ask(snapshot: Snapshot, query: Query) -> bool:
    """Whether a query can be asked of the table as others see it.

    Its rows have no ids there, cells that are no texts are not there as they were written, and each engine has its own
    small letters.
    """
    return bool(snapshot.parts) and all(_is_plain(each) for each in query.conditions)


def askable(query: Query) -> Query:
    """Those filters of a query that can be asked: among the rows for these are all rows for the query."""
    return Query(tuple(each for each in query.conditions if _is_plain(each)))


def _is_plain(condition: Condition) -> bool:
    if condition.column is None or condition.test.op == "icontains":
        return False
    return condition.column.type.is_text or condition.test.op not in text_matches.OPERATORS


def statement(snapshot: Snapshot, query: Query, selected: str, tail: str = "") -> str:
    """Select something of the rows that hold all filters of ``query``."""
    place = f"delta.{_quoted(snapshot.place.url)} VERSION AS OF {snapshot.version}"
    return f"SELECT {selected} FROM {_cells(snapshot, place)} WHERE {_where(query)}{tail}"


def matches(snapshot: Snapshot, query: Query, parts: Sequence[int]) -> str:
    """Count the rows that hold all filters, in each of some parts: `part` is its index, `n` the number."""
    pieces = (f"parquet.{_quoted(f'{snapshot.place.url}/{snapshot.parts[i].name}')}" for i in parts)
    counted = (f"count(*) AS n FROM {_cells(snapshot, piece)} WHERE {_where(query)}" for piece in pieces)
    return " UNION ALL ".join(f"SELECT {i} AS part, {each}" for i, each in zip(parts, counted, strict=True))


def _where(query: Query) -> str:
    return " AND ".join(f"({_condition(each)})" for each in query.conditions) or "TRUE"


def _cells(snapshot: Snapshot, source: str) -> str:
    cells = ", ".join(f"{_quoted(column.name)} AS c{column.index}" for column in columns_of(snapshot.columns))
    return f"(SELECT {cells} FROM {source}) AS t"


def _quoted(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def can_sum(column: Column) -> bool:
    """Whether Spark gives every aggregate of a column exactly."""
    return not column.is_number or summed(column) is not None


def measures(columns: Sequence[Column], *, exact: bool) -> str | None:
    """What the aggregates of some columns are made of; None: Spark cannot give it exactly."""
    if not all(can_sum(column) for column in columns):
        return None
    return ", ".join(piece for column in columns for piece in _measures(column, exact=exact))


def _measures(column: Column, *, exact: bool) -> Iterator[str]:
    cell, i, total = f"c{column.index}", column.index, summed(column)
    yield f"count({cell}) AS count{i}, min({cell}) AS low{i}, max({cell}) AS high{i}"
    yield f"count(DISTINCT {cell}) AS distinct{i}" if exact else f"approx_count_distinct({cell}) AS distinct{i}"
    if total is not None:
        yield f"{total} AS sum{i}"


def measure(op: str, column: Column | None) -> str | None:
    """What a group is measured by, called `value`; None: Spark would round it where it need not be."""
    if column is None:
        return "count(*) AS value"
    if op == "avg":
        return None
    cell = f"c{column.index}"
    computed = {"sum": summed(column), "distinct": f"count(DISTINCT {cell})"}.get(op, f"{op}({cell})")
    return computed and f"{computed} AS value"


def summed(column: Column) -> str | None:
    """The exact sum of a column of whole numbers or decimals, and that of numbers with a binary point; None without."""
    cell, name = f"c{column.index}", column.type.sql_type
    if not column.is_number:
        return None
    if name == "BIGINT":
        return f"sum(CAST({cell} AS DECIMAL(28,0)))"
    if name.startswith("DECIMAL"):
        return f"sum({cell})" if _digits(name) <= MAX_SUMMED_DIGITS else None
    return f"sum({cell})"


def _digits(sql_type: str) -> int:
    return int(sql_type.removeprefix("DECIMAL(").partition(",")[0])


def _type(column: Column) -> str:
    name = column.type.sql_type
    if name.startswith("TIMESTAMP"):
        return "TIMESTAMP" if name == "TIMESTAMPTZ" else "TIMESTAMP_NTZ"
    return name if name.startswith("DECIMAL") else TYPES[name]


def _condition(condition: Condition) -> str:
    assert condition.column is not None
    return _test(condition.column, condition.test)


def _test(column: Column, test: Comparison) -> str:
    cell, values = f"c{column.index}", [_literal(str(value)) for value in test.values]
    cast = [f"CAST({value} AS {_type(column)})" for value in values]
    if test.op in _SIGNS:
        return f"{cell} {_SIGNS[test.op]} {cast[0]}"
    if test.op == "in":
        return f"{cell} IN ({', '.join(cast)})"
    if test.op == "ne":
        return f"NOT ({cell} <=> {cast[0]})"
    if test.op in ("contains", "starts"):
        return f"{'contains' if test.op == 'contains' else 'startswith'}({cell}, {values[0]})"
    return {"isnull": f"{cell} IS NULL", "present": f"{cell} IS NOT NULL", "none": "FALSE"}[test.op]


def _literal(text: str) -> str:
    """A text, whatever is in it: no character of it stands in the statement."""
    return f"CAST(X'{text.encode().hex()}' AS STRING)" if text else "''"
