"""The kind of job that turns a file into a table."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from parquay.catalog.files import CONVERT
from parquay.catalog.jobs import Lease
from parquay.datasets import log
from parquay.ingest.follow import Follower, Outcome
from parquay.jobs.liveness import Liveness
from parquay.jobs.worker import Ended, Kind, Worker
from parquay.wiring import Parts

_ENDED = {Outcome.DONE: Ended.DONE, Outcome.IDLE: Ended.IDLE, Outcome.GONE: Ended.ABANDONED}


def worker(parts: Parts) -> Worker:
    """Return a worker that converts files."""
    log.warm_up()
    follower = Follower(
        segments=parts.segments,
        store=parts.store,
        parquet_dir=parts.parquet,
        emit=parts.events.emit,
        publish=parts.publisher.publish,
    )

    def convert(lease: Lease, alive: Callable[[], bool]) -> Ended:
        return _ENDED[follower.advance(lease.subject, alive=alive, fence=partial(parts.jobs.fence, lease=lease))]

    kinds = {CONVERT: Kind(convert, parts.files.fail)}
    return Worker(parts.catalog, parts.jobs, kinds, Liveness(parts.workers))
