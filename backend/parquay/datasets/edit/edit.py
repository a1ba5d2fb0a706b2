"""Editing rows: read against the columns, checked against what others did, written as one version.

A batch is done whole or not at all. An editor who names the version that they looked at is told when one of their rows
has changed since; rows of others are none of their concern.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from parquay.catalog.tables import File
from parquay.columns.types.registry import columns_types
from parquay.datasets.edit.cells import Misfit, read_row, without_misfits
from parquay.datasets.versions.commits import Author, Change, Commits, Drafts
from parquay.datasets.versions.snapshot import Part, Snapshot
from parquay.datasets.versions.tables import Tables
from parquay.errors import InvalidValue, NotFound, Outdated

if TYPE_CHECKING:
    import pyarrow as pa

    from parquay.datasets.edit.rewrite import PartEdit, Rewriter

SMALL_ROWS, MAX_SMALL_BYTES = 100_000, 4 << 20
"""A last part up to this size takes new rows in; behind a larger one they get a part of their own."""

Row = dict[str, Any]
"""A row as JSON: `_rid` and its cells by the names of their columns."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Edits as they were asked for: new rows, cells by row id, ids of rows to delete."""

    inserts: Sequence[Mapping[str, Any]] = ()
    updates: Mapping[int, Mapping[str, Any]] = field(default_factory=dict)
    deletes: frozenset[int] = frozenset()

    @property
    def rids(self) -> list[int]:
        """The rows that must be there."""
        return sorted(self.updates.keys() | self.deletes)


@dataclass(frozen=True, slots=True)
class Edited:
    """What a batch did: the version that it made, the rows as they are in it, and cells that were left as they were."""

    snapshot: Snapshot
    inserted: list[Row] = field(default_factory=list)
    updated: list[Row] = field(default_factory=list)
    deleted: list[int] = field(default_factory=list)
    misfits: list[Misfit] = field(default_factory=list)


class Editor:
    """Edits the rows of tables."""

    def __init__(self, tables: Tables, commits: Commits) -> None:
        self._tables = tables
        self._commits = commits

    def check(self, file: File, batch: Batch) -> tuple[Snapshot, list[Misfit]]:
        """The newest version, and which cells of a batch do not fit its columns (blocking); nothing is changed.

        Raises:
            InvalidValue: ``unknown_column``, ``reserved_column``, ``repeated_row`` (422).
            NotFound: ``unknown_row`` (404).
        """
        _refuse_twice(batch)
        snapshot = self._tables.snapshot(file)
        left, misfits = fitting(batch, snapshot)
        self._positions(file, snapshot, left, None)
        return snapshot, misfits

    def edit(
        self, file: File, author: Author, batch: Batch, expected: int | None = None, *, skip_misfits: bool = False
    ) -> Edited:
        """Carry a batch out as one version (blocking); ``expected`` is the version that the editor looked at.

        ``skip_misfits``: cells that do not fit stay as they are, or are null in new rows.

        Raises:
            InvalidValue: a cell does not fit, a column is unknown, a row is named twice (422).
            NotFound: ``unknown_row`` (404).
            Outdated: ``row_changed``, with the row as it is now (412).
        """
        _refuse_twice(batch)
        edited, misfits = Edited(self._tables.snapshot(file)), list[Misfit]()

        def decide(before: Snapshot, drafts: Drafts) -> Change | None:
            nonlocal edited, misfits
            wanted, misfits = fitting(batch, before) if skip_misfits else (batch, [])
            fitted = self._fitted(file, before, wanted, expected)
            positions = self._positions(file, before, fitted, expected)
            writing = _Writing(before, drafts)
            change = writing.carry_out(fitted, positions)
            edited = writing.edited(fitted)
            return change

        made = self._commits.make(file, author, decide)
        return Edited(made, edited.inserted, edited.updated, edited.deleted, misfits)

    def _fitted(self, file: File, before: Snapshot, batch: Batch, expected: int | None) -> Batch:
        """The batch with its cells as parts hold them; of rows that are others by now that is said first."""
        try:
            return read_batch(batch, before)
        except InvalidValue:
            if expected is not None:
                self._refuse_changed(file, before, batch, expected)
            raise

    def _positions(
        self, file: File, before: Snapshot, batch: Batch, expected: int | None
    ) -> dict[int, tuple[int, int]]:
        """Where the rows of a batch are, once it is sure that they are still those that the editor saw."""
        if expected is not None:
            self._refuse_changed(file, before, batch, expected)
        found = {rid: position for rid in batch.rids if (position := before.find(rid)) is not None}
        missing = [rid for rid in batch.rids if rid not in found]
        if missing:
            raise NotFound(f"The table has no row {missing[0]}.", "unknown_row")
        return found

    def _refuse_changed(self, file: File, now: Snapshot, batch: Batch, expected: int) -> None:
        if expected == now.version:
            return
        names = self._tables.names(file, expected) or frozenset()
        for rid in batch.rids:
            position = now.find(rid)
            if position is not None and now.parts[position[0]].name in names:
                continue  # the row stands where it stood
            detail = f"Row {rid} has changed since version {expected}."
            try:
                seen = self._tables.seen(file, expected)
                same = same_row(seen, now, rid) and not lost_columns(seen, now, batch.updates.get(rid, ()))
            except (NotFound, FileNotFoundError):
                same, detail = False, f"Version {expected} is not there to compare row {rid} with."
            if not same:
                raise Outdated(detail, version=now.version, current=read_row_json(now, rid))


