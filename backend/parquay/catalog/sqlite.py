"""SQLite as the catalog, the default: one file, many readers, one writer at a time over all processes."""

from __future__ import annotations

import os
import sqlite3
import sys
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DBAPIError
from sqlmodel import create_engine

from parquay.errors import Damaged, ParquayError, StorageFull
from parquay.telemetry import lost

BUSY_SECONDS = 30
"""How long SQLite waits for another process's transaction."""

STATEMENTS = 512
"""Most statements that a connection keeps prepared; one for each number of rows that are inserted together."""

FAULTS = 20
"""Most faults of a file that are reported; one bad page can lead to thousands."""

SAFE_SQLITE = (3, 51, 3)
"""Older builds may corrupt a WAL when two connections write and checkpoint at once."""


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


def trouble_of(error: BaseException | None) -> ParquayError | None:
    """What SQLite says of its file, as an error of ours; None for anything else."""
    name = getattr(error, "sqlite_errorname", "")
    if name.startswith("SQLITE_FULL"):
        return StorageFull("The disk of the database is full.", retry_after=60)
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return lost(Damaged("The catalog is damaged.", "catalog_damaged"))
    return None


def faults(made: Engine, *, full: bool) -> list[str]:
    """What SQLite's own check finds wrong with its file; ``full``: compare indexes with their tables too (slower)."""
    check = "integrity_check" if full else "quick_check"
    try:
        with made.connect() as connection:
            found = connection.exec_driver_sql(f"PRAGMA {check}({FAULTS})").scalars().all()
    except DBAPIError as error:
        if trouble_of(error.orig) is None:
            raise
        return [str(error.orig)]
    return [] if found == ["ok"] else [" ".join(str(each).split()) for each in found]


class Driver:
    """The driver under a connection of SQLAlchemy, for statements without a result.

    SQLAlchemy's context of one statement takes longer than SQLite for the rows of a small upload. Errors are
    SQLAlchemy's, as everywhere.
    """

    __slots__ = ("_execute", "_failure")

    def __init__(self, connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        self._execute = driver.execute
        self._failure = connection.dialect.loaded_dbapi.Error

    def execute(self, sql: str, parameters: Any = ()) -> None:
        """Run a statement; ``parameters``: the values of its question marks, as the driver takes them."""
        failure = self._failure
        try:
            self._execute(sql, parameters)
        except failure as error:
            raise DBAPIError.instance(None, None, error, failure) from error


def copy(made: Engine, path: Path) -> None:
    """Copy the database of an engine to a new file at ``path``, as it is at one moment, while others write to it.

    The copy is one read transaction of all pages: no writer waits for it, and what is committed meanwhile is not in it.
    """
    target = sqlite_module().connect(path)
    try:
        with made.connect() as connection:
            driver: Any = connection.connection.driver_connection
            driver.backup(target)
        target.execute("PRAGMA journal_mode=DELETE")  # one file, without a log beside it
    finally:
        target.close()


def is_open(path: Path) -> bool:
    """Tell whether any process has the database at ``path`` open: only without others its log can be given up."""
    try:
        connection = sqlite_module().connect(f"file:{quote(str(path))}?mode=rw", uri=True, timeout=0)
    except sqlite_module().OperationalError:
        return False  # there is none
    try:
        return bool(connection.execute("PRAGMA journal_mode=DELETE").fetchone()[0] != "delete")
    except sqlite_module().OperationalError as error:
        return trouble_of(error) is None
    except sqlite_module().DatabaseError:
        return False  # it is none any more
    finally:
        connection.close()


def engine(url: str, *, durable: bool, writes: bool, size: int) -> Engine:
    """Return an engine with ``size`` connections; ``writes``: its transactions exclude each other."""
    path = url.partition("///")[2]
    if path:
        Path(path).parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        # What SQLite makes beside the file gets the rights of the file.
        with suppress(OSError):  # is reported when it is opened
            os.close(os.open(path, os.O_CREAT | os.O_RDONLY | os.O_CLOEXEC, 0o600))
    made = create_engine(
        url,
        module=sqlite_module(),
        pool_size=size,
        max_overflow=size,
        connect_args={
            "check_same_thread": False,
            "timeout": BUSY_SECONDS,
            "isolation_level": None,
            "cached_statements": STATEMENTS,
        },
    )

    @event.listens_for(made, "connect")
    def _prepare(connection: Any, _record: Any) -> None:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
        connection.execute("PRAGMA foreign_keys=ON")
        connection.execute("PRAGMA temp_store=MEMORY")

    @event.listens_for(made, "begin")
    def _begin(connection: Any) -> None:
        Driver(connection).execute("BEGIN IMMEDIATE" if writes else "BEGIN")

    return made
