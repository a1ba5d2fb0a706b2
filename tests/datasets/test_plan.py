from __future__ import annotations

import operator
import string
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parquay.datasets.query import cursors
from parquay.datasets.query.cursors import Cursor
from parquay.datasets.query.plan import (
    MAX_DEPTH_ROWS,
    MAX_FILTERS,
    MAX_PAGE_CELLS,
    MAX_PAGE_ROWS,
    Query,
    check_size,
    chosen_columns,
    columns_of,
    first_row,
    read_query,
)
from parquay.datasets.query.values import compare
from parquay.errors import ParquayError

TYPES = {
    "int64": ("int64", True),
    "decimal": ("decimal(18,2)", [10, 2]),
    "double": ("double", "any"),
    "bool": ("bool", True),
    "date": ("date", True),
    "time": ("time", 3),
    "timestamp": ("timestamp", " |3|"),
    "zoned": ("timestamptz", "T|0|Z"),
    "nanos": ("timestamptz", "T|9|+02:00"),
    "text": ("text", None),
}
KINDS = {"zoned": "timestamp", "nanos": "timestamp"}


def table(*names: str, kind: str = "int64"):
    """Columns of one kind, with these names."""
    public, form = TYPES[kind]
    return columns_of([{"name": name, "type": public, "kind": KINDS.get(kind, kind), "form": form} for name in names])


def every_kind():
    return columns_of(
        [
            {"name": name, "type": public, "kind": KINDS.get(name, name), "form": form}
            for name, (public, form) in TYPES.items()
        ]
    )


def asked(columns, *filters):
    conditions = read_query(columns, filters).conditions
    return [(each.column and each.column.name, each.test.op, each.test.values) for each in conditions]


def code_of(act) -> tuple[int, str]:
    with pytest.raises(ParquayError) as caught:
        act()
    return caught.value.status, caught.value.code


# Filters


def test_filter_names_column_operator_and_value():
    assert asked(table("a"), "a:ge:5", "a:isnull:false", "a:isnull") == [
        ("a", "ge", ("5",)),
        ("a", "present", ()),
        ("a", "isnull", ()),
    ]


@pytest.mark.parametrize(
    ("names", "text", "expected"),
    [
        (("a", "a:b"), "a:b:eq:5", ("a:b", "eq", ("5",))),
        (("a", "a:eq"), "a:eq:5", ("a", "eq", ("5",))),
        (("a", "a:eq"), "a:eq:eq:5", ("a:eq", "eq", ("5",))),
        (("", "x"), "x:lt:5", ("x", "lt", ("5",))),
        (("when: at",), "when: at:gt:5", ("when: at", "gt", ("5",))),
    ],
)
def test_longest_name_that_leaves_an_operator_is_meant(names, text, expected):
    assert asked(table(*names), text) == [expected]


def test_value_of_a_text_may_hold_colons_and_anything_else():
    assert asked(table("a", kind="text"), "a:eq:eq:b:c", "a:contains:", "a:starts:%_'\"") == [
        ("a", "eq", ("eq:b:c",)),
        ("a", "contains", ("",)),
        ("a", "starts", ("%_'\"",)),
    ]


def test_values_of_in_are_quoted_as_in_csv():
    assert asked(table("a", kind="text"), 'a:in:x,"y,z","say ""no""",') == [("a", "in", ("x", "y,z", 'say "no"', ""))]


def test_same_filter_twice_is_asked_once():
    assert len(asked(table("a"), "a:eq:5", "a:eq:5")) == 1


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        ("int64", "+007", "7"),
        ("decimal", "1.5", "1.50"),
        ("decimal", "-.5", "-0.50"),
        ("double", "1e3", "1000.0"),
        ("double", "NaN", "nan"),
        ("double", "-Infinity", "-inf"),
        ("bool", "TRUE", "true"),
        ("date", "2024-02-29", "2024-02-29"),
        ("time", "13:05", "13:05:00.000"),
        ("time", "13:05:09.5", "13:05:09.500"),
        ("timestamp", "2024-02-29", "2024-02-29 00:00:00.000000"),
        ("timestamp", "2024-02-29T13:05:09.25", "2024-02-29 13:05:09.250000"),
        ("zoned", "2024-02-29T13:05:09+02:00", "2024-02-29 11:05:09.000000Z"),
        ("zoned", "2024-02-29", "2024-02-29 00:00:00.000000Z"),
        ("nanos", "2024-02-29T11:05:09.000000001Z", "2024-02-29T13:05:09.000000001+02:00"),
        ("nanos", "2024-02-29T11:05:09.1+0000", "2024-02-29T13:05:09.100000000+02:00"),
    ],
)
def test_value_is_read_by_the_column_s_type(kind, text, value):
    assert asked(every_kind(), f"{kind}:eq:{text}") == [(kind, "eq", (value,))]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("int64", "abc"), ("int64", "1e5"), ("int64", ""), ("int64", "٣"), ("int64", "1" * 200),
        ("decimal", "1e5"), ("decimal", "NaN"), ("decimal", "."), ("double", "0x10"), ("double", "1_0"), ("double", "inf"),
        ("bool", "1"), ("date", "2024-02-30"), ("date", "20240229"), ("date", "2024-02-29T00:00:00"), ("time", "25:00"),
        ("time", "13:05:09.1234"), ("timestamp", "2024-02-29T13:05:09Z"), ("timestamp", "2024-02-29T13:05:09.1234567"),
        ("timestamp", "yesterday"), ("zoned", "2024-02-29T13:05:09+99:99"), ("zoned", "9999-12-31T23:59:59-05:00"),
        ("nanos", "2024-02-29T13:05:09.1234567891Z"),
    ],
)  # fmt: skip
def test_ill_typed_value_is_refused_naming_column_and_type(kind, text):
    columns = every_kind()
    column = next(each for each in columns if each.name == kind)

    with pytest.raises(ParquayError) as caught:
        read_query(columns, [f"{kind}:eq:{text}"])

    assert (caught.value.status, caught.value.code) == (422, "bad_value")
    assert kind in caught.value.detail
    assert column.type.name in caught.value.detail or "true or false" in caught.value.detail


