"""The catalog's connections: many short reads, and one writer with group commit.

A process hands its writes to one thread. While a transaction is being committed the next writes gather,
and all of them go into one transaction: sixty-four uploads that finish together cost one sync of the
write-ahead log, and two writers of one process never meet a lock. A write is a function of a session; it
must not have effects outside it, because it runs again alone when a neighbour in its group fails, or when
another process was quicker, see `postgres`. A write that looks and then changes has to lock what it looks at.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlmodel import Session

from parquay.catalog import postgres, sqlite
from parquay.catalog.notifications import Notifications
from parquay.catalog.postgres_notifier import PostgresCarrier
from parquay.catalog.tables import now
from parquay.catalog.threaded_notifier import Carrier, ThreadedNotifier
from parquay.catalog.transactions import CHANNELS, CONNECTION, DRIVER, Together, Write, run_writes
from parquay.errors import Unavailable
from parquay.ids import new_id
from parquay.telemetry import commit_seconds

T = TypeVar("T")
R = TypeVar("R")

GROUP_LIMIT = 256
"""Most writes in one transaction."""

CLOCK = "clock"
"""Key in ``session.info`` of a write: the time by the clock of the database, once it was asked."""

TRIES = 5
"""How often a write runs that other processes get in the way of."""

log = logging.getLogger(__name__)


class _HeldConnection(NamedTuple):
    """What the writes of a SQLite database run on for as long as it is open.

    To take a connection from the pool and to make a session costs more than the rows of a small upload.
    """

    connection: Connection
    session: Session
    driver: sqlite.Driver


class _Queued(NamedTuple):
    write: Write[Any] | Together
    future: Future[Any]
    durable: bool = True
    owner_id: str = ""


def connection_of(session: Session) -> Connection:
    """Return the connection of a write, which is in its transaction without the session having to begin one."""
    connection: Connection = session.info[CONNECTION]
    return connection


def driver_of(session: Session) -> sqlite.Driver | None:
    """Return SQLite's driver for the inserts of a write; None: the database is another one."""
    driver: sqlite.Driver | None = session.info[DRIVER]
    return driver


def database_now(session: Session) -> datetime:
    """Return the time of a session by the clock of the database, which all machines share."""
    connection = session.info.get(CONNECTION) or session.connection()
    if connection.dialect.name == "sqlite":
        return now()
    if CLOCK not in session.info:
        session.info[CLOCK] = postgres.clock(connection)
    moment: datetime = session.info[CLOCK]
    return moment


def note_clock(session: Session, moment: datetime) -> None:
    """Note that the clock of the database stands at ``moment``: a statement of the transaction told it."""
    session.info[CLOCK] = moment


def alone(session: Session, name: str) -> None:
    """Let no other transaction that asks for ``name`` run beside this one: it looks whether something is there yet.

    SQLite's transactions have no other beside them anyway.
    """
    connection = connection_of(session)
    if connection.dialect.name != "sqlite":
        postgres.alone(connection, name)


def notify(session: Session, channel: str) -> None:
    """Notify the subscribers of ``channel``, in every process, once the transaction of ``session`` is committed."""
    session.info.setdefault(CHANNELS, set()).add(channel)


