from __future__ import annotations

import math
import threading
from decimal import Decimal
from fractions import Fraction

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from made_tables import made_table, paths_of
from parquay.columns.types.registry import column_type
from parquay.columns.types.text import TEXT
from parquay.datasets.query import aggregates
from parquay.datasets.query.aggregates import Aggregator
from parquay.datasets.query.engine import Engine
from parquay.datasets.query.groups import Grouper, named, read_measure
from parquay.datasets.query.memo import AnswerCache
from parquay.datasets.query.plan import columns_of, read_query
from parquay.errors import ParquayError

INT, DAY, FLAG = (column_type(kind, True) for kind in ("int64", "date", "bool"))
DOUBLE = column_type("double", "any")
DECIMAL, STAMP = column_type("decimal", [10, 2]), column_type("timestamp", "T|0|Z")


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    root = tmp_path_factory.mktemp("engine")
    (root / "parquet").mkdir()
    engine = Engine(root / "parquet", root / "scratch")
    yield engine
    engine.close()


def made(engine, types, columns, **more):
    table = pa.table([pa.array(columns[name], types[name].arrow()) for name in types], names=list(types))
    return made_table(engine._fetched, types, table, **more)


def told(engine, types, columns, *filters):
    snapshot = made(engine, types, columns)
    return Aggregator(engine).columns(snapshot, read_query(columns_of(snapshot.columns), filters))


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.tuples(st.none() | st.integers(-(2**63), 2**63 - 1), st.none() | st.integers(-(10**11), 10**11))))
def test_numbers_are_added_up_exactly(engine, rows):
    columns = {"n": [row[0] for row in rows], "d": [row[1] and Decimal(row[1]).scaleb(-2) for row in rows]}
    columns["d"] = [None if value is None else Decimal(value).quantize(Decimal("0.01")) for value in columns["d"]]

    found = told(engine, {"n": INT, "d": DECIMAL}, columns)

    for name, values in columns.items():
        kept = [value for value in values if value is not None]
        each = found[name]
        assert (each["count"], each["nulls"], each["distinct"]) == (len(kept), values.count(None), len(set(kept)))
        assert each["distinct_exact"] is True
        if kept:
            assert [Decimal(str(each[word])) for word in ("min", "max", "sum")] == [min(kept), max(kept), sum(kept)]
            assert each["mean"] == pytest.approx(float(sum(map(Decimal, kept)) / len(kept)), rel=1e-12)
        else:
            assert (each["min"], each["max"], each["sum"], each["mean"]) == (None, None, None, None)


def test_other_types_have_bounds_and_no_sum(engine):
    found = told(
        engine,
        {"t": TEXT, "flag": FLAG, "day": DAY, "at": STAMP},
        {"t": ["b", "", None], "flag": [True, False, None], "day": [0, 366, None], "at": [0, 10**6, None]},
    )

    assert [(found[name]["min"], found[name]["max"]) for name in found] == [
        ("", "b"),
        (False, True),
        ("1970-01-01", "1971-01-02"),
        ("1970-01-01T00:00:00Z", "1970-01-01T00:00:01Z"),
    ]
    assert {(each["sum"], each["mean"], each["nulls"]) for each in found.values()} == {(None, None, 1)}


@pytest.mark.parametrize("scale", [0, 2, 37])
def test_sum_beyond_what_decimals_hold_is_exact(engine, scale):
    digits = [10**38 - 1, 10**38 - 1, 1 - 10**38, 7, -5, 10**38 - 1]
    kind = column_type("decimal", [38 - scale, scale])
    values = [Decimal(f"{each}e-{scale}") for each in digits]

    found = told(engine, {"d": kind, "n": INT}, {"d": [*values, None], "n": [1] * 7})

    text = str(sum(digits))
    assert found["d"]["sum"] == (f"{text[:-scale]}.{text[-scale:]}" if scale else text)
    assert (found["d"]["distinct"], found["d"]["nulls"], found["n"]["sum"]) == (4, 1, 7)
    assert found["d"]["mean"] == float(Fraction(sum(digits), 6 * 10**scale))


def test_queries_of_one_answer_have_the_time_of_one_together(engine, monkeypatch):
    snapshot = made(engine, {f"c{i}": INT for i in range(9)}, {f"c{i}": [i] for i in range(9)})
    monkeypatch.setattr(aggregates, "TOGETHER", 1)
    monkeypatch.setattr(engine, "seconds", 2.0)
    deadlines = []
    ask = engine.table

    def table(query, stop):
        deadlines.append(stop.deadline)
        return ask(query, stop)

    monkeypatch.setattr(engine, "table", table)

    Aggregator(engine).columns(snapshot, read_query(columns_of(snapshot.columns)))

    assert (len(deadlines), len(set(deadlines))) == (9, 1)


