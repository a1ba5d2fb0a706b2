"""One version of a table, as it is and stays: its columns, and its parts in the order of the rows. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from itertools import accumulate, pairwise
from pathlib import Path
from typing import Any

from parquay.columns.types.aside_counts import ByColumn
from parquay.datasets.versions import row_id_ranges
from parquay.datasets.versions.row_id_ranges import RowIdRanges
from parquay.storage.place import Place


@dataclass(frozen=True, slots=True)
class Listed:
    """A part as the log lists it: file name, bytes, rows."""

    name: str
    size: int
    rows: int


@dataclass(frozen=True)
class Part:
    """A Parquet file of a table.

    Attributes:
        name: its key among the parts of the dataset; never given to other content.
        rows: rows in it, at least one.
        rids: ids of the rows in their order, see `runs`.
        size: bytes.
    """

    name: str
    rows: int
    rids: RowIdRanges
    size: int = 0

    @cached_property
    def begins(self) -> list[int]:
        """The row of the part at which each run begins."""
        return row_id_ranges.starts(self.rids)

    @cached_property
    def low(self) -> int:
        """The lowest id of its rows, by which parts are in order."""
        return min(first for first, _ in self.rids)

    @cached_property
    def high(self) -> int:
        """One more than the highest id of its rows."""
        return max(first + length for first, length in self.rids)

    @cached_property
    def _ascends(self) -> bool:
        return row_id_ranges.is_ascending(self.rids)

    def row_of(self, rid: int) -> int | None:
        """The row that has the id `rid`; None when none has."""
        if self._ascends:
            return row_id_ranges.row_of(self.rids, self.begins, rid)
        return row_id_ranges.seek(self.rids, self.begins, rid)


@dataclass(frozen=True)
class Snapshot:
    """A version of a dataset.

    Attributes:
        dataset_id: the id of its first file.
        name: the file's name.
        version: 0 for what was uploaded, one more with every commit.
        place: where the parts are.
        columns: as the catalog keeps them: name, public type, kind and form (see `columns.types.registry`).
        parts: in the order of the rows; none when the last row was deleted.
        dialect: how the uploaded file was written; None when it is not known.
        updated_at: when the version was made (UTC).
        next_rid: the id of the next new row, above every one that was ever given.
        asides: how much is kept aside of each column; columns of which nothing is are left out.
        reading: which reading of the file its rows are of, see `catalog.readings`.
    """

    dataset_id: str
    name: str
    version: int
    place: Place = field(compare=False)
    columns: tuple[dict[str, Any], ...]
    parts: tuple[Part, ...]
    dialect: Mapping[str, Any] | None
    updated_at: datetime
    next_rid: int = 0
    asides: ByColumn = field(default_factory=dict)
    reading: int = 0

    @cached_property
    def ends(self) -> list[int]:
        """The number of rows up to the end of each part."""
        return list(accumulate(part.rows for part in self.parts))

    @property
    def rows(self) -> int:
        """Rows in the table."""
        return self.ends[-1] if self.ends else 0

    @property
    def size(self) -> int:
        """Bytes of all parts."""
        return sum(part.size for part in self.parts)

    @property
    def names(self) -> list[str]:
        """The keys of the parts, in the order of the rows."""
        return [part.name for part in self.parts]

    def fetch(self, part: Part) -> AbstractContextManager[list[Path]]:
        """Yield the local file of one part, see `Objects.fetch`."""
        return self.place.parts.fetch([part.name])

    def position(self, row: int) -> tuple[int, int]:
        """The index of the part that holds row number `row` (from 0), and the row in it.

        Raises:
            IndexError: the table has no such row.
        """
        if not 0 <= row < self.rows:
            raise IndexError(row)
        part = bisect_right(self.ends, row)
        return part, row - (self.ends[part - 1] if part else 0)

    def rid_at(self, part: int, row: int) -> int:
        """The id of row `row` of the part with index `part`."""
        found = self.parts[part]
        return row_id_ranges.id_at(found.rids, found.begins, row)

    def find(self, rid: int) -> tuple[int, int] | None:
        """The index of the part with the row whose id is `rid`, and the row in it; None when there is none."""
        for part in (bisect_right(self.parts, rid, key=lambda each: each.low) - 1, *self._overlapping):
            if part >= 0 and (row := self.parts[part].row_of(rid)) is not None:
                return part, row
        return None

    @cached_property
    def _overlapping(self) -> list[int]:
        """The parts with an id that is above some of those in the next one: that of a reject that was mended."""
        return [i for i, (one, other) in enumerate(pairwise(self.parts)) if one.high > other.low]
