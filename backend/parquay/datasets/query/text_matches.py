"""Filters on the text of cells whose values are no texts: `contains`, `icontains` and `starts` on what was written.

The engine knows values alone. So the different values of the column are asked for first and written as the column
writes them; those that match are what is looked for. Rows of which something is kept aside are told by their place:
what is written there is what was kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from parquay.columns.types.base import Comparison
from parquay.columns.types.missing_words import OFFSET
from parquay.datasets.query.cursors import RowPosition
from parquay.datasets.query.values import Column
from parquay.datasets.versions import kept_asides
from parquay.datasets.versions.snapshot import Part, Snapshot
from parquay.errors import TooLarge

if TYPE_CHECKING:
    import pyarrow as pa

    from parquay.columns.parquet.asides import ColumnAsides
    from parquay.columns.types.base import ColumnType

OPERATORS = frozenset({"contains", "icontains", "starts"})
MAX_DIFFERENT = 2_000_000
"""Different values of a column that are written for one filter."""


_ENGINE_TEXTS = frozenset({"int64", "decimal", "date"})


def is_engine_text(column_type: ColumnType) -> bool:
    """Whether the engine itself writes the values of a column as the column does, so that none need be asked for."""
    return column_type.is_canonical and column_type.type_id in _ENGINE_TEXTS


def matching(column: Column, test: Comparison, found: pa.Table) -> list[str]:
    """Of different values, each beside its text as the engine writes it: those texts of which the cell matches.

    Raises:
        TooLarge: ``query_too_large`` (413), there are more than `MAX_DIFFERENT`.
    """
    import pyarrow as pa

    if found.num_rows > MAX_DIFFERENT:
        detail = (
            f"{column.name} has more than {MAX_DIFFERENT:,} different values; what is written cannot be looked for."
        )
        raise TooLarge(detail, "query_too_large")
    stored = found.column(0).combine_chunks()
    texts = column.type.to_text(_values(stored, column))
    named = found.column(1).combine_chunks()
    kept: list[str] = named.filter(_matches(texts, test)).to_pylist()
    assert isinstance(texts, pa.Array), "a column writes as many texts as it has values"
    return kept


def _values(stored: pa.Array, column: Column) -> pa.Array:
    kind = column.type
    return stored.cast(kind.arrow()) if kind.stored() == kind.arrow() else kind.of_stored(stored)


def _matches(texts: pa.StringArray, test: Comparison) -> pa.BooleanArray:
    import pyarrow.compute as pc

    wanted = test.values[0]
    if test.op == "starts":
        return pc.starts_with(texts, wanted)
    return pc.match_substring(texts, wanted, ignore_case=test.op == "icontains")


def kept_rows(
    snapshot: Snapshot, column: Column, test: Comparison, parts: range
) -> tuple[list[RowPosition], list[RowPosition]]:
    """The rows of some parts of whose cells in a column the text is kept aside: all, and those of which it matches.

    Their parts are counted from the first of ``parts`` (blocking).

    Raises:
        Damaged: ``part_missing``, ``part_damaged`` (503).
    """
    every: list[RowPosition] = []
    fits: list[RowPosition] = []
    for index in parts if column.name in snapshot.asides else ():
        kept = kept_asides.of_part(snapshot, snapshot.parts[index]).get(column.name)
        if kept is None:
            continue
        hits = _hits(snapshot, column, snapshot.parts[index], kept, test)
        pairs = [(index - parts.start, int(row)) for row in kept.rows]
        every += pairs
        fits += [pair for pair, hit in zip(pairs, hits, strict=True) if hit]
    return every, fits


def _hits(snapshot: Snapshot, column: Column, part: Part, kept: ColumnAsides, test: Comparison) -> list[bool]:
    """Of each row of a part of which something is kept aside, whether its cell matches.

    Where only the offset of a moment is kept, the moment is read, too.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    from parquay.columns.types import missing

    texts, codes = pa.array(kept.texts, pa.string()), pa.array(kept.codes)
    if any(text.startswith(OFFSET) for text in kept.texts):
        with snapshot.fetch(part) as (path,), pq.ParquetFile(path, page_checksum_verification=True) as opened:
            stored = opened.read(columns=[column.name]).column(0).combine_chunks()
        shown = column.type.to_text(column.type.of_stored(stored.take(pa.array(kept.rows))))
        hits = _matches(missing.over(shown, texts.take(codes), column.type), test)
    else:
        hits = _matches(missing.texts_of(texts, texts, column.type), test).take(codes)
    found: list[bool] = hits.to_pylist()
    return found
