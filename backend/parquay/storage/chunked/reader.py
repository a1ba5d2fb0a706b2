"""Reading an upload out of its chunks."""

from __future__ import annotations

import os
import tempfile
from bisect import bisect_right
from collections.abc import Callable, Sequence
from pathlib import Path

import google_crc32c

from parquay.chunk import Chunk
from parquay.storage.chunked.bucket import Bucket
from parquay.storage.chunks import BytesDamaged, StoreFault
from parquay.telemetry import lost

RANGE_BYTES = 32 << 10
"""A read of less than this out of one chunk gets its range alone; for a larger one the whole chunk comes and stays."""


class ChunkReader:
    """Reads one upload; for one thread at a time.

    It keeps a copy of the chunk that it read last, in a file without a name, whose CRC-32C was compared with the row.
    """

    def __init__(self, bucket: Bucket, folder: Path, chunks: Callable[[], Sequence[Chunk]]) -> None:
        """``chunks``: look the upload's chunks up; asked again when a read goes past those that are known."""
        self._bucket = bucket
        self._folder = folder
        self._look_up = chunks
        self._chunks = chunks()
        self._copied: Chunk | None = None
        self._copy = -1

    def read_at(self, offset: int, size: int) -> bytes:
        """Return up to ``size`` bytes from ``offset``.

        Raises:
            BytesDamaged: they are not those that came (503).
            StoreFault: the object store did not answer (503).
        """
        found: list[bytes] = []
        while size > 0:
            some = self._some(offset, size)
            if not some:
                break
            found.append(some)
            offset, size = offset + len(some), size - len(some)
        return found[0] if len(found) == 1 else b"".join(found)

    def _some(self, offset: int, size: int) -> bytes:
        """Read from one chunk. One that is gone may be in another object since: the upload was sealed."""
        chunk = self._at(offset)
        if chunk is None:
            return b""
        some = self._read(chunk, offset - chunk.start, min(size, chunk.end - offset))
        if some:
            return some
        self._chunks = self._look_up()
        sealed = self._at(offset)
        if sealed is None or sealed.key == chunk.key:
            return b""
        return self._read(sealed, offset - sealed.start, min(size, sealed.end - offset))

    def _at(self, offset: int) -> Chunk | None:
        if not self._chunks or offset >= self._chunks[-1].end:
            self._chunks = self._look_up()
        place = bisect_right(self._chunks, offset, key=lambda chunk: chunk.start) - 1
        chunk = self._chunks[place] if place >= 0 else None
        return chunk if chunk is not None and chunk.start <= offset < chunk.end else None

    def _read(self, chunk: Chunk, start: int, size: int) -> bytes:
        try:
            if self._copied is None or (self._copied.key, self._copied.at) != (chunk.key, chunk.at):
                if size < min(RANGE_BYTES, chunk.size):
                    return self._bucket.get(chunk.key, chunk.at + start, size)
                self._fetch(chunk)
        except FileNotFoundError:  # the caller says whether that is a loss
            return b""
        return os.pread(self._copy, size, start)

    def _fetch(self, chunk: Chunk) -> None:
        self.close()
        try:
            with tempfile.TemporaryFile(dir=self._folder, buffering=0) as file:
                self._copy = os.dup(file.fileno())
            copied = _Copied(self._copy)
            self._bucket.fetch(chunk.key, copied.take, chunk.at, chunk.size)
        except OSError as error:
            if isinstance(error, FileNotFoundError):
                raise
            raise StoreFault(f"The disk refused: {error.strerror}.", retry_after=5) from error
        if (copied.size, copied.crc) != (chunk.size, chunk.crc):
            raise lost(BytesDamaged("The stored bytes of this file are not those that were uploaded."))
        self._copied = chunk

    def close(self) -> None:
        """Give the copy up."""
        if self._copy >= 0:
            os.close(self._copy)
            self._copy, self._copied = -1, None


class _Copied:
    """Counts, checks and writes down what comes."""

    def __init__(self, handle: int) -> None:
        self._handle = handle
        self.size = self.crc = 0

    def take(self, data: bytes) -> None:
        self.crc = google_crc32c.extend(self.crc, data)
        view = memoryview(data)
        while view:
            count = os.pwrite(self._handle, view, self.size)
            self.size += count
            view = view[count:]
