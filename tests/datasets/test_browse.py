from __future__ import annotations

import dataclasses
import math
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from functools import cmp_to_key

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from made_tables import made_table
from parquay.columns.parquet import parts
from parquay.columns.types.registry import column_type
from parquay.columns.types.text import TEXT
from parquay.datasets.query.browse import Browser
from parquay.datasets.query.engine import Engine
from parquay.datasets.query.plan import ROW_ID, columns_of, read_query
from parquay.errors import ParquayError

TYPES = {
    "n": column_type("int64", True),
    "Köln, d:eq": column_type("decimal", [10, 2]),
    "x": column_type("double", "any"),
    "X": TEXT,
    "file_row_number": column_type("bool", True),
    "day": column_type("date", True),
    "clock": column_type("time", 1),
    "at": column_type("timestamp", "T|0|+02:00"),
}
"""Names that are alike but for their case, that are the engine's own, that look like a filter."""

NAMES = list(TYPES)
VALUES = {
    "n": st.integers(-3, 3) | st.sampled_from([2**63 - 1, -(2**63)]),
    "Köln, d:eq": st.integers(-5, 5).map(lambda n: Decimal(n).scaleb(-2)),
    "x": st.sampled_from([0.0, -1.5, 0.1, 1e300, math.inf, -math.inf, math.nan]),
    "X": st.sampled_from(["", "a", "aB", "b", "Ä", "äx", "a,b", "'; --", 'q"', "%", "é\0"]),
    "file_row_number": st.booleans(),
    "day": st.integers(0, 4).map(lambda n: date(2024, 2, 27) + timedelta(n)),
    "clock": st.integers(0, 3).map(lambda n: f"10:00:0{n}.{n}"),
    "at": st.integers(0, 3).map(lambda n: datetime(2024, 1, 1, n, tzinfo=UTC)),
}
ROWS = st.lists(st.tuples(*(st.none() | VALUES[name] for name in NAMES)), max_size=12)


@pytest.fixture(scope="module")
def engine(tmp_path_factory):
    root = tmp_path_factory.mktemp("engine")
    (root / "parquet").mkdir()
    engine = Engine(root / "parquet", root / "scratch")
    yield engine
    engine.close()


def arrow(rows) -> pa.Table:
    columns = list(zip(*rows, strict=True)) if rows else [()] * len(NAMES)
    arrays = []
    for name, values in zip(NAMES, columns, strict=True):
        kind = TYPES[name].arrow()
        if name == "clock":
            arrays.append(pa.array([v and time.fromisoformat(v) for v in values], kind))
        else:
            arrays.append(pa.array(values, kind))
    return pa.table(arrays, names=NAMES)


def text_of(value) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return {math.inf: "Infinity", -math.inf: "-Infinity"}.get(value, "NaN" if math.isnan(value) else repr(value))
    return value.isoformat() if isinstance(value, date) else str(value)


def order_of(value):
    """NaN is above every other number, as it is to the engine."""
    return (1, 0.0) if isinstance(value, float) and math.isnan(value) else (0, value)


def holds(op, cell, values) -> bool:
    """What a filter asks, cell by cell, said once more in Python."""
    if op == "isnull":
        return (cell is None) is values
    if op == "ne":
        return cell is None or order_of(cell) != order_of(values[0])
    if cell is None:
        return False
    known = [order_of(value) for value in values]
    mine = order_of(cell)
    passed: bool = {
        "eq": lambda: mine == known[0],
        "lt": lambda: mine < known[0],
        "le": lambda: mine <= known[0],
        "gt": lambda: mine > known[0],
        "ge": lambda: mine >= known[0],
        "in": lambda: mine in known,
        "contains": lambda: values[0] in cell,
        "icontains": lambda: values[0].lower() in cell.lower(),
        "starts": lambda: cell.startswith(values[0]),
    }[op]()
    return passed


@st.composite
def filters(draw):
    """A filter as text, and as column, operator, values."""
    name = draw(st.sampled_from(NAMES))
    ops = [
        "eq",
        "ne",
        "lt",
        "le",
        "gt",
        "ge",
        "in",
        "isnull",
        *(["contains", "icontains", "starts"] if name == "X" else []),
    ]
    op = draw(st.sampled_from(ops))
    if op == "isnull":
        wanted = draw(st.booleans())
        return f"{name}:isnull:{str(wanted).lower()}", (name, op, wanted)
    values = draw(st.lists(VALUES[name], min_size=1, max_size=3 if op == "in" else 1))
    if op == "in":
        told = ",".join('"' + text_of(value).replace('"', '""') + '"' for value in values)
    else:
        told = text_of(values[0])
    return f"{name}:{op}:{told}", (name, op, values)


KEYS = st.lists(st.tuples(st.sampled_from(NAMES), st.booleans()), max_size=3, unique_by=lambda key: key[0])


