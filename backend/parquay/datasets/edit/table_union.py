"""Two tables under one schema: which type each column gets, and the parts that hold it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from parquay.columns.parquet import asides, parts
from parquay.columns.parquet.parts import Types
from parquay.columns.parquet.spool import Spool
from parquay.columns.types import candidates, registry
from parquay.columns.types.base import ColumnType, TypeCandidates
from parquay.columns.types.missing_words import NAMED
from parquay.columns.types.text import TEXT, TextType
from parquay.datasets.versions import row_id_ranges
from parquay.datasets.versions.commits import Change, Drafts
from parquay.datasets.versions.footers import RIDS
from parquay.datasets.versions.headers import carried
from parquay.datasets.versions.row_id_ranges import RowIdRanges
from parquay.datasets.versions.snapshot import Part, Snapshot


class Joining:
    """One table on its way behind another."""

    def __init__(self, before: Snapshot, more: Snapshot, drafts: Drafts) -> None:
        self._before = before
        self._more = more
        self._drafts = drafts
        self._ours = full_types(before.columns)
        spelt = {name.lower(): name for name in self._ours}
        self._theirs = {spelt.get(name.lower(), name): kind for name, kind in full_types(more.columns).items()}

    def change(self, apps: tuple[str, ...]) -> Change:
        """Write the new parts, and say what the commit does; ``apps`` as in `Change`."""
        types = {name: self._joined(name) for name in dict.fromkeys([*self._ours, *self._theirs])}
        changed = types != self._ours
        added: list[Part] = []
        if changed:
            own = PartCopier(self._before, self._drafts, self._before.version + 1)
            added += [own.copy(part, self._ours, types, part.rids) for part in self._before.parts]
        copier = PartCopier(self._more, self._drafts, self._before.version + 1)
        added += copier.copy_all(self._theirs, types, self._before.next_rid)
        return Change(
            "append",
            frozenset(part.name for part in self._before.parts) if changed else frozenset(),
            tuple(added),
            new_rids=self._more.rows,
            inserted=self._more.rows,
            columns=tuple(self._columns(types)) if changed else None,
            apps=apps,
        )

    def _columns(self, types: Types) -> list[dict[str, Any]]:
        """The columns as the log keeps them, with the words for missing that were named for them in either table."""
        named: dict[str, list[str]] = {}
        for each in (*self._before.columns, *self._more.columns):
            named.setdefault(each["name"], each.get(NAMED, []))
        found = carried(self._before.columns, registry.columns_json(types))
        return [each | ({NAMED: words} if (words := named.get(each["name"])) else {}) for each in found]

    def _joined(self, name: str) -> ColumnType:
        one, other = self._ours.get(name), self._theirs.get(name)
        if one is None or other is None or one == other:
            return one or other or TEXT
        cells = cells_of(self._before, list(self._ours), name), cells_of(self._more, list(self._theirs), name)
        return wider((one, candidates_of(cells[0], one)), (other, candidates_of(cells[1], other)))


class PartCopier:
    """Copies the parts of ``source`` among those of a table, into version ``version``."""

    def __init__(self, source: Snapshot, drafts: Drafts, version: int) -> None:
        self._source = source
        self._drafts = drafts
        self._version = version

    def copy_all(self, has: Types, wanted: Types, rid: int) -> list[Part]:
        """Copy every part, its rows under new ids from ``rid`` on."""
        firsts = accumulate((part.rows for part in self._source.parts), initial=rid)
        return [
            self.copy(part, has, wanted, ((first, part.rows),))
            for part, first in zip(self._source.parts, firsts, strict=False)
        ]

    def copy(self, part: Part, has: Types, wanted: Types, rids: RowIdRanges) -> Part:
        """Copy a part, recast where its columns are not those that are wanted."""
        name = self._drafts.name(self._version)
        place = self._drafts.place
        spool = Spool(place.parts.draft(name), room=place.parts.refuse_full)
        try:
            with self._source.fetch(part) as (path,):
                names = [each["name"] for each in self._source.columns]
                if names == list(wanted) and _stored(has) == _stored(wanted):
                    spool.append_part(path, wanted)
                else:
                    for content in _recast(path, has, wanted):
                        spool.append(content, wanted)
            kept = place.keep(name, spool.finished({RIDS: row_id_ranges.to_text(rids)}))
        except BaseException:
            spool.discard()
            raise
        return Part(kept.key, part.rows, rids, kept.size)


def full_types(columns: Sequence[Mapping[str, Any]]) -> dict[str, ColumnType]:
    """The types of columns, decimals with all the digits that an edit may have given them since. Pure."""
    return {name: kind.widest() for name, kind in registry.columns_types(columns).items()}


def wider(one: tuple[ColumnType, TypeCandidates | None], other: tuple[ColumnType, TypeCandidates | None]) -> ColumnType:
    """The narrowest type that holds for the cells of both columns and is no narrower than theirs. Pure.

    Each comes with the types that hold for its cells; None: it has no cell. A text stays one, whatever it looks like.
    """
    if one[1] is None or other[1] is None:
        return (other[0] if one[1] is None else one[0]).widest()
    if one[0].is_text or other[0].is_text:
        return one[0] if one[0] == other[0] else TEXT
    joined = registry.join(one[1], other[1]) or {}
    least = max(registry.RANK[kind.type_id] for kind, _ in (one, other))
    return registry.decide(
        {name: each for name, each in joined.items() if registry.RANK[each.type_id] >= least}
    ).widest()


def candidates_of(cells: Iterator[pa.Array], kind: ColumnType) -> TypeCandidates | None:
    """The types that hold for every cell of a column; None when it has none."""
    held: TypeCandidates | None = None
    named = kind.named if isinstance(kind, TextType) else ()
    for column in cells:
        held = registry.join(held, candidates.examine(_texts(column, kind), None, named))
        if held == {}:
            break
    return held


def _texts(column: pa.Array, kind: ColumnType) -> pa.StringArray:
    return kind.to_text(kind.of_stored(column))


def cells_of(snapshot: Snapshot, names: Sequence[str], name: str) -> Iterator[pa.Array]:
    """One column of a table, as it is stored, a row group at a time."""
    spelt = str(snapshot.columns[names.index(name)]["name"])
    for part in snapshot.parts:
        with snapshot.fetch(part) as (path,), pq.ParquetFile(path, page_checksum_verification=True) as opened:
            for group in range(opened.num_row_groups):
                yield opened.read_row_group(group, columns=[spelt]).column(spelt).combine_chunks()


def _stored(types: Types) -> list[tuple[str, str, pa.DataType, str, bool, str]]:
    """What parts hold; what is stored as text is the text of one type, of a column of text the cells themselves."""
    keys = {name: kind.key if kind.stored_as_text else "" for name, kind in types.items()}
    return [
        (name, kind.type_id, kind.stored(), kind.reading, kind.keeps_offsets, keys[name])
        for name, kind in types.items()
    ]


def _recast(path: Path, has: Types, wanted: Types) -> Iterator[pa.Buffer]:
    with pq.ParquetFile(path, page_checksum_verification=True) as opened:
        for table in asides.read_groups(opened):
            renamed = asides.renamed(table, list(has))
            yield parts.encode(parts.storable(parts.widened(renamed, has, wanted), wanted))
