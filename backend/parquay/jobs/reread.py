"""The kind of job that reads a file again: a conversion beside the catalog, whose rows become a version."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from parquay.catalog.jobs import JobLease
from parquay.catalog.rereads import error_json
from parquay.catalog.tables import File
from parquay.datasets.edit.reread import ReadAgain
from parquay.datasets.versions.commits import Author
from parquay.errors import Busy, Damaged, InvalidValue, ParquayError, StorageFull, Unavailable
from parquay.jobs.worker import Ended
from parquay.wiring import Services

REPORT_SECONDS = 0.5
"""How often a run tells how far it is."""


class Rereader:
    """Runs these jobs."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def run(self, lease: JobLease, alive: Callable[[], bool]) -> Ended:
        """Read the file again, unless an earlier run did; what cannot be done is told to whoever asks.

        Raises:
            Unavailable, Busy, StorageFull: another try may work.
        """
        from parquay.ingest.convert.pipeline import JobLost

        file = self._services.uploads.files.get(lease.subject)
        if file is None or not {"version", "error"}.isdisjoint(lease.payload):
            return Ended.DONE
        try:
            done: dict[str, Any] = {"version": self._made(file, lease, alive)}
        except JobLost:
            return Ended.ABANDONED
        except ParquayError as error:
            if isinstance(error, Unavailable | Busy | StorageFull) and not isinstance(error, Damaged):
                raise
            done = {"error": error_json(error)}
        return Ended.DONE if self._services.tables.rereads.report(lease, done) else Ended.ABANDONED

    def _made(self, file: File, lease: JobLease, alive: Callable[[], bool]) -> int:
        from parquay.ingest.convert.reconvert import reconverted
        from parquay.ingest.text.overrides import Overrides

        tables, asked = self._services.tables, lease.payload
        no, options = int(asked["reading"]), asked["options"]
        if (before := tables.rereading.made_in(file, no)) is not None:
            return before
        read = File(**{**file.model_dump(), "options": options})
        progress = _Progress(lambda done: tables.rereads.report(lease, done), alive)
        with (
            tables.scratch.fresh() as folder,
            reconverted(read, self._services.uploads.store, folder, progress) as made,
        ):
            if made.file.parquet_path is None:
                ended = made.file
                raise InvalidValue(ended.error_message or "The file is no table.", ended.error_code or "no_table")
            Overrides.from_options(options).refuse_unknown_columns([each["name"] for each in made.file.columns or ()])
            again = ReadAgain(no, made.file, made.place, options, made.rejects)
            author = Author(asked.get("author"), asked.get("message"))
            return tables.rereading.put(file, author, again, asked.get("expected")).version


class _Progress:
    """Reports how far a run is, now and then, and whether it may go on."""

    def __init__(self, tell: Callable[[dict[str, Any]], bool], alive: Callable[[], bool]) -> None:
        self._tell = tell
        self._alive = alive
        self._reported = time.monotonic()

    def __call__(self, done: int, rows: int) -> bool:
        if time.monotonic() - self._reported >= REPORT_SECONDS:
            self._reported = time.monotonic()
            if not self._tell({"bytes": done, "rows": rows}):
                return False
        return self._alive()
