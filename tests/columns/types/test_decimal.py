from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest

from parquay.columns.types.base import Comparison, Unfit
from parquay.columns.types.decimal import DecimalType

PRICE = DecimalType(3, 2)


def test_precision_has_two_steps():
    assert [DecimalType(16, 2).name, DecimalType(17, 2).name] == ["decimal(18,2)", "decimal(38,2)"]
    assert DecimalType(17, 2).widest() == DecimalType(36, 2)
    assert DecimalType(17, 2).sql_type == "DECIMAL(38,2)"


@pytest.mark.parametrize(
    ("one", "other", "joined"),
    [
        (DecimalType(3, 2), DecimalType(5, 2), DecimalType(5, 2)),
        (DecimalType(3, 2), DecimalType(3, 1), None),
        (DecimalType(38, 0), DecimalType(1, 0), DecimalType(38, 0)),
        (DecimalType(20, 18), DecimalType(21, 18), None),
    ],
)
def test_columns_of_one_scale_are_joined(one, other, joined):
    assert one.join(other) == other.join(one) == joined


@pytest.mark.parametrize(
    ("value", "cell"), [(7.5, "7.50"), ("7.500", "7.50"), (9999999999999999, "9999999999999999.00")]
)
def test_numbers_on_the_grid_become_cells(value, cell):
    assert str(PRICE.read_cell(value)) == cell


@pytest.mark.parametrize("value", [7.505, 10**16, "007.50", "1e2", "-0.00", Decimal("1E+5000"), True])
def test_nothing_is_rounded_or_cut(value):
    with pytest.raises(Unfit):
        PRICE.read_cell(value)


@pytest.mark.parametrize(
    ("op", "text", "asked"),
    [
        ("gt", "0.005", Comparison("gt", ("0.00",))),
        ("ge", "0.005", Comparison("gt", ("0.00",))),
        ("lt", "0.005", Comparison("le", ("0.00",))),
        ("eq", "0.005", Comparison("none")),
        ("eq", ".5", Comparison("eq", ("0.50",))),
        ("le", "1" * 30, Comparison("present")),
    ],
)
def test_a_comparison_is_moved_to_the_grid(op, text, asked):
    assert PRICE.compare(op, text) == asked


def test_long_numbers_are_texts_in_json_and_sums_are_exact():
    values = pa.chunked_array([pa.array([Decimal("1.50"), Decimal("12345678901234.56")], pa.decimal128(18, 2))])

    assert PRICE.json_values(values) == [Decimal("1.50"), "12345678901234.56"]
    assert PRICE.total(150) == PRICE.total(Decimal("1.50")) == Decimal("1.50")
    assert PRICE.wide_sum_sql("c0", 10)[1] == "sum(replace(c0::VARCHAR, '.', '')::HUGEINT % 10)"


def test_values_come_back_down_to_the_smallest():
    kind = DecimalType(1, 9)
    cells = pa.array(["0.000000001", None, "-0.000000010", "9.000000000"])

    assert kind.to_text(kind.to_values(cells)).equals(cells)
