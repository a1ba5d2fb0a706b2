"""How durations are written: by a clock of as many hours as there are, as Python and pandas print them, by ISO 8601.

| name | cells |
|---|---|
| `PTnHnMnS` | `PT26H3M4.5S`, what is zero left out; the canonical one |
| `PnDTnHnMnS`, `P0DT0H0M0S` | `P1DT2H3M4S`, days apart; the same with nothing left out |
| `[h]:mm:ss`, `[hh]:mm:ss` | `26:03:04`; `05:03:04`: hours of two digits at least |
| `[h]:mm:ss.000`, `[h]:mm:ss[.S]`, `[h]:mm:ss[.SSSSSS]` | digits of a second: so many, as needed, six or none |
| `Python`, `pandas` | `1 day, 2:03:04`, `-1 day, 23:59:59`; `1 days 02:03:04` |

Values are whole microseconds. Pure.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    import pyarrow as pa

    from parquay.columns.styles.base import SeenNumbers

CANONICAL = "PTnHnMnS"
SECOND, MINUTE, HOUR, DAY = 1_000_000, 60_000_000, 3_600_000_000, 86_400_000_000
"""In microseconds."""
MOST = 2**63 - 1
_ISO = re.compile(
    r"(?P<sign>-)?P(?:(?P<d>\d+)D)?(?:T(?=\d)(?:(?P<h>\d+)H)?(?:(?P<m>\d+)M)?(?:(?P<s>\d+)(?:\.(?P<f>\d{1,6}))?S)?)?",
    re.ASCII,
)
_CLOCK = re.compile(
    r"(?:(?P<d>-?\d+) days?,? \+?|(?P<sign>-)?)(?P<h>\d+):(?P<m>[0-5]\d):(?P<s>[0-5]\d)(?:\.(?P<f>\d{1,6}))?", re.ASCII
)
_NAME = re.compile(r"\[(?P<hours>hh?)\]:mm:ss(?P<fraction>\.0{1,6}|\[\.S\]|\[\.SSSSSS\])?")
_MAX_CHARS = 40
_DAYS_APART = "PnDTnHnMnS"
_NOTHING_LEFT_OUT = "P0DT0H0M0S"
PYTHON, PANDAS = "Python", "pandas"


def any_micros(text: str) -> int | None:
    """The microseconds of a duration in any of these ways; None: it is none, or too long for 64 bits."""
    found = (_ISO.fullmatch(text) or _CLOCK.fullmatch(text)) if len(text) <= _MAX_CHARS else None
    if found is None or text.endswith("P"):
        return None
    part = {key: int(value) for key, value in found.groupdict().items() if key in ("d", "h", "m", "s") and value}
    fraction = int((found["f"] or "").ljust(6, "0"))
    time = part.get("h", 0) * HOUR + part.get("m", 0) * MINUTE + part.get("s", 0) * SECOND + fraction
    total = part.get("d", 0) * DAY + time
    return (-total if found["sign"] else total) if abs(total) <= MOST else None


def micros(text: str, name: str) -> int | None:
    """The microseconds of a duration that is written as the style of that name would; None: it is not."""
    value = any_micros(text)
    return value if value is not None and written(value, name) == text else None


def written(value: int, name: str) -> str:
    """A duration of so many microseconds in the style of that name; in what cannot write it, something else."""
    if name in (PYTHON, PANDAS):
        return _printed(value, name)
    sign, size = "-" * (value < 0), abs(value)
    if name.startswith("P"):
        return sign + _iso(size, name)
    found = _NAME.fullmatch(name)
    assert found is not None, "a style of durations has one of these names"
    hours = f"{size // HOUR:02}" if found["hours"] == "hh" else str(size // HOUR)
    return f"{sign}{hours}:{_minutes(size)}{_fraction(size % SECOND, found['fraction'] or '')}"


def _minutes(size: int) -> str:
    return f"{size // MINUTE % 60:02}:{size // SECOND % 60:02}"


def _fraction(size: int, pattern: str) -> str:
    digits = f"{size:06}"
    if pattern.startswith("."):
        return "." + digits[: len(pattern) - 1]
    if not size or not pattern:
        return ""
    return "." + (digits.rstrip("0") if pattern == "[.S]" else digits)


def _printed(value: int, name: str) -> str:
    days, size = divmod(value, DAY)
    clock = f"{_minutes(size)}{_fraction(size % SECOND, '[.SSSSSS]')}"
    if name == PANDAS:
        return f"{days} days {'+' * (days < 0)}{size // HOUR:02}:{clock}"
    before = f"{days} day{'s' * (abs(days) != 1)}, " if days else ""
    return f"{before}{size // HOUR}:{clock}"


def _iso(size: int, name: str) -> str:
    days = 0 if name == CANONICAL else size // DAY
    size -= days * DAY
    seconds = f"{size // SECOND % 60}{_fraction(size % SECOND, '[.S]')}"
    parts = [(str(days), "D"), (str(size // HOUR), "H"), (str(size // MINUTE % 60), "M"), (seconds, "S")]
    if name == _NOTHING_LEFT_OUT:
        day, *times = (number + unit for number, unit in parts)
        return f"P{day}T{''.join(times)}"
    day, *times = (number + unit if number != "0" else "" for number, unit in parts)
    time = "".join(times)
    return f"P{day}T{time}" if time else f"P{day}" if day else "PT0S"


@dataclass(frozen=True, slots=True)
class DurationStyle:
    """See `base.CellStyle`; all that it knows is its name."""

    name: str

    is_open: ClassVar[bool] = False
    reading: ClassVar[str] = ""

    def plain(self, cells: pa.StringArray) -> pa.StringArray:
        """As ISO 8601 writes them, without days."""
        return _each(cells, self.name, CANONICAL)

    def written(self, plain: pa.StringArray) -> pa.StringArray:
        """As this style writes them."""
        return _each(plain, CANONICAL, self.name)

    def join(self, other: DurationStyle, *, seen: SeenNumbers, other_seen: SeenNumbers) -> DurationStyle | None:
        """The same one only."""
        return self if self == other else None


def _each(cells: pa.StringArray, source: str, target: str) -> pa.StringArray:
    """Texts of one style as those of another, null where they are not of the first."""
    import pyarrow as pa

    encoded = cells.dictionary_encode()
    values = [None if text is None else micros(text, source) for text in encoded.dictionary.to_pylist()]
    texts = pa.array([None if value is None else written(value, target) for value in values], pa.string())
    return texts.take(encoded.indices)


_CLOCKS = ("[h]:mm:ss", "[hh]:mm:ss")
_FRACTIONS = ("", *("." + "0" * digits for digits in range(1, 7)), "[.S]", "[.SSSSSS]")
NAMES = (
    *(_DAYS_APART, _NOTHING_LEFT_OUT, PYTHON, PANDAS),
    *(clock + fraction for clock in _CLOCKS for fraction in _FRACTIONS),
)


def styles_of(sample: Sequence[str]) -> list[DurationStyle]:
    """The styles that a column may have with these cells."""
    values = [any_micros(text) for text in sample]
    if None in values:
        return []
    return [
        DurationStyle(name)
        for name in NAMES
        if all(value is not None and written(value, name) == text for value, text in zip(values, sample, strict=True))
    ]


def style_named(name: str) -> DurationStyle | None:
    """The style of a name, None if it is none of these."""
    return DurationStyle(name) if name in NAMES else None
