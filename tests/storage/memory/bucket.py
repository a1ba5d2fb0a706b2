"""A bucket in memory, so that every rule of chunks runs without an object store."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence

from parquay.errors import StorageFull
from parquay.storage.chunked.bucket import Held


class MemoryBucket:
    """Objects that are gone with the process."""

    def __init__(self, capacity: int | None = None) -> None:
        """Hold up to ``capacity`` bytes, None for no limit."""
        self.capacity = capacity
        self._lock = threading.Lock()
        self._objects: dict[str, tuple[bytes, float]] = {}

    def put(self, key: str, data: bytes | memoryview) -> None:
        """Take a copy of the bytes."""
        free = self.free()
        if free is not None and len(data) > free:
            raise StorageFull("The store is full.", retry_after=60)
        with self._lock:
            self._objects[key] = bytes(data), time.time()

    def put_once(self, key: str, data: bytes) -> bool:
        """Take the bytes where there are none."""
        with self._lock:
            if key in self._objects:
                return False
            self._objects[key] = data, time.time()
            return True

    def get(self, key: str, start: int, size: int) -> bytes:
        """Return a range."""
        return self._whole(key)[start : start + size]

    def put_stream(self, key: str, pieces: Iterator[bytes], size: int) -> None:
        """Take all of the pieces."""
        del size
        self.put(key, b"".join(pieces))

    def fetch(self, key: str, take: Callable[[bytes], None], start: int = 0, size: int | None = None) -> None:
        """Give the bytes at once."""
        take(self._whole(key)[start : None if size is None else start + size])

    def _whole(self, key: str) -> bytes:
        try:
            return self._objects[key][0]
        except KeyError:
            raise FileNotFoundError(key) from None

    def stat(self, key: str) -> Held | None:
        """Look the object up."""
        found = self._objects.get(key)
        return None if found is None else Held(key, len(found[0]), found[1])

    def list(self, prefix: str) -> Iterator[Held]:
        """List what is held, in the order of keys."""
        with self._lock:
            found = sorted((key, held) for key, held in self._objects.items() if key.startswith(prefix))
        yield from (Held(key, len(data), moment) for key, (data, moment) in found)

    def delete(self, keys: Sequence[str]) -> None:
        """Forget objects."""
        with self._lock:
            for key in keys:
                self._objects.pop(key, None)

    def free(self) -> int | None:
        """Return the bytes left of the capacity."""
        if self.capacity is None:
            return None
        return max(self.capacity - sum(len(data) for data, _ in list(self._objects.values())), 0)

    def link(self, key: str, seconds: int) -> None:
        """Nobody serves memory."""
