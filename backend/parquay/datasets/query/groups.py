"""What the charts of a table show: groups with a measure, and the profile of one column."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from parquay.columns.types.base import Chart
from parquay.columns.types.exact import json_value
from parquay.datasets.query import spark_sql, sql
from parquay.datasets.query.aggregates import HALF
from parquay.datasets.query.browse import brief, typed
from parquay.datasets.query.engine import CancelToken, Engine
from parquay.datasets.query.memo import AnswerCache
from parquay.datasets.query.moments import DAY, MOMENTS, Unit, clock, start_sql, start_texts, unit_for
from parquay.datasets.query.plan import Query, unknown_column
from parquay.datasets.query.spark import SparkEngine
from parquay.datasets.query.sql import Sql
from parquay.datasets.query.values import Column
from parquay.datasets.versions.snapshot import Snapshot
from parquay.errors import InvalidValue

if TYPE_CHECKING:
    import pyarrow as pa

BINS = 30
"""Bins of a histogram."""
TOP = 20
"""Values that are listed by their number."""
MAX_GROUPS = 10_000
REMEMBERED = 256

_MEASURE = re.compile(r"(count|sum|avg|min|max|distinct)\((.*)\)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Measure:
    """What is computed of each group. `column` None: its rows are counted."""

    op: str
    column: Column | None = None

    def sql(self) -> str:
        """The measure as the engine computes it."""
        if self.column is None:
            return "count(*)"
        cell = sql.name(self.column)
        if self.op == "sum" and self.column.type.sum_sql is not None:
            return self.column.type.sum_sql.format(cell=cell)
        return f"count(DISTINCT {cell})" if self.op == "distinct" else f"{self.op}({cell})"

    def wide_sql(self) -> tuple[str, str] | None:
        """A sum or a mean in two, for sums beyond the engine's digits, and their order, the largest first.

        Of sums of both signs the lower one may be negative: a carry makes the order of two numbers that of one.
        """
        if self.column is None or self.op not in ("sum", "avg"):
            return None
        halves = self.column.type.wide_sum_sql(sql.name(self.column), HALF)
        if halves is None:
            return None
        selected = f"{halves[0]} AS high, {halves[1]} AS low, count({sql.name(self.column)}) AS n"
        if self.op == "avg":
            return selected, f"(high::DOUBLE * {HALF} + low) / n DESC NULLS LAST"
        carry = f"(CASE WHEN low < 0 THEN -(({HALF - 1} - low) // {HALF}) ELSE low // {HALF} END)"
        return selected, f"high + {carry} DESC NULLS LAST, low - {carry} * {HALF} DESC"


def read_measure(columns: Sequence[Column], text: str) -> Measure:
    """Read `count()`, or `count sum avg min max distinct` of a column.

    Raises:
        InvalidValue: ``bad_measure`` or ``unknown_column`` (422).
    """
    found = _MEASURE.fullmatch(text)
    if found is None or (not found[2] and found[1] != "count"):
        raise InvalidValue(
            "A measure is count(), or count, sum, avg, min, max or distinct of (a column).", "bad_measure"
        )
    if not found[2]:
        return Measure("count")
    column = named(columns, found[2])
    if found[1] in ("sum", "avg") and not column.is_number:
        detail = f"{column.name}: {found[1]} is for numbers, the column is {column.type.name}."
        raise InvalidValue(detail, "bad_measure")
    return Measure(found[1], column)


def named(columns: Sequence[Column], name: str) -> Column:
    """The column of that name.

    Raises:
        InvalidValue: ``unknown_column`` (422).
    """
    for column in columns:
        if column.name == name:
            return column
    raise unknown_column(name)


class Grouper:
    """Groups rows; may be used by many threads."""

    def __init__(self, engine: Engine, spark: SparkEngine | None = None) -> None:
        """``spark``: is asked for groups of very large tables."""
        self._engine = engine
        self._spark = spark
        self._answers = AnswerCache(REMEMBERED)

    def groups(
        self,
        snapshot: Snapshot,
        query: Query,
        by: Column,
        measure: Measure,
        *,
        limit: int,
        unit: Unit | None = None,
        largest: bool = False,
        text: bool = False,
        stop: CancelToken | None = None,
    ) -> dict[str, Any]:
        """`{groups: [{key, value}], more}`: a measure for each value of a column (blocking).

        In the order of the keys, a missing one last; ``largest``: in the order of the values, the largest first.
        ``text``: keys, and what `min` and `max` find, as they were written. ``unit``: moments are put together by
        the unit of time in which they lie, and a key is how that begins (`2024-03-01`).

        Raises:
            InvalidValue: ``bad_unit`` (422): the column has no moments.
            ParquayError: see `Engine.table`.
        """
        asked = (by.index, measure, limit, unit, largest, text)
        key = f"{sql.name(by)}" if unit is None else f"{start_sql(by, unit)} AS start"

        def work() -> dict[str, Any]:
            found = self._groups(snapshot, query, by, measure, key=key, limit=limit, largest=largest, stop=stop)
            more, found = found.num_rows > limit, found.slice(0, limit)
            keys = typed(found.select([key]), [by], text=text)[by.name] if unit is None else start_texts(found, unit)
            values = measured(found, measure, text=text)
            return {
                "groups": [brief(key=each, value=value) for each, value in zip(keys, values, strict=True)],
                "more": more,
            }

        return self._answers.get((*_key(snapshot, query), asked), work)

    def profile(
        self, snapshot: Snapshot, query: Query, column: Column, stop: CancelToken | None = None, *, text: bool = False
    ) -> dict[str, Any]:
        """What a chart of one column shows (blocking); `shape` tells which one.

        `histogram`: `bins` of `{from, to, count}`; a value on a border is in the upper bin, on the last in the last.
        `series`: `points` of `{from, count}` for each `unit` of time that has rows. `values`: the most frequent as
        `{value, count}`, and the number of the `other` rows; ``text``: each as it was written.

        Raises:
            ParquayError: see `Engine.table`.
        """
        return self._answers.get(
            (*_key(snapshot, query), column.index, text),
            lambda: self._profile(snapshot, query, column, stop, text=text),
        )

    def _groups(
        self,
        snapshot: Snapshot,
        query: Query,
        by: Column,
        measure: Measure,
        *,
        key: str,
        limit: int,
        largest: bool,
        stop: CancelToken | None,
    ) -> pa.Table:
        stop = self._engine.timed(stop)

        def ask(selected: str, order: str) -> pa.Table:
            by_value = f"{order}, " if largest else ""
            tail = Sql(f" GROUP BY 1 ORDER BY {by_value}1 ASC NULLS LAST LIMIT ?", (limit + 1,))
            return self._ask(snapshot, query, f"{key}, {selected}", stop, tail)

        try:
            far = key == sql.name(by)
            found = self._far(snapshot, query, by, measure, limit, largest=largest, stop=stop) if far else None
            return ask(f"{measure.sql()} AS value", "value DESC NULLS LAST") if found is None else found
        except InvalidValue:  # a sum beyond 38 digits
            wide = measure.wide_sql()
            if wide is None:
                raise
            return ask(*wide)

    def _far(
        self,
        snapshot: Snapshot,
        query: Query,
        by: Column,
        measure: Measure,
        limit: int,
        *,
        largest: bool,
        stop: CancelToken,
    ) -> pa.Table | None:
        """The groups of a very large table, from Spark; None: it is not asked."""
        if self._spark is None or not self._spark.takes(snapshot):
            return None
        key, value = sql.name(by), spark_sql.measure(measure.op, measure.column)
        by_value = "value DESC NULLS LAST, " if largest else ""
        tail = f" GROUP BY {key} ORDER BY {by_value}{key} ASC NULLS LAST LIMIT {limit + 1}"
        return self._spark.table(snapshot, query, value and f"{key}, {value}", stop, tail)

    def _profile(
        self, snapshot: Snapshot, query: Query, column: Column, stop: CancelToken | None, *, text: bool
    ) -> dict[str, Any]:
        stop = self._engine.timed(stop)
        charts: dict[Chart, Callable[[], dict[str, Any]]] = {
            "histogram": lambda: self._histogram(snapshot, query, column, stop),
            "series": lambda: self._series(snapshot, query, column, stop),
            "values": lambda: self._top(snapshot, query, column, stop, text=text),
        }
        return charts[column.type.chart]()

    def _histogram(self, snapshot: Snapshot, query: Query, column: Column, stop: CancelToken | None) -> dict[str, Any]:
        value = f"CAST({sql.name(column)} AS DOUBLE)"
        finite = f"isfinite({value})"
        asked = f"min({value}) FILTER ({finite}) AS low, max({value}) FILTER ({finite}) AS high"
        bounds = self._ask(snapshot, query, asked, stop).to_pylist()[0]
        low, high = bounds["low"], bounds["high"]
        if low is None:
            return {"shape": "histogram", "bins": []}
        count, width = bin_width(low, high, integral=column.type.is_integral)
        bin_of = Sql(f"least(floor(({value} - ?) / ?), ?)::BIGINT AS bin, count(*) AS n", (low, width, count - 1))
        found = self._ask(snapshot, query, bin_of, stop, Sql(f" AND {finite} GROUP BY bin"))
        counts = {row["bin"]: row["n"] for row in found.to_pylist()}
        edges = _edges(low, high, count, width, integral=column.type.is_integral)
        bins = [{"from": edges[i], "to": edges[i + 1], "count": counts.get(i, 0)} for i in range(count)]
        return {"shape": "histogram", "bins": bins}

    def _series(self, snapshot: Snapshot, query: Query, column: Column, stop: CancelToken | None) -> dict[str, Any]:
        moment = f"CAST({clock(column)} AS TIMESTAMP)"
        span = f"epoch(max({moment})) - epoch(min({moment})) AS seconds"
        seconds = self._ask(snapshot, query, span, stop)["seconds"][0].as_py()
        if seconds is None:
            return {"shape": "series", "unit": "day", "points": []}
        unit = unit_for(seconds, whole_days=column.type.is_integral)
        start = f"{start_sql(column, unit)} AS start, count(*) AS n"
        found = self._ask(
            snapshot, query, start, stop, Sql(f" AND {sql.name(column)} IS NOT NULL GROUP BY 1 ORDER BY 1")
        )
        cut = 10 if column.type.is_integral or seconds > DAY * MOMENTS else 19
        texts = [text.replace(" ", "T")[:cut] for text in found["start"].cast("string").to_pylist()]
        points = [{"from": text, "count": n} for text, n in zip(texts, found["n"].to_pylist(), strict=True)]
        return {"shape": "series", "unit": unit, "points": points}

    def _top(
        self, snapshot: Snapshot, query: Query, column: Column, stop: CancelToken | None, *, text: bool
    ) -> dict[str, Any]:
        cell = sql.name(column)
        tail = Sql(f" AND {cell} IS NOT NULL GROUP BY {cell} ORDER BY n DESC, {cell} LIMIT ?", (TOP,))
        asked = f"{cell}, count(*) AS n, sum(count(*)) OVER () AS total"
        found = self._ask(snapshot, query, asked, stop, tail)
        values = typed(found.select([cell]), [column], text=text)[column.name]
        counts = found["n"].to_pylist()
        total = int(found["total"][0].as_py()) if counts else 0
        listed = [brief(value=value, count=n) for value, n in zip(values, counts, strict=True)]
        return {"shape": "values", "values": listed, "other": total - sum(counts)}

    def _ask(
        self, snapshot: Snapshot, query: Query, what: str | Sql, stop: CancelToken | None, tail: Sql | None = None
    ) -> pa.Table:
        head = Sql("SELECT ") + what + " FROM " + sql.rows(snapshot) + " WHERE "
        return self._engine.table(head + sql.where(snapshot, query.conditions) + (tail or Sql("")), stop)


def _key(snapshot: Snapshot, query: Query) -> tuple[str, int, str]:
    return snapshot.dataset_id, snapshot.version, query.filter_key


def measured(found: pa.Table, measure: Measure, *, text: bool) -> list[Any]:
    """The values of a measure in an answer of the engine, as JSON values; ``text``: cells as they were written."""
    column = measure.column
    if column is not None and measure.op in ("min", "max"):
        cells = found.select(["value"]).rename_columns([sql.name(column)])
        return typed(cells, [column], text=text)[column.name]
    if column is not None and "high" in found.column_names:
        return [_wide_value(row, measure.op, column) for row in found.select(["high", "low", "n"]).to_pylist()]
    values = found["value"].to_pylist()
    if column is not None and measure.op == "sum":
        values = [None if value is None else column.type.total(value) for value in values]
    return [json_value(value) for value in values]


def _wide_value(row: Mapping[str, Any], op: str, column: Column) -> Any:
    """The sum or the mean that stands in two numbers; a mean is rounded once, here."""
    if row["high"] is None:
        return None
    total = column.type.total(int(row["high"]) * HALF + int(row["low"]))
    return json_value(total if op == "sum" else float(Fraction(total) / row["n"]))


def bin_width(low: float, high: float, *, integral: bool) -> tuple[int, float]:
    """How many bins, and how wide, cover the values from `low` to `high`; `integral`: with borders that are. Pure."""
    if integral:
        span = int(high) - int(low) + 1
        width = -(-span // BINS)
        return -(-span // width), float(width)
    if high <= low:
        return 1, 1.0
    return BINS, max(high / BINS - low / BINS, 5e-324)


def _edges(low: float, high: float, count: int, width: float, *, integral: bool) -> list[float]:
    if integral or count == 1:
        return [low + i * width for i in range(count + 1)]
    # Not by adding up widths: the ends are exact this way, and nothing overflows however far they are apart.
    return [low * (1 - i / count) + high * (i / count) for i in range(count + 1)]
