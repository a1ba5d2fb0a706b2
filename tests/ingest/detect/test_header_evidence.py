"""What the columns make of the cells above them."""

from __future__ import annotations

import pytest

from parquay.ingest.detect.header_evidence import header_votes, is_header, is_more_header

Row = tuple[bytes | None, ...]


@pytest.mark.parametrize(
    ("top", "below"),
    [
        ((b"id", b"price"), [(b"1", b"2.5"), (b"2", b"3.5")]),
        ((b"name", b"2019", b"2020"), [(b"x", b"10", b"12"), (b"y", b"7", b"9")]),
        ((b"code", b"word"), [(b"A12", b"x"), (b"B34", b"y"), (b"C56", b"z")]),
        ((b"id", b"x"), [(b"id", b"x"), (b"1", b"2"), (b"3", b"4")]),
    ],
)
def test_names_are_told(top, below):
    assert header_votes(top, below) > 0
    assert is_header(top, below)


@pytest.mark.parametrize(
    ("top", "below"),
    [
        ((b"1", b"2.5"), [(b"2", b"3.5"), (b"3", b"4.5")]),
        ((b"A12", b"5"), [(b"B34", b"6"), (b"C56", b"7"), (b"D78", b"8")]),
        ((None, None), [(b"1", b"2")]),
    ],
)
def test_values_are_no_names(top, below):
    assert not is_header(top, below)


def test_a_second_row_of_names_has_units_or_fills_in_what_merged_cells_left_open():
    below: list[Row] = [(b"1", b"2.5", b"3"), (b"4", b"5.5", b"6")]

    assert is_more_header((b"time", b"speed", b"mass"), (b"s", b"m/s", b"kg"), below)
    assert is_more_header((b"id", b"range", None), (b"nr", b"low", b"high"), below)
    assert not is_more_header((b"a", b"b", b"c"), (b"a", b"b", b"c"), below)
    assert not is_more_header((b"a", b"b", b"c"), (b"7", b"8", b"9"), below)
