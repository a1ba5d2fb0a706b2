"""The engine for tables beyond one machine: a Spark Connect server, which reads their Delta logs by itself.

It is asked about tables that are too large for the engine in this process: for aggregates and groups, for what
statements aggregate, and in which parts the rows of an export or of a statement are. Rows themselves are read here.
Spark and Sail speak this protocol. Where it does not answer, the engine in this process does, as far as a table is not
hopeless for it.
"""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as Waited
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

from parquay.datasets.query import spark_sql
from parquay.datasets.query.engine import TICK, CancelToken
from parquay.datasets.query.memo import AnswerCache
from parquay.datasets.query.plan import Query
from parquay.datasets.versions.snapshot import Snapshot
from parquay.errors import QueryTimeout, Unavailable
from parquay.telemetry import engine_up

if TYPE_CHECKING:
    import pyarrow as pa

MIN_ROWS = 5_000_000_000
"""From so many rows on: 16 cores read three columns of 300 million rows a second, so longer than 15 s."""
MIN_BYTES = 30_000_000_000
"""From so many bytes of parts on: 10 Gbit/s bring them to a machine in 25 s."""
HOPELESS = 10
"""A table of so many times that is not read in this process, even if nobody else does."""
PARTS_TOGETHER = 64
"""Parts that one statement looks through."""
REMEMBERED = 64
"""Filters whose parts are remembered."""
REST_SECONDS = 30.0
"""How long an engine that failed is left alone."""

PORT = 15002
"""Where Spark Connect listens unless it is said."""
REACH_SECONDS = 3.0
"""How long a connection may take."""

_log = logging.getLogger(__name__)


class EngineAway(Exception):
    """It does not answer now."""


