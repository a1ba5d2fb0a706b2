"""What administrators see and do: accounts with what they store, jobs, storage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, cast

from sqlalchemy import case, func, update
from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from parquay.audit import AuditNote
from parquay.catalog.audit import keep
from parquay.catalog.files import CONVERT, Files
from parquay.catalog.ranges import RANGE, START_CHARS
from parquay.catalog.session import Catalog, alone, notify
from parquay.catalog.tables import DatasetVersion, File, Job, User, now
from parquay.catalog.users import end_logins
from parquay.errors import Conflict, NotFound

_WHOLE = func.substr(Job.subject, 1, func.length(Job.subject) - START_CHARS)
_FILE = case((col(Job.kind) == RANGE, _WHOLE), else_=Job.subject)
"""The file that a job is for; see `ranges.subject_of`."""


class AccountSummary(NamedTuple):
    """A user with the number of their files and the bytes of these as they were uploaded."""

    user: User
    files: int
    bytes: int


class Quota(NamedTuple):
    """Bytes that a user may store, 0: any number; None: as many as the server says."""

    bytes: int | None


class JobRow(NamedTuple):
    """A job with the name of the file that it is for and of that file's owner, where it is for one."""

    job: Job
    name: str | None
    owner: str | None


@dataclass(frozen=True)
class StoredBytes:
    """Bytes of uploads and of the newest versions of tables, and the number of files."""

    files: int
    uploads: int
    tables: int


class Administration:
    """Queries and writes of administrators."""

    def __init__(self, catalog: Catalog, files: Files) -> None:
        self._catalog = catalog
        self._files = files

    def accounts(self, user_id: str | None = None) -> Sequence[AccountSummary]:
        """Return every user by name, or one."""
        stored = (func.count(col(File.id)), func.coalesce(func.sum(File.offset), 0))
        query = select(User, *stored).join(File, col(File.owner_id) == User.id, isouter=True).group_by(col(User.id))
        query = query.order_by(User.username) if user_id is None else query.where(User.id == user_id)
        with self._catalog.read() as session:
            return [AccountSummary(user, files, int(size)) for user, files, size in session.execute(query)]

    def change(
        self,
        user_id: str,
        *,
        disabled: bool | None = None,
        is_admin: bool | None = None,
        password_hash: str | None = None,
        quota: Quota | None = None,
        limits: Mapping[str, int | None] | None = None,
        note: AuditNote | None = None,
    ) -> User:
        """Let a user log in or not, and administrate or not; give them a new password, or a quota. None: as it is.

        ``limits``: those of their own that change, by name (`limit_requests`, …).

        Every session of a user ends who is barred, or has a new password.

        Raises:
            NotFound: ``unknown_user`` (404).
            Conflict: ``last_admin``, nobody could administrate any more (409).
        """

        def write(session: Session) -> User | str:
            alone(session, "administrators")
            user = session.get(User, user_id, with_for_update={"key_share": True})
            if user is None:
                return "unknown_user"
            could = user.is_admin and not user.disabled
            if could and (disabled or is_admin is False) and not _other_admin(session, user_id):
                return "last_admin"
            user.disabled = user.disabled if disabled is None else disabled
            user.is_admin = user.is_admin if is_admin is None else is_admin
            user.password_hash = password_hash or user.password_hash
            user.quota_bytes = user.quota_bytes if quota is None else quota.bytes
            for name, limit in (limits or {}).items():
                setattr(user, name, limit)
            session.flush()
            if disabled or password_hash is not None:
                session.execute(end_logins(user_id))
            keep(session, note)
            return user

        changed = self._catalog.write(write)
        if changed == "last_admin":
            raise Conflict("Nobody could administrate this server any more.", "last_admin")
        if isinstance(changed, str):
            raise NotFound("There is no such user.", "unknown_user")
        return changed

    def jobs(self, *, state: str | None, limit: int) -> Sequence[JobRow]:
        """Return up to ``limit`` jobs, the youngest first."""
        query = select(Job, File.name, User.username).join(File, col(File.id) == _FILE, isouter=True)
        query = query.options(defer(cast("Any", Job.payload)))  # what a range came to is long
        query = query.join(User, col(User.id) == File.owner_id, isouter=True)
        query = query if state is None else query.where(Job.state == state)
        with self._catalog.read() as session:
            found = session.execute(query.order_by(col(Job.created_at).desc(), col(Job.id).desc()).limit(limit))
            return [JobRow(*each) for each in found]

    def retry(self, job_id: str, note: AuditNote | None = None) -> None:
        """Queue a job that has failed once more; its file is being processed again.

        Raises:
            NotFound: ``unknown_job`` (404).
            Conflict: ``job_not_failed`` (409).
        """

        def write(session: Session) -> str:
            subject = session.exec(select(Job.subject).where(Job.id == job_id)).first()
            session.exec(select(File.id).where(File.id == subject).with_for_update()).first()  # before that of its job
            job = session.get(Job, job_id, with_for_update=True)
            if job is None or job.state != "failed":
                return "" if job is None else job.state
            again = {"state": "queued", "run_after": now(), "attempt": 0, "finished_at": None}
            fresh = {"error_code": None, "error_message": None}
            session.execute(update(Job).where(col(Job.id) == job_id).values(**again, **fresh))
            if job.kind == CONVERT:
                self._files.convert_again(session, job.subject)
            keep(session, note)
            notify(session, "jobs")
            return "failed"

        state = self._catalog.write(write)
        if not state:
            raise NotFound("There is no such job.", "unknown_job")
        if state != "failed":
            raise Conflict(f"The job is {state}; only one that has failed can be tried again.", "job_not_failed")

    def stored(self) -> StoredBytes:
        """Return what is stored, as the catalog counts it."""
        uploads = select(func.count(col(File.id)), func.coalesce(func.sum(File.offset), 0))
        newest = col(File.table_version) == DatasetVersion.version
        tables = select(func.coalesce(func.sum(DatasetVersion.bytes), 0))
        tables = tables.join(File, col(File.id) == DatasetVersion.dataset_id).where(newest)
        with self._catalog.read() as session:
            files, received = session.execute(uploads).one()
            return StoredBytes(files, int(received), int(session.execute(tables).scalar_one()))


def _other_admin(session: Session, user_id: str) -> bool:
    others = select(User.id).where(User.id != user_id, col(User.is_admin), col(User.disabled).is_(False))
    return session.exec(others).first() is not None
