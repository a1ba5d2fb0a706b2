"""Ending together with the process that started this one, also when that one was killed."""

from __future__ import annotations

import os
import signal
import threading
import time

INTERVAL = 0.5
"""Seconds between two looks at the parent."""


def end_with_parent(parent: int) -> None:
    """Send this process SIGTERM, so that it drains, once its parent is not process `parent` any more.

    The id is told from outside: a parent that died before this call would not be missed.
    """

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(INTERVAL)
        os.kill(os.getpid(), signal.SIGTERM)

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
