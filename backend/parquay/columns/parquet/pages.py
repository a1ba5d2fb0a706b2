"""Long columns of texts, encoded without Arrow's encoder: a page is laid out in C, compressed, and that is all.

Arrow comes to a page by way of several buffers that grow; here it has the lengths of its texts, packed, and behind them
the texts as they were read. By https://parquet.apache.org/docs/file-format/ these are data pages of version 1 in
`DELTA_LENGTH_BYTE_ARRAY`, with nulls as definition levels, and the least and the greatest text as statistics.
"""

from __future__ import annotations

import ctypes
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

import numpy as np
import pyarrow as pa

from parquay.columns import native
from parquay.columns.parquet import footer, thrift
from parquay.columns.parquet.footer import Chunk, Pieces
from parquay.columns.parquet.thrift import BINARY, I32, I64, LIST, STRUCT, TRUE, Struct

LEAST_BYTES = 256 << 10
"""Shorter columns are not worth it."""
LONGEST_BOUND = 4096
"""Bytes of the longest text that stands in statistics."""

_DELTA_LENGTH_BYTE_ARRAY, _RLE = 6, 3
_LENGTH_BYTES, _SLACK = 5, 256  # most bytes of a packed length, and of what stands around them


def has(column: pa.ChunkedArray) -> bool:
    """Whether a column can be encoded here and is long enough."""
    return native.LIBRARY is not None and pa.types.is_string(column.type) and column.nbytes >= LEAST_BYTES


def put_in(content: pa.Buffer, columns: pa.Table, codec: pa.Codec | None, *, rows: int, size: int) -> Pieces:
    """Put columns into a Parquet file in memory, in place of those of the same names; see `footer.with_chunks`.

    `codec`: the file's, or None. `rows`: of its row groups. `size`: bytes of a page before it is compressed.
    """
    chunks = {name: _chunks(columns[name], codec, rows, size) for name in columns.column_names}
    return footer.with_chunks(memoryview(content), chunks)


def _chunks(column: pa.ChunkedArray, codec: pa.Codec | None, rows: int, size: int) -> Iterator[Chunk]:
    for first in range(0, len(column), rows):
        pages = _Pages(codec)
        texts = column.slice(first, rows)
        for piece in texts.chunks:
            for page in _cut(piece, size):
                pages.add(page)
        yield pages.chunk(texts.null_count)


@dataclass(slots=True)
class _Pages:
    """Pages end to end, and what is known of their texts."""

    codec: pa.Codec | None
    pieces: list[bytes] = field(default_factory=list)
    bounds: list[bytes] = field(default_factory=list)
    count: int = 0
    unpacked: int = 0

    def add(self, texts: pa.StringArray) -> None:
        """Append the page that holds these texts."""
        validity, offsets, values = texts.buffers()
        start, stop = texts.offset, texts.offset + len(texts)
        ends = np.frombuffer(offsets, np.int32)
        levels, lengths, extremes = _levels(texts), np.empty(len(texts), np.int32), (ctypes.c_int64 * 2)()
        size = len(levels) + int(ends[stop] - ends[start]) + _LENGTH_BYTES * len(texts) + _SLACK
        room = pa.allocate_buffer(size)
        ctypes.memmove(room.address, levels, len(levels))
        places = [buffer.address if buffer is not None else None for buffer in (values, offsets, validity)]
        to = room.address + len(levels)
        filled = native.LIBRARY.parquay_page(*places, start, stop, lengths.ctypes.data, to, extremes)
        self.bounds += [texts[row - start].as_buffer().to_pybytes() for row in extremes if row >= 0]
        self._append(room.slice(0, len(levels) + filled), len(texts))

    def _append(self, page: pa.Buffer, rows: int) -> None:
        # As `bytes`, which give back what was too much of the room for them.
        packed = page.to_pybytes() if self.codec is None else self.codec.compress(page, asbytes=True)
        of_data = {1: (I32, rows), 2: (I32, _DELTA_LENGTH_BYTE_ARRAY), 3: (I32, _RLE), 4: (I32, _RLE)}
        crc = struct.unpack("<i", struct.pack("<I", zlib.crc32(packed)))[0]
        sizes = {1: (I32, 0), 2: (I32, page.size), 3: (I32, len(packed)), 4: (I32, crc)}
        header = thrift.written({**sizes, 5: (STRUCT, of_data)})
        self.pieces += [header, packed]
        self.count += 1
        self.unpacked += len(header) + page.size

    def chunk(self, nulls: int) -> Chunk:
        """The pages as a column chunk, in which so many rows are null."""
        counts = [{1: (I32, 0), 2: (I32, _DELTA_LENGTH_BYTE_ARRAY), 3: (I32, self.count)}]
        meta: Struct = {
            2: (LIST, (I32, [_DELTA_LENGTH_BYTE_ARRAY, _RLE])),
            6: (I64, self.unpacked),
            7: (I64, sum(map(len, self.pieces))),
            9: (I64, 0),
            12: (STRUCT, _statistics(self.bounds, nulls)),
            13: (LIST, (STRUCT, counts)),
        }
        return Chunk(meta, self.pieces)


def _cut(texts: pa.StringArray, size: int) -> Iterator[pa.StringArray]:
    """Cut texts into pages of about the same size, none much larger than `size` but for a long text."""
    ends = np.frombuffer(texts.buffers()[1], np.int32)[texts.offset : texts.offset + len(texts) + 1]
    filled = int(ends[-1] - ends[0])
    count = -(-filled // size)
    inner = np.searchsorted(ends, ends[0] + filled * np.arange(1, count) // max(1, count))
    edges = np.unique([0, *inner, len(texts)])
    for start, stop in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        yield texts.slice(start, stop - start)


def _levels(texts: pa.StringArray) -> bytes:
    """The definition levels of a page: one run where nothing is null, otherwise a bit for each row."""
    run = bytearray()
    if texts.null_count:
        bits = np.packbits(texts.is_valid().to_numpy(zero_copy_only=False), bitorder="little")
        thrift.write_varint(run, len(bits) << 1 | 1)
        run += bits.tobytes()
    else:
        thrift.write_varint(run, len(texts) << 1)
        run.append(1)
    return struct.pack("<I", len(run)) + run


def _statistics(bounds: list[bytes], nulls: int) -> Struct:
    known: Struct = {3: (I64, nulls)}
    for number, exact, find in ((5, 7, max), (6, 8, min)):
        if bounds and len(bound := find(bounds)) <= LONGEST_BOUND:
            known |= {number: (BINARY, bound), exact: (TRUE, True)}
    return known
