"""PostgreSQL as the catalog: many processes write at the same time, and no lock is everybody's.

A write that looks and then changes locks the row that it looks at, or, where there is no row yet, the name of what it
is about to make (`alone`). Two that wait for each other, or make the same row, are told so by the database, and run
again (`is_to_be_repeated`). Events carry the number of their transaction, see `events`. A session that reads sees one
moment. Texts are compared byte by byte (the migrations say so), and notifications reach other processes by NOTIFY, in
transactions of their own: one with a NOTIFY in it waits for every other such.
"""

from __future__ import annotations

import math
import time
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import URL, Connection, Engine, event, func, make_url, select, text
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError
from sqlmodel import create_engine

MIGRATION = int.from_bytes(b"parquay", "big")
"""The advisory lock of whoever changes the schema."""

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
"""How long a write waits for a row or a name that another process has locked."""

RESTED_SECONDS = 0.25
"""After how long a connection is asked whether it still stands before it is used again. While checkpoints follow one
another that would be one way to the database and back in six."""

STILL_SECONDS = 30
"""How long a transaction that writes may stand still before the database ends it: its process was paused or cut off,
and nobody gets the events of later transactions before it has ended."""

REPEATED = frozenset({"23505", "40001", "40P01"})
"""What the database calls a row that is there already, a transaction that must follow another, and a deadlock."""

NUL, SHOWN_NUL = "\0", "\u2400"
"""PostgreSQL's texts cannot hold NUL: it is kept as the sign that stands for it."""


class UnusableDatabase(ValueError):
    """The database that was asked for cannot be used; says why in one line."""


def engine(url: str, *, durable: bool, writes: bool, size: int) -> Engine:
    """Return an engine with ``size`` connections; ``writes``: they may, and see what others have committed meanwhile.

    Raises:
        UnusableDatabase: the URL is none, or the driver is missing.
    """
    try:
        asked = make_url(url)
        made = create_engine(
            asked,
            pool_size=size,
            max_overflow=size,
            isolation_level="READ COMMITTED" if writes else "REPEATABLE READ",
            use_native_hstore=False,
            connect_args=_connection(asked, durable=durable, writes=writes),
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

    @event.listens_for(made, "checkin")
    def _rest(_connection: Any, record: Any) -> None:
        record.info["rests_since"] = time.monotonic()

    @event.listens_for(made, "checkout")
    def _ask(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("rests_since", math.inf) > RESTED_SECONDS:
            _ping(made, connection)

    return made


def _ping(engine: Engine, connection: Any) -> None:
    """Have the pool connect anew where a connection does not stand any more."""
    try:
        engine.dialect.do_ping(connection)
    except engine.dialect.loaded_dbapi.Error as error:
        raise DisconnectionError from error


def _connection(asked: URL, *, durable: bool, writes: bool) -> dict[str, Any]:
    """Return the parameters of a connection: ours, as far as ``asked`` has no others, and the settings of a session."""
    parameters = {name: value for name, value in CONNECTION.items() if name not in asked.query}
    settings = {"synchronous_commit": "on" if durable else "off", "lock_timeout": f"{BUSY_SECONDS}s"}
    if writes:
        settings["idle_in_transaction_session_timeout"] = f"{STILL_SECONDS}s"
    options = [f"-c {name}={value}" for name, value in settings.items()]
    own = asked.query.get("options", ())
    return parameters | {"options": " ".join([*options, *([own] if isinstance(own, str) else own)])}


def wait_for_others(connection: Connection) -> None:
    """Wait for others that change the schema, and let nobody do it until the end of this transaction."""
    connection.execute(select(func.set_config("idle_in_transaction_session_timeout", "0", True)))
    connection.execute(select(func.pg_advisory_xact_lock(MIGRATION)))


def clock(connection: Connection) -> datetime:
    """Return the time by the clock of the database, which all machines share."""
    moment: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return moment.astimezone(UTC)


def alone(connection: Connection, name: str) -> None:
    """Wait for other transactions that have locked ``name``, and lock it until the end of this one."""
    connection.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(name, 0))))


def is_to_be_repeated(error: Exception) -> bool:
    """Tell whether a transaction failed for what another one did at the same time, and would not fail again for it."""
    return isinstance(error, DBAPIError) and getattr(error.orig, "sqlstate", None) in REPEATED


def check(connection: Connection) -> None:
    """Refuse a database that cannot hold every text.

    Raises:
        UnusableDatabase: its encoding is not UTF-8.
    """
    encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8":
        raise UnusableDatabase(f"the database must be made with ENCODING 'UTF8', this one has {encoding}")
