"""Rows of bytes that are not well formed, rule by rule."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parquay.ingest.read import tolerant_reader
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


class Forgetful(RowReader):
    """Searches for a closing quote from each opening one as if it were the first."""

    def _quoted(self, start: int) -> tuple[bytes, int, bool] | None:
        self._unclosed = (0, 0)
        return super()._quoted(start)


class Counting(RowReader):
    """Counts the bytes that are searched for closing quotes."""

    searched = 0

    def _closed_from(self, start: int, at: int, limit: int) -> tuple[bytes, int, bool] | None:
        self.searched += max(0, limit - at)
        return super()._closed_from(start, at, limit)


LINES = st.lists(st.text('ab,"\n', max_size=9), max_size=40).map("\n".join)


@given(LINES, st.integers(3, 40), st.booleans())
def test_what_is_remembered_of_open_quotes_changes_no_row(text, most, final):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tolerant_reader, "RUNAWAY_BYTES", most)
        found, expected = (
            list(reader(text.encode(), Dialect(), final=final, width=2).rows()) for reader in (RowReader, Forgetful)
        )

    assert found == expected


def test_quotes_that_never_close_are_searched_once(monkeypatch):
    monkeypatch.setattr(tolerant_reader, "RUNAWAY_BYTES", 2000)
    text = b"".join(b'%d,"x%d\n' % (n, n) for n in range(5000))
    reader = Counting(text, Dialect(), final=True, width=2)

    assert sum(1 for _ in reader.rows()) == 5000
    assert reader.searched < 3 * len(text)
