"""The kind of job that runs a table's statement again: its result is converted, and its rows become a version."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from parquay.catalog.jobs import JobLease
from parquay.catalog.tables import File
from parquay.columns.text import json_text
from parquay.datasets.edit.append import Addition
from parquay.datasets.query.engine import CancelToken
from parquay.datasets.statements.run import AskedStatement
from parquay.datasets.statements.spool import Room, SpooledResult, spooled
from parquay.datasets.versions.commits import Author
from parquay.errors import Conflict, InvalidValue, TooLarge
from parquay.jobs import version_job
from parquay.jobs.worker import Ended
from parquay.wiring import Services

KIND = "refresh"
"""What its versions are called."""
RESULT = "result.parquet"


class Refresher:
    """Runs these jobs."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def run(self, lease: JobLease, alive: Callable[[], bool]) -> Ended:
        """Run the statement again; see `version_job.run`."""
        file = self._services.uploads.files.get(lease.subject)
        if file is None:
            return Ended.DONE
        return version_job.run(self._services.tables.refreshes, lease, lambda: self._made(file, lease, alive))

    def _made(self, file: File, lease: JobLease, alive: Callable[[], bool]) -> int:
        from parquay.datasets.versions.converted_rows import converted
        from parquay.ingest.convert.reconvert import reconverted
        from parquay.ingest.text.byte_source import LocalBytes

        tables, asked = self._services.tables, lease.payload
        app = f"{KIND}:{asked['run']}"
        if tables.replacing.was_put(file, app):
            return next(each.version for each in tables.datasets.history(file.id) if each.kind == KIND)
        progress = version_job.RunProgress(tables.refreshes, lease, alive)
        with tables.scratch.fresh() as folder:
            result = self._result(file, folder / RESULT, alive)
            read = File(id=file.id, owner_id=file.owner_id, name=RESULT, offset=result.size)
            with reconverted(read, LocalBytes(result.path), folder, progress) as made:
                ended = made.file
                if ended.parquet_path is None:
                    raise InvalidValue(ended.error_message or "The result is no table.", ended.error_code or "no_table")
                rows = Addition(converted(ended, made.place, ended.columns or []))
                author = Author(asked.get("author"), asked.get("message"))
                put = partial(tables.replacing.put, kind=KIND, app=app)
                return put(file, author, rows, asked.get("expected")).snapshot.version

    def _result(self, file: File, path: Path, alive: Callable[[], bool]) -> SpooledResult:
        """Run the statement in the owner's name, as the tables are now."""
        tables = self._services.tables
        saved = tables.saved_queries.of(file.id)
        if saved is None:
            raise Conflict("The table was not made by a statement.", "no_origin")
        params = None if saved.params is None else json_text.loads(saved.params)
        asked = AskedStatement(saved.query, params, None, "parquet")
        most = self._services.uploads.rules.max_size
        room = Room(most, TooLarge(f"The result has more than the {most} bytes of an upload."), tables.scratch.free)
        running = tables.statements.begin(asked, file.owner_id, tables.names.opener(file.owner_id), CancelToken())
        try:
            return spooled(running, path, room, alive)
        finally:
            running.close()
