"""The kind of job that reads a file again: a conversion beside the catalog, whose rows become a version."""

from __future__ import annotations

from collections.abc import Callable

from parquay.catalog.jobs import JobLease
from parquay.catalog.tables import File
from parquay.datasets.edit.reread import ReadAgain
from parquay.datasets.versions.commits import Author
from parquay.errors import InvalidValue
from parquay.jobs import version_job
from parquay.jobs.ranges import division_of
from parquay.jobs.worker import Ended
from parquay.wiring import Services


class Rereader:
    """Runs these jobs."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def run(self, lease: JobLease, alive: Callable[[], bool]) -> Ended:
        """Read the file again; see `version_job.run`."""
        file = self._services.uploads.files.get(lease.subject)
        if file is None:
            return Ended.DONE
        return version_job.run(self._services.tables.rereads, lease, lambda: self._made(file, lease, alive))

    def _made(self, file: File, lease: JobLease, alive: Callable[[], bool]) -> int:
        from parquay.ingest.convert.reconvert import reconverted
        from parquay.ingest.text.overrides import Overrides

        tables, asked = self._services.tables, lease.payload
        no, options = int(asked["reading"]), asked["options"]
        if (before := tables.rereading.made_in(file, no)) is not None:
            return before
        read = File(**{**file.model_dump(), "options": options})
        progress = version_job.RunProgress(tables.rereads, lease, alive)
        division = division_of(self._services, lease, brings=True)
        with (
            tables.scratch.fresh() as folder,
            reconverted(read, self._services.uploads.store, folder, progress, division) as made,
        ):
            if made.file.parquet_path is None:
                ended = made.file
                raise InvalidValue(ended.error_message or "The file is no table.", ended.error_code or "no_table")
            Overrides.from_options(options).refuse_unknown_columns([each["name"] for each in made.file.columns or ()])
            again = ReadAgain(no, made.file, made.place, options, made.rejects)
            author = Author(asked.get("author"), asked.get("message"))
            return tables.rereading.put(file, author, again, asked.get("expected")).version
