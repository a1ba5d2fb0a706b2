"""Jobs that make a version of a table: one of a kind for each table, whose payload says what it has come to."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, select

from parquay.catalog.jobs import JobLease, Jobs
from parquay.catalog.session import Catalog
from parquay.catalog.tables import File, Job
from parquay.errors import Conflict, ParquayError

REREAD = "reread"
"""Kind of the jobs that read a file again."""
REFRESH = "refresh"
"""Kind of the jobs that run the statement again that a table was made by."""

_OPEN = ("queued", "running", "idle")
_RUNNING = {
    REREAD: ("The file is being read again; wait until that is done.", "reread_running"),
    REFRESH: ("The statement is being run again; wait until that is done.", "refresh_running"),
}


@dataclass(frozen=True, slots=True)
class VersionJobState:
    """How far a job is.

    Attributes:
        state: `waiting`, `running`, `done` or `failed`.
        progress: 0 to 100.
        rows: rows that were read.
        version: the version that it made, once it is done.
        error: why it made none: `status`, `code` and `detail`.
    """

    state: str
    progress: int
    rows: int
    version: int | None = None
    error: dict[str, Any] | None = None


class VersionJobs:
    """Asks for versions of one kind, and tells how far they are."""

    def __init__(self, catalog: Catalog, jobs: Jobs, kind: str = REREAD) -> None:
        self._catalog = catalog
        self._jobs = jobs
        self._kind = kind

    def ask(self, file: File, payload: dict[str, Any]) -> None:
        """Queue the job that makes a version of the table of ``file``, as ``payload`` says.

        Raises:
            Conflict: ``reread_running``, ``refresh_running``, there is one that has not ended (409).
        """

        def write(session: Session) -> None:
            session.get(File, file.id, with_for_update=True)
            job = session.exec(self._job(file.id)).one_or_none()
            if job is not None and job.state in _OPEN:
                raise Conflict(*_RUNNING[self._kind])
            self._jobs.cancel(session, file.id, self._kind)
            self._jobs.enqueue(session, self._kind, file.id, payload, owner_id=file.owner_id, size=file.size)

        self._catalog.write(write)

    def state(self, file: File) -> VersionJobState | None:
        """How far the last job of a file is; None when there was none."""
        with self._catalog.read() as session:
            job = session.exec(self._job(file.id)).one_or_none()
        return None if job is None else state_of(job, file.offset)

    def report(self, lease: JobLease, done: dict[str, Any]) -> bool:
        """Write down what a run has come to; False when its lease was lost."""
        return self._jobs.report(lease, {**lease.payload, **done})

    def _job(self, dataset_id: str) -> Any:
        return select(Job).where(Job.kind == self._kind, Job.subject == dataset_id)


def state_of(job: Job, size: int) -> VersionJobState:
    """How far a job is that reads ``size`` bytes. Pure."""
    done = job.payload
    rows, version, error = int(done.get("rows", 0)), done.get("version"), done.get("error")
    if version is not None:
        return VersionJobState("done", 100, rows, version=version)
    if error is not None:
        return VersionJobState("failed", 100, rows, error=error)
    if job.state in ("failed", "done"):
        error = {"status": 503, "code": job.error_code or "unavailable", "detail": job.error_message or ""}
        return VersionJobState("failed", 100, rows, error=error)
    # Behind the last byte the parts are still to be put together and committed.
    progress = min(99, 100 * int(done.get("bytes", 0)) // max(1, size))
    return VersionJobState("running" if job.state == "running" else "waiting", progress, rows)


def error_json(error: ParquayError) -> dict[str, Any]:
    """An error as a job's payload keeps it."""
    return {"status": error.status, "code": error.code, "detail": error.detail}


def error_of(value: dict[str, Any]) -> ParquayError:
    """The inverse of `error_json`."""
    error = ParquayError(str(value["detail"]), str(value["code"]))
    error.status = int(value["status"])
    return error