@pytest.mark.parametrize(
    ("filters", "code"),
    [
        (["nope:eq:1"], "unknown_column"),
        (["int64:foo:1"], "bad_operator"),
        (["int64:eq"], "bad_operator"),
        (["_rid:gt:1"], "bad_operator"),
        (["_rid:eq:x"], "bad_value"),
        (["int64"], "bad_filter"),
        ([""], "bad_filter"),
        (["text:isnull:maybe"], "bad_value"),
        (['text:in:"open'], "bad_value"),
        (["int64:in:1,x"], "bad_value"),
        (["int64:in:" + ",".join(["1"] * 1001)], "bad_value"),
        (["int64:eq:1"] * (MAX_FILTERS + 1), "bad_filter"),
    ],
)
def test_bad_filter_is_refused_by_name(filters, code):
    assert code_of(lambda: read_query(every_kind(), filters)) == (422, code)


NUMBERS = st.decimals(allow_nan=False, allow_infinity=False, places=3, min_value=-200, max_value=200)
SIGNS: dict[str, Callable[[Any, Any], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "lt": operator.lt,
    "le": operator.le,
    "gt": operator.gt,
    "ge": operator.ge,
}


def holds(comparison, cell: Decimal) -> bool:
    if comparison.op in ("all", "present"):
        return True
    if comparison.op == "none":
        return False
    return SIGNS[comparison.op](cell, Decimal(comparison.values[0]))


@settings(deadline=None)
@given(value=NUMBERS, cell=st.integers(-20_000, 20_000), op=st.sampled_from(sorted(SIGNS)))
def test_comparison_moved_to_the_column_s_grid_asks_the_same(value, cell, op):
    column = table("a", kind="decimal")[0]

    comparison = compare(column, op, format(value, "f"))

    assert holds(comparison, Decimal(cell) / 100) is SIGNS[op](Decimal(cell) / 100, value)
    assert all(Decimal(text).as_tuple().exponent == -2 for text in comparison.values)


@pytest.mark.parametrize("op", sorted(SIGNS))
@pytest.mark.parametrize("value", [2**63, 2**63 - 1, -(2**63), -(2**63) - 1, 10**90, -(10**90)])
def test_number_beyond_the_type_still_compares(value, op):
    comparison = compare(table("a")[0], op, str(value))

    assert [holds(comparison, Decimal(cell)) for cell in (-(2**63), 0, 2**63 - 1)] == [
        SIGNS[op](cell, value) for cell in (-(2**63), 0, 2**63 - 1)
    ]
    assert all(-(2**63) <= int(text) < 2**63 for text in comparison.values)


@settings(deadline=None)
@given(st.lists(st.text(alphabet='ab:,-" ', min_size=1, max_size=4), unique=True, max_size=4), st.text(max_size=12))
def test_any_filter_and_sort_is_read_or_refused_by_name(names, text):
    columns = table(*names, kind="text")

    for act in (lambda: read_query(columns, [text]), lambda: read_query(columns, (), [text])):
        try:
            act()
        except ParquayError as error:  # most texts are no filter at all
            found = error.status, error.code
        else:
            continue
        assert found in {(422, code) for code in ("bad_filter", "unknown_column", "bad_operator", "bad_value")}


# Order


def test_sort_names_columns_with_a_direction():
    query = read_query(table("a", "b"), (), ["-a,b"])

    assert [(key.column.name, key.descending) for key in query.keys] == [("a", True), ("b", False)]
    assert [key.column.name for key in read_query(table("a", "b"), (), ["b", "a", "b"]).keys] == ["b", "a"]


@pytest.mark.parametrize(
    ("names", "text", "expected"),
    [
        (("a", "a,b"), "a,b", [("a,b", False)]),
        (("a", "b", "a,b"), "-a,b,a", [("a,b", True), ("a", False)]),
        (("x", "-x"), "-x", [("x", True)]),
        (("-x",), "-x", [("-x", False)]),
        (("-x",), "--x", [("-x", True)]),
    ],
)
def test_names_with_commas_and_signs_can_be_sorted_by(names, text, expected):
    query = read_query(table(*names), (), [text])

    assert [(key.column.name, key.descending) for key in query.keys] == expected


def test_row_id_is_the_order_of_the_table():
    columns = table("a")

    assert read_query(columns, (), ["_rid"]) == Query()
    assert read_query(columns, (), ["-_rid"]).backwards is True
    assert [key.column.name for key in read_query(columns, (), ["a,-_rid,a"]).keys] == ["a"]


@pytest.mark.parametrize("text", ["nope", "a,", "a,,b", ",a", "-", "a b"])
def test_sort_by_what_is_no_column_is_refused(text):
    assert code_of(lambda: read_query(table("a", "b"), (), [text])) == (422, "unknown_column")


def test_sort_by_too_many_columns_is_refused():
    names = [f"c{number}" for number in range(17)]
    assert code_of(lambda: read_query(table(*names), (), [",".join(names)])) == (422, "bad_sort")


# Pages


@pytest.mark.parametrize(
    ("size", "columns"), [(0, 1), (-1, 1), (MAX_PAGE_ROWS + 1, 1), (10**30, 1), (1001, MAX_PAGE_CELLS // 1000)]
)
def test_page_of_impossible_size_is_refused(size, columns):
    assert code_of(lambda: check_size(size, columns)) == (422, "bad_size")


def test_largest_page_shrinks_in_wide_tables_to_one_row_at_least():
    assert check_size(1000, MAX_PAGE_CELLS // 1000) == 1000
    assert check_size(1, 10 * MAX_PAGE_CELLS) == 1


def test_pages_in_the_order_of_the_table_have_no_depth_limit_and_sorted_ones_do():
    columns = table("a")
    assert first_row(10**12, 100, Query(), 5) == (10**12 - 1) * 100
    deep = MAX_DEPTH_ROWS // 100 + 2
    assert (
        first_row(10**7 - MAX_DEPTH_ROWS // 100, 100, read_query(columns, (), ["a"]), 10**9)
        == 10**9 - MAX_DEPTH_ROWS - 100
    )
    assert code_of(
        lambda: first_row(10**7 - MAX_DEPTH_ROWS // 100 - 1, 100, read_query(columns, (), ["a"]), 10**9)
    ) == (
        422,
        "page_too_deep",
    )
    assert first_row(deep - 1, 100, read_query(columns, (), ["a"]), 10**9) == MAX_DEPTH_ROWS
    assert code_of(lambda: first_row(deep, 100, read_query(columns, (), ["a"]), 10**9)) == (422, "page_too_deep")
    assert code_of(lambda: first_row(deep, 100, read_query(columns, ["a:eq:1"]), 10**9)) == (422, "page_too_deep")


@pytest.mark.parametrize("page", [0, -5, 10**30])
def test_page_that_no_table_has_is_refused(page):
    assert code_of(lambda: first_row(page, 100, Query(), 5)) == (422, "bad_page")


def test_columns_are_chosen_in_the_order_asked_for():
    columns = table("a", "b", "c,d", 'e"f')

    assert [each.name for each in chosen_columns(columns, ["b,a"])] == ["b", "a"]
    assert [each.name for each in chosen_columns(columns, ["c,d", '"c,d",a'])] == ["c,d", "a"]
    assert code_of(lambda: chosen_columns(columns, ["a,nope"])) == (422, "unknown_column")


# Cursors

CURSOR = Cursor(7, "0123456789abcdef01234567", (12, 99_999))


def test_cursor_comes_back_as_it_was():
    assert cursors.decode(CURSOR.encode()) == CURSOR


def test_cursor_with_any_character_changed_is_refused():
    text = CURSOR.encode()
    for i, sign in enumerate(text):
        other = "A" if sign != "A" else "B"
        assert code_of(lambda changed=text[:i] + other + text[i + 1 :]: cursors.decode(changed)) == (400, "bad_cursor")


@settings(deadline=None)
@given(st.text(alphabet=string.printable + "é", max_size=300))
def test_text_that_is_no_cursor_is_refused(text):
    assert code_of(lambda: cursors.decode(text)) == (400, "bad_cursor")


def test_two_queries_have_two_fingerprints():
    columns = every_kind()
    queries = [
        read_query(columns),
        read_query(columns, (), ["-_rid"]),
        read_query(columns, (), ["int64"]),
        read_query(columns, (), ["-int64"]),
        read_query(columns, ["int64:eq:1"]),
        read_query(columns, ["int64:in:1"]),
        read_query(columns, ["text:eq:1"]),
    ]

    assert len({query.fingerprint("a") for query in queries} | {query.fingerprint("b") for query in queries}) == 14
