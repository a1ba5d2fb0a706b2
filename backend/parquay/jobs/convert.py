"""The kind of job that turns a file into a table."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from parquay import allocator
from parquay.catalog.files import CONVERT
from parquay.catalog.jobs import JobLease
from parquay.catalog.ranges import DIVIDE, RANGE, Ranges
from parquay.catalog.version_jobs import REFRESH, REREAD
from parquay.jobs.ranges import MAX_ATTEMPTS as RANGE_ATTEMPTS
from parquay.jobs.ranges import RangeJobs, division_of
from parquay.jobs.refresh import Refresher
from parquay.jobs.reread import Rereader
from parquay.jobs.worker import Ended, Kind, Worker
from parquay.wiring import Services

if TYPE_CHECKING:
    from parquay.ingest.convert.incremental import IncrementalConverter
    from parquay.ingest.convert.segment_sinks import Tools

ENDED = {"done": Ended.DONE, "idle": Ended.IDLE, "gone": Ended.ABANDONED}
"""How a run ended, by what it left behind."""


def worker(
    services: Services, server: int | None = None, *, moved: Callable[[float], None] = lambda _seconds: None
) -> Worker:
    """Return a worker that converts files.

    ``server``: the process that started this one, if it is a server's child; ``moved``: see :class:`Worker`.
    """
    # Another worker begins with the first byte again, to hash them all: next to nothing on a local disk.
    keeps = services.tables.places.is_remote
    converter = _Converter(services)
    helper = RangeJobs(Ranges(services.catalog, services.events.jobs), services.events.jobs, converter.tools)
    kinds = {
        CONVERT: Kind(converter.convert, services.uploads.files.fail, keeps=keeps),
        DIVIDE: Kind(helper.divide, lambda *_: None, RANGE_ATTEMPTS),
        RANGE: Kind(helper.convert, lambda *_: None, RANGE_ATTEMPTS),
        REREAD: Kind(Rereader(services).run, lambda *_: None),
        REFRESH: Kind(Refresher(services).run, lambda *_: None),
    }
    return Worker(services.catalog, services.events.jobs, kinds, hung=_end, server=server, moved=moved)


class _Converter:
    """Loads what a conversion needs with the first one: Arrow and its kin are a hundred megabytes."""

    def __init__(self, services: Services) -> None:
        self._services = services
        self._converter: IncrementalConverter | None = None

    def convert(self, lease: JobLease, alive: Callable[[], bool]) -> Ended:
        converter = self._loaded()
        fence = partial(self._services.events.jobs.fence, lease=lease)
        division = division_of(self._services, lease)
        return ENDED[converter.advance(lease.subject, alive=alive, fence=fence, division=division).value]

    def tools(self) -> Tools:
        return self._loaded().tools

    def _loaded(self) -> IncrementalConverter:
        if self._converter is None:
            allocator.keep()
            with allocator.loading():
                self._converter = _converter(self._services)
        return self._converter


def _converter(services: Services) -> IncrementalConverter:
    from parquay.datasets.versions import log
    from parquay.ingest.convert.incremental import IncrementalConverter

    log.warm_up()
    return IncrementalConverter(
        segments=services.uploads.segments,
        store=services.uploads.store,
        places=services.tables.places,
        emit=services.events.log.emit,
        publish=services.tables.publisher.publish,
    )


def _end() -> None:
    """End this process, whatever its threads do: others see that it is gone and take the job at once."""
    os._exit(os.EX_SOFTWARE)
