"""The kind of job that tells hooks: repeated with back-off until they have heard it."""

from __future__ import annotations

from collections.abc import Callable

from parquay.catalog.hook_jobs import HOOK
from parquay.catalog.jobs import JobLease
from parquay.jobs.worker import Ended, Kind, Worker
from parquay.uploads.policy.hooks import HookedUpload
from parquay.wiring import Services

MAX_ATTEMPTS = 20
"""Tries before an event is given up: more than a day with the longest pauses."""


def worker(services: Services) -> Worker:
    """Return a worker that tells hooks."""

    def tell(lease: JobLease, alive: Callable[[], bool]) -> Ended:
        del alive
        upload = HookedUpload(**lease.payload["upload"])
        services.uploads.hooks.tell(lease.payload["event"], lease.subject, upload)
        return Ended.DONE

    kinds = {HOOK: Kind(tell, lambda *_: None, MAX_ATTEMPTS)}
    return Worker(services.catalog, services.events.jobs, kinds)
