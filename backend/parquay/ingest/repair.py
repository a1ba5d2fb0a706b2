"""The tolerant reader: looks at every field of a segment that is not well formed, and loses only what is broken.

Its rules, field by field:

- A quote at the start of a field opens it. It is closed by a quote that a delimiter, a row end or the end of the file
  follows, spaces between them not counted. Any other quote inside is a literal character.
- A quote anywhere else is a literal character.
- An opening quote that is never closed, or whose text has run on for `RUNAWAY` bytes without a close, is a literal
  character too: its row ends where its line ends.

It works on bytes and is slow; only segments that the quick reader cannot take come here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from parquay.ingest.dialect import Dialect

RUNAWAY = 1 << 20
"""Bytes after which an open quote is taken for a stray one."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as it stands in the segment.

    Attributes:
        start, end: bytes in the segment, the row end included.
        cells: the fields without their quotes; None where an unquoted field is empty.
        strays: quotes that were kept as literal characters.
        runaway: whether an opening quote was never closed.
    """

    start: int
    end: int
    cells: tuple[bytes | None, ...]
    strays: int = 0
    runaway: bool = False


class Incomplete(Exception):
    """The row goes on behind the bytes that are there."""


class RowReader:
    """Reads the rows of one segment."""

    def __init__(self, data: bytes, dialect: Dialect, *, final: bool) -> None:
        """`final`: the file ends with `data`."""
        self._data = data
        self._final = final
        self._quote = dialect.quote.encode()
        self._escape = dialect.escape.encode() if dialect.escape != dialect.quote else b""
        delimiter = re.escape(dialect.delimiter.encode())
        stops = (delimiter + b"|" if delimiter else b"") + rb"\r\n|\n|\r"
        self._stop = re.compile(stops)
        self._delimiter = dialect.delimiter.encode()
        self._closed = re.compile(rb" *(?:" + stops + (rb"|\Z)" if final else b")"))
        self._strays = 0
        self._runaway = False

    def rows(self) -> Iterator[Row]:
        """Yield each row that has ended."""
        at = 0
        while at < len(self._data):
            try:
                row = self._row(at)
            except Incomplete:
                return
            yield row
            at = row.end

    def _row(self, start: int) -> Row:
        self._strays, self._runaway = 0, False
        cells: list[bytes | None] = []
        at, more = start, True
        while more:
            cell, at, more = self._field(at)
            cells.append(cell)
        return Row(start, at, tuple(cells), self._strays, self._runaway)

    def _field(self, at: int) -> tuple[bytes | None, int, bool]:
        """Return the cell, where the next field starts, and whether it is in the same row."""
        if self._quote and self._data.startswith(self._quote, at):
            strays = self._strays
            quoted = self._quoted(at)
            if quoted is not None:
                return quoted
            self._strays, self._runaway = strays, True
        match = self._stop.search(self._data, at)
        if match is None:
            if not self._final:
                raise Incomplete
            return self._bare(at, len(self._data)), len(self._data), False
        self._whole_row_end(match)
        return self._bare(at, match.start()), match.end(), match[0] == self._delimiter

    def _bare(self, start: int, end: int) -> bytes | None:
        cell = self._data[start:end]
        if self._quote:
            self._strays += cell.count(self._quote)
        if self._escape and self._escape in cell:
            cell = self._unescaped(cell)
        return cell or None

    def _unescaped(self, cell: bytes) -> bytes:
        return re.sub(re.escape(self._escape) + rb"(.)", rb"\1", cell, flags=re.DOTALL)

    def _quoted(self, start: int) -> tuple[bytes, int, bool] | None:
        """Read a field that starts with a quote; None when no quote closes it."""
        at = start + 1
        limit = min(len(self._data), start + RUNAWAY)
        while (quote := self._data.find(self._quote, at, limit)) >= 0:
            if self._escape and self._is_escaped(start, quote):
                at = quote + 1
                continue
            if not self._escape and self._data.startswith(self._quote, quote + 1):
                at = quote + 2
                continue
            match = self._closed.match(self._data, quote + 1)
            if match is not None:
                self._whole_row_end(match)
                more = bool(self._delimiter) and match[0].endswith(self._delimiter)
                return self._inner(start + 1, quote), match.end(), more
            if quote + 1 >= len(self._data) and not self._final:
                raise Incomplete
            self._strays += 1
            at = quote + 1
        if limit == len(self._data) and not self._final:
            raise Incomplete
        return None

    def _is_escaped(self, start: int, quote: int) -> bool:
        count = 0
        while quote - count - 1 > start and self._data.startswith(self._escape, quote - count - 1):
            count += 1
        return count % 2 == 1

    def _inner(self, start: int, end: int) -> bytes:
        cell = self._data[start:end]
        if self._escape:
            return self._unescaped(cell)
        return cell.replace(self._quote * 2, self._quote)

    def _whole_row_end(self, match: re.Match[bytes]) -> None:
        """A CR at the end of what is there may be half of a CRLF."""
        if not self._final and match.end() == len(self._data) and match[0].endswith(b"\r"):
            raise Incomplete
