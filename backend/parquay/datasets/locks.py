"""Locks of a dataset's directory, also against other processes: one writer, and readers of versions that must stay."""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Iterator
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
    """Keep the parts of a version from being deleted for as long as it is read."""
    folder = directory / HOLDS
    folder.mkdir(exist_ok=True)
    handle = os.open(folder / str(version), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_SH)
        yield
    finally:
        os.close(handle)


def is_held(directory: Path, version: int) -> bool:
    """Whether somebody holds a version; a file that nobody holds any more is removed."""
    path = directory / HOLDS / str(version)
    try:
        handle = os.open(path, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        if not _locked(handle, fcntl.LOCK_EX):
            return True
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        return False
    finally:
        os.close(handle)


def _locked(handle: int, how: int) -> bool:
    try:
        fcntl.flock(handle, how | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
