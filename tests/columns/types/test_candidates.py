from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from parquay.columns.types import candidates, missing, registry
from parquay.columns.types.base import ColumnType
from parquay.columns.types.candidates import Examined
from parquay.columns.types.missing_words import WORDS

TYPES = [
    (["7", "-12", "0"], "int64"),
    (["007"], "text"),
    (["+7"], "int64"),
    (["-0"], "double"),
    (["9007199254740994", "1.5"], "double"),
    (["9007199254740993", "1.5"], "text"),
    (["1e3"], "text"),
    (["0x1F"], "text"),
    ([" 7"], "int64"),
    (["  7", " 8"], "text"),
    (["9223372036854775807", "-9223372036854775808"], "int64"),
    (["9223372036854775808"], "decimal(38,0)"),
    (["18446744073709551615", "1"], "decimal(38,0)"),
    (["123456789012345678901234567890"], "decimal(38,0)"),
    (["1" * 38], "decimal(38,0)"),
    (["1" * 39], "text"),
    (["1.50", "-0.05"], "decimal(18,2)"),
    (["-0.00"], "text"),
    (["0.0000001", "-0.0000010", "0.0000000", "9.0000000"], "decimal(18,7)"),
    (["0." + "0" * 36 + "1"], "decimal(38,37)"),
    (["1.5", "1.50"], "text"),
    (["1.5", "2.25"], "double"),
    (["3", "1.5"], "double"),
    (["3.0", "2.25"], "double"),
    (["3", "3.0", "2.25"], "text"),
    (["0.1000000000000000055"], "decimal(38,19)"),
    (["0.1000000000000000055", "1"], "text"),
    (["0.1", "0.30000000000000004"], "double"),
    (["1e+16", "1e-05"], "double"),
    (["5."], "text"),
    ([".5"], "text"),
    (["nan"], "text"),
    (["inf"], "text"),
    (["-INFINITY"], "text"),
    (["-nan"], "text"),
    (["-1", "-Inf"], "text"),
    (["1.5", "nan"], "decimal(18,1)"),
    (["1.5", "inf"], "text"),
    (["true", "false"], "bool"),
    (["Yes", "No"], "text"),
    (["True"], "bool"),
    (["True", "TRUE"], "text"),
    (["true", "0"], "text"),
    (["1,234"], "text"),
    (["5%"], "int64"),
    (["5%", "5"], "text"),
    (["$5.10"], "decimal(18,2)"),
    (["1,5"], "decimal(18,1)"),
    (["NULL"], "text"),
    (["2024-02-29"], "date"),
    (["2023-02-29"], "text"),
    (["2024-2-9"], "date"),
    (["13/02/2024"], "date"),
    (["12/02/2024"], "text"),
    (["13/02/2024", "02/13/2024"], "text"),
    (["02/13/2024"], "date"),
    (["2024-01-02", "2024-01-02 03:04:05"], "text"),
    (["10:11:12"], "time"),
    (["10:11:12.5", "01:02:03.0"], "time"),
    (["10:11"], "time"),
    (["24:00:00"], "duration"),
    (["2024-01-02 03:04:05"], "timestamp"),
    (["2024-01-02T03:04:05.123456789"], "timestamp"),
    (["2024-01-02T03:04"], "timestamp"),
    (["2024-01-02T03:04:05Z"], "timestamptz"),
    (["2024-01-02T03:04:05+02:00", "2024-07-02T03:04:05+02:00"], "timestamptz"),
    (["2024-01-02T03:04:05+02:00", "2024-07-02T03:04:05+01:00"], "timestamptz"),
    (["2024-01-02 03:04:05.50Z", "2024-07-02 03:04:05.00-0930", "2024-07-02 03:04:05.12+05"], "timestamptz"),
    (["2024-01-02 03:04:05Z", "2024-07-02 03:04:05+24:00"], "text"),
    (["2024-01-02 03:04:05Z", "2024-07-02 03:04:05"], "text"),
    (["2024-01-02 03:04:05+01:00", "2024-02-30 03:04:05Z"], "text"),
    (["1500-01-01 00:00:00.1234567"], "text"),
    (["", "1"], "int64"),
    ([None, "1"], "int64"),
    ([None, None], "text"),
]


@pytest.mark.parametrize(("texts", "name"), TYPES)
def test_type_holds_only_for_texts_that_it_gives_back(texts, name):
    column = pa.array(texts, pa.string())

    found = candidates.examined(column)

    kind = registry.decide(found.candidates)
    assert kind.name == name
    assert written(found, column, kind) == texts


def written(found: Examined, column: pa.StringArray, column_type: ColumnType) -> list[str | None]:
    """The cells of a column that was given a type, as they were written."""
    texts = column_type.to_text(found.values(column, column_type))
    return list(missing.over(texts, found.asides(column, column_type), column_type).to_pylist())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("9223372036854775808", Decimal(9223372036854775808)),
        ("-0.05", Decimal("-0.05")),
        ("2024-02-29", dt.date(2024, 2, 29)),
        ("01:02:03.5", dt.time(1, 2, 3, 500_000)),
        ("2024-01-02T03:04:05.25+02:00", dt.datetime(2024, 1, 2, 1, 4, 5, 250_000, tzinfo=dt.UTC)),
    ],
)
def test_value_is_what_the_text_says(text, value):
    column = pa.array([text])

    assert registry.decide(candidates.examine(column)).to_values(column).to_pylist() == [value]


