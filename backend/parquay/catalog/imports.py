"""Files that the server gets by itself: each has a job, whose payload says from where."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session, select

from parquay.catalog.consequences import UPDATED
from parquay.catalog.events import Events
from parquay.catalog.files import FETCH, Files
from parquay.catalog.jobs import JobLease, Jobs
from parquay.catalog.notifications import FETCHES
from parquay.catalog.session import Catalog, notify
from parquay.catalog.tables import File
from parquay.catalog.usage import quota_of


class Imports:
    """Writes about files that are fetched."""

    def __init__(self, catalog: Catalog, files: Files, events: Events, jobs: Jobs) -> None:
        self._catalog = catalog
        self._files = files
        self._events = events
        self._jobs = jobs

    def ask(self, session: Session, file_id: str, owner_id: str, payload: dict[str, Any]) -> None:
        """Queue the job of a file that is made in the same transaction."""
        self._jobs.enqueue(session, FETCH, file_id, payload, owner_id=owner_id)
        notify(session, FETCHES)

    def quota(self, file_id: str, otherwise: int) -> int:
        """Return the bytes that the owner of a file may store, 0: any; ``otherwise``: where nothing is said of them."""
        with self._catalog.read() as session:
            owner_id = session.exec(select(File.owner_id).where(File.id == file_id)).first()
            return quota_of(session, owner_id or "", otherwise)

    def adopt(
        self, file_id: str, name: str, content_type: str | None, warnings: list[dict[str, Any]] | None
    ) -> File | None:
        """Note what a source calls its file; None when it was removed."""

        def write(session: Session) -> File | None:
            file = session.get(File, file_id, with_for_update=True)
            if file is not None:
                file.name, file.upload_warnings = name, warnings
                file.content_type = content_type or file.content_type
                session.flush()
                self._events.emit(session, UPDATED, file)
            return file

        return self._catalog.write(write)

    def fail(self, lease: JobLease, code: str, message: str) -> None:
        """Note that a file cannot be got, and forget from where: a login may stand there."""

        def write(session: Session) -> None:
            if self._jobs.fence(session, lease):
                self._files.lose(session, lease.subject, code, message, unfinished=True)

        self._catalog.write(write)
