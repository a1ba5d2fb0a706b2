"""Reading an upload's file, also while another file takes its place."""

from __future__ import annotations

import os
from pathlib import Path

from parquay.errors import StorageFull
from parquay.storage.chunks import BytesMissing

COPY_BYTES = 8 << 20
"""Bytes that are in memory at once while a file is copied."""


class LocalReader:
    """An open file, or none for an upload that never got a byte."""

    def __init__(self, path: Path) -> None:
        """Open ``path``.

        Raises:
            OSError: it is there and cannot be opened.
        """
        self._path = path
        self._handle = _opened(path)

    def read_at(self, offset: int, size: int) -> bytes:
        """Return up to ``size`` bytes from ``offset``.

        A file without a name was replaced before any byte was promised that it lacks, or that its late writer changes:
        so it is enough to look after the bytes were read.
        """
        data = self._pread(offset, size)
        while self._is_replaced():
            data = self._pread(offset, size)
        return data

    def _pread(self, offset: int, size: int) -> bytes:
        return b"" if self._handle is None else os.pread(self._handle, size, offset)

    def _is_replaced(self) -> bool:
        """Go on in the file that has the name now; False where that is the open one, or none: the upload is removed."""
        if self._handle is None or os.fstat(self._handle).st_nlink:
            return False
        successor = _opened(self._path)
        if successor is None:
            return False
        self.close()
        self._handle = successor
        return True

    def copy_to(self, target: int, position: int, size: int) -> None:
        """Copy the first ``size`` bytes into the file ``target`` at ``position``.

        Raises:
            BytesMissing: the file is shorter.
        """
        done = 0
        while done < size:
            some = self.read_at(done, min(COPY_BYTES, size - done))
            if not some:
                raise BytesMissing("A part has fewer bytes than promised.")
            if os.pwrite(target, some, position + done) != len(some):
                raise StorageFull("The disk is full.")
            done += len(some)

    def close(self) -> None:
        """Close the file."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def _opened(path: Path) -> int | None:
    try:
        return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
