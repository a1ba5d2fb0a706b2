"""Columns straight from the bytes of well-formed rows: no text is made for a cell whose type is already known.

What is found of a column is what `candidates.examined` finds in its texts. The type that has held so far says how its
cells are read; where one is no canonical text of that type, or more than one type may hold, they are read as texts.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from parquay.columns import native
from parquay.columns.native import ColumnRequest, ColumnResult, FieldOffsets
from parquay.columns.styles import exponents
from parquay.columns.types import candidates, numbers, registry, style_provers
from parquay.columns.types.base import ColumnType, TypeCandidates
from parquay.columns.types.date import DateType
from parquay.columns.types.decimal import DecimalType
from parquay.columns.types.double import DoubleType, Integers
from parquay.columns.types.exact import EXACT_DIGITS, SMALL, SMALL_DIGITS, SMALL_PRECISION
from parquay.columns.types.int64 import Int64Type
from parquay.columns.types.missing_words import may_be_values
from parquay.columns.types.provers import whole_double
from parquay.columns.types.style_joins import has_styles

MAX_EXACT_SCALE = 4
"""Digits behind the point up to which a number without trailing zeros is written without an exponent as a double."""


SAMPLED_ROWS, REPEATING_SHARE = 8192, 0.8
"""Rows that say whether cells repeat, and the share of these that is different at most then."""


@dataclass(frozen=True, slots=True)
class TypedColumn:
    """A column of a few rows: the types that hold for its cells, of those that were asked about, and its values.

    `values` of texts may be an array of words, each held once. `asides`: see `missing`; None: nothing is kept aside.
    """

    candidates: TypeCandidates | None
    type: ColumnType
    values: pa.Array
    asides: pa.StringArray | None = None


@dataclass(frozen=True, slots=True)
class _KnownColumn:
    """What is known of a column before it is read: the types that held, and what the caller said about it.

    Attributes:
        wanted: the type that was asked for; named: further words for missing.
    """

    candidates: TypeCandidates | None
    wanted: str | None
    named: tuple[str, ...] = ()


def read(
    fields: FieldOffsets,
    names: Sequence[str],
    before: Mapping[str, TypeCandidates | None],
    wanted: Mapping[str, str],
    named: tuple[str, ...] = (),
) -> dict[str, TypedColumn]:
    """Read every column; `before` are the types that held before, `wanted` those that the caller asked for.

    `named`: further words for missing.
    """
    known = [_KnownColumn(before.get(name), wanted.get(name), named) for name in names]
    requests = [_request(i, each) for i, each in enumerate(known)]
    columns: list[TypedColumn | None] = []
    for request, each, result in zip(requests, known, fields.read(requests), strict=True):
        columns.append(None if result is None else _column(fields, request, result, each))
    left = [i for i, column in enumerate(columns) if column is None]
    as_texts = [ColumnRequest(i, native.TEXTS) for i in left]
    for i, result in zip(left, fields.read(as_texts), strict=True):
        columns[i] = None if result is None else _of_texts(result.array, known[i])
    return {name: column for name, column in zip(names, columns, strict=True) if column is not None}


_READ_AS: Mapping[type[ColumnType], int] = {
    Int64Type: native.INTEGERS,
    DecimalType: native.DECIMALS,
    DoubleType: native.DOUBLES,
    DateType: native.DATES,
}
"""The types whose values C can read."""


def _request(index: int, known: _KnownColumn) -> ColumnRequest:
    """How a column is tried to be read."""
    column_type = registry.decide(known.candidates)
    read_as = _READ_AS.get(type(column_type))
    if known.wanted is not None or read_as is None or may_be_values(known.named):
        return ColumnRequest(index, native.WORDS)
    if read_as == native.DOUBLES and _is_open(known.candidates or {}):
        return ColumnRequest(index, native.WORDS)
    if read_as != native.DECIMALS:
        return ColumnRequest(index, read_as)
    assert isinstance(column_type, DecimalType)
    fits = 0 < column_type.scale < SMALL_PRECISION
    return ColumnRequest(index, read_as, column_type.scale) if fits else ColumnRequest(index, native.WORDS)


def _is_open(candidates: TypeCandidates) -> bool:
    """Whether a column of doubles may yet be one of another type in some style."""
    return any(each.type_id != DoubleType.type_id for each in candidates.values())


def _column(
    fields: FieldOffsets, request: ColumnRequest, result: ColumnResult, known: _KnownColumn
) -> TypedColumn | None:
    """A column that was read; None when more may hold of it than was looked at."""
    if request.read_as == native.WORDS:
        return _of_words(result.array, known)
    before = known.candidates or {}
    if result.ambiguous:
        completed = _with_ambiguous(fields, request.index, result)
        if completed is None:
            return None
        result = replace(result, array=completed)
    array = result.array
    found: TypeCandidates | None = None
    if array.null_count < len(array):
        held = _HELD[request.read_as](request, result, before)
        if not held:
            return None
        found = registry.of_those({each.key: each for each in held}, before)
    column_type = registry.decide(registry.join(before, found), None, known.named)
    return TypedColumn(found, column_type, array) if array.type == column_type.arrow() else None


def _dates_held(_request: ColumnRequest, result: ColumnResult, _before: TypeCandidates) -> Sequence[ColumnType]:
    dates = result.array.drop_null() if result.array.null_count else result.array
    return (DateType(), *style_provers.date_styles(dates))


def _may_be_java(before: TypeCandidates) -> bool:
    """Whether what held before leaves open that the numbers are written as Java prints them."""
    return has_styles(before) or any(isinstance(each, DoubleType) and each.is_java for each in before.values())


def _may_be_printed(before: TypeCandidates) -> bool:
    """The same of R and of C."""
    return has_styles(before) or any(
        isinstance(each, DoubleType) and (each.is_r or each.is_c) for each in before.values()
    )


def _doubles_held(_request: ColumnRequest, result: ColumnResult, before: TypeCandidates) -> Sequence[ColumnType]:
    if len(result.ambiguous) == len(result.array) - result.array.null_count:
        return ()  # all have exponents, so that more may hold
    low, high = numbers.bounds(result.array)
    small, all_whole = -SMALL < low <= high < SMALL, result.whole and numbers.are_plain_whole(result.array)
    is_plain = not result.ambiguous and -exponents.PLAIN_HIGH < low <= high < exponents.PLAIN_HIGH
    may_be_java = not result.whole and not result.ambiguous and _may_be_java(before)
    is_java = may_be_java and numbers.are_plain_in_java(result.array, max(-low, high))
    integers: Integers = "whole" if result.whole else "point" if result.point else "any"
    size = numbers.magnitudes(result.array) if not result.point and _may_be_printed(before) else None
    is_r, is_c = size is not None and numbers.are_plain_in_r(size), size is not None and numbers.are_plain_in_c(size)
    unsigned = numbers.are_unsigned(result.array, low)
    double = DoubleType(integers, small, all_whole, is_plain, is_java, is_r, is_c, unsigned)
    styles = style_provers.grouped_doubles(double, result.array)
    return (double, *styles, *(style_provers.not_positive((double,), result.array) if high <= 0 else ()))


def _integers_held(_request: ColumnRequest, result: ColumnResult, before: TypeCandidates) -> Sequence[ColumnType]:
    digits = len(str(max(-result.low, result.high)))
    double = whole_double(result.array, digits, asked=_may_be_printed(before), unsigned=result.low >= 0)
    held = Int64Type(), DecimalType(digits, 0, result.low >= 0), double
    return (*held, *(() if result.high else style_provers.not_positive(held, result.array)))


def _decimals_held(request: ColumnRequest, result: ColumnResult, before: TypeCandidates) -> Sequence[ColumnType]:
    """None when it cannot be told whether the texts are those of doubles, too."""
    most = max(-result.low, result.high)
    decimal = DecimalType(max(1, len(str(most)) - request.scale), request.scale, result.low >= 0)
    may_be_double = any(each.type_id == DoubleType.type_id for each in before.values())
    if not may_be_double or (request.scale > 1 and result.last_zero):
        return (decimal, *_decimal_styles((decimal,), result))
    if request.scale > MAX_EXACT_SCALE or most >= 10**EXACT_DIGITS:
        return ()
    is_java = _may_be_java(before) and numbers.are_plain_in_java(result.array.cast("double"), most / 10**request.scale)
    integers: Integers = "point" if result.last_zero else "any"
    is_r = not result.last_zero and _may_be_printed(before)
    is_r = is_r and numbers.are_plain_in_r(numbers.magnitudes(result.array.cast("double")))
    is_c = most < 10**request.scale * exponents.C_HIGH
    held = (
        decimal,
        DoubleType(integers, decimal.digits <= SMALL_DIGITS, False, True, is_java, is_r, is_c, decimal.unsigned),
    )
    return (*held, *_decimal_styles(held, result))


def _decimal_styles(held: Sequence[ColumnType], result: ColumnResult) -> Iterator[ColumnType]:
    for decimal in held:
        if isinstance(decimal, DecimalType):
            yield from style_provers.grouped_decimals(decimal, result.array)
    yield from () if result.high else style_provers.not_positive(held, result.array)


_HELD: Mapping[int, Callable[[ColumnRequest, ColumnResult, TypeCandidates], Sequence[ColumnType]]] = {
    native.INTEGERS: _integers_held,
    native.DECIMALS: _decimals_held,
    native.DOUBLES: _doubles_held,
    native.DATES: _dates_held,
}
"""The types that hold for cells that C read; none when that cannot be told."""


def _with_ambiguous(fields: FieldOffsets, index: int, result: ColumnResult) -> pa.Array | None:
    """Doubles with those that only Python can tell, such as `1e-05`; None if one is no double's text."""
    array = result.array
    values = np.frombuffer(array.buffers()[1], np.float64).copy()
    for row in result.ambiguous:
        text = fields.cell(row, index)
        try:
            value = float(text)
        except ValueError:
            return None
        if value.is_integer() or not math.isfinite(value) or repr(value).encode() != text:
            return None
        values[row] = value
    return pa.Array.from_buffers(pa.float64(), len(array), [array.buffers()[0], pa.py_buffer(values)], array.null_count)


