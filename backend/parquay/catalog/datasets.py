"""Datasets in the catalog: a mirror of their Delta logs, so that lists, histories and events need no look into one.

The log is the truth. A version is committed there first and noted here after; what a crash left out is noted later,
from the log, by whoever finds it missing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, not_, or_
from sqlmodel import Session, col, delete, func, select, update

from parquay.catalog.events import Events
from parquay.catalog.leases import Leases
from parquay.catalog.readings import Holds, Readings, holds_none, note_mended, stand_at
from parquay.catalog.segments import Note
from parquay.catalog.session import Catalog
from parquay.catalog.tables import DatasetVersion, File, Segment, User, now
from parquay.catalog.usage import quota_of, refuse_over

UPDATED = "dataset.updated"


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version to note, see `DatasetVersion`. `columns` as the file keeps them.

    `reading`: of the file, whose rows it has; `mended`: a reject that it mended, and the id of the row it became.
    """

    version: int
    kind: str
    created_at: datetime
    rows: int
    bytes: int
    columns: Sequence[dict[str, Any]]
    author: str | None = None
    message: str | None = None
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    entry_crc: int | None = None
    checkpoint_crc: int | None = None
    reading: int = 0
    mended: tuple[int, int] | None = None


class Datasets:
    """Queries and writes on versions."""

    def __init__(self, catalog: Catalog, events: Events, leases: Leases) -> None:
        """``leases``: of the writers and readers of tables."""
        self.leases = leases
        self.readings = Readings(catalog)
        self._catalog = catalog
        self._events = events

    def note(
        self, dataset_id: str, versions: Sequence[NewVersion], *, more: int = 0, holds: Holds = holds_none
    ) -> bool:
        """Note versions that the log has, in order, and tell of them; those that are noted already are left alone.

        ``holds``: whether the newest one has a row. ``more``: bytes of new parts that were not booked before. Returns
        False when the dataset is gone.
        """

        def write(session: Session) -> bool:
            file = session.get(File, dataset_id, with_for_update=True)
            if file is None:
                return False
            fresh = [each for each in versions if session.get(DatasetVersion, (dataset_id, each.version)) is None]
            for each in fresh:
                session.add(row_of(file, each))
                if each.mended is not None:
                    note_mended(session, file, *each.mended)
            file.table_bytes += more
            if fresh and (file.table_version is None or fresh[-1].version > file.table_version):
                _stand_at(file, fresh[-1])
                is_other = stand_at(session, file, fresh[-1].reading, holds)
                session.flush()
                self._events.emit(session, UPDATED, file)
                if is_other:
                    self._events.emit(session, "file.updated", file)
            return True

        return self._catalog.write(write)

    def creation(self, first: NewVersion) -> Note:
        """Return what notes the first version in the transaction that ends its file; it replaces an earlier one."""

        def write(session: Session, file: File) -> None:
            session.execute(delete(DatasetVersion).where(col(DatasetVersion.dataset_id) == file.id))
            session.add(row_of(file, first))
            file.table_version, file.table_at = first.version, first.created_at
            file.table_bytes = first.bytes
            self._events.emit(session, UPDATED, file)

        return write

    def book(self, dataset_id: str, more: int, quota: int = 0) -> None:
        """Count bytes of parts that are about to belong to a dataset, or (less than 0) that do not after all.

        Raises:
            TooLarge: ``quota_exceeded`` (413), its owner would have more than ``quota`` bytes.
        """

        def write(session: Session) -> None:
            file = session.get(File, dataset_id, with_for_update=True)
            if file is not None:
                file.table_bytes += more
                session.flush()
                refuse_over(session, file.owner_id, quota)

        self._catalog.write(write)

    def quota(self, owner_id: str, otherwise: int) -> int:
        """Bytes that the owner of a dataset may store, 0: any number; ``otherwise`` where none is their own."""
        with self._catalog.read() as session:
            return quota_of(session, owner_id, otherwise)

    def weigh(self, dataset_id: str, total: int) -> None:
        """Note the bytes of all parts that a dataset has, as they were found."""
        statement = update(File).where(col(File.id) == dataset_id, col(File.table_bytes) != total)
        self._catalog.write(lambda session: session.execute(statement.values(table_bytes=total)))

    def noted(self, dataset_id: str) -> int:
        """The newest version that is noted; -1 when none is."""
        with self._catalog.read() as session:
            return _newest(session, dataset_id)

    def history(
        self, dataset_id: str, *, limit: int | None = None, before: int | None = None
    ) -> Sequence[DatasetVersion]:
        """Versions, newest first; at most `limit` of those before version `before`."""
        query = select(DatasetVersion).where(DatasetVersion.dataset_id == dataset_id)
        if before is not None:
            query = query.where(col(DatasetVersion.version) < before)
        with self._catalog.read() as session:
            return session.exec(query.order_by(col(DatasetVersion.version).desc()).limit(limit)).all()

    def one(self, dataset_id: str, version: int) -> DatasetVersion | None:
        """One version; None when it is not noted."""
        with self._catalog.read() as session:
            return session.get(DatasetVersion, (dataset_id, version))

    def checksums(self, dataset_id: str, upto: int) -> dict[int, tuple[int | None, int | None]]:
        """The CRC-32C of the entry and of the checkpoint of each version up to `upto`, as far as they are known.

        Only of what tells of that version: from the last checkpoint on.
        """
        until = DatasetVersion.dataset_id == dataset_id, col(DatasetVersion.version) <= upto
        last = select(func.max(DatasetVersion.version)).where(*until, col(DatasetVersion.checkpoint_crc).is_not(None))
        found = select(DatasetVersion.version, DatasetVersion.entry_crc, DatasetVersion.checkpoint_crc).where(
            *until, col(DatasetVersion.version) >= func.coalesce(last.scalar_subquery(), 0)
        )
        with self._catalog.read() as session:
            return {version: (entry, checkpoint) for version, entry, checkpoint in session.exec(found)}

    def part_names(self, file_id: str) -> list[str]:
        """The parts that the conversion of a file recorded."""
        query = select(Segment.part).where(Segment.file_id == file_id, col(Segment.part).is_not(None)).distinct()
        with self._catalog.read() as session:
            return [name for name in session.exec(query) if name is not None]

    def is_expired(self, dataset_id: str, version: int) -> bool:
        """Whether a version was given up."""
        found = self.one(dataset_id, version)
        return found is not None and found.expired_at is not None

    def pin(self, dataset_id: str, version: int, *, pinned: bool) -> DatasetVersion | None:
        """Keep a version for good, or no longer; None when there is none, or its rows are gone."""

        def write(session: Session) -> DatasetVersion | None:
            found = session.get(DatasetVersion, (dataset_id, version), with_for_update=True)
            if found is None or found.expired_at is not None:
                return None
            found.pinned = pinned
            session.flush()
            return found

        return self._catalog.write(write)

    def expire(self, dataset_id: str, keep: int) -> int:
        """Give up all but the newest `keep` versions and those that are pinned; return how many that were.

        Of those that the owner made, the owner's newest `keep` stay, however many others have made since.
        """

        def write(session: Session) -> int:
            last = _newest(session, dataset_id)
            theirs = _by_owner(dataset_id)
            newest = select(DatasetVersion.version).where(DatasetVersion.dataset_id == dataset_id, theirs)
            newest = newest.order_by(col(DatasetVersion.version).desc()).offset(keep - 1).limit(1)
            oldest_kept = session.exec(newest).one_or_none() or 0
            statement = (
                update(DatasetVersion)
                .where(
                    col(DatasetVersion.dataset_id) == dataset_id,
                    col(DatasetVersion.version) <= last - keep,
                    or_(not_(theirs), col(DatasetVersion.version) < oldest_kept),
                    col(DatasetVersion.pinned).is_(False),
                    col(DatasetVersion.expired_at).is_(None),
                )
                .values(expired_at=now())
                .returning(col(DatasetVersion.version))
            )
            return len(session.execute(statement).all())

        return self._catalog.write(write)

    def cleared(self, dataset_id: str, versions: Sequence[int]) -> None:
        """Note that parts which only `versions` had are deleted."""
        statement = (
            update(DatasetVersion)
            .where(col(DatasetVersion.dataset_id) == dataset_id, col(DatasetVersion.version).in_(versions))
            .values(cleared=True)
        )
        self._catalog.write(lambda session: session.execute(statement))

    def uncleared(self, dataset_id: str) -> Sequence[DatasetVersion]:
        """Versions whose parts are still there, kept or expired, newest first."""
        query = select(DatasetVersion).where(
            DatasetVersion.dataset_id == dataset_id, col(DatasetVersion.cleared).is_(False)
        )
        with self._catalog.read() as session:
            return session.exec(query.order_by(col(DatasetVersion.version).desc())).all()

    def tables(self) -> list[tuple[str, int | None]]:
        """Every dataset's id with the newest version that is noted."""
        query = select(File.id, File.table_version).where(
            File.status == "done", col(File.parquet_path).is_not(None), File.dataset_id == File.id
        )
        with self._catalog.read() as session:
            return list(session.exec(query))


