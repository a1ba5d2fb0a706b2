"""Sealing: the chunks of a finished upload come into one object, each as it is, one behind the other.

What is read of it is still a chunk, with its CRC-32C: it only stands elsewhere. So a reader fetches no more than it
needs, and nothing that was counted by chunks is counted anew.
"""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import google_crc32c

from parquay.chunk import Chunk
from parquay.errors import StorageFull, is_full
from parquay.storage.chunked.bucket import Bucket
from parquay.storage.chunks import BytesDamaged, BytesMissing, StoreFault
from parquay.telemetry import lost

OBJECT_BYTES_MAX = 5 << 40
"""Bytes of the largest object that a store must take."""

REQUEST_BYTES_MAX = 1 << 30
"""An object of so many bytes is put by one request, and a larger one in parts. Of parts something stays in the store,
paid for and seen by nobody, when their upload ends on the way; of a request nothing does."""


def sealed(bucket: Bucket, key: str, chunks: Sequence[Chunk], folder: Path) -> tuple[Chunk, ...]:
    """Put the bytes of ``chunks`` as one object ``key``, and return where each is in it, once they are all read back.

    ``folder``: where there is room for them meanwhile, on a local disk.

    Raises:
        BytesDamaged, BytesMissing: a chunk is not what it was; the object is of no use (503).
        StoreFault: the object store does not answer; maybe the object is there (503).
        StorageFull: there is no room for the bytes (507).
    """
    size = chunks[-1].end
    pieces = (_checked(bucket, chunk) for chunk in chunks)
    try:
        if size <= REQUEST_BYTES_MAX:
            _put_at_once(bucket, key, pieces, folder)
        else:
            bucket.put_stream(key, pieces, size)
    except StoreFault:
        there = bucket.stat(key)  # an answer may be lost when all is done
        if there is None or there.size != size:
            raise
    return found_in(bucket, key, chunks)


def _put_at_once(bucket: Bucket, key: str, pieces: Iterator[bytes], folder: Path) -> None:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            for piece in pieces:
                file.write(piece)
            file.flush()
            with mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as mapping, memoryview(mapping) as view:
                bucket.put(key, view)
    except OSError as error:
        if is_full(error):
            raise StorageFull("The disk is full.", retry_after=60) from error
        raise StoreFault(f"The disk refused: {error.strerror}.", retry_after=5) from error


def found_in(bucket: Bucket, key: str, chunks: Sequence[Chunk]) -> tuple[Chunk, ...]:
    """Return where each of ``chunks`` is in the object ``key``, which has all of them, once all are read there.

    Raises:
        BytesDamaged, BytesMissing: they are not (503).
    """
    found = tuple(replace(chunk, key=key, at=chunk.start) for chunk in chunks)
    for chunk in found:
        _checked(bucket, chunk)
    return found


def is_sealed(chunks: Sequence[Chunk]) -> bool:
    """Tell whether an upload is all of one object. Pure."""
    return bool(chunks) and all(chunk.key == chunks[0].key and chunk.at == chunk.start for chunk in chunks)


def whole_until(chunks: Sequence[Chunk], sizes: Mapping[str, int]) -> int:
    """Return the bytes up to the first chunk that is not in an object of the size that its chunks have. Pure.

    ``sizes``: of the objects that are there, in bytes, by their keys.
    """
    wanted: dict[str, int] = {}
    for chunk in chunks:
        wanted[chunk.key] = max(wanted.get(chunk.key, 0), chunk.at + chunk.size)
    end = 0
    for chunk in chunks:
        if chunk.start != end or sizes.get(chunk.key) != wanted[chunk.key]:
            break
        end = chunk.end
    return end


def cut(start: int, size: int, most: int) -> list[tuple[int, int]]:
    """Cut a run of bytes into ranges of at most ``most`` bytes: where each starts, and its size. Pure."""
    return [(at, min(most, start + size - at)) for at in range(start, start + size, most)]


def _checked(bucket: Bucket, chunk: Chunk) -> bytes:
    try:
        data = bucket.get(chunk.key, chunk.at, chunk.size)
    except FileNotFoundError:
        raise lost(BytesMissing("A chunk is gone.")) from None
    if len(data) != chunk.size or google_crc32c.value(data) != chunk.crc:
        raise lost(BytesDamaged("The stored bytes of this file are not those that were uploaded."))
    return data