MISSING = st.sampled_from(WORDS)
NUMBER = st.one_of(
    st.integers(-(10**20), 10**20).map(str),
    st.integers(-99, 99).map(str),
    st.floats(allow_nan=False, allow_infinity=False).map(repr),
    st.floats(allow_nan=False, allow_infinity=False).map(lambda value: repr(value).removesuffix(".0")),
    st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-(10**17), max_value=10**17).map(str),
    st.from_regex(r"-?0?[0-9]{0,4}\.?[0-9]{0,4}", fullmatch=True).filter(bool),
)


def _scaled(scale: int) -> st.SearchStrategy[list[str | None]]:
    """Decimals of one scale, down to the smallest."""
    digits = st.integers(1 - 10 ** min(38, scale + 3), 10 ** min(38, scale + 3) - 1) | st.integers(-9, 9)
    return st.lists(st.none() | digits.map(lambda value: format(Decimal(value).scaleb(-scale), "f")), min_size=1)


FIXED = st.integers(1, 38).flatmap(_scaled)
MOMENT = st.one_of(
    st.dates().map(str),
    st.datetimes().map(lambda value: value.isoformat(timespec="seconds")),
    st.datetimes().map(lambda value: value.isoformat(" ", "milliseconds")),
    st.datetimes().map(lambda value: value.isoformat(timespec="microseconds") + "Z"),
    st.times().map(lambda value: value.isoformat("microseconds")),
)
WORD = st.sampled_from(
    [
        "true",
        "false",
        "True",
        "NULL",
        "abc",
        "1,234",
        "1.234",
        "12,5",
        "+7",
        "5%",
        "31/12/2024",
        "1/2/2024",
        "-",
        "--1",
        "1-2",
        "2024-13-45",
        "99:99:99",
        "é",
        "e",
        "E5",
    ]
)
CELLS = (
    st.lists(st.one_of(st.none(), NUMBER), min_size=1, max_size=8)
    | st.lists(MOMENT, min_size=1, max_size=4)
    | st.lists(st.one_of(NUMBER, MOMENT, WORD), min_size=1, max_size=4)
    | FIXED
)


@settings(max_examples=600, deadline=None)
@given(CELLS)
@example(["-0"])
@example(["9007199254740994"])
@example(["-0.0", "1.5"])
@example(["1e16", "1.5"])
@example(["123456789012.5", "1e-05"])
@example(["0.0000001", None, "-0.0000010", "0.0000000"])
def test_every_type_that_holds_gives_back_the_characters(texts):
    column = pa.array(texts, pa.string())

    found = candidates.examined(column)

    for held in (found.candidates or {}).values():
        assert written(found, column, held) == texts


@settings(max_examples=600, deadline=None)
@given(st.lists(st.one_of(st.none(), NUMBER, MOMENT, WORD, MISSING), min_size=2, max_size=10), st.integers(1, 9))
@example(["1e+16", "-0"], 1)
@example(["9007199254740994", "1.5"], 1)
@example(["-0.01", "+7"], 1)
@example(["-0.01", "+7.5"], 1)
@example(["-1", "+7.5"], 1)
@example(["-1000000", "-0.01", "+7"], 1)
@example(["-1000000", "+4915123456"], 1)
def test_grouping_of_the_rows_does_not_change_the_type(texts, cut):
    one, other = pa.array(texts[:cut], pa.string()), pa.array(texts[cut:], pa.string())
    whole = candidates.examine(pa.array(texts, pa.string()))

    first = candidates.examine(one) if len(one) else None
    second = candidates.examine(other, first) if len(other) else None

    joined = registry.join(first, second)
    assert registry.decide(joined) == registry.decide(whole)
    assert registry.decide(registry.join(candidates.examine(other), candidates.examine(one))) == registry.decide(whole)


@settings(max_examples=400, deadline=None)
@given(
    st.lists(st.one_of(st.none(), NUMBER, MISSING), min_size=1, max_size=6) | FIXED,
    st.lists(NUMBER | WORD | MISSING, min_size=1, max_size=3),
)
@example(["0.0000001", "0.0000000"], ["n/a"])
def test_widening_is_exact(early, late):
    before = pa.array(early, pa.string())
    first = candidates.examined(before)
    source = registry.decide(first.candidates)
    target = registry.decide(registry.join(first.candidates, candidates.examine(pa.array(late, pa.string()))))

    widened, asides = candidates.recast(first.values(before, source), first.asides(before, source), source, target)

    assert widened.type == target.arrow()
    assert missing.over(target.to_text(widened), asides, target).to_pylist() == early


@settings(max_examples=400, deadline=None)
@given(st.from_regex(re.compile(r"-?[0-9]{1,20}(\.[0-9]{1,3})?", re.ASCII), fullmatch=True))
def test_numbers_are_numbers_exactly_when_they_are_canonical(text):
    kind = registry.decide(candidates.examine(pa.array([text])))

    canonical = re.fullmatch(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?", text) and not re.fullmatch(r"-0(\.0*)?", text)
    assert (kind.type_id != "text") == bool(canonical) or (kind.type_id == "double" and float(text) == 0)
    if kind.type_id in ("int64", "decimal"):
        assert kind.to_values(pa.array([text]))[0].as_py() == Decimal(text)


def test_column_without_a_cell_takes_the_type_of_what_comes_later():
    assert registry.join(
        candidates.examine(pa.array([None, None], pa.string())), candidates.examine(pa.array(["1"]))
    ) == (candidates.examine(pa.array(["1"])))


def test_wanted_type_is_taken_only_where_it_holds():
    kinds = candidates.examine(pa.array(["1", "2"]))

    assert registry.decide(kinds, "text").name == "text"
    assert registry.decide(kinds, "double").name == "double"
    assert registry.decide(kinds, "date").name == "int64"
