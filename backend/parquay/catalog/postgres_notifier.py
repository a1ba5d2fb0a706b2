"""Notifications between processes by PostgreSQL's LISTEN and NOTIFY, on two connections of their own.

A NOTIFY is no part of the transaction that it tells of: commits with a NOTIFY in them follow one another in all of a
cluster. What is committed meanwhile goes out with the next one, and the progress of one upload twice a second at most.
"""

from __future__ import annotations

import contextlib
import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from parquay.catalog.notifications import CHANNELS, Heard, is_progress

CHANNEL = "parquay"
"""PostgreSQL's channel for the notifications of all of ours."""

LISTEN_SECONDS = 0.5
"""How soon a listener notices that it shall end."""

RECONNECT_SECONDS, RENEW_SECONDS = 1.0, 0.05
"""Pauses before a connection is tried once more that could not be made, and one that broke."""

PROGRESS_SECONDS = 0.5
"""Least time between two notifications of the progress of one upload."""

MAX_PAYLOAD_BYTES = 7000
"""Most bytes of one notification; PostgreSQL takes 7,999."""

log = logging.getLogger(__name__)


class OutgoingChannels:
    """The channels that are to be notified, each once; those of progress no more often than allowed."""

    def __init__(self) -> None:
        self._waiting: set[str] = set()
        self._sent_at: dict[str, float] = {}

    def add(self, channels: Iterable[str]) -> None:
        """Notify ``channels`` when it is time for them."""
        self._waiting.update(channels)

    def due(self, moment: float) -> set[str]:
        """Take what may be notified at ``moment`` (s, of a clock that only goes on)."""
        recent = {channel: at for channel, at in self._sent_at.items() if moment - at < PROGRESS_SECONDS}
        found = {channel for channel in self._waiting if channel not in recent}
        self._waiting -= found
        self._sent_at = recent | {channel: moment for channel in found if is_progress(channel)}
        return found

    def __bool__(self) -> bool:
        return bool(self._waiting)


def payloads(name: str, channels: Iterable[str]) -> Iterator[str]:
    """Yield what PostgreSQL carries of ``channels`` in the name of process ``name``. Pure."""
    payload = name
    for channel in sorted(channels):
        if len(payload) + 1 + len(channel) > MAX_PAYLOAD_BYTES:
            yield payload
            payload = name
        payload += f" {channel}"
    if payload != name:
        yield payload


class PostgresNotifier:
    """A `Notifier` with a thread that notifies others and one that hears them; both connect anew by themselves."""

    def __init__(self, engine: Engine, name: str) -> None:
        """``name``: whose notifications are not heard, because they are made here."""
        self._engine = engine
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
        failures = (SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error)
        while True:
            pause = RECONNECT_SECONDS
            try:
                with contextlib.closing(self._connect()) as connection:
                    pause = RENEW_SECONDS
                    work(connection)
            except failures as error:
                fields = {"thread": threading.current_thread().name, "error": str(error)}
                log.warning("notifications are not carried between processes", extra={"fields": fields})
                self._ended.wait(pause)
            if self._ended.is_set():
                return

    def _connect(self) -> Any:
        pooled = self._engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()
        connection.autocommit = True
        return connection

    def _listen(self, connection: Any) -> None:
        connection.execute(f"LISTEN {CHANNEL}")
        self._heard(CHANNELS)
        while not self._ended.is_set():
            for notified in connection.notifies(timeout=LISTEN_SECONDS):
                name, *channels = notified.payload.split()
                if name != self._name:
                    self._heard(channels)

    def _send(self, connection: Any) -> None:
        # What is lost with this transaction is only a notification: nobody waits for its sync.
        connection.execute("SET synchronous_commit = off")
        while True:
            self._more.wait(PROGRESS_SECONDS if self._outgoing else None)
            self._more.clear()
            with self._lock:
                due = self._outgoing.due(time.monotonic())
            try:
                for payload in payloads(self._name, due):
                    connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, payload))
            except connection.OperationalError:  # by the next connection, then
                self.notify(due)
                raise
            if self._ended.is_set():
                return
