from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest

from parquay.columns.types.base import Comparison, Unfit
from parquay.columns.types.timestamp import TimestampType

LOCAL, ZONED, NANOS = TimestampType(" ", 0), TimestampType("T", 3, "Z"), TimestampType("T", 9, "+01:00")
MINUTES = TimestampType(" ", -1)


@pytest.mark.parametrize(
    ("kind", "value", "cell"),
    [
        (LOCAL, "2024-02-29T13:05:09", datetime.fromisoformat("2024-02-29T13:05:09")),
        (ZONED, "2024-02-29 13:05:09.25+02:00", datetime(2024, 2, 29, 11, 5, 9, 250000, UTC)),
        (MINUTES, "2024-02-29 13:05", datetime.fromisoformat("2024-02-29T13:05")),
        (NANOS, "2024-02-29T13:05:09.5Z", "2024-02-29T14:05:09.500000000+01:00"),
        (NANOS, "2262-04-11T23:47:16.854775807Z", "2262-04-12T00:47:16.854775807+01:00"),
    ],
)
def test_a_moment_becomes_the_cell_of_its_column(kind, value, cell):
    assert kind.read_cell(value) == cell


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (LOCAL, "2024-02-29T13:05:09Z"),
        (LOCAL, "2024-02-29T13:05:09.5"),
        (ZONED, "2024-02-29T13:05:09"),
        (MINUTES, "2024-02-29 13:05:09"),
        (NANOS, "9999-12-31T23:59:59Z"),
        (NANOS, "2262-04-11T23:47:16.854775808Z"),
        (NANOS, "1677-09-21T00:12:43.145224191Z"),
        (ZONED, "0001-01-01T00:00:00+02:00"),
        (LOCAL, 1709211909),
    ],
)
def test_what_would_be_cut_or_has_another_zone_does_not_fit(kind, value):
    with pytest.raises(Unfit):
        kind.read_cell(value)


@pytest.mark.parametrize(
    ("kind", "text", "asked"),
    [
        (LOCAL, "2024-02-29", "2024-02-29 00:00:00.000000"),
        (ZONED, "2024-02-29T13:05+02:00", "2024-02-29 11:05:00.000000Z"),
        (NANOS, "2024-02-29T12:05:09.5Z", "2024-02-29T13:05:09.500000000+01:00"),
    ],
)
def test_a_filter_names_the_moment_as_the_engine_reads_it(kind, text, asked):
    assert kind.compare("le", text) == Comparison("le", (asked,))


def test_what_stands_in_parts_and_sheets_follows_from_the_form():
    assert [(kind.sql_type, kind.name, kind.sheet_cell) for kind in (LOCAL, ZONED, NANOS)] == [
        ("TIMESTAMP", "timestamp", "timestamp"),
        ("TIMESTAMPTZ", "timestamptz", "text"),
        ("VARCHAR", "timestamptz", "text"),
    ]


def test_the_clock_of_the_zone_is_written():
    cells = pa.array(["2024-02-29T13:05:09.123456789+01:00", None])

    values = NANOS.to_values(cells)

    assert NANOS.to_text(values).equals(cells)
    assert NANOS.json_values(pa.chunked_array([values])) == ["2024-02-29T12:05:09.123456789Z", None]
