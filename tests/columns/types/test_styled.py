"""Styles against renderings of their own: Python writes the values, and they must come back, whatever cuts the column."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pyarrow as pa
from hypothesis import example, given, settings
from hypothesis import strategies as st

from parquay.columns.types import candidates, missing, registry
from parquay.columns.types.base import ColumnType, RespeltCell
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
