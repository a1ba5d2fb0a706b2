"""Notifications between processes by PostgreSQL's LISTEN and NOTIFY, on connections of their own.

A NOTIFY is no part of the transaction that it tells of: commits with a NOTIFY in them follow one another in all of a
cluster. What is committed meanwhile goes out with the next one, and the progress of one upload twice a second at most.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from parquay.catalog.threaded_notifier import LISTEN_SECONDS

CHANNEL = "parquay"
"""PostgreSQL's channel for the notifications of all of ours."""


class PostgresCarrier:
    """A `Carrier`: the database itself, which takes 7,999 bytes of a notification."""

    max_payload_bytes = 7000

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.failures: tuple[type[Exception], ...] = (SQLAlchemyError, engine.dialect.loaded_dbapi.Error)

    def connect(self) -> Any:
        """Return a connection of its own."""
        pooled = self._engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()
        connection.autocommit = True
        # What is lost with a transaction is only a notification: nobody waits for its sync.
        connection.execute("SET synchronous_commit = off")
        return connection

    def listen(self, connection: Any) -> None:
        """Begin to hear."""
        connection.execute(f"LISTEN {CHANNEL}")

    def hear(self, connection: Any) -> Iterable[str]:
        """Yield the texts that come within `LISTEN_SECONDS`."""
        return (notified.payload for notified in connection.notifies(timeout=LISTEN_SECONDS))

    def say(self, connection: Any, payload: str) -> None:
        """Send a text to all who listen."""
        connection.execute("SELECT pg_notify(%s, %s)", (CHANNEL, payload))
