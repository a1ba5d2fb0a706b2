"""The cases of the small public conformance suites, written anew: each file with the rows that every reader should see.

The cases are those of csv-spectrum and of csv-test-data; the names tell which they stand for. All are read with nothing
told about them but what csv-test-data's file names say: whether there is a header.
"""

from __future__ import annotations

import csv
import io

import pytest

from parquay.errors import NoTable
from parquay.ingest.text.overrides import Overrides

Rows = list[list[str]]

SPECTRUM: dict[str, tuple[str, Rows]] = {
    "comma_in_quotes": (
        'given,family,street,place,post\nAda,King,"12 Square, St. James","London, W",01815\n',
        [["given", "family", "street", "place", "post"], ["Ada", "King", "12 Square, St. James", "London, W", "01815"]],
    ),
    "empty": ('x,y,z\n7,"",""\n8,9,10', [["x", "y", "z"], ["7", "", ""], ["8", "9", "10"]]),
    "empty_crlf": ('x,y,z\r\n7,"",""\r\n8,9,10', [["x", "y", "z"], ["7", "", ""], ["8", "9", "10"]]),
    "escaped_quotes": (
        'x,y\n7,"she said ""no"" twice"\n8,9\n',
        [["x", "y"], ["7", 'she said "no" twice'], ["8", "9"]],
    ),
    "json": (
        'name,value\n7,"{""kind"": ""Line"", ""points"": [10.0, 0.25]}"\n',
        [["name", "value"], ["7", '{"kind": "Line", "points": [10.0, 0.25]}']],
    ),
    "location_coordinates": (
        "Phone,Where,Town,County\n5550100,51\ufffd28'38.0\"N 0\ufffd00'05.3\"W,Greenwich,London",
        [
            ["Phone", "Where", "Town", "County"],
            ["5550100", "51\ufffd28'38.0\"N 0\ufffd00'05.3\"W", "Greenwich", "London"],
        ],
    ),
    "newlines": (
        'x,y,z\n1,2,3\n"Two \nlines",5,6\n7,8,9\n',
        [["x", "y", "z"], ["1", "2", "3"], ["Two \nlines", "5", "6"], ["7", "8", "9"]],
    ),
    "newlines_crlf": (
        'x,y,z\r\n1,2,3\r\n"Two \r\nlines",5,6\r\n7,8,9\r\n',
        [["x", "y", "z"], ["1", "2", "3"], ["Two \r\nlines", "5", "6"], ["7", "8", "9"]],
    ),
    "quotes_and_newlines": (
        'x,y\n7,"oh \n""oh"" \noh"\n8,9\n',
        [["x", "y"], ["7", 'oh \n"oh" \noh'], ["8", "9"]],
    ),
    "simple": ("x,y,z\n7,8,9\n", [["x", "y", "z"], ["7", "8", "9"]]),
    "simple_crlf": ("x,y,z\r\n7,8,9\r\n", [["x", "y", "z"], ["7", "8", "9"]]),
    "utf8": ("x,y,z\n1,2,3\n4,5,\u02a4\n", [["x", "y", "z"], ["1", "2", "3"], ["4", "5", "\u02a4"]]),
}

NAMES = ["one", "two", "three"]
HEADLESS: dict[str, tuple[str, Rows]] = {
    "empty-field": ("one,two,three\n7,,9", [NAMES, ["7", "", "9"]]),
    "empty-one-column": ("one\n\n", [["one"], [""]]),
    "leading-space": ("one,two,three\n7, a space before,9", [NAMES, ["7", " a space before", "9"]]),
    "one-column": ("one\n7", [["one"], ["7"]]),
    "quotes-empty": ('one,two,three\n7,"",9', [NAMES, ["7", "", "9"]]),
    "quotes-with-comma": ('one,two,three\n7,"Wait, what?",9', [NAMES, ["7", "Wait, what?", "9"]]),
    "quotes-with-escaped-quote": ('one,two,three\n7,"A "" in it",9', [NAMES, ["7", 'A " in it', "9"]]),
    "quotes-with-newline": (
        'one,two,three\n7,"Half here,\nhalf there",9',
        [NAMES, ["7", "Half here,\nhalf there", "9"]],
    ),
    "quotes-with-space": ('one,two,three\n7,"words and spaces",9', [NAMES, ["7", "words and spaces", "9"]]),
    "simple-crlf": ("one,two,three\r\n7,8,9", [NAMES, ["7", "8", "9"]]),
    "simple-lf": ("one,two,three\n7,8,9", [NAMES, ["7", "8", "9"]]),
    "trailing-newline-one-field": ("one\n7\n", [["one"], ["7"]]),
    "trailing-newline": ("one,two,three\n7,8,9\n", [NAMES, ["7", "8", "9"]]),
    "trailing-space": ("one,two,three\n7,a space behind ,9", [NAMES, ["7", "a space behind ", "9"]]),
    "utf8": ("one,two,three\n7,\U0001f60e,9", [NAMES, ["7", "\U0001f60e", "9"]]),
}


