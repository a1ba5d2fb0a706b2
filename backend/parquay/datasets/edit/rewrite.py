"""A part with some of its rows changed, as a new part: row groups that are not touched are copied as bytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from parquay.columns.parquet import asides, chunks, footer, parts
from parquay.columns.parquet.parts import Types
from parquay.columns.parquet.spool import Spool
from parquay.columns.types.base import MissingWord, RespeltCell
from parquay.columns.types.missing_words import WORD
from parquay.datasets.versions import row_id_ranges
from parquay.datasets.versions.footers import RIDS
from parquay.datasets.versions.row_id_ranges import RowIdRanges
from parquay.datasets.versions.snapshot import Part, Snapshot
from parquay.storage.place import Place

SMALL_GROUP = 4096
"""A last row group of fewer rows takes new rows in, instead of a row group of their own behind it."""

Cells = Mapping[str, Any]
"""Values of some columns, as parts hold them, see `cells`."""


@dataclass(frozen=True, slots=True)
class PartEdit:
    """What happens to one part.

    Attributes:
        part: the part, None for a new one.
        updates: cells to set, by row of the part.
        deletes: rows of the part.
        inserts: rows behind the last one; `rids` are their ids.
        place: the row before which they go instead, of a part of which nothing else is changed.
    """

    part: Part | None
    updates: Mapping[int, Cells] = field(default_factory=dict)
    deletes: frozenset[int] = frozenset()
    inserts: Sequence[Cells] = ()
    rids: RowIdRanges = ()
    place: int | None = None


@dataclass(slots=True)
class Rewritten:
    """A new part, and the rows that were set in it by id; `part` None: no row is left."""

    part: Part | None
    rows: dict[int, pa.Table] = field(default_factory=dict)


class Rewriter:
    """Writes new parts of one table."""

    def __init__(self, place: Place, types: Types, codec: parts.Codec = parts.ZSTD) -> None:
        self._place = place
        self._types = types
        self._codec = codec
        self._schema = pa.schema([(name, kind.stored()) for name, kind in types.items()])

    def write(self, name: str, edit: PartEdit) -> Rewritten:
        """Write what becomes of a part under the new name `name`, sealed and durable; no file when no row is left."""
        spool = Spool(self._place.parts.draft(name), room=self._place.parts.refuse_full)
        made = Rewritten(None)
        try:
            for content in self._contents(spool, edit, made):
                spool.append(parts.encode(content, self._codec), self._types)
            left = _rids(edit)
            if left:
                kept = self._place.keep(name, spool.finished({RIDS: row_id_ranges.to_text(left)}))
                made.part = Part(kept.key, row_id_ranges.count(left), left, kept.size)
        finally:
            if made.part is None:
                spool.discard()
        return made

    def table(self, rows: Sequence[Cells]) -> pa.Table:
        """Rows of cells as a table of the stored types; a column that a row leaves out is null."""
        arrays = {each.name: _values([row.get(each.name) for row in rows], each.type) for each in self._schema}
        texts = {asides.name_of(name): aside for name, (_, aside) in arrays.items() if aside.null_count < len(aside)}
        return pa.table({name: values for name, (values, _) in arrays.items()} | texts)

    def _contents(self, spool: Spool, edit: PartEdit, made: Rewritten) -> Iterator[pa.Table]:
        """Yield what is to be encoded, in order; what is not touched is put into `spool` in between."""
        new = self.table(edit.inserts) if edit.inserts else None
        if new is not None:
            begins = row_id_ranges.starts(edit.rids)
            made.rows |= {row_id_ranges.id_at(edit.rids, begins, row): new.slice(row, 1) for row in range(new.num_rows)}
        old = edit.part
        if old is not None:
            with (
                self._place.parts.open(old.name) as file,
                pq.ParquetFile(file, page_checksum_verification=True) as opened,
            ):
                kept = asides.of_metadata(opened.metadata)
                for span in _spans(file):
                    takes_new = new is not None and span.takes(edit, old.rows)
                    if not (takes_new or span.is_touched(edit)):
                        spool.append_group(file, span.group, self._types, asides.cut(kept, span.start, span.stop))
                        continue
                    table = self._edited(asides.read_group(opened, span.number, kept), span, edit, made)
                    if takes_new and new is not None:
                        at = table.num_rows if edit.place is None else edit.place - span.start
                        table, new = asides.concat([table.slice(0, at), new, table.slice(at)]), None
                    if table.num_rows:
                        yield table
        if new is not None:
            yield new

    def _edited(self, table: pa.Table, span: _Span, edit: PartEdit, made: Rewritten) -> pa.Table:
        """A row group with its updates and without its deleted rows."""
        updates = {row - span.start: cells for row, cells in edit.updates.items() if span.start <= row < span.stop}
        for name in dict.fromkeys(name for cells in updates.values() for name in cells):
            table = self._set(table, name, {row: cells[name] for row, cells in updates.items() if name in cells})
        if edit.part is not None:
            rids, begins = edit.part.rids, edit.part.begins
            made.rows |= {row_id_ranges.id_at(rids, begins, span.start + row): table.slice(row, 1) for row in updates}
        return _without(table, [row - span.start for row in edit.deletes if span.start <= row < span.stop])

    def _set(self, table: pa.Table, name: str, cells: Mapping[int, Any]) -> pa.Table:
        index = self._schema.get_field_index(name)
        field_ = self._schema.field(index)
        rows = sorted(cells)
        mask = np.zeros(table.num_rows, bool)
        mask[rows] = True
        values, aside = _values([cells[row] for row in rows], field_.type)
        column = pc.replace_with_mask(table.column(index).combine_chunks(), pa.array(mask), values)
        return _set_aside(table.set_column(index, field_, column), name, pa.array(mask), aside)


def _values(cells: Sequence[Any], kind: pa.DataType) -> tuple[pa.Array, pa.StringArray]:
    """Cells as a part holds them, and what is kept aside of them."""
    pairs = [_parted(cell) for cell in cells]
    return pa.array([value for value, _ in pairs], kind), pa.array([aside for _, aside in pairs], pa.string())


def _parted(cell: Any) -> tuple[Any, str | None]:
    """The value of a cell, and what is kept aside of it."""
    if isinstance(cell, MissingWord):
        return None, WORD + cell.text
    return (cell.value, cell.aside) if isinstance(cell, RespeltCell) else (cell, None)


def _set_aside(table: pa.Table, name: str, mask: pa.BooleanArray, aside: pa.StringArray) -> pa.Table:
    """Replace what is kept aside of some cells of a column."""
    before = asides.of(table, name)
    if before is None and aside.null_count == len(aside):
        return table
    whole = pa.nulls(table.num_rows, pa.string()) if before is None else before.combine_chunks()
    column, beside = pc.replace_with_mask(whole, mask, aside), asides.name_of(name)
    if before is None:
        return table.append_column(beside, column)
    return table.set_column(table.column_names.index(beside), beside, column)


def _rids(edit: PartEdit) -> RowIdRanges:
    """The ids of the rows that are left and new."""
    old = edit.part
    if old is None:
        return edit.rids
    if edit.place is not None:
        return row_id_ranges.put(old.rids, edit.place, edit.rids)
    gone = [row_id_ranges.id_at(old.rids, old.begins, row) for row in sorted(edit.deletes)]
    return row_id_ranges.joined(row_id_ranges.without(old.rids, gone) if gone else old.rids, edit.rids)


def _without(table: pa.Table, rows: Sequence[int]) -> pa.Table:
    if not rows:
        return table
    kept = np.ones(table.num_rows, bool)
    kept[list(rows)] = False
    return table.filter(pa.array(kept))


@dataclass(frozen=True, slots=True)
class _Span:
    """A row group of a part, and the rows that it holds."""

    number: int
    start: int
    stop: int
    group: footer.RowGroupSpan

    def takes(self, edit: PartEdit, rows: int) -> bool:
        """Whether new rows go into it: where their place is, or behind a small one at the end of the part's `rows`."""
        if edit.place is not None:
            return self.start <= edit.place < self.stop or edit.place == self.stop == rows
        return self.stop == rows and self.stop - self.start < SMALL_GROUP

    def is_touched(self, edit: PartEdit) -> bool:
        return any(self.start <= row < self.stop for row in (*edit.updates, *edit.deletes))


def _spans(file: BinaryIO) -> Iterator[_Span]:
    start = 0
    for number, group in enumerate(chunks.row_groups(file)):
        yield _Span(number, start, start + group.rows, group)
        start += group.rows


def read_rows(snapshot: Snapshot, part: Part, rows: Sequence[int]) -> pa.Table:
    """Some rows of a part, as they are stored, in ascending order of `rows`; only their row groups are read."""
    found: list[pa.Table] = []
    with snapshot.fetch(part) as (path,), pq.ParquetFile(path, page_checksum_verification=True) as opened:
        start = 0
        for group in range(opened.num_row_groups):
            stop = start + opened.metadata.row_group(group).num_rows
            wanted = [row - start for row in rows if start <= row < stop]
            if wanted:
                found.append(asides.read_group(opened, group).take(sorted(wanted)))
            start = stop
    return asides.concat(found)
