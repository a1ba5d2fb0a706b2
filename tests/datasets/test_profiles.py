"""Profiles of columns: bins of numbers, the most frequent texts, moments by a unit that fits."""

from __future__ import annotations

import itertools
import math

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from made_tables import made_table
from parquay.columns.types.registry import column_type
from parquay.columns.types.text import TEXT
from parquay.datasets.query.engine import Engine
from parquay.datasets.query.groups import BINS, TOP, Grouper, bin_width
from parquay.datasets.query.moments import MOMENTS, unit_for
from parquay.datasets.query.plan import columns_of, read_query

INT, DAY, FLAG = (column_type(kind, True) for kind in ("int64", "date", "bool"))
DOUBLE, STAMP = column_type("double", "any"), column_type("timestamp", "T|0|Z")


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    root = tmp_path_factory.mktemp("engine")
    (root / "parquet").mkdir()
    engine = Engine(root / "parquet", root / "scratch")
    yield engine
    engine.close()


def profiled(engine, kind, values, *filters):
    snapshot = made_table(engine._fetched, {"v": kind}, pa.table({"v": pa.array(values, kind.arrow())}))
    known = columns_of(snapshot.columns)
    return Grouper(engine).profile(snapshot, read_query(known, filters), known[0])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.none() | st.integers(-(2**53), 2**53) | st.integers(-20, 20), max_size=40))
def test_histogram_of_whole_numbers_counts_each_row_in_its_bin(engine, values):
    bins = profiled(engine, INT, values)["bins"]

    kept = [value for value in values if value is not None]
    assert sum(each["count"] for each in bins) == len(kept)
    assert len(bins) <= BINS + 1
    assert all(one["to"] == other["from"] for one, other in itertools.pairwise(bins))


def test_histogram_of_few_whole_numbers_has_a_bin_for_each(engine):
    found = profiled(engine, INT, [3, 5, 5, None])

    assert found["bins"] == [
        {"from": 3, "to": 4, "count": 1},
        {"from": 4, "to": 5, "count": 0},
        {"from": 5, "to": 6, "count": 2},
    ]


@pytest.mark.parametrize(
    ("values", "counts"),
    [
        ([0.0, 1.0, 0.5, None, math.nan, math.inf], [1, *[0] * 14, 1, *[0] * 13, 1]),
        ([7.25, 7.25], [2]),
        ([None, math.nan], []),
        ([-1.7e308, 1.7e308], [1, *[0] * 28, 1]),
    ],
)
def test_histogram_of_doubles(engine, values, counts):
    bins = profiled(engine, DOUBLE, values)["bins"]

    assert [each["count"] for each in bins] == counts
    assert all(math.isfinite(each["from"]) and each["from"] <= each["to"] for each in bins)


def test_most_frequent_texts_come_first_and_the_rest_is_counted(engine):
    values = [f"v{number:02}" for number in range(TOP + 5) for _ in range(2 if number == 7 else 1)] + [None]

    found = profiled(engine, TEXT, values)

    assert found["shape"] == "values"
    assert found["values"][:2] == [{"value": "v07", "count": 2}, {"value": "v00", "count": 1}]
    assert (len(found["values"]), found["other"]) == (TOP, 5)


def test_flags_are_counted(engine):
    assert profiled(engine, FLAG, [True, True, False, None])["values"] == [
        {"value": True, "count": 2},
        {"value": False, "count": 1},
    ]


def test_days_are_counted_in_a_unit_that_fits(engine):
    assert profiled(engine, DAY, [0, 0, 2, None]) == {
        "shape": "series",
        "unit": "day",
        "points": [{"from": "1970-01-01", "count": 2}, {"from": "1970-01-03", "count": 1}],
    }
    assert profiled(engine, DAY, [0, 20_000])["points"] == [
        {"from": "1970-01-01", "count": 1},
        {"from": "2024-01-01", "count": 1},
    ]


@pytest.mark.parametrize("kind", [STAMP, column_type("timestamp", " |9|+02:00"), column_type("timestamp", "T|-1|")])
def test_moments_are_counted_by_their_unit(engine, kind):
    unit = 10**9 if kind.arrow().unit == "ns" else 10**6
    found = profiled(engine, kind, [0, 59 * unit, 60 * unit, 3600 * unit, None])

    assert (found["unit"], [point["count"] for point in found["points"]]) == ("minute", [2, 1, 1])
    assert found["points"][1]["from"].endswith(":01:00")


def test_profile_is_that_of_the_rows_that_hold_the_filters(engine):
    assert sum(each["count"] for each in profiled(engine, INT, [1, 2, 3, 4], "v:gt:2")["bins"]) == 2


@pytest.mark.parametrize(("low", "high", "count"), [(0, 0, 1), (0, 29, 30), (0, 30, 16), (-5, 60, 22)])
def test_bins_of_whole_numbers_have_whole_borders(low, high, count):
    found, width = bin_width(low, high, integral=True)

    assert found == count
    assert width == int(width)
    assert low + found * width > high


def test_unit_gives_no_more_points_than_a_chart_has_room_for():
    assert [unit_for(seconds, whole_days=False) for seconds in (0, MOMENTS, MOMENTS + 1, 10**8, 10**12)] == [
        "second", "second", "minute", "month", "century",
    ]  # fmt: skip
    assert unit_for(0, whole_days=True) == "day"
