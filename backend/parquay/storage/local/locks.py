"""Who may write to an upload's file: one lock for each file, and one for the names of all.

The lock of a file dies with the process that has it, but not while that process is paused. Then whoever owns the upload
by now puts a copy in the file's place, and late bytes go into a file without a name. Nobody may do that who has lost
the upload meanwhile, and nobody may write to a file that has lost its name: both look while they have the lock of the
names, for which nobody waits long.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from parquay.errors import Busy

POLL_SECONDS = 0.02
NAME = ".names"
"""The file that is locked while names of files change hands."""


def lock(handle: int, deadline: float) -> None:
    """Lock an open file, at ``deadline`` (by the monotonic clock) at the latest.

    Raises:
        Busy: another writer has it (423).
    """
    while True:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= deadline:
                raise Busy("Another request is writing to this upload.", retry_after=1) from None
            time.sleep(POLL_SECONDS)
        else:
            return


@contextmanager
def names(root: Path) -> Iterator[None]:
    """Have the lock of all names below ``root``."""
    handle = os.open(root / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def is_named(root: Path, handle: int, path: Path) -> bool:
    """Tell whether an open file is still the one at ``path``."""
    with names(root):
        try:
            return os.path.samestat(os.fstat(handle), path.stat())
        except FileNotFoundError:
            return False