class Catalog:
    """One database, seen from one process."""

    def __init__(self, url: str, *, durable: bool = True, readers: int = 8, carrier: Carrier | None = None) -> None:
        """Connect lazily to ``url``; ``durable`` commits survive power loss, others a crash of the process.

        ``carrier``: carries notifications to other processes in place of the database.

        Raises:
            UnusableDatabase: the URL is none, or the driver of its database is missing.
        """
        self.url = url
        self.is_embedded = url.startswith("sqlite")
        engine = sqlite.engine if self.is_embedded else postgres.engine
        self._reader = engine(url, durable=durable, writes=False, size=readers)
        self._writer = engine(url, durable=durable, writes=True, size=1)
        self._light_writer = engine(url, durable=False, writes=True, size=1)
        self._held: dict[Engine, _HeldConnection] = {}
        """Of the thread that writes."""
        self._listens = False
        self._notifier = None
        if not self.is_embedded:
            self._notifier = ThreadedNotifier(carrier or PostgresCarrier(self._reader), new_id())
        self.notifications = Notifications(self._notifier)
        self._queue: queue.SimpleQueue[_Queued | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    @property
    def engine(self) -> Engine:
        """The engine that migrations run on."""
        return self._writer

    def listen(self) -> None:
        """Hear the notifications of other processes, if the database carries them. SQLite does not."""
        if self._notifier is not None and not self._listens:
            self._listens = True
            self.notifications.attach(self._notifier, relays=True)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a short read-only session. Objects stay readable after it.

        Raises:
            Unavailable: the database cannot be reached (503).
        """
        try:
            with Session(self._reader, expire_on_commit=False) as session:
                yield session
        except (DBAPIError, PoolTimeout) as error:
            raise _unavailable(error) from error

    def submit(self, write: Write[T] | Together, *, durable: bool = True, owner_id: str = "") -> Future[T]:
        """Queue ``write``; the future resolves with its result once it is committed.

        ``durable``: False where a power cut may take it, which is as quick as a commit without a sync.
        ``owner_id``: whose total of bytes it changes. Processes change those of several in one order.
        """
        self._ensure_writer()
        queued = _Queued(write, Future(), durable=durable, owner_id=owner_id)
        self._queue.put(queued)
        return queued.future

    def write(self, write: Write[T]) -> T:
        """Run ``write`` in a transaction and wait for its commit (not on the event loop)."""
        return self.submit(write).result()

    async def awrite(self, write: Write[T], *, owner_id: str = "") -> T:
        """Run ``write`` in a transaction and wait for its commit without blocking the event loop; see `submit`."""
        return await asyncio.wrap_future(self.submit(write, owner_id=owner_id))

    async def awrite_together(self, run: Callable[[Session, list[R]], list[T]], row: R, *, owner_id: str = "") -> T:
        """Run a write for many with this ``row`` among those that others ask for now, and return its answer.

        Rows stand in the order in which they were asked for. See `awrite`.
        """
        made: Future[T] = self.submit(Together(run, row), owner_id=owner_id)
        return await asyncio.wrap_future(made)

    def probe(self) -> None:
        """Write and read one value.

        Raises:
            Unavailable: the database does not answer.
        """
        self.write(lambda session: session.execute(text("UPDATE secret SET name = name WHERE name = ''")))

    def faults(self, *, full: bool) -> list[str]:
        """What is wrong with the file of the database; none of a database that is no file of ours.

        ``full``: compare every index with its table too.
        """
        return sqlite.faults(self._reader, full=full) if self.is_embedded else []

    def copy(self, path: Path) -> None:
        """Copy an embedded catalog to a new file, as it is at one moment, while it is being written to (blocking)."""
        sqlite.copy(self._reader, path)

    def close(self) -> None:
        """Finish queued writes and disconnect."""
        thread = self._thread
        if thread is not None:
            self._queue.put(None)
            thread.join()
            self._thread = None
        for held in self._held.values():
            held.connection.close()
        self._held.clear()
        self.notifications.close()
        self._reader.dispose()
        self._writer.dispose()
        self._light_writer.dispose()

    def _ensure_writer(self) -> None:
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._write_loop, name="catalog-writer", daemon=True)
                    self._thread.start()

    def _write_loop(self) -> None:
        stopping = False
        while not stopping:
            group: list[_Queued] = []
            item = self._queue.get()
            while item is not None:
                if item.future.set_running_or_notify_cancel():  # from here on its caller cannot call it back
                    group.append(item)
                if len(group) == GROUP_LIMIT or self._queue.empty():
                    break
                item = self._queue.get()
            stopping = item is None
            if group:
                self._commit_group(group if self.is_embedded else sorted(group, key=_owner))

    def _commit_group(self, group: list[_Queued], tries: int = 1) -> None:
        try:
            engine = self._writer if any(queued.durable for queued in group) else self._light_writer
            self._resolve(group, self._run(engine, [queued.write for queued in group]))
        except Exception as error:  # noqa: BLE001  whatever failed belongs to the future of its write
            if self._is_cut_off(error):
                for queued in group:
                    queued.future.set_exception(_unavailable(error))
            elif len(group) > 1:
                for queued in group:
                    self._commit_group([queued])
            elif tries < TRIES and postgres.is_to_be_repeated(error):
                self._commit_group(group, tries + 1)
            else:
                group[0].future.set_exception(_unavailable(error))

    def _is_cut_off(self, error: Exception) -> bool:
        """Whether the server of the database went away: the group may have been committed, so it must not run again."""
        if self.is_embedded or not isinstance(error, DBAPIError):
            return False
        return error.connection_invalidated or error.statement is None  # None: while it connected or committed

    def _run(self, engine: Engine, writes: Sequence[Write[Any] | Together]) -> tuple[list[Any], set[str]]:
        started = time.perf_counter()
        if self.is_embedded:
            outcome = self._run_held(engine, writes)
        else:
            with engine.connect() as connection:
                outcome = run_writes(writes, connection, Session(connection, expire_on_commit=False))
        commit_seconds.observe(time.perf_counter() - started)
        return outcome

    def _run_held(self, engine: Engine, writes: Sequence[Write[Any] | Together]) -> tuple[list[Any], set[str]]:
        held = self._held_of(engine)
        try:
            return run_writes(writes, *held)
        except BaseException:  # a commit that fails leaves its transaction open; the pool ends it
            del self._held[engine]
            held.connection.close()
            raise

    def _held_of(self, engine: Engine) -> _HeldConnection:
        if engine not in self._held:
            connection = engine.connect()
            session = Session(connection, expire_on_commit=False)
            self._held[engine] = _HeldConnection(connection, session, sqlite.Driver(connection))
        return self._held[engine]

    def _resolve(self, group: list[_Queued], outcome: tuple[list[Any], set[str]]) -> None:
        results, channels = outcome
        for queued, result in zip(group, results, strict=True):
            queued.future.set_result(result)
        if channels:
            self.notifications.notify(channels)


def _owner(queued: _Queued) -> str:
    return queued.owner_id


def _unavailable(error: Exception) -> Exception:
    if isinstance(error, DBAPIError) and (named := sqlite.trouble_of(error.orig)):
        return named
    gone = isinstance(error, DBAPIError) and error.connection_invalidated
    if gone or isinstance(error, OperationalError | PoolTimeout):
        return Unavailable("The database does not answer.", "database_unavailable", retry_after=2)
    return error


class CatalogRows:
    """Some of the rows of a catalog, read and written through it."""

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
