"""The type that a caller names for a column, with the form and the style that its cells call for.

`decimal(18,2)` says it all, `decimal` leaves the digits to the cells, and a type without a style leaves that to them:
it gets the style in which most of them fit. Where two fit as many and mean different values, the caller has to say.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from parquay.columns.styles import durations
from parquay.columns.styles.amounts import OPEN, NumberStyle
from parquay.columns.styles.base import CellStyle
from parquay.columns.styles.calendar import MomentStyle
from parquay.columns.styles.durations import DurationStyle
from parquay.columns.styles.exponents import ExponentStyle
from parquay.columns.styles.quarters import QuarterStyle
from parquay.columns.styles.registry import style_named
from parquay.columns.styles.uuids import UuidStyle
from parquay.columns.styles.weeks import WeekStyle
from parquay.columns.styles.words import BoolWords
from parquay.columns.types import candidates, clock
from parquay.columns.types.base import ColumnType
from parquay.columns.types.bool import BoolType
from parquay.columns.types.conversion import ConvertedCells, convert, plain_texts
from parquay.columns.types.date import DateType
from parquay.columns.types.decimal import DecimalType
from parquay.columns.types.double import DoubleType
from parquay.columns.types.duration import DurationType
from parquay.columns.types.exact import MAX_PRECISION
from parquay.columns.types.int64 import Int64Type
from parquay.columns.types.styled import StyledType
from parquay.columns.types.text import NESTED, TEXT
from parquay.columns.types.time import TimeType
from parquay.columns.types.timestamp import MIXED, TimestampType
from parquay.columns.types.uuid import UuidType

MAX_EXAMINED = 300
"""Different cells of a sample that are asked for styles; every cell of it is converted in each of these."""
_NAME = re.compile(r"([a-z0-9]+)(?:\((\d{1,2}),\s*(\d{1,2})\))?")
_NUMBER = re.compile(r"-?(0|[1-9]\d*)(?:\.(\d+))?", re.ASCII)
_MOMENT = re.compile(r"(?:\d{4}-\d\d-\d\d([ T]))?\d\d:\d\d(:\d\d(?:\.(\d{1,9}))?)?(Z|[+-]\d\d(?::?\d\d)?)?", re.ASCII)
_CLOCK = re.compile(r"(?:yyyy-MM-dd( |'T'))?HH:mm(:ss(?:\.(S{1,9}))?)?(?:'(Z|[+-]\d\d(?::?\d\d)?)'|(XXX))?")


class BadWish(Exception):
    """What a caller names is no type or no style of one, or leaves open what cells mean; `code` tells which."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


@dataclass(frozen=True, slots=True)
class TypeWish:
    """A type as a caller names it; `style` None: whichever fits.

    Attributes:
        size: digits and digits behind the point of a decimal; None: not named.
    """

    name: str
    size: tuple[int, int] | None = None
    style: str | None = None

    @classmethod
    def of(cls, name: str, style: str | None) -> TypeWish:
        """Read the name of a type.

        Raises:
            BadWish: ``unknown_type``, ``unknown_style``.
        """
        found = _NAME.fullmatch(name)
        if found is None or found[1] not in _BASES or (found[2] and found[1] != "decimal"):
            raise BadWish("unknown_type", f"{name[:40]!r} is no type.")
        size = (int(found[2]), int(found[3])) if found[2] else None
        if size is not None and not (1 <= size[0] <= MAX_PRECISION and size[1] <= size[0]):
            raise BadWish("unknown_type", f"A decimal has 1 to {MAX_PRECISION} digits, at most all behind the point.")
        wish = cls(found[1], size, style)
        if style is not None:
            _refuse_style(wish)
        return wish

    @property
    def type_id(self) -> str:
        """The id of the type."""
        return "timestamp" if self.name == "timestamptz" else self.name


