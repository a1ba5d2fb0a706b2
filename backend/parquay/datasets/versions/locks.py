"""Locks of a dataset's directory, also against other processes: one writer, and readers of versions that must stay."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from parquay.errors import Busy

LOCK_SECONDS = 60.0
"""How long a commit waits for another one of the same dataset."""
HOLDS = "_holds"
"""Folder beside the parts: a file for each version that somebody reads for long."""


@contextmanager
def alone(directory: Path) -> Iterator[None]:
    """Be the only writer of a dataset.

    Raises:
        Busy: ``table_busy``, another one did not come to an end (423).
        FileNotFoundError: the directory is gone.
    """
    handle = os.open(directory, os.O_RDONLY | os.O_CLOEXEC)
    try:
        end, pause = time.monotonic() + LOCK_SECONDS, 0.001
        while not _locked(handle, fcntl.LOCK_EX):
            if time.monotonic() > end:
                raise Busy("Others are changing this table; try again.", "table_busy", retry_after=5)
            time.sleep(pause)
            pause = min(2 * pause, 0.05)
        yield
    finally:
        os.close(handle)


@contextmanager
def held(directory: Path, version: int) -> Iterator[None]:
    """Keep the parts of a version from being deleted for as long as it is read.

    Whoever deletes them waits no more, see `claimed`: look whether they are there before relying on it.
    """
    path = directory / HOLDS / str(version)
    path.parent.mkdir(exist_ok=True)
    handle = _open_shared(path)
    try:
        yield
    finally:
        os.close(handle)


def _open_shared(path: Path) -> int:
    while True:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_SH)
            if _is_at(handle, path):
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)  # of a file that was removed before it was locked: nobody would find this lock


def _is_at(handle: int, path: Path) -> bool:
    try:
        return os.path.samestat(os.fstat(handle), path.stat())
    except FileNotFoundError:
        return False


@contextmanager
def claimed(directory: Path, versions: Iterable[int]) -> Iterator[list[int]]:
    """Yield those of ``versions`` that nobody holds; who wants to hold one of them meanwhile waits for the end."""
    with contextlib.ExitStack() as claims:
        free = []
        for version in versions:
            path = directory / HOLDS / str(version)
            path.parent.mkdir(exist_ok=True)
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            claims.callback(os.close, handle)
            if _locked(handle, fcntl.LOCK_EX) and _is_at(handle, path):
                claims.callback(path.unlink, missing_ok=True)
                free.append(version)
        yield free


def _locked(handle: int, how: int) -> bool:
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
