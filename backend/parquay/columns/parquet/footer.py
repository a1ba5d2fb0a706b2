"""Row groups of several Parquet files under one footer, without touching a page.

A Parquet file is a magic word, row groups, and a footer that says where each stands. Row groups that share a schema can
therefore be put end to end as bytes; only the offsets in the footer change. The footer is a Thrift struct in the
compact protocol (https://github.com/apache/parquet-format, `FileMetaData`); it is read and written here field by field,
so that what this module does not know is kept as it is.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable
from dataclasses import dataclass

from parquay.columns.parquet import thrift
from parquay.columns.parquet.thrift import BINARY, I16, I64, LIST, STRUCT, Struct

MAGIC = b"PAR1"

_NUM_ROWS, _ROW_GROUPS, _KEY_VALUES, _CREATED_BY = 3, 4, 5, 6
_GROUP_COLUMNS, _GROUP_ROWS, _GROUP_OFFSET, _GROUP_ORDINAL = 1, 3, 5, 7
_CHUNK_OFFSET, _CHUNK_META = 2, 3
_CHUNK_INDEXES = (4, 5, 6, 7)
_META_SIZE = 7
_META_OFFSETS = (9, 10, 11)
_META_BLOOM = (14, 15)


@dataclass(frozen=True, slots=True)
class Groups:
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


def parse(content: bytes | memoryview) -> Groups:
    """Read the footer of a whole Parquet file that lies in memory."""
    return parse_tail(content, len(content))


def parse_tail(tail: bytes | memoryview, size: int) -> Groups:
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
    head, _ = thrift.read(footer, 0, last=_NUM_ROWS)
    return Groups(footer, len(MAGIC), size - 8 - length, head[_NUM_ROWS][1])


def footer_length(last_eight: bytes) -> int:
    """Bytes of the footer, its length word and the magic, told by the last eight bytes of a file."""
    return int(struct.unpack("<I", last_eight[:4])[0]) + 8


def split(whole: Groups) -> list[Groups]:
    """Each row group of a file alone, to be put together again with others by `merge`."""
    footer = whole.metadata
    return [_alone(footer, group) for group in footer[_ROW_GROUPS][1][1]]


def _alone(footer: Struct, group: Struct) -> Groups:
    chunks = [chunk[_CHUNK_META][1] for chunk in group[_GROUP_COLUMNS][1][1]]
    starts, stops = zip(*map(_extent, chunks), strict=True)
    rows = group[_GROUP_ROWS][1]
    return Groups({**footer, _ROW_GROUPS: (LIST, (STRUCT, [group]))}, min(starts), max(stops), rows)


def _extent(meta: Struct) -> tuple[int, int]:
    """Where a column chunk starts and stops."""
    start = min(meta[field][1] for field in _META_OFFSETS if meta.get(field, (0, 0))[1])
    return start, start + meta[_META_SIZE][1]


def merge(parts: Iterable[tuple[Groups, int]], key_values: dict[str, str] | None = None) -> bytes:
    """Return the footer, with its length and magic, of a file that holds the row groups of all `parts`.

    Each part comes with the byte at which its first row group now stands. All have one schema.
    """
    merged: Struct = {}
    groups: list[bytes] = []
    rows = 0
    for part, at in parts:
        first, moved = _placed(part, at, len(groups))
        merged = merged or first
        groups += moved
        rows += part.rows
    merged[_NUM_ROWS] = (I64, rows)
    merged[_ROW_GROUPS] = (LIST, (STRUCT, groups))
    if key_values:
        pairs = [{1: (BINARY, key.encode()), 2: (BINARY, value.encode())} for key, value in key_values.items()]
        merged[_KEY_VALUES] = (LIST, (STRUCT, pairs))
    out = thrift.written(merged)
    return out + struct.pack("<I", len(out)) + MAGIC


def _placed(part: Groups, at: int, ordinal: int) -> tuple[Struct, list[bytes]]:
    """Return a part's metadata without its row groups, and those written as they are at their new place."""
    metadata = dict(part.metadata)
    _, (_, groups) = metadata.pop(_ROW_GROUPS)
    return metadata, [thrift.written(_moved(group, at - part.start, ordinal + i)) for i, group in enumerate(groups)]


def _moved(group: Struct, shift: int, ordinal: int) -> Struct:
    moved = dict(group)
    if _GROUP_OFFSET in moved:
        moved[_GROUP_OFFSET] = (I64, moved[_GROUP_OFFSET][1] + shift)
    if ordinal < 1 << 15:
        moved[_GROUP_ORDINAL] = (I16, ordinal)
    else:
        moved.pop(_GROUP_ORDINAL, None)
    chunks = [_moved_chunk(chunk, shift) for chunk in moved[_GROUP_COLUMNS][1][1]]
    moved[_GROUP_COLUMNS] = (LIST, (STRUCT, chunks))
    return moved


def _moved_chunk(chunk: Struct, shift: int) -> Struct:
    moved = {field: value for field, value in chunk.items() if field not in _CHUNK_INDEXES}
    # The deprecated file_offset is 0 in files of today; only a real one is moved.
    if moved[_CHUNK_OFFSET][1]:
        moved[_CHUNK_OFFSET] = (I64, moved[_CHUNK_OFFSET][1] + shift)
    meta = {field: value for field, value in moved[_CHUNK_META][1].items() if field not in _META_BLOOM}
    for field in _META_OFFSETS:
        if field in meta:
            meta[field] = (I64, meta[field][1] + shift)
    moved[_CHUNK_META] = (STRUCT, meta)
    return moved
