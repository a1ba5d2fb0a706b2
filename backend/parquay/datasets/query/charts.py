"""What charts of a table show beside groups and profiles: cross tables of two dimensions, boxes and points."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parquay.datasets.query import sql
from parquay.datasets.query.browse import brief, typed
from parquay.datasets.query.engine import CancelToken, Engine
from parquay.datasets.query.groups import Measure, measured
from parquay.datasets.query.memo import AnswerCache
from parquay.datasets.query.moments import Unit, start_sql, start_texts
from parquay.datasets.query.plan import ROW_ID, Query
from parquay.datasets.query.sql import Sql
from parquay.datasets.query.values import Column
from parquay.datasets.versions.snapshot import Snapshot
from parquay.errors import InvalidValue

if TYPE_CHECKING:
    import pyarrow as pa

MAX_BOXES, MAX_POINTS = 1000, 20_000
REMEMBERED = 128
QUARTERS = {"min": 0, "q1": 0.25, "median": 0.5, "q3": 0.75, "max": 1}
"""What a box tells: the value of a row that stands at this share of the rows in the order of the values."""


@dataclass(frozen=True, slots=True)
class Dimension:
    """What rows are put together by: a column's values, or the units of time in which they lie.

    Attributes:
        limit: so many keys at most have a group of their own, the others are the rest.
    """

    column: Column
    unit: Unit | None
    limit: int

    def sql(self) -> str:
        """The key of a row.

        Raises:
            InvalidValue: ``bad_unit`` (422).
        """
        return sql.name(self.column) if self.unit is None else start_sql(self.column, self.unit)

    def keys(self, found: pa.Table, name: str) -> list[dict[str, Any]]:
        """The keys in column `name` of an answer: `key` is the JSON value, `text` what was written."""
        if self.unit is not None:
            starts = start_texts(found.select([name]).rename_columns(["start"]), self.unit)
            return [{"key": start, "text": start} for start in starts]
        cells = found.select([name]).rename_columns([sql.name(self.column)])
        values, texts = (typed(cells, [self.column], text=text)[self.column.name] for text in (False, True))
        return [{"key": value, "text": text} for value, text in zip(values, texts, strict=True)]


@dataclass(frozen=True, slots=True)
class Crossing:
    """What a cross table is asked for.

    Attributes:
        split: the second dimension; None: there is one alone.
        largest: the keys with the largest values stand first, else the keys have their own order, a missing one last.
        largest_splits: the same of the second dimension.
    """

    by: Dimension
    split: Dimension | None
    measure: Measure
    largest: bool = False
    largest_splits: bool = False


class Charts:
    """Computes what charts show; may be used by many threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._answers = AnswerCache(REMEMBERED)

    def crosstab(
        self,
        snapshot: Snapshot,
        query: Query,
        asked: Crossing,
        stop: CancelToken | None = None,
    ) -> dict[str, Any]:
        """`{groups, rest, splits, others}`: a measure for each key of one dimension, and of two (blocking).

        The rest is measured over all rows of the keys that have no group, so that it is exact for means and different
        values, too. Beside a key stands the `text` that was written.

        Raises:
            InvalidValue: ``bad_unit`` (422): a column has no moments.
            ParquayError: see `Engine.table`.
        """

        def work() -> dict[str, Any]:
            found = self._crossed(snapshot, query, asked, stop)
            values = measured(found, asked.measure, text=False)
            return _CrossTable(found, values, asked).content()

        return self._answers.get((*_key(snapshot, query), asked), work)

    def boxes(
        self,
        snapshot: Snapshot,
        query: Query,
        column: Column,
        by: Dimension | None,
        stop: CancelToken | None = None,
    ) -> dict[str, Any]:
        """`{boxes, more}`: least, quartiles and greatest of a column's numbers for each key (blocking).

        Each of the five is the value of a row, so that it is exact. Along time in its order, else the most rows first.

        Raises:
            InvalidValue: ``bad_measure``, ``bad_unit`` (422).
            ParquayError: see `Engine.table`.
        """
        if not column.is_number:
            raise InvalidValue(
                f"{column.name}: boxes are for numbers, the column is {column.type.name}.", "bad_measure"
            )
        limit = by.limit if by else 1
        key = by.sql() if by else "NULL"
        order = "count DESC, key ASC NULLS LAST" if by is None or by.unit is None else "key ASC NULLS LAST"
        cell = sql.name(column)
        shares = ", ".join(f"quantile_disc({cell}, {share}) AS {name}" for name, share in QUARTERS.items())
        tail = Sql(f" AND {cell} IS NOT NULL GROUP BY 1 ORDER BY {order} LIMIT ?", (limit + 1,))

        def work() -> dict[str, Any]:
            found = self._ask(snapshot, query, f"{key} AS key, count(*) AS count, {shares}", stop, tail)
            more, found = found.num_rows > limit, found.slice(0, limit)
            keys = by.keys(found, "key") if by else [{"key": None, "text": None}] * found.num_rows
            fields = {"count": found["count"].to_pylist()} | {
                name: typed(found.select([name]).rename_columns([cell]), [column])[column.name] for name in QUARTERS
            }
            rows = zip(*fields.values(), strict=True)
            boxes = [brief(**each, **dict(zip(fields, row, strict=True))) for each, row in zip(keys, rows, strict=True)]
            return {"boxes": boxes, "more": more}

        return self._answers.get((*_key(snapshot, query), "boxes", column.index, by), work)

    def points(
        self, snapshot: Snapshot, query: Query, x: Column, y: Column, *, limit: int, stop: CancelToken | None = None
    ) -> dict[str, Any]:
        """`{points, total}`: rows that have a value in both columns (blocking).

        Where there are more than ``limit``, an even sample of them: the same one each time.

        Raises:
            InvalidValue: ``bad_measure`` (422).
            ParquayError: see `Engine.table`.
        """
        for each in (x, y):
            if each.type.chart == "values":
                detail = f"{each.name}: points are of numbers, days and moments, the column is {each.type.name}."
                raise InvalidValue(detail, "bad_measure")
        cells = list(dict.fromkeys(sql.name(each) for each in (x, y)))
        there = Sql("".join(f" AND {cell} IS NOT NULL" for cell in cells))

        def work() -> dict[str, Any]:
            timed = self._engine.timed(stop)
            total = int(self._ask(snapshot, query, "count(*) AS n", timed, there)["n"][0].as_py())
            tail = there + Sql(f" ORDER BY hash({sql.POSITION}), {sql.POSITION} LIMIT ?", (limit,))
            found = self._ask(snapshot, query, ", ".join([sql.POSITION, *cells]), timed, tail)
            columns = [x] if x == y else [x, y]
            values = typed(found, columns)
            places = zip(found["file_index"].to_pylist(), found["file_row_number"].to_pylist(), strict=True)
            rids = [snapshot.rid_at(part, row) for part, row in places]
            rows = zip(rids, values[x.name], values[y.name], strict=True)
            return {"points": [{ROW_ID: rid, "x": left, "y": right} for rid, left, right in rows], "total": total}

        return self._answers.get((*_key(snapshot, query), "points", x.index, y.index, limit), work)

    def _crossed(
        self,
        snapshot: Snapshot,
        query: Query,
        asked: Crossing,
        stop: CancelToken | None,
    ) -> pa.Table:
        stop = self._engine.timed(stop)

        def ask(selected: str, order: str) -> pa.Table:
            return self._engine.table(_crossed_sql(snapshot, query, asked, selected, order), stop)

        try:
            return ask(f"{asked.measure.sql()} AS value", "value DESC NULLS LAST")
        except InvalidValue:  # a sum beyond 38 digits
            wide = asked.measure.wide_sql()
            if wide is None:
                raise
            return ask(*wide)

    def _ask(self, snapshot: Snapshot, query: Query, what: str, stop: CancelToken | None, tail: Sql) -> pa.Table:
        head = Sql(f"SELECT {what} FROM ") + sql.rows(snapshot) + " WHERE "
        return self._engine.table(head + sql.where(snapshot, query.conditions) + tail, stop)


