"""Objects in memory. What is fetched is a copy in a folder, as it is of any store that is not a local disk."""

from __future__ import annotations

import io
import itertools
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from parquay.errors import Damaged, StorageFull
from parquay.storage import seal
from parquay.storage.objects import Content, Stored
from parquay.telemetry import lost

_numbers = itertools.count()


class MemoryObjects:
    """Objects that are gone with the process; ``folder`` gets drafts, and copies while they are fetched."""

    def __init__(self, folder: Path, capacity: int | None = None) -> None:
        """Hold up to ``capacity`` bytes, None for no limit."""
        self.folder = folder
        self.capacity = capacity
        self._lock = threading.Lock()
        self._held: dict[str, tuple[bytes, float]] = {}

    def put(self, key: str, content: Content) -> Stored:
        """Take the bytes, and a draft away."""
        data = content.read_bytes() if isinstance(content, Path) else bytes(content)
        self.refuse_full(len(data))
        if isinstance(content, Path):
            content.unlink()
        moment = time.time()
        with self._lock:
            self._held[key] = data, moment
        return Stored(key, len(data), moment)

    def read(self, key: str) -> bytes:
        """Return the bytes."""
        try:
            return self._held[key][0]
        except KeyError:
            raise FileNotFoundError(key) from None

    @contextmanager
    def open(self, key: str) -> Iterator[BinaryIO]:
        """Open the bytes."""
        yield io.BytesIO(self.read(key))

    @contextmanager
    def fetch(self, keys: Iterable[str]) -> Iterator[list[Path]]:
        """Write the bytes into files of their own, which go at the end."""
        folder = self.folder / f"fetched-{next(_numbers)}"
        paths = []
        try:
            for key in keys:
                fault = self.fault(key)
                if fault is not None:
                    raise lost(fault)
                folder.mkdir(parents=True, exist_ok=True)
                paths.append(folder / key)
                paths[-1].write_bytes(self.read(key))
            yield paths
        finally:
            for path in paths:
                path.unlink(missing_ok=True)
            if folder.is_dir():
                folder.rmdir()

    def stat(self, key: str) -> Stored | None:
        """Look the object up."""
        found = self._held.get(key)
        return None if found is None else Stored(key, len(found[0]), found[1])

    def absent(self, keys: Iterable[str]) -> set[str]:
        """Look for each."""
        return {key for key in keys if self.stat(key) is None}

    def look(self, keys: Iterable[str]) -> None:
        """Each question costs next to nothing."""

    def list(self) -> Iterator[Stored]:
        """List what is held."""
        with self._lock:
            held = list(self._held.items())
        for key, (data, moment) in held:
            yield Stored(key, len(data), moment)

    def delete(self, keys: Iterable[str]) -> None:
        """Forget objects."""
        with self._lock:
            for key in keys:
                self._held.pop(key, None)

    def fault(self, key: str, size: int | None = None, *, reread: bool = True) -> Damaged | None:
        """Compare the bytes with the key."""
        held = self._held.get(key)
        if held is None:
            return seal.missing()
        if size is not None and len(held[0]) != size:
            return seal.damaged(f"{size} bytes were written, {len(held[0])} are there")
        crc = seal.seal_in(key) if reread else None
        if crc is not None and seal.crc_of(held[0]) != crc:
            return seal.damaged("its bytes are not those that were written")
        return None

    def draft(self, key: str) -> Path:
        """Return a name in the folder."""
        self.folder.mkdir(parents=True, exist_ok=True)
        return self.folder / f".{key}.tmp"

    def drafts(self) -> Iterator[Path]:
        """List hidden names."""
        yield from self.folder.glob(".*.tmp")

    def discard(self, drafts: Iterable[Path], before: float | None = None) -> int:
        """Unlink drafts."""
        old = [path for path in drafts if before is None or path.stat().st_mtime <= before]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def sync(self, keys: Iterable[str]) -> None:
        """Memory is as durable as it will be."""
        for key in keys:
            self.read(key)

    def refuse_full(self, size: int = 0) -> None:
        """Refuse what goes over the capacity."""
        if self.capacity is not None and sum(len(data) for data, _ in self._held.values()) + size > self.capacity:
            raise StorageFull("There is no room left on the server.", retry_after=60)

    def damage(self, key: str, data: bytes) -> None:
        """Put other bytes under a key, as a fault of a store would."""
        with self._lock:
            self._held[key] = data, self._held[key][1]
