"""Writing to an upload in a store of chunks: bytes gather, and each sync makes chunks of them."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Protocol

from parquay.chunk import Chunk
from parquay.storage.chunked.gathering import BUFFER_BYTES, Gathering
from parquay.storage.chunks import Buffers, Rhythm

CHUNK_BYTES_MIN = 8 << 20
CHUNK_BYTES_MAX = 64 << 20


class ChunkKeeper(Protocol):
    """The store, as far as a writer needs it."""

    def gathering(self, start: int, *, quick: bool = False) -> Gathering:
        """Begin to gather bytes."""
        ...

    def rhythm(self, offset: int) -> Rhythm:
        """Return how many bytes a chunk has that starts at ``offset``."""
        ...

    def keep(self, upload_id: str, epoch: int, start: int, data: memoryview) -> Chunk:
        """Make a chunk of bytes."""
        ...

    def free(self) -> int | None:
        """Return the bytes that can still be stored, None when there is no limit."""
        ...


class ChunkWriter:
    """Gathers bytes of one upload and makes chunks of them.

    One thread may write while another syncs: a sync takes the bytes before its end, those past it begin the next chunk.
    """

    def __init__(self, store: ChunkKeeper, upload_id: str, epoch: int, gathering: Gathering) -> None:
        """``gathering``: where the first bytes go."""
        self._store = store
        self._id = upload_id
        self._epoch = epoch
        self._gathering = gathering
        self._full: list[Gathering] = []
        """Those that have the bytes of a chunk, for the next sync."""
        self._lender: Gathering | None = None
        """Whose room is lent."""
        self._lock = threading.Lock()

    @property
    def lends(self) -> bool:
        """Whether bytes gather in memory."""
        return self._gathering.in_memory

    def lend(self, position: int) -> memoryview | None:
        """Lend room for the bytes from ``position`` on."""
        with self._lock:
            if self._gathering.in_memory and position >= self._chunk_end():
                # The sync that is to come would else take its bytes from below those that arrive meanwhile.
                self._full.append(self._gathering)
                self._gathering = self._store.gathering(position, quick=True)
            room = self._gathering.room(position)
            self._lender = None if room is None else self._gathering
            return room and room[: self._chunk_end() - position]

    def _chunk_end(self) -> int:
        start = self._gathering.start
        return start + self._store.rhythm(start).bytes

    def fill(self, lent: memoryview, position: int) -> int:
        """Note what was put into the room that was lent; where a sync was quicker, the next chunk begins with it."""
        with self._lock:
            lender, self._lender = self._lender, None
            if lender is not self._gathering:
                return self._gathering.write([lent], position)
            lender.grow(len(lent))
            return len(lent)

    def write(self, buffers: Buffers, position: int) -> int:
        """Put ``buffers`` at ``position``, as far as there is room for them."""
        with self._lock:
            free = self._store.free()
            if free is not None:
                left = free - (position - self._gathering.start)
                buffers = [memoryview(b"".join(buffers))[: max(left, 0)]]
            return self._gathering.write(buffers, position)

    def sync(self, end: int) -> tuple[Chunk, ...]:
        """Make chunks of what was written before ``end``, none larger than the largest size."""
        taken = self._taken(end)
        try:
            return tuple(chunk for gathered, until in taken for chunk in self._chunks(gathered, until))
        finally:
            with self._lock:
                for gathered, _ in taken:
                    gathered.close(used=self._lender is gathered)

    def _taken(self, end: int) -> list[tuple[Gathering, int]]:
        """Take what was gathered before ``end``, each with where its bytes for a chunk end."""
        with self._lock:
            taken = [(each, each.end) for each in self._full if each.end <= end]
            self._full = self._full[len(taken) :]
            gathered, end = self._gathering, min(end, self._gathering.end)
            if self._full or end <= gathered.start:
                return taken
            self._gathering = self._store.gathering(end, quick=_is_quick(end - gathered.start))
            if end < gathered.end:
                self._gathering.write([gathered.read(end, gathered.end - end)], end)
            return [*taken, (gathered, end)]

    def _chunks(self, gathered: Gathering, end: int) -> Iterator[Chunk]:
        for start in range(gathered.start, end, CHUNK_BYTES_MAX):
            yield self._kept(gathered, start, min(start + CHUNK_BYTES_MAX, end))

    def _kept(self, gathered: Gathering, start: int, end: int) -> Chunk:
        with gathered.mapped(start, end) as view:
            return self._store.keep(self._id, self._epoch, start, view)

    def truncate(self, size: int) -> None:
        """Forget what was gathered past ``size`` bytes."""
        with self._lock:
            self._gathering.truncate(size)

    def close(self) -> None:
        """Forget what never became a chunk."""
        with self._lock:
            for each in (*self._full, self._gathering):
                each.close(used=self._lender is each)


def _is_quick(size: int) -> bool:
    """Whether so many bytes make a chunk because they came, not because time passed, and another one fits. Pure."""
    return CHUNK_BYTES_MIN <= size <= BUFFER_BYTES * 3 // 4
