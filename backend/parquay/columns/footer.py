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
from typing import Any

MAGIC = b"PAR1"

_TRUE, _FALSE, _BYTE, _I16, _I32, _I64, _DOUBLE, _BINARY, _LIST, _SET, _STRUCT = 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12

_NUM_ROWS, _ROW_GROUPS, _KEY_VALUES, _CREATED_BY = 3, 4, 5, 6
_GROUP_COLUMNS, _GROUP_ROWS, _GROUP_OFFSET, _GROUP_ORDINAL = 1, 3, 5, 7
_CHUNK_OFFSET, _CHUNK_META = 2, 3
_CHUNK_INDEXES = (4, 5, 6, 7)
_META_OFFSETS = (9, 10, 11)
_META_SIZE = 7
_META_BLOOM = (14, 15)

Struct = dict[int, tuple[int, Any]]
"""A Thrift struct: field id to (wire type, value)."""


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
        return self.footer if isinstance(self.footer, dict) else _read_struct(self.footer, 0)[0]


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
    head, _ = _read_struct(footer, 0, last=_NUM_ROWS)
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
    starts = [min(meta[field][1] for field in _META_OFFSETS if meta.get(field, (0, 0))[1]) for meta in chunks]
    stops = [start + meta[_META_SIZE][1] for start, meta in zip(starts, chunks, strict=True)]
    rows = group[_GROUP_ROWS][1]
    return Groups({**footer, _ROW_GROUPS: (_LIST, (_STRUCT, [group]))}, min(starts), max(stops), rows)


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
    merged[_NUM_ROWS] = (_I64, rows)
    merged[_ROW_GROUPS] = (_LIST, (_STRUCT, groups))
    if key_values:
        pairs = [{1: (_BINARY, key.encode()), 2: (_BINARY, value.encode())} for key, value in key_values.items()]
        merged[_KEY_VALUES] = (_LIST, (_STRUCT, pairs))
    out = _written(merged)
    return out + struct.pack("<I", len(out)) + MAGIC


def _placed(part: Groups, at: int, ordinal: int) -> tuple[Struct, list[bytes]]:
    """Return a part's metadata without its row groups, and those written as they are at their new place."""
    metadata = dict(part.metadata)
    _, (_, groups) = metadata.pop(_ROW_GROUPS)
    return metadata, [_written(_moved(group, at - part.start, ordinal + i)) for i, group in enumerate(groups)]


def _moved(group: Struct, shift: int, ordinal: int) -> Struct:
    moved = dict(group)
    if _GROUP_OFFSET in moved:
        moved[_GROUP_OFFSET] = (_I64, moved[_GROUP_OFFSET][1] + shift)
    if ordinal < 1 << 15:
        moved[_GROUP_ORDINAL] = (_I16, ordinal)
    else:
        moved.pop(_GROUP_ORDINAL, None)
    chunks = [_moved_chunk(chunk, shift) for chunk in moved[_GROUP_COLUMNS][1][1]]
    moved[_GROUP_COLUMNS] = (_LIST, (_STRUCT, chunks))
    return moved


def _moved_chunk(chunk: Struct, shift: int) -> Struct:
    moved = {field: value for field, value in chunk.items() if field not in _CHUNK_INDEXES}
    # The deprecated file_offset is 0 in files of today; only a real one is moved.
    if moved[_CHUNK_OFFSET][1]:
        moved[_CHUNK_OFFSET] = (_I64, moved[_CHUNK_OFFSET][1] + shift)
    meta = {field: value for field, value in moved[_CHUNK_META][1].items() if field not in _META_BLOOM}
    for field in _META_OFFSETS:
        if field in meta:
            meta[field] = (_I64, meta[field][1] + shift)
    moved[_CHUNK_META] = (_STRUCT, meta)
    return moved


def _read_struct(data: bytes, at: int, last: int | None = None) -> tuple[Struct, int]:
    """Read the struct at a byte, up to its field `last` if there is one of that number."""
    fields: Struct = {}
    field = 0
    while field != last and (head := data[at]) != 0:
        at += 1
        kind = head & 15
        if head >> 4:
            field += head >> 4
        else:
            field, at = _read_zigzag(data, at)
        if kind in (_TRUE, _FALSE):
            fields[field] = (kind, kind == _TRUE)
        else:
            value, at = _read_value(data, at, kind)
            fields[field] = (kind, value)
    return fields, at + 1


def _read_value(data: bytes, at: int, kind: int) -> tuple[Any, int]:
    if kind in (_I16, _I32, _I64):
        return _read_zigzag(data, at)
    if kind == _BINARY:
        length, at = _read_varint(data, at)
        return data[at : at + length], at + length
    if kind == _STRUCT:
        return _read_struct(data, at)
    if kind in (_LIST, _SET):
        return _read_list(data, at)
    if kind == _DOUBLE:
        return data[at : at + 8], at + 8
    if kind in (_BYTE, _TRUE, _FALSE):
        return data[at], at + 1
    raise ValueError(f"unknown Thrift type {kind}")


def _read_list(data: bytes, at: int) -> tuple[tuple[int, list[Any]], int]:
    head = data[at]
    at += 1
    kind, count = head & 15, head >> 4
    if count == 15:
        count, at = _read_varint(data, at)
    values = []
    for _ in range(count):
        value, at = _read_value(data, at, kind)
        values.append(value)
    return (kind, values), at


def _read_varint(data: bytes, at: int) -> tuple[int, int]:
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
        shift += 7


def _read_zigzag(data: bytes, at: int) -> tuple[int, int]:
    value, at = _read_varint(data, at)
    return (value >> 1) ^ -(value & 1), at


def _written(fields: Struct) -> bytes:
    out = bytearray()
    _write_struct(out, fields)
    return bytes(out)


def _write_struct(out: bytearray, fields: Struct) -> None:
    before = 0
    for field in sorted(fields):
        kind, value = fields[field]
        if 0 < field - before < 16:
            out.append((field - before) << 4 | kind)
        else:
            out.append(kind)
            _write_zigzag(out, field)
        before = field
        if kind not in (_TRUE, _FALSE):
            _write_value(out, kind, value)
    out.append(0)


def _write_value(out: bytearray, kind: int, value: Any) -> None:
    if kind in (_I16, _I32, _I64):
        _write_zigzag(out, value)
    elif kind == _BINARY:
        _write_varint(out, len(value))
        out += value
    elif kind == _STRUCT and isinstance(value, bytes):  # written before
        out += value
    elif kind == _STRUCT:
        _write_struct(out, value)
    elif kind in (_LIST, _SET):
        _write_list(out, *value)
    elif kind == _DOUBLE:
        out += value
    else:
        out.append(value)


def _write_list(out: bytearray, kind: int, values: list[Any]) -> None:
    if len(values) < 15:
        out.append(len(values) << 4 | kind)
    else:
        out.append(15 << 4 | kind)
        _write_varint(out, len(values))
    for value in values:
        _write_value(out, kind, value)


def _write_varint(out: bytearray, value: int) -> None:
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)


def _write_zigzag(out: bytearray, value: int) -> None:
    _write_varint(out, value << 1 if value >= 0 else (-value << 1) - 1)
