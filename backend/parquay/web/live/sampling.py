"""The live signals: what they are, and the task that takes a sample of each once a second."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial

from parquay.catalog.duties import Duty
from parquay.catalog.jobs import Jobs
from parquay.catalog.queue import Health, Queue
from parquay.catalog.reader_blocks import Counts, total
from parquay.catalog.samples import KEEP, Samples
from parquay.catalog.session import Catalog
from parquay.errors import ParquayError
from parquay.events.redis_samples import RedisSamples
from parquay.telemetry import jobs_late, jobs_stuck, jobs_troubled, jobs_waiting, reader_blocks, registry
from parquay.uploads.receive.takeover import WriterRegistry

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Signal:
    """A series of one value a second."""

    name: str
    unit: str
    description: str


SIGNALS = {
    each.name: each
    for each in (
        Signal("ingest_rate", "B/s", "Bytes of uploads made durable in this second."),
        Signal("active_uploads", "uploads", "Uploads that are receiving bytes."),
        Signal("queue_depth", "jobs", "Conversions that wait for a worker or run."),
        Signal("random", "", "A random number between 0 and 1."),
    )
}


class Sampler:
    """Takes the samples of one process; whoever has the duty also takes those that no process has a share of."""

    def __init__(
        self,
        catalog: Catalog,
        samples: Samples,
        jobs: Jobs,
        queue: Queue,
        writers: WriterRegistry,
        *,
        duty: Duty,
        random_samples: RedisSamples | None = None,
    ) -> None:
        """``random_samples``: where those of `random` are kept first, and come from into the table."""
        self._catalog = catalog
        self._queue = queue
        self._samples = samples
        self._jobs = jobs
        self._writers = writers
        self._duty = duty
        self._random = random_samples
        self._received = _bytes_received()

    async def run(self) -> None:
        """Take a sample at the end of every second, for ever."""
        while True:
            end = await second_ended()
            try:
                await self.take(datetime.fromtimestamp(end, UTC))
            except ParquayError as error:
                log.warning("no sample was kept", extra={"fields": {"code": error.code}})

    async def take(self, at: datetime) -> None:
        """Keep this process's share of the second ``at``."""
        received, before = _bytes_received(), self._received
        self._received = received
        shares = {"ingest_rate": received - before, "active_uploads": float(len(self._writers.running()))}
        if await asyncio.to_thread(self._duty.is_mine):
            shares["queue_depth"] = float(await asyncio.to_thread(self._jobs.depth))
            if self._random is None:
                shares["random"] = random.random()
            else:
                await asyncio.to_thread(self._take_random, self._random, at)
            _show(await asyncio.to_thread(self._queue.health), await asyncio.to_thread(self._jobs.troubled))
            _show_readers(await asyncio.to_thread(total, self._catalog))
        else:  # what this process showed may be out of date
            _show(Health(), {})
            _show_readers({})
        await self._catalog.awrite(partial(self._samples.add, at=at, shares=shares))

    def _take_random(self, kept: RedisSamples, at: datetime) -> None:
        """Keep a sample of `random` in Redis, and in the table what it does not have yet of those (blocking)."""
        newest = self._samples.newest(["random"]).get("random")
        since = newest.at if newest is not None else at - KEEP
        for moment, value in kept.keep(at, random.random(), since).items():
            if moment > since:
                self._catalog.write(partial(self._samples.add, at=moment, shares={"random": value}))


def _show(health: Health, troubled: Mapping[str, int]) -> None:
    jobs_waiting.set(health.waiting)
    jobs_late.set(health.late_seconds)
    jobs_stuck.set(health.stuck)
    jobs_troubled.clear()
    for code, count in troubled.items():
        jobs_troubled.labels(code).set(count)


def _show_readers(counts: Counts) -> None:
    reader_blocks.clear()
    for (reader, reason), count in counts.items():
        reader_blocks.labels(reader, reason).set(count)


async def second_ended() -> int:
    """Wait for the end of this second and return it (s since 1970), never one that is still to come.

    A timer may fire a little before its moment by the wall clock: the same second would be sampled twice.
    """
    end = int(time.time()) + 1
    while (left := end - time.time()) > 0:
        if left > 1:  # the clock was set back
            end = int(time.time()) + 1
        else:
            await asyncio.sleep(left)
    return end


def _bytes_received() -> float:
    return registry.get_sample_value("parquay_upload_bytes_total") or 0.0
