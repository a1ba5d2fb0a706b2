"""A reject that somebody has corrected becomes a row of the table, where it stands in the file.

A reject is mended as long as the newest version has that row: restoring a version from before, or deleting the row,
makes it a reject again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from parquay.catalog.readings import Readings
from parquay.catalog.tables import File, FileReading, Reject
from parquay.columns.types.registry import columns_types
from parquay.datasets.edit.cells import read_cell
from parquay.datasets.edit.edit import read_row_json
from parquay.datasets.versions import headers, row_id_ranges
from parquay.datasets.versions.commits import Author, Change, Commits, Drafts
from parquay.datasets.versions.snapshot import Snapshot
from parquay.datasets.versions.versions import refuse_outdated
from parquay.errors import Conflict, InvalidValue, NotFound

Read = Callable[[Mapping[str, Any]], Mapping[str, "str | None"]]
"""Reads the corrected text as a row of the file whose dialect it gets: cells by the file's columns."""


@dataclass(frozen=True, slots=True)
class Mended:
    """The version with a reject as a row; ``row`` as JSON, and ``index``, where it stands in the table, from 0."""

    snapshot: Snapshot
    row: dict[str, Any]
    index: int


class Mending:
    """Mends rejects."""

    def __init__(self, commits: Commits, readings: Readings) -> None:
        self._commits = commits
        self._readings = readings

    def mend(self, file: File, author: Author, n: int, read: Read, expected: int | None = None) -> Mended:
        """Make reject number ``n`` a row in its place (blocking), as ``read`` reads it.

        Raises:
            NotFound: ``unknown_reject`` (404).
            Conflict: ``already_mended``; ``rows_replaced``, the table has none of the file's rows any more;
                ``unknown_place``, a catalog of before did not note where rejects stand (409).
            InvalidValue: ``not_one_row``; ``bad_cell``, a cell is not of its column's type (422).
            Outdated: ``version_changed`` (412).
        """

        def decide(before: Snapshot, drafts: Drafts) -> Change:
            refuse_outdated(before, expected)
            reading = self._readings.of(file, before.reading)
            reject = self._readings.reject(file.id, before.reading, n)
            if reject is None or reject.id is None:
                raise NotFound(f"There is no reject {n}.", "unknown_reject")
            if reject.rid is not None and before.find(reject.rid) is not None:
                raise Conflict(f"Reject {n} is a row of the table already: {reject.rid}.", "already_mended")
            others = [each.rid for each in self._readings.mended(file.id, before.reading) if (each.id or 0) < reject.id]
            place = place_of(before, reading, reject, frozenset(rid for rid in others if rid is not None))
            cells = cells_of(read(before.dialect or {}), before)
            removed, added = _put(before, drafts, cells, place)
            mark = reject.id, before.next_rid
            return Change("mend", removed, added, new_rids=1, inserted=1, mended=mark)

        made = self._commits.make(file, author, decide)
        rid = made.next_rid - 1
        part, row = made.find(rid) or (0, 0)
        index = (made.ends[part - 1] if part else 0) + row
        return Mended(made, read_row_json(made, rid) or {}, index)


def place_of(before: Snapshot, reading: FileReading, reject: Reject, mended: frozenset[int]) -> tuple[int, int] | None:
    """The part and its row before which a reject stands; None: the table has no part. Pure.

    ``mended``: ids of the rows that rejects before it became.

    Raises:
        Conflict: ``unknown_place``, ``rows_replaced`` (409).
    """
    if reject.row is None:
        raise Conflict("Where the reject stands was not noted when its file was read; read it again.", "unknown_place")
    if not before.parts:
        return None
    first, end = reading.first_rid, reading.first_rid + reading.rows
    if not any(row_id_ranges.last_below(part.rids, first, end) for part in before.parts):
        raise Conflict("The table has none of the file's own rows any more.", "rows_replaced")
    found: tuple[int, int, int] | None = None
    for i, part in enumerate(before.parts):
        last = row_id_ranges.last_below(part.rids, first, first + reject.row)
        if last is not None and (found is None or last[0] > found[0]):
            found = last[0], i, last[1] + 1
    _, part_index, row = found or (0, 0, 0)
    while row < before.parts[part_index].rows and before.rid_at(part_index, row) in mended:
        row += 1
    return part_index, row


def cells_of(texts: Mapping[str, str | None], before: Snapshot) -> dict[str, Any]:
    """The cells of a row as a part holds them. Pure.

    Cells of columns that were dropped are left out, where the file's columns are known.

    Raises:
        InvalidValue: ``bad_cell``; ``unknown_column``, the object has a key that no column has (422).
    """
    sources = {str(column["name"]): column.get(headers.SOURCE, column["name"]) for column in before.columns}
    sources = {name: source for name, source in sources.items() if source in texts}
    left = [name for name, text in texts.items() if text is not None and name not in sources.values()]
    if left and not (before.dialect or {}).get("columns"):
        raise InvalidValue(f"The table has no column {left[0][:100]!r}.", "unknown_column")
    columns = {str(column["name"]): column for column in before.columns}
    return {name: read_cell(texts[source], columns[name]) for name, source in sources.items()}


def _put(
    before: Snapshot, drafts: Drafts, cells: Mapping[str, Any], place: tuple[int, int] | None
) -> tuple[frozenset[str], tuple[Any, ...]]:
    """Write the part with the new row; the parts that go, and those that come."""
    from parquay.datasets.edit.rewrite import PartEdit, Rewriter

    rids = ((before.next_rid, 1),)
    old, row = (None, None) if place is None else (before.parts[place[0]], place[1])
    edit = PartEdit(old, inserts=[cells], rids=rids, place=row)
    rewriter = Rewriter(before.place, columns_types(before.columns))
    made = rewriter.write(drafts.name(before.version + 1), edit).part
    assert made is not None, "a part with a new row has rows"
    return frozenset() if old is None else frozenset({old.name}), (made,)
