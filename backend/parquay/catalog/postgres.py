"""PostgreSQL as the catalog, kept to the promises that SQLite makes by itself.

Writes of all processes follow one another: each transaction that writes takes one advisory lock first. So a write that
looks and then changes needs no lock of its own, and numbers that the database counts up become visible in their
order, on which whoever reads on from the last number relies. A session that reads sees one moment. Texts are compared
byte by byte (the migrations say so), and notifications reach other processes by NOTIFY.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable
from datetime import UTC
from typing import Any

from sqlalchemy import Connection, Engine, Select, event, func, make_url, select, text
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlmodel import create_engine

from parquay.catalog.notifications import CHANNELS, Heard

WRITER = int.from_bytes(b"parquay", "big")
"""The advisory lock of whoever writes."""

CHANNEL = "parquay"
"""PostgreSQL's channel for the notifications of all of ours."""

BEGUN = "begun"
"""Key in ``connection.info`` of a write: when it began, by the clock of the database."""

CONNECTION = {
    "application_name": "parquay",
    "client_encoding": "utf8",
    "connect_timeout": 5,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 20_000,
}
"""Parameters of a connection (seconds, the last one milliseconds) unless the URL has others: a server that vanishes
is noticed within seconds, where the operating system would wait for hours."""

BUSY_SECONDS = 30
"""How long a write waits for those of other processes."""

LISTEN_SECONDS = 0.5
"""How soon a listener notices that it shall end."""

RECONNECT_SECONDS = 1.0

NUL, SHOWN_NUL = "\0", "\u2400"
"""PostgreSQL's texts cannot hold NUL: it is kept as the sign that stands for it."""

log = logging.getLogger(__name__)


class UnusableDatabase(ValueError):
    """The database that was asked for cannot be used; says why in one line."""


def engine(url: str, *, durable: bool, writes: bool, size: int) -> Engine:
    """Return an engine with ``size`` connections; ``writes``: its transactions exclude each other.

    Raises:
        UnusableDatabase: the URL is none, or the driver is missing.
    """
    try:
        asked = make_url(url)
        made = create_engine(
            asked,
            pool_size=size,
            max_overflow=size,
            pool_pre_ping=True,
            isolation_level="READ COMMITTED" if writes else "REPEATABLE READ",
            use_native_hstore=False,
            connect_args={name: value for name, value in CONNECTION.items() if name not in asked.query},
        )
        from psycopg.types.string import StrDumperUnknown
    except ImportError:
        raise UnusableDatabase("the driver for PostgreSQL is missing (pip install 'parquay[postgres]')") from None
    except (ArgumentError, ValueError) as error:
        raise UnusableDatabase(f"this is no URL of a database ({error})") from None

    class AnyText(StrDumperUnknown):
        def dump(self, obj: str) -> Any:
            return super().dump(obj.replace(NUL, SHOWN_NUL))

    @event.listens_for(made, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.adapters.register_dumper(str, AnyText)
        connection.read_only = not writes

    if writes:
        one_at_a_time = _one_at_a_time(durable=durable)

        @event.listens_for(made, "begin")
        def _begin(connection: Connection) -> None:
            connection.info[BEGUN] = connection.execute(one_at_a_time).one()[-1].astimezone(UTC)

    return made


def _one_at_a_time(*, durable: bool) -> Select[Any]:
    """What every transaction that writes begins with; the settings hold until its end, and so does the lock.

    Its last value is the time at which the lock was had.
    """
    return select(
        func.set_config("lock_timeout", f"{BUSY_SECONDS}s", True),
        func.set_config("synchronous_commit", "on" if durable else "off", True),
        func.pg_advisory_xact_lock(WRITER),
        func.clock_timestamp(),
    )


def check(connection: Connection) -> None:
    """Refuse a database that cannot hold every text.

    Raises:
        UnusableDatabase: its encoding is not UTF-8.
    """
    encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8":
        raise UnusableDatabase(f"the database must be made with ENCODING 'UTF8', this one has {encoding}")


def notification(name: str, channels: Iterable[str]) -> Select[Any]:
    """Return the statement that notifies others once its transaction is committed, in the name ``name``."""
    return select(func.pg_notify(CHANNEL, " ".join([name, *sorted(channels)])))


class NotifyListener:
    """A `Notifier` that hears others by LISTEN, in a thread and on a connection of its own, which it makes anew."""

    def __init__(self, engine: Engine, name: str) -> None:
        """``name``: whose notifications are not heard, because they are made here."""
        self._engine = engine
        self._name = name
        self._heard: Heard = lambda _channels: None
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="catalog-listener", daemon=True)

    def notify(self, channels: Iterable[str]) -> None:
        """Do nothing: the transaction itself notifies others, see `notification`."""

    def subscribe(self, heard: Heard) -> None:
        """Call ``heard`` with the channels of others; with all of them whenever some may have been missed."""
        self._heard = heard
        self._thread.start()

    def close(self) -> None:
        """End the thread and its connection."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._ended.is_set():
            try:
                self._listen()
            except (SQLAlchemyError, self._engine.dialect.loaded_dbapi.Error) as error:
                log.warning("notifications of other processes are not heard", extra={"fields": {"error": str(error)}})
                self._ended.wait(RECONNECT_SECONDS)

    def _listen(self) -> None:
        pooled = self._engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()
        try:
            connection.autocommit = True
            connection.execute(f"LISTEN {CHANNEL}")
            self._heard(CHANNELS)
            while not self._ended.is_set():
                for notified in connection.notifies(timeout=LISTEN_SECONDS):
                    name, *channels = notified.payload.split()
                    if name != self._name:
                        self._heard(channels)
        finally:
            connection.close()
