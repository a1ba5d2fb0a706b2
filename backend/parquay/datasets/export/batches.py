"""A version of a table from its first row to its last, a batch at a time: memory stays flat however long it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from parquay.datasets.query import sql
from parquay.datasets.query.engine import CancelToken, Engine
from parquay.datasets.query.plan import Query
from parquay.datasets.query.values import Column
from parquay.datasets.versions import kept_asides
from parquay.datasets.versions.snapshot import Snapshot

if TYPE_CHECKING:
    import pyarrow as pa

    from parquay.columns.parquet.parts import Types

MAX_BATCH_ROWS, MAX_BATCH_CELLS = 65_536, 2_000_000
"""Most rows and most cells of a batch."""
WINDOW_ROWS = 122_880
"""Rows of a part that are looked through at once when there is a filter."""


def types_of(columns: Sequence[Column]) -> Types:
    """The types of `columns`, by name."""
    return {column.name: column.type for column in columns}


def scan(
    engine: Engine, snapshot: Snapshot, query: Query, columns: Sequence[Column], stop: CancelToken
) -> Iterator[pa.Table]:
    """The rows that hold all filters of `query`, in the order of the table, in their own types (blocking).

    With what is kept aside of them.

    Raises:
        ParquayError: see `Engine.table`.
    """
    from parquay.columns.parquet import parts

    types = types_of(columns)
    found = _filtered(engine, snapshot, query, columns, stop) if query.conditions else _all_rows(snapshot, columns)
    for table in found:
        stop.check()
        if table.num_rows:
            yield parts.widened(table, types, types)


def _all_rows(snapshot: Snapshot, columns: Sequence[Column]) -> Iterator[pa.Table]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    from parquay.columns.parquet import asides

    names = [column.name for column in columns]
    rows = max(1, min(MAX_BATCH_ROWS, MAX_BATCH_CELLS // max(1, len(columns))))
    for part in snapshot.parts:
        with (
            snapshot.fetch(part) as (path,),
            pq.ParquetFile(path, pre_buffer=False, page_checksum_verification=True) as opened,
        ):
            first, kept = 0, kept_asides.of_part(snapshot, part)
            for batch in opened.iter_batches(batch_size=rows, columns=names):
                yield asides.beside(pa.Table.from_batches([batch]).select(names), kept, first)
                first += batch.num_rows


def _filtered(
    engine: Engine, snapshot: Snapshot, query: Query, columns: Sequence[Column], stop: CancelToken
) -> Iterator[pa.Table]:
    from parquay.columns.parquet import asides

    window = max(1, min(WINDOW_ROWS, MAX_BATCH_CELLS // max(1, len(columns))))
    names = [sql.name(column) for column in columns]
    for part, held in enumerate(snapshot.parts):
        for first in range(0, held.rows, window):
            last = first + window - 1
            asked = sql.rows_of_part(snapshot, query, columns, part=part, first=first, last=last)
            found = engine.table(asked, stop)
            kept, rows = kept_asides.of_part(snapshot, held), found["file_row_number"].to_numpy()
            yield asides.beside(found.select(names).rename_columns([column.name for column in columns]), kept, rows)
