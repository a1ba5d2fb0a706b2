from __future__ import annotations

import math
import struct

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parquay.columns.types import candidates, registry
from parquay.columns.types.base import Unfit
from parquay.columns.types.double import DoubleType

ANY = st.integers(0, 2**64 - 1).map(lambda bits: struct.unpack("d", struct.pack("Q", bits))[0])
DOUBLES = st.one_of(
    ANY.filter(math.isfinite),
    st.floats(-1000, 1000),
    st.floats(0, 1).map(lambda value: round(value, 6)),
    st.integers(-60, 60).map(lambda power: 2.0**power),
    st.integers(-(10**17), 10**17).map(float),
)


@settings(max_examples=100, deadline=None)
@given(st.lists(DOUBLES, min_size=1, max_size=50))
def test_shortest_texts_are_doubles_and_come_back(values):
    column = pa.array([repr(value) for value in values])

    kind = registry.decide(candidates.examine(column), "double")

    assert kind.type_id == "double"
    assert kind.to_text(kind.to_values(column)).to_pylist() == column.to_pylist()


@pytest.mark.parametrize("odd", ["0.50", "0.1000000000000000055", "00.5", ".5", "5.", "0.30000000000000003", "1.5e0"])
def test_one_odd_text_far_behind_is_enough(odd):
    texts = [f"{i}.{i % 9 + 1}{i % 9 + 1}" for i in range(40_000)]
    column = pa.array([*texts, "0.123", odd])

    assert registry.decide(candidates.examine(column)).type_id == "text"


@pytest.mark.parametrize(
    ("one", "other", "joined"), [("any", "whole", "whole"), ("any", "any", "any"), ("whole", "point", None)]
)
def test_columns_are_joined_when_they_write_whole_numbers_alike(one, other, joined):
    assert DoubleType(one).join(DoubleType(other)) == (joined and DoubleType(joined))


@pytest.mark.parametrize("value", ["1e400", "0.1000000000000000055", "00.5", "NaN", True, 2**53 + 1])
def test_what_64_bits_do_not_keep_does_not_fit(value):
    with pytest.raises(Unfit):
        DoubleType("any").read_cell(value)


@pytest.mark.parametrize(("text", "asked"), [(".5", "0.5"), ("1e3", "1000.0"), ("Infinity", "inf"), ("NaN", "nan")])
def test_a_filter_reads_any_spelling_of_a_number(text, asked):
    assert DoubleType("any").compare("eq", text).values == (asked,)


def test_numbers_stand_in_json_as_the_column_writes_them():
    values = pa.chunked_array([[3.0, -0.0, 1.5, 1e16, math.inf, None]])

    assert [str(each) for each in DoubleType("whole").json_values(values)] == [
        "3",
        "-0",
        "1.5",
        "1e+16",
        "Infinity",
        "None",
    ]
    assert [str(each) for each in DoubleType("point").json_values(values)][:2] == ["3.0", "-0.0"]
