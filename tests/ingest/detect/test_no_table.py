"""Why a sample is no table."""

from __future__ import annotations

import pytest

from parquay.ingest.detect.no_table import refusal
from parquay.ingest.detect.reading import best_reading
from parquay.ingest.text.dialect import Dialect
from parquay.ingest.text.overrides import Overrides

PROSE = b"It was a bright day, and cold.\nNobody came, as usual.\nThe clocks, all of them, struck.\nSo it ended.\n"


@pytest.mark.parametrize(
    ("text", "name", "code"),
    [
        (b"a,b\n1,2\n3,4\n", "x.csv", ""),
        (b"a,b\n1,2\n3,4\n", "x", ""),
        (b"word\nother\n", "x.txt", "no_table"),
        (b"word\nother\n", "x.csv", ""),
        (b"\n\n", "x.csv", "no_rows"),
        (b"a,b\n1,2\n3,4\n", "x.py", "no_table"),
        (PROSE, "x.txt", "no_table"),
    ],
)
def test_a_sample_is_a_table_or_has_a_reason(text, name, code):
    reading = best_reading(text, Dialect(), Overrides(), complete=True)

    found, reason = refusal(reading, name, Overrides(), complete=True)

    assert found == code
    assert bool(reason) is bool(code)


def test_a_delimiter_that_was_given_makes_a_table_of_anything():
    overrides = Overrides(delimiter=",")
    reading = best_reading(PROSE, Dialect(), overrides, complete=True)

    assert refusal(reading, "x.txt", overrides, complete=True) == ("", "")
