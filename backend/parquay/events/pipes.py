"""Notifications between a server and its children, on the pipes that these hang on: a line for each channel.

Down a child's standard input come the notifications of others, and its end tells the child that the server is gone,
whatever killed it. Up its standard output go the child's own.
"""

from __future__ import annotations

import os
import select
import sys
import threading
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress

READ_BYTES = 4096

WRITE_CHANNELS = 50
"""Most channels that are written at once: what is no longer than 4 KiB goes down a pipe in one piece."""


def encoded(channels: Iterable[str]) -> bytes:
    """Return the lines that stand for ``channels`` on a pipe. Pure."""
    return "".join(f"{channel}\n" for channel in channels).encode("ascii")


class ChannelLines:
    """Puts the lines together again that come out of a pipe."""

    def __init__(self) -> None:
        self._begun = b""

    def channels(self, data: bytes) -> list[str]:
        """Return the channels whose lines end in ``data``, each once."""
        *lines, self._begun = (self._begun + data).split(b"\n")
        return list(dict.fromkeys(line.decode("ascii", "replace") for line in lines))


class ParentPipe:
    """A child's end of the pipes: a `Notifier` that hears what the server passes on."""

    def notify(self, channels: Iterable[str]) -> None:
        """Notify the server, which tells its other children. A server that does not read misses it."""
        pipe = sys.stdout.fileno()
        with suppress(OSError):  # it is gone, and so are we in a moment
            waiting = list(channels)
            for start in range(0, len(waiting), WRITE_CHANNELS):
                if select.select((), (pipe,), (), 0)[1]:
                    os.write(pipe, encoded(waiting[start : start + WRITE_CHANNELS]))

    def subscribe(self, heard: Callable[[Collection[str]], None]) -> None:
        """Call ``heard`` with what comes down the pipe, and end this process at once when the server is gone."""
        lines = ChannelLines()

        def read() -> None:
            while data := os.read(sys.stdin.fileno(), READ_BYTES):
                heard(lines.channels(data))
            os._exit(0)

        threading.Thread(target=read, name="parent", daemon=True).start()

    def close(self) -> None:
        """Do nothing: the thread ends with the process."""