class _Writing:
    """One batch on its way into the parts of one version."""

    def __init__(self, before: Snapshot, drafts: Drafts) -> None:
        from parquay.datasets.edit.rewrite import Rewriter

        self._before = before
        self._drafts = drafts
        self._rewriter: Rewriter = Rewriter(before.place, columns_types(before.columns))
        self._rows: dict[int, pa.Table] = {}

    def carry_out(self, batch: Batch, positions: Mapping[int, tuple[int, int]]) -> Change | None:
        removed, added = set(), []
        for edit in part_edits(self._before, batch, positions):
            made = self._rewriter.write(self._drafts.name(self._before.version + 1), edit)
            self._rows |= made.rows
            if edit.part is not None:
                removed.add(edit.part.name)
            if made.part is not None:
                added.append(made.part)
        if not removed and not added:
            return None
        return Change(
            "edit",
            frozenset(removed),
            tuple(added),
            new_rids=len(batch.inserts),
            inserted=len(batch.inserts),
            updated=len(batch.updates),
            deleted=len(batch.deletes),
        )

    def edited(self, batch: Batch) -> Edited:
        first = self._before.next_rid
        inserted = range(first, first + len(batch.inserts))
        return Edited(self._before, self._json(inserted), self._json(batch.updates), sorted(batch.deletes))

    def _json(self, rids: Iterable[int]) -> list[Row]:
        wanted = list(rids)
        return rows_json(self._before, wanted, [self._rows[rid] for rid in wanted])


def _refuse_twice(batch: Batch) -> None:
    twice = batch.updates.keys() & batch.deletes
    if twice:
        raise InvalidValue(f"Row {min(twice)} is to be changed and deleted.", "repeated_row")


def fitting(batch: Batch, snapshot: Snapshot) -> tuple[Batch, list[Misfit]]:
    """The batch without cells that do not fit their columns, and these. Pure.

    Raises:
        InvalidValue: ``unknown_column``, ``reserved_column`` (422).
    """
    columns = {str(each["name"]): each for each in snapshot.columns}
    misfits: list[Misfit] = []
    inserts = [without_misfits(row, columns, misfits, index=i) for i, row in enumerate(batch.inserts)]
    updates = {rid: without_misfits(row, columns, misfits, rid=rid) for rid, row in batch.updates.items()}
    left = {rid: row for rid, row in updates.items() if row or not batch.updates[rid]}
    return Batch(inserts, left, batch.deletes), misfits


def read_batch(batch: Batch, snapshot: Snapshot) -> Batch:
    """The batch with its cells as parts hold them. Pure.

    Raises:
        InvalidValue: ``unknown_column``, ``reserved_column``, ``bad_cell`` (422).
    """
    columns = {str(each["name"]): each for each in snapshot.columns}
    inserts = [read_row(row, columns) for row in batch.inserts]
    updates = {rid: read_row(row, columns) for rid, row in batch.updates.items()}
    return Batch(inserts, updates, batch.deletes)


def part_edits(before: Snapshot, batch: Batch, positions: Mapping[int, tuple[int, int]]) -> list[PartEdit]:
    """What happens to each part that a batch touches. New rows go behind the last one. Pure."""
    from parquay.datasets.edit.rewrite import PartEdit

    updates: dict[int, dict[int, Mapping[str, Any]]] = defaultdict(dict)
    deletes: dict[int, set[int]] = defaultdict(set)
    for rid, cells in batch.updates.items():
        part, row = positions[rid]
        updates[part][row] = cells
    for rid in batch.deletes:
        part, row = positions[rid]
        deletes[part].add(row)
    last = len(before.parts) - 1
    behind = bool(batch.inserts) and last >= 0 and _is_small(before.parts[last], len(batch.inserts))
    touched = sorted(updates.keys() | deletes.keys() | ({last} if behind else set()))
    edits = [PartEdit(before.parts[i], updates[i], frozenset(deletes[i])) for i in touched]
    if batch.inserts:
        rids = ((before.next_rid, len(batch.inserts)),)
        old = edits.pop() if behind else PartEdit(None)
        edits.append(replace(old, inserts=batch.inserts, rids=rids))
    return edits


def _is_small(part: Part, more: int) -> bool:
    return part.rows + more <= SMALL_ROWS and part.size <= MAX_SMALL_BYTES


def same_row(one: Snapshot, other: Snapshot, rid: int) -> bool:
    """Whether a row is the same in two versions; one that is in neither is, too.

    Raises:
        FileNotFoundError: its part in version ``one`` was deleted, because that was given up.
    """
    positions = one.find(rid), other.find(rid)
    if positions[0] is None or positions[1] is None:
        return positions == (None, None)
    if one.parts[positions[0][0]].name == other.parts[positions[1][0]].name:
        return True
    name = one.parts[positions[0][0]].name
    if one.place.parts.stat(name) is None:
        raise FileNotFoundError(name)
    return _written(one, rid) == _written(other, rid)


def lost_columns(seen: Snapshot, now: Snapshot, names: Iterable[str]) -> set[str]:
    """Which of ``names`` are columns of the version that was seen, and none of the one that there is now. Pure."""
    had, has = ({str(each["name"]) for each in one.columns} for one in (seen, now))
    return (had - has) & set(names)


def _written(snapshot: Snapshot, rid: int) -> Row:
    """The cells of a row as they were written, so that neither a wider type nor a new column makes it another one."""
    row = read_row_json(snapshot, rid, text=True) or {}
    return {name: cell for name, cell in row.items() if cell is not None}


def read_row_json(snapshot: Snapshot, rid: int, *, text: bool = False) -> Row | None:
    """A row as JSON (blocking), ``text``: with its cells as they were written; None when there is none."""
    from parquay.datasets.edit.rewrite import read_rows

    position = snapshot.find(rid)
    if position is None:
        return None
    part, row = position
    found = read_rows(snapshot, snapshot.parts[part], [row])
    return rows_json(snapshot, [rid], [found], text=text)[0]


def rows_json(snapshot: Snapshot, rids: Sequence[int], rows: Sequence[pa.Table], *, text: bool = False) -> list[Row]:
    """Stored rows as JSON, each with its id; ``text``: their cells as they were written."""
    if not rows:
        return []
    from parquay.columns.parquet import asides, parts
    from parquay.columns.text import rendering

    types = columns_types(snapshot.columns)
    rendered = rendering.json_rows(parts.widened(asides.concat(rows), types, types), types, text=text)
    return [{"_rid": rid, **row} for rid, row in zip(rids, rendered, strict=True)]
