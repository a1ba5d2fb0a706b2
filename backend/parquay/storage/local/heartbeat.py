"""Files in which workers say until when they are sure to have moved again, for checks of their health.

Each process has one, ``<host>-<pid>``, with a moment in seconds since 1970. A process that is gone, hangs or no longer
reaches the database writes none, and the moment passes.
"""

from __future__ import annotations

import os
import socket
import time
from contextlib import suppress
from pathlib import Path

FOLDER = "workers"
"""Where the files are, in the data directory."""

PAUSE_SECONDS = 1.0
"""Between two writes of a process, whatever happens meanwhile."""


class HeartbeatFile:
    """The file of this process; of each of its children after a fork."""

    def __init__(self, root: Path) -> None:
        """``root``: the data directory. What other processes of this machine left there before is forgotten."""
        self._folder = root / FOLDER
        self._next = 0.0
        for file in _files(self._folder):
            file.unlink(missing_ok=True)

    def beat(self, seconds: float) -> None:
        """Say that this process moves again within ``seconds``; a full disk keeps it from saying so, and no more."""
        moment = time.monotonic()
        if moment < self._next:
            return
        self._next = moment + PAUSE_SECONDS
        file = self._folder / f"{socket.gethostname()}-{os.getpid()}"
        with suppress(OSError):
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            draft = file.with_name(f".{file.name}")
            draft.write_text(f"{time.time() + seconds:.0f}", encoding="ascii")
            draft.replace(file)


def is_beating(root: Path) -> bool:
    """Tell whether a worker of this machine on the data directory ``root`` has moved as it said."""
    return any(_moment(file) > time.time() for file in _files(root / FOLDER))


def _files(folder: Path) -> list[Path]:
    return list(folder.glob(f"{socket.gethostname()}-*"))


def _moment(file: Path) -> float:
    try:
        return float(file.read_text(encoding="ascii"))
    except (OSError, ValueError):
        return 0.0
