"""The catalog's connections: many short reads, and one writer with group commit.

A process hands its writes to one thread. While a transaction is being committed the next writes gather,
and all of them go into one transaction: sixty-four uploads that finish together cost one sync of the
write-ahead log, and two writers of one process never meet a lock. A write is a function of a session; it
must not have effects outside it, because it runs again alone when a neighbour in its group fails.
"""

from __future__ import annotations

import asyncio
import logging
import queue
import sqlite3
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any, TypeVar

from sqlalchemy import Engine, event, text
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlmodel import Session, create_engine

from parquay.errors import Unavailable
from parquay.telemetry import commit_seconds

T = TypeVar("T")
Write = Callable[[Session], T]

GROUP_LIMIT = 256
"""Most writes in one transaction."""

BUSY_SECONDS = 30
"""How long SQLite waits for another process's transaction."""

SAFE_SQLITE = (3, 51, 3)
"""Older builds may corrupt a WAL when two connections write and checkpoint at once."""

BELLS = "bells"
"""Key in ``session.info``: names of bells to ring after the commit, such as ``events`` or ``jobs``."""

log = logging.getLogger(__name__)


def sqlite_module() -> ModuleType:
    """Return a SQLite driver whose library is at least ``SAFE_SQLITE``.

    Raises:
        RuntimeError: neither the standard library's nor the bundled build is new enough.
    """
    if sqlite3.sqlite_version_info >= SAFE_SQLITE:
        return sqlite3
    if sys.platform == "linux":
        import pysqlite3

        if pysqlite3.sqlite_version_info >= SAFE_SQLITE:
            module: ModuleType = pysqlite3
            return module
    raise RuntimeError(f"SQLite {'.'.join(map(str, SAFE_SQLITE))} or newer is needed, found {sqlite3.sqlite_version}")


def ring(session: Session, bell: str) -> None:
    """Ring ``bell`` once the transaction of ``session`` is committed."""
    session.info.setdefault(BELLS, set()).add(bell)


class Catalog:
    """One database, seen from one process."""

    def __init__(self, url: str, *, durable: bool = True, readers: int = 8) -> None:
        """Connect lazily to ``url``; ``durable`` commits survive power loss, others a crash of the process."""
        self.url = url
        self._reader = _engine(url, durable=durable, writes=False, size=readers)
        self._writer = _engine(url, durable=durable, writes=True, size=1)
        self._bells: dict[str, list[Callable[[], None]]] = {}
        self._queue: queue.SimpleQueue[tuple[Write[Any], Future[Any]] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._starting = threading.Lock()

    @property
    def engine(self) -> Engine:
        """The engine that migrations run on."""
        return self._writer

    def on_bell(self, bell: str, callback: Callable[[], None]) -> None:
        """Call ``callback`` in the writer's thread after each commit that rang ``bell``."""
        self._bells.setdefault(bell, []).append(callback)

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Open a short read-only session. Objects stay readable after it.

        Raises:
            Unavailable: the database cannot be reached (503).
        """
        try:
            with Session(self._reader, expire_on_commit=False) as session:
                yield session
        except DBAPIError as error:
            raise _unavailable(error) from error

    def submit(self, write: Write[T]) -> Future[T]:
        """Queue ``write``; the future resolves with its result once it is committed."""
        future: Future[T] = Future()
        self._ensure_writer()
        self._queue.put((write, future))
        return future

    def write(self, write: Write[T]) -> T:
        """Run ``write`` in a transaction and wait for its commit (not on the event loop)."""
        return self.submit(write).result()

    async def awrite(self, write: Write[T]) -> T:
        """Run ``write`` in a transaction and wait for its commit without blocking the event loop."""
        return await asyncio.wrap_future(self.submit(write))

    def probe(self) -> None:
        """Write and read one value.

        Raises:
            Unavailable: the database does not answer.
        """
        self.write(lambda session: session.execute(text("UPDATE secret SET name = name WHERE name = ''")))

    def close(self) -> None:
        """Finish queued writes and disconnect."""
        thread = self._thread
        if thread is not None:
            self._queue.put(None)
            thread.join()
            self._thread = None
        self._reader.dispose()
        self._writer.dispose()

    def _ensure_writer(self) -> None:
        if self._thread is None:
            with self._starting:
                if self._thread is None:
                    self._thread = threading.Thread(target=self._write_loop, name="catalog-writer", daemon=True)
                    self._thread.start()

    def _write_loop(self) -> None:
        stopping = False
        while not stopping:
            group: list[tuple[Write[Any], Future[Any]]] = []
            item = self._queue.get()
            while item is not None:
                if item[1].set_running_or_notify_cancel():  # from here on its caller cannot call it back
                    group.append(item)
                if len(group) == GROUP_LIMIT or self._queue.empty():
                    break
                item = self._queue.get()
            stopping = item is None
            if group:
                self._commit_group(group)

    def _commit_group(self, group: list[tuple[Write[Any], Future[Any]]]) -> None:
        try:
            self._settle(group, self._run([write for write, _ in group]))
        except Exception as error:  # noqa: BLE001  whatever failed belongs to the future of its write
            if len(group) == 1:
                group[0][1].set_exception(_unavailable(error) if isinstance(error, DBAPIError) else error)
                return
            for member in group:
                self._commit_group([member])

    def _run(self, writes: list[Write[Any]]) -> tuple[list[Any], set[str]]:
        started = time.perf_counter()
        with Session(self._writer, expire_on_commit=False) as session, session.begin():
            results = [_alone(session, write) for write in writes]
            bells: set[str] = session.info.pop(BELLS, set())
        commit_seconds.observe(time.perf_counter() - started)
        return results, bells

    def _settle(self, group: list[tuple[Write[Any], Future[Any]]], outcome: tuple[list[Any], set[str]]) -> None:
        results, bells = outcome
        for (_, future), result in zip(group, results, strict=True):
            future.set_result(result)
        for callback in (callback for bell in bells for callback in self._bells.get(bell, ())):
            try:
                callback()
            except Exception:
                log.exception("bell failed")


def _alone(session: Session, write: Write[T]) -> T:
    """Run a write; what it loaded is not kept, so that its neighbour in the group reads what the rows are then."""
    result = write(session)
    session.flush()
    session.expunge_all()
    return result


def _unavailable(error: Exception) -> Exception:
    if isinstance(error, OperationalError):
        return Unavailable("The database does not answer.", "database_unavailable", retry_after=2)
    return error


def _engine(url: str, *, durable: bool, writes: bool, size: int) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_size=size, max_overflow=size, pool_pre_ping=True)
    path = url.partition("///")[2]
    if path:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
    engine = create_engine(
        url,
        module=sqlite_module(),
        pool_size=size,
        max_overflow=size,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA temp_store=MEMORY")

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine
