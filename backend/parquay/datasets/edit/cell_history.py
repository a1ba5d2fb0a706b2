"""What became of one cell, version by version: who changed it, when, from what to what. From versions that are kept."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Literal

from parquay.catalog.datasets import Datasets
from parquay.catalog.tables import DatasetVersion, File
from parquay.columns.types.registry import columns_types
from parquay.datasets.versions.snapshot import Snapshot
from parquay.datasets.versions.tables import Tables
from parquay.errors import NotFound

MAX_COMPARED = 200
"""Versions that one answer looks at."""

What = Literal["set", "added", "removed"]


@dataclass(frozen=True, slots=True)
class CellChange:
    """A version that changed a cell: ``what`` became of it, and its text before and after; None: no value.

    `added`: the row or its column is new in it; `removed`: one of them is gone.
    """

    version: DatasetVersion
    what: What
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class CellHistory:
    """The changes of a cell, newest first.

    Attributes:
        newest: the version that was looked at first.
        next: the version before which the history goes on; None: it ends here.
        is_cut: versions before the last one that was looked at are no longer kept.
    """

    newest: int
    changes: Sequence[CellChange]
    next: int | None
    is_cut: bool


@dataclass(frozen=True, slots=True)
class _State:
    """A cell in a version; ``here`` false: it has no such row or column. ``source``: what that was read from."""

    source: tuple[Any, ...]
    here: bool
    text: str | None


class CellHistories:
    """Looks through the versions of tables for what became of a cell."""

    def __init__(self, tables: Tables, datasets: Datasets) -> None:
        self._tables = tables
        self._datasets = datasets

    def of(self, file: File, rid: int, column: str, before: int | None = None) -> CellHistory:
        """Tell what became of a cell (blocking); ``before``: go on with the versions before this one.

        Raises:
            NotFound: ``unknown_row``, ``unknown_column``: no version that is kept has it (404).
        """
        newest = self._tables.snapshot(file).version
        rows = self._datasets.history(file.id, limit=MAX_COMPARED + 1, before=before)
        kept = _neighbours(rows)
        changes: list[CellChange] = []
        state = self._state(file, kept[0].version, rid, column, None) if kept else None
        seen = bool(state and state.here)
        for later, row in pairwise(kept):
            assert state is not None, "there is a first one"
            earlier = self._state(file, row.version, rid, column, state)
            seen |= earlier.here
            if (earlier.here, earlier.text) != (state.here, state.text):
                changes.append(CellChange(later, _what(earlier, state), earlier.text, state.text))
            state = earlier
        first = kept[-1] if kept else None
        goes_on = len(rows) > MAX_COMPARED and len(kept) == len(rows)
        if first is not None and first.version == 0 and state is not None and state.here:
            changes.append(CellChange(first, "added", None, state.text))
        if not seen and before is None and not goes_on:
            raise NotFound(f"No version that is kept has row {rid} with a column {column[:100]!r}.", "unknown_row")
        cut = not goes_on and (before != 0 if first is None else first.version > 0)
        return CellHistory(newest, changes, first.version + 1 if goes_on and first else None, cut)

    def _state(self, file: File, version: int, rid: int, column: str, known: _State | None) -> _State:
        snapshot = self._tables.snapshot(file, version)
        source = _source(snapshot, rid, column)
        if known is not None and source == known.source:
            return known
        if None in source:
            return _State(source, here=False, text=None)
        return _State(source, here=True, text=_text(snapshot, rid, column))


def _neighbours(rows: Sequence[DatasetVersion]) -> list[DatasetVersion]:
    """Of versions, newest first, those at the start of which none is missing or given up. Pure."""
    found: list[DatasetVersion] = []
    for row in rows:
        if row.expired_at is not None or (found and row.version != found[-1].version - 1):
            break
        found.append(row)
    return found


def _source(snapshot: Snapshot, rid: int, column: str) -> tuple[Any, ...]:
    """What the text of a cell depends on: the part that has it and how its column is written; None: there is none."""
    position = snapshot.find(rid)
    found = next((each for each in snapshot.columns if each["name"] == column), None)
    return None if position is None else snapshot.parts[position[0]].name, None if found is None else repr(found)


def _text(snapshot: Snapshot, rid: int, column: str) -> str | None:
    """What is written in a cell; of its part one column of one row group is read."""
    import pyarrow.parquet as pq

    from parquay.columns.parquet import asides, parts
    from parquay.columns.text import rendering

    part, row = snapshot.find(rid) or (0, 0)
    types = columns_types([each for each in snapshot.columns if each["name"] == column])
    with (
        snapshot.fetch(snapshot.parts[part]) as (path,),
        pq.ParquetFile(path, page_checksum_verification=True) as opened,
    ):
        group = 0
        while row >= (rows := opened.metadata.row_group(group).num_rows):
            row, group = row - rows, group + 1
        cells = opened.read_row_group(group, columns=[column]).select([column])
        cell = asides.beside(cells, asides.of_group(opened, group)).slice(row, 1)
    text: str | None = rendering.json_rows(parts.widened(cell, types, types), types, text=True)[0][column]
    return text


def _what(earlier: _State, later: _State) -> What:
    if earlier.here and later.here:
        return "set"
    return "added" if later.here else "removed"