def compared(one, other, keys) -> int:
    for name, descending in keys:
        mine, theirs = one[name], other[name]
        if mine is None or theirs is None:
            if (mine is None) != (theirs is None):
                return 1 if mine is None else -1
        elif order_of(mine) != order_of(theirs):
            return 1 if (order_of(mine) > order_of(theirs)) is not descending else -1
    return 0


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(data=st.data())
def test_pages_are_what_python_would_find_whatever_is_asked(engine, data):
    rows = data.draw(ROWS)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(rows)), max_size=3)))
    rids = sorted(data.draw(st.sets(st.integers(0, 40), min_size=len(rows), max_size=len(rows))))
    asked = data.draw(st.lists(filters(), max_size=2))
    keys, backwards, size = data.draw(KEYS), data.draw(st.booleans()), data.draw(st.integers(1, 5))
    snapshot = made_table(engine._fetched, TYPES, arrow(rows), cuts, rids)
    sort = [("-" if descending else "") + name for name, descending in keys] + ["-_rid" if backwards else "_rid"]
    query = read_query(columns_of(snapshot.columns), [text for text, _ in asked], sort)

    found = [dict(zip(NAMES, row, strict=True)) | {ROW_ID: rid} for rid, row in zip(rids, rows, strict=True)]
    found = [row for row in found if all(holds(op, row[name], values) for _, (name, op, values) in asked)]
    found = sorted(found[::-1] if backwards else found, key=cmp_to_key(lambda a, b: compared(a, b, keys)))
    expected = [row[ROW_ID] for row in found]

    browser = Browser(engine)
    by_number = [browser.page(snapshot, query, first, size) for first in range(0, len(rows) + size, size)]
    known = len(expected)
    from_nearer_end = [
        browser.page(snapshot, query, first, size, matched=known) for first in range(0, len(rows) + size, size)
    ]
    by_cursor, cursor = [], None
    while True:
        page = browser.after(snapshot, query, cursor, size)
        assert len(page.rows) == size or page.next is None
        by_cursor.append(page.rows)
        assert len(by_cursor) <= len(rows) // size + 1, "the cursor leads nowhere"
        if (cursor := page.next) is None:
            break
    assert [row[ROW_ID] for page in by_number for row in page] == expected
    assert from_nearer_end == by_number
    assert [row for page in by_cursor for row in page] == [row for page in by_number for row in page]
    for shown, row in zip((row for page in by_number for row in page), found, strict=True):
        assert list(shown) == [ROW_ID, *NAMES]
        assert (shown["n"] is None) is (row["n"] is None)
        assert (shown["X"], shown["file_row_number"]) == (row["X"], row["file_row_number"])
        assert (shown["clock"], shown["day"]) == (
            row["clock"] and row["clock"].removesuffix(".0"),
            row["day"] and row["day"].isoformat(),
        )


def whole(browser, snapshot, query, limit=3):
    rows, cursor = [], None
    while True:
        page = browser.after(snapshot, query, cursor, limit)
        rows += page.rows
        if (cursor := page.next) is None:
            return rows


def numbers(engine, count=10, **more):
    table = pa.table({"n": pa.array(range(count), pa.int64())})
    return made_table(engine._fetched, {"n": column_type("int64", True)}, table, **more)


def code_of(act):
    with pytest.raises(ParquayError) as caught:
        act()
    return caught.value.status, caught.value.code


@pytest.mark.parametrize("has_dictionary", [True, False])
def test_one_text_beside_missing_cells_is_told_from_them(engine, monkeypatch, has_dictionary: bool):
    monkeypatch.setattr(parts, "_repeats", lambda _column: has_dictionary)
    table = pa.table({"X": pa.array([None, "b", None])})
    snapshot = made_table(engine._fetched, {"X": TEXT}, table)

    def found(filters: list[str], sort: str) -> list[int]:
        query = read_query(columns_of(snapshot.columns), filters, [sort])
        return [row[ROW_ID] for row in whole(Browser(engine), snapshot, query, 1)]

    assert found(["X:isnull:true"], "_rid") == [0, 2]
    assert found(["X:isnull:false"], "_rid") == [1]
    assert found(["X:ne:b"], "_rid") == [0, 2]
    assert found([], "X") == [1, 0, 2]
    assert found([], "-X") == [1, 0, 2]


def test_rows_are_found_by_their_ids(engine):
    snapshot = numbers(engine, cuts=[4, 7], rids=[0, 1, 5, 6, 7, 8, 20, 21, 22, 23])
    columns = columns_of(snapshot.columns)

    assert whole(Browser(engine), snapshot, read_query(columns, ["_rid:eq:20"])) == [{ROW_ID: 20, "n": 6}]
    found = whole(Browser(engine), snapshot, read_query(columns, ["_rid:in:23,0,7,9", "n:gt:0"], ["-n"]))
    assert found == [{ROW_ID: 23, "n": 9}, {ROW_ID: 7, "n": 4}]
    assert whole(Browser(engine), snapshot, read_query(columns, ["_rid:eq:2"])) == []


@pytest.mark.parametrize("sort", ["_rid", "-_rid"])
def test_rows_that_are_named_come_in_the_order_of_the_table(engine, sort):
    snapshot = numbers(engine, count=20_000, cuts=[7000, 9000])
    wanted = list(range(0, 20_000, 97))
    query = read_query(columns_of(snapshot.columns), ["_rid:in:" + ",".join(map(str, reversed(wanted)))], [sort])

    found = [row["n"] for row in whole(Browser(engine), snapshot, query, 50)]

    assert found == (wanted if sort == "_rid" else wanted[::-1])


