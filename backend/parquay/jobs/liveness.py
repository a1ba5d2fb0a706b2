"""Telling on one machine whether a worker is gone: each holds a file lock, which the kernel drops when it dies."""

from __future__ import annotations

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Liveness:
    """The lock files of the workers of this machine."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)

    @contextmanager
    def alive(self, owner: str) -> Iterator[None]:
        """Be seen alive as ``owner`` (host:pid:token) until the block ends or the process dies."""
        path = self._path(owner)
        handle = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            path.unlink(missing_ok=True)
            os.close(handle)

    def is_dead(self, owner: str) -> bool:
        """Tell whether ``owner`` ran on this machine and is gone; False when that cannot be known."""
        if owner.partition(":")[0] != socket.gethostname():
            return False
        path = self._path(owner)
        try:
            handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            return True
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        else:
            path.unlink(missing_ok=True)
            return True
        finally:
            os.close(handle)

    def _path(self, owner: str) -> Path:
        return self._directory / owner.replace(":", "_").replace("/", "_")
