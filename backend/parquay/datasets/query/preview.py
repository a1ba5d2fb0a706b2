"""The first rows of a table, also while it is still being made."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from parquay.catalog.segments import Segments
from parquay.catalog.tables import File
from parquay.columns.types import registry
from parquay.datasets.versions.tables import Tables
from parquay.errors import Damaged
from parquay.storage.objects import Objects
from parquay.storage.place import Places

PREVIEW_CHARACTERS = 1 << 20
"""Characters of all cells of a preview; it ends before the row with which there are more."""
CELL_CHARACTERS = 10_000
"""Characters of a cell that are shown."""
CELL_BYTES = 24
"""What is reckoned for a cell that is no text."""
BATCH_BYTES, BATCH_ROWS = 8 << 20, 16
"""Bytes and rows that are read at once; equal long texts need few bytes in a part, and many in memory."""


class Preview:
    """Reads the first rows of a file's table from its parts."""

    def __init__(self, segments: Segments, tables: Tables, places: Places) -> None:
        """``places``: where the parts of each file are."""
        self._segments = segments
        self._tables = tables
        self._places = places

    def __call__(self, file: File, limit: int) -> dict[str, Any] | None:
        """Return up to ``limit`` rows with their columns (blocking); None while there is no row.

        ``total`` counts the rows that there are now; ``next`` is the number of the row to go on with.

        Raises:
            Damaged: the log or a part is damaged or gone (503).
        """
        if file.status == "error" or not file.columns:
            return None  # what a conversion that failed had made is not there any more
        columns = [registry.shown_column(column) for column in file.columns]
        names = [column["name"] for column in columns]
        rows, cut = _bounded(dict.fromkeys(names) | row for row in self._rows(file, limit))
        if not rows:
            return None
        total = file.parsed_rows if file.row_count is None else file.row_count
        following = str(len(rows)) if total > len(rows) else None
        return {
            "columns": columns,
            "rows": rows,
            "total": max(total, len(rows)),
            "next": following,
            "truncated": cut,
        }

    def _rows(self, file: File, limit: int) -> Iterator[dict[str, Any]]:
        parts = self._places.at(file.id).parts
        for name, columns in self._parts(file):
            try:
                for row in _first(parts, name, columns, limit):
                    limit -= 1
                    yield row
            except Damaged as error:
                if file.status == "processing" and error.code == "part_missing":
                    return  # just now replaced by a wider part
                raise
            if limit <= 0:
                return

    def _parts(self, file: File) -> Iterator[tuple[str, Sequence[Mapping[str, Any]]]]:
        """The parts with their columns: of the newest version, where there was an edit, else of the conversion."""
        if file.table_version:
            snapshot = self._tables.snapshot(file)
            yield from ((part.name, snapshot.columns) for part in snapshot.parts)
            return
        seen: set[str] = set()
        for segment in self._segments.list(file.id):
            if segment.part is not None and segment.part not in seen:
                seen.add(segment.part)
                yield segment.part, segment.state["types"]


def _bounded(rows: Iterable[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """As many rows as go into a preview, long texts cut, and which cells were cut: row, column, characters."""
    kept: list[dict[str, Any]] = []
    cut: list[dict[str, Any]] = []
    size = 0
    for row in rows:
        for name, value in row.items():
            if isinstance(value, str) and len(value) > CELL_CHARACTERS:
                cut.append({"row": len(kept), "column": name, "length": len(value)})
                row[name] = value[:CELL_CHARACTERS]
        size += sum(len(value) if isinstance(value, str) else CELL_BYTES for value in row.values())
        if size > PREVIEW_CHARACTERS and kept:
            return kept, [each for each in cut if each["row"] < len(kept)]
        kept.append(row)
    return kept, cut


def _first(objects: Objects, name: str, columns: Sequence[Mapping[str, Any]], limit: int) -> Iterator[dict[str, Any]]:
    """Up to `limit` rows, as many at once as are some megabytes by the size of the first ones."""
    import pyarrow as pa  # a third of the server's start, and needed only once somebody looks
    import pyarrow.parquet as pq

    from parquay.columns.parquet import parts
    from parquay.columns.text import rendering

    types = registry.columns_types(columns)
    try:
        with objects.fetch([name]) as (path,), pq.ParquetFile(path, page_checksum_verification=True) as opened:
            group = opened.metadata.row_group(0) if opened.num_row_groups else None
            if group is None:
                return
            fitting = BATCH_BYTES * group.num_rows // max(1, group.total_byte_size)
            for batch in opened.iter_batches(batch_size=max(1, min(limit, fitting, BATCH_ROWS)), row_groups=[0]):
                table = pa.Table.from_batches([batch.slice(0, limit)])
                limit -= table.num_rows
                yield from rendering.json_rows(parts.widened(table, types, types), types)
                if limit <= 0:
                    return
    except FileNotFoundError:  # the file was removed
        return
