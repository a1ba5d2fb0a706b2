"""Which types hold for the cells of a column, by their texts.

What is known of a column is the set of types that still hold, each in its form. Two sets are joined by intersection, so
any grouping of the rows gives the same answer. Because a type is only ever held by canonical texts, going back to text,
or on to a wider type, loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from parquay.columns.types import missing, missing_words, registry, style_provers
from parquay.columns.types.base import ColumnType, TypeCandidates
from parquay.columns.types.cells import Cells
from parquay.columns.types.missing import Apart
from parquay.columns.types.provers import PROVERS, Proof
from parquay.columns.types.text import TextType


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found of a column: the types that hold, and its values where they were made on the way.

    Attributes:
        candidates: None: every cell is null, or a word for missing.
        parsed: values of the cells that are neither, by the keys of types.
        apart: the column without its words for missing; None where it has none, or is text.
    """

    candidates: TypeCandidates | None
    parsed: Mapping[str, pa.Array] = field(default_factory=dict)
    apart: Apart | None = None

    def values(self, column: pa.StringArray, column_type: ColumnType) -> pa.Array:
        """The column in a type that holds."""
        cells = column if self.apart is None or column_type.is_text else self.apart.cells
        parsed = self.parsed.get(column_type.key)
        if parsed is None or parsed.type != column_type.arrow():
            return _values(cells, column_type)
        return parsed if len(parsed) == len(cells) else _spread(parsed, cells)

    def asides(self, column: pa.StringArray, column_type: ColumnType) -> pa.StringArray | None:
        """What is kept aside of the column in a type that holds; None: nothing."""
        if column_type.is_text:
            return None
        return _kept_aside(column if self.apart is None else self.apart.cells, self.apart, column_type)


def _kept_aside(cells: pa.StringArray, apart: Apart | None, column_type: ColumnType) -> pa.StringArray | None:
    """What is kept aside of cells in a type that holds, and the words for missing among them."""
    own, words = column_type.kept_aside(cells), None if apart is None else apart.asides
    if own is None or own.null_count == len(own):
        return words
    return own if words is None else pc.coalesce(words, own)


def _values(cells: pa.StringArray, column_type: ColumnType) -> pa.Array:
    """Cells that all are canonical texts of a type, or null."""
    if cells.null_count == len(cells):
        return pa.nulls(len(cells), column_type.arrow())
    return column_type.to_values(cells)


def _spread(parsed: pa.Array, cells: pa.StringArray) -> pa.Array:
    """The values of the cells that are there at their places, null between them."""
    there = cells.is_valid().to_numpy(zero_copy_only=False)
    return parsed.take(pa.array(np.cumsum(there, dtype=np.int64) - 1, mask=~there))


def examine(
    column: pa.StringArray, before: TypeCandidates | None = None, named: tuple[str, ...] = ()
) -> TypeCandidates | None:
    """Find which types hold for every cell of `column`, of those that held `before` (None: of all).

    `named`: further words for missing. Returns `None` when every cell is null, or such a word.
    """
    return examined(column, before, named).candidates


def examined(column: pa.StringArray, before: TypeCandidates | None = None, named: tuple[str, ...] = ()) -> Examined:
    """Find what `examine` finds, with the values that were made on the way."""
    if column.null_count == len(column):
        return Examined(None)
    if before is not None and not before:
        return Examined({})
    # Where types held so far it is sooner to look for words first than to find that none of them holds with these.
    # A word that is named is none of the column's values, also where it could be.
    first = bool(before) or missing_words.may_be_values(named)
    apart = missing.apart(column, named) if first else None
    if apart is None:
        cells = Cells.of(column.drop_null() if column.null_count else column)
        proof = _prove_canonical(cells)
        apart = None if proof or first else missing.apart(column, named)
        if apart is None:
            return _examined(cells, proof, before)
    left = apart.cells.drop_null()
    if not len(left):
        return Examined(None, apart=apart)
    cells = Cells.of(left)
    found = _examined(cells, _prove_canonical(cells), before)
    return replace(found, apart=apart) if found.candidates else found


def _examined(cells: Cells, canonical: Proof, before: TypeCandidates | None) -> Examined:
    proof = _with_styles(cells, canonical, before)
    held = registry.of_those({each.key: each for each in proof}, before)
    return Examined(held, {each.key: values for each, values in proof.items() if values is not None})


def prove(cells: Cells, before: TypeCandidates | None = None) -> Proof:
    """The types that hold for cells, in canonical texts or in styles; of these only what `before` leaves open."""
    return _with_styles(cells, _prove_canonical(cells), before)


def _with_styles(cells: Cells, canonical: Proof, before: TypeCandidates | None) -> Proof:
    if canonical:
        return canonical | style_provers.also(cells, canonical)
    return style_provers.styled(cells, _prove_canonical, before)


def _prove_canonical(cells: Cells) -> Proof:
    """The answer of the first prover that is sure."""
    return next((proof for prover in PROVERS if (proof := prover(cells)) is not None), {})


def has_same_values(source: ColumnType, target: ColumnType) -> bool:
    """Whether the values of the cells that both hold for are the same, bit by bit."""
    kinds = [(each.type_id, each.reading, each.keeps_offsets, each.arrow()) for each in (source, target)]
    return kinds[0] == kinds[1]


def widen(values: pa.Array, source: ColumnType, target: ColumnType) -> pa.Array:
    """Recast a column of which nothing is kept aside, exactly, to a type that holds for its cells too."""
    return recast(values, None, source, target)[0]


def recast(
    values: pa.Array, asides: pa.StringArray | None, source: ColumnType, target: ColumnType
) -> tuple[pa.Array, pa.StringArray | None]:
    """Recast a column, exactly, to a type that holds for its cells too, with what is kept aside of it.

    In text nothing is kept aside; words for missing in a text that gets a type are from then on.
    """
    if target.is_text and asides is not None:
        return missing.over(source.to_text(values), asides, source), None
    if target.is_text and source.is_text:
        return values, None
    if has_same_values(source, target):
        return values, asides
    if values.null_count == len(values):
        return pa.nulls(len(values), target.arrow()), asides
    cells = source.to_text(values)
    apart = missing.apart(cells, source.named) if isinstance(source, TextType) else None
    if apart is not None:
        return _values(apart.cells, target), _kept_aside(apart.cells, apart, target)
    own = target.kept_aside(cells)
    return target.to_values(cells), asides if own is None else own if asides is None else pc.coalesce(asides, own)
