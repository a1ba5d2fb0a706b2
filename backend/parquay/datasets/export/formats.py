"""How each format of an export is written: tables in, bytes out, some rows at a time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, cast

from parquay.columns.text.emptied_file import EmptiedFile
from parquay.datasets.export.batches import types_of
from parquay.datasets.query.engine import CancelToken
from parquay.datasets.query.plan import Query, columns_of
from parquay.datasets.query.values import Column
from parquay.datasets.versions.headers import header_of
from parquay.datasets.versions.snapshot import Snapshot

if TYPE_CHECKING:
    import pyarrow as pa

    from parquay.columns.parquet import footer
    from parquay.columns.parquet.parts import Types
    from parquay.columns.text.rendering import Style

GROUP_ROWS, GROUP_BYTES = 122_880, 128 << 20
"""Rows and bytes after which a row group of an export ends."""
COPY_BYTES = 4 << 20


@dataclass(frozen=True, slots=True)
class ExportRequest:
    """What is to be exported, and how.

    Attributes:
        columns: in the order of the export.
        safe: CSV: put an apostrophe before texts that a spreadsheet would run.
        header: CSV, Excel: whether the first row names the columns; None: as in the upload.
        original: CSV: with the delimiter, the quote and the row ends of the upload instead of those of RFC 4180.
    """

    format: str
    columns: tuple[Column, ...]
    query: Query = field(default_factory=Query)
    safe: bool = False
    header: bool | None = None
    original: bool = False


def _header(snapshot: Snapshot, request: ExportRequest) -> list[str]:
    """The cells of the first row as they stood in the upload, or the names of columns; none when it has no header."""
    header = header_of(snapshot.columns, snapshot.dialect)
    if request.header is False or (not header and request.header is None):
        return []
    cells = header or [str(column["name"]) for column in snapshot.columns]
    return [cells[column.index] for column in request.columns]


def _csv(snapshot: Snapshot, request: ExportRequest, types: Types, tables: Iterator[pa.Table]) -> Iterator[bytes]:
    from parquay.columns.text import rendering

    sink = EmptiedFile()
    style = _style(snapshot, request)
    rendering.write_csv_header(sink, _header(snapshot, request), style)
    for table in tables:
        rendering.write_csv_rows(sink, table, types, style)
        yield sink.taken()
    yield sink.taken()


def _style(snapshot: Snapshot, request: ExportRequest) -> Style:
    from parquay.columns.text.rendering import Style

    uploaded = snapshot.dialect or {}
    if not request.original or uploaded.get("format") != "csv":
        return Style(safe=request.safe)
    return Style(uploaded["delimiter"] or ",", uploaded["quote"] or '"', uploaded["newline"] or "\n", request.safe)


def _ndjson(_snapshot: Snapshot, _request: ExportRequest, types: Types, tables: Iterator[pa.Table]) -> Iterator[bytes]:
    from parquay.columns.text.rendering import write_ndjson_rows

    sink = EmptiedFile()
    for table in tables:
        write_ndjson_rows(sink, table, types)
        yield sink.taken()


def _arrow(_snapshot: Snapshot, _request: ExportRequest, types: Types, tables: Iterator[pa.Table]) -> Iterator[bytes]:
    import pyarrow as pa

    from parquay.columns.parquet import asides
    from parquay.columns.parquet.parts import arrow_types

    sink = EmptiedFile()
    with pa.ipc.new_stream(sink, pa.schema(arrow_types(types))) as stream:
        for table in tables:
            stream.write_table(asides.plain(table))
            yield sink.taken()
    yield sink.taken()


def _xlsx(snapshot: Snapshot, request: ExportRequest, types: Types, tables: Iterator[pa.Table]) -> Iterator[bytes]:
    from parquay.columns.text import xlsx

    sink = EmptiedFile()
    header = [] if request.header is False else _header(snapshot, request) or list(types)
    for _ in xlsx.write(cast("IO[bytes]", sink), header, tables, types):
        yield sink.taken()
    yield sink.taken()


def is_unchanged(snapshot: Snapshot, request: ExportRequest) -> bool:
    """Whether the parts as they are hold what is wished for, and nothing else."""
    if request.query.conditions or list(request.columns) != columns_of(snapshot.columns) or not snapshot.parts:
        return False
    return all(kind.stored() == kind.arrow() for kind in types_of(request.columns).values())


EncodedSpan = tuple["footer.RowGroupSpan", Iterator[bytes]]
"""Row groups, and their bytes."""


def copied_parts(snapshot: Snapshot, stop: CancelToken) -> Iterator[bytes]:
    """A whole version as one Parquet file."""
    return _merged(_parts(snapshot, stop), snapshot)


def _parquet(snapshot: Snapshot, _request: ExportRequest, types: Types, tables: Iterator[pa.Table]) -> Iterator[bytes]:
    return _merged(_encoded(types, tables), snapshot)


def _merged(spans: Iterator[EncodedSpan], snapshot: Snapshot) -> Iterator[bytes]:
    """One Parquet file: the row groups end to end, and a footer that says where each stands."""
    from parquay.columns.parquet import footer

    at = len(footer.MAGIC)
    groups: list[tuple[footer.RowGroupSpan, int]] = []
    yield footer.MAGIC
    for each, content in spans:
        groups.append((each, at))
        at += each.stop - each.start
        yield from content
    yield footer.merge(groups, {"parquay.version": str(snapshot.version)})


def _parts(snapshot: Snapshot, stop: CancelToken) -> Iterator[EncodedSpan]:
    """The row groups of the parts as they are."""
    from parquay.columns.parquet import footer

    for part in snapshot.parts:
        with snapshot.fetch(part), snapshot.place.parts.open(part.name) as file:
            size = file.seek(-8, os.SEEK_END) + 8
            file.seek(-footer.footer_length(file.read(8)), os.SEEK_END)
            groups = footer.parse_tail(file.read(), size)
            stop.check()
            yield groups, _copied(file, groups, stop)


def _copied(part: IO[bytes], groups: footer.RowGroupSpan, stop: CancelToken) -> Iterator[bytes]:
    part.seek(groups.start)
    left = groups.stop - groups.start
    while left:
        piece = part.read(min(COPY_BYTES, left))
        if not piece:
            raise EOFError(f"{part.name} ends too early")
        stop.check()
        left -= len(piece)
        yield piece


def _encoded(types: Types, tables: Iterator[pa.Table]) -> Iterator[EncodedSpan]:
    """The rows of the tables in new row groups; one without rows when there are none, for the columns' sake."""
    import pyarrow as pa

    from parquay.columns.parquet import parts

    table = None
    for table in _gathered(tables):
        yield _one(table)
    if table is None:
        yield _one(pa.schema(parts.arrow_types(types)).empty_table())


def _one(table: pa.Table) -> EncodedSpan:
    from parquay.columns.parquet import footer, parts

    content = parts.encode(table)
    groups = footer.parse(memoryview(content))
    return groups, iter((bytes(memoryview(content)[groups.start : groups.stop]),))


def _gathered(tables: Iterator[pa.Table]) -> Iterator[pa.Table]:
    """Rows in tables of about a row group."""
    import pyarrow as pa

    from parquay.columns.parquet import asides

    held: list[pa.Table] = []
    for table in tables:
        held.append(asides.plain(table))
        if sum(each.num_rows for each in held) >= GROUP_ROWS or sum(each.nbytes for each in held) >= GROUP_BYTES:
            yield pa.concat_tables(held)
            held = []
    if held:
        yield pa.concat_tables(held)


Writer = Callable[[Snapshot, ExportRequest, "Types", "Iterator[pa.Table]"], Iterator[bytes]]
WRITERS: dict[str, Writer] = {"csv": _csv, "parquet": _parquet, "ndjson": _ndjson, "arrow": _arrow, "xlsx": _xlsx}
