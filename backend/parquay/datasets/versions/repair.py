"""Parts that are damaged or gone, made again from rows that were converted once more.

Where the bytes come out as they were, the part gets its name again, and every version that has it is whole. Otherwise a
new version takes the damaged part out and a new one in, with the same rows under the same ids.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from parquay.catalog.tables import File
from parquay.columns.parquet import asides, parts
from parquay.columns.parquet.parts import Types
from parquay.columns.parquet.spool import Spool
from parquay.columns.types import registry
from parquay.datasets.versions import log, newest_parts, row_id_ranges
from parquay.datasets.versions.commits import Author, Change, Commits, Drafts
from parquay.datasets.versions.converted_rows import first_rids
from parquay.datasets.versions.footers import RIDS
from parquay.datasets.versions.row_id_ranges import RowIdRanges
from parquay.datasets.versions.snapshot import Part, Snapshot
from parquay.datasets.versions.tables import Tables
from parquay.storage import seal
from parquay.storage.objects import Objects

MESSAGE = "Damaged parts made again from the upload"


class ConvertedRows(Protocol):
    """A part that holds rows of a conversion again, see `ingest.convert.reconvert.Remade`."""

    @property
    def parts(self) -> Objects: ...  # noqa: D102
    @property
    def name(self) -> str: ...  # noqa: D102
    @property
    def types(self) -> Types: ...  # noqa: D102
    @property
    def first(self) -> int: ...  # noqa: D102
    @property
    def rows(self) -> int: ...  # noqa: D102


class Mender:
    """Puts parts back."""

    def __init__(self, tables: Tables, commits: Commits) -> None:
        self._tables = tables
        self._commits = commits

    def mend(self, file: File, names: Iterable[str], remade: Sequence[ConvertedRows]) -> list[str]:
        """Make the parts ``names`` of a table whole from all rows of its conversion; return those that are not.

        What an edit wrote cannot be made again.

        Raises:
            Damaged: ``log_damaged``.
        """
        listed = self._tables.listed(file)
        left = self._put_back(listed, names, remade)
        first = dict(first_rids(log.listed(log.open_at(listed.place, 0)))) if left else {}
        whole = sum(row_id_ranges.count(each) for each in first.values()) == sum(each.rows for each in remade)
        wanted = {part.name for part in listed.parts} & set(left) & first.keys() if whole else set()
        if wanted:
            columns = log.columns(log.open_at(listed.place, 0))
            self._replace(file, {name: first[name] for name in wanted}, remade, registry.columns_types(columns))
        return [name for name in left if name not in wanted]

    def _put_back(self, listed: Snapshot, names: Iterable[str], remade: Sequence[ConvertedRows]) -> list[str]:
        """Give parts whose bytes came out as they were their names; return the others."""
        same = {seal.seal_in(each.name): each for each in remade}
        place, left = listed.place, []
        with self._tables.locks.writing(listed.dataset_id):
            for name in names:
                crc = seal.seal_in(name)
                if crc is None or crc not in same:
                    left.append(name)
                    continue
                place.parts.put(name, same[crc].parts.read(same[crc].name))
            if not left:
                newest_parts.show(place, listed.version, listed.names, listed.columns)
        return left

    def _replace(self, file: File, rids: dict[str, RowIdRanges], remade: Sequence[ConvertedRows], types: Types) -> None:
        def decide(before: Snapshot, drafts: Drafts) -> Change:
            added = tuple(_written(drafts, before, each, remade, types) for each in rids.values())
            return Change("edit", frozenset(rids), added)

        self._commits.make(file, Author(None, MESSAGE), decide, mending=True)


def _written(
    drafts: Drafts, before: Snapshot, rids: RowIdRanges, remade: Sequence[ConvertedRows], types: Types
) -> Part:
    ((first, count),) = rids
    name = drafts.name(before.version + 1)
    spool = Spool(before.place.parts.draft(name), room=before.place.parts.refuse_full)
    try:
        for table in _rows(remade, first, count, types):
            spool.append(parts.encode(parts.storable(table, types)), types)
        kept = before.place.keep(name, spool.finished({RIDS: row_id_ranges.to_text(rids)}))
    except BaseException:
        spool.discard()
        raise
    return Part(kept.key, count, rids, kept.size)


def _rows(remade: Sequence[ConvertedRows], first: int, count: int, types: Types) -> Iterator[pa.Table]:
    """Rows of a conversion by their numbers, in the types of the table, a row group at a time."""
    for part in remade:
        at = part.first
        if at >= first + count or at + part.rows <= first:
            continue
        with part.parts.fetch([part.name]) as (path,), pq.ParquetFile(path, page_checksum_verification=True) as opened:
            for group in range(opened.num_row_groups):
                rows = opened.metadata.row_group(group).num_rows
                start, stop = max(first, at), min(first + count, at + rows)
                if start < stop:
                    table = asides.read_group(opened, group).slice(start - at, stop - start)
                    yield parts.widened(table, part.types, types)
                at += rows
