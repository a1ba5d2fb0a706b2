from __future__ import annotations

from decimal import Decimal

import pyarrow as pa
import pytest

from parquay.columns.types.base import Comparison, Unfit
from parquay.columns.types.int64 import Int64Type

INT = Int64Type()


@pytest.mark.parametrize(
    ("value", "cell"), [(7, 7), (7.0, 7), (Decimal("1e2"), 100), ("-9223372036854775808", -(2**63))]
)
def test_whole_numbers_become_cells(value, cell):
    assert INT.read_cell(value) == cell


@pytest.mark.parametrize("value", [True, 1.5, 2**63, "007", "7.0", "-0", "", None, 10**400])
def test_other_values_do_not_fit(value):
    with pytest.raises(Unfit):
        INT.read_cell(value)


@pytest.mark.parametrize(
    ("op", "text", "asked"),
    [
        ("eq", "+7", Comparison("eq", ("7",))),
        ("eq", str(2**63), Comparison("none")),
        ("ne", str(2**63), Comparison("all")),
        ("lt", str(2**70), Comparison("present")),
        ("gt", str(2**70), Comparison("none")),
        ("ge", str(-(2**70)), Comparison("present")),
    ],
)
def test_a_comparison_beyond_64_bits_is_answered_without_the_cells(op, text, asked):
    assert INT.compare(op, text) == asked


def test_numbers_that_readers_round_are_texts_in_json():
    values = pa.chunked_array([[2**53 - 1, 2**53, None]])

    assert INT.json_values(values) == [2**53 - 1, str(2**53), None]
    assert INT.total(Decimal(12)) == 12
