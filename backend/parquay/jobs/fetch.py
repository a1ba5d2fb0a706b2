"""The kind of job that gets files from the web: in API processes, whose receiver of uploads takes in the bytes."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from dataclasses import asdict
from functools import partial

from parquay.catalog.files import FETCH
from parquay.catalog.jobs import JobLease
from parquay.catalog.notifications import FETCHES
from parquay.errors import ParquayError, Unavailable
from parquay.jobs.worker import Ended, Kind, Worker
from parquay.tus.refusals import Refusal
from parquay.uploads.fetch.fetcher import FetchState, FetchStopped
from parquay.wiring import Services

AT_ONCE = 8
"""Files that a process fetches at once."""
EACH_OWNER = AT_ONCE // 2
"""How many of them may be one user's: sources can be slow for hours."""
MAX_ATTEMPTS = 20
"""Runs without an orderly end after which a file is given up."""
LOOK_SECONDS = 5.0
"""How often each looks at the table without a notification, in seconds."""
ALIVE_SECONDS = 0.5
"""How often a run is asked whether it may go on."""

log = logging.getLogger(__name__)


class FetchWorkers:
    """The workers of a process that fetch, each in a thread of its own; the bytes move on the loop."""

    def __init__(self, services: Services, loop: asyncio.AbstractEventLoop) -> None:
        kinds = {FETCH: Kind(_FetchJob(services, loop).run, _lost(services), MAX_ATTEMPTS)}
        self._workers = [
            Worker(services.catalog, services.events.jobs, kinds, look_seconds=LOOK_SECONDS, each_owner=EACH_OWNER)
            for _ in range(AT_ONCE)
        ]
        services.catalog.notifications.subscribe(FETCHES, self._wake)

    def start(self) -> None:
        """Begin."""
        for number, worker in enumerate(self._workers):
            threading.Thread(target=worker.run, name=f"fetch-{number}", daemon=True).start()

    def stop(self) -> None:
        """End after giving back what is being fetched."""
        for worker in self._workers:
            worker.stop()

    def _wake(self) -> None:
        for worker in self._workers:
            worker.wake()


class _FetchJob:
    def __init__(self, services: Services, loop: asyncio.AbstractEventLoop) -> None:
        self._services = services
        self._loop = loop

    def run(self, lease: JobLease, alive: Callable[[], bool]) -> Ended:
        """Fetch a file to its end; why that cannot be is noted on the file."""
        imports = self._services.uploads.imports
        running = asyncio.run_coroutine_threadsafe(self._fetch(lease), self._loop)
        try:
            _awaited(running, alive)
        except FetchStopped:
            return Ended.ABANDONED
        except Unavailable:
            raise
        except (ParquayError, Refusal) as error:
            imports.fail(lease, error.code, error.detail)
        except Exception as error:
            raise Unavailable(f"The import failed: {type(error).__name__}.", "fetch_failed") from error
        self._services.events.jobs.report(lease, {})  # a login may have stood there
        return Ended.DONE

    async def _fetch(self, lease: JobLease) -> None:
        uploads, jobs = self._services.uploads, self._services.events.jobs

        async def keep(state: FetchState) -> bool:
            return await asyncio.to_thread(jobs.report, lease, asdict(state))

        quota = await asyncio.to_thread(uploads.imports.quota, lease.subject, uploads.rules.quota)
        await uploads.fetcher.run(lease.subject, FetchState(**lease.payload), keep, quota)


def _awaited(running: Future[None], alive: Callable[[], bool]) -> None:
    """Wait for a run.

    Raises:
        FetchStopped: it may not go on.
    """
    while True:
        try:
            running.result(ALIVE_SECONDS)
        except TimeoutError:
            if running.done():
                raise
        except CancelledError:  # the process ends
            raise FetchStopped from None
        else:
            return
        if not alive():
            running.cancel()
            raise FetchStopped


def _lost(services: Services) -> Callable[..., None]:
    return partial(services.uploads.files.lose, unfinished=True)
