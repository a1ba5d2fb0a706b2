"""Files in the catalog: creation, the checkpoint's compare-and-set, what owners change, removal.

The statements of the upload path are Core statements on one row each. A checkpoint moves ``offset`` only from
the value its writer knows and only while the writer's ``epoch`` is the row's: whoever raised the epoch later
owns the upload, and a stale writer changes nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any

from sqlalchemy import case, literal, or_, update
from sqlmodel import Session, col, delete, select

from parquay.catalog.allowances import UNBOUNDED, Allowance, refuse_beyond
from parquay.catalog.checkpoints import Checkpoint, Moved, move
from parquay.catalog.chunks import name, name_all, named
from parquay.catalog.claims import Claim, Touched
from parquay.catalog.concatenations import PART_GONE, lock_waiting
from parquay.catalog.consequences import UPDATED, Consequences, consequences
from parquay.catalog.events import Events
from parquay.catalog.expiry import is_over
from parquay.catalog.file_queries import FileQueries
from parquay.catalog.hook_jobs import HookJobs
from parquay.catalog.jobs import Jobs, Wanted
from parquay.catalog.notifications import progress_of
from parquay.catalog.prepared import Insert
from parquay.catalog.ranges import forget as forget_ranges
from parquay.catalog.session import Catalog, connection_of, notify
from parquay.catalog.tables import FILE_DEFAULTS, File, NewFile, now
from parquay.catalog.upload_links import count_parts, lock_parts
from parquay.catalog.version_jobs import REFRESH, REREAD
from parquay.chunk import Chunk
from parquay.roles import VIEW, everybodys_role
from parquay.tags import tags_text

CONVERT, FETCH = "convert", "fetch"
"""Kinds of the jobs that turn a file into a table, and get it from where it is on the web."""

WRITER_ACTIVE = timedelta(seconds=1.5)
"""A writer of another process that made a checkpoint this recently is not interrupted; it makes one each second."""


_insert = Insert(File, constants=FILE_DEFAULTS)


class Files(FileQueries):
    """Queries and writes on files. Methods that take a session run inside somebody's transaction."""

    def __init__(self, catalog: Catalog, events: Events, jobs: Jobs, *, hooked: bool = False) -> None:
        """``hooked``: enqueue a job for the hooks with every creation, end and removal of an upload."""
        super().__init__(catalog)
        self._events = events
        self._jobs = jobs
        self._hooks = HookJobs(jobs) if hooked else None

    # The upload path

    def add(
        self,
        session: Session,
        *files: NewFile,
        chunks: Mapping[str, Sequence[Chunk]] | None = None,
        allowance: Allowance = UNBOUNDED,
    ) -> None:
        """Insert new uploads; those that are complete at once are finished too.

        ``chunks``: what holds the bytes that came with them, by id.
        ``allowance``: what each owner may have with them.

        Raises:
            ParquayError: as :func:`~parquay.catalog.allowances.refuse_beyond`.
        """
        moment = now()
        joining = [file for file in files if file.upload_link_id and file.parts]
        for final in joining:
            lock_parts(session, final.parts or ())
        # In the order of their owners, whose totals change: two processes never wait for each other's.
        rows = [file.__dict__ for file in sorted(files, key=attrgetter("owner_id"))]
        _insert(session, rows, every={"uploaded_at": moment, "active_at": moment})
        name_all(session, chunks or {})
        for final in joining:
            count_parts(session, final.upload_link_id or "", final.parts or (), in_final=True)
        for owner_id in {file.owner_id for file in files} if allowance.is_bounded else ():
            refuse_beyond(session, owner_id, allowance)
        alike: defaultdict[Consequences, list[NewFile]] = defaultdict(list)
        for file in files:
            alike[consequences(is_new=True, complete=file.complete, is_partial=file.is_partial)].append(file)
        for found, group in alike.items():
            if found.event:
                self._events.emit(session, found.event, *group)
            if found.converts:
                self._jobs.add(session, CONVERT, *(Wanted(file.id, file.owner_id, file.size) for file in group))
            self._tell_hooks(session, found.hooks, *(file.id for file in group))

    def take_over(
        self,
        session: Session,
        file_id: str,
        offset: int,
        *,
        writer: str,
        expires_at: datetime,
        lost_epoch: int | None = None,
    ) -> Claim | None:
        """Let the process ``writer`` take in the bytes of an upload that stands at ``offset`` bytes.

        None when it stands elsewhere, is done, or another process is taking in bytes for it, see :meth:`is_written`.
        ``lost_epoch``: epoch of a writer that does not answer; it is not waited for.
        """
        free = or_(col(File.writer).is_(None), col(File.writer) == writer, col(File.active_at) < now() - WRITER_ACTIVE)
        if lost_epoch is not None:
            free = or_(free, col(File.epoch) == lost_epoch)
        statement = (
            update(File)
            .where(col(File.id) == file_id, col(File.offset) == offset, col(File.complete).is_(False), free)
            .values(epoch=col(File.epoch) + 1, writer=writer, active_at=now(), expires_at=expires_at)
            .returning(col(File.epoch), col(File.size))
        )
        row = connection_of(session).execute(statement).one_or_none()
        return None if row is None else Claim(file_id, row[0], offset, row[1])

    def checkpoints(self, session: Session, asked: Sequence[Checkpoint]) -> list[Claim | None]:
        """Move the durable offsets of uploads; None for each that somebody else owns.

        Raises:
            ParquayError: as :func:`~parquay.catalog.allowances.refuse_beyond`; more bytes than were announced there are
                only where none were.
        """
        if len({each.claim.file_id for each in asked}) < len(asked):  # one of them follows another
            return [claim for each in asked for claim in self.checkpoints(session, [each])]
        moved = move(session, asked)
        name_all(session, {each.claim.file_id: each.chunks for each in asked if each.claim.file_id in moved})
        return [self._moved(session, each, moved.get(each.claim.file_id)) for each in asked]

    def _moved(self, session: Session, asked: Checkpoint, found: Moved | None) -> Claim | None:
        if found is None:
            return None
        claim = asked.claim
        refuse_beyond(session, found.owner_id, asked.allowance, grew=claim.size is None)
        if found.concat != "partial":
            notify(session, progress_of(found.file_id))
            if asked.wake:
                self._jobs.enqueue(session, CONVERT, found.file_id, owner_id=found.owner_id, size=claim.size)
        return Claim(claim.file_id, claim.epoch, asked.offset, claim.size)

    def is_written(self, file: File, writer: str) -> bool:
        """Tell whether another process than ``writer`` took in bytes for ``file`` a moment ago."""
        return file.writer not in (None, writer) and file.active_at >= now() - WRITER_ACTIVE

    def release(self, session: Session, claim: Claim) -> None:
        """Note that nobody takes in bytes under ``claim`` any more."""
        statement = update(File).where(col(File.id) == claim.file_id, col(File.epoch) == claim.epoch)
        connection_of(session).execute(statement.values(writer=None))

    def declare(self, session: Session, claim: Claim, size: int, *, allowance: Allowance = UNBOUNDED) -> Claim | None:
        """Fix the total bytes of an upload; None when somebody else owns it.

        Raises:
            ParquayError: as :func:`~parquay.catalog.allowances.refuse_beyond`.
        """
        file = self._compare_and_set(session, claim, size=size)
        if file is None:
            return None
        refuse_beyond(session, file.owner_id, allowance)
        return Claim(claim.file_id, claim.epoch, claim.offset, size)

    def finish(
        self,
        session: Session,
        claim: Claim,
        offset: int,
        *,
        chunks: Sequence[Chunk] = (),
        allowance: Allowance = UNBOUNDED,
    ) -> bool:
        """Note that the last byte landed, and enqueue the conversion; False when somebody else owns the upload.

        The row, the job and the event are one transaction: an upload that is complete always has its job.

        Raises:
            ParquayError: as `checkpoint`.
        """
        values = {
            "offset": offset,
            "size": offset,
            "complete": True,
            "writer": None,
            "active_at": now(),
            "expires_at": case((col(File.concat) == "partial", col(File.expires_at)), else_=None),
            "status": case((col(File.concat) == "partial", literal("uploading")), else_=literal("processing")),
        }
        file = self._compare_and_set(session, claim, **values)
        if file is None:
            return False
        name(session, claim.file_id, chunks)
        refuse_beyond(session, file.owner_id, allowance, grew=claim.size is None)
        self._complete(session, file)
        return True

    def _complete(self, session: Session, file: File | Touched) -> None:
        found = consequences(is_new=False, complete=True, is_partial=file.concat == "partial")
        if found.event:
            self._events.emit(session, found.event, file)
        if found.converts:  # which may wait for more bytes already
            self._jobs.enqueue(session, CONVERT, file.id, owner_id=file.owner_id, size=file.size)
        self._tell_hooks(session, found.hooks, file.id)

    def _tell_hooks(self, session: Session, events: Sequence[str], *file_ids: str) -> None:
        if self._hooks is not None:
            self._hooks.add(session, events, *file_ids)

    def _compare_and_set(self, session: Session, claim: Claim, **values: Any) -> Touched | None:
        statement = (
            update(File)
            .where(
                col(File.id) == claim.file_id,
                col(File.epoch) == claim.epoch,
                col(File.offset) == claim.offset,
                col(File.complete).is_(False),
            )
            .values(**values)
            .returning(col(File.id), col(File.owner_id), col(File.shared), col(File.concat), col(File.size))
        )
        row = connection_of(session).execute(statement).one_or_none()
        return None if row is None else Touched(*row)

    def composed(self, session: Session, file_id: str, size: int, chunks: Sequence[Chunk] = ()) -> bool:
        """Note that a final upload has all ``size`` bytes of its parts, which are in ``chunks``.

        False when it was finished or removed, or one of the parts was: its chunks may be deleted already.
        """
        file = session.get(File, file_id, with_for_update=True)
        if file is None or file.complete or file.status == "error":
            return False
        if chunks and not self._are_kept(session, file.parts or [], chunks):
            return False
        name(session, file_id, chunks)
        file.offset = file.size = size
        file.complete, file.status, file.expires_at = True, "processing", None
        session.flush()
        self._complete(session, file)
        return True

    def _are_kept(self, session: Session, part_ids: Sequence[str], chunks: Sequence[Chunk]) -> bool:
        """Tell whether all of ``chunks`` are named by parts that stay until this transaction has named them again."""
        session.execute(select(File.id).where(col(File.id).in_(part_ids)).order_by(File.id).with_for_update())
        keys = {chunk.key for chunk in chunks}
        return named(session, list(keys)) == keys

    # What owners change

    def change(
        self,
        file_id: str,
        user_id: str,
        *,
        name: str | None = None,
        shared: bool | None = None,
        warnings: list[dict[str, Any]] | None = None,
        tags: list[str] | None = None,
    ) -> File | None:
        """Rename or tag an own file, let every user look at it or none, in one step; None when it is not theirs.

        ``warnings``: of the name, in place of those of the name before. ``tags``: in place of those that it had.
        """

        def write(session: Session) -> File | None:
            file = session.get(File, file_id, with_for_update=True)
            if file is None or file.owner_id != user_id:
                return None
            if name is not None:
                others = [each for each in file.upload_warnings or () if each["code"] != "name_changed"]
                file.name, file.upload_warnings = name, [*(warnings or ()), *others] or None
            if tags is not None:
                file.tags = tags_text(tags)
            role = VIEW if shared else None
            if shared is not None and role != everybodys_role(file):
                self._events.open_to_everybody(session, file, role)
            else:
                session.flush()
                self._events.emit(session, UPDATED, file)
            return file

        return self._catalog.write(write)

    def fail(self, session: Session, file_id: str, code: str, message: str) -> None:
        """Note that a file cannot become a table."""
        file = session.get(File, file_id, with_for_update=True)
        if file is not None and file.status == "processing":
            file.status, file.error_code, file.error_message, file.finished_at = "error", code, message, now()
            session.flush()
            self._events.emit(session, UPDATED, file)

    def has_job(self, file_id: str) -> bool:
        """Tell whether a file's conversion is queued or running."""
        return self._jobs.is_open(CONVERT, file_id)

    def convert_again(self, session: Session, file_id: str) -> None:
        """Send a complete file back to its conversion."""
        file = session.get(File, file_id, with_for_update=True)
        if file is not None and file.complete and not file.is_partial:
            file.status, file.finished_at, file.error_code, file.error_message = "processing", None, None, None
            session.flush()
            self._events.emit(session, UPDATED, file)
            self._jobs.enqueue(session, CONVERT, file_id, owner_id=file.owner_id, size=file.size)

    def lose(self, session: Session, file_id: str, code: str, message: str, *, unfinished: bool = False) -> None:
        """Note that promised bytes of a file are gone (``unfinished``: unless it has all): it cannot be continued."""
        file = session.get(File, file_id, with_for_update=True)
        if file is not None and not (unfinished and (file.complete or file.status == "error")):
            file.status, file.error_code, file.error_message, file.finished_at = "error", code, message, now()
            session.flush()
            self._events.emit(session, UPDATED, file)

    def remove(self, session: Session, file_id: str, *, expired_before: datetime | None = None) -> bool:
        """Delete a file with its segments, rejects and job; with ``expired_before`` only while it is expired.

        Final uploads that wait for it end: they can never have all their parts.
        """
        waiting = lock_waiting(session, file_id)
        file = session.get(File, file_id, with_for_update=True)
        if file is None:
            return False
        if expired_before is not None:
            over = select(File.id).where(File.id == file_id, is_over(expired_before))
            if session.exec(over).first() is None:
                return False
        if not file.is_partial:
            self._tell_hooks(session, ["removed"], file_id)
            self._events.emit_removal(session, file)
        self._jobs.cancel(session, file_id, CONVERT, REREAD, REFRESH, FETCH)
        forget_ranges(session, file_id)
        if file.upload_link_id and file.parts:
            lock_parts(session, file.parts)
        session.execute(delete(File).where(col(File.id) == file_id))
        if file.upload_link_id and file.parts and not file.complete:
            count_parts(session, file.upload_link_id, file.parts, in_final=False)
        for final_id in waiting:
            self.lose(session, final_id, *PART_GONE, unfinished=True)
        return True
