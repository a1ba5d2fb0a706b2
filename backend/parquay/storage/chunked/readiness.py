"""Whether an object store takes objects, known without asking it each time, and within seconds though it is silent."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from parquay.errors import ParquayError
from parquay.storage.chunks import StoreFault

FRESH_SECONDS = 3.0
"""How long what was found holds."""

WAIT_SECONDS = 2.5
"""How long is waited for an answer of the object store."""


class Readiness:
    """Tries a store when nothing is known of it, one try at a time; uploads that succeed or fail tell as much."""

    def __init__(self, attempt: Callable[[], None]) -> None:
        """``attempt``: puts and deletes an object, or raises."""
        self._attempt = attempt
        self._lock = threading.Lock()
        self._known: ParquayError | None = None
        self._until = 0.0
        self._running: threading.Event | None = None

    def note(self, fault: ParquayError | None) -> None:
        """Remember how the store is: ``fault``, or None for well."""
        with self._lock:
            self._known, self._until = fault, time.monotonic() + FRESH_SECONDS

    def check(self) -> None:
        """Refuse a store that takes no objects (blocking for some seconds at most).

        Raises:
            ParquayError: it is faulty, or does not answer.
        """
        with self._lock:
            if time.monotonic() >= self._until and self._running is None:
                self._running = threading.Event()
                threading.Thread(target=self._try, args=(self._running,), name="readiness", daemon=True).start()
            running = self._running
        if running is not None and not running.wait(WAIT_SECONDS):
            raise StoreFault("The object store does not answer.", retry_after=5)
        if self._known is not None:
            raise type(self._known)(self._known.detail, self._known.code, retry_after=self._known.retry_after)

    def _try(self, done: threading.Event) -> None:
        try:
            self._attempt()
        except ParquayError as error:
            self.note(error)
        else:
            self.note(None)
        finally:
            with self._lock:
                self._running = None
            done.set()
