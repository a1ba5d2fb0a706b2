"""What holds for the cells of two pieces of a column when one of them, or both, are written in a style.

A piece may be written alike in two styles, because it has nothing in which they differ: `12` is a whole number with
groups or without, `10:00:00` a time with fractions where there are any. So a canonical candidate counts here as one of
the style that canonical texts are, and two styles are joined where each would write the other's cells as they are.
Pure.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from parquay.columns.styles import amounts, exponents
from parquay.columns.styles.base import CellStyle, SeenNumbers
from parquay.columns.styles.calendar import MomentStyle, of_each_offset
from parquay.columns.types.base import ColumnType, TypeCandidates
from parquay.columns.types.decimal import DecimalType
from parquay.columns.types.double import DoubleType
from parquay.columns.types.exact import SMALL_DIGITS
from parquay.columns.types.int64 import Int64Type
from parquay.columns.types.styled import MARK, StyledType
from parquay.columns.types.time import TimeType
from parquay.columns.types.timestamp import MIXED, TimestampType


@dataclass(frozen=True, slots=True)
class _Held:
    """A candidate as one of a style; `seen` as in `CellStyle.join`."""

    base: ColumnType
    cell_style: CellStyle
    seen: SeenNumbers
    is_canonical: bool


def has_styles(held: TypeCandidates) -> bool:
    """Whether there is a candidate that is not written as canonical texts are."""
    return MARK in "".join(held)  # sooner than to look at each: this is asked for each column of each block


def join_styles(one: TypeCandidates, other: TypeCandidates) -> TypeCandidates:
    """The styled types that hold for the cells behind both."""
    others = list(_held(other))
    pairs = ((each, more) for each in _held(one) for more in others if not (each.is_canonical and more.is_canonical))
    joined = [found for each, more in pairs if (found := _joined(each, more)) is not None]
    return {each.key: each for each in without_names(joined)}


def joinable(held: TypeCandidates, before: TypeCandidates) -> TypeCandidates:
    """The styled types in ``held`` that can be joined with what held before."""
    befores = list(_held(before))
    return {
        StyledType(each.base, each.cell_style).key: StyledType(each.base, each.cell_style)
        for each in _held(held)
        if not each.is_canonical and any(_joined(each, one) is not None for one in befores)
    }


def without_names(held: Sequence[StyledType]) -> Iterator[StyledType]:
    """Those whose cells cannot be names of things that look like numbers."""
    names = {each.style for each in held if _may_be_names(each.cell_style, each.base)}
    return (each for each in held if each.style not in names)


def _joined(one: _Held, other: _Held) -> StyledType | None:
    if one.base.type_id != other.base.type_id or type(one.cell_style) is not type(other.cell_style):
        return None
    style = one.cell_style.join(other.cell_style, seen=one.seen, other_seen=other.seen)
    base = None if style is None else _joined_bases(one.base, other.base)
    return None if style is None or base is None else StyledType(base, style)


def _may_be_names(style: CellStyle, base: ColumnType) -> bool:
    if not isinstance(style, amounts.NumberStyle) or not isinstance(base, DecimalType) or base.scale:
        return False
    return amounts.looks_like_a_name(style, base.digits)


def _joined_bases(one: ColumnType, other: ColumnType) -> ColumnType | None:
    """The canonical type; where a style leaves the length of fractions open, the one with room for the longest."""
    joined = one.join(other)
    if joined is None and isinstance(one, TimestampType | TimeType) and isinstance(other, type(one)):
        longer, shorter = (one, other) if one.fraction > other.fraction else (other, one)
        return longer if replace(shorter, fraction=longer.fraction) == longer else None
    return joined


def _held(candidates: TypeCandidates) -> Iterator[_Held]:
    """Every candidate as one of a style."""
    whole = any(map(is_whole, candidates.values()))
    for each in candidates.values():
        if isinstance(each, StyledType):
            yield _Held(each.base, each.cell_style, _seen(candidates, each.cell_style), is_canonical=False)
        elif isinstance(each, Int64Type | DecimalType | DoubleType):
            yield _Held(each, amounts.PLAIN[whole], _seen(candidates, None), is_canonical=True)
            if isinstance(each, DoubleType):
                printed = replace(each, integers="point")
                yield from (_Held(printed, printer, SeenNumbers(), is_canonical=True) for printer in _printers(each))
        elif isinstance(each, TimeType | TimestampType) and each.fraction == 0 and (pattern := _pattern(each)):
            base = replace(each, separator=" ") if isinstance(each, TimestampType) else each
            yield _Held(base, MomentStyle(pattern), SeenNumbers(), is_canonical=True)
            if isinstance(base, TimestampType) and (each_own := of_each_offset(pattern)) != pattern:
                mixed = replace(base, zone=MIXED)
                yield _Held(mixed, MomentStyle(each_own), SeenNumbers(), is_canonical=True)


def _printers(double: DoubleType) -> Iterator[exponents.ExponentStyle]:
    """Those who print numbers as they were seen, and some others with exponents."""
    if double.is_plain and double.integers != "point":
        yield from exponents.PRINTERS
    if double.is_plain and double.integers != "whole":
        yield exponents.SQLITE
    if double.is_java:
        yield exponents.JAVA
    if double.is_r and double.integers != "point":
        yield exponents.R
    if double.is_c and double.integers != "point":
        yield exponents.C


def is_whole(column_type: ColumnType) -> bool:
    """Whether all numbers of a column are whole ones, as far as its type tells. Pure."""
    if isinstance(column_type, DoubleType):
        return column_type.all_whole
    return isinstance(column_type, Int64Type) or (isinstance(column_type, DecimalType) and not column_type.scale)


def _pattern(column_type: TimeType | TimestampType) -> str | None:
    """The canonical pattern, where a style may be joined with it."""
    if isinstance(column_type, TimestampType) and column_type.zone == MIXED:
        return None
    return column_type.style


def _seen(candidates: TypeCandidates, style: CellStyle | None) -> SeenNumbers:
    """What was seen of all numbers of one style, None: of canonical ones."""
    bases = [
        each.base if isinstance(each, StyledType) else each
        for each in candidates.values()
        if (each.cell_style if isinstance(each, StyledType) else None) == style
    ]
    known = [each for each in bases if isinstance(each, DecimalType | DoubleType)]
    decimals = [each.digits for each in bases if isinstance(each, DecimalType)]
    doubles = [each for each in bases if isinstance(each, DoubleType)]
    small = max(decimals) <= SMALL_DIGITS if decimals else any(each.small for each in doubles)
    return SeenNumbers(small, bool(known) and all(each.unsigned for each in known))
