"""Rows of bytes that are not well formed, rule by rule."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from parquay.ingest.read.tolerant_reader import RUNAWAY_BYTES, Incomplete, RowReader
from parquay.ingest.text.dialect import Dialect


def cells(data: bytes, width: int = 2, *, final: bool = True, **dialect: Any) -> list[tuple[bytes | None, ...]]:
    return [row.cells for row in RowReader(data, Dialect(**dialect), final=final, width=width).rows()]


@pytest.mark.parametrize(
    ("data", "rows"),
    [
        (b"a,b\n", [(b"a", b"b")]),
        (b'"a","b"\r\n', [(b"a", b"b")]),
        (b'"a""b",c', [(b'a"b', b"c")]),
        (b'"a\nb",c\nd,e', [(b"a\nb", b"c"), (b"d", b"e")]),
        (b'a"b,c\n', [(b'a"b', b"c")]),
        (b'"a"b",c\n', [(b'a"b', b"c")]),
        (b'"a" ,c\n', [(b"a", b"c")]),
        (b'"",x\n', [(b"", b"x")]),
        (b",x\n", [(None, b"x")]),
        (b'"a,b\nc,d\n', [(b'"a', b"b"), (b"c", b"d")]),
        (b"\xef\xbb\xbfa,b\n", [(b"a", b"b")]),
        (b"a,b\rc,d\r\ne,f", [(b"a", b"b"), (b"c", b"d"), (b"e", b"f")]),
    ],
)
def test_each_field_is_read_by_its_rule(data, rows):
    assert cells(data) == rows


def test_escapes_nulls_and_spaces_are_those_of_the_dialect():
    assert cells(b'"a\\"b",NA\n', escape="\\", nulls=("NA",)) == [(b'a"b', None)]
    assert cells(b'a, "b"\n', trim=True) == [(b"a", b"b")]


def test_a_row_that_goes_on_waits_unless_the_file_ends():
    assert cells(b'a,b\n"c,d', final=False) == [(b"a", b"b")]
    assert cells(b"a,b\r", final=False) == []
    with pytest.raises(Incomplete):
        RowReader(b"a,b", Dialect(), final=False, width=2).row_at(0)


def test_strays_and_runaways_are_counted():
    stray, runaway = (
        next(RowReader(data, Dialect(), final=True, width=2).rows()) for data in (b'a"b,c\n', b'"a,b\nc,d\n')
    )

    assert (stray.strays, stray.runaway) == (1, False)
    assert runaway.runaway


def test_a_quote_that_is_never_closed_takes_no_more_than_its_line():
    data = b'"a,b\n' + b"c,d\n" * (RUNAWAY_BYTES // 3)

    rows = RowReader(data, Dialect(), final=False, width=2).rows()

    assert [row.cells for row in itertools.islice(rows, 2)] == [(b'"a', b"b"), (b"c", b"d")]