def test_page_behind_the_end_is_empty(engine):
    snapshot = numbers(engine)
    columns = columns_of(snapshot.columns)

    for sort in ([], ["-_rid"], ["n"]):
        assert Browser(engine).page(snapshot, read_query(columns, (), sort), 10, 5) == []


def test_table_without_rows_has_one_empty_page(engine):
    snapshot = numbers(engine, count=0)
    columns = columns_of(snapshot.columns)

    for query in (read_query(columns), read_query(columns, ["n:eq:1"]), read_query(columns, (), ["n"])):
        page = Browser(engine).after(snapshot, query, None, 5)
        assert (page.rows, page.next) == ([], None)
        assert Browser(engine).page(snapshot, query, 0, 5) == []


def test_page_over_many_small_parts_is_in_order(engine):
    snapshot = numbers(engine, count=50, cuts=range(3, 50, 3))
    query = read_query(columns_of(snapshot.columns))

    assert [row["n"] for row in Browser(engine).page(snapshot, query, 4, 40)] == list(range(4, 44))


def test_cursor_of_another_query_table_or_version_is_refused(engine):
    snapshot = numbers(engine)
    columns = columns_of(snapshot.columns)
    browser, query = Browser(engine), read_query(columns, ["n:gt:0"], ["-n"])
    cursor = browser.after(snapshot, query, None, 2).next

    others = [
        (snapshot, read_query(columns, ["n:gt:0"], ["n"])),
        (snapshot, read_query(columns, ["n:gt:1"], ["-n"])),
        (snapshot, read_query(columns)),
        (dataclasses.replace(snapshot, version=1), query),
        (dataclasses.replace(snapshot, dataset_id="e" * 24), query),
    ]

    assert [row["n"] for row in browser.after(snapshot, query, cursor, 2).rows] == [7, 6]
    for other, asked in others:
        assert code_of(lambda other=other, asked=asked: browser.after(other, asked, cursor, 2)) == (400, "bad_cursor")


def test_cells_are_told_exactly_where_json_would_round(engine):
    types = {
        "n": column_type("int64", True), "d": column_type("decimal", [20, 2]), "x": column_type("double", "any"),
        "t": column_type("timestamp", " |9|"), "z": column_type("timestamp", "T|0|+05:30"),
    }  # fmt: skip
    table = pa.table(
        {
            "n": pa.array([2**53 - 1, 2**53, -(2**63)], pa.int64()),
            "d": pa.array([Decimal("1.50"), Decimal("12345678901234567890.25"), None], pa.decimal128(38, 2)),
            "x": pa.array([0.1, math.nan, -math.inf]),
            "t": pa.array([1, 1_700_000_000_123_456_789, None], pa.timestamp("ns")),
            "z": pa.array([0, 1_700_000_000_000_000, None], pa.timestamp("us", tz="UTC")),
        }
    )
    snapshot = made_table(engine._fetched, types, table)

    rows = Browser(engine).page(snapshot, read_query(columns_of(snapshot.columns)), 0, 3)

    assert [row["n"] for row in rows] == [2**53 - 1, str(2**53), str(-(2**63))]
    assert [row["d"] for row in rows] == [1.5, "12345678901234567890.25", None]
    assert [row["x"] for row in rows] == [0.1, "NaN", "-Infinity"]
    assert [row["t"] for row in rows] == ["1970-01-01T00:00:00.000000001", "2023-11-14T22:13:20.123456789", None]
    assert [row["z"] for row in rows] == ["1970-01-01T00:00:00Z", "2023-11-14T22:13:20Z", None]


def test_days_before_python_s_calendar_are_told(engine):
    table = pa.table({"day": pa.array([-800_000, 0], pa.int32()).cast(pa.date32())})
    snapshot = made_table(engine._fetched, {"day": column_type("date", True)}, table)

    rows = Browser(engine).page(snapshot, read_query(columns_of(snapshot.columns), (), ["day"]), 0, 2)

    assert [row["day"] for row in rows] == ["-0221-09-04", "1970-01-01"]


def test_many_values_of_an_in_leave_the_order_of_the_table_as_it_is(engine):
    types = {"n": column_type("int64", True), "t": TEXT}
    table = pa.table({"n": range(60_000), "t": [f"t{n % 1000}" for n in range(60_000)]})
    snapshot = made_table(engine._fetched, types, table, cuts=[20_000, 21_000])
    columns = columns_of(snapshot.columns)

    for asked in (
        "n:in:" + ",".join(map(str, range(0, 60_000, 61))),
        "t:in:" + ",".join(f"t{n}" for n in range(0, 1000, 3)),
    ):
        found = [row["_rid"] for row in Browser(engine).page(snapshot, read_query(columns, [asked]), 100, 500)]
        modulus, most = (61, 60_000) if asked.startswith("n") else (3, 1000)
        assert found == [n for n in range(60_000) if n % most % modulus == 0][100:600]
