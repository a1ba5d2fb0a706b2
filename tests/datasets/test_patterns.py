from __future__ import annotations

import string
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from parquay.datasets.edit.patterns import TextPattern, text_pattern
from parquay.errors import InvalidValue

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)


def pattern(find: str, replace: str = "", **options: Any) -> TextPattern:
    return text_pattern(find, replace, **({"case": True, "whole": False, "regex": False} | options))


@given(before=TEXTS, find=TEXTS.filter(bool), replace=TEXTS)
def test_a_plain_text_is_replaced_as_python_does(before: str, find: str, replace: str):
    wanted = pattern(find, replace)

    assert wanted.found(pa.array([before])).to_pylist() == [find in before]
    assert wanted.replaced(pa.array([before])).to_pylist() == [before.replace(find, replace)]


@given(before=st.text(string.ascii_letters, max_size=5), find=st.text(string.printable, min_size=1, max_size=5))
def test_a_whole_cell_is_found_whatever_its_case(before: str, find: str):
    wanted = pattern(find, whole=True, case=False)

    assert wanted.found(pa.array([before, find.upper(), None])).to_pylist() == [
        before.lower() == find.lower(), True, False
    ]  # fmt: skip


@pytest.mark.parametrize("find", ["(", "a(?=b)", "*", "a{2000}", "[z-a]", r"(\1)"])
def test_what_is_no_expression_is_refused(find: str):
    with pytest.raises(InvalidValue) as refused:
        pattern(find, regex=True)
    assert refused.value.code == "bad_pattern"


def test_a_replacement_names_groups_that_there_are():
    with pytest.raises(InvalidValue) as refused:
        pattern("(a)", "$2", regex=True)
    assert refused.value.code == "bad_pattern"
    assert pattern("(a)", r"\$1$$", regex=True).replaced(pa.array(["a"])).to_pylist() == [r"\a$"]


def test_an_expression_takes_time_in_proportion_to_the_text():
    wanted = pattern("(a+)+$", "b", regex=True)

    assert wanted.found(pa.array(["a" * 50_000 + "!"])).to_pylist() == [False]
