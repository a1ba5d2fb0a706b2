"""A worker: claims jobs one at a time, runs them under a heartbeat, gives them back in an orderly way.

A job's row is the truth. A worker that dies leaves a lease behind; others take the job when the lease runs out, or
at once when they can see on the same machine that its owner is gone. A worker that lives, but could not reach the
database when its run ended, takes its own job up again.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from functools import partial

from parquay.catalog import owners
from parquay.catalog.jobs import MAX_ATTEMPTS, JobLease, Jobs, Note
from parquay.catalog.session import Catalog
from parquay.catalog.tables import now
from parquay.errors import ParquayError, StorageFull, Unavailable, is_full

HEARTBEAT_SECONDS = 10.0
HUNG_SECONDS = 900.0
"""How long a run may stand still before it is given up, in seconds; longer than the longest single step."""
IDLE_SECONDS = 60.0
"""Within how many seconds a worker without a job looks for one again, at the latest."""
POLL_SECONDS = 1.0
"""How often the table is looked at without a notification."""

BACKOFF_SECONDS = (1.0, 5.0, 30.0, 120.0, 600.0, 3600.0)
"""Pauses before the next tries; the last one repeats."""

FULL_SECONDS = 30.0
"""Pause before a job that found no room on the disk is tried again."""

log = logging.getLogger(__name__)


class Ended(Enum):
    """How a run ended: for good, waiting for its subject to grow, or given up because the lease or worker ended."""

    DONE = "done"
    IDLE = "idle"
    ABANDONED = "abandoned"


@dataclass(frozen=True)
class Kind:
    """A kind of job: how it runs, and what to write in the job's last transaction when it is given up.

    Attributes:
        run: carries the job out; ``alive()`` False means to stop at once without publishing.
        keeps: whether a worker that leaves a job idle has it for itself for some seconds when it is woken.
        max_attempts: runs without an orderly end after which a job is given up.
        give_up: notes the failure (session, subject, code, message) inside the failing transaction.
    """

    run: Callable[[JobLease, Callable[[], bool]], Ended]
    give_up: Note
    max_attempts: int = MAX_ATTEMPTS
    keeps: bool = False


@dataclass
class _Moving:
    """When a run moved last: asked whether it may go on."""

    at: datetime = field(default_factory=now)


class Worker:
    """Runs jobs until :meth:`stop`."""

    def __init__(
        self,
        catalog: Catalog,
        jobs: Jobs,
        kinds: dict[str, Kind],
        *,
        hung: Callable[[], None] = lambda: None,
        server: int | None = None,
        moved: Callable[[float], None] = lambda _seconds: None,
        look_seconds: float = POLL_SECONDS,
        each_owner: int | None = None,
    ) -> None:
        """``hung``: called from another thread when a run hangs; it ends the process, if it is the worker's own.

        ``server``: the process that started this one: a run that ends together with it is no attempt.
        ``moved``: called whenever this worker moves, with the seconds within which it will move again.
        ``look_seconds``: how often the table is looked at without a notification.
        ``each_owner``: how many jobs of one user all workers run at a time; None: any number.
        """
        self._each_owner = each_owner
        self._moved = moved
        self._look_seconds = look_seconds
        self._hung = hung
        self._catalog = catalog
        self._jobs = jobs
        self._kinds = kinds
        self._notified = threading.Event()
        self._stopping = threading.Event()
        self.owner = owners.this_process(server)

    def _is_dead(self, owner: str) -> bool:
        """Tell whether nobody works on what ``owner`` has leased.

        This worker looks for a job when it runs none: what it has leased by then it could not give back, because the
        database was away.
        """
        return owner == self.owner or owners.is_dead(owner, one_machine=self._catalog.is_embedded)

    def wake(self) -> None:
        """Look at the table now."""
        self._notified.set()

    def stop(self) -> None:
        """End after giving the running job back."""
        self._stopping.set()
        self._notified.set()

    def run(self) -> None:
        """Work until :meth:`stop`."""
        while not self._stopping.is_set():
            self._notified.clear()
            try:
                while not self._stopping.is_set() and self.run_one():
                    pass
            except Unavailable as error:
                log.warning("catalog unavailable", extra={"fields": {"code": error.code}})
            self._notified.wait(self._look_seconds)

    def run_one(self, job_id: str | None = None) -> bool:
        """Claim the next job, or the job ``job_id``, and run it; False when there is none, or it is not due.

        Raises:
            Unavailable: the catalog does not answer (503).
        """
        kinds, each_owner = tuple(self._kinds), self._each_owner
        lease = self._jobs.claim(self.owner, kinds, self._is_dead, job_id=job_id, each_owner=each_owner)
        if lease is None:
            self._moved(IDLE_SECONDS)
            return False
        if lease.attempt > self._kinds[lease.kind].max_attempts:
            self._give_up(lease, "worker_lost", "The conversion ended its worker several times.")
            return True
        try:
            self._end(lease, self._run(lease))
        except Exception as error:
            fields = {"kind": lease.kind, "attempt": lease.attempt, "subject": lease.subject, "code": _code(error)}
            log.exception("job failed", extra={"fields": fields})
            self._retry(lease, error)
        return True

    def _run(self, lease: JobLease) -> Ended:
        lost = threading.Event()
        ended = threading.Event()
        moving = _Moving()

        def alive() -> bool:
            moving.at = now()
            self._moved(HUNG_SECONDS)
            return not lost.is_set() and not self._stopping.is_set()

        beat = threading.Thread(target=self._beat, args=(lease, lost, ended, moving), daemon=True)
        beat.start()
        self._moved(HUNG_SECONDS)
        try:
            return self._kinds[lease.kind].run(lease, alive)
        finally:
            ended.set()
            beat.join()

    def _beat(self, lease: JobLease, lost: threading.Event, ended: threading.Event, moving: _Moving) -> None:
        """Prolong the lease while the run moves; a run that hangs loses it, and its worker ends if it can be ended."""
        while not ended.wait(HEARTBEAT_SECONDS):
            if (now() - moving.at).total_seconds() > HUNG_SECONDS:
                log.critical("a run hangs", extra={"fields": {"kind": lease.kind, "subject": lease.subject}})
                self._hung()
                return
            try:
                if not self._jobs.heartbeat(lease, moving.at):
                    lost.set()
                    return
            except Unavailable:
                continue

    def _end(self, lease: JobLease, ended: Ended) -> None:
        if ended is Ended.DONE:
            self._catalog.write(partial(self._jobs.done, lease=lease))
        elif ended is Ended.IDLE:
            self._jobs.idle(lease, keep=self._kinds[lease.kind].keeps)
        else:
            self._jobs.hand_back(lease)

    def _retry(self, lease: JobLease, error: Exception) -> None:
        if is_full(error):  # there is nothing wrong with the job: it waits for room, however long
            self._jobs.retry(lease, FULL_SECONDS, _code(error), str(error)[:500], attempt=lease.attempt - 1)
            return
        if lease.attempt >= self._kinds[lease.kind].max_attempts:
            message = (
                error.detail if isinstance(error, ParquayError) else f"The conversion failed: {type(error).__name__}."
            )
            self._give_up(lease, _code(error), message)
            return
        pause = BACKOFF_SECONDS[min(lease.attempt, len(BACKOFF_SECONDS)) - 1]
        code = error.code if isinstance(error, ParquayError) else type(error).__name__
        self._jobs.retry(lease, pause, code, str(error)[:500])

    def _give_up(self, lease: JobLease, code: str, message: str) -> None:
        self._jobs.give_up(lease, code, message, self._kinds[lease.kind].give_up)


def _code(error: Exception) -> str:
    """How a failure is called. Pure."""
    if is_full(error):
        return StorageFull.default_code
    return error.code if isinstance(error, ParquayError) else "conversion_failed"