def test_infinite_and_undefined_numbers_are_told_as_texts(engine):
    found = told(engine, {"x": DOUBLE}, {"x": [1.0, math.inf, math.nan]})["x"]

    assert (found["min"], found["max"], found["sum"]) == (1.0, "NaN", "NaN")


def test_aggregates_are_those_of_the_rows_that_hold_the_filters(engine):
    found = told(engine, {"n": INT}, {"n": [1, 2, 3, None]}, "n:ge:2")["n"]

    assert (found["count"], found["nulls"], found["sum"]) == (2, 0, 5)


def test_distinct_values_are_estimated_beyond_the_bounds_and_it_is_said(engine, monkeypatch):
    monkeypatch.setattr(aggregates, "EXACT_ROWS", 1000)
    monkeypatch.setattr(aggregates, "EXACT_VALUES", 100)
    columns = {"many": list(range(5000)), "few": [n % 7 for n in range(5000)]}

    found = told(engine, {"many": INT, "few": INT}, columns)

    assert (found["few"]["distinct"], found["few"]["distinct_exact"]) == (7, True)
    assert found["many"]["distinct_exact"] is False
    assert 3500 < found["many"]["distinct"] <= 5000


def test_wide_table_is_asked_in_several_queries(engine):
    names = [f"c{number}" for number in range(150)]

    found = told(engine, dict.fromkeys(names, INT), {name: [number] for number, name in enumerate(names)})

    assert [each["sum"] for each in found.values()] == list(range(150))


def test_version_is_computed_once(engine):
    snapshot = made(engine, {"n": INT}, {"n": [1, 2]})
    aggregator, query = Aggregator(engine), read_query(columns_of(snapshot.columns), ["n:gt:1"])
    first = aggregator.columns(snapshot, query), aggregator.count(snapshot, query)
    paths_of(snapshot)[0].unlink()

    assert (aggregator.columns(snapshot, query), aggregator.count(snapshot, query)) == first
    with pytest.raises(ParquayError):
        Aggregator(engine).columns(snapshot, query)


# AnswerCache


def test_answer_is_made_once_for_all_who_wait_for_it():
    memory, made_times, may_end, found = AnswerCache(2), [], threading.Event(), []

    def make():
        made_times.append(1)
        may_end.wait(10)
        return "answer"

    asking = [threading.Thread(target=lambda: found.append(memory.get("key", make))) for _ in range(4)]
    for thread in asking:
        thread.start()
    may_end.set()
    for thread in asking:
        thread.join()

    assert (found, len(made_times)) == (["answer"] * 4, 1)


