"""A folder for what one process needs on the disk and nobody else: it goes with the process, or by the next one."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from parquay.storage.local import reserve

KEPT_FREE = 4 * reserve.RESERVE
"""Bytes of the volume that no scratch folder is to take."""


class ProcessScratch:
    """The folder ``<name>-<process>`` below another."""

    def __init__(self, parent: Path, name: str) -> None:
        self._name = name
        self.folder = parent / f"{name}-{os.getpid()}"

    def open(self) -> Path:
        """Make the folder, and remove those of processes that are gone."""
        for folder in self.folder.parent.glob(f"{self._name}-*"):
            number = folder.name.removeprefix(f"{self._name}-")
            if number.isdigit() and not _is_alive(int(number)):
                shutil.rmtree(folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self.folder

    @contextmanager
    def fresh(self) -> Iterator[Path]:
        """A new folder below it, which goes with the context."""
        with tempfile.TemporaryDirectory(dir=self.open()) as folder:
            yield Path(folder)

    def free(self) -> int:
        """Return the bytes that may be put there, which can be less than none."""
        return shutil.disk_usage(self.folder).free - KEPT_FREE

    def close(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)


def _is_alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
