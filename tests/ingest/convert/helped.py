"""A file that is converted by two workers of one process: the helper moves whenever the converter asks whether to go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from sqlmodel import col, select

from ingest.conftest import Bench
from parquay.catalog.files import CONVERT
from parquay.catalog.jobs import JobLease, Jobs
from parquay.catalog.ranges import DIVIDE, RANGE, Ranges
from parquay.catalog.tables import Job
from parquay.columns.parquet import asides
from parquay.ingest.convert.division import Division
from parquay.ingest.convert.finish import part_groups
from parquay.ingest.convert.incremental import Outcome
from parquay.jobs.ranges import RangeJobs
from parquay.jobs.worker import Kind, Worker
from parquay.storage.place import Place

HELPS = (DIVIDE, RANGE)
GONE = "gone"
"""Owner of leases whose process is known to be gone."""


def nothing(*_: object) -> None:
    return None


@dataclass
class Helped:
    """A bench with jobs, a converter of the file and a helper.

    Attributes:
        segment_bytes, range_bytes: sizes, in bytes.
        watch: called whenever the converter asks whether to go on, behind the helper.
        taken: bytes of the ranges that the helper has converted.
    """

    bench: Bench
    segment_bytes: int
    range_bytes: int
    watch: Callable[[], object] = nothing
    taken: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        catalog = self.bench.catalog
        self.jobs = Jobs(catalog)
        self.ranges = Ranges(catalog, self.jobs)
        self.tools = self.bench.converter_of(segment_bytes=self.segment_bytes).tools
        self.help = RangeJobs(self.ranges, self.jobs, lambda: self.tools)
        kinds = {DIVIDE: Kind(self.help.divide, nothing, 2), RANGE: Kind(self._convert, nothing, 2)}
        self.helper = Worker(catalog, self.jobs, kinds)

    def _convert(self, lease: JobLease, alive: Callable[[], bool]) -> Any:
        ended = self.help.convert(lease, alive)
        self.taken.append(lease.payload["end"] - lease.payload["byte"])
        return ended

    def range_jobs(self) -> list[Job]:
        """The jobs for ranges, with the one that divides."""
        with self.bench.catalog.read() as session:
            return list(session.exec(select(Job).where(col(Job.kind).in_(HELPS)).order_by(col(Job.subject))))

    def upload(self, content: bytes, file_id: str = "f", *, complete: bool = True, **values: Any) -> None:
        """Have a file, with the job that converts it."""
        self.bench.create("t.csv", file_id=file_id, **values)
        self.bench.checkpoint(content, complete=complete, file_id=file_id)
        self.bench.catalog.write(lambda session: self.jobs.enqueue(session, CONVERT, file_id, owner_id="u"))

    def advance(self, moves: Sequence[int], worker: str = "converter", place: Place | None = None) -> Outcome:
        """Run the conversion as ``worker``; the helper runs ``moves[i]`` jobs while its segment ``i`` is made, then one.

        ``place``: where ranges are put; None: where the file's parts are. A negative number ends the run.
        """
        lease = self.jobs.claim(worker, (CONVERT,), lambda owner: owner == GONE)
        assert lease is not None
        steps = iter(moves)

        def alive() -> bool:
            step = next(steps, 1)
            for _ in range(step):
                self.helper.run_one()
            self.watch()
            return step >= 0

        brings = place is not None
        there = place or self.bench.places.at(lease.subject)
        division = Division(
            self.ranges, lease.subject, lease.job_id, there, GONE.__eq__, brings, 0, range_bytes=self.range_bytes
        )
        converter = self.bench.converter_of(segment_bytes=self.segment_bytes)
        fence = partial(self.jobs.fence, lease=lease)
        outcome = converter.advance(lease.subject, alive=alive, fence=fence, division=division)
        if outcome is Outcome.DONE:
            self.bench.catalog.write(partial(self.jobs.done, lease=lease))
        if outcome is Outcome.IDLE:
            self.jobs.hand_back(lease)
        return outcome


def outcome_of(bench: Bench, file_id: str) -> dict[str, Any]:
    """All that a conversion says of a file, but for names of parts and where segments end."""
    file = bench.file(file_id)
    last = bench.segments.last(file_id)
    rejects = [
        (each.line, each.byte, each.column, each.code, each.text, each.row)
        for each in bench.segments.every_reject(file_id)
    ]
    facts = ("status", "error_code", "error_message", "row_count", "reject_count", "sha256", "columns", "dialect",
             "warnings", "parsed_bytes", "parsed_rows")  # fmt: skip
    return {
        **{name: getattr(file, name) for name in facts},
        "rejects": rejects,
        "cells": cells_of(bench, file_id).to_pydict() if file.row_count else None,
        "end": last and (last.byte_end, last.line_start + last.lines, last.row_start + last.rows),
    }


def cells_of(bench: Bench, file_id: str) -> pa.Table:
    """The rows of all parts as they are stored, with what is kept aside."""
    tables = []
    for group in part_groups(bench.segments.list(file_id)):
        with bench.places.at(file_id).parts.fetch([group.name]) as (path,), pq.ParquetFile(path) as part:
            tables.append(asides.beside(part.read(), asides.of_metadata(part.metadata)))
    return pa.concat_tables(tables, promote_options="default")
