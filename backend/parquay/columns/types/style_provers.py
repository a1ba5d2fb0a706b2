"""What proves for a whole column at once that its cells are written in a style.

The first cells say which styles are worth it; most columns have none and cost a look at a few cells. A proof maps all
cells to canonical texts, proves those, and maps them back. Of a column of canonical texts some are written as a style
writes them, too (`2024-11-12` has no needless zero); that must be known when a later piece of the column needs one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parquay.columns.styles import amounts, durations, exponents, patterns, quarters, uuids, weeks, words
from parquay.columns.styles.amounts import NumberStyle
from parquay.columns.styles.base import CellStyle, SeenNumbers
from parquay.columns.styles.calendar import MAX_FRACTION, MomentStyle
from parquay.columns.styles.durations import DurationStyle
from parquay.columns.styles.exponents import ExponentStyle
from parquay.columns.styles.uuids import UuidStyle
from parquay.columns.types import numbers
from parquay.columns.types.base import ColumnType, TypeCandidates
from parquay.columns.types.bool import BoolType
from parquay.columns.types.cells import Cells
from parquay.columns.types.date import DateType
from parquay.columns.types.decimal import DecimalType
from parquay.columns.types.double import DoubleType
from parquay.columns.types.duration import DurationType
from parquay.columns.types.exact import SMALL_DIGITS
from parquay.columns.types.int64 import Int64Type
from parquay.columns.types.style_joins import is_whole, without_names
from parquay.columns.types.styled import StyledType
from parquay.columns.types.time import TimeType
from parquay.columns.types.timestamp import MIXED, TimestampType
from parquay.columns.types.uuid import UuidType

Proof = dict[ColumnType, pa.Array | None]
Prove = Callable[[Cells], Proof]
"""The proof of canonical texts."""

SAMPLED_CELLS = 8
MAX_CELL_BYTES = 80
"""Bytes of the longest cell that has a style."""
GROUPED = NumberStyle(group=".")
SIGNED = (NumberStyle(plus=True, signed_zero=True), NumberStyle(plus=True))
_CAPITALS = StyledType(UuidType(), uuids.CAPITALS)
MINUS, ZERO = b"-0"
DECIMAL_MARKS = tuple(b".,")
ANY_SEEN = SeenNumbers(small=True, unsigned=True)
"""What leaves everything open."""
_TYPES: dict[type[CellStyle], tuple[type[ColumnType], ...]] = {
    words.BoolWords: (BoolType,),
    weeks.WeekStyle: (DateType,),
    quarters.QuarterStyle: (DateType,),
    NumberStyle: (Int64Type, DecimalType, DoubleType),
    ExponentStyle: (DoubleType,),
    MomentStyle: (DateType, TimeType, TimestampType),
    DurationStyle: (DurationType,),
    UuidStyle: (UuidType,),
}


def styled(cells: Cells, prove: Prove, before: TypeCandidates | None = None) -> Proof:
    """The styled types that hold for cells of which no canonical type does, as far as ``before`` leaves them open."""
    sample = _sample(cells)
    if sample is None:
        return {}
    found: Proof = {}
    for style in _styles(cells, sample):
        if _is_left(style, before):
            found |= _proof(cells, style, prove)
    held = set(without_names([each for each in found if isinstance(each, StyledType)]))
    return {each: values for each, values in found.items() if each in held}


def _is_left(style: CellStyle, before: TypeCandidates | None) -> bool:
    """Whether what held before may be joined with cells in a style; canonical texts may with many."""
    return before is None or any(
        not isinstance(each, StyledType)
        or (
            type(each.cell_style) is type(style)
            and each.cell_style.join(style, seen=ANY_SEEN, other_seen=ANY_SEEN) is not None
        )
        for each in before.values()
    )


def _sample(cells: Cells) -> list[str] | None:
    """A few cells from all over the column; None if some are too long for a style, or no text."""
    if int(cells.lengths.max()) > MAX_CELL_BYTES:
        return None
    count = len(cells.array)
    places = sorted({i * (count - 1) // (SAMPLED_CELLS - 1) for i in range(SAMPLED_CELLS)})
    return [str(cells.array[i].as_py()) for i in places]


def _styles(cells: Cells, sample: Sequence[str]) -> Iterable[CellStyle]:
    """The styles that the cells may have."""
    yield from words.styles_of(sample[0])
    yield from weeks.styles_of(sample[0])
    yield from quarters.styles_of(sample[0])
    yield from uuids.styles_of(sample[0])
    yield from durations.styles_of(sample)
    longest = str(cells.array[int(cells.lengths.argmax())].as_py())
    fractions = ":" in longest and "." in longest
    yield from _moments([*sample, longest], fractions=fractions)
    if all(map(amounts.may_be_number, sample)):
        has_minus_behind = b"-" in cells.raw and bool((cells.data[cells.ends - 1] == MINUS).any())
        is_bare = bool(np.isin(cells.data[cells.starts + (cells.data[cells.starts] == MINUS)], DECIMAL_MARKS).any())
        yield from amounts.styles_of(sample[0], cells.raw, has_minus_behind=has_minus_behind, is_bare=is_bare)
    yield from exponents.styles_of([*sample, *_with_letter(cells)], cells.raw)


def _with_letter(cells: Cells) -> list[str]:
    """The first cell with the letter of an exponent, if any: the few that were looked at may all be without."""
    at = next((at for letter in exponents.LETTERS if (at := cells.raw.find(letter)) >= 0), None)
    if at is None:
        return []
    place = int(np.searchsorted(cells.starts, cells.starts[0] + at, side="right")) - 1
    return [str(cells.array[place].as_py())]


def _moments(sample: Sequence[str], *, fractions: bool) -> list[MomentStyle]:
    """The styles of dates and times that all cells of a sample may have."""
    first = patterns.styles_of(sample[0], fractions=fractions)
    if not first:
        return []
    others = [patterns.styles_of(each, fractions=fractions) for each in sample[1:]]
    return [style for style in first if all(style in each for each in others)]


def _proof(cells: Cells, style: CellStyle, prove: Prove) -> Proof:
    """The types that hold in a style."""
    plain = style.plain(cells.array)
    if plain.null_count:
        return {}
    proof = prove(Cells.of(plain))
    held = {each: values for each, values in proof.items() if isinstance(each, _TYPES[type(style)])}
    if not held or not _is_as_seen(style, held) or not style.written(plain).equals(cells.array):
        return {}
    if isinstance(style, ExponentStyle):  # however many whole numbers are there, Python writes them with a point
        held = {DoubleType("point"): values for values in held.values()}
    if isinstance(style, MomentStyle) and style.has_offset:
        stamps = [(each, values) for each, values in held.items() if isinstance(each, TimestampType)]
        held = {replace(each, zone=MIXED): values for each, values in stamps}
    seen = amounts.seen_in(style, plain) if isinstance(style, NumberStyle) else style
    return {StyledType(each, seen): values for each, values in held.items()}


def _is_as_seen(style: CellStyle, held: Proof) -> bool:
    """Whether numbers without a decimal mark are whole ones; `-0` is none."""
    if not isinstance(style, NumberStyle) or style.decimal:
        return True
    return any(isinstance(each, Int64Type) or (isinstance(each, DecimalType) and not each.scale) for each in held)


def also(cells: Cells, proof: Proof) -> Proof:
    """The styles in which cells are written, too, that have canonical types."""
    for held in proof:
        if isinstance(held, TimeType | DurationType):
            return _also_spans(cells, held)
        if isinstance(held, DateType | TimestampType):
            return _also_moments(cells, held)
        if isinstance(held, UuidType):  # one without letters is written alike in small ones and in capitals
            return {} if pc.any(pc.match_substring_regex(cells.array, "[a-f]")).as_py() else {_CAPITALS: None}
    found: list[StyledType] = []
    for held, values in proof.items():
        if values is not None and isinstance(held, DecimalType):
            found += grouped_decimals(held, values)
        if values is not None and isinstance(held, DoubleType) and not found:
            found += grouped_doubles(held, values)
        if isinstance(held, DoubleType):
            found += _also_exponents(cells)
    known = [values for values in proof.values() if values is not None]
    if known and cells.first[0] in (MINUS, ZERO):
        found += not_positive(list(proof), known[0])
    return dict.fromkeys(found)


def _also_exponents(cells: Cells) -> list[StyledType]:
    """Where every number has an exponent it is written as where all numbers have one, however large they are."""
    if cells.raw.count(b"e") < len(cells.array):
        return []
    styles = exponents.styles_of(_sample(cells) or [""], cells.raw)
    fits = [each for each in styles if not each.printer and each.written(each.plain(cells.array)) == cells.array]
    return [StyledType(DoubleType("point"), style) for style in fits]


def grouped_decimals(decimal: DecimalType, values: pa.Array) -> list[StyledType]:
    """Thousands with a point as their group mark look like numbers with three digits behind it: `1.234`."""
    if decimal.scale != 3 or decimal.digits > SMALL_DIGITS or abs(values[0].as_py() or 1) < 1:
        return []
    if pc.min(pc.abs(values)).as_py() < 1:
        return []
    return _grouped(decimal.digits + 3, unsigned=decimal.unsigned)


def grouped_doubles(double: DoubleType, values: pa.Array) -> list[StyledType]:
    """The same beside numbers below 1,000, which have no mark."""
    if double.integers != "whole" or not double.small:
        return []
    size = np.abs(numbers.as_numpy(values.drop_null(), np.float64))
    size = size[np.trunc(size) != size]
    thousands = np.rint(size * 1000)
    if not len(size) or not bool(((size >= 1) & (thousands / 1000 == size) & (thousands % 10 != 0)).all()):
        return []
    return _grouped(len(str(int(thousands.max()))), unsigned=double.unsigned)


def _grouped(digits: int, *, unsigned: bool) -> list[StyledType]:
    bases = Int64Type(), DecimalType(digits, 0, unsigned), DoubleType("whole", unsigned=unsigned)
    return [StyledType(base, GROUPED) for base in bases]


def not_positive(held: Sequence[ColumnType], values: pa.Array) -> list[StyledType]:
    """Numbers none of which is above zero are written as where positive ones have a plus."""
    most = pc.max(values).as_py()
    if most > 0:
        return []
    styles = [each for each in SIGNED if most or not each.signed_zero]
    held = [each for each in held if isinstance(each, Int64Type | DecimalType | DoubleType)]
    return [StyledType(each, _with_mark(style, each)) for each in held for style in styles]  # names have a plus


def _with_mark(style: NumberStyle, base: ColumnType) -> NumberStyle:
    """The style of numbers like those of ``base``: with a decimal mark unless all of them are whole."""
    return style if is_whole(base) else replace(style, decimal=".")


def _also_moments(cells: Cells, held: ColumnType) -> Proof:
    """Canonical moments have their fields in the same places, so a few bytes of each tell."""
    if isinstance(held, TimestampType) and held.zone == MIXED:
        return _also_offsets(cells)
    sample = _sample(cells) or [""]
    fraction = getattr(held, "fraction", 0)
    styles = _moments(sample, fractions=fraction > 0)
    fits = [style for style in styles if _has_no_other_zeros(cells, style, held)]
    return {StyledType(_base(held, style), style): None for style in fits}


def _also_spans(cells: Cells, held: ColumnType) -> Proof:
    times = _also_moments(cells, held) if isinstance(held, TimeType) else {}
    return times | _also_durations(cells)


def _also_offsets(cells: Cells) -> Proof:
    """Moments of several offsets are written alike where fractions vary, if all offsets are of one kind."""
    styles = [each for each in _moments(_sample(cells) or [""], fractions=True) if each.has_brackets]
    fits = [each for each in styles if each.written(each.plain(cells.array)) == cells.array]
    return {StyledType(TimestampType(" ", MAX_FRACTION, MIXED), style): None for style in fits}


def _also_durations(cells: Cells) -> Proof:
    """Times of day that are so many hours, too, and durations that are written alike with days apart."""
    sample = _sample(cells) or [""]
    fits = [style for style in durations.styles_of(sample) if style.written(style.plain(cells.array)) == cells.array]
    return {StyledType(DurationType(), style): None for style in fits}


def _base(held: ColumnType, style: MomentStyle) -> ColumnType:
    if isinstance(held, TimestampType):
        fraction = MAX_FRACTION if style.has_brackets else held.fraction
        return TimestampType(" ", fraction, MIXED if style.has_offset else held.zone)
    if isinstance(held, TimeType) and style.has_brackets:
        return TimeType(MAX_FRACTION)
    return held


def _has_no_other_zeros(cells: Cells, style: MomentStyle, held: ColumnType) -> bool:
    """Whether no cell has a zero that the style leaves out."""
    tokens = {each.token for each in style.fields}
    day = -11 if isinstance(held, TimeType) else 0
    narrow = [at for token, at in (("M", 5), ("d", 8), ("H", 11 + day)) if token in tokens]
    if any(bool((cells.data[cells.starts + at] == ZERO).any()) for at in narrow):
        return False
    end = 20 + day + getattr(held, "fraction", 0)
    zeros = {"[.S]": 1, "[.SSS]": 3, "[.SSSSSS]": 6}
    counts = [zeros[token] for token in tokens if token in zeros]
    return not any(
        bool(np.logical_and.reduce([cells.data[cells.starts + end - 1 - i] == ZERO for i in range(count)]).any())
        for count in counts
    )


def date_styles(days: pa.Array) -> list[StyledType]:
    """The styles in which canonical dates without nulls are written, too: those without a needless zero."""
    first = days[0].as_py()
    if first.month < 10 or first.day < 10:
        return []
    if pc.min(pc.month(days)).as_py() < 10 or pc.min(pc.day(days)).as_py() < 10:
        return []
    return [StyledType(DateType(), MomentStyle("yyyy-M-d"))]
