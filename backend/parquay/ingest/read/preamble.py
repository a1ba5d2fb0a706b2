"""What stands above a table: titles, comments, rows of something else. None of it vanishes without a word."""

from __future__ import annotations

from parquay.ingest.read import arrow_reader
from parquay.ingest.read.cell_kinds import is_comment
from parquay.ingest.read.rows import RejectList, SegmentRows
from parquay.ingest.read.tolerant_reader import Row, RowReader
from parquay.ingest.text import split
from parquay.ingest.text.dialect import Dialect
from parquay.ingest.text.warnings import FileWarning, warn


def read_above(data: bytes, dialect: Dialect) -> SegmentRows:
    """Read the bytes of a file from behind its mark up to the first data row; the header is the end of them.

    A row with several fields is a reject, a line with one is a warning, and a blank one means nothing.
    """
    above = data[: max(0, dialect.head - dialect.bom)]
    warnings: dict[str, FileWarning] = {}
    rejects = RejectList()
    line = 1
    for row in RowReader(above, dialect, final=True).rows():
        text = above[row.start : row.end]
        lines = split.count_lines(text)
        code = _code_of(row, text, declared=line <= dialect.declared_lines)
        if code == "above_table":
            rejects.add(code, None, text, line=line, byte=dialect.bom + row.start, codec=dialect.codec)
        elif code:
            warn(warnings, code, line, text.decode(dialect.codec, "replace"))
        line += lines
    return SegmentRows(
        arrow_reader.empty(dialect.columns),
        len(data),
        split.count_lines(data),
        tuple(rejects.kept),
        tuple(warnings.values()),
        rejects.unlisted,
    )


def _code_of(row: Row, text: bytes, *, declared: bool) -> str:
    """What a line above the table is; empty for a blank one."""
    if not text.strip():
        return ""
    if declared:
        return "skipped_line"
    if row.comment or is_comment(text):
        return "comment_line"
    if text.strip(b'"').lower().startswith(b"sep=") and row.start == 0:
        return "delimiter_line"
    filled = sum(1 for cell in row.cells if cell and cell.strip())
    return "above_table" if filled > 1 else "title_line"
