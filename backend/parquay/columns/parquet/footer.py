"""Row groups of several Parquet files under one footer, without touching a page.

A Parquet file is a magic word, row groups, and a footer that says where each stands. Row groups that share a schema can
therefore be put end to end as bytes; only the offsets in the footer change. The footer is a Thrift struct in the
compact protocol (https://github.com/apache/parquet-format, `FileMetaData`); it is read and written here field by field,
so that what this module does not know is kept as it is.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from parquay.columns.parquet import thrift
from parquay.columns.parquet.thrift import BINARY, I16, I64, LIST, STRUCT, Struct

MAGIC = b"PAR1"


class FileMetaData:
    """Fields of the struct of that name in `parquet.thrift`."""

    SCHEMA, NUM_ROWS, ROW_GROUPS, KEY_VALUE_METADATA, COLUMN_ORDERS = 2, 3, 4, 5, 7


class RowGroup:
    """Fields of the struct of that name in `parquet.thrift`."""

    COLUMNS, TOTAL_BYTE_SIZE, NUM_ROWS, SORTING_COLUMNS = 1, 2, 3, 4
    FILE_OFFSET, TOTAL_COMPRESSED_SIZE, ORDINAL = 5, 6, 7


class ColumnChunk:
    """Fields of the struct of that name in `parquet.thrift`."""

    FILE_OFFSET, META_DATA = 2, 3
    OFFSET_INDEX_OFFSET, OFFSET_INDEX_LENGTH, COLUMN_INDEX_OFFSET, COLUMN_INDEX_LENGTH = 4, 5, 6, 7


class ColumnMetaData:
    """Fields of the struct of that name in `parquet.thrift`."""

    PATH_IN_SCHEMA, TOTAL_UNCOMPRESSED_SIZE, TOTAL_COMPRESSED_SIZE = 3, 6, 7
    DATA_PAGE_OFFSET, INDEX_PAGE_OFFSET, DICTIONARY_PAGE_OFFSET = 9, 10, 11
    BLOOM_FILTER_OFFSET, BLOOM_FILTER_LENGTH = 14, 15


class KeyValue:
    """Fields of the struct of that name in `parquet.thrift`."""

    KEY, VALUE = 1, 2


_PAGE_OFFSETS = (
    ColumnMetaData.DATA_PAGE_OFFSET,
    ColumnMetaData.INDEX_PAGE_OFFSET,
    ColumnMetaData.DICTIONARY_PAGE_OFFSET,
)
# Indexes and filters stand outside of the row groups, so they are not copied with them.
_LEFT_OUT_OF_CHUNK = frozenset(
    {
        ColumnChunk.OFFSET_INDEX_OFFSET,
        ColumnChunk.OFFSET_INDEX_LENGTH,
        ColumnChunk.COLUMN_INDEX_OFFSET,
        ColumnChunk.COLUMN_INDEX_LENGTH,
    }
)
_LEFT_OUT_OF_META = frozenset({ColumnMetaData.BLOOM_FILTER_OFFSET, ColumnMetaData.BLOOM_FILTER_LENGTH})


def value(fields: Struct, field: int) -> Any:
    """The value of a field that is there."""
    return fields[field][1]


def structs(fields: Struct, field: int) -> list[Struct]:
    """The structs in a list."""
    found: list[Struct] = fields[field][1][1]
    return found


def list_of(found: Sequence[Struct | bytes]) -> tuple[int, Any]:
    """A field that is a list of structs."""
    return LIST, (STRUCT, found)


@dataclass(frozen=True, slots=True)
class RowGroupSpan:
    """The row groups of one file.

    Attributes:
        footer: the file's metadata, with offsets in that file; as bytes it takes a small part of the memory.
        start, stop: bytes of the row groups in the file.
        rows: rows in them.
    """

    footer: Struct | bytes
    start: int
    stop: int
    rows: int

    @property
    def metadata(self) -> Struct:
        """The footer field by field."""
        return self.footer if isinstance(self.footer, dict) else thrift.read(self.footer, 0)[0]


def parse(content: bytes | memoryview) -> RowGroupSpan:
    """Read the footer of a whole Parquet file that lies in memory."""
    return parse_tail(content, len(content))


def parse_tail(tail: bytes | memoryview, size: int) -> RowGroupSpan:
    """Read the footer from the last bytes of a file of `size` bytes.

    Raises:
        ValueError: it is no Parquet file, or the tail is shorter than its footer.
    """
    if len(tail) < 12 or bytes(tail[-4:]) != MAGIC:
        raise ValueError("not a Parquet file")
    (length,) = struct.unpack("<I", bytes(tail[-8:-4]))
    if length + 8 > len(tail):
        raise ValueError("the footer is longer than what is there")
    footer = bytes(tail[-8 - length : -8])
    head, _ = thrift.read(footer, 0, last=FileMetaData.NUM_ROWS)
    return RowGroupSpan(footer, len(MAGIC), size - 8 - length, value(head, FileMetaData.NUM_ROWS))


def footer_length(last_eight: bytes) -> int:
    """Bytes of the footer, its length word and the magic, told by the last eight bytes of a file."""
    return int(struct.unpack("<I", last_eight[:4])[0]) + 8


def split(span: RowGroupSpan) -> list[RowGroupSpan]:
    """Each row group of a file alone, to be put together again with others by `merge`."""
    footer = span.metadata
    return [_alone(footer, group) for group in structs(footer, FileMetaData.ROW_GROUPS)]


def _alone(footer: Struct, group: Struct) -> RowGroupSpan:
    starts, stops = zip(*map(extent, structs(group, RowGroup.COLUMNS)), strict=True)
    alone = {**footer, FileMetaData.ROW_GROUPS: list_of([group])}
    return RowGroupSpan(alone, min(starts), max(stops), value(group, RowGroup.NUM_ROWS))


def extent(chunk: Struct) -> tuple[int, int]:
    """Where a column chunk starts and stops."""
    meta = value(chunk, ColumnChunk.META_DATA)
    start = min(value(meta, field) for field in _PAGE_OFFSETS if field in meta and value(meta, field))
    return start, start + int(value(meta, ColumnMetaData.TOTAL_COMPRESSED_SIZE))


def merge(parts: Iterable[tuple[RowGroupSpan, int]], key_values: dict[str, str] | None = None) -> bytes:
    """Return the footer, with its length and magic, of a file that holds the row groups of all `parts`.

    Each part comes with the byte at which its first row group now stands. All have one schema. `key_values`: what else
    the footer says; what those of the parts say is dropped.
    """
    merged: Struct = {}
    groups: list[bytes] = []
    rows = 0
    for part, at in parts:
        first, moved = _placed(part, at, len(groups))
        merged = merged or first
        groups += moved
        rows += part.rows
    merged[FileMetaData.NUM_ROWS] = (I64, rows)
    merged[FileMetaData.ROW_GROUPS] = list_of(groups)
    merged.pop(FileMetaData.KEY_VALUE_METADATA, None)
    if key_values:
        merged[FileMetaData.KEY_VALUE_METADATA] = list_of(
            [
                {KeyValue.KEY: (BINARY, key.encode()), KeyValue.VALUE: (BINARY, value.encode())}
                for key, value in key_values.items()
            ]
        )
    out = thrift.written(merged)
    return out + struct.pack("<I", len(out)) + MAGIC


def _placed(part: RowGroupSpan, at: int, ordinal: int) -> tuple[Struct, list[bytes]]:
    """Return a part's metadata without its row groups, and those written as they are at their new place."""
    metadata = dict(part.metadata)
    _, (_, groups) = metadata.pop(FileMetaData.ROW_GROUPS)
    return metadata, [thrift.written(_moved(group, at - part.start, ordinal + i)) for i, group in enumerate(groups)]