def _by_owner(dataset_id: str) -> ColumnElement[bool]:
    """Whether a version was made by the owner, or by a program without a name."""
    owner = select(User.username).join(File, col(File.owner_id) == User.id).where(File.id == dataset_id)
    return or_(col(DatasetVersion.author).is_(None), col(DatasetVersion.author) == owner.scalar_subquery())


def _newest(session: Session, dataset_id: str) -> int:
    found = session.scalar(select(func.max(DatasetVersion.version)).where(DatasetVersion.dataset_id == dataset_id))
    return -1 if found is None else found


def row_of(file: File, new: NewVersion) -> DatasetVersion:
    """The row that notes a version."""
    return DatasetVersion(
        dataset_id=file.id,
        version=new.version,
        kind=new.kind,
        author=new.author,
        message=new.message,
        rows=new.rows,
        inserted=new.inserted,
        updated=new.updated,
        deleted=new.deleted,
        bytes=new.bytes,
        created_at=new.created_at,
        entry_crc=new.entry_crc,
        checkpoint_crc=new.checkpoint_crc,
        reading=new.reading,
    )


def _stand_at(file: File, newest: NewVersion) -> None:
    file.table_version, file.table_at = newest.version, newest.created_at
    file.row_count, file.columns = newest.rows, [dict(each) for each in newest.columns]
