"""Bytes that are not well formed, window by window."""

from __future__ import annotations

import pytest

from parquay.ingest.read import rows, windows
from parquay.ingest.text.dialect import Dialect

DIALECT = Dialect(columns=("a", "b"))


def read(chunk: bytes, *, final: bool = True, ended: bool = False, dialect: Dialect = DIALECT) -> rows.SegmentRows:
    return windows.read_windows(chunk, dialect, byte=100, line=10, final=final, ended=ended)


def test_rejects_have_their_line_and_byte_in_the_file():
    found = read(b'1,x\n"2\n\n2",y\nlost\n3,z\n')

    assert found.table.to_pylist() == [{"a": "1", "b": "x"}, {"a": "2\n\n2", "b": "y"}, {"a": "3", "b": "z"}]
    assert [(each.code, each.line, each.byte, each.column) for each in found.rejects] == [
        ("too_few_fields", 14, 113, "b")
    ]
    assert (found.end, found.lines) == (22, 6)


@pytest.mark.parametrize("size", [4, 7, 64, 1 << 16])
def test_rows_are_the_same_whatever_the_windows(monkeypatch, size):
    chunk = b'1,x\n2,"a\nb"\nlost\n\n3,a"b\n# c\n4,y\n' * 5
    expected = read(chunk)

    monkeypatch.setattr(windows, "WINDOW_BYTES", size)
    found = read(chunk)

    assert found.table.to_pylist() == expected.table.to_pylist()
    assert (found.rejects, found.warnings) == (expected.rejects, expected.warnings)


def test_blank_lines_at_the_end_wait_for_what_follows():
    waiting, ended = (read(b"1,x\nlost\n\n\n", final=final) for final in (False, True))

    assert (waiting.end, waiting.lines) == (9, 2)
    assert (ended.end, ended.lines) == (11, 4)


def test_a_row_that_goes_on_is_left():
    found = read(b'1,x\n"2', final=False)

    assert (found.end, found.table.num_rows) == (4, 1)
    assert read(b'"2', final=False).end == 0


def test_every_row_of_a_second_table_is_a_reject():
    found = read(b"1,x\n2,y\n", ended=True)

    assert found.table.num_rows == 0
    assert found.ended
    assert [each.code for each in found.rejects] == ["second_table"] * 2


def test_rejects_beyond_the_limit_are_counted(monkeypatch):
    monkeypatch.setattr(rows, "MAX_KEPT_REJECTS", 2)

    found = read(b"lost\n" * 5)

    assert (len(found.rejects), found.unlisted) == (2, 3)