def _moved(group: Struct, shift: int, ordinal: int) -> Struct:
    moved = dict(group)
    if RowGroup.FILE_OFFSET in moved:
        moved[RowGroup.FILE_OFFSET] = (I64, value(moved, RowGroup.FILE_OFFSET) + shift)
    if ordinal < 1 << 15:
        moved[RowGroup.ORDINAL] = (I16, ordinal)
    else:
        moved.pop(RowGroup.ORDINAL, None)
    moved[RowGroup.COLUMNS] = list_of([moved_chunk(chunk, shift) for chunk in structs(moved, RowGroup.COLUMNS)])
    return moved


def moved_chunk(chunk: Struct, shift: int) -> Struct:
    """A column chunk that stands `shift` bytes further on."""
    moved = {field: value for field, value in chunk.items() if field not in _LEFT_OUT_OF_CHUNK}
    # The deprecated file_offset is 0 in files of today; only a real one is moved.
    if value(moved, ColumnChunk.FILE_OFFSET):
        moved[ColumnChunk.FILE_OFFSET] = (I64, value(moved, ColumnChunk.FILE_OFFSET) + shift)
    fields = value(moved, ColumnChunk.META_DATA)
    meta = {field: value for field, value in fields.items() if field not in _LEFT_OUT_OF_META}
    for field in _PAGE_OFFSETS:
        if field in meta:
            meta[field] = (I64, value(meta, field) + shift)
    moved[ColumnChunk.META_DATA] = (STRUCT, meta)
    return moved
