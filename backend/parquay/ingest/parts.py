"""Arrow tables to Parquet parts and back. A part appears under its name whole and durable, or not at all."""

from __future__ import annotations

import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from parquay.ingest import lexemes
from parquay.ingest.lexemes import ColumnType

GROUP_ROWS = 122_880
"""About as many rows stand in a row group."""
SAMPLE_ROWS = 4096
"""Rows that decide whether a column is worth a dictionary."""
CREATED_BY = "parquay"


@dataclass(frozen=True, slots=True)
class Codec:
    """How the pages of a part are compressed."""

    name: str = "zstd"
    level: int | None = 1


ZSTD = Codec()


def part_name(no: int) -> str:
    """A new name for the part of segment `no`; never used twice, so that a stale worker cannot touch another's."""
    return f"part-{no:05d}-{secrets.token_hex(4)}.parquet"


def schema_of(names: Sequence[str], types: Sequence[ColumnType]) -> pa.Schema:
    """The Arrow schema of a table with these columns; no metadata, every column may be null."""
    return pa.schema([pa.field(name, kind.arrow()) for name, kind in zip(names, types, strict=True)])


def encode(table: pa.Table, codec: Codec = ZSTD) -> pa.Buffer:
    """Encode a table as a Parquet file in memory, in row groups of about `GROUP_ROWS`."""
    sink = pa.BufferOutputStream()
    groups = max(1, round(table.num_rows / GROUP_ROWS))
    pq.write_table(
        table.replace_schema_metadata(None),
        sink,
        row_group_size=max(1, -(-table.num_rows // groups)),
        compression=codec.name,
        compression_level=codec.level,
        use_dictionary=_worth_a_dictionary(table),
        store_schema=False,
        store_decimal_as_integer=True,
    )
    return sink.getvalue()


def _worth_a_dictionary(table: pa.Table) -> list[str]:
    """Columns in which values repeat, seen from a sample of the rows."""
    sample = table.slice(0, SAMPLE_ROWS)
    least = max(1, sample.num_rows // 2)
    chosen = []
    for name, column in zip(table.column_names, sample.columns, strict=True):
        if pa.types.is_boolean(column.type):
            continue
        if len(column.unique()) <= least:
            chosen.append(name)
    return chosen


def write(directory: Path, name: str, content: pa.Buffer) -> int:
    """Put a part into `directory`, durable before it is seen; return its bytes."""
    directory.mkdir(parents=True, exist_ok=True)
    unfinished = directory / f".{name}.tmp"
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(directory / name)
    sync_directory(directory)
    return int(content.size)


def sync_directory(directory: Path) -> None:
    """Make the names in `directory` durable."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def widened(table: pa.Table, source: Sequence[ColumnType], target: Sequence[ColumnType]) -> pa.Table:
    """Recast each column of `table` from its type in `source` to the one in `target`, exactly."""
    columns = []
    for column, one, other in zip(table.columns, source, target, strict=True):
        columns.append(column if one == other else _widened_column(column, one, other))
    return pa.table(columns, schema=schema_of(table.column_names, target))


def _widened_column(column: pa.ChunkedArray, source: ColumnType, target: ColumnType) -> pa.ChunkedArray:
    chunks = [lexemes.widen(chunk, source, target) for chunk in column.chunks]
    return pa.chunked_array(chunks, target.arrow())
