"""Whole versions: compared with each other, brought back, kept for good."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from parquay.catalog.datasets import Datasets
from parquay.catalog.tables import File
from parquay.columns.types import registry
from parquay.datasets.versions.commits import Author, Change, Commits, Drafts
from parquay.datasets.versions.snapshot import Part, Snapshot
from parquay.datasets.versions.tables import Tables
from parquay.errors import NotFound, Outdated

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import pyarrow as pa

    Ids = npt.NDArray[np.int64]
    Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class VersionDifference:
    """Rows of a version that another has not, and the other way round, and those that both have but not alike."""

    added: int
    removed: int
    changed: int


class Versions:
    """What is done with whole versions."""

    def __init__(self, tables: Tables, commits: Commits, datasets: Datasets) -> None:
        self._tables = tables
        self._commits = commits
        self._datasets = datasets

    def difference(self, file: File, one: int, other: int) -> VersionDifference:
        """Count what version ``other`` has otherwise than version ``one`` (blocking).

        Raises:
            NotFound: ``unknown_version``, ``version_expired`` (404).
        """
        return difference(self._tables.snapshot(file, one), self._tables.snapshot(file, other))

    def pin(self, file: File, version: int, *, pinned: bool) -> None:
        """Keep a version whatever the retention is, or leave it to that again.

        Raises:
            NotFound: ``unknown_version``, ``version_expired`` (404).
        """
        self._tables.snapshot(file, version)
        self._commits.notice(file)
        if self._datasets.pin(file.id, version, pinned=pinned) is None:
            raise NotFound(f"Version {version} is no longer kept.", "version_expired")

    def restore(self, file: File, author: Author, version: int, expected: int | None = None) -> Snapshot:
        """Make version ``version`` again, as the newest; ``expected`` is the one that the author takes for the newest.

        Raises:
            NotFound: ``unknown_version``, ``version_expired`` (404).
            Outdated: ``version_changed`` (412).
        """

        def decide(before: Snapshot, _drafts: Drafts) -> Change:
            refuse_outdated(before, expected)
            wanted = self._tables.snapshot(file, version)
            had, has = ({part.name for part in each.parts} for each in (before, wanted))
            if had == has and before.columns == wanted.columns:
                return Change("restore")  # to what it is already: Delta's own restore refuses that
            found = difference(before, wanted)
            return Change(
                "restore",
                removed=frozenset(had - has),
                added=tuple(part for part in wanted.parts if part.name not in had),
                inserted=found.added,
                updated=found.changed,
                deleted=found.removed,
                columns=None if before.columns == wanted.columns else wanted.columns,
                restored=version,
                reading=(wanted.reading, wanted.dialect),
            )

        return self._commits.make(file, author, decide)


def refuse_outdated(before: Snapshot, expected: int | None) -> None:
    """Refuse to change a table that is no longer in the version that its author looked at.

    Raises:
        Outdated: ``version_changed`` (412).
    """
    if expected is not None and expected != before.version:
        detail = f"The newest version is {before.version}, not {expected}."
        raise Outdated(detail, "version_changed", version=before.version)


def difference(one: Snapshot, other: Snapshot) -> VersionDifference:
    """Compare two versions row by row, by id; parts that both have are not read."""
    shared = {part.name for part in one.parts} & {part.name for part in other.parts}
    if one.columns != other.columns:
        shared = set()
    ours = [part for part in one.parts if part.name not in shared]
    theirs = [part for part in other.parts if part.name not in shared]
    both = changed = 0
    for mine, his in _overlapping(ours, theirs):
        common, differing = _compared(one, mine, other, his)
        both += common
        changed += differing
    return VersionDifference(sum(part.rows for part in theirs) - both, sum(part.rows for part in ours) - both, changed)


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


def _compared(one: Snapshot, mine: Part, other: Snapshot, his: Part) -> tuple[int, int]:
    """How many rows two parts have in common, and how many of these differ."""
    import numpy as np

    _, rows, others = np.intersect1d(_ids(mine), _ids(his), assume_unique=True, return_indices=True)
    if not len(rows):
        return 0, 0
    differs = np.zeros(len(rows), np.bool_)
    for name in dict.fromkeys(str(each["name"]) for each in (*one.columns, *other.columns)):
        left, right = _cells(one, mine, name, rows), _cells(other, his, name, others)
        if left is not None and right is not None:
            differs |= _differing(left, right)
        else:
            there = left if left is not None else right
            differs |= there.is_valid().to_numpy(zero_copy_only=False) if there is not None else False
    return len(rows), int(differs.sum())


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
