"""The cells of one column of a version: as they were written, and as another type."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from parquay.columns.parquet import asides, parts
from parquay.columns.parquet.asides import Asides
from parquay.columns.types import missing
from parquay.columns.types.aside_counts import AsideCounts
from parquay.columns.types.base import ColumnType
from parquay.columns.types.conversion import convert
from parquay.columns.types.missing_words import OFFSET, OTHERWISE, WORD
from parquay.columns.types.styled import StyledType
from parquay.datasets.edit.column_counts import CellCounts
from parquay.datasets.versions.snapshot import Snapshot

SAMPLED_CELLS = 2_000
"""Cells of a column, from all over the table, that decide in which style it is read."""


@dataclass(frozen=True, slots=True)
class StoredCells:
    """A column of one row group.

    Attributes:
        texts: its cells as they were written.
        words: those among them that are kept aside as words for missing.
        meant: the canonical texts of its values; None: they are written in these.
    """

    texts: pa.StringArray
    words: frozenset[str]
    meant: pa.StringArray | None = None


class ColumnCells:
    """One column of a version."""

    def __init__(self, before: Snapshot, name: str, column_type: ColumnType) -> None:
        self._before = before
        self._name = name
        self._type = column_type

    def read(self, part: pq.ParquetFile, group: int, kept: Asides) -> StoredCells:
        """The cells of a row group of an open part; ``kept``: what is kept aside of the row group."""
        table = part.read_row_group(group, columns=[self._name]).select([self._name])
        values = self._type.of_stored(table.column(0).combine_chunks())
        texts = self._type.to_text(values)
        meant = self._type.base.to_text(values) if isinstance(self._type, StyledType) else None
        if self._name not in kept:
            return StoredCells(texts, frozenset(), meant)
        aside = asides.at(kept[self._name], np.arange(len(texts)))
        words = pc.unique(aside.filter(pc.starts_with(aside, WORD))).to_pylist()
        return StoredCells(missing.over(texts, aside, self._type), frozenset(each[1:] for each in words), meant)

    def groups(self) -> Iterator[StoredCells]:
        """The cells of all row groups, in the order of the table (blocking)."""
        for part in self._before.parts:
            with self._before.fetch(part) as (path,), pq.ParquetFile(path, page_checksum_verification=True) as opened:
                kept = asides.of_metadata(opened.metadata)
                for group in range(opened.num_row_groups):
                    yield self.read(opened, group, asides.of_group(opened, group, kept))

    def sample(self, *, digits: bool) -> tuple[list[str], frozenset[str]]:
        """Cells from all over the table, and the words for missing among all (blocking).

        ``digits``: among them one that has more digits behind its point than any other.
        """
        found: list[str] = []
        words: set[str] = set()
        share = max(1, SAMPLED_CELLS * parts.GROUP_ROWS // max(1, self._before.rows))
        for cells in self.groups():
            there = cells.texts.drop_null()
            words |= cells.words
            step = max(1, -(-len(there) // share))
            found += [*there[::step].to_pylist(), *(_with_most_digits(there) if digits else ())]
        return found, frozenset(words)


def counts_of(snapshot: Snapshot, name: str) -> CellCounts:
    """The cells of a column as it is, by what they are (blocking): footers say it, most cells are not read."""
    nulls = 0
    for part in snapshot.parts:
        with snapshot.fetch(part) as (path,), pq.ParquetFile(path, page_checksum_verification=True) as opened:
            nulls += sum(_nulls(opened, group, name) for group in range(opened.num_row_groups))
    misses = snapshot.asides.get(name, AsideCounts()).misfits
    return CellCounts(snapshot.rows - nulls, nulls - misses, misses)


def _nulls(part: pq.ParquetFile, group: int, name: str) -> int:
    """Cells of a row group that have no value; where statistics were not written they are counted."""
    found = part.metadata.row_group(group).column(part.schema_arrow.names.index(name)).statistics
    if found is not None and found.has_null_count:
        return int(found.null_count)
    return int(part.read_row_group(group, columns=[name]).column(name).null_count)


def _with_most_digits(texts: pa.StringArray) -> Sequence[str]:
    """A cell that has more digits behind its last mark than any other: so many a decimal needs."""
    digits = pc.utf8_length(pc.replace_substring_regex(texts, r"^.*[.,]([0-9]*)[^0-9]*$", r"\1"))
    marked = pc.if_else(pc.match_substring_regex(texts, r"[.,][0-9]+[^0-9.,]*$"), digits, 0)
    if not len(texts) or not pc.max(marked).as_py():
        return ()
    return [str(texts[pc.index(marked, pc.max(marked)).as_py()].as_py())]


class ColumnConversion:
    """Cells on their way into a column of another type; counts what becomes of them."""

    def __init__(self, name: str, target: ColumnType, words: Collection[str], *, keeps_text: bool = True) -> None:
        """``name``: of the column; ``words``: cells that mean that there is no value.

        ``keeps_text``: whether values are written on as they stood, where the type would write them in another way.
        """
        self._name = name
        self._target = target
        self._words = frozenset(words)
        self._keeps_text = keeps_text
        self.counts = CellCounts()

    def converted(self, texts: pa.StringArray, meant: pa.StringArray | None = None) -> pa.Table:
        """Cells as parts store them from now on, with what is kept aside of them; ``meant``: see `convert`."""
        found = convert(texts, self._target, self._words, meant)
        self.counts = CellCounts(
            self.counts.converted + found.converted,
            self.counts.missing + found.missing,
            self.counts.misses + found.misses,
        )
        table = parts.storable(pa.table({self._name: found.values}), {self._name: self._target})
        kept = found.asides
        if kept is not None and not self._keeps_text:
            respelt = pc.or_(pc.starts_with(kept, OTHERWISE), pc.starts_with(kept, OFFSET))
            kept = pc.if_else(respelt, pa.scalar(None, pa.string()), kept)
        if kept is None or kept.null_count == len(kept):
            return table
        return table.append_column(asides.name_of(self._name), kept)
