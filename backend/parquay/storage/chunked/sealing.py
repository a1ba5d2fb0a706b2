"""Sealing: the chunks of a finished upload come into one object, each as it is, one behind the other.

What is read of it is still a chunk, with its CRC-32C: it only stands elsewhere. So a reader fetches no more than it
needs, and nothing that was counted by chunks is counted anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import google_crc32c

from parquay.chunk import Chunk
from parquay.storage.chunked.bucket import Bucket
from parquay.storage.chunks import BytesDamaged, BytesMissing, StoreFault
from parquay.telemetry import lost

OBJECT_BYTES_MAX = 5 << 40
"""Bytes of the largest object that a store must take."""


def sealed(bucket: Bucket, key: str, chunks: Sequence[Chunk]) -> tuple[Chunk, ...]:
    """Put the bytes of ``chunks`` as one object ``key``, and return where each is in it, once they are all read back.

    Raises:
        BytesDamaged, BytesMissing: a chunk is not what it was; the object is of no use (503).
        StoreFault: the object store does not answer; maybe the object is there (503).
    """
    size = chunks[-1].end
    try:
        bucket.put_stream(key, (_checked(bucket, chunk) for chunk in chunks), size)
    except StoreFault:
        there = bucket.stat(key)  # an answer may be lost when all is done
        if there is None or there.size != size:
            raise
    return found_in(bucket, key, chunks)


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
