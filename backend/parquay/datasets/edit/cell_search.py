"""A pattern on its way through the columns of a version: what it finds, and the cells as they are to be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from parquay.columns.parquet import asides, parts
from parquay.columns.parquet.asides import Asides
from parquay.columns.types.base import ColumnType
from parquay.columns.types.conversion import convert
from parquay.columns.types.missing_words import MISFIT, NAMED, WORDS
from parquay.columns.types.registry import columns_types
from parquay.datasets.edit.column_cells import ColumnCells
from parquay.datasets.edit.matches import MAX_EXAMPLES, Matches, ReplacedCell
from parquay.datasets.edit.patterns import TextPattern
from parquay.datasets.versions.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class _Replaced:
    """A column of a row group: its new cells, of which those with `mask` are others than before."""

    mask: pa.BooleanArray
    values: pa.Array
    asides: pa.StringArray


class CellSearch:
    """A pattern on its way through the columns of a version; counts into ``found``."""

    def __init__(self, snapshot: Snapshot, pattern: TextPattern, names: Sequence[str], found: Matches) -> None:
        self._snapshot = snapshot
        self._pattern = pattern
        self._names = names
        self.found = found
        self._types = columns_types(snapshot.columns)
        named = {str(each["name"]): each.get(NAMED, ()) for each in snapshot.columns}
        self._words = {name: frozenset((*WORDS, *words)) for name, words in named.items()}

    def parts(self) -> Iterator[tuple[int, frozenset[str]]]:
        """Yield each row group's part, and which of its columns become others there so far."""
        for number, part in enumerate(self._snapshot.parts):
            changed: set[str] = set()
            start = 0
            with self._snapshot.fetch(part) as (path,), pq.ParquetFile(path, page_checksum_verification=True) as opened:
                kept = asides.of_metadata(opened.metadata)
                for group in range(opened.num_row_groups):
                    aside = asides.of_group(opened, group, kept)
                    changed |= self._count(opened, group, aside, (number, start))
                    start += opened.metadata.row_group(group).num_rows
                    yield number, frozenset(changed)

    def _count(self, opened: pq.ParquetFile, group: int, kept: Asides, at: tuple[int, int]) -> set[str]:
        """Count what is found in a row group, that begins at a row of a part; the columns that become others."""
        changed, rows = set(), None
        for name in self._names:
            made = self._replaced(opened, group, kept, name, at)
            if made is None:
                continue
            changed.add(name)
            rows = made.mask if rows is None else pc.or_(rows, made.mask)
        self.found.rows += 0 if rows is None else _true(rows)
        return changed

    def maker(self, names: Sequence[str]) -> Callable[[pq.ParquetFile, int, Asides], pa.Table]:
        """What makes the new columns ``names`` of a row group, see `ColumnWriter`."""

        def make(opened: pq.ParquetFile, group: int, kept: Asides) -> pa.Table:
            columns, beside = {}, {}
            for name in names:
                before = opened.read_row_group(group, columns=[name]).column(name).combine_chunks()
                aside = _asides(kept, name, len(before))
                made = self._replaced(opened, group, kept, name)
                if made is not None:
                    before = pc.replace_with_mask(before, made.mask, made.values.filter(made.mask))
                    aside = pc.replace_with_mask(aside, made.mask, made.asides.filter(made.mask))
                columns[name] = before
                if aside.null_count < len(aside):
                    beside[asides.name_of(name)] = aside
            return pa.table(columns | beside)

        return make

    def _replaced(
        self, opened: pq.ParquetFile, group: int, kept: Asides, name: str, at: tuple[int, int] | None = None
    ) -> _Replaced | None:
        """A column of a row group with what is found replaced; None: no cell becomes another. ``at``: count it."""
        column_type = self._types[name]
        texts = ColumnCells(self._snapshot, name, column_type).read(opened, group, kept).texts
        matched = self._pattern.found(texts)
        if not _true(matched):
            return None
        old = texts.filter(matched)
        new = self._pattern.replaced(old)
        differs = pc.not_equal(old, new)
        values, aside = _read(new, column_type, self._words[name])
        fits = pc.invert(pc.fill_null(pc.starts_with(aside, MISFIT), fill_value=False))
        if at is not None:
            self._note(name, at, _Cells(matched, old, new, differs, fits))
        wanted = pc.and_(differs, fits)
        if not _true(wanted):
            return None
        mask = pc.replace_with_mask(matched, matched, wanted)
        return _Replaced(mask, _spread(values, matched), _spread(aside, matched))

    def _note(self, name: str, at: tuple[int, int], cells: _Cells) -> None:
        found = self.found
        found.cells[name] += len(cells.old)
        found.changing += _true(pc.and_(cells.differs, cells.fits))
        if misfits := _true(pc.and_(cells.differs, pc.invert(cells.fits))):
            found.misfits[name] += misfits
        room = MAX_EXAMPLES - len(found.examples)
        if room <= 0:
            return
        rows = pc.indices_nonzero(cells.matched).filter(cells.differs)[:room].to_pylist()
        shown = [each.filter(cells.differs)[:room].to_pylist() for each in (cells.old, cells.new, cells.fits)]
        for row, old, new, fits in zip(rows, *shown, strict=True):
            rid = self._snapshot.rid_at(at[0], at[1] + row)
            found.examples.append(ReplacedCell(rid, name, old, new, fits))


@dataclass(frozen=True, slots=True)
class _Cells:
    """Cells of a row group that match: where, their old and new texts, which differ, and which fit."""

    matched: pa.BooleanArray
    old: pa.StringArray
    new: pa.StringArray
    differs: pa.BooleanArray
    fits: pa.BooleanArray


def _read(texts: pa.StringArray, column_type: ColumnType, words: frozenset[str]) -> tuple[pa.Array, pa.StringArray]:
    """Texts as a column of a part holds them, and what is kept aside of them."""
    found = convert(texts, column_type, words)
    stored = parts.storable(pa.table({"cell": found.values}), {"cell": column_type}).column(0).combine_chunks()
    return stored, pa.nulls(len(texts), pa.string()) if found.asides is None else found.asides


def _spread(cells: pa.Array, mask: pa.BooleanArray) -> pa.Array:
    """Cells in an array as long as ``mask``, in the places where that is true."""
    return pc.replace_with_mask(pa.nulls(len(mask), cells.type), mask, cells)


def _asides(kept: Asides, name: str, rows: int) -> pa.StringArray:
    return asides.at(kept[name], np.arange(rows)) if name in kept else pa.nulls(rows, pa.string())


def _true(mask: pa.BooleanArray) -> int:
    return int(pc.sum(mask).as_py() or 0)