def test_failure_is_not_remembered_and_the_oldest_answer_goes():
    memory = AnswerCache(2)
    with pytest.raises(ZeroDivisionError):
        memory.get("a", lambda: 1 // 0)

    assert memory.get("a", lambda: 1) == 1
    assert [memory.get(key, lambda: 2) for key in "bc"] == [2, 2]
    assert memory.get("a", lambda: 3) == 3


# Groups


def grouped(engine, types, columns, by, measure, **more):
    snapshot = made(engine, types, columns)
    known = columns_of(snapshot.columns)
    asked = {"limit": 100} | more
    return Grouper(engine).groups(snapshot, read_query(known), named(known, by), read_measure(known, measure), **asked)


@pytest.mark.parametrize("largest", [False, True])
@pytest.mark.parametrize("scale", [0, 2, 37])
def test_groups_have_sums_and_means_beyond_what_decimals_hold(engine, scale, largest):
    big = 10**38 - 1
    cells = [("a", big), ("a", big), ("b", -big), ("b", -big), ("c", 10**19), ("c", -5), ("d", 10**19 - 1), ("e", None)]
    kind = column_type("decimal", [38 - scale, scale])
    values = [value if value is None else Decimal(f"{value}e-{scale}") for _, value in cells]
    types, columns = {"g": TEXT, "d": kind}, {"g": [key for key, _ in cells], "d": values}
    sums = {key: sum(value for each, value in cells if each == key and value is not None) for key in "abcd"}

    found = grouped(engine, types, columns, "g", "sum(d)", largest=largest)["groups"]
    means = grouped(engine, types, columns, "g", "avg(d)", largest=largest)["groups"]

    order = ["a", "d", "c", "b", "e"] if largest else list("abcde")
    assert [each["key"] for each in found] == order
    exact = {key: Fraction(total, 10**scale) for key, total in sums.items()}
    assert {each["key"]: each["value"] and Fraction(each["value"]) for each in found} == exact | {"e": None}
    counts = {"a": 2, "b": 2, "c": 2, "d": 1}
    rounded = {key: float(exact[key] / count) for key, count in counts.items()}
    assert {each["key"]: each["value"] for each in means} == rounded | {"e": None}


SALES = {"city": TEXT, "price": DECIMAL, "day": DAY}
SOLD = {
    "city": ["Ulm", "Bonn", None, "Ulm"],
    "price": [Decimal("1.10"), None, Decimal(3), Decimal("2.20")],
    "day": [3, 1, 2, 0],
}


@pytest.mark.parametrize(
    ("measure", "values"),
    [
        ("count()", [1, 2, 1]),
        ("count(price)", [0, 2, 1]),
        ("sum(price)", [None, Decimal("3.30"), Decimal("3.00")]),
        ("avg(price)", [None, 1.65, 3.0]),
        ("min(day)", ["1970-01-02", "1970-01-01", "1970-01-03"]),
        ("max(price)", [None, Decimal("2.20"), Decimal("3.00")]),
        ("distinct(city)", [1, 1, 0]),
    ],
)
def test_groups_have_their_measure_in_the_order_of_their_keys(engine, measure, values):
    found = grouped(engine, SALES, SOLD, "city", measure)

    assert found["more"] is False
    assert [group["key"] for group in found["groups"]] == ["Bonn", "Ulm", None]
    assert [str(group["value"]) for group in found["groups"]] == [str(value) for value in values]


def test_largest_groups_come_first_when_asked_and_the_rest_is_left_out(engine):
    found = grouped(engine, SALES, SOLD, "city", "count()", limit=1, largest=True)

    assert found == {"groups": [{"key": "Ulm", "value": 2}], "more": True}


def test_days_are_put_together_by_the_unit_of_time_in_which_they_lie(engine):
    columns = {"day": SALES["day"], "price": SALES["price"]}
    days = [20_453, 20_423, 20_424, None, 20_088]
    prices = [Decimal("1.10"), Decimal(2), Decimal(3), Decimal(4), Decimal(5)]
    cells = {"day": days, "price": prices}

    months = grouped(engine, columns, cells, "day", "sum(price)", unit="month")
    years = grouped(engine, columns, cells, "day", "sum(price)", unit="year", largest=True, limit=1)

    assert [(group["key"], str(group["value"])) for group in months["groups"]] == [
        ("2024-12-01", "5.00"),
        ("2025-12-01", "6.10"),
        (None, "4.00"),
    ]
    assert (years["groups"][0]["key"], years["more"]) == ("2025-01-01", True)


def test_units_of_time_are_for_moments_alone(engine):
    with pytest.raises(ParquayError) as caught:
        grouped(engine, SALES, SOLD, "city", "count()", unit="month")

    assert (caught.value.status, caught.value.code) == (422, "bad_unit")


def test_column_of_any_name_can_be_measured(engine):
    name = "sum(x), (y)"

    assert grouped(engine, {name: INT}, {name: [2**53, 2**53]}, name, f"sum({name})")["groups"] == [
        {"key": str(2**53), "value": str(2**54)}
    ]


@pytest.mark.parametrize(
    ("measure", "code"),
    [
        ("sum(city)", "bad_measure"),
        ("avg(day)", "bad_measure"),
        ("sum()", "bad_measure"),
        ("median(price)", "bad_measure"),
        ("price", "bad_measure"),
        ("", "bad_measure"),
        ("sum(nope)", "unknown_column"),
    ],
)
def test_bad_measure_is_refused_by_name(engine, measure, code):
    with pytest.raises(ParquayError) as caught:
        grouped(engine, SALES, SOLD, "city", measure)

    assert (caught.value.status, caught.value.code) == (422, code)


def test_of_a_long_text_that_stands_for_a_column_or_a_group_the_start_is_told(engine):
    long = "x" * 1_000_000
    snapshot = made_table(engine._fetched, {"t": TEXT}, pa.table({"t": ["a", long, "x" * 1000]}))
    columns, query = columns_of(snapshot.columns), read_query(columns_of(snapshot.columns))
    start = {"key": "x" * 1000 + "…", "value": 1, "cut": True}

    bounds = Aggregator(engine).columns(snapshot, query)["t"]
    groups = Grouper(engine).groups(snapshot, query, columns[0], read_measure(columns, "count()"), limit=9)["groups"]
    values = Grouper(engine).profile(snapshot, query, columns[0])["values"]

    assert (bounds["min"], bounds["max"], bounds["cut"]) == ("a", start["key"], True)
    assert groups == [{"key": "a", "value": 1}, {"key": "x" * 1000, "value": 1}, start]
    assert {"value": start["key"], "count": 1, "cut": True} in values
