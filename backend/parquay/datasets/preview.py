"""The first rows of a table, also while it is still being made."""

from __future__ import annotations

import math
from collections.abc import Iterator
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

from parquay.catalog.segments import Segments
from parquay.catalog.tables import File

if TYPE_CHECKING:
    import pyarrow as pa


class Preview:
    """Reads the first rows of a file's table from its parts."""

    def __init__(self, segments: Segments, parquet: Path) -> None:
        """``parquet``: directory with one directory of parts for each file."""
        self._segments = segments
        self._parquet = parquet

    def __call__(self, file: File, limit: int) -> dict[str, Any] | None:
        """Return up to ``limit`` rows with their columns (blocking); None while there is no row.

        ``total`` counts the rows that there are now; ``next`` is the number of the row to go on with.
        """
        if not file.columns:
            return None
        columns = [{"name": str(column["name"]), "type": str(column["type"])} for column in file.columns]
        names = [column["name"] for column in columns]
        rows = [dict.fromkeys(names) | row for row in self._rows(file.id, limit)]
        if not rows:
            return None
        total = file.parsed_rows if file.row_count is None else file.row_count
        following = str(len(rows)) if total > len(rows) else None
        return {"columns": columns, "rows": rows, "total": max(total, len(rows)), "next": following}

    def _rows(self, file_id: str, limit: int) -> Iterator[dict[str, Any]]:
        seen: set[str] = set()
        for segment in self._segments.list(file_id):
            if segment.part is None or segment.part in seen or limit <= 0:
                continue
            seen.add(segment.part)
            batch = _first(self._parquet / file_id / segment.part, limit)
            limit -= len(batch)
            yield from batch


def _first(part: Path, limit: int) -> list[dict[str, Any]]:
    import pyarrow.parquet as pq  # a third of the server's start, and needed only once somebody looks

    try:
        with pq.ParquetFile(part) as opened:
            batches = list(opened.iter_batches(batch_size=limit, row_groups=[0])) if opened.num_row_groups else []
    except FileNotFoundError:  # just now replaced by a wider part, or the file was removed
        return []
    rows: list[dict[str, Any]] = []
    for batch in batches[:1]:
        columns = [[cell(value) for value in _values(column)] for column in batch.columns]
        rows.extend(dict(zip(batch.schema.names, row, strict=True)) for row in zip(*columns, strict=True))
    return rows[:limit]


def _values(column: pa.Array) -> list[Any]:
    import pyarrow as pa

    # Python's times end at microseconds; finer ones are told as text.
    if (pa.types.is_timestamp(column.type) or pa.types.is_time(column.type)) and column.type.unit == "ns":
        column = column.cast(pa.string())
    values: list[Any] = column.to_pylist()
    return values


def cell(value: Any) -> str | int | float | bool | None:
    """Return ``value`` as JSON can tell it without change: a number only where a double holds it exactly. Pure."""
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < 2**53 else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value)
    if isinstance(value, Decimal):
        number = float(value)
        return number if Decimal(repr(number)) == value else str(value)
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return str(value)
