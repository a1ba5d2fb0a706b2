from __future__ import annotations

import pyarrow as pa
import pytest

from parquay.datasets.query.expressions import Expressions
from parquay.errors import InvalidValue, QueryTimeout, TooLarge

TABLE = pa.table({"price": pa.array([1.5, 2, None]), "unit price": ["a", "ü", None], "Qty": pa.array([1, 2, 3])})


def values_of(expression: str, *, seconds: float = 30) -> list[object]:
    with Expressions(seconds=seconds).prepare(expression, TABLE.slice(0, 0)) as opened:
        found = opened.values({name: TABLE[name] for name in opened.columns}, TABLE.num_rows)
        again = opened.values({name: TABLE[name] for name in opened.columns}, TABLE.num_rows)
    assert found.equals(again)
    values: list[object] = found.to_pylist()
    return values


@pytest.mark.parametrize(
    ("expression", "values"),
    [
        ("price * 2", [3.0, 4.0, None]),
        ('qty + 1 -- "Qty" in any case', [2, 3, 4]),
        ("\"unit price\" || 'x'", ["ax", "üx", None]),
        ("42", [42, 42, 42]),
        ("CASE WHEN price > 1.6 THEN 'high' ELSE 'low' END", ["low", "high", "low"]),
        ("coalesce(price, 0)::INT", [2, 2, 0]),
        ("[qty, 2]", ["[1, 2]", "[2, 2]", "[3, 2]"]),
        ("list_sum(list_transform([1, 2], lambda x: x + qty))", ["5", "7", "9"]),
        ("INTERVAL 1 day", ["1 day"] * 3),
    ],
)
def test_an_expression_has_a_value_for_each_row(expression: str, values: list[object]):
    assert values_of(expression) == values


@pytest.mark.parametrize(
    ("expression", "position"),
    [
        ("price +", 7),
        ("'ü' || prize", 7),
        ("1; SELECT 2", 1),
        ("sum(price)", 0),
        ("row_number() OVER ()", 0),
        ("1 + (SELECT 1)", 4),
        ("price IN (SELECT 1)", 9),
        ("unnest([1, 2])", 0),
        ("1) FROM t; DROP VIEW t; SELECT (1", None),
        ("1) AS v, (2", None),
        ("1) AS v FROM (SELECT 1) --", 26),
        ("*", 0),
        ("COLUMNS(*)", 8),
        ("$1", None),
        ("read_text('/etc/passwd')", 0),
        ("getenv('HOME')", 0),
        ("current_setting('memory_limit')", 0),
        ("parquay_rows", 0),
        ("'a'::INT", 3),
        ("error('no')", None),
        ("\ud800", None),
    ],
)
def test_what_is_no_function_of_a_row_is_refused_at_its_place(expression: str, position: int | None):
    with pytest.raises(InvalidValue) as refused:
        values_of(expression)

    assert refused.value.code == "bad_expression"
    assert refused.value.more.get("position") == position


@pytest.mark.parametrize("expression", ["repeat('x', 100000000 * qty::INT)", "list_sum(range(300000000))"])
def test_memory_is_bounded(expression: str):
    with pytest.raises(TooLarge) as refused:
        values_of(expression)

    assert refused.value.code == "query_too_large"


def test_time_is_bounded():
    slow = "list_sum(list_transform(range(4000000), lambda x: list_sum(list_transform(range(200), lambda y: y % (x + 1)))))"

    with pytest.raises(QueryTimeout) as refused:
        values_of(slow, seconds=2)

    assert refused.value.code == "query_timeout"