def _refuse_style(wish: TypeWish) -> None:
    style = style_named(wish.style or "")
    if style is None or _is_canonical(wish):
        known = _is_canonical(wish)
    elif isinstance(style, MomentStyle):
        known = wish.name == _moment_name(style)
    else:
        known = wish.name in _STYLED[type(style)]
    if not known:
        raise BadWish("unknown_style", f"{(wish.style or '')[:60]!r} is no style of {wish.name}.")


_STYLED: Mapping[type, tuple[str, ...]] = {
    BoolWords: ("bool",),
    NumberStyle: ("int64", "decimal", "double"),
    ExponentStyle: ("double",),
    WeekStyle: ("date",),
    QuarterStyle: ("date",),
    DurationStyle: ("duration",),
    UuidStyle: ("uuid",),
}


def _moment_name(style: MomentStyle) -> str:
    kinds = {each.kind for each in style.fields}
    if "y" not in kinds:
        return "time"
    return "date" if "H" not in kinds else "timestamptz" if style.zone or style.has_offset else "timestamp"


def _is_canonical(wish: TypeWish) -> bool:
    fixed = {
        "text": ("text", "json"),
        "bool": ("true/false",),
        "int64": ("0",),
        "decimal": ("0", "0.0"),
        "date": ("yyyy-MM-dd",),
        "duration": (durations.CANONICAL,),
        "uuid": (UuidType.style,),
    }
    if wish.name in ("time", "timestamp", "timestamptz"):
        found = _CLOCK.fullmatch(wish.style or "")
        return (
            found is not None
            and bool(found[1]) == (wish.name != "time")
            and bool(found[4] or found[5]) == (wish.name == "timestamptz")
        )
    return wish.style in fixed.get(wish.name, ("0.0", "0.#"))


def chosen(wish: TypeWish, sample: Sequence[str], words: Sequence[str]) -> ColumnType:
    """The type for a column with such cells; ``words`` are those among them that mean that there is no value.

    Raises:
        BadWish: ``style_needed``, two styles fit as many cells and mean different values.
    """
    if wish.name == "text":
        return NESTED if wish.style == NESTED.style else TEXT
    values = [text for text in sample if text not in set(words)]
    styles = [None if wish.style is None or _is_canonical(wish) else style_named(wish.style)]
    if wish.style is None:
        styles += _styles_of(wish, values)
    cells = pa.array(values, pa.string())
    found = [(target, convert(cells, target, ())) for target in (_typed(wish, style, cells) for style in styles)]
    most = max(each.converted for _, each in found)
    best = [(target, each) for target, each in found if each.converted == most]
    meanings = [_meanings(each.values) for _, each in best]
    if any(_differ(meanings[0], each) for each in meanings[1:]):
        named = ", ".join(repr(target.style.rstrip(OPEN)) for target, _ in best)
        raise BadWish("style_needed", f"The cells can be read in several ways; name a style of {wish.name}: {named}.")
    return min(best, key=lambda pair: _preference(*pair))[0]


def _meanings(values: pa.Array) -> list[object]:
    """Values that can be compared; moments as nanoseconds since 1970, which Python's own cannot have."""
    if not pa.types.is_timestamp(values.type):
        return list(values.to_pylist())
    unit = 1 if values.type.unit == "ns" else 1000
    return [None if count is None else count * unit for count in values.cast(pa.int64()).to_pylist()]


def _differ(one: Sequence[object], other: Sequence[object]) -> bool:
    """Whether some cell has two values."""
    return any(None not in pair and pair[0] != pair[1] for pair in zip(one, other, strict=True))


def _preference(target: ColumnType, converted: ConvertedCells) -> tuple[int, bool, int, str]:
    """The style that keeps the least aside, a canonical one first, then one with fewer parts that may be missing."""
    kept = 0 if converted.asides is None else len(converted.asides) - converted.asides.null_count
    return kept, not target.is_canonical, len(target.style), target.style


