"""What the disk of the uploads refuses, in the errors that everybody knows."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from parquay.errors import StorageFull, Unavailable, is_full
from parquay.storage.chunks import StoreFault

NO_HANDLES = (errno.EMFILE, errno.ENFILE)


class Disk(Protocol):
    """The disk as whoever writes to it sees it."""

    def free(self) -> int:
        """Return the bytes left, less the reserve."""

    def sync(self, handle: int) -> None:
        """Make an open file's bytes and size survive power loss."""

    def sync_directory(self, path: Path) -> None:
        """Make the names in a directory survive power loss."""

    def mark_faulty(self, error: OSError) -> None:
        """Remember that it lost bytes."""


@contextmanager
def mapped(disk: Disk) -> Iterator[None]:
    """Turn the operating system's refusals into ours.

    Raises:
        StorageFull: (507).
        Unavailable: ``too_many_open_files`` (503).
        StoreFault: (503).
    """
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise StorageFull("The disk is full.", retry_after=60) from error
        if error.errno in NO_HANDLES:
            raise Unavailable("Too many open files.", "too_many_open_files", retry_after=2) from error
        if error.errno == errno.EIO:
            disk.mark_faulty(error)
        raise StoreFault(f"The disk refused: {error.strerror}.") from error
