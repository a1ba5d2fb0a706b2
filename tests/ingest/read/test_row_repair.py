"""Rows of the wrong width, repaired where the other rows leave one way only."""

from __future__ import annotations

import pytest

from parquay.ingest.read import row_repair
from parquay.ingest.read.tolerant_reader import RowReader
from parquay.ingest.text.dialect import Dialect

DIALECT = Dialect(columns=("n", "w", "d"), shapes=("[0-9]{1}", "[a-z]+", "[0-9]{4}"))


def repaired(text: bytes, dialect: Dialect = DIALECT) -> tuple[tuple[bytes | None, ...], str] | None:
    (row,) = RowReader(text, dialect, final=True, width=len(dialect.columns)).rows()
    found = row_repair.repair(row, text, dialect)
    return None if found is None else (found.cells, found.code)


@pytest.mark.parametrize(
    ("text", "cells", "code"),
    [
        (b"1,,abc,2024", (b"1", b"abc", b"2024"), "extra_delimiter"),
        (b"1abc,2024", (b"1", b"abc", b"2024"), "missing_delimiter"),
        (b"1;abc;2024", (b"1", b"abc", b"2024"), "other_delimiter"),
        (b"1,abc,2024,,", (b"1", b"abc", b"2024"), "extra_delimiter"),
    ],
)
def test_the_only_way_is_taken(text, cells, code):
    assert repaired(text) == (cells, code)


@pytest.mark.parametrize("text", [b"1,abc", b"1,a,b,2024", b"x"])
def test_where_no_way_or_more_than_one_is_left_nothing_is(text):
    assert repaired(text) is None


def test_a_quote_in_a_row_of_the_right_width_may_hide_a_delimiter():
    dialect = Dialect(columns=("n", "w"), shapes=("[0-9]{1}", "[a-z]+|[0-9]{3}"))
    text = b'"1"abc,5\n'
    (row,) = RowReader(text, dialect, final=True).rows()

    assert row_repair.repair_quoted(row, text, dialect) is None
    (plain,) = RowReader(b"1,abc\n", dialect, final=True).rows()
    assert row_repair.repair_quoted(plain, b"1,abc\n", dialect) is None


@pytest.mark.parametrize(
    ("cells", "shape"),
    [
        ([b"A12", b"B34", b"C56"], "[A-Z]{1}[0-9]{2}"),
        ([b"1", b"22", b"333", b"4444"], "[0-9]+"),
        ([None, None, None], row_repair.NOTHING),
        ([b"a", b"1-", b"?x", b"A_1", b"-"], ""),
        ([b"a", b"b"], ""),
        ([b"x" * 100, b"y", b"z"], ""),
    ],
)
def test_a_shape_is_learnt_from_the_cells(cells, shape):
    assert row_repair.shape_of(cells) == shape


def test_cells_fit_shapes_one_by_one():
    assert row_repair.fits((b"1", None), ("[0-9]{1}", ""))
    assert not row_repair.fits((b"x", b"y"), ("[0-9]{1}", ""))
