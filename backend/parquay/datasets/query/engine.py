"""The engine that answers what must be looked for: DuckDB, in this process, over the parts of a version.

It holds no data of its own. It may read the folder of the parts and nothing else, has so much memory and no more (what
does not fit is spilled), and a query ends when its time is over or nobody waits for it any more. It is started with
the first query, because importing it takes longer than the start of the server.
"""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from parquay.datasets.query.memo import AnswerCache
from parquay.datasets.query.sql import MatchingValues, PartFiles, Sql
from parquay.datasets.query.text_matches import matching
from parquay.errors import Gone, InvalidValue, QueryTimeout, TooLarge, Unavailable
from parquay.storage.local import reserve
from parquay.storage.local.scratch import ProcessScratch

if TYPE_CHECKING:
    import duckdb
    import pyarrow as pa

TICK = 0.02
"""Seconds between two looks at the clock while a query runs."""
REMEMBERED = 64
"""Filters on what is written whose values are remembered."""
SPILL = 20_000_000_000
"""Most bytes that queries put on the disk."""
MIB = 1 << 20
MIN_SPILL = 64 * MIB
"""What queries may put on any disk: more than fits is refused when it comes."""
BROKEN = ("FatalException", "InternalException")
"""Errors after which the engine answers nothing any more, and is started anew."""


class Cancelled(Exception):
    """Nobody waits for the answer any more."""


class CancelToken:
    """Tells running queries that nobody waits for them, and when their time is over. May be set from any thread.

    Attributes:
        deadline: when an answer of several queries must be there, by `time.monotonic`.
    """

    def __init__(self) -> None:
        self._event = threading.Event()
        self.deadline = math.inf

    def until(self, deadline: float) -> CancelToken:
        """The same token for queries that together have to end at ``deadline``."""
        token = CancelToken()
        token._event = self._event
        token.deadline = min(deadline, self.deadline)
        return token

    def cancel(self) -> None:
        """End the query, now or as soon as it begins."""
        self._event.set()

    @property
    def cancelled(self) -> bool:
        """Whether it was set."""
        return self._event.is_set()

    def check(self) -> None:
        """Raise `Cancelled` if it was set."""
        if self.cancelled:
            raise Cancelled


