"""Notifications between a server and its children, on the pipes that these hang on: a byte for each channel.

Down a child's standard input come the notifications of others, and its end tells the child that the server is gone,
whatever killed it. Up its standard output go the child's own.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import suppress

READ_BYTES = 4096

_BYTES = {"events": b"e", "jobs": b"j"}


def encoded(channels: Iterable[str]) -> bytes:
    """Return what stands for ``channels`` on a pipe. Pure."""
    return b"".join(_BYTES[channel] for channel in channels)


def decoded(data: bytes) -> list[str]:
    """Return the channels that what came out of a pipe stands for. Pure."""
    return [channel for channel, byte in _BYTES.items() if byte in data]


class ParentPipe:
    """A child's end of the pipes: a `Notifier` that hears what the server passes on."""

    def notify(self, channels: Iterable[str]) -> None:
        """Notify the server, which tells its other children."""
        with suppress(OSError):  # it is gone, and so are we in a moment
            os.write(sys.stdout.fileno(), encoded(channels))

    def subscribe(self, heard: Callable[[Iterable[str]], None]) -> None:
        """Call ``heard`` with what comes down the pipe, and end this process at once when the server is gone."""

        def read() -> None:
            while data := os.read(sys.stdin.fileno(), READ_BYTES):
                heard(decoded(data))
            os._exit(0)

        threading.Thread(target=read, name="parent", daemon=True).start()

    def close(self) -> None:
        """Do nothing: the thread ends with the process."""
