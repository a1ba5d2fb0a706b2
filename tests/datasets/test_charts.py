"""Cross tables, boxes and points against the same computed by hand."""

from __future__ import annotations

import math
from collections import defaultdict
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from made_tables import made_table
from parquay.columns.types.registry import column_type
from parquay.columns.types.text import TEXT
from parquay.datasets.query.charts import Charts, Crossing, Dimension
from parquay.datasets.query.engine import Engine
from parquay.datasets.query.groups import named, read_measure
from parquay.datasets.query.plan import columns_of, read_query
from parquay.errors import ParquayError

TYPES = {
    "city": TEXT,
    "kind": column_type("int64", True),
    "paid": column_type("decimal", [36, 2]),
    "day": column_type("date", True),
}


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    root = tmp_path_factory.mktemp("engine")
    (root / "parquet").mkdir()
    engine = Engine(root / "parquet", root / "scratch")
    yield engine
    engine.close()


class Table:
    """A table of some rows, and what its charts show."""

    def __init__(self, engine: Engine, rows: list[tuple[Any, ...]]) -> None:
        cells = zip(*rows, strict=True) if rows else [()] * len(TYPES)
        arrays = [pa.array(values, kind.arrow()) for values, kind in zip(cells, TYPES.values(), strict=True)]
        self.snapshot = made_table(engine._fetched, TYPES, pa.table(arrays, names=list(TYPES)))
        self.columns = columns_of(self.snapshot.columns)
        self.charts = Charts(engine)

    def dimension(self, name: str, limit: int, unit: Any = None) -> Dimension:
        return Dimension(named(self.columns, name), unit, limit)

    def crosstab(self, by: Dimension, split: Dimension | None, measure: str, *, largest: bool = False) -> Any:
        asked = read_measure(self.columns, measure)
        return self.charts.crosstab(self.snapshot, read_query(self.columns), Crossing(by, split, asked, largest))


def value_of(measure: str, rows: list[tuple[Any, ...]]) -> Any:
    """A measure of the column `paid`, or the number of the rows."""
    paid = [row[2] for row in rows if row[2] is not None]
    if measure == "count()":
        return len(rows)
    if measure == "distinct(paid)":
        return len(set(paid))
    if not paid:
        return None
    return {"sum(paid)": sum(paid), "avg(paid)": float(sum(map(Fraction, paid)) / len(paid)), "max(paid)": max(paid)}[
        measure
    ]


def same(told: Any, expected: Any) -> bool:
    if isinstance(expected, float):
        return math.isclose(float(told), expected, rel_tol=1e-12)
    return bool((None if told is None else Decimal(told)) == expected)


def first(keys: list[Any], limit: int) -> list[Any]:
    return sorted(keys, key=lambda key: (key is None, key))[:limit]


MEASURES = ["count()", "sum(paid)", "avg(paid)", "distinct(paid)", "max(paid)"]
AMOUNTS = st.integers(-(10**37), 10**37).map(lambda n: Decimal(n).scaleb(-2))
ROWS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b", "c", "d", None]), st.none() | st.integers(1, 4), st.none() | AMOUNTS, st.none()
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(ROWS, st.sampled_from(MEASURES), st.integers(1, 4), st.integers(1, 3))
def test_a_cross_table_measures_every_row_once(engine, rows, measure, limit, splits):
    table = Table(engine, rows)
    found = table.crosstab(table.dimension("city", limit), table.dimension("kind", splits), measure)

    cells: dict[Any, list[Any]] = defaultdict(list)
    for row in rows:
        cells[row[0], row[1]].append(row)
    cities, kinds = first(list({row[0] for row in rows}), limit), first(list({row[1] for row in rows}), splits)
    lines = [[city] for city in cities] + [[c for c, _ in cells if c not in cities]]
    columns = [[kind] for kind in kinds] + [[k for _, k in cells if k not in kinds]]

    def expected(some: list[Any], others: list[Any] | None) -> Any:
        kept = [r for (c, k), each in cells.items() if c in some and (others is None or k in others) for r in each]
        return value_of(measure, kept) if kept else None

    assert [group["key"] for group in found["groups"]] == cities
    assert [split["key"] for split in found["splits"]] == kinds
    totals = [group["value"] for group in found["groups"]]
    if found["rest"] is not None:
        assert found["rest"]["groups"] == len(set(lines[-1]))
        totals.append(found["rest"]["value"])
    else:
        assert lines.pop() == []
    assert all(same(told, expected(line, None)) for told, line in zip(totals, lines, strict=True))
    told = [split["values"] for split in found["splits"]]
    if found["others"] is not None:
        assert found["others"]["groups"] == len(set(columns[-1]))
        told.append(found["others"]["values"])
    else:
        assert columns.pop() == []
    for values, kept in zip(told, columns, strict=True):
        assert all(same(value, expected(line, kept)) for value, line in zip(values, lines, strict=True))


