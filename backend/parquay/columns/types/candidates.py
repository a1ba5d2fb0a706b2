"""Which types hold for the cells of a column, by their texts.

What is known of a column is the set of types that still hold, each in its form. Two sets are joined by intersection, so
any grouping of the rows gives the same answer. Because a type is only ever held by canonical texts, going back to text,
or on to a wider type, loses nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pyarrow as pa

from parquay.columns.types import registry, style_provers
from parquay.columns.types.base import ColumnType, TypeCandidates
from parquay.columns.types.cells import Cells
from parquay.columns.types.provers import PROVERS, Proof


@dataclass(frozen=True, slots=True)
class Examined:
    """What was found of a column: the types that hold, and its values where they were made on the way.

    Attributes:
        candidates: None: every cell is null.
    """

    candidates: TypeCandidates | None
    parsed: Mapping[str, pa.Array] = field(default_factory=dict)

    def values(self, column: pa.StringArray, column_type: ColumnType) -> pa.Array:
        """The column in a type that holds."""
        parsed = self.parsed.get(column_type.key)
        if parsed is not None and len(parsed) == len(column) and parsed.type == column_type.arrow():
            return parsed
        return column_type.to_values(column)


def examine(column: pa.StringArray, before: TypeCandidates | None = None) -> TypeCandidates | None:
    """Find which types hold for every cell of `column`, of those that held `before` (None: of all).

    Returns `None` when every cell is null.
    """
    return examined(column, before).candidates


def examined(column: pa.StringArray, before: TypeCandidates | None = None) -> Examined:
    """Find what `examine` finds, with the values that were made on the way."""
    if column.null_count == len(column):
        return Examined(None)
    if before is not None and not before:
        return Examined({})
    proof = prove(Cells.of(column.drop_null() if column.null_count else column), before)
    held = registry.of_those({each.key: each for each in proof}, before)
    return Examined(held, {each.key: values for each, values in proof.items() if values is not None})


def prove(cells: Cells, before: TypeCandidates | None = None) -> Proof:
    """The types that hold for cells, in canonical texts or in styles; of these only what `before` leaves open."""
    proof = _prove_canonical(cells)
    if proof:
        return proof | style_provers.also(cells, proof)
    return style_provers.styled(cells, _prove_canonical, before)


def _prove_canonical(cells: Cells) -> Proof:
    """The answer of the first prover that is sure."""
    return next((proof for prover in PROVERS if (proof := prover(cells)) is not None), {})


def has_same_values(source: ColumnType, target: ColumnType) -> bool:
    """Whether the values of the cells that both hold for are the same, bit by bit."""
    kinds = [(each.type_id, each.reading, each.arrow()) for each in (source, target)]
    return kinds[0] == kinds[1]


def widen(values: pa.Array, source: ColumnType, target: ColumnType) -> pa.Array:
    """Recast a column, exactly, to a type that holds for its cells too."""
    if has_same_values(source, target):
        return values
    if values.null_count == len(values):
        return pa.nulls(len(values), target.arrow())
    return target.to_values(source.to_text(values))
