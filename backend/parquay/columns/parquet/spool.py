"""A Parquet file that grows: row groups end to end, and a footer once all are there.

Row groups come encoded, from memory or from parts, and are copied as bytes. When their columns turn out to be narrower
than the table's they are read back one by one, recast, and put into a second spool.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from parquay.columns.parquet import asides, chunks, footer, parts
from parquay.columns.parquet.asides import Asides
from parquay.columns.parquet.chunks import StoredColumn
from parquay.columns.parquet.parts import Codec, Types
from parquay.columns.types.aside_counts import AsideCounts

PIECE_BYTES = 64 << 10
"""Bytes written at once. For more Linux takes large spanes of memory, which a virtual machine may have to fetch from
its host first; small ones were in use a moment ago."""


@dataclass(frozen=True, slots=True)
class SpooledSpan:
    """Row groups that came together, where they stand in the spool, and what is kept aside of their rows."""

    groups: footer.RowGroupSpan
    at: int
    types: Types
    kept: Asides

    @property
    def size(self) -> int:
        """Bytes of the row groups."""
        return self.groups.stop - self.groups.start


class Spool:
    """Row groups of a table being made."""

    def __init__(self, path: Path, *, room: Callable[[int], None] | None = None) -> None:
        """Begin the file ``path``; ``room`` refuses so many bytes more where they do not fit."""
        self._room = room
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._file: BinaryIO = path.open("w+b")
        self._file.write(footer.MAGIC)
        self._spans: list[SpooledSpan] = []

    @property
    def rows(self) -> int:
        """Rows so far."""
        return sum(each.groups.rows for each in self._spans)

    def append(self, content: pa.Buffer, types: Types) -> None:
        """Put the row groups of a Parquet file in memory behind the others.

        Raises:
            StorageFull: they do not fit (507).
        """
        self._refuse_full(content.size)
        whole = memoryview(content)
        groups = footer.parse(whole)
        self._spans.append(SpooledSpan(groups, self._file.tell(), types, _kept(groups, pa.BufferReader(content))))
        for at in range(groups.start, groups.stop, PIECE_BYTES):
            self._file.write(whole[at : min(at + PIECE_BYTES, groups.stop)])

    def append_part(self, path: Path, types: Types) -> None:
        """Put the row groups of a part behind the others."""
        with path.open("rb") as part:
            size = part.seek(-8, os.SEEK_END) + 8
            part.seek(-footer.footer_length(part.read(8)), os.SEEK_END)
            groups = footer.parse_tail(part.read(), size)
            self._spans.append(SpooledSpan(groups, self._file.tell(), types, _kept(groups, path)))
            self._copy(part, groups.start, groups.stop)

    def append_group(self, part: BinaryIO, group: footer.RowGroupSpan, types: Types, kept: Asides) -> None:
        """Put one row group of an open part behind the others, as it is; see `footer.split`.

        `kept`: what is kept aside of its rows, counted from its first.
        """
        self._spans.append(SpooledSpan(group, self._file.tell(), types, kept))
        self._copy(part, group.start, group.stop)

    def append_columns(
        self, like: footer.RowGroupSpan, columns: Sequence[StoredColumn], types: Types, kept: Asides
    ) -> None:
        """Put a row group of columns of open files, as they are, behind the others; see `chunks.assembled`.

        `kept`: see `append_group`, by the names that the columns have now.
        """
        self._spans.append(SpooledSpan(chunks.assembled(like, columns), self._file.tell(), types, kept))
        for each in columns:
            self._copy(each.file, each.start, each.stop)

    def _refuse_full(self, size: int) -> None:
        if self._room is not None:
            self._room(size)

    def _copy(self, part: BinaryIO, start: int, stop: int) -> None:
        self._refuse_full(stop - start)
        part.seek(start)
        left = stop - start
        while left:
            piece = part.read(min(PIECE_BYTES, left))
            self._file.write(piece)
            left -= len(piece)

    def tables(self, types: Types) -> Iterator[pa.Table]:
        """Read back the row groups, recast to `types`."""
        self._file.flush()
        for span in self._spans:
            file = pq.ParquetFile(pa.BufferReader(self._whole(span)))
            for i in range(file.num_row_groups):
                yield parts.widened(asides.read_group(file, i, span.kept), span.types, types)

    def columns(self, names: Sequence[str]) -> Iterator[pa.Table]:
        """Read back some columns, row group by row group, as they stand: of one type once `has_types` says so."""
        self._file.flush()
        for span in self._spans:
            file = pq.ParquetFile(pa.BufferReader(self._whole(span)))
            yield from (file.read_row_group(i, columns=list(names)) for i in range(file.num_row_groups))

    def _whole(self, span: SpooledSpan) -> bytes:
        pages = os.pread(self._file.fileno(), span.size, span.at)
        return footer.MAGIC + pages + footer.merge([(span.groups, len(footer.MAGIC))])

    def has_types(self, types: Types) -> bool:
        """Whether all row groups have the schema of `types`, and their values mean the same."""
        wanted = parts.value_types(types)
        return all(parts.value_types(each.types) == wanted for each in self._spans)

    def recast(self, types: Types, codec: Codec) -> Spool:
        """A new spool with every row group recast to `types`; this one is discarded."""
        other = Spool(self.path.with_name(self.path.name + ".recast"))
        for table in self.tables(types):
            other.append(parts.encode(table, codec, page_bytes=parts.LARGE_PAGE_BYTES), types)
        self.discard()
        return other

    def finish(self, target: Path) -> int:
        """Write the footer, give the file the name `target` and return its bytes."""
        path = self.finished()
        size = path.stat().st_size
        path.replace(target)
        return size

    def finished(self, key_values: dict[str, str] | None = None) -> Path:
        """Write the footer, in which `key_values` stand, and close the file; return it."""
        kept = self._kept()
        found = ({asides.KEY: asides.to_text(kept)} if kept else {}) | (key_values or {})
        self._file.write(footer.merge(((each.groups, each.at) for each in self._spans), found))
        self._file.close()
        return self.path

    def counts(self) -> dict[str, AsideCounts]:
        """How much is kept aside of each column."""
        return asides.counts(self._kept())

    def _kept(self) -> Asides:
        starts = accumulate((each.groups.rows for each in self._spans), initial=0)
        return asides.joined((start, each.kept) for start, each in zip(starts, self._spans, strict=False))

    def discard(self) -> None:
        """Close and delete the file, if it has not got its name."""
        self._file.close()
        self.path.unlink(missing_ok=True)


def _kept(groups: footer.RowGroupSpan, file: pa.BufferReader | Path) -> Asides:
    """What is kept aside of the rows of a Parquet file; most footers say nothing of it, and are not read again."""
    if isinstance(groups.footer, bytes) and asides.KEY.encode() not in groups.footer:
        return {}
    return asides.of_metadata(pq.read_metadata(file))
