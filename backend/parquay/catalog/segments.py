"""Segments and rejects of a file, and the progress of its conversion: each step is one fenced transaction."""

from __future__ import annotations

import builtins
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, func, insert, select, update
from sqlmodel import Session, col

from parquay.catalog import reader_blocks, reject_positions
from parquay.catalog.notifications import progress_of
from parquay.catalog.session import CatalogRows, notify
from parquay.catalog.tables import File, FileReading, Reject, Segment, now

Fence = Callable[[Session], bool]
"""Tells, inside the transaction, whether the caller still holds its job's lease."""
Emit = Callable[[Session, str, File], None]
"""Writes an event of a kind about a file, inside the transaction."""

Note = Callable[[Session, File], None]
"""Writes something down about a file, inside the transaction."""

REJECT_BATCH = 1000
"""Rejects read at once when all of them are listed."""


@dataclass(frozen=True, slots=True)
class NewReject:
    """A reject to record; see `Reject`."""

    line: int
    byte: int
    column: str | None
    code: str
    text: str
    row: int | None = None


@dataclass(frozen=True, slots=True)
class NewSegment:
    """A segment to record, with what the file's row says after it; see `Segment` and `File`.

    `rejects` are those to keep, `reject_count` is how many there were; `readers` who read its blocks.
    """

    no: int
    byte_start: int
    byte_end: int
    line_start: int
    lines: int
    row_start: int
    rows: int
    part: str | None
    part_bytes: int
    state: dict[str, Any]
    parsed_bytes: int
    rejects: tuple[NewReject, ...] = ()
    reject_count: int = 0
    dialect: dict[str, Any] | None = None
    columns: list[dict[str, Any]] | None = None
    warnings: list[dict[str, Any]] | None = None
    readers: reader_blocks.Counts = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finished:
    """How a conversion ended: the values of the file's row. `columns` None: it is no table."""

    status: str = "done"
    row_count: int | None = None
    reject_count: int = 0
    parquet_path: str | None = None
    dataset_id: str | None = None
    sha256: str | None = None
    error_code: str | None = None
    error_message: str | None = None
    dialect: dict[str, Any] | None = None
    columns: list[dict[str, Any]] | None = None
    warnings: list[dict[str, Any]] | None = None


Publish = Callable[[File, Finished, Sequence[str]], tuple[Finished, Note | None]]
"""Makes the parts of a file (their names in the order of the rows) a table that others read; again after a crash.

Returns how the file ends, which may be an error, and what is to be noted in the transaction that ends it.
"""


@dataclass(frozen=True, slots=True)
class RejectPage:
    """Some rejects of a file; `total` counts those too that were not kept. `next`: cursor of the next page, if any.

    `first`: the number of the first of them, from 0 in the order of the file.
    """

    total: int
    items: Sequence[Reject] = ()
    next: str | None = None
    first: int = 0


