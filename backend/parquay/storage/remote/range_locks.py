"""Locks by name that all processes of a machine see: single bytes of one file, which the kernel frees with a process.

However many are held, it is one open file. Threads of one process share what the process has.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import os
import threading
from pathlib import Path

SPACE = 1 << 62
"""Bytes of the file that may be locked, all of them past its end; two names meet at one of them practically never."""

ALONE = -1


class RangeLocks:
    """The locks of this process in one file. Nothing here waits."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._guard = threading.Lock()
        self._handle = -1
        self._held: dict[int, int] = {}
        """At each byte how many threads share it, or `ALONE`."""

    def share(self, name: str) -> bool:
        """Have a share in a lock; False while somebody has it alone."""
        byte = byte_of(name)
        with self._guard:
            count = self._held.get(byte, 0)
            if count == ALONE or (count == 0 and not self._lock(fcntl.LOCK_SH, byte)):
                return False
            self._held[byte] = count + 1
            return True

    def take(self, name: str) -> bool:
        """Have a lock alone; False while others have it or a share in it."""
        byte = byte_of(name)
        with self._guard:
            if byte in self._held or not self._lock(fcntl.LOCK_EX, byte):
                return False
            self._held[byte] = ALONE
            return True

    def keep_shared(self, name: str) -> None:
        """Keep a share of a lock that this thread has alone."""
        byte = byte_of(name)
        with self._guard:
            assert self._held[byte] == ALONE
            self._lock(fcntl.LOCK_SH, byte)
            self._held[byte] = 1

    def release(self, name: str) -> None:
        """Give a share up, or a lock."""
        byte = byte_of(name)
        with self._guard:
            left = max(self._held[byte], 1) - 1
            if left:
                self._held[byte] = left
                return
            del self._held[byte]
            self._lock(fcntl.LOCK_UN, byte)

    def _lock(self, how: int, byte: int) -> bool:
        # The file is opened once and never closed: to close it would free every lock of this process.
        if self._handle < 0:
            self._handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.lockf(self._handle, how | (0 if how == fcntl.LOCK_UN else fcntl.LOCK_NB), 1, byte)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EAGAIN):
                return False
            raise
        return True


def byte_of(name: str) -> int:
    """The byte that stands for a name. Pure."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest()) % SPACE
