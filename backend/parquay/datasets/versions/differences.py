"""How two versions of a table differ, row by row and cell by cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from parquay.columns.types import registry
from parquay.datasets.versions.snapshot import Part, Snapshot

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    Ids = npt.NDArray[np.int64]
    Mask = npt.NDArray[np.bool_]

Texts = Mapping[str, str | None]
"""Cells as they were written, by the names of their columns; None is a missing one."""


@dataclass(frozen=True, slots=True)
class VersionDifference:
    """Rows of a version that another has not, and the other way round, and those that both have but not alike."""

    added: int
    removed: int
    changed: int


@dataclass(frozen=True, slots=True)
class ChangedRow:
    """The cells of a row that differ; a column that one of the versions does not have is on one side alone."""

    rid: int
    before: Texts
    after: Texts


@dataclass(frozen=True, slots=True)
class WholeRow:
    """A row that one version alone has."""

    rid: int
    cells: Texts


@dataclass(frozen=True, slots=True)
class RowsApart:
    """The first rows of each kind in which two versions differ."""

    added: tuple[WholeRow, ...]
    removed: tuple[WholeRow, ...]
    changed: tuple[ChangedRow, ...]


@dataclass(slots=True)
class _Pair:
    """Two parts with rows in common: where those stand in either, and which of them differ."""

    mine: Part
    his: Part
    rows: Ids
    others: Ids
    differs: Mask


@dataclass(slots=True)
class _Parts:
    """The parts that one version alone has, and where the other's rows were found in them."""

    parts: list[Part]
    met: dict[str, list[Ids]] = field(default_factory=dict)

    def alone(self, part: Part) -> Ids:
        """Where the rows stand that the other version does not have."""
        import numpy as np

        left = np.ones(part.rows, np.bool_)
        for rows in self.met.get(part.name, ()):
            left[rows] = False
        return np.flatnonzero(left)


def difference(one: Snapshot, other: Snapshot) -> VersionDifference:
    """Compare two versions row by row, by id; parts that both have are not read."""
    ours, theirs = _own_parts(one, other)
    both = changed = 0
    for pair in _pairs(one, ours, other, theirs):
        both += len(pair.rows)
        changed += int(pair.differs.sum())
    return VersionDifference(sum(part.rows for part in theirs) - both, sum(part.rows for part in ours) - both, changed)


def rows_apart(one: Snapshot, other: Snapshot, limit: int) -> RowsApart:
    """The first ``limit`` rows of each kind, in the order of their ids; parts that both versions have are not read."""
    ours, theirs = (_Parts(parts) for parts in _own_parts(one, other))
    changed: list[ChangedRow] = []
    for pair in _pairs(one, ours.parts, other, theirs.parts):
        ours.met.setdefault(pair.mine.name, []).append(pair.rows)
        theirs.met.setdefault(pair.his.name, []).append(pair.others)
        if len(changed) < limit and pair.differs.any():
            changed += _changed_rows(one, other, pair, limit - len(changed))
    return RowsApart(
        added=tuple(_whole_rows(other, theirs, limit)),
        removed=tuple(_whole_rows(one, ours, limit)),
        changed=tuple(changed),
    )


def _own_parts(one: Snapshot, other: Snapshot) -> tuple[list[Part], list[Part]]:
    """The parts that each version has alone; with other columns every part has to be read."""
    shared = {part.name for part in one.parts} & {part.name for part in other.parts}
    if one.columns != other.columns:
        shared = set()
    ours = [part for part in one.parts if part.name not in shared]
    return ours, [part for part in other.parts if part.name not in shared]


def _whole_rows(snapshot: Snapshot, parts: _Parts, limit: int) -> list[WholeRow]:
    rows: list[WholeRow] = []
    for part in parts.parts:
        at = parts.alone(part)[: limit - len(rows)]
        if not len(at):
            continue
        names = [str(each["name"]) for each in snapshot.columns]
        cells = {name: _texts(snapshot, part, name, at) or [] for name in names}
        rids = _ids(part)[at].tolist()
        rows += [WholeRow(rid, {name: cells[name][i] for name in names}) for i, rid in enumerate(rids)]
    return rows


