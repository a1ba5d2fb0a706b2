"""Tables made of Arrow columns, in as many parts as a test wants, without an upload."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa

from parquay.columns.parquet import parts
from parquay.columns.types.base import ColumnType
from parquay.columns.types.registry import type_to_json
from parquay.datasets.versions.row_id_ranges import RowIdRanges
from parquay.datasets.versions.snapshot import Part, Snapshot
from parquay.storage.local.place import LocalPlaces

_numbers = itertools.count()


def paths_of(snapshot: Snapshot) -> list[Path]:
    """The files of the parts, in the order of the rows."""
    return [Path(snapshot.place.url) / name for name in snapshot.names]


def columns_json(types: Mapping[str, ColumnType]) -> tuple[dict[str, object], ...]:
    return tuple({"name": name, "type": kind.name, **type_to_json(kind)} for name, kind in types.items())


def runs_of(rids: Sequence[int]) -> RowIdRanges:
    """Ids that ascend, as runs."""
    found: list[tuple[int, int]] = []
    for rid in rids:
        if found and rid == sum(found[-1]):
            found[-1] = (found[-1][0], found[-1][1] + 1)
        else:
            found.append((rid, 1))
    return tuple(found)


def made_table(
    directory: Path,
    types: Mapping[str, ColumnType],
    table: pa.Table,
    cuts: Sequence[int] = (),
    rids: Sequence[int] | None = None,
    version: int = 0,
) -> Snapshot:
    """Write `table` as parts that end at the rows `cuts`; `rids` are the ids of its rows."""
    place = LocalPlaces(directory).at("d" * 24)
    ids = list(range(table.num_rows)) if rids is None else list(rids)
    stored = parts.storable(table, types)
    made = []
    for start, stop in itertools.pairwise([0, *cuts, table.num_rows]):
        if start < stop:
            name = f"part-{next(_numbers):05d}.parquet"
            place.parts.put(name, memoryview(parts.encode(stored.slice(start, stop - start))))
            made.append(Part(name, stop - start, runs_of(ids[start:stop])))
    return Snapshot(
        dataset_id="d" * 24,
        name="made.csv",
        version=version,
        place=place,
        columns=columns_json(types),
        parts=tuple(made),
        dialect=None,
        updated_at=datetime.now(UTC),
    )
