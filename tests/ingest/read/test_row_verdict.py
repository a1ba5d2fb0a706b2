"""What becomes of a row, case by case."""

from __future__ import annotations

import pytest

from parquay.ingest.read.row_verdict import Keep, RejectedRow, Skip, judge
from parquay.ingest.read.tolerant_reader import RowReader
from parquay.ingest.text.dialect import Dialect

DIALECT = Dialect(columns=("id", "name"), header=(("id", "name"),), shapes=("[0-9]{1}", ""))


def verdict(text: bytes, dialect: Dialect = DIALECT, **around: bool) -> Keep | Skip | RejectedRow:
    (row,) = RowReader(text, dialect, final=True, width=len(dialect.columns)).rows()
    return judge(row, text, dialect, **around)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"1,x\n", Keep(["1", "x"])),
        (b",\n", Keep([None, None])),
        (b"\n", Skip(blank=True)),
        (b"# note\n", Skip(warnings=("comment_line",))),
        (b"\0\0\0\n", RejectedRow("bad_encoding")),
        (b"1,\xff\n", RejectedRow("bad_encoding", "name")),
        (b"\xff\n", RejectedRow("bad_encoding")),
        (b"abc\n", RejectedRow("too_few_fields", "name")),
        (b"a,b,c\n", RejectedRow("too_many_fields")),
        (b"1,x,\n", Keep(["1", "x"], ("extra_delimiter",))),
        (b"id,name\n", RejectedRow("repeated_header")),
        (b'1,x"y\n', Keep(["1", 'x"y'], ("stray_quote",))),
        (b'"1" ,"x"\n', Keep(["1", "x"], ("space_behind_quote",))),
        (b'1,"x"  \n', Keep(["1", "x"], ("space_behind_quote",))),
        (b'"1,x\n', Keep(['"1', "x"], ("runaway_quote",))),
        (b"\xef\xbb\xbf1,x\n", Keep(["1", "x"], ("byte_order_mark",))),
    ],
)
def test_a_row_is_kept_passed_over_or_rejected(text, expected):
    assert verdict(text) == expected


def test_names_behind_a_gap_or_in_another_width_head_a_second_table():
    assert verdict(b"city,country\n", after_gap=True) == RejectedRow("second_table")
    assert verdict(b"2,x\n", after_gap=True) == Keep(["2", "x"])
    assert verdict(b"id,name,more\n") == RejectedRow("second_table")
    assert verdict(b"1,x\n", ended=True) == RejectedRow("second_table")
    assert verdict(b"\n", ended=True) == Skip(blank=True)


def test_how_a_row_was_repaired_is_a_warning():
    dialect = Dialect(columns=("id", "name"), shapes=("[0-9]{1}", "[a-z]+"))

    assert verdict(b"1;x\n", dialect) == Keep(["1", "x"], ("other_delimiter",))


def test_the_delimiter_behind_each_row_is_no_field():
    assert verdict(b"1,x,\n", Dialect(columns=("id", "name"), trailing=True)) == Keep(["1", "x"])


def test_in_one_column_a_blank_line_is_a_row():
    assert verdict(b"\n", Dialect(columns=("id",))) == Keep([None])