def _crossed_sql(
    snapshot: Snapshot,
    query: Query,
    asked: Crossing,
    selected: str,
    order: str,
) -> Sql:
    """The measure of each group, and of each group in each part of it, beside their ranks; ranks of the rest are null.

    `r1`, `k1`, `n1`: rank and key of the first dimension, and how many keys it has; `r2`, `k2`, `n2` of the second.
    `alone`: the row is about the first one alone.
    """
    by, split, measure = asked.by, asked.split, asked.measure
    cell = "" if measure.column is None else f", {sql.name(measure.column)}"
    keys = f"{by.sql()} AS k1, {split.sql() if split else 'NULL'} AS k2"
    base = Sql(f"WITH base AS (SELECT {keys}{cell} FROM ") + sql.rows(snapshot) + " WHERE "
    base += sql.where(snapshot, query.conditions)

    def ranked(number: int, limit: int) -> Sql:
        grouped = f"SELECT k{number} AS k, {selected} FROM base GROUP BY 1"
        by_value = f"{order}, " if (asked.largest, asked.largest_splits)[number - 1] else ""
        rank = f"row_number() OVER (ORDER BY {by_value}k ASC NULLS LAST) - 1 AS r, count(*) OVER () AS n"
        return Sql(f", top{number} AS (SELECT k, r, n FROM (SELECT *, {rank} FROM ({grouped})) WHERE r < ?)", (limit,))

    tops = ranked(1, by.limit) + ranked(2, split.limit if split else 1)
    joins = "".join(f" LEFT JOIN top{i} t{i} ON base.k{i} IS NOT DISTINCT FROM t{i}.k" for i in (1, 2))
    shown = ", ".join(f"t{i}.r AS r{i}, any_value(t{i}.k) AS k{i}, any_value(t{i}.n) AS n{i}" for i in (1, 2))
    sets = "((t1.r), (t1.r, t2.r))" if split else "((t1.r))"
    alone = "GROUPING(t2.r)" if split else "1"
    second = shown if split else shown.replace("t2.r AS r2", "NULL AS r2")
    tail = f") SELECT {second}, {alone} AS alone, {selected} FROM base{joins} GROUP BY GROUPING SETS {sets}"
    return base + Sql(")") + tops + Sql(tail.removeprefix(")"))


