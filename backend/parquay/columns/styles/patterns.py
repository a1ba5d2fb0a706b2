"""The patterns of dates and times that a cell may be written in, seen from the cell alone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

from parquay.columns.styles import month_names
from parquay.columns.styles.amounts import OPEN
from parquay.columns.styles.calendar import BRACKETS, OFFSET, OFFSET_TOKENS, ZONES, MomentStyle, fields_of

MONTHS, DATE_FIELDS = 12, 3
OFFSET_CHARS = 7
"""Characters of ` +02:00`."""
MAX_CHARS = 60
"""Characters of the longest date and time."""
_NUMBERS = re.compile(r"(\d\d?)(\. |[./ -])(\d\d?)(\. |[./ -])(\d{4}|\d\d)(\.?)")
_SHORT_YEAR_FIRST = re.compile(r"\d\d([/-])(?:0[1-9]|1[0-2])\1\d\d")
_YEAR_FIRST = re.compile(r"(\d{4})([./ -])(\d\d?)([./ -])(\d\d?)")
_YEAR_MONTH = re.compile(r"\d{4}([-/])(?:0[1-9]|1[0-2])")
_WORD = r"([^\W\d_]{3,10}\.?)"
_DAY_NAME = re.compile(rf"(\d\d?)(\. |[ ./-]| de )?{_WORD}( de |, |[ /-]|)(\d{{4}}|\d\d)")
_NAME_DAY = re.compile(rf"{_WORD}([ -])(\d\d?)(,? |-)(\d{{4}}|\d\d)")
_NAME_YEAR = re.compile(rf"{_WORD}( de |[ -])(\d{{4}})")
_LOGGED = re.compile(r"(\[?)\d\d/([A-Z][a-z]{2})/\d{4}:\d\d:\d\d:\d\d [-+]\d{4}(\]?)", re.ASCII)
"""A moment as logs of web servers have it, `02/Jan/2006:15:04:05 -0700`, in brackets or without."""
_CLOCK = re.compile(r"(\d\d?):\d\d(:\d\d(?:([.,])(\d{1,9}))?)?(?:( ?)([AP]M|[ap]m))?")
_BETWEEN = re.compile(r"(?<=[\d.])(?:T|, | )(?=\d\d?:\d\d)|(?<=[^\W\d_]\d{4}):(?=\d\d:\d\d:\d\d)")
_FIXED_OFFSET = re.compile(rf":\d\d(?:\.\d{{1,9}})?({OFFSET.pattern})$", re.ASCII)
_OFFSET = re.compile(r"(?<=\d) [-+]\d\d:?\d\d", re.ASCII)
_LITERAL = re.compile(r"[A-Za-z]+")
_CANONICAL = re.compile(
    r"yyyy-MM-dd|HH:mm:ss(?:\.S+)?|yyyy-MM-dd(?: |'T')HH:mm(?::ss(?:\.S+)?)?(?:'[-+:Z\d]+'|x{1,3})?"
)


@lru_cache(maxsize=4096)
def styles_of(cell: str, *, fractions: bool) -> tuple[MomentStyle, ...]:
    """The styles in which a cell may be written, canonical ones left out.

    `fractions`: whether fractions of a second may be missing in some cells, this one perhaps.
    """
    if len(cell) > MAX_CHARS or not any(map(str.isdigit, cell)):
        return ()
    if logged := _LOGGED.fullmatch(cell):
        return tuple(_logged(*logged.groups()))
    zone, behind = _zone_of(cell)
    text = cell[: len(cell) - len(zone)]
    clocks = [(clock, "") for clock in _clocks(text, fractions=fractions)] if not zone else []
    between = _BETWEEN.search(text)
    if between is not None:
        mark = _quoted(between[0])
        parts = [
            (day, language, clock)
            for day, language in _days(text[: between.start()])
            for clock in _clocks(text[between.end() :], fractions=fractions)
        ]
        clocks += [(f"{day}{mark}{clock}{zone}", language) for day, language, clock in parts for zone in behind]
    elif not zone:
        clocks += _days(text)
    return tuple(_style(*each) for each in clocks if not _CANONICAL.fullmatch(each[0]))


def _style(pattern: str, language: str) -> MomentStyle:
    """A style; with years of two digits it may be something else, until somebody names it."""
    found = MomentStyle(pattern, language)
    return MomentStyle(pattern, language, is_open=True) if found.has_short_years else found


def _zone_of(cell: str) -> tuple[str, tuple[str, ...]]:
    """What stands behind the clock of a cell to say its zone, and its patterns."""
    zone = next((each for each in ZONES if cell.endswith(each) and cell[: -len(each)][-1:].isdigit()), "")
    offset = _OFFSET.search(cell, max(0, len(cell) - OFFSET_CHARS - 3))
    if offset is not None and offset.end() == len(cell):
        return offset[0], (f" {OFFSET_TOKENS[len(offset[0]) - 1]}",)
    fixed = _FIXED_OFFSET.search(cell)
    if fixed is None:
        return zone, (ZONES.get(zone, ""),)
    # Either all cells have this offset, or each has its own.
    tokens = [OFFSET_TOKENS[len(fixed[1])]] + ["x"] * _has_minutes(fixed[1])
    return fixed[1], (f"'{fixed[1]}'", *tokens)


def _has_minutes(offset: str) -> bool:
    """Whether PostgreSQL writes the minutes of an offset, as of `+05:30`."""
    return ":" in offset and not offset.endswith("00")


def _logged(start: str, month: str, end: str) -> Iterator[MomentStyle]:
    if month in month_names.NAMES[month_names.SHORT, "en"] and len(start) == len(end):
        pattern = "dd/MMM/yyyy:HH:mm:ss xx"
        yield MomentStyle(f"'['{pattern}']'" if start else pattern, "en")


def _quoted(text: str) -> str:
    return _LITERAL.sub(lambda letters: f"'{letters[0]}'", text)


def _clocks(text: str, *, fractions: bool) -> Iterator[str]:
    found = _CLOCK.fullmatch(text)
    if found is None:
        return
    hour, seconds, mark, fraction, space, half = found.groups()
    letter = "h" if half else "H"
    hours = [letter] if len(hour) == 1 else [2 * letter, letter] if hour[0] != "0" else [2 * letter]
    behind = "" if not half else space + ("a" if half.isupper() else "b")
    for each in hours:
        if not seconds:
            yield f"{each}:mm{behind}"
            continue
        ends = list(_brackets(fraction or "")) if fractions and mark != "," else []
        fixed = mark + "S" * len(fraction) if fraction else ""
        yield from (f"{each}:mm:ss{end}{behind}" for end in (fixed, *ends))


def _brackets(fraction: str) -> Iterator[str]:
    """The patterns of fractions of varying length that a fraction is written in."""
    shortest, threes, six = BRACKETS
    if len(fraction) <= 6 and not fraction.endswith("0"):
        yield shortest
    if len(fraction) in (0, 3, 6) and not fraction.endswith("000"):
        yield threes
    if len(fraction) in (0, 6) and fraction != "000000":
        yield six


def _days(text: str) -> Iterator[tuple[str, str]]:
    """Patterns of a date, with the language of the name in it."""
    if found := _NUMBERS.fullmatch(text):
        one, mark, two, other, year, end = found.groups()
        for first, second in ("dM", "Md"):
            if mark == other and int(two if first == "d" else one) <= MONTHS:
                for each in _widths(one, two, first, second):
                    yield f"{mark.join(each)}{mark}{_year(year)}{end}", ""
        if short := _SHORT_YEAR_FIRST.fullmatch(text):
            yield f"yy{short[1]}MM{short[1]}dd", ""
    elif found := _YEAR_FIRST.fullmatch(text):
        _, mark, one, other, two = found.groups()
        if mark == other:
            for each in _widths(one, two, "M", "d"):
                yield f"yyyy{mark}{mark.join(each)}", ""
    elif found := _YEAR_MONTH.fullmatch(text):
        yield f"yyyy{found[1]}MM", ""
    else:
        yield from _named(text)


def _year(digits: str) -> str:
    return "y" * len(digits)


def _widths(one: str, two: str, first: str, second: str) -> Iterator[tuple[str, str]]:
    """The two fields with two digits always, or with as many as they need."""
    if len(one) == len(two) == 2:
        yield 2 * first, 2 * second
    if not (one.startswith("0") or two.startswith("0")):
        yield first, second


def _named(text: str) -> Iterator[tuple[str, str]]:
    """Patterns with the name of a month."""
    if found := _DAY_NAME.fullmatch(text):
        day, before, name, behind, year = found.groups()
        for token, language in month_names.tables_with(name):
            for each in _day_tokens(day):
                yield f"{each}{_quoted(before or '')}{token}{_quoted(behind)}{_year(year)}", language
    elif found := _NAME_DAY.fullmatch(text):
        name, before, day, behind, year = found.groups()
        for token, language in month_names.tables_with(name):
            for each in _day_tokens(day):
                yield f"{token}{before}{each}{behind}{_year(year)}", language
    elif found := _NAME_YEAR.fullmatch(text):
        for token, language in month_names.tables_with(found[1]):
            yield f"{token}{_quoted(found[2])}yyyy", language


def _day_tokens(day: str) -> Iterator[str]:
    if len(day) == 2:
        yield "dd"
    if not day.startswith("0"):
        yield "d"


def style_named(name: str) -> MomentStyle | None:
    """The style of a name, None if it is none of these."""
    pattern, _, language = name.rstrip(OPEN).partition("@")
    try:
        fields = fields_of(pattern)
    except ValueError:
        return None
    kinds = [each.kind for each in fields if each.token]
    named = [each.token for each in fields if each.token in (month_names.FULL, month_names.SHORT)]
    known = all((token, language) in month_names.NAMES for token in named) if named else not language
    whole = _is_whole(kinds) and len(set(kinds)) == len(kinds)
    style = MomentStyle(pattern, language, is_open=name.endswith(OPEN))
    fits = known and whole and (style.has_short_years or not style.is_open)
    return style if fits and not _CANONICAL.fullmatch(pattern) else None


def _is_whole(kinds: list[str]) -> bool:
    """Whether fields make a date, a time of day or both, each with all that is needed."""
    found = set(kinds)
    date, time = found & {"y", "M", "d"}, found & {"H", "m", "s", "S", "a"}
    if "x" in found and (len(date) < DATE_FIELDS or not time):
        return False
    return date in (set(), {"y", "M"}, {"y", "M", "d"}) and (not time or {"H", "m"} <= time) and bool(date or time)
