"""Bytes on their way into a chunk: off the heap, for a thousand uploads may gather eight megabytes each.

They are in a file without a name, which the kernel keeps in memory while there is some and writes out otherwise. It is
never synced: what has not become a chunk was never acknowledged. A few files are used again: finding fresh pages for
a file costs the kernel more than the copy of the bytes.
"""

from __future__ import annotations

import mmap
import os
import tempfile
import weakref
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from parquay.errors import is_full
from parquay.storage.chunks import Buffers, StoreFault

SPARE_FILES = 3
"""Files that are kept to be used again: as many as one upload has, filling, waiting and being put."""


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
    """A run of an upload's bytes from ``start`` on."""

    def __init__(self, files: GatheringFiles, start: int) -> None:
        """Gather in one of ``files``.

        Raises:
            OSError: it cannot be made.
        """
        self.start = self.end = start
        self._files = files
        self._file: IO[bytes] | None = files.take()
        self._handle = self._file.fileno()

    def write(self, buffers: Buffers, position: int) -> int:
        """Put bytes at ``position``; fewer written than given: the disk is full.

        Raises:
            StoreFault: the disk refused them.
        """
        assert self.start <= position <= self.end, "bytes come in order"
        written = 0
        for buffer in buffers:
            view = memoryview(buffer)
            while view:
                try:
                    count = os.pwrite(self._handle, view, position + written - self.start)
                except OSError as error:
                    if is_full(error):
                        return self._grown(position + written, written)
                    raise StoreFault(f"The disk refused bytes: {error.strerror}.") from error
                written += count
                view = view[count:]
        return self._grown(position + written, written)

    def _grown(self, end: int, written: int) -> int:
        self.end = max(self.end, end)
        return written

    def read(self, start: int, size: int) -> bytes:
        """Return bytes that are there."""
        return os.pread(self._handle, min(size, self.end - start), start - self.start)

    @contextmanager
    def mapped(self, start: int, end: int) -> Iterator[memoryview]:
        """Lend the bytes from ``start`` to ``end``, of which there is at least one, without a copy."""
        assert self._file is not None, "a mapping of no file would be zeros"
        with (
            mmap.mmap(self._handle, end - self.start, access=mmap.ACCESS_READ) as mapping,
            memoryview(mapping) as whole,
            whole[start - self.start :] as view,
        ):
            yield view

    def truncate(self, end: int) -> None:
        """Forget everything past ``end``."""
        self.end = min(self.end, max(end, self.start))

    def close(self) -> None:
        """Give the bytes up; once, for the file is another's then."""
        file, self._file, self._handle = self._file, None, -1
        if file is not None:
            self._files.give(file)
