"""Room on the disk: some of it is the catalog's, so that people can sign in and delete when nothing else fits."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from parquay.errors import StorageFull, is_full

RESERVE = 16 << 20
"""Bytes of a volume that no upload and no part may take."""


def refuse_full(directory: Path, size: int = 0) -> None:
    """Refuse to write ``size`` bytes more where they would eat into the reserve.

    Raises:
        StorageFull: (507).
    """
    found = os.statvfs(directory)
    if found.f_bavail * found.f_frsize < RESERVE + size:
        raise full()


@contextmanager
def full_named() -> Iterator[None]:
    """Give the operating system's refusal for want of room its name.

    Raises:
        StorageFull: (507).
    """
    try:
        yield
    except OSError as error:
        if is_full(error):
            raise full() from error
        raise


def full() -> StorageFull:
    """The error of a disk that takes no more."""
    return StorageFull("There is no room left on the server.", retry_after=60)
