"""What could not be read into a table, by page or as one CSV file."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from fastapi import Response
from starlette.responses import StreamingResponse

from parquay.catalog.segments import Segments
from parquay.catalog.tables import File, Reject
from parquay.errors import BadInput
from parquay.web.files.file_schemas import RejectRow, Rejects
from parquay.web.http.content import disposition
from parquay.wiring import TableServices, UploadServices

LINES = 500
"""Lines of a download that are made at once."""

FIELDS = ("line", "byte", "column", "code", "text")


def rejects_page(uploads: UploadServices, tables: TableServices, file: File, limit: int, cursor: str | None) -> Rejects:
    """Return one page of the rejects of ``file``.

    Raises:
        BadInput: ``bad_cursor`` (400).
    """
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 19):
        raise BadInput("This cursor is not of this list.", "bad_cursor")
    page = uploads.segments.rejects(file.id, cursor=cursor or None, limit=limit)
    rows = _rows_before(uploads, file, page.items)
    mended = _mended(tables, file, page.items)
    items = [
        RejectRow(n=n, **{field: getattr(reject, field) for field in FIELDS}, row=row, mended=reject.rid in mended)
        for n, (reject, row) in enumerate(zip(page.items, rows, strict=True), page.first)
    ]
    return Rejects(total=page.total, items=items, next=page.next)


def _rows_before(uploads: UploadServices, file: File, items: Sequence[Reject]) -> list[int | None]:
    """How many rows stand before each; of files that were read before that was counted, as far as lines tell."""
    if all(reject.row is not None for reject in items):
        return [reject.row for reject in items]
    return uploads.segments.rows_before(file, items, lambda: _has_end(uploads, file))


def _mended(tables: TableServices, file: File, items: Iterable[Reject]) -> frozenset[int]:
    """The rows of the newest version that rejects became."""
    rids = [reject.rid for reject in items if reject.rid is not None]
    if not rids:
        return frozenset()
    newest = tables.tables.snapshot(file)
    return frozenset(rid for rid in rids if newest.find(rid) is not None)


def _has_end(uploads: UploadServices, file: File) -> bool:
    """Whether the last line of the upload ends; in UTF-16 a NUL is a half of the character."""
    with uploads.store.reader(file.id) as reader:
        tail = reader.read_at(max(0, file.offset - 2), 2)
    return tail.rstrip(b"\0").endswith((b"\n", b"\r"))


def rejects_csv(segments: Segments, tables: TableServices, file: File) -> Response:
    """Return every reject of ``file`` that was not mended as CSV, streamed."""
    headers = {
        "Content-Disposition": disposition(f"{file.name}.rejects.csv"),
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "X-Content-Type-Options": "nosniff",
    }
    mended = _mended(tables, file, tables.datasets.readings.mended(file.id, file.reading))
    lines = _lines(each for each in segments.every_reject(file.id) if each.rid not in mended)
    return StreamingResponse(lines, headers=headers, media_type="text/csv; charset=utf-8")


def _lines(rejects: Iterator[Reject]) -> Iterator[str]:
    yield _csv([FIELDS])
    while batch := list(islice(rejects, LINES)):
        yield _csv(tuple(getattr(reject, field) for field in FIELDS) for reject in batch)


def _csv(rows: Iterable[Iterable[object]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue()
