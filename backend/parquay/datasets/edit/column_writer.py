"""The parts of a version again, with other columns: what is not touched of them is copied as bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from typing import BinaryIO, cast

import pyarrow as pa
import pyarrow.parquet as pq

from parquay.columns.parquet import asides, chunks, parts
from parquay.columns.parquet.asides import Asides
from parquay.columns.parquet.chunks import StoredColumn
from parquay.columns.parquet.footer import RowGroupSpan
from parquay.columns.parquet.parts import Types
from parquay.columns.parquet.spool import Spool
from parquay.datasets.versions import row_id_ranges
from parquay.datasets.versions.commits import Drafts
from parquay.datasets.versions.footers import RIDS
from parquay.datasets.versions.snapshot import Part, Snapshot

Make = Callable[[pq.ParquetFile, int, Asides], pa.Table]
"""New columns of a row group of an open part, by its number, as parts store them, with what is kept aside of them.

What is kept aside of the row group comes with it.
"""


@dataclass(frozen=True, slots=True)
class TableShape:
    """Which columns a table gets.

    Attributes:
        types: all of them, in their order.
        kept: of these by name what those are called that stay as they are; `make` brings the others.
    """

    types: Types
    kept: Mapping[str, str]
    make: Make | None = None


class ColumnWriter:
    """Writes the parts of the version after ``before``."""

    def __init__(self, before: Snapshot, drafts: Drafts) -> None:
        self._before = before
        self._drafts = drafts

    def write(self, shape: TableShape) -> tuple[Part, ...]:
        """Write every part anew, with the same rows under the same ids (blocking)."""
        return tuple(self.write_part(part, shape) for part in self._before.parts)

    def write_part(self, part: Part, shape: TableShape) -> Part:
        """Write one part anew, with the same rows under the same ids (blocking)."""
        name = self._drafts.name(self._before.version + 1)
        place = self._before.place
        spool = Spool(place.parts.draft(name), room=place.parts.refuse_full)
        try:
            with (
                place.parts.open(part.name) as file,
                pq.ParquetFile(file, page_checksum_verification=True) as opened,
            ):
                kept = asides.of_metadata(opened.metadata)
                for number, group in enumerate(chunks.row_groups(file)):
                    self._append(spool, shape, _OpenGroup(file, opened, number, group, kept))
            stored = place.keep(name, spool.finished({RIDS: row_id_ranges.to_text(part.rids)}))
        except BaseException:
            spool.discard()
            raise
        return Part(stored.key, part.rows, part.rids, stored.size)

    def _append(self, spool: Spool, shape: TableShape, group: _OpenGroup) -> None:
        names = [str(each["name"]) for each in self._before.columns]
        stored = dict(zip(names, chunks.columns_in(group.file, group.span), strict=True))
        found = {new: stored[old].called(new) for new, old in shape.kept.items()}
        before = asides.of_group(group.opened, group.number, group.kept)
        kept = {new: before[old] for new, old in shape.kept.items() if old in before}
        with ExitStack() as opened:
            if shape.make is not None:
                made = shape.make(group.opened, group.number, before)
                kept |= asides.taken(made)
                content = parts.encode(made, one_group=True)
                buffer = cast("BinaryIO", opened.enter_context(pa.BufferReader(content)))
                found |= _by_name(buffer, next(chunks.row_groups(buffer)))
            spool.append_columns(group.span, [found[name] for name in shape.types], shape.types, kept)


@dataclass(frozen=True, slots=True)
class _OpenGroup:
    """A row group of a part that is open; `kept`: what is kept aside of the whole part."""

    file: BinaryIO
    opened: pq.ParquetFile
    number: int
    span: RowGroupSpan
    kept: Asides


def _by_name(file: BinaryIO, group: RowGroupSpan) -> dict[str, StoredColumn]:
    return {each.name: each for each in chunks.columns_in(file, group)}
