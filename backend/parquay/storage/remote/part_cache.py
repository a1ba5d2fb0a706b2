"""Copies of parts on the local disk, for as long as there is room: the least recently used go first.

A part never changes, so a copy is good for as long as its bytes are what they were, which its checksum tells. All
processes of a machine share the copies. A copy comes under its name when all of it is there; whoever reads one has a
share in its lock, and only what nobody reads is removed. Who loses the whole folder has lost nothing but time.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import NamedTuple

import google_crc32c

from parquay.errors import StorageFull
from parquay.ids import new_id
from parquay.storage import seal
from parquay.storage.local import reserve
from parquay.storage.remote.range_locks import RangeLocks
from parquay.telemetry import lost

PAUSE = 0.01
"""Seconds between two looks at a copy that another thread or process is making."""
AT_ONCE = 8
"""Parts of one table that are copied at the same time."""
STALE_SECONDS = 24 * 3600
"""Age of a draft or a half copy that a process has left behind."""

Get = Callable[[str, Callable[[bytes], None]], None]
"""Gives the bytes of a part to a function, some at a time; or raises FileNotFoundError."""


class CachedPart(NamedTuple):
    """A part of a dataset."""

    dataset_id: str
    key: str


class _CachedFile(NamedTuple):
    used: float
    size: int
    part: CachedPart


class PartCache:
    """The copies below one folder; for many threads, and for the processes that have the same folder."""

    def __init__(self, folder: Path, capacity: int) -> None:
        """Keep copies of up to ``capacity`` bytes, and those beyond that are being read."""
        self.parts, self.drafts = folder / "parts", folder / "drafts"
        self._capacity = capacity
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        for each in (self.parts, self.drafts):
            each.mkdir(mode=0o700, exist_ok=True)
        self._locks = RangeLocks(folder / "parts.lock")
        self._guard = threading.Lock()
        self._counted: int | None = None
        self._since = 0

    def path(self, part: CachedPart) -> Path:
        """Where the copy of a part is, or would be."""
        return self.parts / part.dataset_id / part.key

    def has(self, part: CachedPart) -> bool:
        """Whether there is a copy."""
        return self.path(part).is_file()

    @contextmanager
    def hold(self, parts: list[CachedPart], get: Get) -> Iterator[list[Path]]:
        """Yield copies of parts, made where they are not there, which stay until the end.

        Raises:
            Damaged: ``part_missing``, ``part_damaged`` (503).
            StorageFull: there is no room for a copy on this machine (507).
        """
        with ExitStack() as shares:
            held = []
            for part in dict.fromkeys(parts):
                if self._is_shared(part):
                    shares.callback(self._locks.release, _name(part))
                else:
                    held.append(part)
            for part in self._copied(held, get):
                shares.callback(self._locks.release, _name(part))
            for part in parts:
                _touch(self.path(part))
            yield [self.path(part) for part in parts]

    def _is_shared(self, part: CachedPart) -> bool:
        """Have a share in a sound copy; False when there is none."""
        if not self._locks.share(_name(part)):
            return False
        if seal.fault_of(self.path(part)) is None:
            return True
        self._locks.release(_name(part))
        return False

    def _copied(self, parts: list[CachedPart], get: Get) -> Iterator[CachedPart]:
        """Copy parts, several at once, and yield each with a share in its copy."""
        if len(parts) < 2:
            for part in parts:
                self._copy(part, get)
                yield part
            return
        with ThreadPoolExecutor(min(AT_ONCE, len(parts)), thread_name_prefix="parts") as pool:
            made = {part: pool.submit(self._copy, part, get) for part in parts}
            failed = None
            for part, copying in made.items():
                failed = copying.exception() or failed
                if copying.exception() is None:
                    yield part
            if failed is not None:
                raise failed

    def _copy(self, part: CachedPart, get: Get) -> None:
        """Have a share in a sound copy, made by this thread or by whoever is at it already."""
        while not self._is_shared(part):
            if self._locks.take(_name(part)):
                try:
                    if seal.fault_of(self.path(part)) is not None:
                        self._fetch_into_room(part, get)
                except BaseException:
                    self._locks.release(_name(part))
                    raise
                self._locks.keep_shared(_name(part))
                return
            time.sleep(PAUSE)

    def _fetch_into_room(self, part: CachedPart, get: Get) -> None:
        try:
            self._fetch(part, get)
        except StorageFull:  # others may use the disk too: what nobody reads makes room
            self.shrink(0)
            self._fetch(part, get)

    def _fetch(self, part: CachedPart, get: Get) -> None:
        path = self.path(part)
        draft = self._half(part)
        try:
            with reserve.full_named(), draft.open("wb", buffering=0) as file:
                copying = _Copying(file.write)
                _gotten(get, part, copying)
            crc = seal.seal_in(part.key)
            if crc is not None and crc != copying.crc:
                raise lost(seal.damaged("its bytes are not those that were written"))
            self._make_room(copying.size)
            draft.replace(path)
            seal.remember(path)
        finally:
            draft.unlink(missing_ok=True)

    def _half(self, part: CachedPart) -> Path:
        """A name for a copy that is being made, in a folder that is there."""
        path = self.path(part)
        path.parent.mkdir(mode=0o700, exist_ok=True)
        return path.with_name(f".{part.key}.{new_id()[-8:].strip('-_')}.tmp")

    def adopt(self, part: CachedPart, content: Path | memoryview | bytes) -> None:
        """Make what was just put as a part its copy, without reading it again; a file is taken away.

        That it cannot be kept is no error: it will be fetched.
        """
        size = content.stat().st_size if isinstance(content, Path) else len(content)
        with suppress(OSError):
            self._make_room(size)
            half = self._half(part)
            if isinstance(content, Path):
                content.replace(half)
            else:
                half.write_bytes(content)
            half.replace(self.path(part))
            seal.remember(self.path(part))
        if isinstance(content, Path):
            content.unlink(missing_ok=True)

    def forget(self, *parts: CachedPart) -> None:
        """Remove copies of parts that are gone; those that are being read go later."""
        for part in parts:
            self._remove(part)

    def erase(self, dataset_id: str) -> None:
        """Remove the copies and drafts of a dataset that is gone."""
        with suppress(OSError):
            self.forget(*(CachedPart(dataset_id, path.name) for path in (self.parts / dataset_id).iterdir()))
            (self.parts / dataset_id).rmdir()
        with suppress(OSError):
            for path in (self.drafts / dataset_id).iterdir():
                path.unlink(missing_ok=True)
            (self.drafts / dataset_id).rmdir()

    def _remove(self, part: CachedPart) -> bool:
        """Remove a copy that nobody reads; whether it was."""
        if not self._locks.take(_name(part)):
            return False
        try:
            self.path(part).unlink(missing_ok=True)
        finally:
            self._locks.release(_name(part))
        return True

    def _make_room(self, size: int) -> None:
        """Count ``size`` bytes more; look at the folder when they may be too many, or much came since the last look."""
        with self._guard:
            self._since += size
            counted = self._counted
            if counted is not None and self._since < self._capacity // 16 and counted + self._since <= self._capacity:
                return
            self._counted, self._since = self._shrunk(self._capacity - size) + size, 0

    def shrink(self, capacity: int) -> int:
        """Remove the least recently used copies until at most ``capacity`` bytes are left; return how many are."""
        with self._guard:
            self._counted, self._since = self._shrunk(capacity), 0
            return self._counted

    def _shrunk(self, capacity: int) -> int:
        found = sorted(self._files())
        total = sum(each.size for each in found)
        for each in found:
            if total <= capacity:
                break
            total -= each.size if self._remove(each.part) else 0
        return total

    def _files(self) -> Iterator[_CachedFile]:
        """Every copy; what was left behind half made goes."""
        for folder in (*self.parts.iterdir(), *self.drafts.iterdir()):
            with suppress(FileNotFoundError, NotADirectoryError):
                for path in folder.iterdir():
                    with suppress(FileNotFoundError):
                        found = path.stat()
                        if not path.name.startswith("."):
                            yield _CachedFile(found.st_atime, found.st_size, CachedPart(folder.name, path.name))
                        elif found.st_mtime < time.time() - STALE_SECONDS:
                            path.unlink(missing_ok=True)


class _Copying:
    """Counts and checks what comes, and writes it down."""

    def __init__(self, write: Callable[[memoryview], int | None]) -> None:
        self._write = write
        self.size = self.crc = 0

    def take(self, data: bytes) -> None:
        self.crc = google_crc32c.extend(self.crc, data)
        self.size += len(data)
        view = memoryview(data)
        while view:
            view = view[self._write(view) or 0 :]


def _gotten(get: Get, part: CachedPart, copying: _Copying) -> None:
    try:
        get(part.key, copying.take)
    except FileNotFoundError:
        raise lost(seal.missing()) from None


def _name(part: CachedPart) -> str:
    return f"{part.dataset_id}/{part.key}"


def _touch(path: Path) -> None:
    """Note that a copy was used; the time of its last change stays, by which it is known to be sound."""
    with suppress(OSError):
        os.utime(path, ns=(time.time_ns(), path.stat().st_mtime_ns))
