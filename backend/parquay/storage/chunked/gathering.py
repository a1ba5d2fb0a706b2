"""Bytes on their way into a chunk: off the heap, for a thousand uploads may gather eight megabytes each.

They are in a file without a name, which the kernel keeps in memory while there is some and writes out otherwise. It is
never synced: what has not become a chunk was never acknowledged. A few files are used again: finding fresh pages for
a file costs the kernel more than the copy of the bytes.

The few uploads that are quick gather in memory instead, which the socket fills and the object store's client sends:
nobody copies their bytes. Not in a mapped file: on a full disk that would end the process.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import tempfile
import threading
import weakref
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from parquay.errors import is_full
from parquay.storage.chunks import Buffers, StoreFault

BUFFERS, BUFFER_BYTES = 4, 16 << 20
"""Most buffers in memory, and the bytes of each. An upload that is quick has two: one that fills, one that is put."""

SPARE_FILES = 3
"""Files that are kept to be used again: as many as one upload has, filling, waiting and being put."""


class GatheringBuffers:
    """Lends memory to a few uploads at a time. Once nobody has any, it goes back to the system."""

    def __init__(self) -> None:
        """Have none yet.

        Attributes:
            lent: buffers that were not given back yet.
        """
        self._free: list[mmap.mmap] = []
        self.lent = 0
        self._lock = threading.Lock()

    def take(self) -> mmap.mmap | None:
        """Return a buffer, with any bytes in it; None: all are lent."""
        with self._lock:
            if self.lent == BUFFERS:
                return None
            self.lent += 1
            return self._free.pop() if self._free else _buffer()

    def give(self, buffer: mmap.mmap, *, used: bool) -> None:
        """Take a buffer back; not to be lent again where somebody may still put bytes into it (``used``)."""
        with self._lock:
            self.lent -= 1
            if not used:
                self._free.append(buffer)
            if not self.lent:
                self._free.clear()


def _buffer() -> mmap.mmap:
    made = mmap.mmap(-1, BUFFER_BYTES, mmap.MAP_PRIVATE)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        with contextlib.suppress(OSError):  # a kernel without them
            made.madvise(mmap.MADV_HUGEPAGE)
    return made


class GatheringFiles:
    """Makes files without a name in one folder."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._spare: deque[IO[bytes]] = deque()
        weakref.finalize(self, _close, self._spare)

    def take(self) -> IO[bytes]:
        """Return a file, with any bytes in it.

        Raises:
            OSError: it cannot be made.
        """
        try:
            return self._spare.pop()
        except IndexError:
            return tempfile.TemporaryFile(dir=self._folder, buffering=0)

    def give(self, file: IO[bytes]) -> None:
        """Take a file back."""
        if len(self._spare) < SPARE_FILES:
            self._spare.append(file)
        else:
            file.close()


def _close(files: deque[IO[bytes]]) -> None:
    while files:
        files.pop().close()


class Gathering:
    """A run of an upload's bytes from ``start`` on, in a buffer as long as it has room for them, else in a file."""

    def __init__(self, files: GatheringFiles, start: int, buffers: GatheringBuffers | None = None) -> None:
        """Gather in one of ``buffers``, where they are given and have one that is free, else in one of ``files``.

        Raises:
            OSError: a file cannot be made.
        """
        self.start = self.end = start
        self._files, self._buffers = files, buffers
        self._buffer = buffers.take() if buffers is not None else None
        self._file: IO[bytes] | None = None
        self._handle = -1
        if self._buffer is None:
            self._file = files.take()
            self._handle = self._file.fileno()

    @property
    def in_memory(self) -> bool:
        """Whether the bytes are in a buffer."""
        return self._buffer is not None

    def room(self, position: int) -> memoryview | None:
        """Return memory for the bytes from ``position`` on, to be noted by `grow`; None where there is none."""
        if self._buffer is None or position != self.end:
            return None
        return memoryview(self._buffer)[position - self.start :] or None

    def grow(self, count: int) -> None:
        """Note that ``count`` bytes were put where there was room."""
        self.end += count

    def write(self, buffers: Buffers, position: int) -> int:
        """Put bytes at ``position``; fewer written than given: the disk is full.

        Raises:
            StoreFault: the disk refused them.
        """
        assert self.start <= position <= self.end, "bytes come in order"
        views = [memoryview(buffer) for buffer in buffers]
        if self._buffer is not None and position - self.start + sum(map(len, views)) > BUFFER_BYTES:
            self._spill(self._buffer)
        return self._grown(position, self._put(views, position - self.start))

    def _put(self, views: Sequence[memoryview], at: int) -> int:
        """Put bytes at ``at`` from the start; return how many."""
        written = 0
        for view in views:
            count = self._put_one(view, at + written)
            written += count
            if count < len(view):
                break
        return written

    def _put_one(self, view: memoryview, at: int) -> int:
        if self._buffer is None:
            return _pwrite(self._handle, view, at)
        count = min(len(view), BUFFER_BYTES - at)
        self._buffer[at : at + count] = view[:count]
        return count

    def _spill(self, buffer: mmap.mmap) -> None:
        """Move what is in the buffer into a file, for more came than it takes; on a full disk all stays as it is."""
        try:
            file = self._files.take()
        except OSError as error:
            raise StoreFault(f"The disk refused: {error.strerror}.", retry_after=5) from error
        with memoryview(buffer) as room, room[: self.end - self.start] as filled:
            moved = _pwrite(file.fileno(), filled, 0) == len(filled)
        if not moved:
            file.close()
            return
        self._give_back(used=True)
        self._file, self._handle = file, file.fileno()

    def _grown(self, position: int, written: int) -> int:
        self.end = max(self.end, position + written)
        return written

    def read(self, start: int, size: int) -> bytes:
        """Return bytes that are there."""
        at, size = start - self.start, min(size, self.end - start)
        if self._buffer is not None:
            return self._buffer[at : at + size]
        return os.pread(self._handle, size, at)

    @contextmanager
    def mapped(self, start: int, end: int) -> Iterator[memoryview]:
        """Lend the bytes from ``start`` to ``end``, of which there is at least one, without a copy."""
        at, size = start - self.start, end - self.start
        if self._buffer is not None:
            with memoryview(self._buffer) as whole, whole[at:size] as view:
                yield view
            return
        assert self._file is not None, "a mapping of no file would be zeros"
        with (
            mmap.mmap(self._handle, size, access=mmap.ACCESS_READ) as mapping,
            memoryview(mapping) as whole,
            whole[at:] as view,
        ):
            yield view

    def truncate(self, end: int) -> None:
        """Forget everything past ``end``."""
        self.end = min(self.end, max(end, self.start))

    def close(self, *, used: bool = False) -> None:
        """Give the bytes up; once, for where they were is another's then.

        ``used``: somebody may still put bytes where there was room.
        """
        self._give_back(used=used)
        file, self._file, self._handle = self._file, None, -1
        if file is not None:
            self._files.give(file)

    def _give_back(self, *, used: bool) -> None:
        buffer, self._buffer = self._buffer, None
        if buffer is not None and self._buffers is not None:
            self._buffers.give(buffer, used=used)


def _pwrite(handle: int, view: memoryview, at: int) -> int:
    """Write ``view`` at ``at``; fewer bytes written than given: the disk is full.

    Raises:
        StoreFault: the disk refused them.
    """
    written = 0
    while written < len(view):
        try:
            written += os.pwrite(handle, view[written:], at + written)
        except OSError as error:
            if is_full(error):
                break
            raise StoreFault(f"The disk refused bytes: {error.strerror}.") from error
    return written
