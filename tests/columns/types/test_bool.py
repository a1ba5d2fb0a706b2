from __future__ import annotations

import pytest

from parquay.columns.types.base import Comparison, Unfit
from parquay.columns.types.bool import BoolType


def test_truth_is_read_in_small_letters_in_cells_and_in_any_in_filters():
    assert [BoolType().read_cell(each) for each in (True, "false")] == [True, False]
    assert BoolType().compare("eq", "TRUE") == Comparison("eq", ("true",))


@pytest.mark.parametrize("value", [1, "True", "yes", ""])
def test_nothing_else_is_a_truth(value):
    with pytest.raises(Unfit, match="true or false"):
        BoolType().read_cell(value)


def test_a_filter_has_no_other_word():
    with pytest.raises(Unfit, match="true or false"):
        BoolType().compare("eq", "1")
