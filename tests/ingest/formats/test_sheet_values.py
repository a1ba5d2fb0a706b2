from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parquay.ingest.formats.sheet_values import (
    EPOCH_1900,
    finer_than_micros,
    lost_by_double,
    moment,
    number_text,
    span,
    span_text,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("9007199254740993", "9007199254740993"),
        ("9007199254740993.0", "9007199254740993"),
        ("9.007199254740993E15", "9007199254740993"),
        ("0.1234567890123456789", "0.1234567890123456789"),
        ("123456789012345678901234567890", "123456789012345678901234567890"),
        ("0.10000000000000001", "0.1"),
        ("0.1000000000000000055511151231257827", "0.1"),
        ("1.2300000000000001E+20", "1.2300000000000002e+20"),
        ("1e-7", "1e-07"),
        ("1e400", "1e400"),
        ("-1e-400", "-1e-400"),
        ("0.000", "0"),
        (" 12.50 ", "12.5"),
        ("007", "7"),
        ("1_000", "1_000"),
        ("NaN", "NaN"),
    ],
)
def test_numbers_of_a_sheet_lose_no_digit(text, shown):
    assert number_text(text) == shown


@given(st.floats(allow_nan=False, allow_infinity=False), st.integers(1, 17))
def test_doubles_however_they_are_printed_are_numbers_without_more_digits(value, digits):
    printed = f"{value:.{digits - 1}e}"

    assert lost_by_double(printed) is None or float(printed) in (0, float("inf"), float("-inf"))
    assert lost_by_double(repr(value)) is None


@given(st.integers(1, 10**30), st.integers(0, 25))
def test_decimals_are_themselves_or_the_digits_that_a_double_has(number, scale):
    exact = Decimal(number).scaleb(-scale)

    found = Decimal(number_text(f"{exact:f}"))

    assert found == exact or len(Decimal(number).normalize().as_tuple().digits) == 17
    assert float(found) == float(exact)


@pytest.mark.parametrize(
    ("days", "text"),
    [
        (45292.5000115741, "2024-01-01 12:00:01"),
        (45292.333333333336, "2024-01-01 08:00:00"),
        (45292.123456789012, "2024-01-01 02:57:46.666571"),
        (0.25, "06:00:00"),
        (0.9999999999999, "1900-01-01 00:00:00"),
        (59, "1900-02-28 00:00:00"),
        (-0.5, "1899-12-29 12:00:00"),
    ],
)
def test_days_are_moments_to_the_microsecond_without_what_counting_in_days_leaves(days, text):
    assert str(moment(days, EPOCH_1900)) == text


@given(st.integers(946_684_800_000_000, 4_102_444_800_000_000))
def test_moments_of_a_microsecond_come_back_but_for_those_next_to_a_millisecond(micros):
    there = EPOCH_1900 + dt.timedelta(microseconds=micros)

    back = moment(micros / 86_400_000_000, EPOCH_1900)

    assert isinstance(back, dt.datetime)
    assert abs(back - there) <= dt.timedelta(microseconds=5)
    assert back == there or min(micros % 1000, -micros % 1000) <= 6


def test_spans_have_microseconds():
    assert span(1.50000012345) == dt.timedelta(hours=36, microseconds=10_666)
    assert span(-0.5) == dt.timedelta(hours=-12)


@pytest.mark.parametrize(
    ("text", "clock"),
    [
        ("PT36H00M00S", "36:00:00"),
        ("-PT01H00M00.5S", "-1:00:00.500000"),
        ("PT00H90M61S", "1:31:01"),
        ("PT1H2M3.123456789S", "1:02:03.123456789"),
        ("P1DT2H", None),
    ],
)
def test_spans_of_open_document_are_hours_minutes_and_seconds(text, clock):
    assert span_text(text) == clock


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("2024-01-01T12:00:00.123456789", "2024-01-01 12:00:00.123456789"),
        ("PT05H30M05.123456789S", "05:30:05.123456789"),
        ("2024-01-01T12:00:00.123456000", None),
        ("2024-01-01", None),
    ],
)
def test_moments_finer_than_microseconds_are_told(text, shown):
    assert finer_than_micros(text) == shown
