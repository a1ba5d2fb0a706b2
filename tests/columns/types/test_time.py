from __future__ import annotations

import pyarrow as pa
import pytest

from parquay.columns.types.base import Comparison, Unfit
from parquay.columns.types.time import TimeType


@pytest.mark.parametrize(
    ("fraction", "value", "cell"),
    [(0, "13:05", "13:05:00"), (3, "13:05:09.5", "13:05:09.500"), (0, "13:05:09.000", "13:05:09")],
)
def test_a_cell_gets_the_digits_of_its_column(fraction, value, cell):
    assert TimeType(fraction).read_cell(value) == cell
    assert TimeType(fraction).compare("eq", value) == Comparison("eq", (cell,))


@pytest.mark.parametrize("value", ["24:00:00", "13:05.5", "13:05:09.1234", "1:05", 13])
def test_what_would_be_cut_does_not_fit(value):
    with pytest.raises(Unfit):
        TimeType(3).read_cell(value)


def test_times_are_texts_in_parts_and_iso_in_json():
    kind = TimeType(9)
    values = kind.to_values(pa.array(["13:05:09.120000000", None]))

    assert kind.stored_as_text
    assert kind.json_values(pa.chunked_array([values])) == ["13:05:09.12", None]
    assert (kind.sheet_cell, TimeType(3).sheet_cell) == ("text", "time")
