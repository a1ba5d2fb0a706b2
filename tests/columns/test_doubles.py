from __future__ import annotations

import math
import struct

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from parquay.columns.types import doubles, lexemes

ANY = st.integers(0, 2**64 - 1).map(lambda bits: struct.unpack("d", struct.pack("Q", bits))[0])
DOUBLES = st.one_of(
    ANY.filter(math.isfinite),
    st.floats(-1000, 1000),
    st.floats(0, 1).map(lambda value: round(value, 6)),
    st.integers(-60, 60).map(lambda power: 2.0**power),
    st.integers(-(10**17), 10**17).map(float),
)
TEXTS = st.one_of(
    DOUBLES.map(repr),
    st.builds(lambda value, places: f"{value:.{places}f}", st.floats(-1000, 1000), st.integers(1, 22)),
    st.builds(lambda value, digits: f"{value:.{digits}g}", DOUBLES, st.integers(1, 18)),
    st.builds(
        lambda value, step: repr(value)[:-1] + str((ord(repr(value)[-1]) + step) % 10), DOUBLES, st.integers(1, 9)
    ),
)


@settings(max_examples=500, deadline=None)
@example("0.30000000000000004")
@example("0.3000000000000000")
@example("0.1000000000000000055")
@example("9007199254740993.0")
@example("2.2250738585072014e-308")
@example("5e-324")
@example("0.49999999999999994")
@example("1.7976931348623157e+308")
@given(TEXTS)
def test_verdict_is_what_writing_the_double_says(text):
    array = pa.array([text])
    value = float(text)

    verdict = doubles.judge(array, array.cast(pa.float64()))

    if verdict is not None and not (verdict.shortest and verdict.unsure is not None):
        assert verdict.shortest == (text == repr(value))


@settings(max_examples=100, deadline=None)
@given(st.lists(DOUBLES, min_size=1, max_size=50))
def test_shortest_texts_are_doubles_and_come_back(values):
    column = pa.array([repr(value) for value in values])

    kind = lexemes.decide(lexemes.examine(column), "double")

    assert kind.kind == "double"
    assert lexemes.to_text(lexemes.to_type(column, kind), kind).to_pylist() == column.to_pylist()


@pytest.mark.parametrize("odd", ["0.50", "0.1000000000000000055", "00.5", ".5", "5.", "0.30000000000000003", "1.5e0"])
def test_one_odd_text_far_behind_is_enough(odd):
    texts = [f"{i}.{i % 9 + 1}{i % 9 + 1}" for i in range(40_000)]
    column = pa.array([*texts, "0.123", odd])

    assert lexemes.decide(lexemes.examine(column)).kind == "text"
