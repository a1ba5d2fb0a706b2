"""The first rows of a table, also while its bytes still arrive.

Values are JSON-safe and keep what was uploaded: dates and times are ISO text; numbers are numbers, but text where a
JSON reader would round them (whole numbers beyond 2^53, decimals of more than 15 digits); not-a-number is null.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from parquay.catalog.tables import Segment
from parquay.ingest import lexemes, parts
from parquay.ingest.finish import part_groups

ROWS = 100
"""Rows of a preview."""
EXACT_DIGITS = 15
"""Digits of a decimal that a JSON reader surely keeps."""
EXACT_INT = 2**53
"""The largest whole number that a JSON reader surely keeps."""


def preview(
    directory: Path, segments: Sequence[Segment], columns: Sequence[dict[str, Any]] | None, limit: int = ROWS
) -> dict[str, Any] | None:
    """Return `{columns:[{name,type}], rows:[{…}], total}` with the first `limit` rows; None until there are any.

    `directory` holds the file's parts; `segments` and `columns` are those of the catalog.

    Raises:
        FileNotFoundError: a part was replaced meanwhile; read the segments again and retry.
    """
    if not segments or not columns:
        return None
    table = _head(directory, segments, columns, limit)
    total = sum(each.rows for each in segments)
    if table is None or total == 0:
        return None
    public = [{"name": each["name"], "type": each["type"]} for each in columns]
    return {"columns": public, "rows": json_rows(table), "total": total}


def _head(
    directory: Path, segments: Sequence[Segment], columns: Sequence[dict[str, Any]], limit: int
) -> pa.Table | None:
    wanted = [lexemes.type_from_json(each) for each in columns]
    heads: list[pa.Table] = []
    rows = 0
    for group in part_groups(segments):
        if rows >= limit:
            break
        file = pq.ParquetFile(directory / group.name)
        batch = next(file.iter_batches(batch_size=limit - rows), None)
        if batch is not None:
            heads.append(parts.widened(pa.Table.from_batches([batch]), group.types, wanted))
            rows += batch.num_rows
    return pa.concat_tables(heads).slice(0, limit) if heads else None


def json_rows(table: pa.Table) -> list[dict[str, Any]]:
    """The rows of a table as JSON-safe objects."""
    columns = [json_values(column) for column in table.columns]
    return [dict(zip(table.column_names, row, strict=True)) for row in zip(*columns, strict=True)]


def json_values(column: pa.ChunkedArray) -> list[Any]:
    """The values of a column, JSON-safe."""
    if pa.types.is_timestamp(column.type) or pa.types.is_time(column.type):
        texts = column.cast(pa.string()).to_pylist()
        return [None if text is None else text.replace(" ", "T", 1) for text in texts]
    return [json_value(value) for value in column.to_pylist()]


def json_value(value: Any) -> Any:
    """One value, JSON-safe."""
    if isinstance(value, bool) or value is None or isinstance(value, str):
        return value
    if isinstance(value, int):
        return value if -EXACT_INT <= value <= EXACT_INT else str(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Decimal):
        return float(value) if len(value.as_tuple().digits) <= EXACT_DIGITS else format(value, "f")
    return value.isoformat() if isinstance(value, date | datetime | time) else str(value)
