"""Notifications between processes through a server that all of them reach, by two threads of each process.

Both connect anew by themselves. While there is no connection, notifications are lost, as any may be: what they would
have said is found when the tables are looked at anyway.
"""

from __future__ import annotations

import contextlib
import logging
import math
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Protocol

from parquay.catalog.notifications import CHANNELS, Heard, is_progress

LISTEN_SECONDS = 0.5
"""How soon a listener notices that it shall end."""

RECONNECT_SECONDS, RENEW_SECONDS = 1.0, 0.05
"""Pauses before a connection is tried once more that could not be made, and one that broke."""

PROGRESS_SECONDS, PAUSE_SECONDS = 0.5, 0.05
"""Least time between two notifications of the progress of one upload, and of any other channel: each checkpoint of an
upload wakes the workers, and who was woken a moment ago is awake."""

log = logging.getLogger(__name__)


class Carrier(Protocol):
    """A server that carries short texts from each process to all of them.

    Attributes:
        failures: the errors of a server that is away.
        max_payload_bytes: most bytes of one text.
    """

    failures: tuple[type[Exception], ...]
    max_payload_bytes: int

    def connect(self) -> Any:
        """Return a connection of its own, to be closed; raises one of `failures`."""

    def listen(self, connection: Any) -> None:
        """Begin to hear; what is said from now on is not missed."""

    def hear(self, connection: Any) -> Iterable[str]:
        """Yield the texts that come within `LISTEN_SECONDS`."""

    def say(self, connection: Any, payload: str) -> None:
        """Send a text to all who listen."""


class OutgoingChannels:
    """The channels that are to be notified, each once and no more often than allowed."""

    def __init__(self) -> None:
        self._waiting: set[str] = set()
        self._sent_at: dict[str, float] = {}

    def add(self, channels: Iterable[str]) -> None:
        """Notify ``channels`` when it is time for them."""
        self._waiting.update(channels)

    def due(self, moment: float) -> set[str]:
        """Take what may be notified at ``moment`` (s, of a clock that only goes on)."""
        recent = {channel: at for channel, at in self._sent_at.items() if moment - at < _pause_of(channel)}
        found = self._waiting - recent.keys()
        self._waiting -= found
        self._sent_at = recent | dict.fromkeys(found, moment)
        return found

    def seconds_left(self, moment: float) -> float | None:
        """How long after ``moment`` the next one may be notified; None when none waits."""
        return min((self._sent_at[each] + _pause_of(each) - moment for each in self._waiting), default=None)


def _pause_of(channel: str) -> float:
    return PROGRESS_SECONDS if is_progress(channel) else PAUSE_SECONDS


def payloads(name: str, channels: Iterable[str], max_bytes: int) -> Iterator[str]:
    """Yield texts of at most ``max_bytes`` that name process ``name`` and ``channels``. Pure."""
    payload = name
    for channel in sorted(channels):
        if len(payload) + 1 + len(channel) > max_bytes:
            yield payload
            payload = name
        payload += f" {channel}"
    if payload != name:
        yield payload


class ThreadedNotifier:
    """A `Notifier` with a thread that notifies others and one that hears them."""

    def __init__(self, carrier: Carrier, name: str) -> None:
        """``name``: whose notifications are not heard, because they are made here."""
        self._carrier = carrier
        self._name = name
        self._heard: Heard = lambda _channels: None
        self._ended = threading.Event()
        self._lock = threading.Lock()
        self._outgoing = OutgoingChannels()
        self._more = threading.Event()
        self._threads: dict[str, threading.Thread] = {}

    def notify(self, channels: Iterable[str]) -> None:
        """Notify the other processes soon. A notification that cannot be sent is lost, as any may be."""
        with self._lock:
            self._outgoing.add(channels)
            self._start("catalog-notifier", self._send)
        self._more.set()

    def subscribe(self, heard: Heard) -> None:
        """Call ``heard`` with the channels of others; with all of them whenever some may have been missed."""
        self._heard = heard
        with self._lock:
            self._start("catalog-listener", self._listen)

    def close(self) -> None:
        """End the threads and their connections, after what is to be notified by now."""
        self._ended.set()
        self._more.set()
        for thread in list(self._threads.values()):
            thread.join()

    def _start(self, name: str, work: Callable[[Any], None]) -> None:
        if name not in self._threads and not self._ended.is_set():
            self._threads[name] = threading.Thread(target=self._run, args=(work,), name=name, daemon=True)
            self._threads[name].start()

    def _run(self, work: Callable[[Any], None]) -> None:
        while True:
            pause = RECONNECT_SECONDS
            try:
                with contextlib.closing(self._carrier.connect()) as connection:
                    pause = RENEW_SECONDS
                    work(connection)
            except self._carrier.failures as error:
                fields = {"thread": threading.current_thread().name, "error": str(error)}
                log.warning("notifications are not carried between processes", extra={"fields": fields})
                self._ended.wait(pause)
            if self._ended.is_set():
                return

    def _listen(self, connection: Any) -> None:
        self._carrier.listen(connection)
        self._heard(CHANNELS)
        while not self._ended.is_set():
            for payload in self._carrier.hear(connection):
                name, *channels = payload.split()
                if name != self._name:
                    self._heard(channels)

    def _send(self, connection: Any) -> None:
        pause: float | None = 0.0
        while True:
            self._more.wait(pause)
            self._more.clear()
            with self._lock:
                due = self._outgoing.due(math.inf if self._ended.is_set() else time.monotonic())
                pause = self._outgoing.seconds_left(time.monotonic())
            try:
                for payload in payloads(self._name, due, self._carrier.max_payload_bytes):
                    self._carrier.say(connection, payload)
            except self._carrier.failures:  # by the next connection, then
                self.notify(due)
                raise
            if self._ended.is_set():
                return
