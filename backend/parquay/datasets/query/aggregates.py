"""Aggregates of columns: count, nulls, least, greatest, mean, sum, distinct values.

Sums of whole numbers and decimals are exact, means are rounded once, at the end. Distinct values are counted exactly
among up to `EXACT_ROWS` rows and in columns of up to about `EXACT_VALUES` values, else estimated, and it is said so. An
answer about a version stays true for ever, so it is computed once.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import islice
from typing import TYPE_CHECKING, Any

from parquay.columns.types.exact import json_value
from parquay.datasets.query import spark_sql, sql
from parquay.datasets.query.browse import brief, typed
from parquay.datasets.query.engine import CancelToken, Engine
from parquay.datasets.query.memo import AnswerCache
from parquay.datasets.query.plan import Query, columns_of
from parquay.datasets.query.spark import SparkEngine
from parquay.datasets.query.sql import Sql
from parquay.datasets.query.values import Column
from parquay.datasets.versions.snapshot import Snapshot
from parquay.errors import InvalidValue

if TYPE_CHECKING:
    import pyarrow as pa

EXACT_ROWS, EXACT_VALUES = 2_000_000, 50_000
HALF = 10**19
"""Half of the digits of the longest decimal."""
TOGETHER = 64
"""Columns of one query."""
REMEMBERED = 256

Aggregates = dict[str, dict[str, Any]]
"""By the name of a column: `count`, `nulls`, `min`, `max`, `mean`, `sum`, `distinct`, `distinct_exact`."""


class Aggregator:
    """Computes aggregates and remembers them; may be used by many threads."""

    def __init__(self, engine: Engine, spark: SparkEngine | None = None) -> None:
        """``spark``: is asked for very large tables."""
        self._engine = engine
        self._spark = spark
        self._answers = AnswerCache(REMEMBERED)

    def count(self, snapshot: Snapshot, query: Query, stop: CancelToken | None = None) -> int:
        """How many rows hold all filters of ``query`` (blocking)."""
        if not query.conditions:
            return snapshot.rows
        return self._answers.get(_key(snapshot, query, "count"), lambda: self._count(snapshot, query, stop))

    def columns(
        self, snapshot: Snapshot, query: Query, stop: CancelToken | None = None, *, text: bool = False
    ) -> Aggregates:
        """The aggregates of every column, over the rows that hold all filters of ``query`` (blocking).

        ``sum`` and ``mean`` are those of numbers, else null. ``text``: the least and the greatest as they were written.

        Raises:
            ParquayError: see `Engine.table`.
        """
        what = "columns as text" if text else "columns"
        return self._answers.get(_key(snapshot, query, what), lambda: self._columns(snapshot, query, stop, text=text))

    def _count(self, snapshot: Snapshot, query: Query, stop: CancelToken | None) -> int:
        return int(self._ask(snapshot, query, "count(*) AS n", stop, "count(*) AS n")["n"][0].as_py())

    def _columns(self, snapshot: Snapshot, query: Query, stop: CancelToken | None, *, text: bool) -> Aggregates:
        found: Aggregates = {}
        stop = self._engine.timed(stop)
        rows = self.count(snapshot, query, stop)
        every = columns_of(snapshot.columns)
        far = set() if self._spark is None else {each.index for each in every if spark_sql.can_sum(each)}
        # What Spark cannot add up exactly is asked here, in batches of its own.
        parted = ([each for each in every if each.index in far], [each for each in every if each.index not in far])
        for columns in (batch for part in parted for batch in _batches(part)):
            found |= self._batch(snapshot, query, columns, rows, stop, text=text)
        return {each.name: found[each.name] for each in every}

    def _batch(
        self,
        snapshot: Snapshot,
        query: Query,
        columns: Sequence[Column],
        rows: int,
        stop: CancelToken | None,
        *,
        text: bool,
    ) -> Aggregates:
        exact = rows <= EXACT_ROWS
        try:
            remote = spark_sql.measures(columns, exact=exact)
            found = self._ask(snapshot, query, _measures(columns, exact=exact), stop, remote)
        except InvalidValue:  # a sum beyond 38 digits
            found = self._ask(snapshot, query, _measures(columns, exact=exact, wide=True), stop)
        distinct = {column.index: int(found[f"distinct{column.index}"][0].as_py()) for column in columns}
        counted = set(distinct) if exact else {i for i, number in distinct.items() if number <= EXACT_VALUES}
        if counted and not exact:
            distinct |= self._distinct(snapshot, query, sorted(counted), stop)
        low, high = (_bounds(columns, found, word, text=text) for word in ("low", "high"))
        return {
            column.name: _sums(column, found, rows)
            | brief(min=low[column.name], max=high[column.name])
            | _distinct(column, found, distinct[column.index], exact=column.index in counted)
            for column in columns
        }

    def _distinct(
        self, snapshot: Snapshot, query: Query, indexes: list[int], stop: CancelToken | None
    ) -> dict[int, int]:
        asked = ", ".join(f"count(DISTINCT c{i}) AS distinct{i}" for i in indexes)
        found = self._ask(snapshot, query, asked, stop, asked)
        return {i: int(found[f"distinct{i}"][0].as_py()) for i in indexes}

    def _ask(
        self, snapshot: Snapshot, query: Query, what: str, stop: CancelToken | None, remote: str | None = None
    ) -> pa.Table:
        """Ask the engine; ``remote``: what Spark is asked for the same, None: it cannot be."""
        if self._spark is not None and self._spark.takes(snapshot):
            found = self._spark.table(snapshot, query, remote, self._engine.timed(stop))
            if found is not None:
                return found
        where = sql.where(snapshot, query.conditions)
        return self._engine.table(Sql(f"SELECT {what} FROM ") + sql.rows(snapshot) + " WHERE " + where, stop)


def _key(snapshot: Snapshot, query: Query, what: str) -> tuple[str, int, str, str]:
    return snapshot.dataset_id, snapshot.version, what, query.filter_key


def _batches(columns: Sequence[Column]) -> Iterator[list[Column]]:
    rest = iter(columns)
    while batch := list(islice(rest, TOGETHER)):
        yield batch


def _measures(columns: Sequence[Column], *, exact: bool, wide: bool = False) -> str:
    return ", ".join(piece for column in columns for piece in _measure(column, exact=exact, wide=wide))


def _measure(column: Column, *, exact: bool, wide: bool) -> Iterator[str]:
    cell, i = sql.name(column), column.index
    yield f"count({cell}) AS count{i}, min({cell}) AS low{i}, max({cell}) AS high{i}"
    yield f"count(DISTINCT {cell}) AS distinct{i}" if exact else f"approx_count_distinct({cell}) AS distinct{i}"
    halves = column.type.wide_sum_sql(cell, HALF) if wide else None
    if halves is not None:
        yield f"{halves[0]} AS half{i}, {halves[1]} AS sum{i}"
    elif column.type.sum_sql is not None:
        yield f"{column.type.sum_sql.format(cell=cell)} AS sum{i}"


def _bounds(columns: Sequence[Column], found: pa.Table, word: str, *, text: bool) -> dict[str, Any]:
    names = [f"{word}{column.index}" for column in columns]
    cells = found.select(names).rename_columns([sql.name(column) for column in columns])
    return {name: values[0] for name, values in typed(cells, columns, text=text).items()}


def _sums(column: Column, found: pa.Table, rows: int) -> dict[str, Any]:
    count = int(found[f"count{column.index}"][0].as_py())
    sums: dict[str, Any] = {"count": count, "nulls": rows - count, "min": None, "max": None, "mean": None, "sum": None}
    total = found[f"sum{column.index}"][0].as_py() if column.is_number else None
    if total is None:
        return sums
    if f"half{column.index}" in found.column_names:
        total = int(found[f"half{column.index}"][0].as_py()) * HALF + int(total)
    total = column.type.total(total)
    mean = total / count if isinstance(total, float) else float(Fraction(total) / count)
    return sums | {"mean": json_value(mean), "sum": json_value(total)}


def _distinct(column: Column, found: pa.Table, number: int, *, exact: bool) -> dict[str, Any]:
    most = int(found[f"count{column.index}"][0].as_py())
    return {"distinct": min(number, most), "distinct_exact": exact}
