"""Ranges of a very large file that several workers convert: each is a job, due, leased and given back like any other.

Whoever converts the file queues one job of the kind `DIVIDE`; a worker that has nothing else to do runs it and queues
a job of the kind `RANGE` for each range that it finds. What a range came to is in its job's payload until the
file's converter takes it. All of these rows belong to one conversion of one file and are deleted with it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, delete, func, select

from parquay.catalog.jobs import JobLease, Jobs, Wanted, is_abandoned
from parquay.catalog.queue import BYTES_PER_SECOND, MAX_PAUSE_SECONDS
from parquay.catalog.session import Catalog
from parquay.catalog.tables import File, Job

DIVIDE, RANGE = "divide", "range"
"""Kinds of the jobs that find the ranges of a file, and that convert one."""
START_CHARS = 17
"""Characters of a range's subject behind the file's id."""
_OPEN = ("queued", "idle", "running")


@dataclass(frozen=True, slots=True)
class RangeFound:
    """A range that another worker has or has converted.

    Attributes:
        payload: of its job.
        converted: whether it is converted, so that the payload has what it came to.
    """

    payload: dict[str, Any]
    converted: bool


class Ranges:
    """The ranges of all files, as rows."""

    def __init__(self, catalog: Catalog, jobs: Jobs) -> None:
        self._catalog = catalog
        self._jobs = jobs

    def invite(self, file_id: str, conversion: str, payload: dict[str, Any]) -> None:
        """Have the file divided by whoever is free, unless that was asked for before.

        ``conversion``: id of the job that converts the file; ranges of an earlier one are forgotten.
        """

        def write(session: Session) -> None:
            file = session.get(File, file_id, with_for_update=True)
            if file is None:
                return
            known = session.exec(select(Job).where(Job.kind == DIVIDE, Job.subject == file_id)).one_or_none()
            if known is not None and known.payload.get("conversion") == conversion:
                return
            forget(session, file_id)
            asked = {**payload, "conversion": conversion}
            # Its turn comes when whatever is smaller than the whole file has had its own.
            self._jobs.enqueue(session, DIVIDE, file_id, asked, owner_id=file.owner_id, size=file.size)

        self._catalog.write(write)

    def post(self, lease: JobLease, start: int, payload: dict[str, Any], *, part: float) -> bool:
        """Queue the range that starts at byte ``start``; False when the lease of the job that divides is lost.

        ``part``: how far into the file it is, from 0 to 1: the last ones come first, as the converter of the file
        comes from the front.
        """

        def write(session: Session) -> bool:
            # The file's row first, as everywhere: two that lock rows in another order would wait for each other.
            file = session.get(File, lease.subject, with_for_update=True)
            if file is None or not self._jobs.fence(session, lease):
                return False
            if session.exec(_of(lease.subject, start)).first() is None:
                # As if it were of so many bytes: its turn is when smaller jobs of the owner have had theirs.
                size = int(MAX_PAUSE_SECONDS * BYTES_PER_SECOND * (1 - part / 2))
                wanted = Wanted(subject_of(lease.subject, start), file.owner_id, size)
                of_it = {**payload, "conversion": lease.payload["conversion"]}
                self._jobs.add(session, RANGE, wanted, payload=of_it)
            return True

        return self._catalog.write(write)

    def is_wanted(self, lease: JobLease) -> bool:
        """Whether the conversion that a job of these kinds is for has not ended."""
        with self._catalog.read() as session:
            state = session.exec(select(Job.state).where(Job.id == lease.payload["conversion"])).one_or_none()
        return state in _OPEN

    def other(self, file_id: str, conversion: str, start: int, dead: Callable[[str], bool]) -> RangeFound | None:
        """The range that starts at byte ``start`` if another worker has it or has converted it, else None.

        None is also the answer for one that nobody works on, which is deleted: the caller converts it.
        ``dead``: tells whether an owner of a lease is known to be gone.
        """
        with self._catalog.read() as session:
            if session.exec(_of(file_id, start)).first() is None:
                return None

        def write(session: Session) -> RangeFound | None:
            job = session.exec(_of(file_id, start).with_for_update()).one_or_none()
            if job is None:
                return None
            is_ours = job.payload.get("conversion") == conversion
            if is_ours and "segments" in job.payload:
                return RangeFound(job.payload, converted=True)
            if is_ours and job.state == "running" and not is_abandoned(session, job, dead):
                return RangeFound(job.payload, converted=False)
            session.delete(job)
            return None

        return self._catalog.write(write)

    def converted_behind(self, file_id: str, start: int) -> int:
        """How many ranges are converted that start behind byte ``start``; those to be done before it are forgotten."""
        key = subject_of(file_id, start)
        done = select(func.count()).where(*_all_of(file_id), Job.state == "done", col(Job.subject) > key)
        late = (*_all_of(file_id), col(Job.subject) < key, col(Job.state) != "done")
        with self._catalog.read() as session:
            count, is_late = session.exec(done).one(), session.exec(select(Job.id).where(*late).limit(1)).first()
        if is_late is not None:
            self._catalog.write(lambda session: session.execute(delete(Job).where(*late)))
        return count

    def converted(self, file_id: str) -> list[dict[str, Any]]:
        """What the ranges came to that are converted and were not dropped."""
        with self._catalog.read() as session:
            payloads = session.exec(select(Job.payload).where(*_all_of(file_id))).all()
        return [dict(each) for each in payloads if "segments" in each]

    def drop(self, file_id: str, start: int) -> None:
        """Forget the range that starts at byte ``start``."""
        it = delete(Job).where(col(Job.kind) == RANGE, col(Job.subject) == subject_of(file_id, start))
        self._catalog.write(lambda session: session.execute(it))

    def exist(self, file_id: str, conversion: str) -> bool:
        """Whether a file is divided or about to be, for that conversion."""
        with self._catalog.read() as session:
            job = session.exec(select(Job).where(Job.kind == DIVIDE, Job.subject == file_id)).one_or_none()
        return job is not None and job.payload.get("conversion") == conversion

    def forget(self, file_id: str, fence: Callable[[Session], bool]) -> bool:
        """Forget that the file is divided; False when ``fence`` says that the caller's lease is lost."""

        def write(session: Session) -> bool:
            session.get(File, file_id, with_for_update=True)
            held = fence(session)
            if held:
                forget(session, file_id)
            return held

        return self._catalog.write(write)


def forget(session: Session, file_id: str) -> None:
    """Delete the jobs for ranges of a file; a run of one fails its next fence."""
    session.execute(delete(Job).where(col(Job.kind) == DIVIDE, col(Job.subject) == file_id))
    session.execute(delete(Job).where(*_all_of(file_id)))


def subject_of(file_id: str, start: int) -> str:
    """The subject of a range's job: subjects of one file sort by the starts of their ranges."""
    return f"{file_id}/{start:016d}"


def file_of(subject: str) -> str:
    """The file of a range's job."""
    return subject.rpartition("/")[0]


def _of(file_id: str, start: int) -> Any:
    return select(Job).where(Job.kind == RANGE, Job.subject == subject_of(file_id, start))


def _all_of(file_id: str) -> tuple[Any, ...]:
    return col(Job.kind) == RANGE, col(Job.subject).startswith(f"{file_id}/", autoescape=True)
