from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pyarrow as pa
import pytest

from parquay.columns.styles.registry import style_named
from parquay.columns.types import candidates, registry, wanted_types
from parquay.columns.types.base import ColumnType
from parquay.columns.types.bool import BoolType
from parquay.columns.types.conversion import convert
from parquay.columns.types.date import DateType
from parquay.columns.types.decimal import DecimalType
from parquay.columns.types.double import DoubleType
from parquay.columns.types.int64 import Int64Type
from parquay.columns.types.missing import over
from parquay.columns.types.missing_words import WORDS
from parquay.columns.types.styled import StyledType
from parquay.columns.types.text import TEXT
from parquay.columns.types.time import TimeType
from parquay.columns.types.timestamp import MIXED, TimestampType
from parquay.columns.types.wanted_types import TypeWish

CELLS = [
    *("0", "-0", "7", "007", "+7", " 7", "7.0", "7.10", "-7.125", "9223372036854775807", "9223372036854775808", "1e3"),
    *("0.1000000000000000055", "9007199254740993", "12345678901234567.25", "NaN", "inf", "-1.5E-3", "1,234", "1.234,5"),
    *("true", "TRUE", "yes", "2024-02-29", "2024-02-30", "2024-02-29 00:00:00", "2024-02-29T10:05:00.250", "13:05"),
    *("24:00:00", "2024-02-29 10:00:00+02:00", "29/02/2024", "NA", "", "x", None, "ü", "\uff11\uff12"),
]


DAY = dt.datetime.fromisoformat("2024-02-29")


def styled(base: ColumnType, name: str) -> ColumnType:
    style = style_named(name)
    assert style is not None
    return StyledType(base, style)


TARGETS: list[ColumnType] = [
    TEXT,
    BoolType(),
    Int64Type(),
    DecimalType(16, 2),
    DecimalType(38, 0),
    DoubleType("whole"),
    DoubleType("point"),
    DateType(),
    TimeType(0),
    TimeType(9),
    TimestampType(" ", -1),
    TimestampType("T", 3),
    TimestampType(" ", 9, "Z"),
    TimestampType(" ", 0, "+02:00"),
    TimestampType(" ", 0, MIXED),
    styled(DecimalType(16, 1), "#.##0,0"),
    styled(Int64Type(), "#,##0"),
    styled(DateType(), "dd/MM/yyyy"),
    styled(DateType(), "d MMM yyyy@en"),
    styled(DoubleType("point"), "JavaScript"),
]


@pytest.mark.parametrize("target", TARGETS, ids=lambda each: f"{each.name} {each.style}")
def test_what_was_written_is_never_lost(target: ColumnType):
    cells = pa.array(CELLS, pa.string())

    found = convert(cells, target, WORDS)

    assert found.values.type == target.arrow()
    assert over(target.to_text(found.values), found.asides, target).equals(cells)
    assert found.converted + found.missing + found.misses == len(cells)
    assert found.converted == len(cells) - found.values.null_count
    assert found.missing == (1 if target.is_text else 4)


@pytest.mark.parametrize(
    ("target", "values"),
    [
        (Int64Type(), {"0": 0, "7": 7, "7.0": 7, "9223372036854775807": 2**63 - 1, "9007199254740993": 2**53 + 1}),
        (
            DecimalType(16, 2),
            {
                "0": Decimal("0.00"), "7": Decimal("7.00"), "7.0": Decimal("7.00"), "7.10": Decimal("7.10"),
                "9007199254740993": Decimal("9007199254740993.00"),
            },
        ),
        (
            DoubleType("whole"),
            {"0": 0.0, "-0": -0.0, "7": 7.0, "7.0": 7.0, "7.10": 7.1, "-7.125": -7.125, "1e3": 1000.0, "-1.5E-3": -0.0015},
        ),
        (BoolType(), {"true": True, "TRUE": True}),
        (DateType(), {"2024-02-29": dt.date(2024, 2, 29), "2024-02-29 00:00:00": dt.date(2024, 2, 29)}),
        (TimeType(0), {"13:05": dt.time(13, 5)}),
        (
            TimestampType("T", 3),
            {
                "2024-02-29": DAY, "2024-02-29 00:00:00": DAY,
                "2024-02-29T10:05:00.250": DAY + dt.timedelta(hours=10, minutes=5, milliseconds=250),
            },
        ),
        (styled(DateType(), "dd/MM/yyyy"), {"29/02/2024": dt.date(2024, 2, 29)}),
        (styled(Int64Type(), "#,##0"), {"0": 0, "7": 7, "7.0": 7, "1,234": 1234}),
    ],
    ids=lambda each: f"{each.name} {each.style}" if hasattr(each, "style") else "",
)  # fmt: skip
def test_a_cell_has_the_value_that_it_means_and_no_other(target: ColumnType, values: dict[str, object]):
    found = convert(pa.array(CELLS, pa.string()), target, WORDS)

    there = zip(CELLS, found.values.to_pylist(), strict=True)
    assert {cell: value for cell, value in there if value is not None} == values


def test_words_for_missing_come_before_what_they_look_like():
    found = convert(pa.array(["-999", "7", "n.k.", "NA"]), Int64Type(), ["-999", "n.k."])

    assert found.values.to_pylist() == [None, 7, None, None]
    assert found.asides is not None
    assert found.asides.to_pylist() == ["--999", None, "-n.k.", "!NA"]
    assert (found.converted, found.missing, found.misses) == (1, 2, 1)


def test_many_cells_that_do_not_fit_cost_no_more_than_a_little():
    cells = pa.array([f"2024-02-{30 + i % 2} {i}" if i % 2 else f"{i}" for i in range(200_000)])

    found = convert(cells, DateType(), WORDS)

    assert (found.converted, found.misses) == (0, 200_000)


def test_moments_beyond_nanoseconds_miss_a_type_that_has_them():
    cells = pa.array(["2317-02-15 07:54:24.861904936", "2020-01-01 00:00:00.123456789", "1600-01-01 00:00:00.5"])
    target = wanted_types.chosen(TypeWish.of("timestamp", None), cells.to_pylist(), ())

    found = convert(cells, target, ())

    assert (target.style, found.converted, found.misses) == ("yyyy-MM-dd HH:mm:ss.SSSSSSSSS", 1, 2)
    assert found.asides is not None
    assert [each and each[1:] for each in found.asides.to_pylist()] == [cells[0].as_py(), None, cells[2].as_py()]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("date", "0000-01-01"), ("date", "0000-01"), ("date", "0000-W01"), ("date", "01.01.0000"),
        ("date", "0000-01-01 00:00:00"), ("timestamp", "0000-01-01 00:00:00"), ("timestamptz", "0000-01-01T00:00:00Z"),
        ("timestamptz", "9999-12-31T23:59:59-14:00"), ("timestamptz", "0001-01-01T00:00:00+14:00"),
    ],
)  # fmt: skip
def test_days_outside_of_the_years_1_to_9999_are_no_values(name, text):
    cells = [text, "zz"]

    found = convert(pa.array(cells), wanted_types.chosen(TypeWish.of(name, None), cells, ()), ())

    assert (found.converted, found.misses) == (0, 2)
    assert registry.decide(candidates.examine(pa.array([text]))) == TEXT
