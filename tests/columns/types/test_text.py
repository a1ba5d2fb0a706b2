from __future__ import annotations

import re

import pytest

from parquay.columns.types.base import Comparison, Unfit
from parquay.columns.types.text import TEXT


@pytest.mark.parametrize("value", [1, True, b"a", ["a"], "\ud800"])
def test_only_texts_of_whole_characters_become_cells(value):
    with pytest.raises(Unfit):
        TEXT.read_cell(value)


def test_every_text_is_compared_as_it_is():
    assert TEXT.compare("lt", " ä") == Comparison("lt", (" ä",))
    assert TEXT.read_cell("") == ""


@pytest.mark.parametrize("text", ["=1+1", "  =x", "\t1", "'+1", "@sum"])
def test_what_a_spreadsheet_may_run_is_known(text):
    assert TEXT.formula_pattern is not None
    plain = TEXT.formula_pattern.replace(r"\p{Z}", " ").replace(r"\x{FEFF}", "").split(r"\x{FF1D}")[0] + "]|^[\t\r\n]"

    assert re.search(plain, text)
