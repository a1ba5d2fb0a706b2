"""What stands above a table."""

from __future__ import annotations

from parquay.ingest.read.preamble import read_above
from parquay.ingest.text.dialect import Dialect


def test_each_line_above_the_header_is_told_or_rejected():
    above = b'Sales\n# note\n\nx,y\n"sep=,"\n'
    data = above + b"a,b\n"

    found = read_above(data, Dialect(columns=("a", "b"), head=len(above), body=len(data)))

    assert [(each.code, each.line) for each in found.warnings] == [("title_line", 1), ("comment_line", 2)]
    assert found.warnings[0].count == 2
    assert [(each.code, each.line, each.byte) for each in found.rejects] == [("above_table", 4, 14)]
    assert (found.end, found.lines, found.table.num_rows) == (len(data), 6, 0)


def test_lines_that_the_caller_left_out_are_told_as_such():
    found = read_above(b"x,y\na,b\n", Dialect(columns=("a", "b"), head=4, body=8, declared_lines=1))

    assert [each.code for each in found.warnings] == ["skipped_line"]
    assert found.rejects == ()
