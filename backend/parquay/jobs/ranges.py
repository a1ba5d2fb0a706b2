"""The kinds of job that divide a very large file, and convert a range of it for its converter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING

from parquay.catalog import owners
from parquay.catalog.jobs import JobLease, Jobs
from parquay.catalog.ranges import Ranges, file_of
from parquay.jobs.worker import Ended
from parquay.wiring import Services

if TYPE_CHECKING:
    from parquay.ingest.convert.division import Division
    from parquay.ingest.convert.segment_sinks import Tools

MAX_ATTEMPTS = 2
"""Runs without an orderly end after which a range is left to the converter of the file."""


def division_of(services: Services, lease: JobLease, *, brings: bool = False) -> Division:
    """How the conversion that a job is for is divided if its file is very large; ``brings``: see `Division`."""
    from parquay.ingest.convert.division import Division

    def dead(owner: str) -> bool:
        # This worker runs the conversion: what it has leased besides it could not give back.
        return owner == lease.owner or owners.is_dead(owner, one_machine=services.catalog.is_embedded)

    place = services.tables.places.at(lease.subject)
    return Division(Ranges(services.catalog, services.events.jobs), lease.subject, lease.job_id, place, dead, brings)


class RangeJobs:
    """Runs these jobs."""

    def __init__(self, ranges: Ranges, jobs: Jobs, tools: Callable[[], Tools]) -> None:
        """``tools``: those of the conversions of this process."""
        self._ranges = ranges
        self._jobs = jobs
        self._tools = tools

    def divide(self, lease: JobLease, alive: Callable[[], bool]) -> Ended:
        """Find the ranges of a file, and queue a job for each as it is found."""
        from parquay.ingest.convert.range_worker import divided

        def run() -> Ended:
            asked = lease.payload
            with self._tools().store.reader(lease.subject) as reader:
                for found in divided(reader, asked, alive):
                    known = {name: asked[name] for name in ("size", "complete", "kinds", "segment_bytes")}
                    of_it = known | asdict(found) | {"dialect": found.dialect.to_json()}
                    if not self._ranges.post(lease, found.byte, of_it, part=found.byte / asked["size"]):
                        return Ended.ABANDONED
            return Ended.DONE

        return self._run(lease, lease.subject, run)

    def convert(self, lease: JobLease, alive: Callable[[], bool]) -> Ended:
        """Convert a range; what it came to is in the payload of its job afterwards."""
        from parquay.ingest.convert.range_result import to_json
        from parquay.ingest.convert.range_worker import convert_range

        file_id = file_of(lease.subject)

        def run() -> Ended:
            made = convert_range(self._tools(), file_id, lease.payload, alive)
            if made is not None:
                came_to = {"conversion": lease.payload["conversion"], "segments": to_json(made)}
                return Ended.DONE if self._jobs.report(lease, came_to) else Ended.ABANDONED
            return Ended.DONE

        return self._run(lease, file_id, run)

    def _run(self, lease: JobLease, file_id: str, run: Callable[[], Ended]) -> Ended:
        from parquay.ingest.convert.pipeline import JobLost
        from parquay.storage.chunks import BytesMissing

        if not self._ranges.is_wanted(lease):
            return Ended.DONE
        try:
            return run()
        except JobLost:
            return Ended.ABANDONED
        except (OSError, BytesMissing):
            if self._tools().segments.file(file_id) is not None:
                raise
            return Ended.ABANDONED
        finally:
            # Whoever deleted the file deleted its parts, but not those that came after.
            if self._tools().segments.file(file_id) is None:
                self._tools().places.at(file_id).erase()
