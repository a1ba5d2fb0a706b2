"""Styles against renderings of their own: Python writes the values, and they must come back, whatever cuts the column."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from parquay.columns.types import candidates, missing, registry
from parquay.columns.types.base import ColumnType, RespeltCell, Unfit
from parquay.columns.types.reference import is_canonical
from parquay.columns.types.styled import StyledType

MONTHS = [
    "Januar",
    "Februar",
    "März",
    "April",
    "Mai",
    "Juni",
    "Juli",
    "August",
    "September",
    "Oktober",
    "November",
    "Dezember",
]
CENTS = st.integers(-(10**12), 10**12).map(lambda cents: Decimal(cents).scaleb(-2))
INTEGERS = st.integers(-(10**8), 10**8) | st.integers(-1200, 1200)
DAYS = st.dates()
NEAR = st.dates(dt.date(1969, 1, 1), dt.date(2068, 12, 31))
ENGLISH = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
ITALIAN = [
    "gennaio",
    "febbraio",
    "marzo",
    "aprile",
    "maggio",
    "giugno",
    "luglio",
    "agosto",
    "settembre",
    "ottobre",
    "novembre",
    "dicembre",
]
PORTUGUESE = ["jan", "fev", "mar", "abr", "mai", "jun", "jul", "ago", "set", "out", "nov", "dez"]
DUTCH = ["jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec"]
QUARTERS = DAYS.map(lambda value: value.replace(month=(value.month - 1) // 3 * 3 + 1, day=1))
STAMPS = st.datetimes().map(lambda value: value.replace(microsecond=0))
LATE = st.datetimes(dt.datetime.fromisoformat("1900-01-01"))
ROUND = LATE | LATE.map(lambda value: value.replace(microsecond=0))
AHEAD = ROUND.map(lambda value: value.replace(tzinfo=dt.timezone(dt.timedelta(hours=2))))
PLAIN = ROUND.map(lambda value: value.replace(tzinfo=dt.UTC))
SPANS = st.timedeltas(dt.timedelta(-400), dt.timedelta(400)).map(lambda value: value // dt.timedelta(microseconds=1))
FINE = st.datetimes() | STAMPS
ZONED = st.datetimes(
    dt.datetime.fromisoformat("1900-01-01"),
    timezones=st.sampled_from([60, 120, 0, -570]).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes))),
).map(lambda value: value.replace(microsecond=0))
FAR = st.datetimes(
    dt.datetime.fromisoformat("1900-01-01"),
    timezones=st.sampled_from([60, 120, 0, 330]).map(lambda minutes: dt.timezone(dt.timedelta(minutes=minutes))),
)


SIX = st.floats(-1e308, 1e308).map(lambda value: float(f"{value:.2e}"))
BINARY = st.floats(-1000, 1000) | st.floats(1e-9, 1e-3) | st.integers(-(10**14), 10**14).map(float)
ROUNDED = st.integers(-999_999, 999_999).map(float) | st.integers(-99, 99).map(lambda value: value * 1e5)


def _dotnet(value: float) -> str:
    return repr(value).removesuffix(".0").replace("e", "E")


def _java(value: float) -> str:
    if not value or 1e-3 <= abs(value) < 1e7:
        return repr(value)
    mantissa, _, power = f"{Decimal(repr(value)).normalize():e}".partition("e")
    return f"{mantissa}{'.0' * ('.' not in mantissa)}E{int(power)}"


def _sqlite(value: float) -> str:
    mantissa, _, power = repr(value).partition("e")
    return f"{mantissa}{'.0' * ('.' not in mantissa)}e{power}" if power else mantissa


def _r(value: float) -> str:
    plain = format(Decimal(repr(value)), "f").removesuffix(".0")
    mantissa, _, power = f"{Decimal(repr(value)).normalize():e}".partition("e")
    short = f"{mantissa}e{power[0]}{power[1:]:0>2}"
    return plain if len(plain) <= len(short) else short


def _clock(micros: int, width: int = 1, digits: int | None = None) -> str:
    seconds, fraction = divmod(abs(micros), 1_000_000)
    shown = f"{fraction:06}".rstrip("0") or "0" if digits is None else f"{fraction:06}"[:digits]
    return f"{'-' * (micros < 0)}{seconds // 3600:0{width}}:{seconds // 60 % 60:02}:{seconds % 60:02}.{shown}"


def _iso(micros: int) -> str:
    hours, minutes, seconds = (int(part) for part in _clock(abs(micros)).removesuffix(".0").split(":"))
    parts = [f"{number}{unit}" for number, unit in ((hours, "H"), (minutes, "M"), (seconds, "S")) if number]
    return f"{'-' * (micros < 0)}PT{''.join(parts) or '0S'}"


def _in_parentheses(text: str, value: Any) -> str:
    return f"({text})" if value < 0 else text


def _european(text: str) -> str:
    return text.translate(str.maketrans(",.", ".,"))


def _trimmed(value: dt.datetime) -> str:
    return value.isoformat(" ", "microseconds").rstrip("0").removesuffix(".")


WRITTEN: dict[str, tuple[st.SearchStrategy[Any], Callable[[Any], str]]] = {
    "TRUE/FALSE": (st.booleans(), lambda value: str(value).upper()),
    "WAHR/FALSCH": (st.booleans(), lambda value: "WAHR" if value else "FALSCH"),
    "True/False": (st.booleans(), str),
    "#,##0": (INTEGERS, lambda value: f"{value:,}"),
    "#,##0.0": (CENTS, lambda value: f"{value:,.2f}"),
    "#.##0,0": (CENTS, lambda value: _european(f"{value:,.2f}")),
    "# ##0,0": (CENTS, lambda value: f"{value:,.2f}".replace(",", " ").replace(".", ",")),
    "#'##0.0": (CENTS, lambda value: f"{value:,.2f}".replace(",", "'")),
    "0,0": (CENTS, lambda value: f"{value:.2f}".replace(".", ",")),
    "+0;-0;0": (st.integers(-999_999, 999_999), lambda value: f"{value:+d}" if value else "0"),
    "+0": (st.integers(-999_999, 999_999), lambda value: f"{value:+d}"),
    "0%": (INTEGERS, lambda value: f"{value}%"),
    "0,0 %": (CENTS, lambda value: f"{value:.2f} %".replace(".", ",")),
    "$#,##0.0": (CENTS, lambda value: f"{'-' * (value < 0)}${abs(value):,.2f}"),
    "#.##0,0 €": (CENTS, lambda value: _european(f"{value:,.2f} €")),
    "#,##0.0;(#,##0.0)": (CENTS, lambda value: _in_parentheses(f"{abs(value):,.2f}", value)),
    "0;(0)": (INTEGERS, lambda value: _in_parentheses(str(abs(value)), value)),
    "$0.0;($0.0)": (CENTS, lambda value: _in_parentheses(f"${abs(value):.2f}", value)),
    "0.0;0.0-": (CENTS, lambda value: f"{abs(value):.2f}{'-' * (value < 0)}"),
    "#.##0,0;#.##0,0-": (CENTS, lambda value: _european(f"{abs(value):,.2f}") + "-" * (value < 0)),
    "0;\u22120": (INTEGERS, lambda value: str(value).replace("-", "\u2212")),
    " 0": (INTEGERS, lambda value: f"{'-' * (value < 0)} {abs(value)}"),
    "0.000000e+00": (SIX, lambda value: f"{value:.6e}"),
    "0.000000000000000000e+00": (BINARY, lambda value: f"{value:.18e}"),
    "#.0??": (CENTS, lambda value: f"{value:.2f}".replace("-0.", "-.") if -1 < value < 0 else f"{value:.2f}".removeprefix("0" * (0 <= value < 1))),
    "0.00E+0": (SIX, lambda value: re.sub(r"e([+-])0?", r"E\1", f"{value:.2e}")),
    ".NET": (BINARY, _dotnet),
    "Java": (BINARY | SIX, _java),
    "SQLite": (BINARY.filter(lambda value: abs(value) < 1e16), _sqlite),
    "R": (BINARY | SIX | ROUNDED, _r),
    "C": (SIX | ROUNDED, lambda value: f"{value:g}"),
    "JavaScript": (BINARY.filter(lambda value: 1e-6 <= abs(value) < 1e16), lambda value: format(Decimal(repr(value)), "f").removesuffix(".0")),
    "dd/MM/yyyy": (DAYS, lambda value: f"{value.day:02}/{value.month:02}/{value.year:04}"),
    "M/d/yyyy": (DAYS, lambda value: f"{value.month}/{value.day}/{value.year:04}"),
    "d.M.yyyy": (DAYS, lambda value: f"{value.day}.{value.month}.{value.year:04}"),
    "yyyy/MM/dd": (DAYS, lambda value: value.isoformat().replace("-", "/")),
    "yyyy-M-d": (DAYS, lambda value: f"{value.year:04}-{value.month}-{value.day}"),
    "dd.MM.yy?": (NEAR, lambda value: f"{value:%d.%m.%y}"),
    "d-MMM-yy@en?": (NEAR, lambda value: f"{value.day}-{ENGLISH[value.month - 1]}-{value:%y}"),
    "d. MMMM yyyy@de": (DAYS, lambda value: f"{value.day}. {MONTHS[value.month - 1]} {value.year:04}"),
    "dd.MM.yyyy HH:mm": (STAMPS.map(lambda value: value.replace(second=0)), lambda value: f"{value.day:02}.{value.month:02}.{value.year:04} {value:%H:%M}"),
    "M/d/yyyy h:mm:ss a": (STAMPS, lambda value: f"{value.month}/{value.day}/{value.year:04} {(value.hour % 12) or 12}:{value:%M:%S} {'PM' if value.hour > 11 else 'AM'}"),
    "yyyy-MM-dd HH:mm:ss[.S]": (FINE, _trimmed),
    "yyyy-MM-dd'T'HH:mm:ss[.SSSSSS]": (FINE, lambda value: value.isoformat()),
    "yyyy-MM-dd HH:mm:ssXXX": (ZONED, lambda value: value.isoformat(" ")),
    "dd/MMM/yyyy:HH:mm:ss xx@en": (ZONED, lambda value: f"{value.day:02}/{ENGLISH[value.month - 1]}/{value.year:04}:{value:%H:%M:%S %z}"),
    "yyyy-MM-dd HH:mm:ss xx": (ZONED, lambda value: value.isoformat(" ")[:19] + f"{value: %z}"),
    "ddMMMyyyy:HH:mm:ss@EN": (STAMPS, lambda value: f"{value.day:02}{ENGLISH[value.month - 1].upper()}{value.year:04}:{value:%H:%M:%S}"),
    "yyyy-MM-dd HH:mm:ss,SSS": (FINE.map(lambda value: value.replace(microsecond=value.microsecond // 1000 * 1000)), lambda value: value.isoformat(" ", "milliseconds").replace(".", ",")),
    "yyyy-MM-dd'T'HH:mm:ss[.SSSSSS]'+02:00'": (AHEAD, lambda value: value.isoformat()),
    "yyyy-MM-dd HH:mm:ss[.S]'+00'": (PLAIN, lambda value: _trimmed(value.replace(tzinfo=None)) + "+00"),
    "yyyy-MM-dd HH:mm:ss xxx": (ZONED, lambda value: f"{value.isoformat(' ')[:-6]} {value.isoformat()[-6:]}"),
    "yyyy-MM-dd HH:mm:ss[.S]x": (FAR, lambda value: _trimmed(value.replace(tzinfo=None)) + value.isoformat()[-6:].removesuffix(":00")),
    "yyyy-MM-dd'T'HH:mm:ss[.SSSSSS]xxx": (FAR, lambda value: value.isoformat()),
    "d MMMM yyyy@it": (DAYS, lambda value: f"{value.day} {ITALIAN[value.month - 1]} {value.year:04}"),
    "d 'de' MMM 'de' yyyy@pt": (DAYS, lambda value: f"{value.day} de {PORTUGUESE[value.month - 1]} de {value.year:04}"),
    "dd/MMM/yyyy@nl": (DAYS, lambda value: f"{value.day:02}/{DUTCH[value.month - 1]}/{value.year:04}"),
    "yyyy-QQQ?": (QUARTERS, lambda value: f"{value.year:04}-Q{value.month // 3 + 1}"),
    "QQQ yyyy?": (QUARTERS, lambda value: f"Q{value.month // 3 + 1} {value.year:04}"),
    "YYYY-'W'ww": (DAYS.map(lambda value: value - dt.timedelta(value.weekday())), lambda value: "{:04}-W{:02}".format(*value.isocalendar())),
    "YYYY-'W'ww-e": (DAYS, lambda value: "{:04}-W{:02}-{}".format(*value.isocalendar())),
    "[h]:mm:ss[.S]": (SPANS, lambda value: _clock(value).removesuffix(".0")),
    "[hh]:mm:ss.000": (SPANS.map(lambda value: abs(value) // 1000 * 1000), lambda value: _clock(value, 2, 3)),
    "Python": (SPANS, lambda value: str(dt.timedelta(microseconds=value))),
    "PTnHnMnS": (SPANS.map(lambda value: value // 1_000_000 * 1_000_000), _iso),
    "8-4-4-4-12 upper": (st.uuids().map(str), str.upper),
    "{8-4-4-4-12}": (st.uuids().map(str), lambda value: f"{{{value}}}"),
    "32?": (st.uuids().map(str), lambda value: value.replace("-", "")),
    "HH:mm": (st.times().map(lambda value: value.replace(second=0, microsecond=0)), lambda value: f"{value:%H:%M}"),
}  # fmt: skip
"""For each style values and how they are written."""
COLUMNS = st.sampled_from(sorted(WRITTEN)).flatmap(
    lambda style: st.tuples(st.just(style), st.lists(WRITTEN[style][0], min_size=1, max_size=8))
)


def decided(texts: list[str]) -> ColumnType:
    return registry.decide(candidates.examine(pa.array(texts, pa.string())))


def styled(texts: list[str]) -> StyledType:
    kind = decided(texts)
    assert isinstance(kind, StyledType)
    return kind


@settings(max_examples=150, deadline=None)
@given(COLUMNS)
@example(("#,##0", [1234, 1_000_000]))
@example(("#.##0,0", [Decimal("1234.50")]))
def test_every_cell_comes_back_and_has_its_value(column):
    style, values = column
    cells = pa.array([WRITTEN[style][1](value) for value in values], pa.string())

    held = candidates.examined(cells)

    kinds = list((held.candidates or {}).values())
    assert all(is_canonical(cells, kind) for kind in kinds)
    same = [kind for kind in kinds if kind.style == style]
    for kind in same:
        assert [_plain(value) for value in held.values(cells, kind).to_pylist()] == [_plain(value) for value in values]
    chosen = registry.decide(held.candidates)
    if chosen.style == style:
        assert chosen in same
    shown = missing.over(chosen.to_text(chosen.to_values(cells)), chosen.kept_aside(cells), chosen)
    assert shown.to_pylist() == cells.to_pylist()


def _plain(value: object) -> object:
    return Decimal(repr(value)) if isinstance(value, float) else value


@settings(max_examples=250, deadline=None)
@given(
    COLUMNS,
    st.integers(1, 7),
    st.sampled_from(["", "x", "7", "1.234", "2024-11-12", "2024-11-12 10:00:00", "-3", None]),
)
@example(("#,##0.0", [Decimal("9.50"), Decimal("1234.50")]), 1, "")
@example(("#,##0", [999, 1234]), 1, "")
@example((".NET", [0.5, 1e-05]), 1, "")
@example(("Java", [0.5, 1e-05, 12345.0]), 1, "")
@example(("Java", [12345678.0, 0.5]), 1, "3.0")
@example((".NET", [3.0, 1e-05]), 1, "7")
@example((".NET", [0.0] * 7 + [1e-05]), 1, "7")
@example(("R", [1e-05, 1e5]), 1, "")
@example(("R", [123456.0, 1e-04, 1e5]), 1, "7")
@example(("C", [1e-05, 0.5, 1e6]), 2, "7")
@example(("C", [1e22, 5e-07, 1e6]), 1, "")
@example(("SQLite", [0.5, 1e-05]), 1, "")
@example(("0;(0)", [5, -5]), 1, "")
@example(("0;(0)", [-5, 5]), 1, "-3")
@example(("0;(0)", [-5, -5]), 1, "")
@example(("0.0;0.0-", [Decimal("1.50"), Decimal("-1.50")]), 1, "-3")
@example(("#,##0.0;(#,##0.0)", [Decimal("1.50"), Decimal("-1.50"), Decimal("1234.50")]), 1, "")
@example(("+0", [-5, 5]), 1, "")
@example(("+0;-0;0", [0, 5]), 1, "")
@example(("#.##0,0", [Decimal("1.00"), Decimal("1234.50")]), 1, "1.234")
@example(
    (
        "yyyy-MM-dd HH:mm:ss[.S]",
        [dt.datetime.fromisoformat(f"2024-01-01 {clock}") for clock in ("10:00", "10:00:00.5")],
    ),
    1,
    "",
)
@example(("dd/MM/yyyy", [dt.date(2024, 1, 2), dt.date(2024, 1, 13)]), 1, "")
def test_a_cut_anywhere_gives_the_same_type(column, cut, odd):
    style, values = column
    texts = [WRITTEN[style][1](value) for value in values] + ([] if odd == "" else [odd])
    whole = decided(texts)

    first = candidates.examine(pa.array(texts[:cut], pa.string()))
    second = candidates.examine(pa.array(texts[cut:], pa.string()), first) if texts[cut:] else None
    alone = candidates.examine(pa.array(texts[cut:], pa.string())) if texts[cut:] else None

    joined = registry.join(first, second)
    assert registry.decide(joined) == whole
    assert registry.decide(registry.join(alone, first)) == whole
    assert registry.candidates_from_json(registry.candidates_to_json(joined)) == joined


@settings(max_examples=100, deadline=None)
@given(COLUMNS, st.sampled_from(["n/a", "1.234", "12", "007", "2024-01-02", "12,5"]))
def test_a_late_misfit_widens_back_to_what_was_written(column, odd):
    style, values = column
    texts = pa.array([WRITTEN[style][1](value) for value in values], pa.string())
    first = candidates.examine(texts)
    source = registry.decide(first)
    target = registry.decide(registry.join(first, candidates.examine(pa.array([odd]))))

    widened, asides = candidates.recast(source.to_values(texts), source.kept_aside(texts), source, target)

    assert widened.type == target.arrow()
    assert missing.over(target.to_text(widened), asides, target).to_pylist() == texts.to_pylist()
    assert widened.equals(target.to_values(texts))


@settings(max_examples=60, deadline=None)
@given(COLUMNS, st.data())
def test_an_edit_takes_values_and_texts_of_the_style(column, data):
    style, values = column
    write = WRITTEN[style][1]
    cells = pa.array([write(value) for value in values], pa.string())
    kind = decided(cells.to_pylist())
    if not isinstance(kind, StyledType) or kind.style != style:
        return
    new = data.draw(st.sampled_from(values))
    found = kind.read_cell(write(new))
    value, aside = (found.value, found.aside) if isinstance(found, RespeltCell) else (found, None)
    stored, asides = pa.array([value], kind.stored()), pa.array([aside], pa.string())

    assert missing.over(kind.to_text(kind.of_stored(stored)), asides, kind).to_pylist() == [write(new)]
    shown = kind.json_values(pa.chunked_array([kind.of_stored(stored)]))[0]
    assert pa.array([kind.read_cell(shown)], kind.stored()).equals(stored)


@pytest.mark.parametrize(
    ("style", "texts", "value"),
    [
        ("HH:mm", ["10:05"], "10:05:30"),
        ("yyyy-MM", ["2024-01"], "2024-01-15"),
        ("dd.MM.yyyy HH:mm", ["31.12.2024 10:05"], "2024-12-31 10:05:01"),
        ("#,##0", ["1,234,567"], "1.5"),
    ],
)
def test_what_the_style_cannot_write_is_no_edit(style, texts, value):
    kind = styled(texts)

    assert kind.style == style
    with pytest.raises(Unfit):
        kind.read_cell(value)


@pytest.mark.parametrize(
    "texts",
    [
        ["007", "1,234"], ["+491701234567"], ["12E4"], ["192.168.100.200"], ["612 345 678"], ["1,234"], ["05/04/2025"],
        ["1.1", "1.10"], ["1,1", "1,10"], ["12%", "12"], ["$5", "5"], ["$-5"], ["1,23,456"], ["1.234,567.8"], ["+5", "5"],
        ["10:05", "01:05", "1:05"], ["31.12.25"], ["12/2024"], ["ABC 123"], ["TRUE", "true"], ["29/02/2023"], ["1234", "1,234"],
        ["(1)", "(2)"], ["12-", "13-"], ["(5)", "-3", "7"], ["(0)", "7"], ["(555) 1234"], ["5-", "-5"],
        ["1E5"], ["1e10"], ["5 Foo 2024"], ["9" * 39 + "%"], ["1 234 567 890"], ["-0%"], ["2024-13"], ["1234", "1,234", "12,345"],
    ],
)  # fmt: skip
def test_what_is_not_sure_stays_text(texts):
    assert decided(texts).is_text


@pytest.mark.parametrize("sure", ["1,5", "0,234", "1234,567", "-0,001"])
def test_a_comma_is_a_decimal_mark_when_one_cell_shows_it(sure):
    assert styled(["1234", "1,234", sure]).style == "0,0"


@pytest.mark.parametrize(
    ("texts", "op", "asked", "values"),
    [
        (["1,234.50"], "eq", "1234.5", ("1234.50",)),
        (["1,234.50"], "eq", "1,234.50", ("1234.50",)),
        (["31.12.2025"], "ge", "31.12.2025", ("2025-12-31",)),
        (["31.12.2025"], "ge", "2025-12-31", ("2025-12-31",)),
        (["TRUE"], "eq", "true", ("true",)),
        (["12%"], "gt", "12%", ("12",)),
    ],
)
def test_a_filter_takes_values_and_texts_of_the_style(texts, op, asked, values):
    assert decided(texts).compare(op, asked).values == values


@pytest.mark.parametrize(
    ("texts", "style"),
    [
        (["Jan 2024", "Feb 2024"], "MMM yyyy@en"),
        (["Jan 2024", "Dez 2024"], "MMM yyyy@de"),
        (["5 JAN 2024", "5 DEC 2024"], "d MMM yyyy@EN"),
        (["5 ene 2024", "5 abr 2024"], "d MMM yyyy@es"),
        (["5 Mai 2024", "6 Juni 2024"], "d MMMM yyyy@de"),
        (["1 janv. 2024", "1 août 2024"], "d MMM yyyy@fr"),
    ],
)
def test_names_of_months_tell_their_language(texts, style):
    assert styled(texts).style == style


def test_catalog_keeps_style_and_form():
    kind = decided(["1.234,56", "0,50"])

    assert registry.type_to_json(kind) == {"kind": "decimal", "form": {"style": "#.##0,0", "form": [4, 2, True]}}
    assert registry.type_from_json(registry.type_to_json(kind)) == kind
    with pytest.raises(LookupError):
        registry.column_type("decimal", {"style": "no style", "form": [4, 2]})


def test_a_style_that_the_caller_names_decides_what_is_open():
    held = candidates.examine(pa.array(["05/04/2025"]))

    assert registry.decide(held, "date:MM/dd/yyyy").to_values(pa.array(["05/04/2025"]))[0].as_py() == dt.date(
        2025, 5, 4
    )
    assert registry.decide(held, "date").is_text


@pytest.mark.parametrize(
    ("cells", "wanted", "years"),
    [
        (["31.12.24", "01.02.68", "01.02.69"], "date:dd.MM.yy", [2024, 2068, 1969]),
        (["05/04/24"], "date:MM/dd/yy", [2024]),
        (["5-Apr-24", "12-May-99"], "date:d-MMM-yy@en", [2024, 1999]),
        (["24-12-31"], "date:yy-MM-dd", [2024]),
        (["31.12.24 10:05"], "timestamp:dd.MM.yy HH:mm", [2024]),
        (["32.12.24"], "date:dd.MM.yy", None),
        (["31.12.24", "31.12.2024"], "date:dd.MM.yy", None),
    ],
)
def test_years_of_two_digits_are_years_where_somebody_names_the_style(cells, wanted, years):
    column = pa.array(cells)
    held = candidates.examine(column)

    told = registry.decide(held, wanted)

    assert registry.decide(held).is_text
    assert registry.is_style(wanted.partition(":")[2])
    if years is None:
        assert told.is_text
    else:
        assert (told.type_id, told.style) == tuple(wanted.split(":", 1))
        assert [value.year for value in told.to_values(column).to_pylist()] == years
        assert told.to_text(told.to_values(column)).equals(column)


def test_an_edit_that_years_of_two_digits_cannot_write_is_refused():
    kind = registry.type_from_json({"kind": "date", "form": {"style": "dd.MM.yy", "form": True}})

    assert kind.read_cell("31.12.24") == kind.read_cell("2024-12-31") == dt.date(2024, 12, 31)
    with pytest.raises(Unfit):
        kind.read_cell("1924-12-31")


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("01/Jan/2001:00:00:00 +0130", "01/Jan/2001:00:00:00 +0130"),
        ("2001-01-01T00:00:00+02:00", "01/Jan/2001:00:00:00 +0200"),
        ("2001-01-01 00:00:00-05", "01/Jan/2001:00:00:00 -0500"),
        ("2001-01-01 00:00:00Z", "01/Jan/2001:00:00:00 +0000"),
    ],
)
def test_an_edit_keeps_the_offset_that_was_written(given, shown):
    kind = decided(["01/Jan/2000:00:00:00 +0100", "01/Jul/2000:00:00:00 +0200"])

    found = kind.read_cell(given)

    value, aside = (found.value, found.aside) if isinstance(found, RespeltCell) else (found, None)
    texts = kind.to_text(pa.array([value], kind.stored()))
    assert missing.over(texts, pa.array([aside], pa.string()), kind).to_pylist() == [shown]
