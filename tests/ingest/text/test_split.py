from __future__ import annotations

import time

import pytest

from parquay.ingest.text import split
from parquay.ingest.text.dialect import Dialect

TWO = Dialect(columns=("a", "b"))


@pytest.mark.parametrize(
    ("chunk", "end"),
    [
        (b"1,2\n3,4", 4),
        (b"1,2\n3,4\n", 8),
        (b"1,2", 0),
        (b'1,"2\n3"', 0),
        (b'1,2\n3,"4\n5', 4),
        (b'1,"2\n3"\n4,5', 8),
        (b'1,"a ""b""\n"\n4,5', 13),
        (b'"",""\n', 6),
        (b'"""\n",1\n2', 8),
        (b"1,2\r\n3", 5),
        (b"1,2\n\n\n", 4),
    ],
)
def test_segment_ends_at_the_last_row_end_outside_quotes(chunk, end):
    found = split.split(chunk, TWO, final=False)

    assert (found.end, found.stray) == (end, None)


@pytest.mark.parametrize(
    ("chunk", "stray"),
    [(b'1,2"\n', 3), (b'1,"a"b"\n', 4), (b'1, "a"\n', 3), (b'"a" ,1\n', 2), (b'a"b"c,1\n', 1)],
)
def test_quote_out_of_place_is_found(chunk, stray):
    assert split.split(chunk, TWO, final=False).stray == stray


def test_open_quote_at_the_end_of_the_file_is_out_of_place():
    assert split.split(b'1,"2\n', TWO, final=True).stray == 2


def test_end_of_the_file_ends_a_row():
    assert split.split(b'1,"2"\n3,4', TWO, final=True).end == 9


def test_blank_lines_wait_for_what_follows_them():
    assert split.split(b"1,2\n\n\n", TWO, final=False).end == 4
    assert split.split(b"\n\n", TWO, final=False).end == 0
    assert split.split(b"1,2\r\n\r\n", TWO, final=False).end == 5


def test_blank_lines_are_rows_of_a_table_of_one_column():
    one = Dialect(columns=("a",))
    with_returns = Dialect(columns=("a",), newline="\r")

    assert split.split(b"1\n\n\n", one, final=False).end == 4
    assert split.split(b"1\r\r", with_returns, final=False).end == 2


@pytest.mark.parametrize(
    ("chunk", "lines"), [(b"", 0), (b"a", 0), (b"a\nb", 1), (b"a\r\nb\r\n", 2), (b"a\rb\r", 2), (b"a\r\nb\rc\n", 3)]
)
def test_physical_lines_are_counted(chunk, lines):
    assert split.count_lines(chunk) == lines


@pytest.mark.parametrize(
    ("body", "blank"),
    [
        (b"1,2\n3,4", False),
        (b"1,2\n\n3,4", True),
        (b"1,2\r\n\r\n3,4", True),
        (b"1,2\r\r3,4", True),
        (b'1,"2\n\n3"\n4,5', False),
        (b'1,"2\r\n\r\n3"\n4,5', False),
        (b'1,"2"\n\n4,"5"', True),
        (b"\n1,2", True),
    ],
)
def test_blank_rows_are_told_from_blank_lines_in_quotes(body, blank):
    assert split.has_blank_row(body, TWO) is blank


def test_padding_behind_delimiters_is_dropped_outside_quotes_only():
    padded = Dialect(columns=("a", "b"), trim=True)

    assert split.without_padding(b'a, b\n"x, y", z w\n', padded) == b'a,b\n"x, y",z w\n'


def test_cutting_is_quick():
    row = b'1234567,"some, quoted text",1996-03-13,"more text of the usual kind"\n'
    chunk = row * ((8 << 20) // len(row))

    seconds = []
    for _ in range(5):
        started = time.thread_time()
        split.split(chunk, TWO, final=False)
        seconds.append(time.thread_time() - started)

    # Far below what is measured, so that only a change of kind fails here; tests/bench measures.
    assert len(chunk) / min(seconds) > 200e6
