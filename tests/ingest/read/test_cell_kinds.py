"""What a cell is by its text alone."""

from __future__ import annotations

import pytest

from parquay.ingest.read.cell_kinds import is_comment, is_value, kind_of


@pytest.mark.parametrize(
    ("cell", "kind"),
    [
        (b"12", "number"),
        (b"-1,234.5", "number"),
        (b"12 %", "number"),
        (b"2024-01-31", "date"),
        (b"12:30", "clock"),
        (b"true", "flag"),
        (b"NULL", "nothing"),
        (None, "nothing"),
        (b"price", ""),
        (b"2 ducks and 1 goose", ""),
    ],
)
def test_kinds(cell, kind):
    assert kind_of(cell) == kind


def test_a_word_is_no_value_and_nothing_is_none():
    assert [is_value(cell) for cell in (b"7", b"yes", b"word", None)] == [True, True, False, False]


@pytest.mark.parametrize(
    ("line", "comment"),
    [(b"# a", True), (b"% a", True), (b"%5", False), (b"// a", True), (b"//share/folder", False), (None, False)],
)
def test_comments_are_told_from_percentages_and_paths(line, comment):
    assert is_comment(line) is comment
