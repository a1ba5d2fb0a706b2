"""The definition of a canonical text beside everything that proves it faster."""

from __future__ import annotations

import re
from datetime import timedelta
from uuid import UUID

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from parquay.columns.styles import durations
from parquay.columns.types import missing, provers, registry
from parquay.columns.types.base import ColumnType
from parquay.columns.types.bool import BoolType
from parquay.columns.types.candidates import examined
from parquay.columns.types.cells import Cells
from parquay.columns.types.date import DateType
from parquay.columns.types.decimal import DecimalType
from parquay.columns.types.double import DoubleType
from parquay.columns.types.duration import DurationType
from parquay.columns.types.int64 import Int64Type
from parquay.columns.types.missing_words import is_word
from parquay.columns.types.reference import is_canonical
from parquay.columns.types.styled import MARK
from parquay.columns.types.time import TimeType
from parquay.columns.types.timestamp import MIXED, TimestampType
from parquay.columns.types.uuid import UuidType

ZONES = st.sampled_from(["Z", "+02:00", "-0930", "+05", "-00:00", "+24:00", "+01:60", ""])
NUMBERS = st.one_of(
    st.integers(-(10**20), 10**20).map(str),
    st.integers(-99, 99).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.floats(-1000, 1000).map(lambda value: f"{value:.2f}"),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda value: repr(value).removesuffix(".0")),
    st.from_regex(re.compile(r"-?0?[0-9]{0,4}\.?[0-9]{0,4}", re.ASCII), fullmatch=True),
)
MOMENTS = st.one_of(
    st.dates().map(str),
    st.datetimes().map(lambda value: value.isoformat(timespec="seconds")),
    st.datetimes().map(lambda value: value.isoformat(" ", "milliseconds") + "+02:00"),
    st.datetimes().map(lambda value: value.isoformat(timespec="minutes") + "Z"),
    st.times().map(lambda value: value.isoformat("microseconds")),
)
PERIODS = st.timedeltas().map(lambda value: durations.written(value // timedelta(microseconds=1), "PTnHnMnS"))
ODD = st.sampled_from(
    ["true", "false", "True", "", "abc", "-", "--1", "2024-13-45", "2023-02-29", "99:99:99", "24:00:00", "-0", "-0.00", "+7", "007",
     "0x1F", "1e5", "1e+16", "1e-05", ".5", "5.", "nan", "inf", "-inf", "P", "PT", "P1D", "PT0S", "-PT0S", "PT90M", "PT1.50S", "0" * 32, " 7", "7 ", "9" * 39, "0.1000000000000000055", "é"]
)  # fmt: skip
COLUMNS = st.one_of(
    st.lists(NUMBERS, min_size=1, max_size=6),
    st.lists(MOMENTS, min_size=1, max_size=3),
    st.lists(
        st.builds(lambda at, zone: at.isoformat(" ", "seconds") + zone, st.datetimes(), ZONES), min_size=2, max_size=4
    ),
    st.lists(st.one_of(NUMBERS, ODD), min_size=1, max_size=4),
    st.lists(st.one_of(MOMENTS, ODD), min_size=1, max_size=3),
    st.lists(st.one_of(PERIODS, st.uuids().map(str), ODD), min_size=1, max_size=3),
    st.lists(ODD, min_size=1, max_size=3),
)


def forms(texts: list[str]) -> list[ColumnType]:
    """Every type but text, in every form in which the first text could be canonical."""
    first = texts[0]
    scale = len(first.partition(".")[2])
    digits = max(1, min(38 - scale, max(len(text.lstrip("-").partition(".")[0]) for text in texts)))
    zone = re.search(r"(Z|[+-]\d\d(:?\d\d)?)$", first)
    fractions = [-1, *range(10)]
    zones = [zone[0], MIXED] if zone else [""]
    stamps = [TimestampType(sep, fraction, each) for sep in " T" for fraction in fractions for each in zones]
    decimals = [DecimalType(digits, scale)] if scale <= 37 else []
    doubles = [DoubleType("any"), DoubleType("whole"), DoubleType("point")]
    return [
        BoolType(),
        Int64Type(),
        *decimals,
        *doubles,
        DateType(),
        DurationType(),
        UuidType(),
        *map(TimeType, range(10)),
        *stamps,
    ]


@settings(max_examples=400, deadline=None)
@example(["-0"])
@example(["-0.00", "1.25"])
@example(["9007199254740993", "1"])
@example(["18446744073709551615"])
@example(["1.5", "1.50"])
@example(["0.00", "1.797693134862316e+306"])
@example(["1500-01-01 00:00:00.1234567"])
@example(["2024-01-02T03:04Z"])
@given(COLUMNS)
def test_a_type_holds_exactly_where_reading_and_writing_gives_back_every_cell(texts):
    column = pa.array(texts, pa.string())

    found = examined(column)

    values = [text for text in texts if not is_word(text)]
    cells = pa.array(values, pa.string())
    held = {each.type_id for each in forms(values) if is_canonical(cells, each)} if values else set()
    assert {key for key in found.candidates or () if MARK not in key} == held
    for each in (found.candidates or {}).values():
        assert is_canonical(cells, each)
        assert found.values(column, each).drop_null().equals(each.to_values(cells))
        assert (
            missing.over(each.to_text(found.values(column, each)), found.asides(column, each), each).to_pylist()
            == texts
        )


@settings(max_examples=200, deadline=None)
@given(COLUMNS)
def test_a_prover_that_is_sure_says_what_the_definition_says(texts):
    column = pa.array(texts, pa.string())

    for prover in provers.PROVERS:
        proof = prover(Cells.of(column)) if all(texts) or prover is provers.empty_cells else None
        if proof is not None:
            assert all(is_canonical(column, each) for each in proof)


@pytest.mark.parametrize("text", ["nan", "inf", "-inf"])
def test_what_is_no_number_is_no_canonical_double(text):
    assert not is_canonical(pa.array([text]), DoubleType("any"))


def test_every_type_but_text_has_a_prover_or_is_found():
    samples = ["true", "7", "1.50", "1.5", "2024-02-29", "13:05:09", "2024-02-29 13:05:09", "PT1H", str(UUID(int=7))]

    found = {each.type_id for text in samples for each in (examined(pa.array([text])).candidates or {}).values()}

    assert found == set(registry.TYPES) - {"text"}
