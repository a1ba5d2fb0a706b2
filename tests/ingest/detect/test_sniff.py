"""The dialect of a file from its first bytes."""

from __future__ import annotations

from typing import Any

import pytest

from parquay.ingest.detect import sniff
from parquay.ingest.text.dialect import Dialect
from parquay.ingest.text.overrides import Overrides


def guess(text: bytes, name: str = "x.csv", *, complete: bool = True, **overrides: Any) -> sniff.Guess:
    return sniff.sniff(text, name=name, complete=complete, overrides=Overrides(**overrides))


def dialect_of(text: bytes) -> Dialect:
    found = guess(text).dialect
    assert found is not None
    return found


@pytest.mark.parametrize(("end", "newline"), [(b"\n", "\n"), (b"\r\n", "\r\n"), (b"\r", "\r")])
def test_row_ends_are_told(end, newline):
    assert dialect_of(end.join((b"a,b", b"1,2", b"3,4", b""))).newline == newline


def test_quotes_are_double_unless_only_single_ones_stand_at_edges():
    assert dialect_of(b"a,b\n'x,y',1\n'z',2\n").quote == "'"
    assert dialect_of(b"a,b\nit's,1\ndon't,2\n").quote == '"'


def test_a_first_line_may_tell_the_delimiter():
    found = dialect_of(b"sep=;\na;b\n1;2,5\n2;3,5\n")

    assert (found.delimiter, found.columns, found.body) == (";", ("a", "b"), 10)


def test_a_sample_of_too_few_rows_wants_more_unless_the_file_ends():
    assert guess(b"a,b\n1,", complete=False).wants_more
    assert guess(b"a,b\n1,2\n").dialect is not None
    assert guess(bytes(range(1, 9)) * 20).code == "no_table"
    assert guess(b"\n\n").code == "no_rows"


def test_samples_grow_as_far_as_they_are_needed():
    sizes = list(sniff.sample_sizes())
    row = b'"' + b"x" * (sniff.SAMPLE_BYTES + 10) + b'",1\n'
    text = b"a,b\n" + row * 3
    asked: list[int] = []

    def read_at(offset: int, size: int) -> bytes:
        asked.append(size)
        return text[offset : offset + size]

    found = sniff.guess(read_at, len(text), name="x.csv", complete=True)

    assert found.dialect is not None
    assert found.dialect.columns == ("a", "b")
    assert len(asked) == 2
    assert sizes[0] == sniff.SAMPLE_BYTES
    assert sniff.guess(read_at, 10, name="x.csv", complete=False).wants_more


@pytest.mark.parametrize("rows", [2, 3, 50])
def test_more_header_rows_than_there_are_rows_leave_none(rows):
    found = sniff.sniff(b"a,b\n1,2\n", name="a.csv", complete=True, overrides=Overrides(header=rows)).dialect

    assert found is not None
    assert (found.header_rows, found.body, found.columns) == (2, 8, ("a 1", "b 2"))


def test_what_is_a_quote_parts_no_columns():
    found = sniff.sniff(b"a,b;c\n1,2;3\n", name="a.csv", complete=True, overrides=Overrides(quote=",")).dialect

    assert found is not None
    assert found.delimiter == ";"
