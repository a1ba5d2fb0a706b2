"""A version of a table as a download: CSV, Parquet, NDJSON, Arrow, Excel. Made while it is sent, nothing is kept.

CSV is faithful to the upload: the same cells, in the same order, under the same header. Parquet is one file: as long as
every row and column is wanted, the row groups of the parts are sent as they are, under one footer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import PurePath

from parquay.datasets.export import formats
from parquay.datasets.export.batches import scan, types_of
from parquay.datasets.export.formats import ExportRequest
from parquay.datasets.query import sql
from parquay.datasets.query.aggregates import Aggregator
from parquay.datasets.query.engine import CancelToken, Engine
from parquay.datasets.query.plan import Query
from parquay.datasets.query.spark import SparkEngine
from parquay.datasets.query.sql import Sql
from parquay.datasets.query.values import Column
from parquay.datasets.versions.snapshot import Snapshot
from parquay.errors import InvalidValue, QueryTimeout

ENDINGS = frozenset(
    {"csv", "tsv", "txt", "json", "ndjson", "jsonl", "parquet", "xlsx", "gz", "zst", "bz2", "xz", "zip"}
)
"""Endings of an upload's name that its export does not keep."""

MEDIA_TYPES = {
    "csv": ("csv", "text/csv; charset=utf-8"),
    "parquet": ("parquet", "application/vnd.apache.parquet"),
    "ndjson": ("ndjson", "application/x-ndjson"),
    "arrow": ("arrows", "application/vnd.apache.arrow.stream"),
    "xlsx": ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
"""Of each format: the ending of its files and its media type."""

MAX_ASKED_COLUMNS = 500
"""Columns whose longest text is asked for at once."""


@dataclass(frozen=True, slots=True)
class Export:
    """A download.

    Attributes:
        chunks: makes its bytes (blocking); to be called once.
        is_text: whether it is worth compressing.
    """

    name: str
    media_type: str
    chunks: Callable[[], Iterator[bytes]]
    is_text: bool


class Exporter:
    """Makes exports; may be used by many threads."""

    def __init__(self, engine: Engine, aggregator: Aggregator, spark: SparkEngine | None = None) -> None:
        """``spark``: is asked in which parts of very large tables the rows of a filter are."""
        self._engine = engine
        self._aggregator = aggregator
        self._spark = spark

    def export(self, snapshot: Snapshot, request: ExportRequest, asking: CancelToken, stop: CancelToken) -> Export:
        """Return the download that ``request`` asks for (blocking); `stop` ends it, `asking` this call.

        Raises:
            InvalidValue: ``too_many_rows``, ``too_many_columns`` or ``cell_too_long`` for a sheet of Excel (422).
        """
        if request.format == "xlsx":
            self._fits_a_sheet(snapshot, request, asking)
        ending, media_type = MEDIA_TYPES[request.format]

        def chunks() -> Iterator[bytes]:
            if request.format == "parquet" and formats.is_unchanged(snapshot, request):
                return formats.copied_parts(snapshot, stop)
            read = self._narrowed(snapshot, request.query, asking)
            tables = scan(self._engine, read, request.query, request.columns, stop)
            return formats.WRITERS[request.format](snapshot, request, types_of(request.columns), tables)

        return Export(f"{_stem(snapshot.name)}.{ending}", media_type, chunks, request.format in ("csv", "ndjson"))

    def _narrowed(self, snapshot: Snapshot, query: Query, stop: CancelToken) -> Snapshot:
        """The version with the parts that have rows for ``query``; with all where finding them would take too long."""
        if self._spark is None:
            return snapshot
        try:
            return self._spark.narrowed(snapshot, query, self._engine.timed(stop))
        except QueryTimeout:
            return snapshot

    def _fits_a_sheet(self, snapshot: Snapshot, request: ExportRequest, stop: CancelToken) -> None:
        from parquay.columns.text.xlsx import MAX_CHARACTERS, MAX_COLUMNS, MAX_ROWS

        rows = self._aggregator.count(snapshot, request.query, stop)
        if rows > MAX_ROWS - 1:
            raise InvalidValue(f"A sheet of Excel has room for {MAX_ROWS - 1} rows, not for {rows}.", "too_many_rows")
        if len(request.columns) > MAX_COLUMNS:
            raise InvalidValue(f"A sheet of Excel has room for {MAX_COLUMNS} columns.", "too_many_columns")
        long = self._longer_than(MAX_CHARACTERS, self._narrowed(snapshot, request.query, stop), request, stop)
        if long is not None:
            detail = f"{long.name}: a cell of Excel has room for {MAX_CHARACTERS} characters."
            raise InvalidValue(detail, "cell_too_long")

    def _longer_than(
        self, characters: int, snapshot: Snapshot, request: ExportRequest, stop: CancelToken
    ) -> Column | None:
        """The first column of texts that has one with more characters; many columns are asked for in one query."""
        texts = [column for column in request.columns if column.type.is_text]
        source = Sql(" FROM ") + sql.rows(snapshot) + " WHERE " + sql.where(snapshot, request.query.conditions)
        for start in range(0, len(texts), MAX_ASKED_COLUMNS):
            some = texts[start : start + MAX_ASKED_COLUMNS]
            asked = Sql("SELECT " + ", ".join(f"max(length({sql.name(each)})) AS {sql.name(each)}" for each in some))
            (found,) = self._engine.table(asked + source, stop).to_pylist()
            if long := next((each for each in some if (found[sql.name(each)] or 0) > characters), None):
                return long
        return None


def _stem(name: str) -> str:
    """The name of an upload without its endings."""
    path = PurePath(name)
    while path.suffix[1:].lower() in ENDINGS and path.stem:
        path = path.with_name(path.stem)
    return str(path) or "table"