class _CrossTable:
    """An answer of the engine as a cross table."""

    def __init__(self, found: pa.Table, values: Sequence[Any], asked: Crossing) -> None:
        by, split = asked.by, asked.split
        self._ranks = list(zip(found["r1"].to_pylist(), found["r2"].to_pylist(), strict=True))
        self._alone = found["alone"].to_pylist()
        self._values = values
        self._split = split
        self._keys1 = self._by_rank(by.keys(found, "k1"), 0)
        self._keys2 = self._by_rank(split.keys(found, "k2"), 1) if split else {}
        self._counts = [max((n for n in found[name].to_pylist() if n is not None), default=0) for name in ("n1", "n2")]

    def content(self) -> dict[str, Any]:
        """Groups with their values, and what each part of them has."""
        totals = {r1: value for (r1, _), value, alone in self._rows() if alone}
        groups = [brief(**self._keys1[rank], value=totals[rank]) for rank in sorted(self._keys1)]
        rest = {"groups": self._counts[0] - len(groups), "value": totals[None]} if None in totals else None
        order: list[int | None] = [*sorted(self._keys1), *([] if rest is None else [None])]
        cells: dict[int | None, dict[int | None, Any]] = defaultdict(dict)
        for (r1, r2), value, alone in self._rows():
            if not alone:
                cells[r2][r1] = value
        splits = [brief(**self._keys2[rank]) | {"values": _line(cells[rank], order)} for rank in sorted(self._keys2)]
        others = None
        if self._split is not None and None in cells:
            others = {"groups": self._counts[1] - len(splits), "values": _line(cells[None], order)}
        return {"groups": groups, "rest": rest, "splits": splits, "others": others}

    def _rows(self) -> list[tuple[tuple[int | None, int | None], Any, int]]:
        return list(zip(self._ranks, self._values, self._alone, strict=True))

    def _by_rank(self, keys: Sequence[dict[str, Any]], place: int) -> dict[int, dict[str, Any]]:
        """Keys by their ranks; of the second dimension only rows that are about both tell it."""
        found: dict[int, dict[str, Any]] = {}
        for ranks, key, alone in zip(self._ranks, keys, self._alone, strict=True):
            rank = ranks[place]
            if rank is not None and not (alone and place == 1):
                found[rank] = key
        return found


def _line(cells: Mapping[int | None, Any], order: Sequence[int | None]) -> list[Any]:
    return [cells.get(rank) for rank in order]


def _key(snapshot: Snapshot, query: Query) -> tuple[str, int, str]:
    return snapshot.dataset_id, snapshot.version, query.filter_key