class Engine:
    """Runs queries; may be used by many threads."""

    def __init__(
        self, fetched: Path, scratch: Path, *, seconds: float = 30.0, memory: int = 512 * MIB, queries: int = 8
    ) -> None:
        """Read what `Objects.fetch` puts below ``fetched``, spill below ``scratch``.

        ``seconds``: time of a query; ``memory``: bytes for all of them together; ``queries``: so many at once.
        """
        self._fetched = fetched
        self._scratch = ProcessScratch(scratch, "queries")
        self.seconds = seconds
        self._memory = memory
        self._slots = threading.BoundedSemaphore(queries)
        self._starting = threading.Lock()
        self._root: duckdb.DuckDBPyConnection | None = None
        self._watch = _Watch()
        self._matches = AnswerCache(REMEMBERED)

    def timed(self, stop: CancelToken | None = None) -> CancelToken:
        """A token for an answer that needs several queries, which together have the time of one."""
        return (stop or CancelToken()).until(time.monotonic() + self.seconds)

    def table(self, query: Sql, stop: CancelToken | None = None) -> pa.Table:
        """Answer a query (blocking).

        Raises:
            QueryTimeout: ``query_timeout`` (408).
            TooLarge: ``query_too_large`` (413), it needs more memory and disk than queries may have.
            Unavailable: ``queries_busy`` (503), too many others run.
            InvalidValue: ``bad_value`` (422), a value is outside of what a type can hold.
            Gone: ``version_gone`` (410), a part of the version was removed meanwhile.
            Damaged: ``part_missing``, ``part_damaged`` (503).
            Cancelled: `stop` was set.
        """
        stop = self.timed(stop)
        deadline = stop.deadline
        with ExitStack() as fetched:
            values = [self._bound(value, fetched, stop) for value in query.values]
            with self._slot(deadline), self._cursor() as cursor, self._watch.over(cursor, deadline, stop):
                return cursor.sql(query.text, params=values).to_arrow_table()

    def _bound(self, value: Any, fetched: ExitStack, stop: CancelToken) -> Any:
        """A value of a query as the engine takes it: files by their paths, as long as `fetched` is open."""
        if isinstance(value, PartFiles):
            return [str(path) for path in fetched.enter_context(value.parts.fetch(value.names))]
        if isinstance(value, MatchingValues):
            files = tuple(each.names for each in value.asked.values if isinstance(each, PartFiles))
            key = files, value.column, value.test
            return self._matches.get(key, lambda: matching(value.column, value.test, self.table(value.asked, stop)))
        return value

    @contextmanager
    def _slot(self, deadline: float) -> Iterator[None]:
        if not self._slots.acquire(timeout=max(0.0, deadline - time.monotonic())):
            raise Unavailable("Too many queries run. Try again.", "queries_busy", retry_after=1)
        try:
            yield
        finally:
            self._slots.release()

    @contextmanager
    def _cursor(self) -> Iterator[duckdb.DuckDBPyConnection]:
        with self._starting:
            if self._root is None:
                self._root = self._start()
            cursor = self._root.cursor()
        try:
            yield cursor
        except Exception as error:
            if type(error).__name__ in BROKEN:
                self._root = None
            raise
        finally:
            cursor.close()

    def _start(self) -> duckdb.DuckDBPyConnection:
        import duckdb

        scratch = self._scratch.open()
        root = duckdb.connect(
            config={
                "memory_limit": f"{max(1, self._memory // MIB)}MiB",
                "temp_directory": str(scratch),
                "max_temp_directory_size": f"{min(SPILL, max(MIN_SPILL, self._scratch.free())) // MIB}MiB",
            }
        )
        root.execute("SET parquet_metadata_cache = true")
        root.execute("SET python_enable_replacements = false")
        root.execute("SET GLOBAL TimeZone = 'UTC'")
        root.execute("SET allowed_directories = ?", [[str(self._fetched)]])
        root.execute("SET enable_external_access = false")
        root.execute("SET lock_configuration = true")
        return root

    def close(self) -> None:
        """Let go of memory and of what was spilled."""
        with self._starting:
            if self._root is not None:
                self._root.close()
                self._root = None
        self._watch.close()
        self._scratch.close()


class _Watch:
    """One thread that interrupts queries whose time is over, and those that nobody waits for."""

    def __init__(self) -> None:
        self._running: dict[int, tuple[Any, float, CancelToken]] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    @contextmanager
    def over(self, cursor: Any, deadline: float, stop: CancelToken) -> Iterator[None]:
        stop.check()
        with self._changed:
            self._running[id(cursor)] = (cursor, deadline, stop)
            self._begin()
            self._changed.notify()
        try:
            with _named(stop):
                yield
        finally:
            with self._changed:
                del self._running[id(cursor)]

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._look, name="queries", daemon=True)
            self._thread.start()

    def _look(self) -> None:
        while True:
            with self._changed:
                while not self._running and not self._closed:
                    self._changed.wait()
                if self._closed:
                    return
                now = time.monotonic()
                # Again and again: an interrupt that comes before the engine has begun is forgotten by it.
                for cursor in [each for each, end, stop in self._running.values() if now > end or stop.cancelled]:
                    cursor.interrupt()
            time.sleep(TICK)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()


@contextmanager
def _named(stop: CancelToken) -> Iterator[None]:
    """Give the engine's errors our names."""
    import duckdb

    try:
        yield
    except duckdb.InterruptException:
        stop.check()
        raise QueryTimeout("The query took too long. A filter makes it smaller.", "query_timeout") from None
    except duckdb.OutOfMemoryException:
        raise TooLarge("The query needs more memory than queries may have.", "query_too_large") from None
    except (duckdb.ConversionException, duckdb.OutOfRangeException):
        raise InvalidValue("A value is outside of what its type can hold.", "bad_value") from None
    except duckdb.IOException as error:
        if "No space left" in str(error):
            raise reserve.full() from None
        raise Gone("Parts of this version were removed.", "version_gone") from None
