"""One sync for all files of a volume (`syncfs(2)`): for many small ones it costs less than theirs one by one.

Linux tells since 5.8 when anything on the volume could not be written since it was opened; where that is not so,
each file has to be synced for itself.
"""

from __future__ import annotations

import ctypes
import os
import platform
import re
from pathlib import Path

MIN_KERNEL = (5, 8)


class VolumeSync:
    """The volume that a directory is on."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._handle: int | None = None

    def __del__(self) -> None:
        if self._handle is not None:
            os.close(self._handle)

    @property
    def is_watched(self) -> bool:
        """Whether :meth:`sync` can be relied on for what was written since :meth:`watch`."""
        return self._handle is not None

    def watch(self) -> None:
        """Have faults told from now on, if the system can.

        Raises:
            OSError: the directory cannot be opened.
        """
        if self._handle is None and tells_faults():
            self._handle = os.open(self._directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def sync(self) -> None:
        """Make everything that was written to the volume survive power loss.

        Raises:
            OSError: something on the volume could not be written since the last call, or it is not watched.
        """
        handle = -1 if self._handle is None else self._handle
        if ctypes.CDLL(None, use_errno=True).syncfs(handle) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))


def tells_faults(system: str = platform.system(), release: str = platform.release()) -> bool:
    """Tell whether a kernel's `syncfs` reports what it could not write."""
    found = re.match(r"(\d+)\.(\d+)", release)
    return system == "Linux" and found is not None and (int(found[1]), int(found[2])) >= MIN_KERNEL
