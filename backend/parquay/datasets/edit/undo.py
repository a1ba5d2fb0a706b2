"""What one version has changed in rows, taken back by a new version: exactly, or not at all.

The cells that it set are again what they were, the rows that it added are gone, those that it deleted are back under
their ids. Cells and rows that somebody has changed since are none of its any more: then nothing is taken back.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from parquay.catalog.datasets import Datasets
from parquay.catalog.tables import File
from parquay.columns.types.base import RespeltCell
from parquay.datasets.edit.edit import Batch, part_edits
from parquay.datasets.versions.commits import Author, Change, Commits, Drafts
from parquay.datasets.versions.differences import RowsApart, difference, rows_apart
from parquay.datasets.versions.snapshot import Part, Snapshot
from parquay.datasets.versions.tables import Tables
from parquay.errors import Conflict, Outdated

if TYPE_CHECKING:
    import pyarrow as pa

KIND = "edit"
"""The kind of versions that can be taken back, and of those that do so."""
MAX_ROWS_APART = 10_000
"""Rows that are taken back one by one, where others have changed rows beside them, and of those of the others."""


class Undoing:
    """Takes back what versions have changed."""

    def __init__(self, tables: Tables, commits: Commits, datasets: Datasets) -> None:
        self._tables = tables
        self._commits = commits
        self._datasets = datasets

    def undo(self, file: File, author: Author, version: int) -> Snapshot:
        """Take back what ``version`` has changed, as a new version (blocking). Taking that back does it again.

        Raises:
            NotFound: ``unknown_version``; ``version_expired``, it or the one before is no longer kept (404).
            Conflict: ``not_undoable``, it is no edit of rows, the columns have changed since, or too much (409).
            Outdated: ``row_changed``, somebody has changed since what it changed (412).
        """

        def decide(before: Snapshot, drafts: Drafts) -> Change | None:
            made = self._tables.snapshot(file, version)
            row = self._datasets.one(file.id, version)
            if row is None or row.kind != KIND:
                raise Conflict(f"Version {version} is no edit of rows; restore a version instead.", "not_undoable")
            earlier = self._tables.snapshot(file, version - 1)
            if not earlier.columns == made.columns == before.columns:
                raise Conflict(f"The columns have changed since version {version}.", "not_undoable")
            return _swapped(earlier, made, before) or _by_rows(earlier, made, before, drafts)

        self._commits.notice(file)
        return self._commits.make(file, author, decide)


def _swapped(earlier: Snapshot, made: Snapshot, before: Snapshot) -> Change | None:
    """The change that has the parts of ``earlier`` again; None: some that ``made`` brought are others by now."""
    there, ours, theirs = ({part.name for part in each.parts} for each in (before, made, earlier))
    came = ours - theirs
    if not came <= there:
        return None
    back = tuple(part for part in earlier.parts if part.name not in ours)
    found = difference(made, earlier)
    return Change(KIND, frozenset(came), back, inserted=found.added, updated=found.changed, deleted=found.removed)


def _by_rows(earlier: Snapshot, made: Snapshot, before: Snapshot, drafts: Drafts) -> Change | None:
    """The change that writes the parts anew, in which others have changed rows beside those of ``made``."""
    from parquay.columns.types.registry import columns_types
    from parquay.datasets.edit.rewrite import Rewriter

    ours, since = rows_apart(earlier, made, MAX_ROWS_APART + 1), rows_apart(made, before, MAX_ROWS_APART + 1)
    if max(map(len, (ours.changed, ours.added, since.changed, since.removed))) > MAX_ROWS_APART:
        detail = f"Others have changed rows beside these, and more than {MAX_ROWS_APART:,} would have to be compared."
        raise Conflict(detail, "not_undoable")
    if ours.removed:
        detail = "Others have changed rows beside those that were deleted; restore a version from before instead."
        raise Conflict(detail, "not_undoable")
    _refuse_changed(ours, since, made, before)
    batch = Batch((), _cells(earlier, ours), frozenset(row.rid for row in ours.added))
    positions = {rid: before.find(rid) for rid in batch.rids}
    rewriter = Rewriter(before.place, columns_types(before.columns))
    removed, added = set(), []
    for edit in part_edits(before, batch, {rid: at for rid, at in positions.items() if at is not None}):
        written = rewriter.write(drafts.name(before.version + 1), edit).part
        removed |= {edit.part.name} if edit.part else set()
        added += [written] if written else []
    if not removed:
        return None
    return Change(KIND, frozenset(removed), tuple(added), updated=len(batch.updates), deleted=len(batch.deletes))


def _refuse_changed(ours: RowsApart, since: RowsApart, made: Snapshot, before: Snapshot) -> None:
    """Refuse where somebody has changed since what is to be taken back.

    Raises:
        Outdated: ``row_changed`` (412).
    """
    gone = {row.rid for row in since.removed}
    touched = {row.rid: row.before.keys() | row.after.keys() for row in since.changed}
    for row in ours.changed:
        if row.rid in gone or touched.get(row.rid, set()) & (row.before.keys() | row.after.keys()):
            raise _changed(row.rid, made, before)
    for each in ours.added:
        if each.rid in gone or each.rid in touched:
            raise _changed(each.rid, made, before)


def _changed(rid: int, made: Snapshot, before: Snapshot) -> Outdated:
    detail = f"Row {rid} has changed since version {made.version}: nothing was taken back."
    return Outdated(detail, version=before.version)


def _cells(earlier: Snapshot, ours: RowsApart) -> dict[int, dict[str, Any]]:
    """The cells of a version that a later one has set, as a part holds them, by row and column."""
    wanted = {row.rid: tuple(row.before.keys() | row.after.keys()) for row in ours.changed}
    found: dict[int, dict[str, Any]] = {}
    for part, rids in _by_part(earlier, wanted).items():
        found |= _stored(earlier, earlier.parts[part], rids, wanted)
    return found


def _by_part(snapshot: Snapshot, rids: Iterable[int]) -> dict[int, list[tuple[int, int]]]:
    """Where rows stand: by part, its rows in order, each with its id."""
    places: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for rid in rids:
        position = snapshot.find(rid)
        assert position is not None, "a row that has changed was there before"
        places[position[0]].append((position[1], rid))
    return {part: sorted(rows) for part, rows in places.items()}


def _stored(
    snapshot: Snapshot, part: Part, rows: list[tuple[int, int]], wanted: Mapping[int, tuple[str, ...]]
) -> dict[int, dict[str, Any]]:
    """Cells exactly as they are stored, with what is kept aside of them."""
    from parquay.columns.parquet import asides
    from parquay.datasets.edit.rewrite import read_rows

    table = read_rows(snapshot, part, [row for row, _ in rows])

    def cell(name: str, at: int) -> Any:
        value: pa.Scalar[Any] = table.column(name)[at]
        kept = asides.of(table, name)
        aside = None if kept is None else kept[at].as_py()
        value = value if value.is_valid else None
        return value if aside is None else RespeltCell(value, aside)

    return {rid: {name: cell(name, at) for name in wanted[rid]} for at, (_, rid) in enumerate(rows)}
