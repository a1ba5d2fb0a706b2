from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parquay.errors import BadInput, NoTable
from parquay.ingest.convert import convert_file
from parquay.ingest.read.fixed_lines import cells_of, read_lines
from parquay.ingest.text.dialect import Dialect
from parquay.ingest.text.overrides import Overrides

WIDTHS = (5, 10, 10, 11)
FIXED = """id   name      amount    date
00001Anna Bell     12.50 2024-01-02
00002José        1000.00 2024-01-03

00003Carl
00004Dora           5.25 2024-01-05  late
"""


def read(convert, text: str, *, codec: str = "utf-8", **said: Any):
    return convert(text.encode(codec), name="a.txt", to="csv", overrides=Overrides.from_options(said))


@pytest.mark.parametrize("segments", [1, 4])
@pytest.mark.parametrize("codec", ["utf-8", "cp1252", "utf-16"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_lines_are_cut_where_the_caller_says(convert, monkeypatch, segments, codec, newline):
    monkeypatch.setattr(convert_file, "MIN_SEGMENT_BYTES", len(FIXED) // segments)
    monkeypatch.setattr(convert_file, "FIRST_BYTES", len(FIXED) // segments)

    report, text = read(convert, FIXED.replace("\n", newline), codec=codec, widths="5,10,10,11", encoding=codec)

    assert text.decode().splitlines() == [
        "id,name,amount,date",
        "00001,Anna Bell,12.50,2024-01-02",
        "00002,José,1000.00,2024-01-03",
        "00003,Carl,,",
    ]
    assert [each["type"] for each in report.columns] == ["text", "text", "decimal(18,2)", "date"]
    assert [(each.line, each.code) for each in report.rejects] == [(6, "too_many_fields")]


def test_a_header_can_be_missing_and_lines_above_it_left_out(convert):
    _, found = read(convert, "Report of May\n0001 7\n0002 8\n", widths=[4, 2], skip=1)
    _, named = read(convert, "0001 7\n0002 8\n", widths=[4, 2], header=0, names=["id", "n"])

    assert found == named == b"0001,7\n0002,8\n"


def test_bytes_that_are_no_text_of_the_encoding_are_a_reject():
    dialect = Dialect(format="fixed", columns=("a", "b"), widths=(2, 2))

    found = read_lines(b"a b\n\xff\xfe\xfd\nc d", dialect, byte=7, line=3)

    assert found.table.to_pylist() == [{"a": "a", "b": "b"}, {"a": "c", "b": "d"}]
    assert [(each.line, each.byte, each.code, each.row) for each in found.rejects] == [(4, 11, "bad_encoding", 1)]
    assert (found.lines, found.end) == (3, 11)


@pytest.mark.parametrize(("said", "code"), [({"delimiter": ","}, "bad_option"), ({"nulls": "x"}, "bad_option")])
def test_options_of_delimited_text_mean_nothing_for_lines_of_fixed_width(convert, said, code):
    with pytest.raises(BadInput) as refused:
        read(convert, FIXED, widths=WIDTHS, **said)

    assert refused.value.code == code


def test_lines_with_nothing_in_the_columns_are_no_table(convert):
    with pytest.raises(NoTable):
        convert(b"  \n   \n", name="a.txt", overrides=Overrides(widths=(2, 2)))


WORD = st.text(st.sampled_from('aé漢.1-,";'), max_size=4)


@given(st.lists(st.tuples(st.integers(1, 6), WORD), min_size=1, max_size=5))
def test_cells_come_back_from_the_line_that_they_were_put_into(columns):
    widths = [width for width, _ in columns]
    cells = [word[:width] for width, word in columns]
    line = "".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True))

    assert cells_of(line, widths) == [cell or None for cell in cells]
    assert cells_of(line.rstrip(), widths) == [cell or None for cell in cells]
    assert cells_of(line + "x", widths) is None


@pytest.mark.parametrize(
    ("widths", "columns"), [((4, 2, 1), ["id", "v", "column3"]), ((1000, 1), ["id  v", "column2"])]
)
def test_a_header_that_ends_early_leaves_columns_without_a_name(convert, widths, columns):
    report, _ = read(convert, "id  v\n  1 5\n  2 6\n", widths=widths)

    assert ([each["name"] for each in report.columns], report.rows) == (columns, 2)