class Segments(CatalogRows):
    """The segments of all files, as rows."""

    def file(self, file_id: str) -> File | None:
        """The file's row as it is now; None when it is gone."""
        with self._catalog.read() as session:
            return session.get(File, file_id)

    def list(self, file_id: str) -> Sequence[Segment]:
        """All segments of a file in order."""
        with self._catalog.read() as session:
            query = select(Segment).where(col(Segment.file_id) == file_id).order_by(col(Segment.no))
            return session.scalars(query).all()

    def last(self, file_id: str) -> Segment | None:
        """The segment at which conversion goes on; None before the first."""
        with self._catalog.read() as session:
            query = select(Segment).where(col(Segment.file_id) == file_id).order_by(col(Segment.no).desc()).limit(1)
            return session.scalar(query)

    def add(self, file_id: str, *segments: NewSegment, fence: Fence) -> bool:
        """Record segments, their rejects and the file's progress in one transaction.

        Returns False, and changes nothing, when the lease is lost, the file is gone, or the first is not the next.
        """

        def write(session: Session) -> bool:
            file = session.get(File, file_id, with_for_update=True)
            if file is None or not fence(session) or _count(session, file_id) != segments[0].no:
                return False
            for segment in segments:
                session.add(_row(file_id, segment))
                _add_rejects(session, file_id, segment)
                _record_progress(file, segment)
            reader_blocks.add(session, sum((Counter(each.readers) for each in segments), Counter()))
            notify(session, progress_of(file_id))
            return True

        return self._catalog.write(write)

    def replace(
        self,
        file_id: str,
        names: Sequence[str],
        part: str,
        sizes: dict[int, int],
        state: dict[str, Any],
        *,
        fence: Fence,
    ) -> bool:
        """Let the segments of the parts `names` point to the one `part` that replaces them.

        `sizes`: new bytes for each segment number; `state`: keys that replace those in each segment's state.
        Returns False when the lease is lost or the segments have changed meanwhile.
        """

        def write(session: Session) -> bool:
            if not fence(session):
                return False
            query = select(Segment).where(col(Segment.file_id) == file_id, col(Segment.part).in_(names))
            found = session.scalars(query).all()
            if {each.no for each in found} != set(sizes):
                return False
            for each in found:
                each.part, each.part_bytes, each.state = part, sizes[each.no], {**each.state, **state}
            return True

        return self._catalog.write(write)

    def reset(self, file_id: str, *, fence: Fence) -> bool:
        """Forget all segments of a file, so that its conversion starts again; False when the lease is lost."""

        def write(session: Session) -> bool:
            # The file's row first, as everywhere: two that lock rows in another order would wait for each other.
            session.get(File, file_id, with_for_update=True)
            if not fence(session):
                return False
            session.execute(delete(Segment).where(col(Segment.file_id) == file_id))
            session.execute(delete(Reject).where(col(Reject.file_id) == file_id))
            nothing = {"parsed_bytes": 0, "parsed_rows": 0, "reject_count": 0} | dict.fromkeys(
                ("columns", "dialect", "warnings")
            )
            session.execute(update(File).where(col(File.id) == file_id).values(**nothing))
            return True

        return self._catalog.write(write)

    def finish(
        self, file_id: str, end: Finished, *, fence: Fence, emit: Emit | None = None, note: Note | None = None
    ) -> bool:
        """Record how the conversion ended, with what `note` adds; False when the lease is lost or the file is gone."""

        def write(session: Session) -> bool:
            file = session.get(File, file_id, with_for_update=True)
            if file is None or not fence(session):
                return False
            for name in Finished.__slots__:
                setattr(file, name, getattr(end, name))
            file.parsed_bytes, file.parsed_rows = file.offset, end.row_count or 0
            file.finished_at = now()
            if note is not None:
                note(session, file)
            session.flush()
            if emit is not None:
                emit(session, "file.updated", file)
            return True

        return self._catalog.write(write)

    def holds(self, fence: Fence) -> bool:
        """Whether the lease is still held, decided in a transaction."""
        return self._catalog.write(fence)

    def rejects(self, file_id: str, *, cursor: str | None = None, limit: int = 100) -> RejectPage:
        """One page of a file's rejects in order; `cursor`: the `next` of the page before (another: from the start)."""
        after = int(cursor) if cursor and cursor.isascii() and cursor.isdigit() and len(cursor) < 19 else 0
        with self._catalog.read() as session:
            total = session.scalar(_reject_count(file_id))
            found = self._page(session, file_id, after, limit + 1)
            before = select(func.count()).where(*_of_newest(file_id), col(Reject.id) <= after)
            first = (session.scalar(before) or 0) if after else 0
        more = len(found) > limit
        items = found[:limit]
        return RejectPage(total or 0, items, str(items[-1].id) if more else None, first)

    def rows_before(self, file: File, page: Sequence[Reject], ended: Callable[[], bool]) -> builtins.list[int | None]:
        """How many rows of the file stand before each reject of a page; see `reject_positions.rows_before`."""
        return reject_positions.rows_before(self._catalog, file, page, ended)

    def every_reject(self, file_id: str) -> Iterator[Reject]:
        """All rejects of a file in order, a batch at a time, with no session open in between."""
        after = 0
        while True:
            with self._catalog.read() as session:
                found = self._page(session, file_id, after, REJECT_BATCH)
            yield from found
            if len(found) < REJECT_BATCH:
                return
            after = found[-1].id or 0

    def _page(self, session: Session, file_id: str, after: int, limit: int) -> Sequence[Reject]:
        query = select(Reject).where(*_of_newest(file_id), col(Reject.id) > after)
        return session.scalars(query.order_by(col(Reject.id)).limit(limit)).all()


def _of_newest(file_id: str) -> tuple[ColumnElement[bool], ...]:
    """Of the rejects those of the reading whose rows the newest version of the table has."""
    reading = select(col(File.reading)).where(col(File.id) == file_id).scalar_subquery()
    return col(Reject.file_id) == file_id, col(Reject.reading) == reading


def _reject_count(file_id: str) -> Select[Any]:
    """How many rejects the newest version's reading had, also those that were mended since."""
    had = select(col(FileReading.reject_count)).where(
        col(FileReading.dataset_id) == col(File.id), col(FileReading.no) == col(File.reading)
    )
    counted = func.coalesce(had.correlate(File).scalar_subquery(), col(File.reject_count))
    return select(counted).where(col(File.id) == file_id)


def _count(session: Session, file_id: str) -> int:
    highest = session.scalar(select(func.max(Segment.no)).where(col(Segment.file_id) == file_id))
    return 0 if highest is None else highest + 1


def _row(file_id: str, new: NewSegment) -> Segment:
    return Segment(
        file_id=file_id,
        no=new.no,
        byte_start=new.byte_start,
        byte_end=new.byte_end,
        line_start=new.line_start,
        lines=new.lines,
        row_start=new.row_start,
        rows=new.rows,
        part=new.part,
        part_bytes=new.part_bytes,
        reject_count=new.reject_count,
        state=new.state,
    )


def _add_rejects(session: Session, file_id: str, new: NewSegment) -> None:
    if not new.rejects:
        return
    session.flush()
    rows = [
        {"file_id": file_id, "segment_no": new.no, "line": each.line, "byte": each.byte, "column": each.column,
         "code": each.code, "text": each.text, "row": each.row}
        for each in new.rejects
    ]  # fmt: skip
    session.execute(insert(Reject), rows)


def _record_progress(file: File, new: NewSegment) -> None:
    # What other workers have converted counts too; what one of them loses is not taken away again.
    file.parsed_bytes = max(file.parsed_bytes, new.parsed_bytes)
    file.parsed_rows = new.row_start + new.rows
    file.reject_count += new.reject_count
    if new.columns is not None:
        file.columns = new.columns
    if new.dialect is not None:
        file.dialect = new.dialect
    if new.warnings is not None:
        file.warnings = new.warnings
