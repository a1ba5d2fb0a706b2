"""The sample read with each delimiter; the reading that looks most like a table."""

from __future__ import annotations

import pytest

from parquay.ingest.detect.reading import best_reading, value_share
from parquay.ingest.text.dialect import Dialect
from parquay.ingest.text.overrides import Overrides


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|", "^", "~"])
def test_the_delimiter_with_rows_of_one_width_wins(delimiter):
    text = "".join(delimiter.join(row) + "\n" for row in (("a", "b", "c"), ("1", "x", "2.5"), ("2", "y", "3.5")))

    reading = best_reading(text.encode(), Dialect(), Overrides(), complete=True)

    assert (reading.dialect.delimiter, reading.width, reading.uniform) == (delimiter, 3, 1.0)


def test_escapes_and_spaces_are_found():
    escaped = best_reading(b'a,b\n"x\\"y",1\n"z\\"w",2\n', Dialect(), Overrides(), complete=True)
    spaced = best_reading(b"a, b\n1, 2\n3, 4\n", Dialect(), Overrides(), complete=True)

    assert escaped.dialect.escape == "\\"
    assert spaced.dialect.trim


def test_a_file_without_a_delimiter_has_one_column():
    reading = best_reading(b"name\nx\ny\n", Dialect(), Overrides(), complete=True)

    assert (reading.dialect.delimiter, reading.width) == ("", 1)
    assert value_share(reading.rows, 1) == 0.0
