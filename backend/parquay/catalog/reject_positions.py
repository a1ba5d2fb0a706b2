"""Where in the table a reject would stand: how many of the file's rows come before it, where that is certain.

Lines are counted, rows are not looked at. A segment of which every line is one row or one reject tells the position of
each line in it; where a cell has several lines, or a line is blank or a comment, nobody knows how many stand before.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import func, select
from sqlmodel import Session, col

from parquay.catalog.session import Catalog
from parquay.catalog.tables import File, Reject, Segment

BY_LINE = ("csv", "ndjson")
"""Formats in which a row starts with its line."""


def row_of(segment: Segment, reject: Reject, first_line: int, above: int, before: int, *, ended: bool) -> int | None:
    """How many rows of the file stand before ``reject``, None where lines do not tell. Pure.

    Args:
        segment: in which the reject stands.
        reject: the text that could not be read.
        first_line: physical line of the first data row.
        above: rejects of the segment that stand above that line.
        before: those that stand below it, and before this one.
        ended: whether the last line of the segment has an end; one without is not among its `lines`.
    """
    start = max(segment.line_start, first_line)
    lines = segment.line_start + segment.lines - start + (not ended)
    if reject.line < start:
        return 0
    if segment.rows + segment.reject_count - above != lines:
        return None
    return segment.row_start + reject.line - start - before


def rows_before(catalog: Catalog, file: File, page: Sequence[Reject], ended: Callable[[], bool]) -> list[int | None]:
    """`row_of` for each of a page of rejects that follow each other.

    ``ended`` tells whether the file's last line has an end; it is asked only where that matters.
    """
    dialect: Mapping[str, object] = file.dialect or {}
    first_line = dialect.get("body_line")
    if not page or not isinstance(first_line, int) or dialect.get("format") not in BY_LINE:
        return [None] * len(page)
    with catalog.read() as session:
        numbers = {each.segment_no for each in page}
        query = select(Segment).where(col(Segment.file_id) == file.id, col(Segment.no).in_(numbers))
        segments = {each.no: each for each in session.scalars(query)}
        last = session.scalar(select(func.max(Segment.no)).where(col(Segment.file_id) == file.id))
        above = _count(session, file.id, 0, col(Reject.line) < first_line)
        same = (col(Reject.line) >= first_line, col(Reject.id) < (page[0].id or 0))
        before = {page[0].segment_no: _count(session, file.id, page[0].segment_no, *same)}
    has_end = last not in numbers or ended()
    found: list[int | None] = []
    for reject in page:
        segment, passed = segments.get(reject.segment_no), before.get(reject.segment_no, 0)
        top = above if reject.segment_no == 0 else 0
        is_complete = has_end or reject.segment_no != last
        found.append(None if segment is None else row_of(segment, reject, first_line, top, passed, ended=is_complete))
        before[reject.segment_no] = passed + (reject.line >= first_line)
    return found


def _count(session: Session, file_id: str, number: int, *which: object) -> int:
    query = select(func.count()).select_from(Reject)
    query = query.where(col(Reject.file_id) == file_id, col(Reject.segment_no) == number, *which)  # type: ignore[arg-type]
    return session.scalar(query) or 0
