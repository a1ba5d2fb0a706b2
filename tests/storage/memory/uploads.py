"""Uploads in memory: the smallest store that keeps the contract, for tests of everything above it."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from parquay.chunk import Chunk
from parquay.errors import Busy, Conflict, StorageFull
from parquay.storage.chunks import Buffers, BytesMissing, Rhythm, State


class MemoryStore:
    """A store that forgets unsynced bytes when told to crash."""

    def __init__(self, capacity: int | None = None) -> None:
        """Hold up to ``capacity`` bytes, None for no limit."""
        self.capacity = capacity
        self._data: dict[str, bytearray] = {}
        self._synced: dict[str, bytes] = {}
        self._locks: dict[str, threading.Lock] = {}

    def rhythm(self, offset: int) -> Rhythm:
        """Keep the time of a local disk."""
        del offset
        return Rhythm(bytes=64 * 1024 * 1024, seconds=1.0)

    def writer(
        self,
        upload_id: str,
        durable: int,
        *,
        wait: float = 0.0,
        owned: Callable[[], bool] | None = None,
        epoch: int = 0,
    ) -> MemoryWriter:
        """Open an upload for writing."""
        del epoch
        lock = self._locks.setdefault(upload_id, threading.Lock())
        if not lock.acquire(timeout=max(wait, 0.001)):
            raise Busy("Another request is writing to this upload.", retry_after=1)
        data = self._data.setdefault(upload_id, bytearray())
        if len(data) != durable and owned is not None and not owned():
            lock.release()
            raise Conflict("Another request continues this upload.", "taken_over")
        if len(data) < durable:
            lock.release()
            raise BytesMissing(f"{durable} bytes were promised and are not there.")
        del data[durable:]
        return MemoryWriter(self, upload_id, data, lock)

    @contextmanager
    def reader(self, upload_id: str) -> Iterator[MemoryReader]:
        """Open an upload for reading."""
        yield MemoryReader(self._data.get(upload_id, bytearray()))

    def local_file(self, upload_id: str, size: int) -> Path | None:
        """There is no file."""
        del upload_id, size
        return None

    def state(self, upload_id: str) -> State | None:
        """Nothing tells."""
        del upload_id
        return None

    def size(self, upload_id: str) -> int:
        """Return the bytes that are there."""
        return len(self._data.get(upload_id, b""))

    def put(self, upload_id: str, data: bytes) -> tuple[Chunk, ...]:
        """Store a small upload."""
        free = self.free()
        if free is not None and len(data) > free:
            raise StorageFull("The store is full.", retry_after=60)
        self._data[upload_id] = bytearray(data)
        return ()

    def flush(self, upload_ids: Sequence[str]) -> None:
        """Make small uploads survive a crash."""
        for upload_id in upload_ids:
            if upload_id in self._data:
                self.keep(upload_id)

    def compose(self, upload_id: str, parts: Sequence[tuple[str, int]]) -> tuple[Chunk, ...]:
        """Join the parts."""
        joined = bytearray()
        for part_id, size in parts:
            part = self._data.get(part_id, bytearray())
            if len(part) < size:
                raise BytesMissing("A part has fewer bytes than promised.")
            joined += part[:size]
        self._data[upload_id] = joined
        self._synced[upload_id] = bytes(joined)
        return ()

    def keys(self, upload_id: str) -> tuple[str, ...]:
        """A byte array has no keys."""
        del upload_id
        return ()

    def orphans(self, upload_id: str, age: float) -> tuple[str, ...]:
        """Bytes past the offset are in the upload's own array."""
        del upload_id, age
        return ()

    def discard(self, keys: Sequence[str]) -> None:
        """There are no keys."""

    def link(self, upload_id: str, seconds: int) -> None:
        """Nobody else serves memory."""

    def remove(self, upload_id: str, keys: Sequence[str] = ()) -> None:
        """Forget an upload."""
        del keys
        self._data.pop(upload_id, None)
        self._synced.pop(upload_id, None)

    def age(self, upload_id: str) -> float:
        """Everything here is young."""
        del upload_id
        return 0.0

    def ids(self) -> Iterator[str]:
        """List the uploads that have bytes."""
        yield from sorted(self._data)

    def free(self) -> int | None:
        """Return the bytes left of the capacity."""
        return None if self.capacity is None else max(self.capacity - self.used(), 0)

    def used(self) -> int:
        """Return the bytes that are held."""
        return sum(map(len, self._data.values()))

    def probe(self) -> None:
        """Memory is always there."""

    def crash(self) -> None:
        """Lose everything that was not synced, as a power cut does."""
        self._data = {upload_id: bytearray(data) for upload_id, data in self._synced.items()}
        self._locks.clear()

    def keep(self, upload_id: str) -> None:
        """Note that an upload's bytes are durable."""
        self._synced[upload_id] = bytes(self._data[upload_id])


class MemoryWriter:
    """Exclusive access to a byte array."""

    def __init__(self, store: MemoryStore, upload_id: str, data: bytearray, lock: threading.Lock) -> None:
        self._store = store
        self._id = upload_id
        self._data = data
        self._lock = lock

    lends = False

    def lend(self, position: int) -> memoryview | None:
        """Lend nothing: there is no memory that the bytes could stay in."""
        del position
        return None

    def fill(self, lent: memoryview, position: int) -> int:
        """Write what nobody lent."""
        return self.write([lent], position)

    def write(self, buffers: Buffers, position: int) -> int:
        """Put ``buffers`` at ``position`` as far as the capacity goes."""
        joined = b"".join(buffers)
        free = self._store.free()
        if free is not None:
            joined = joined[: free + max(len(self._data) - position, 0)]
        self._data[position : position + len(joined)] = joined
        return len(joined)

    def sync(self, end: int) -> tuple[Chunk, ...]:
        """Make the bytes survive a crash."""
        del end
        self._store.keep(self._id)
        return ()

    def truncate(self, size: int) -> None:
        """Cut to ``size`` bytes."""
        del self._data[size:]

    def close(self) -> None:
        """Give the access up."""
        self._lock.release()


class MemoryReader:
    """Reads a byte array."""

    def __init__(self, data: bytearray) -> None:
        self._data = data

    def read_at(self, offset: int, size: int) -> bytes:
        """Return up to ``size`` bytes from ``offset``."""
        return bytes(self._data[offset : offset + size])
