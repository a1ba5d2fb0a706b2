"""Jobs as rows: enqueued in the transaction that makes them needed, run under a lease with a fencing epoch.

States: ``queued`` (due when ``run_after`` is past), ``idle`` (waits until its file grows), ``running`` (leased),
``done``, ``failed``. A job wakes again when its subject changes while it runs: ``wake`` counts the calls, and a
run that ends with an older count than it started with goes back to the queue.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

from sqlalchemy import CursorResult, or_, update
from sqlalchemy.dialects.postgresql import insert as insert_into_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_into_sqlite
from sqlmodel import Session, col, delete, func, select

from parquay.catalog.owners import ended_with_its_server
from parquay.catalog.prepared import Insert
from parquay.catalog.queue import KEPT_SECONDS, has_room, may_take, next_jobs, turn
from parquay.catalog.session import CatalogRows, connection_of, database_now, notify
from parquay.catalog.tables import Job, Served
from parquay.catalog.wakes import wake
from parquay.ids import new_ids

LEASE_SECONDS = 60
"""How long a silent worker keeps a job."""

MAX_ATTEMPTS = 5
"""Runs without an orderly end after which a job is given up."""

WORKERS = 1000
"""Workers that are looked after at once."""


Note = Callable[[Session, str, str, str], None]
"""Writes a failure (code, message) down on a subject, inside a transaction."""


_FREE: dict[str, Any] = {"lease_owner": None, "lease_until": None}
"""Columns of a job that nobody has."""
_GIVEN = {"id", "kind", "subject", "owner_id", "payload", "run_after", "turn_at", "created_at"}
"""Columns of a new job whose values are its own."""
_insert = Insert(Job, constants=Job(id="", kind="", subject="").model_dump(exclude=_GIVEN))


@dataclass(frozen=True)
class Wanted:
    """A job to queue: for what, whose, and how many bytes it is about."""

    subject: str
    owner_id: str = ""
    size: int | None = None


@dataclass(frozen=True)
class JobLease:
    """A job being run: the epoch fences every write of an earlier run."""

    job_id: str
    kind: str
    subject: str
    epoch: int
    wake: int
    attempt: int
    owner: str
    payload: dict[str, Any]


class Jobs(CatalogRows):
    """The queue."""

    def enqueue(
        self,
        session: Session,
        kind: str,
        subject: str,
        payload: dict[str, Any] | None = None,
        *,
        owner_id: str = "",
        size: int | None = None,
    ) -> None:
        """Make sure that the job ``kind`` for ``subject`` runs (again) after this transaction.

        ``owner_id``: whose job it is, of those who take turns; ``size``: its bytes, about.
        """
        if not wake(session, kind, subject, size, database_now(session)):
            self.add(session, kind, Wanted(subject, owner_id, size), payload=payload)
        notify(session, "jobs")

    def add(self, session: Session, kind: str, *wanted: Wanted, payload: dict[str, Any] | None = None) -> None:
        """Queue the jobs ``wanted``, whose subjects cannot have one yet."""
        moment = database_now(session)
        every = {"kind": kind, "payload": payload or {}, "run_after": moment, "created_at": moment}
        rows = [
            {"id": job_id, "subject": each.subject, "owner_id": each.owner_id, "turn_at": turn(moment, each.size)}
            for job_id, each in zip(new_ids(len(wanted)), wanted, strict=True)
        ]
        _insert(session, rows, every=every)
        notify(session, "jobs")

    def depth(self) -> int:
        """Count the jobs that wait for a worker or run."""
        busy = select(func.count()).select_from(Job).where(col(Job.state).in_(("queued", "running")))
        with self._catalog.read() as session:
            return session.exec(busy).one()

    def troubled(self) -> dict[str, int]:
        """Count the jobs whose last run failed and that did not succeed since, by the code of the failure."""
        code = col(Job.error_code)
        open_or_failed = col(Job.state).in_(("queued", "running", "failed"))
        query = select(code, func.count()).where(code.is_not(None), open_or_failed).group_by(code)
        with self._catalog.read() as session:
            return {str(name): count for name, count in session.exec(query)}

    def cancel(self, session: Session, subject: str, *kinds: str) -> None:
        """Forget the jobs ``kinds`` of ``subject``; a run of one fails its next fence."""
        session.execute(delete(Job).where(col(Job.kind).in_(kinds), col(Job.subject) == subject))

    def claim(
        self,
        owner: str,
        kinds: tuple[str, ...],
        dead: Callable[[str], bool],
        *,
        job_id: str | None = None,
        each_owner: int | None = None,
    ) -> JobLease | None:
        """Lease the next due job, or one whose worker is silent for too long or known to be ``dead``.

        ``each_owner``: how many jobs of one user run at a time, None: any number.
        ``job_id``: that job alone, if it is one of these; for a queue elsewhere that carries nothing but the id.
        Nothing is written while there is nothing to do, however often it is asked.
        """
        if job_id is None and not self._may_claim(owner, kinds, dead, each_owner):
            return None
        if job_id is None:
            return self._catalog.write(lambda session: self._claim(session, owner, kinds, dead, each_owner))
        return self._catalog.write(lambda session: self._claim_named(session, owner, kinds, dead, job_id))

    def _may_claim(
        self, owner: str, kinds: tuple[str, ...], dead: Callable[[str], bool], each_owner: int | None
    ) -> bool:
        """Look whether a job is due, or was abandoned."""
        with self._catalog.read() as session:
            moment = database_now(session)
            due = select(Job.id).where(col(Job.state) == "queued", col(Job.run_after) <= moment)
            due = due.where(col(Job.kind).in_(kinds), may_take(owner, moment), *has_room(kinds, each_owner))
            if session.exec(due.limit(1)).first() is not None:
                return True
            return next(self._abandoned(session, kinds, dead, moment), None) is not None

    def _claim(
        self,
        session: Session,
        owner: str,
        kinds: tuple[str, ...],
        dead: Callable[[str], bool],
        each_owner: int | None,
    ) -> JobLease | None:
        for job in self._abandoned(session, kinds, dead, database_now(session)):
            if lease := self._lease(session, job, owner):
                return lease
        for job in next_jobs(session, kinds, database_now(session), owner, each_owner):
            if lease := self._lease(session, job, owner):
                return lease
        return None

    def _claim_named(
        self, session: Session, owner: str, kinds: tuple[str, ...], dead: Callable[[str], bool], job_id: str
    ) -> JobLease | None:
        job = session.get(Job, job_id, with_for_update=True)
        if job is None or job.kind not in kinds:
            return None
        moment = database_now(session)
        is_kept = job.lease_owner not in (None, owner) and job.run_after > moment - timedelta(seconds=KEPT_SECONDS)
        is_due = job.state == "queued" and job.run_after <= moment and not is_kept
        return self._lease(session, job, owner) if is_due or is_abandoned(session, job, dead) else None

    def _abandoned(
        self, session: Session, kinds: tuple[str, ...], dead: Callable[[str], bool], moment: datetime
    ) -> Iterator[Job]:
        """Yield the leased jobs whose workers are silent for too long, or dead."""
        running = select(Job).where(col(Job.state) == "running", col(Job.kind).in_(kinds))
        silent = or_(col(Job.lease_until).is_(None), col(Job.lease_until) < moment)
        yield from session.exec(running.where(silent).order_by(col(Job.lease_until)).limit(WORKERS))
        workers = select(Job.lease_owner).where(col(Job.state) == "running", col(Job.kind).in_(kinds)).distinct()
        gone = [each for each in session.exec(workers.limit(WORKERS)) if each is not None and dead(each)]
        if gone:
            yield from session.exec(running.where(col(Job.lease_owner).in_(gone)))

    def _lease(self, session: Session, job: Job, owner: str) -> JobLease | None:
        # A run that was ended from outside says nothing about its file, however often that happens.
        was_cut = job.state == "running" and job.lease_owner is not None and ended_with_its_server(job.lease_owner)
        attempt = job.attempt + (not was_cut)
        statement = (
            update(Job)
            .where(col(Job.id) == job.id, col(Job.lease_epoch) == job.lease_epoch, col(Job.state) == job.state)
            .values(
                state="running",
                lease_owner=owner,
                lease_until=_lease_end(session),
                lease_epoch=job.lease_epoch + 1,
                moved_at=database_now(session),
                attempt=attempt,
            )
            .execution_options(synchronize_session=False)
        )
        if cast("CursorResult[Any]", session.execute(statement)).rowcount != 1:
            return None
        _note_served(session, job.owner_id)
        return JobLease(job.id, job.kind, job.subject, job.lease_epoch + 1, job.wake, attempt, owner, job.payload)

    def fence(self, session: Session, lease: JobLease) -> bool:
        """Inside a run's transaction: prolong the lease; False when it was lost and nothing may be written."""
        return self._update(session, lease, lease_until=_lease_end(session))

    def heartbeat(self, lease: JobLease, moved_at: datetime | None = None) -> bool:
        """Prolong the lease of a run that moved last at ``moved_at`` (now); False when the lease was lost."""

        def write(session: Session) -> bool:
            moved = moved_at or database_now(session)
            return self._update(session, lease, lease_until=_lease_end(session), moved_at=moved)

        return self._catalog.write(write)

    def done(self, session: Session, lease: JobLease) -> bool:
        """End a run for good."""
        return self._update(session, lease, state="done", finished_at=database_now(session), **_FREE)

    def report(self, lease: JobLease, payload: dict[str, Any]) -> bool:
        """Write down what a run has come to, for whoever asks; False when the lease was lost."""
        return self._catalog.write(lambda session: self._update(session, lease, payload=payload))

    def idle(self, lease: JobLease, *, keep: bool = False) -> bool:
        """Wait for the subject to change; back to the queue at once when it did during the run.

        ``keep``: for `KEPT_SECONDS` after it was woken the job is this worker's.
        """

        def write(session: Session) -> bool:
            job = session.get(Job, lease.job_id, with_for_update=True)
            woken = job is not None and job.wake != lease.wake
            state = "queued" if woken else "idle"
            freed = {**_FREE, "lease_owner": lease.owner} if keep else _FREE
            return self._update(session, lease, state=state, run_after=database_now(session), attempt=0, **freed)

        return self._catalog.write(write)

    def retry(self, lease: JobLease, seconds: float, code: str, message: str, *, attempt: int | None = None) -> bool:
        """Queue the job again after ``seconds``; ``attempt``: as if it had been tried so often (None: as it was)."""
        values = {"state": "queued", "error_code": code, "error_message": message, **_FREE}
        values |= {} if attempt is None else {"attempt": attempt}

        def write(session: Session) -> bool:
            run_after = database_now(session) + timedelta(seconds=seconds)
            return self._update(session, lease, **values, run_after=run_after)

        return self._catalog.write(write)

    def hand_back(self, lease: JobLease) -> bool:
        """Queue the job again at once, as if it had not been begun: its worker stops in good order."""
        values = {"state": "queued", "attempt": lease.attempt - 1, **_FREE}
        return self._catalog.write(
            lambda session: self._update(session, lease, **values, run_after=database_now(session))
        )

    def give_up(self, lease: JobLease, code: str, message: str, note: Note) -> bool:
        """End a run as failed; ``note`` writes the failure down on the subject in the same transaction."""
        values = {"state": "failed", "error_code": code, "error_message": message, **_FREE}

        def write(session: Session) -> bool:
            failed = self._update(session, lease, **values, finished_at=database_now(session))
            if failed:
                note(session, lease.subject, code, message)
            return failed

        return self._catalog.write(write)

    def is_open(self, kind: str, subject: str) -> bool:
        """Tell whether a job is queued, idle or running."""
        query = select(Job.state).where(Job.kind == kind, Job.subject == subject)
        with self._catalog.read() as session:
            return session.exec(query).one_or_none() in ("queued", "idle", "running")

    def waiting(self) -> int:
        """Return how many jobs are due or running."""
        query = select(func.count()).select_from(Job).where(col(Job.state).in_(("queued", "running")))
        with self._catalog.read() as session:
            return session.exec(query).one()

    def _update(self, session: Session, lease: JobLease, **values: Any) -> bool:
        statement = (
            update(Job)
            .where(col(Job.id) == lease.job_id, col(Job.lease_epoch) == lease.epoch, col(Job.state) == "running")
            .values(**values)
            .execution_options(synchronize_session=False)
        )
        return cast("CursorResult[Any]", session.execute(statement)).rowcount == 1


def is_abandoned(session: Session, job: Job, dead: Callable[[str], bool]) -> bool:
    """Whether a job is leased, but its worker is silent for too long or known to be ``dead``."""
    silent = job.lease_until is None or job.lease_until < database_now(session)
    return job.state == "running" and (silent or dead(job.lease_owner or ""))


def _lease_end(session: Session) -> datetime:
    return database_now(session) + timedelta(seconds=LEASE_SECONDS)


def _note_served(session: Session, owner_id: str) -> None:
    connection = connection_of(session)
    insert = insert_into_sqlite if connection.dialect.name == "sqlite" else insert_into_postgresql
    statement = insert(Served).values(owner_id=owner_id, at=database_now(session))
    connection.execute(statement.on_conflict_do_update(index_elements=["owner_id"], set_={"at": statement.excluded.at}))
