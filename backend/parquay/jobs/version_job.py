"""What the kinds of job share that make a version of a table: what cannot be done is the job's result."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from parquay.catalog.jobs import JobLease
from parquay.catalog.version_jobs import VersionJobs, error_json
from parquay.datasets.query.engine import Cancelled
from parquay.errors import Busy, Damaged, ParquayError, StorageFull, Unavailable
from parquay.jobs.worker import Ended

REPORT_SECONDS = 0.5
"""How often a run tells how far it is."""


def run(jobs: VersionJobs, lease: JobLease, make: Callable[[], int]) -> Ended:
    """Have ``make`` return the version that it makes, unless an earlier run has ended.

    Raises:
        Unavailable, Busy, StorageFull: another try may work.
    """
    from parquay.ingest.convert.pipeline import JobLost

    if not {"version", "error"}.isdisjoint(lease.payload):
        return Ended.DONE
    try:
        done: dict[str, Any] = {"version": make()}
    except (JobLost, Cancelled):
        return Ended.ABANDONED
    except ParquayError as error:
        if isinstance(error, Unavailable | Busy | StorageFull) and not isinstance(error, Damaged):
            raise
        done = {"error": error_json(error)}
    return Ended.DONE if jobs.report(lease, done) else Ended.ABANDONED


class RunProgress:
    """Reports how far a run is, now and then, and whether it may go on."""

    def __init__(self, jobs: VersionJobs, lease: JobLease, alive: Callable[[], bool]) -> None:
        self._jobs = jobs
        self._lease = lease
        self._alive = alive
        self._reported = time.monotonic()

    def __call__(self, done: int, rows: int) -> bool:
        """Note ``done`` bytes and ``rows``; False when the run is to stop."""
        if time.monotonic() - self._reported >= REPORT_SECONDS:
            self._reported = time.monotonic()
            if not self._jobs.report(self._lease, {"bytes": done, "rows": rows}):
                return False
        return self._alive()
