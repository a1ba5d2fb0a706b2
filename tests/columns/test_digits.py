"""The quick answer must be the careful one: a column is told canonical by its lengths only if each cell is."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from parquay.columns.types import digits, lexemes

INTEGERS = st.integers(-(2**60), 2**60).map(str)
DECIMALS = st.builds(lambda whole, part: f"{whole}.{part:02d}", st.integers(0, 10**9), st.integers(0, 99))
ODD = st.sampled_from(["007", "-0", "+7", "0x1F", "0xFFFFFFFFFF", " 7", "7 ", "1.5", "1.500", "01.50", ".50", "-.50", "1.", "1e5",
                       "1.e5", "", "-", "2024-01-02", "1-2", "1/2", "9" * 20, "0.00", "-0.00"])  # fmt: skip


@settings(max_examples=250, deadline=None)
@example(["1.5", "01.50"])
@example([".50", "01.50"])
@example(["0xFFFFFFFFFF", "007"])
@given(st.one_of(
    st.lists(st.one_of(INTEGERS, ODD), min_size=1, max_size=8),
    st.lists(st.one_of(DECIMALS, ODD), min_size=1, max_size=8),
    st.lists(DECIMALS, min_size=1, max_size=30),
    st.lists(INTEGERS, min_size=1, max_size=30),
))  # fmt: skip
def test_quick_answer_is_the_careful_one(texts):
    column = pa.array(texts, pa.string())
    made: dict[str, pa.Array] = {}

    found = digits.examine(column, made)

    if found is not None:
        careful = lexemes._examine_cells(lexemes.Cells.of(column), {})
        assert found == careful
        kind = lexemes.decide(found)
        assert made[kind.kind].equals(lexemes.to_type(column, kind))
        assert lexemes.to_text(made[kind.kind], kind).to_pylist() == texts


@pytest.mark.parametrize(
    ("texts", "kind"),
    [(["7", "-12", "0", "100"], "int64"), (["0.50", "12.00", "999.99"], "decimal"), (["10", "9", "99999"], "int64")],
)
def test_plain_columns_are_told_quickly(texts, kind):
    made: dict[str, pa.Array] = {}

    assert digits.examine(pa.array(texts), made) is not None
    assert list(made) == [kind]
