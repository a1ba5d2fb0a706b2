"""Notifications: "look at the table", to those who subscribe to a channel, in this process and in others.

A notification carries nothing but the name of its channel: rows are true, and are looked at once a second anyway, so
one that is lost costs a second. It goes out when the transaction is committed that makes it worth looking. What carries
it to other processes is a `Notifier`: the database itself, the pipes of a server's children, or what has its methods.

Progress is a channel of each file. It is not kept anywhere: how far a file is stands in its own row.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Sequence
from functools import partial
from typing import Protocol

EVENTS, JOBS, FETCHES = "events", "jobs", "fetches"
CHANNELS = (EVENTS, JOBS, FETCHES)
"""Every channel: the table of events has grown, the table of jobs has something to do, also for who fetches files."""

_PROGRESS = "progress:"
"""What the channel of a file's progress begins with."""

Heard = Callable[[Collection[str]], None]
"""Is called with names of channels."""

log = logging.getLogger(__name__)


def progress_of(file_id: str) -> str:
    """Return the channel of the progress of a file. Pure."""
    return _PROGRESS + file_id


def is_progress(channel: str) -> bool:
    """Tell whether it is the channel of the progress of a file. Pure."""
    return channel.startswith(_PROGRESS)


class Notifier(Protocol):
    """Carries notifications between processes."""

    def notify(self, channels: Collection[str]) -> None:
        """Notify the other processes. Never waits for them, never fails; may be called from any thread."""
        ...

    def subscribe(self, heard: Heard) -> None:
        """Begin to hear others, once; with all ``CHANNELS`` where some may have been missed. From any thread."""
        ...

    def close(self) -> None:
        """End hearing."""
        ...


class Notifications:
    """The subscribers of this process, and what carries their notifications to others."""

    def __init__(self, otherwise: Notifier | None = None) -> None:
        """``otherwise``: notifies other processes while nothing is attached."""
        self._otherwise = otherwise
        self._callbacks: dict[str, list[Callable[[], None]]] = {}
        self._on_progress: list[Callable[[Sequence[str]], None]] = []
        self._notifiers: list[tuple[Notifier, bool]] = []

    def subscribe(self, channel: str, callback: Callable[[], None]) -> None:
        """Call ``callback`` at each notification of ``channel``, in the thread that brings it."""
        self._callbacks.setdefault(channel, []).append(callback)

    def subscribe_progress(self, callback: Callable[[Sequence[str]], None]) -> None:
        """Call ``callback`` with the ids of files that have come further, in the thread that brings it."""
        self._on_progress.append(callback)

    def attach(self, notifier: Notifier, *, relays: bool = False) -> None:
        """Notify and hear other processes by ``notifier``; ``relays``: what others notify goes out by it too."""
        self._notifiers.append((notifier, relays))
        notifier.subscribe(partial(self._heard, notifier))

    def notify(self, channels: Collection[str]) -> None:
        """Notify everybody of what is committed."""
        self._dispatch(channels)
        for notifier, _ in self._notifiers:
            notifier.notify(channels)
        if self._otherwise is not None and not self._notifiers:
            self._otherwise.notify(channels)

    def close(self) -> None:
        """End hearing others."""
        for notifier, _ in self._notifiers:
            notifier.close()
        self._notifiers.clear()
        if self._otherwise is not None:
            self._otherwise.close()

    def _heard(self, source: Notifier, channels: Collection[str]) -> None:
        self._dispatch(channels)
        for notifier, relays in self._notifiers:
            if relays and notifier is not source:
                notifier.notify(channels)

    def _dispatch(self, channels: Collection[str]) -> None:
        moved = [channel.removeprefix(_PROGRESS) for channel in channels if is_progress(channel)]
        calls = [callback for channel in channels for callback in self._callbacks.get(channel, ())]
        if moved:
            calls += [partial(callback, moved) for callback in self._on_progress]
        for call in calls:
            try:
                call()
            except Exception:
                log.exception("a subscriber failed")
