"""What the log is told of a part: its bytes, its rows, and the bounds of its first columns, read from its footer."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake.transaction import AddAction

from parquay.columns.types.base import ColumnType
from parquay.columns.types.registry import type_from_json
from parquay.datasets.versions.row_id_ranges import RowIdRanges, from_text
from parquay.datasets.versions.snapshot import Listed
from parquay.storage import seal
from parquay.storage.objects import Objects, Stored
from parquay.telemetry import lost

RIDS = "parquay.rids"
"""Key in a part's footer: the ids of its rows, when they are not those of the conversion."""
MAX_BOUNDED_COLUMNS = 32
"""Only so many columns, the first, have bounds in the log, as usual for Delta tables."""
MAX_BOUND_CHARACTERS = 64
"""Characters of the longest text that is a bound in the log."""
EXACT_DIGITS = 15
"""Digits of the longest decimal that survives as a JSON number everywhere."""


@dataclass(slots=True)
class Bounds:
    """Nulls of a column, and its least and greatest value as far as they are known."""

    nulls: int = 0
    low: Any = None
    high: Any = None
    known: bool = True

    def take(self, statistics: pq.Statistics | None) -> None:
        """Widen by what one row group says."""
        if statistics is None or not statistics.has_null_count:
            self.known = False
            return
        self.nulls += statistics.null_count
        if statistics.has_min_max:
            try:
                low, high = statistics.min, statistics.max
            except (OverflowError, ValueError):  # a day of the year 0, or an instant beyond the year 9999 in UTC
                self.known = False
                return
            self.low = low if self.low is None else min(self.low, low)
            self.high = high if self.high is None else max(self.high, high)
        elif statistics.num_values:
            self.known = False


def add_action(parts: Objects, name: str) -> AddAction:
    """What a commit says that adds the part `name`.

    Raises:
        Damaged: ``part_missing``, ``part_damaged`` (503).
    """
    with parts.fetch([name]) as (path,):
        footer = pq.read_metadata(path)
    stored = parts.stat(name)
    if stored is None:
        raise lost(seal.missing())
    return AddAction(
        name, stored.size, {}, int(stored.modified * 1000), True, json.dumps(statistics(footer), allow_nan=False)
    )


def rows_of(action: AddAction) -> int:
    """Rows of the part that a commit adds."""
    return int(json.loads(action.stats)["numRecords"])


def statistics(footer: pq.FileMetaData) -> dict[str, Any]:
    """Rows, nulls and bounds as Delta's log writes them."""
    nulls: dict[str, int] = {}
    low: dict[str, Any] = {}
    high: dict[str, Any] = {}
    for name, bounds in _bounds(footer):
        if bounds.known:
            nulls[name] = bounds.nulls
            lower, upper = bound(bounds.low), bound(bounds.high)
            if lower is not None and upper is not None:
                low[name], high[name] = lower, upper
    return {"numRecords": footer.num_rows, "minValues": low, "maxValues": high, "nullCount": nulls}


def _bounds(footer: pq.FileMetaData) -> Iterator[tuple[str, Bounds]]:
    names: list[str] = footer.schema.to_arrow_schema().names
    for i in range(min(len(names), MAX_BOUNDED_COLUMNS)):
        found = Bounds()
        for group in range(footer.num_row_groups):
            found.take(footer.row_group(group).column(i).statistics)
            if not found.known:
                break
        yield names[i], found


def bound(value: Any) -> Any:
    """A bound as the log writes it; None for one that readers could take for another value."""
    if isinstance(value, bool) or value is None:
        return None
    if isinstance(value, str):
        return value if len(value) <= MAX_BOUND_CHARACTERS else None
    if isinstance(value, Decimal):
        return float(value) if len(value.as_tuple().digits) <= EXACT_DIGITS else None
    if isinstance(value, datetime):
        text = value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
        return text.isoformat(timespec="microseconds") + ("Z" if value.tzinfo else "")
    if isinstance(value, date):
        return value.isoformat()
    return value if isinstance(value, int | float) and math.isfinite(value) else None  # JSON has no infinity


def listed(parts: Objects, stored: Stored) -> Listed:
    """What a log would list of a part."""
    with parts.fetch([stored.key]) as (path,):
        return Listed(stored.key, stored.size, pq.read_metadata(path).num_rows)


def rids_of(parts: Objects, name: str) -> RowIdRanges:
    """The ids that a part carries; those of a conversion carry none.

    Raises:
        KeyError: it carries none.
    """
    with parts.fetch([name]) as (path,), pq.ParquetFile(path) as part:
        return from_text((part.metadata.metadata or {})[RIDS.encode()])


def delta_type(kind: ColumnType) -> str:
    """The name of a column's type in a Delta schema."""
    stored = kind.stored()
    if pa.types.is_decimal(stored):
        return f"decimal({stored.precision},{stored.scale})"
    if pa.types.is_timestamp(stored):
        return "timestamp" if stored.tz else "timestamp_ntz"
    return _DELTA[stored]


def delta_types(columns: Sequence[Mapping[str, Any]]) -> list[str]:
    """The names of the types of columns as the catalog keeps them."""
    return [delta_type(type_from_json(each)) for each in columns]


_DELTA = {
    pa.bool_(): "boolean",
    pa.int64(): "long",
    pa.float64(): "double",
    pa.date32(): "date",
    pa.string(): "string",
}