def _styles_of(wish: TypeWish, values: Sequence[str]) -> list[CellStyle | None]:
    """The styles in which some cells are values of the type."""
    found: dict[str, CellStyle] = {}
    for text in list(dict.fromkeys(values))[:MAX_EXAMINED]:
        for each in (candidates.examine(pa.array([text], pa.string())) or {}).values():
            if isinstance(each, StyledType) and each.name.partition("(")[0] == wish.name:
                style = style_named(each.style.rstrip(OPEN))
                if style is not None:
                    found[style.name] = style
    return list(found.values())


def _typed(wish: TypeWish, style: CellStyle | None, cells: pa.StringArray) -> ColumnType:
    """The type in a style, in the form that the cells which are in it have."""
    plain = cells if style is None else plain_texts(cells, style)
    base = _BASES[wish.name](wish, [text for text in plain.to_pylist() if text is not None])
    if style is None:
        return base
    if isinstance(base, TimestampType) and isinstance(style, MomentStyle) and style.has_offset:
        base = replace(base, zone=MIXED)
    return StyledType(DoubleType("point") if isinstance(style, ExponentStyle) else base, style)


def _decimal(wish: TypeWish, plain: Sequence[str]) -> ColumnType:
    if wish.size is not None:
        return DecimalType(wish.size[0] - wish.size[1], wish.size[1]).widest()
    found = [match for text in plain if (match := _NUMBER.fullmatch(text))]
    whole = max((len(match[1]) for match in found), default=1)
    scale = max((len(match[2] or "") for match in found), default=0)
    return DecimalType(whole, min(scale, MAX_PRECISION - min(whole, MAX_PRECISION))).widest()


def _double(wish: TypeWish, plain: Sequence[str]) -> ColumnType:
    if wish.style in ("0.0", "0.#"):
        return DoubleType("point" if wish.style == "0.0" else "whole")
    points = sum(text.endswith(".0") for text in plain)
    return DoubleType("point" if points > sum("." not in text for text in plain) else "whole")


def _moment(wish: TypeWish, plain: Sequence[str]) -> ColumnType:
    has_zone = wish.name == "timestamptz"
    if wish.style is not None and (named := _CLOCK.fullmatch(wish.style)):
        fraction = clock.MINUTES if named[2] is None else len(named[3] or "")
        separator = "T" if named[1] == "'T'" else " "
        zone = MIXED if named[5] else named[4] or ""
        return TimeType(max(fraction, 0)) if wish.name == "time" else TimestampType(separator, fraction, zone)
    found = [match for text in plain if (match := _MOMENT.fullmatch(text))]
    fits = [match for match in found if bool(match[1]) == (wish.name != "time") and bool(match[4]) == has_zone]
    fraction = max((clock.MINUTES if match[2] is None else len(match[3] or "") for match in fits), default=0)
    if wish.name == "time":
        return TimeType(max(fraction, 0))
    zones = {match[4] for match in fits} if has_zone else {""}
    zone = MIXED if len(zones) > 1 else min(zones, default="Z")
    return TimestampType(_usual((match[1] for match in fits), " "), fraction, zone)


def _usual(found: Iterable[str], otherwise: str) -> str:
    """The most frequent text."""
    counted = Counter(found)
    return str(counted.most_common(1)[0][0]) if counted else otherwise


_BASES: Mapping[str, Callable[[TypeWish, Sequence[str]], ColumnType]] = {
    "text": lambda _wish, _plain: TEXT,
    "bool": lambda _wish, _plain: BoolType(),
    "int64": lambda _wish, _plain: Int64Type(),
    "decimal": _decimal,
    "double": _double,
    "date": lambda _wish, _plain: DateType(),
    "time": _moment,
    "timestamp": _moment,
    "timestamptz": _moment,
    "duration": lambda _wish, _plain: DurationType(),
    "uuid": lambda _wish, _plain: UuidType(),
}
"""The types by their public names, each in the form that plain texts have."""
