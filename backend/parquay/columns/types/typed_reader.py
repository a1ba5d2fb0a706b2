"""Columns straight from the bytes of well-formed rows: no text is made for a cell whose type is already known.

What is told of a column is what `lexemes.examined` tells of its texts. The type that has held so far says how its cells
are read; where one is no canonical text of that type, or more than one type may hold, the column is read as texts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from parquay.columns import native
from parquay.columns.native import Fields, Got, Want
from parquay.columns.types import digits, lexemes
from parquay.columns.types.lexemes import ColumnType, Kinds

EXACT_PLACES = 4
"""Digits behind the point up to which a number without trailing zeros is written without an exponent as a double."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a few rows: the types that hold for its cells, of those that were asked about, and its values.

    `values` of texts may be an array of words, each held once.
    """

    kinds: Kinds | None
    kind: ColumnType
    values: pa.Array


def read(
    fields: Fields, names: Sequence[str], held: Mapping[str, Kinds | None], wanted: Mapping[str, str]
) -> dict[str, Column]:
    """Read every column; `held` are the types that held before, `wanted` those that the caller asked for."""
    wants = [_want(i, held.get(name), wanted.get(name)) for i, name in enumerate(names)]
    columns: list[Column | None] = []
    for want, name, got in zip(wants, names, fields.read(wants), strict=True):
        columns.append(None if got is None else _column(fields, want, got, held.get(name), wanted.get(name)))
    left = [i for i, column in enumerate(columns) if column is None]
    for i, got in zip(left, fields.read([Want(i, native.TEXTS) for i in left]), strict=True):
        columns[i] = None if got is None else _of_texts(got.array, held.get(names[i]), wanted.get(names[i]))
    return {name: column for name, column in zip(names, columns, strict=True) if column is not None}


def _want(index: int, held: Kinds | None, wanted: str | None) -> Want:
    """How a column is tried to be read."""
    kind = lexemes.decide(held)
    if wanted is not None or not held:
        return Want(index, native.WORDS)
    if kind.kind == "int64":
        return Want(index, native.INTEGERS)
    if kind.kind == "decimal" and 0 < kind.form[1] < digits.SMALL_PRECISION:
        return Want(index, native.DECIMALS, kind.form[1])
    if held.keys() == {"double"}:
        return Want(index, native.DOUBLES)
    return Want(index, native.DATES if kind.kind == "date" else native.WORDS)


def _column(fields: Fields, want: Want, got: Got, held: Kinds | None, wanted: str | None) -> Column | None:
    """A column that was read; None when more may hold of it than was looked at."""
    array = got.array
    if want.kind == native.WORDS:
        return _of_words(array, held, wanted)
    if want.kind == native.DOUBLES and got.unsure:
        array = _with_unsure(fields, want.index, got)
    if array is None:
        return None
    kinds = None if array.null_count == len(array) else _kinds(want, got, held or {})
    if kinds is not None and not kinds:
        return None
    found = kinds and {kind: form for kind, form in kinds.items() if kind in (held or {})}
    kind = lexemes.decide(lexemes.join(held, found))
    return Column(found, kind, array) if array.type == kind.arrow() else None


def _kinds(want: Want, got: Got, held: Kinds) -> Kinds:
    """The types that hold for cells that were read; none when that cannot be told."""
    if want.kind == native.DATES:
        return {"date": True}
    if want.kind == native.DOUBLES:
        return {"double": _style(whole=got.whole, point=got.point)}
    most = max(-got.low, got.high)
    count = max(1, len(str(most)) - want.scale)
    if want.kind == native.INTEGERS:
        return {"int64": True, "decimal": [count, 0], "double": "whole"}
    found: Kinds = {"decimal": [count, want.scale]}
    if "double" not in held or (want.scale > 1 and got.last_zero):
        return found
    if want.scale > EXACT_PLACES or most >= 10**digits.EXACT_DIGITS:
        return {}
    return found | {"double": _style(whole=False, point=got.last_zero)}


def _style(*, whole: bool, point: bool) -> str:
    return "whole" if whole else "point" if point else "any"


def _with_unsure(fields: Fields, index: int, got: Got) -> pa.Array | None:
    """Doubles with those that only Python can tell, such as `1e-05`; None if one is no double's text."""
    array = got.array
    values = np.frombuffer(array.buffers()[1], np.float64).copy()
    for row in got.unsure:
        text = fields.cell(row, index)
        try:
            value = float(text)
        except ValueError:
            return None
        if value.is_integer() or repr(value).encode() != text:
            return None
        values[row] = value
    return pa.Array.from_buffers(pa.float64(), len(array), [array.buffers()[0], pa.py_buffer(values)], array.null_count)


def _of_texts(texts: pa.StringArray, held: Kinds | None, wanted: str | None) -> Column:
    found = lexemes.examined(texts, held)
    kind = lexemes.decide(lexemes.join(held, found.kinds), wanted)
    return Column(found.kinds, kind, found.values(texts, kind))


def _of_words(words: pa.DictionaryArray, held: Kinds | None, wanted: str | None) -> Column:
    """A column whose cells are few different words: what holds for these holds for all."""
    found = _of_texts(words.dictionary, held, wanted)
    if found.kind.kind == "text":
        return Column(found.kinds, found.kind, words)
    return Column(found.kinds, found.kind, found.values.take(words.indices))