def test_the_largest_groups_stand_first_and_units_of_time_in_their_order(engine):
    rows = [
        ("a", 1, Decimal("1.00"), date(2024, 1, 5)),
        ("b", 1, Decimal("9.50"), date(2024, 3, 1)),
        ("b", 2, None, date(2024, 3, 31)),
        ("c", 2, Decimal("2.00"), None),
    ]
    table = Table(engine, rows)

    found = table.crosstab(table.dimension("city", 2), None, "sum(paid)", largest=True)
    assert [(group["key"], str(group["value"])) for group in found["groups"]] == [("b", "9.50"), ("c", "2.00")]
    assert (found["rest"]["groups"], str(found["rest"]["value"]), found["splits"]) == (1, "1.00", [])
    asked = read_measure(table.columns, "count()")
    cities = Crossing(table.dimension("kind", 9), table.dimension("city", 1), asked, largest_splits=True)
    crossed = table.charts.crosstab(table.snapshot, read_query(table.columns), cities)
    assert (crossed["splits"], crossed["others"]["values"]) == ([{"key": "b", "text": "b", "values": [1, 1]}], [1, 1])
    months = table.crosstab(table.dimension("day", 9, "month"), table.dimension("city", 1), "count()")
    assert [group["key"] for group in months["groups"]] == ["2024-01-01", "2024-03-01", None]
    assert months["splits"] == [{"key": "a", "text": "a", "values": [1, None, None]}]
    assert months["others"] == {"groups": 2, "values": [None, 2, 1]}
    with pytest.raises(ParquayError, match="no units of time"):
        table.crosstab(table.dimension("city", 1, "month"), None, "count()")


def test_boxes_tell_values_of_rows(engine):
    rows = [("a", n, Decimal(n) / 4, None) for n in range(1, 10)] + [("b", 1, None, None), ("b", 7, None, None)]
    table = Table(engine, rows)
    query, kind = read_query(table.columns), named(table.columns, "kind")

    found = table.charts.boxes(table.snapshot, query, kind, table.dimension("city", 1))
    assert found == {
        "boxes": [{"key": "a", "text": "a", "count": 9, "min": 1, "q1": 3, "median": 5, "q3": 7, "max": 9}],
        "more": True,
    }
    (paid,) = table.charts.boxes(table.snapshot, query, named(table.columns, "paid"), None)["boxes"]
    assert [str(paid[name]) for name in ("min", "median", "max")] == ["0.25", "1.25", "2.25"]
    with pytest.raises(ParquayError, match="boxes are for numbers"):
        table.charts.boxes(table.snapshot, query, named(table.columns, "city"), None)


def test_points_are_all_rows_or_an_even_sample(engine):
    rows = [(None, n, Decimal(n), date(2024, 1, 1) if n % 2 else None) for n in range(200)]
    table = Table(engine, rows)
    query, kind, day = read_query(table.columns), named(table.columns, "kind"), named(table.columns, "day")

    every = table.charts.points(table.snapshot, query, kind, day, limit=1000)
    assert every["total"] == 100
    assert sorted(point["_rid"] for point in every["points"]) == list(range(1, 200, 2))
    assert all(point["x"] == point["_rid"] and point["y"] == "2024-01-01" for point in every["points"])
    some = table.charts.points(table.snapshot, query, kind, kind, limit=50)
    assert (some["total"], len({point["_rid"] for point in some["points"]})) == (200, 50)
    assert 40 < sum(point["x"] for point in some["points"]) / 50 < 160
    with pytest.raises(ParquayError, match="points are of numbers"):
        table.charts.points(table.snapshot, query, kind, named(table.columns, "city"), limit=1)
