"""Writing to an upload's file on a local disk. What is put at an offset is promised once it is synced."""

from __future__ import annotations

import os
from pathlib import Path

from parquay.chunk import Chunk
from parquay.errors import is_full
from parquay.storage.chunks import Buffers, StoreFault
from parquay.storage.local.direct_io import DirectFile
from parquay.storage.local.faults import Disk, mapped


class LocalWriter:
    """The locked file of one upload."""

    def __init__(self, disk: Disk, handle: int, *, unnamed: Path | None = None) -> None:
        """``unnamed``: the directory in which the file's name may not be durable yet."""
        self._disk = disk
        self._direct = DirectFile(handle)
        self._unnamed = unnamed
        self.handle = handle

    lends = False

    def lend(self, position: int) -> memoryview | None:
        """Lend nothing: there is no memory that the bytes could stay in."""
        del position
        return None

    def fill(self, lent: memoryview, position: int) -> int:
        """Write what nobody lent."""
        return self.write([lent], position)

    def write(self, buffers: Buffers, position: int) -> int:
        """Put ``buffers`` at ``position``; fewer bytes than given means that the disk is full up to the reserve."""
        views = _first([memoryview(buffer) for buffer in buffers if buffer], self._disk.free())
        size = sum(map(len, views))
        before, blocks = self._direct.span(position, size)
        written = self._put(_first(views, before), position)
        if written < before:
            return written
        if blocks:
            written += self._past_the_cache(_first(_after(views, before), blocks), position + before)
        return written + self._put(_after(views, written), position + written)

    def _put(self, views: list[memoryview], position: int) -> int:
        written = 0
        while views:
            try:
                count = os.pwritev(self.handle, views[:512], position + written)
            except OSError as error:
                if is_full(error):
                    return written
                raise StoreFault(f"The disk refused bytes: {error.strerror}.") from error
            written += count
            views = _after(views, count)
        return written

    def _past_the_cache(self, views: list[memoryview], position: int) -> int:
        try:
            return self._direct.write(views, position)
        except OSError as error:
            raise StoreFault(f"The disk refused bytes: {error.strerror}.") from error

    def sync(self, end: int) -> tuple[Chunk, ...]:
        """Make the file's bytes survive power loss, and its name too.

        The name comes second: where the file's sync has committed it already, its own costs next to nothing. It is
        synced even for a file that was there: whoever made it may have been killed before.
        """
        del end
        self._disk.sync(self.handle)
        if self._unnamed is not None:
            with mapped(self._disk):
                self._disk.sync_directory(self._unnamed)
            self._unnamed = None
        return ()

    def truncate(self, size: int) -> None:
        """Cut the file to ``size`` bytes."""
        os.ftruncate(self.handle, size)

    def close(self) -> None:
        """Close the file, which gives the lock up."""
        self._direct.close()
        os.close(self.handle)


def _first(views: list[memoryview], size: int) -> list[memoryview]:
    """Return the first ``size`` bytes."""
    if sum(map(len, views)) <= size:
        return views
    kept = []
    for view in views:
        kept.append(view[:size])
        size = max(size - len(view), 0)
    return [view for view in kept if view]


def _after(views: list[memoryview], count: int) -> list[memoryview]:
    for index, view in enumerate(views):
        if count < len(view):
            return [view[count:], *views[index + 1 :]]
        count -= len(view)
    return []
