"""The rows that a conversion made, as a version of a table of their own, before or without a log."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from parquay.catalog.tables import File
from parquay.datasets.versions.row_id_ranges import RowIdRanges
from parquay.datasets.versions.snapshot import Listed, Part, Snapshot
from parquay.storage import seal
from parquay.storage.objects import Stored
from parquay.storage.place import Place
from parquay.telemetry import lost


def converted(
    file: File, place: Place, columns: Sequence[Mapping[str, Any]], names: Sequence[str] | None = None
) -> Snapshot:
    """The parts in ``place`` that a conversion of ``file`` made, as a version of a table of their own.

    ``names``: these parts; None: all that are found. A worker that lost its job may have left one more, so whoever
    knows the names says them.

    Raises:
        Damaged: ``part_missing``, ``part_damaged`` (503).
    """
    from parquay.datasets.versions.footers import listed

    stored = found_parts(place) if names is None else [_stored(place, name) for name in sorted(names)]
    found = [listed(place.parts, each) for each in stored]
    rids = dict(first_rids(found))
    parts = tuple(Part(each.name, each.rows, rids[each.name], each.size) for each in found)
    rows = sum(part.rows for part in parts)
    kept = tuple(dict(each) for each in columns)
    return Snapshot(file.id, file.name, 0, place, kept, parts, file.dialect, file.uploaded_at, rows)


def _stored(place: Place, name: str) -> Stored:
    found = place.parts.stat(name)
    if found is None:
        raise lost(seal.missing())
    return found


def found_parts(place: Place) -> list[Stored]:
    """The parts of conversions that are found in a place, in the order of their rows."""
    return sorted((each for each in place.parts.list() if each.key.startswith("part-")), key=lambda each: each.key)


def first_rids(parts: Iterable[Listed]) -> Iterator[tuple[str, RowIdRanges]]:
    """The ids of the rows as they were uploaded: their numbers, from 0, in the order of the parts' names."""
    first = 0
    for part in sorted(parts, key=lambda each: each.name):
        yield part.name, ((first, part.rows),)
        first += part.rows
