"""A copy of an embedded catalog that becomes part of a backup: what it names, and what has to be forgotten in it."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple, Self

from sqlalchemy import delete, func, text, update
from sqlmodel import Session, col, select

from parquay.catalog.events import Events
from parquay.catalog.files import Files
from parquay.catalog.jobs import Jobs
from parquay.catalog.migrate import revisions
from parquay.catalog.segments import Segments
from parquay.catalog.session import Catalog
from parquay.catalog.tables import Event, File, Job, Lease, RemovedEvents, Segment, Volume
from parquay.errors import Damaged

TABLE_IS_THERE = "done"
"""The status of a file whose table, if it has one, is in its log."""
BATCH = 1000
"""Rows that are read at once."""


class NamedFile(NamedTuple):
    """What a catalog promises of a file.

    Attributes:
        offset: bytes of the upload.
        complete: whether it gets no more of them.
        version: of its table, in whose log nothing later counts; 0 also without one.
        table_bytes: bytes of the parts of all versions.
    """

    id: str
    offset: int
    complete: bool
    status: str
    version: int | None
    table_bytes: int

    @property
    def has_table(self) -> bool:
        """Whether what is in its place is a table, and not on the way to one."""
        return self.status == TABLE_IS_THERE


_COLUMNS = (File.id, File.offset, File.complete, File.status, File.table_version, File.table_bytes)


class CatalogCopy:
    """A catalog in a file of its own, which no other process has open."""

    def __init__(self, path: Path) -> None:
        self._catalog = Catalog(f"sqlite:///{path}", readers=1)
        self._files = Files(self._catalog, Events(self._catalog), Jobs(self._catalog))
        self._segments = Segments(self._catalog)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._catalog.close()

    def check(self) -> None:
        """See to it that the copy can be read.

        Raises:
            Damaged: ``catalog_damaged``.
        """
        if found := self._catalog.faults(full=False):
            raise Damaged(f"The catalog is damaged: {found[0]}.", "catalog_damaged")

    def is_known(self) -> bool:
        """Whether its schema is one that this version knows."""
        with self._catalog.read() as session:
            return session.execute(text("SELECT version_num FROM alembic_version")).scalar() in revisions()

    def volume_id(self) -> str:
        """Return the id of the volume that it belongs to."""
        with self._catalog.read() as session:
            return session.exec(select(Volume.id)).one()

    def size(self) -> int:
        """Return the bytes that it names, of uploads and of tables."""
        with self._catalog.read() as session:
            return int(session.exec(select(func.coalesce(func.sum(File.offset + File.table_bytes), 0))).one())

    def files(self) -> Iterator[list[NamedFile]]:
        """Yield its files by id, many at a time; they may be forgotten meanwhile."""
        after = ""
        while True:
            query = select(*_COLUMNS).where(col(File.id) > after)  # type: ignore[call-overload]
            with self._catalog.read() as session:
                found = session.execute(query.order_by(col(File.id)).limit(BATCH)).all()
            yield [NamedFile(*each) for each in found]
            if len(found) < BATCH:
                return
            after = found[-1][0]

    def forget(self, file_id: str) -> None:
        """Forget a file that was removed since the copy was made."""
        self._catalog.write(lambda session: self._files.remove(session, file_id))

    def begin_again(self, file_id: str) -> None:
        """Have a conversion that was on its way begin anew: its parts are not kept."""
        with self._catalog.read() as session:
            has_begun = session.exec(select(Segment.no).where(Segment.file_id == file_id).limit(1)).first() is not None
        if has_begun:
            self._segments.reset(file_id, fence=lambda _session: True)

    def forget_owners(self) -> None:
        """Forget what processes had alone: none of them works on the copy."""
        self._catalog.write(_forget_owners)

    def renew_events(self) -> None:
        """Give events ids that none had before, and let everybody who followed them know that some are missing.

        Clients remember the last event that they saw, which may be one from after the copy: without this its id would
        come once more, for something else.
        """
        self._catalog.write(_renew_events)


def _forget_owners(session: Session) -> None:
    session.execute(delete(Lease))
    session.execute(update(File).values(writer=None))
    session.execute(update(Job).values(lease_owner=None, lease_until=None))
    running = update(Job).where(col(Job.state) == "running")
    session.execute(running.values(state="queued", lease_epoch=Job.lease_epoch + 1))


def _renew_events(session: Session) -> None:
    upto = int(time.time() * 1000)  # more events than one in a millisecond have never been
    session.execute(delete(Event))
    session.execute(delete(RemovedEvents))
    session.add(RemovedEvents(upto=upto))
    session.flush()
    session.execute(text("DELETE FROM sqlite_sequence WHERE name = 'event'"))
    session.execute(text("INSERT INTO sqlite_sequence (name, seq) VALUES ('event', :upto)"), {"upto": upto})
