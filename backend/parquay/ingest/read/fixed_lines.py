"""Lines in which each column has its characters, as a caller says how many: a line is a row.

What pads a cell to its width is no part of it: spaces and tabs at its ends. A line may end early, because editors and
databases cut the spaces at the ends of lines; one that goes on behind the last column is none of these rows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import accumulate

import pyarrow as pa

from parquay.ingest.read.rows import RejectList, SegmentRows
from parquay.ingest.text.dialect import Dialect

FORMAT = "fixed"
"""What the dialect of such lines is called."""
PADDING = " \t"
_LINE_END = re.compile(rb"\r\n|\n|\r")

Cells = list[str | None]


def cells_of(line: str, widths: Sequence[int]) -> Cells | None:
    """The cells of a line, None where there is nothing; None instead of them if it is longer than all columns."""
    ends = list(accumulate(widths))
    if line[ends[-1] :].strip(PADDING):
        return None
    return [line[end - width : end].strip(PADDING) or None for end, width in zip(ends, widths, strict=True)]


def read_lines(body: bytes, dialect: Dialect, *, byte: int, line: int) -> SegmentRows:
    """Read the lines of `body`; blank ones mean nothing."""
    rows: list[Cells] = []
    rejects = RejectList()
    lines = 0
    for number, (start, end, _) in enumerate(line_spans(body), line):
        lines += 1
        raw = body[start:end]
        try:
            text = raw.decode(dialect.codec)
            cells, code = cells_of(text, dialect.widths), "too_many_fields"
        except UnicodeDecodeError:
            text, cells, code = "?", None, "bad_encoding"
        if cells is not None and text.strip(PADDING):
            rows.append(cells)
        elif cells is None:
            rejects.add(code, None, raw, line=number, byte=byte + start, row=len(rows), codec=dialect.codec)
    columns = zip(*rows, strict=True) if rows else [()] * len(dialect.columns)
    table = pa.table([pa.array(column, pa.string()) for column in columns], names=list(dialect.columns))
    return SegmentRows(table, len(body), lines, tuple(rejects.kept), unlisted=rejects.unlisted)


def line_spans(text: bytes) -> Iterator[tuple[int, int, int]]:
    """Where each line starts and ends, and where the next one starts."""
    at = 0
    for match in _LINE_END.finditer(text):
        yield at, match.start(), match.end()
        at = match.end()
    if at < len(text):
        yield at, len(text), len(text)
