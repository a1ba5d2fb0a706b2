"""Whether a delimiter parts columns or stands inside the values of one."""

from __future__ import annotations

import pytest

from parquay.ingest.detect.delimiters import parts_columns
from parquay.ingest.read.tolerant_reader import RowReader
from parquay.ingest.text.dialect import Dialect


def parts(delimiter: str, *lines: str) -> bool:
    text = "".join(line + "\n" for line in lines).encode()
    rows = list(RowReader(text, Dialect(delimiter=delimiter), final=True).rows())
    width = max(len(row.cells) for row in rows)
    return parts_columns(delimiter, rows, [text[row.start : row.end] for row in rows], width)


@pytest.mark.parametrize(
    ("delimiter", "lines"),
    [
        (",", ("a,b", "1,2")),
        (" ", ("a b c", "1 2 3", "4 5 6")),
        (":", ("name:size:kind", "x:1:d", "y:2:f")),
        ("\t", ("one title", "1\t2", "3\t4", "5\t6")),
    ],
)
def test_the_header_is_parted_as_the_rows_are(delimiter, lines):
    assert parts(delimiter, *lines)


@pytest.mark.parametrize(
    ("delimiter", "lines"),
    [
        (":", ("time", "12:30:00", "12:31:00", "12:32:00")),
        (":", ("link", "https://a.b", "https://c.d")),
        (" ", ("day", "1 May 2024", "2 May 2024", "3 May 2024")),
        (",", ("price", "1,50", "2,75", "3,00")),
        (" ", ("full name", "Ada Lovelace", "Alan Turing")),
    ],
)
def test_values_of_one_column_are_not_parted(delimiter, lines):
    assert not parts(delimiter, *lines)