class SparkEngine:
    """One Spark Connect server; may be used by many threads."""

    def __init__(
        self,
        url: str,
        *,
        min_rows: int = MIN_ROWS,
        min_bytes: int = MIN_BYTES,
        connect: Callable[[str], Any] | None = None,
    ) -> None:
        """``connect``: makes a session of the URL; by default with Spark's client."""
        self._url = url
        self._min_rows, self._min_bytes = min_rows, min_bytes
        self._connect = connect or _connected
        self._reach = _reached if connect is None else _is_reached
        self._session: Any = None
        self._lock = threading.Lock()
        self._threads = ThreadPoolExecutor(4, thread_name_prefix="spark")
        self._away_until = 0.0
        engine_up.set(1)
        self._narrowed = AnswerCache(REMEMBERED)

    def is_up(self) -> bool:
        """Whether it answered when it was asked last, or was not asked yet."""
        return time.monotonic() >= self._away_until

    def takes(self, snapshot: Snapshot) -> bool:
        """Whether a table is large enough to be asked of it."""
        return self._reaches(snapshot, 1)

    def table(
        self, snapshot: Snapshot, query: Query, selected: str | None, stop: CancelToken, tail: str = ""
    ) -> pa.Table | None:
        """Answer a query of a large table (blocking); None: the engine in this process is to do it.

        Raises:
            Unavailable: ``engine_unavailable`` (503), nobody can answer it now.
            QueryTimeout: ``query_timeout`` (408).
            Cancelled: `stop` was set.
        """
        if not self.takes(snapshot) or selected is None or not spark_sql.can_ask(snapshot, query):
            return None
        if (found := self._answers([spark_sql.statement(snapshot, query, selected, tail)], stop)) is not None:
            return found[0]
        if self._reaches(snapshot, HOPELESS):
            detail = "The engine for very large tables does not answer, and this one is too large without it."
            raise Unavailable(detail, "engine_unavailable", retry_after=int(REST_SECONDS))
        return None

    def narrowed(self, snapshot: Snapshot, query: Query, stop: CancelToken) -> Snapshot:
        """Return a version of a large table with those parts alone that have rows for ``query`` (blocking).

        It is the version itself where that is not known, and where the engine does not answer: reading all parts here
        finds the same rows.

        Raises:
            QueryTimeout: ``query_timeout`` (408).
            Cancelled: `stop` was set.
        """
        asked = spark_sql.askable(query)
        if not asked.conditions or not self.takes(snapshot):
            return snapshot
        key = (snapshot.dataset_id, snapshot.version, asked.filter_key)
        try:
            parts = self._narrowed.get(key, lambda: self._matching(snapshot, asked, stop))
        except EngineAway:
            return snapshot
        return replace(snapshot, parts=tuple(snapshot.parts[i] for i in parts))

    def _matching(self, snapshot: Snapshot, query: Query, stop: CancelToken) -> list[int]:
        indexes = range(len(snapshot.parts))
        some = (indexes[first : first + PARTS_TOGETHER] for first in range(0, len(indexes), PARTS_TOGETHER))
        found = self._answers([spark_sql.matches(snapshot, query, each) for each in some], stop)
        if found is None:
            raise EngineAway
        return sorted(row["part"] for table in found for row in table.to_pylist() if row["n"])

    def _answers(self, statements: Sequence[str], stop: CancelToken) -> list[pa.Table] | None:
        """What it answers; None: it does not."""
        if not self.is_up():
            return None
        tag = f"parquay-{uuid4().hex}"
        asked = [self._threads.submit(self._ask, each, tag) for each in statements]
        try:
            found = [self._waited(each, stop) for each in asked]
        except QueryTimeout:
            raise
        except Exception as error:  # noqa: BLE001  its client has no one kind of error, and the engine here can do it
            stop.check()
            self._leave(error)
            return None
        finally:
            late = [each for each in asked if not (each.done() or each.cancel())]
            if late:
                self._interrupt(tag)
        engine_up.set(1)
        return found

    def _reaches(self, snapshot: Snapshot, times: int) -> bool:
        return snapshot.rows >= times * self._min_rows or snapshot.size >= times * self._min_bytes

    def _interrupt(self, tag: str) -> None:
        """Have it end what nobody waits for any more; in a thread of its own, since those for statements are taken."""
        session = self._session

        def end() -> None:
            with suppress(Exception):  # it is away, or has just answered
                session.interruptTag(tag)

        if session is not None:
            threading.Thread(target=end, name="spark-interrupt", daemon=True).start()

    def _ask(self, statement: str, tag: str) -> pa.Table:
        self._reach(self._url)
        with self._lock:
            if self._session is None:
                self._session = self._connect(self._url)
            session = self._session
        session.clearTags()  # they are those of this thread
        session.addTag(tag)
        found: pa.Table = session.sql(statement).toArrow()
        return found

    def _waited(self, asked: Future[pa.Table], stop: CancelToken) -> pa.Table:
        while True:
            try:
                return asked.result(timeout=TICK)
            except Waited:
                if asked.done():
                    raise
            stop.check()
            if time.monotonic() > stop.deadline:
                raise QueryTimeout("The query took too long. A filter makes it smaller.", "query_timeout")

    def _leave(self, error: Exception) -> None:
        """Leave it alone for a while, and begin with a new session then."""
        _log.warning("the engine for large tables failed", extra={"fields": {"error": str(error)[:500]}})
        engine_up.set(0)
        with self._lock:
            self._session = None
        self._away_until = time.monotonic() + REST_SECONDS

    def close(self) -> None:
        """Let go of it."""
        self._threads.shutdown(wait=False, cancel_futures=True)


def _reached(url: str) -> None:
    """See whether somebody listens: Spark's client would try again for minutes.

    Raises:
        OSError: nobody does.
    """
    found = urlsplit(url)
    socket.create_connection((found.hostname or "", found.port or PORT), timeout=REACH_SECONDS).close()


def _is_reached(_url: str) -> None:
    return


def _connected(url: str) -> Any:
    from pyspark.sql import SparkSession

    session = SparkSession.builder.remote(url).create()
    session.conf.set("spark.sql.session.timeZone", "UTC")
    return session
