"""Where the table starts, how many rows are names, and what they are called."""

from __future__ import annotations

import pytest

from parquay.ingest.detect import header
from parquay.ingest.read.tolerant_reader import Row, RowReader
from parquay.ingest.text.dialect import Dialect


def rows_of(text: bytes) -> list[Row]:
    return [row for row in RowReader(text, Dialect(), final=True).rows() if not header.is_blank(row)]


def layout(
    text: bytes, width: int = 2, declared: int | None = None, *, at_top: bool = False
) -> tuple[int, int, int, bool]:
    found = header.lay_out(rows_of(text), width, declared=declared, at_top=at_top)
    return found.first, found.header, found.width, found.trailing


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (b"a,b\n1,2\n3,4\n", (0, 1, 2, False)),
        (b"1,2\n3,4\n", (0, 0, 2, False)),
        (b"A title\n\na,b\n1,2\n3,4\n", (1, 1, 2, False)),
        (b"# note,x\na,b\n1,2\n3,4\n", (1, 1, 2, False)),
    ],
)
def test_the_table_starts_with_its_names(text, found):
    assert layout(text) == found


def test_a_delimiter_at_each_rows_end_is_no_column():
    assert layout(b"a,b,\n1,2,\n3,4,\n", 3) == (0, 1, 2, True)


def test_what_the_caller_says_is_taken():
    assert layout(b"a,b\n1,2\n", declared=0)[:2] == (0, 0)
    assert layout(b"a,b\nc,d\n1,2\n", declared=2)[:2] == (0, 2)


def test_rows_of_names_are_put_together_and_made_unique():
    assert header.header_names([("range", "range"), ("low", "high")], 2, ()) == ["range low", "range high"]
    assert header.column_names([("a", "a", "")], 3, ()) == ("a", "a_2", "column3")
    assert header.column_names([("a", "b")], 2, ("x",)) == ("x", "b")
    assert header.renamed(["a", "a"], ["a", "a_2"], 1)[0].code == "renamed_column"
    assert header.renamed(["a"], ["a"], 1) == ()


def test_a_header_of_the_wrong_width_is_mended():
    rows = rows_of(b"a,b\n1,2,3\n2,5,6\n")

    assert header.Layout(0, 1, 3).names(rows, b'"') == [(None, b"a", b"b")]
    assert header.Layout(0, 1, 2).names(rows_of(b"#,a,b\n1,2\n"), b'"') == [(b"a", b"b")]