def exported(convert, text: str, overrides: Overrides | None = None) -> tuple[Rows, int]:
    """The rows of the table written out again, names included if the file has them, and the number of rejects."""
    report, out = convert(text.encode(), to="csv", overrides=overrides)
    found = list(csv.reader(io.StringIO(out.decode(), newline="")))
    return [row or [""] for row in found], report.reject_count


@pytest.mark.parametrize("name", SPECTRUM)
def test_spectrum_file_gives_its_rows(convert, name):
    text, rows = SPECTRUM[name]

    assert exported(convert, text) == (rows, 0)


@pytest.mark.parametrize("name", HEADLESS)
def test_file_without_header_gives_its_rows(convert, name):
    text, rows = HEADLESS[name]

    assert exported(convert, text, Overrides(header=0)) == (rows, 0)


@pytest.mark.parametrize("name", HEADLESS)
def test_file_without_header_gives_its_rows_with_nothing_told(convert, name):
    text, rows = HEADLESS[name]

    assert exported(convert, text) == (rows, 0)


def test_header_names_the_fields_of_each_row(convert):
    _, out = convert(b"one,two,three\n7,8,9", to="ndjson", overrides=Overrides(header=1))

    assert out == b'{"one":7,"two":8,"three":9}\n'


def test_header_without_rows_is_no_table(convert):
    assert exported(convert, "one,two,three", Overrides(header=1)) == ([NAMES], 0)
    with pytest.raises(NoTable) as refusal:
        convert(b"one,two,three", overrides=Overrides(header=1))
    assert refusal.value.code == "no_rows"


def test_names_that_were_told_stand_for_those_of_a_wrong_header(convert):
    told = Overrides(header=1, names=("one", "two", "three"))

    _, out = convert(b"four,five,six\n7,8,9\n", to="ndjson", overrides=told)

    assert out == b'{"one":7,"two":8,"three":9}\n'


@pytest.mark.parametrize("names", [(), ("one", "two", "three")], ids=["with nothing told", "with names told"])
@pytest.mark.parametrize("text", ["", "four,five,six"], ids=["no-header", "wrong-header"])
def test_missing_or_wrong_header_without_rows_is_no_table(convert, text, names):
    with pytest.raises(NoTable) as refusal:
        convert(text.encode(), overrides=Overrides(header=1, names=names))
    assert refusal.value.code == "no_rows"


@pytest.mark.parametrize("text", ["\n\n", ""], ids=["all-empty", "empty"])
def test_nothing_but_line_ends_is_no_table(convert, text):
    assert exported(convert, text, Overrides(header=0)) == ([], 0)
    with pytest.raises(NoTable) as refusal:
        convert(text.encode(), overrides=Overrides(header=0))
    assert refusal.value.code == "no_rows"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("one,two,three\n1,2,3\n4,5,6\n7,8\n", "too_few_fields"),
        ("one,two,three\n1,2,3\n4,5,6\n7,8,9,0\n", "too_many_fields"),
    ],
)
def test_row_of_another_width_than_the_header_is_rejected_and_told(convert, text, code):
    report, table = convert(text.encode(), overrides=Overrides(header=1))

    assert [(each.line, each.code) for each in report.rejects] == [(4, code)]
    assert table.num_rows == 2


@pytest.mark.parametrize(
    ("name", "row", "cell"),
    [
        ("missing-quote", '7,"never closed,9', '"never closed'),
        ("quotes-with-unescaped-quote", '7,"An odd " here",9', 'An odd " here'),
        ("unescaped-quote", '7,An "odd" one,9', 'An "odd" one'),
    ],
)
def test_quote_out_of_place_is_kept_as_a_character_and_told(convert, name, row, cell):
    report, table = convert(f"one,two,three\n1,2,3\n{row}\n4,5,6\n".encode())

    assert table["two"].to_pylist() == ["2", cell, "5"]
    assert [each["code"] for each in report.warnings] in (["stray_quote"], ["runaway_quote"])
    assert report.reject_count == 0