def _changed_rows(one: Snapshot, other: Snapshot, pair: _Pair, limit: int) -> list[ChangedRow]:
    import numpy as np

    at = np.flatnonzero(pair.differs)[:limit]
    before: list[dict[str, str | None]] = [{} for _ in at]
    after: list[dict[str, str | None]] = [{} for _ in at]
    for name in _names(one, other):
        left = _texts(one, pair.mine, name, pair.rows[at])
        right = _texts(other, pair.his, name, pair.others[at])
        for i in range(len(at)):
            was = None if left is None else left[i]
            now = None if right is None else right[i]
            if was == now:
                continue
            if left is not None:
                before[i][name] = was
            if right is not None:
                after[i][name] = now
    rids = _ids(pair.mine)[pair.rows[at]].tolist()
    return [ChangedRow(rid, was, now) for rid, was, now in zip(rids, before, after, strict=True)]


def _names(one: Snapshot, other: Snapshot) -> list[str]:
    return list(dict.fromkeys(str(each["name"]) for each in (*one.columns, *other.columns)))


def _texts(snapshot: Snapshot, part: Part, name: str, rows: Ids) -> list[str | None] | None:
    cells = _cells(snapshot, part, name, rows)
    return None if cells is None else cells.to_pylist()


def _pairs(one: Snapshot, ours: list[Part], other: Snapshot, theirs: list[Part]) -> Iterator[_Pair]:
    """Parts with rows in common, compared."""
    for mine, his in _overlapping(ours, theirs):
        pair = _compared(one, mine, other, his)
        if len(pair.rows):
            yield pair


def _overlapping(ours: list[Part], theirs: list[Part]) -> Iterator[tuple[Part, Part]]:
    """Pairs of parts whose ids may meet; both lists ascend."""
    start = 0
    for mine in ours:
        low, high = mine.low, mine.high
        while start < len(theirs) and theirs[start].high <= low:
            start += 1
        at = start
        while at < len(theirs) and theirs[at].low < high:
            yield mine, theirs[at]
            at += 1


def _compared(one: Snapshot, mine: Part, other: Snapshot, his: Part) -> _Pair:
    """Which rows two parts have in common, and which of these differ."""
    import numpy as np

    _, rows, others = np.intersect1d(_ids(mine), _ids(his), assume_unique=True, return_indices=True)
    differs = np.zeros(len(rows), np.bool_)
    for name in _names(one, other) if len(rows) else ():
        left, right = _cells(one, mine, name, rows), _cells(other, his, name, others)
        if left is not None and right is not None:
            differs |= _differing(left, right)
        else:
            there = left if left is not None else right
            differs |= there.is_valid().to_numpy(zero_copy_only=False) if there is not None else False
    return _Pair(mine, his, rows, others, differs)


def _ids(part: Part) -> Ids:
    import numpy as np

    return np.concatenate([np.arange(first, first + length, dtype=np.int64) for first, length in part.rids])


def _cells(snapshot: Snapshot, part: Part, name: str, rows: Ids) -> pa.Array | None:
    """The texts of some cells of one column; None when the version has no such column."""
    import pyarrow.parquet as pq

    from parquay.columns.parquet import asides, parts
    from parquay.columns.types import missing

    types = registry.columns_types([each for each in snapshot.columns if each["name"] == name])
    if not types:
        return None
    with snapshot.fetch(part) as (path,), pq.ParquetFile(path, page_checksum_verification=True) as opened:
        whole = asides.beside(opened.read(columns=[name]).select([name]), asides.of_metadata(opened.metadata))
    table = parts.widened(whole.take(rows), types, types).combine_chunks()
    kept = asides.of(table, name)
    texts = types[name].to_text(table.column(0).combine_chunks())
    return missing.over(texts, None if kept is None else kept.combine_chunks(), types[name])


def _differing(left: pa.Array, right: pa.Array) -> Mask:
    import pyarrow.compute as pc

    unlike = pc.fill_null(pc.not_equal(left, right), fill_value=False)
    either = pc.or_(unlike, pc.xor(left.is_null(), right.is_null()))
    mask: Mask = either.to_numpy(zero_copy_only=False)
    return mask
