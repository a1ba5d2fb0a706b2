"""The first rows of a table, also while it is still being made."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from parquay.catalog.segments import Segments
from parquay.catalog.tables import File
from parquay.columns import seal
from parquay.datasets.tables import Tables
from parquay.errors import Damaged


class Preview:
    """Reads the first rows of a file's table from its parts."""

    def __init__(self, segments: Segments, tables: Tables, parquet: Path) -> None:
        """``parquet``: directory with one directory of parts for each file."""
        self._segments = segments
        self._tables = tables
        self._parquet = parquet

    def __call__(self, file: File, limit: int) -> dict[str, Any] | None:
        """Return up to ``limit`` rows with their columns (blocking); None while there is no row.

        ``total`` counts the rows that there are now; ``next`` is the number of the row to go on with.

        Raises:
            Damaged: the log or a part is damaged or gone (503).
        """
        if not file.columns:
            return None
        columns = [{"name": str(column["name"]), "type": str(column["type"])} for column in file.columns]
        names = [column["name"] for column in columns]
        rows = [dict.fromkeys(names) | row for row in self._rows(file, limit)]
        if not rows:
            return None
        total = file.parsed_rows if file.row_count is None else file.row_count
        following = str(len(rows)) if total > len(rows) else None
        return {"columns": columns, "rows": rows, "total": max(total, len(rows)), "next": following}

    def _rows(self, file: File, limit: int) -> Iterator[dict[str, Any]]:
        for name, columns in self._parts(file):
            if limit <= 0:
                return
            try:
                batch = _first(self._parquet / file.id / name, columns, limit)
            except Damaged as error:
                if file.status == "processing" and error.code == "part_missing":
                    return  # just now replaced by a wider part
                raise
            limit -= len(batch)
            yield from batch

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


def _first(part: Path, columns: Sequence[Mapping[str, Any]], limit: int) -> list[dict[str, Any]]:
    import pyarrow as pa  # a third of the server's start, and needed only once somebody looks
    import pyarrow.parquet as pq

    from parquay.columns import export, parts

    try:
        seal.verify([part])
        with pq.ParquetFile(part, page_checksum_verification=True) as opened:
            batches = opened.iter_batches(batch_size=limit, row_groups=[0]) if opened.num_row_groups else iter(())
            table = pa.Table.from_batches([next(batches)]) if opened.num_row_groups else None
    except FileNotFoundError:  # the file was removed
        return []
    if table is None:
        return []
    types = export.columns_types(columns)
    return export.json_rows(parts.widened(table, types, types).slice(0, limit), types)
