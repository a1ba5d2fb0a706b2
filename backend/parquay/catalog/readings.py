"""The readings of files: how each was read into its table, what could not be read, and which of it was mended since.

A version of a table is of one reading, as its log says. What the file's row tells - dialect, warnings, rejects - is
that of its newest version's, and goes with it when an older version is restored.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict

from sqlmodel import Session, col, delete, func, insert, select, update

from parquay.catalog.segments import NewReject
from parquay.catalog.session import CatalogRows
from parquay.catalog.tables import DatasetVersion, File, FileReading, Reject

Holds = Callable[[int], bool]
"""Tells whether a version of a table has the row of an id."""


def holds_none(_rid: int) -> bool:
    """Of a version that has no row of a reject."""
    return False


class Readings(CatalogRows):
    """Queries and writes on readings."""

    def one(self, dataset_id: str, no: int) -> FileReading | None:
        """A reading of a file; None where there is none, or the file's row tells the same."""
        with self._catalog.read() as session:
            return session.get(FileReading, (dataset_id, no))

    def of(self, file: File, no: int) -> FileReading:
        """A reading of a file, the first one also where its row tells it."""
        return self.one(file.id, no) or _first(file)

    def made_in(self, dataset_id: str, no: int) -> int | None:
        """The version that a reading made, which others of it follow; None when none did."""
        query = select(func.min(DatasetVersion.version)).where(
            DatasetVersion.dataset_id == dataset_id, DatasetVersion.reading == no
        )
        with self._catalog.read() as session:
            return session.exec(query).one()

    def next(self, dataset_id: str) -> int:
        """The number of the next reading."""
        with self._catalog.read() as session:
            highest = session.exec(select(func.max(FileReading.no)).where(FileReading.dataset_id == dataset_id)).one()
        return 1 + (highest or 0)

    def keep(self, reading: FileReading, rejects: Iterable[NewReject]) -> None:
        """Keep a reading with its rejects, in place of what an earlier attempt left of it."""
        rows = [
            {"file_id": reading.dataset_id, "segment_no": 0, "reading": reading.no, **asdict(each)} for each in rejects
        ]

        def write(session: Session) -> None:
            file = session.get(File, reading.dataset_id, with_for_update=True)
            if file is None:
                return
            _forget(session, reading.dataset_id, reading.no)
            if session.get(FileReading, (file.id, 0)) is None:
                session.add(_first(file))
            session.add(reading)
            session.flush()
            if rows:
                session.execute(insert(Reject), rows)

        self._catalog.write(write)

    def reject(self, dataset_id: str, no: int, n: int) -> Reject | None:
        """Reject number ``n`` (from 0) of reading ``no``; None when none of that number is kept."""
        query = select(Reject).where(Reject.file_id == dataset_id, Reject.reading == no)
        with self._catalog.read() as session:
            return session.exec(query.order_by(col(Reject.id)).offset(n).limit(1)).one_or_none()

    def mended(self, dataset_id: str, no: int) -> Sequence[Reject]:
        """The rejects of reading ``no`` that became rows of some version, in the order of the file."""
        query = select(Reject).where(Reject.file_id == dataset_id, Reject.reading == no, col(Reject.rid).is_not(None))
        with self._catalog.read() as session:
            return session.exec(query.order_by(col(Reject.id))).all()


def _first(file: File) -> FileReading:
    """The first reading of a file, as its row tells it."""
    return FileReading(
        dataset_id=file.id,
        no=0,
        options=file.options,
        dialect=file.dialect,
        warnings=file.warnings,
        reject_count=file.reject_count,
        rows=file.parsed_rows,
    )


def _forget(session: Session, dataset_id: str, no: int) -> None:
    session.execute(delete(Reject).where(col(Reject.file_id) == dataset_id, col(Reject.reading) == no))
    session.execute(delete(FileReading).where(col(FileReading.dataset_id) == dataset_id, col(FileReading.no) == no))


def note_mended(session: Session, file: File, reject_id: int, rid: int) -> None:
    """Note which row a reject became."""
    if session.get(FileReading, (file.id, 0)) is None:
        session.add(_first(file))
    of_file = col(Reject.file_id) == file.id
    session.execute(update(Reject).where(of_file, col(Reject.rid) == rid).values(rid=None))
    session.execute(update(Reject).where(of_file, col(Reject.id) == reject_id).values(rid=rid))


def stand_at(session: Session, file: File, no: int, holds: Holds) -> bool:
    """Let a file's row tell the reading ``no``, that of its newest version; return whether it tells something else now.

    Rejects whose rows are in that version (``holds``) are none any more.
    """
    reading = session.get(FileReading, (file.id, no))
    if reading is None:
        return False
    query = select(Reject.rid).where(Reject.file_id == file.id, Reject.reading == no, col(Reject.rid).is_not(None))
    mended = sum(1 for rid in session.exec(query) if rid is not None and holds(rid))
    before = file.reading, file.reject_count
    file.reading, file.reject_count = no, reading.reject_count - mended
    file.options, file.dialect, file.warnings = reading.options, reading.dialect, reading.warnings
    return before != (file.reading, file.reject_count)
