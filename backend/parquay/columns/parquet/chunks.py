"""Row groups put together from the columns of others, as bytes: what a change of one column does not touch is copied.

A column of a row group is a chunk, a run of bytes that says nothing of its neighbours. The footer names it and says
where it stands, so it can be called otherwise, left out, or stand beside chunks of another file with as many rows.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO

from parquay.columns.parquet import footer
from parquay.columns.parquet.footer import (
    MAGIC,
    ColumnChunk,
    ColumnMetaData,
    FileMetaData,
    RowGroup,
    RowGroupSpan,
)
from parquay.columns.parquet.thrift import BINARY, I32, I64, LIST, STRUCT, Struct


class SchemaElement:
    """Fields of the struct of that name in `parquet.thrift`."""

    NAME, NUM_CHILDREN = 4, 5


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """A column of one row group, and the open file that it stands in.

    Attributes:
        name: what it is called, which may be something else than in the file.
        element, order: what the schema and the list of orders say of it; `order` None: the file has no such list.
        chunk: where it stands.
        start, stop: bytes of it in the file.
    """

    file: BinaryIO
    name: str
    element: Struct
    order: Struct | None
    chunk: Struct
    start: int
    stop: int

    def called(self, name: str) -> StoredColumn:
        """The same column under another name."""
        return replace(self, name=name)


def row_groups(file: BinaryIO) -> Iterator[RowGroupSpan]:
    """The row groups of an open Parquet file, each alone."""
    size = file.seek(-8, os.SEEK_END) + 8
    file.seek(-footer.footer_length(file.read(8)), os.SEEK_END)
    yield from footer.split(footer.parse_tail(file.read(), size))


def columns_in(file: BinaryIO, group: RowGroupSpan) -> list[StoredColumn]:
    """The columns of a row group of flat columns, in their order."""
    metadata = group.metadata
    elements = footer.structs(metadata, FileMetaData.SCHEMA)[1:]
    orders: Sequence[Struct | None] = [None] * len(elements)
    if FileMetaData.COLUMN_ORDERS in metadata:
        orders = footer.structs(metadata, FileMetaData.COLUMN_ORDERS)
    (whole,) = footer.structs(metadata, FileMetaData.ROW_GROUPS)
    found = []
    for element, order, chunk in zip(elements, orders, footer.structs(whole, RowGroup.COLUMNS), strict=True):
        name = footer.value(element, SchemaElement.NAME).decode()
        found.append(StoredColumn(file, name, element, order, chunk, *footer.extent(chunk)))
    return found


def assembled(like: RowGroupSpan, columns: Sequence[StoredColumn]) -> RowGroupSpan:
    """The row group of `columns` as it stands when their bytes are put end to end; all else is as in `like`."""
    metadata = dict(like.metadata)
    root, *_ = footer.structs(metadata, FileMetaData.SCHEMA)
    elements = [{**root, SchemaElement.NUM_CHILDREN: (I32, len(columns))}, *map(_element, columns)]
    metadata[FileMetaData.SCHEMA] = footer.list_of(elements)
    orders = [each.order for each in columns if each.order is not None]
    metadata.pop(FileMetaData.COLUMN_ORDERS, None)
    if len(orders) == len(columns):
        metadata[FileMetaData.COLUMN_ORDERS] = footer.list_of(orders)
    chunks, at = [], len(MAGIC)
    for each in columns:
        chunks.append(_chunk(each, at - each.start))
        at += each.stop - each.start
    (group,) = footer.structs(metadata, FileMetaData.ROW_GROUPS)
    metadata[FileMetaData.ROW_GROUPS] = footer.list_of([_group(group, chunks, at - len(MAGIC))])
    return RowGroupSpan(metadata, len(MAGIC), at, like.rows)


def _element(column: StoredColumn) -> Struct:
    return {**column.element, SchemaElement.NAME: (BINARY, column.name.encode())}


def _chunk(column: StoredColumn, shift: int) -> Struct:
    moved = footer.moved_chunk(column.chunk, shift)
    meta = dict(footer.value(moved, ColumnChunk.META_DATA))
    meta[ColumnMetaData.PATH_IN_SCHEMA] = (LIST, (BINARY, [column.name.encode()]))
    return {**moved, ColumnChunk.META_DATA: (STRUCT, meta)}


def _group(like: Struct, chunks: Sequence[Struct], size: int) -> Struct:
    metas = [footer.value(chunk, ColumnChunk.META_DATA) for chunk in chunks]
    unpacked = sum(footer.value(meta, ColumnMetaData.TOTAL_UNCOMPRESSED_SIZE) for meta in metas)
    group = {field: value for field, value in like.items() if field != RowGroup.SORTING_COLUMNS}
    return group | {
        RowGroup.COLUMNS: footer.list_of(chunks),
        RowGroup.TOTAL_BYTE_SIZE: (I64, unpacked),
        RowGroup.FILE_OFFSET: (I64, len(MAGIC)),
        RowGroup.TOTAL_COMPRESSED_SIZE: (I64, size),
    }