def _of_texts(texts: pa.StringArray, known: _KnownColumn) -> TypedColumn:
    if has_styles(known.candidates or {}) and _repeats(texts):
        # A style costs several passes over each text, and most dates and amounts stand in a file more than once.
        return _of_words(texts.dictionary_encode(), known)
    return _examined(texts, known)


def _repeats(texts: pa.StringArray) -> bool:
    """Whether a sample says that a large block has far fewer different cells than cells."""
    sample = texts.slice(len(texts) // 2, SAMPLED_ROWS)
    return len(texts) > SAMPLED_ROWS and len(sample.unique()) < REPEATING_SHARE * len(sample)


def _examined(texts: pa.StringArray, known: _KnownColumn) -> TypedColumn:
    found = candidates.examined(texts, known.candidates, known.named)
    column_type = registry.decide(registry.join(known.candidates, found.candidates), known.wanted, known.named)
    values = found.values(texts, column_type)
    return TypedColumn(found.candidates, column_type, values, found.asides(texts, column_type))


def _of_words(words: pa.DictionaryArray, known: _KnownColumn) -> TypedColumn:
    """A column whose cells are few different words: what holds for these holds for all."""
    found = _examined(words.dictionary, known)
    if found.type.is_text:
        return TypedColumn(found.candidates, found.type, words)
    asides = None if found.asides is None else found.asides.take(words.indices)
    return TypedColumn(found.candidates, found.type, found.values.take(words.indices), asides)
