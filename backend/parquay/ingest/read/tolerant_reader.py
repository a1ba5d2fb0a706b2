"""The tolerant reader: looks at every field of bytes that are not well formed, and loses only what is broken.

Its rules, field by field:

- A line that starts as the caller said comments do, outside quotes, is a comment whatever else is in it.
- A byte order mark before the first field is no part of it.
- A quote at the start of a field opens it. It is closed by a quote that a delimiter, a row end or the end of the file
  follows; spaces between them are left out, and that is told. Any other quote inside is a literal character.
- A quote anywhere else is a literal character.
- An opening quote that is never closed, or whose text has run on for `RUNAWAY_BYTES` without a close, is a literal
  character too: its row ends where its line ends.
- Where a row comes out in the wrong width and a quoted field in it has an odd quote inside, the quote that opens it is
  tried as a literal character, and then a doubled quote before a delimiter as a literal one that closes; the first
  reading of the right width is taken. A field whose quotes are all in order is never cut apart, whatever its row's
  width is and however many lines it has.

It works on bytes and is slow; only bytes that the readers before it on the `ladder` leave come here.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from parquay.ingest.text.dialect import Dialect

MARK = b"\xef\xbb\xbf"
"""A byte order mark: where files were put end to end, rows start with one that belongs to no cell."""
RUNAWAY_BYTES = 1 << 20
"""Bytes after which an open quote is taken for a stray one, if the lines behind it look like rows."""
MAX_TRIED_QUOTES = 8
"""Opening quotes of a row that are tried as literal characters."""
MAX_COMPARED_LINES = 200
"""Lines of an open field that are compared with rows."""


class Row(NamedTuple):
    """One row as it stands in the bytes.

    Attributes:
        start, end: offsets in the bytes, the row end included.
        cells: the fields without their quotes; None where an unquoted field is empty or a null word.
        strays: quotes that were kept as literal characters.
        quoted: numbers of the fields that stand in quotes.
        runaway: whether an opening quote was never closed.
        spaced: whether spaces behind a closing quote were left out.
        comment: whether it is a line that starts as the caller said comments do; its text is its one cell.
    """

    start: int
    end: int
    cells: tuple[bytes | None, ...]
    strays: int = 0
    runaway: bool = False
    quoted: frozenset[int] = frozenset()
    spaced: bool = False
    comment: bool = False


class Incomplete(Exception):
    """The row goes on behind the bytes that are there."""


class RowReader:
    """Reads the rows of some bytes."""

    def __init__(self, data: bytes, dialect: Dialect, *, final: bool, width: int = 0) -> None:
        """`final`: the file ends with `data`. `width`: fields that a row should have; 0: any number."""
        self._data = data
        self._final = final
        self._width = width
        self._quote = dialect.quote.encode()
        self._escape = dialect.escape.encode() if dialect.escape != dialect.quote else b""
        self._delimiter = dialect.delimiter.encode()
        self._trim = dialect.trim
        self._mark = MARK if dialect.codec == "utf-8" else b""
        # Between these bytes no quote closes a field: what was searched once is not searched for each row again.
        self._unclosed = (0, 0)
        # Ends of lines behind the first quote that was looked at, and how many of the lines up to each look like rows.
        self._ends: list[int] = []
        self._alike: list[int] = [0]
        self._nulls = frozenset(word.encode(dialect.codec, "replace") for word in dialect.nulls)
        padding = b" *" if dialect.trim else b""
        stops = (re.escape(self._delimiter) + padding + b"|" if self._delimiter else b"") + rb"\r\n|\n|\r"
        self._stop = re.compile(stops)
        self._line_end = re.compile(rb"\r\n|\n|\r")
        spaces = b"" if self._delimiter == b" " else b" *"
        self._closed = re.compile(b"(?P<spaces>" + spaces + b")(?:" + stops + (rb"|\Z)" if final else b")"))
        marks = b"|".join(re.escape(mark) for mark in (self._quote, self._escape, self._delimiter) if mark)
        self._escaped = re.compile(re.escape(self._escape) + b"(" + (marks or rb"\\") + rb"|\r\n|\n|\r)")
        self._comment = dialect.comment.encode()
        self._has_returns = b"\r" in data
        self._literal: frozenset[int] = frozenset()
        self._loose = False
        self._bound: int | None = None
        self._doubtful: list[int] = []
        self._in_quotes = False
        self._is_spaced = False
        self._strays = 0
        self._runaway = False

    def rows(self, start: int = 0) -> Iterator[Row]:
        """Yield each row that has ended."""
        at = start
        while at < len(self._data):
            try:
                row = self.row_at(at)
            except Incomplete:
                return
            yield row
            at = row.end

    def row_at(self, start: int) -> Row:
        """The row that starts at a byte.

        Raises:
            Incomplete: it goes on behind the bytes that are there.
        """
        text = start + len(self._mark) if self._data.startswith(self._mark, start) else start
        if not self._final and text == len(self._data):
            raise Incomplete
        if self._comment and self._data.startswith(self._comment, text):
            return self._comment_row(start)
        row = self._plain_row(text) or self._best_row(text)
        return row if text == start else row._replace(start=start)

    def _comment_row(self, start: int) -> Row:
        match = self._line_end.search(self._data, start)
        if not self._final and (match is None or (match.end() == len(self._data) and match[0] == b"\r")):
            raise Incomplete
        end, behind = (len(self._data), len(self._data)) if match is None else match.span()
        return Row(start, behind, (self._data[start:end],), comment=True)

    def _plain_row(self, start: int) -> Row | None:
        """A row whose line has no quote and no escape in it; None when it has."""
        if self._has_returns:
            match = self._line_end.search(self._data, start)
            if match is None or (match.end() == len(self._data) and match[0] == b"\r" and not self._final):
                return None
            end, behind = match.span()
        elif (end := self._data.find(b"\n", start)) < 0:
            return None
        else:
            behind = end + 1
        line = self._data[start:end]
        if (self._quote and self._quote in line) or (self._escape and self._escape in line) or self._trim:
            return None
        cells, nulls = line.split(self._delimiter) if self._delimiter else [line], self._nulls
        return Row(start, behind, tuple([None if not cell or cell in nulls else cell for cell in cells]))

    def _best_row(self, start: int) -> Row:
        first = self._row(start)
        line = self._line_end.search(self._data, start)
        several_lines = line is not None and line.end() < first.end
        fits = len(first.cells) == self._width
        if not self._width or not self._doubtful or (fits and not several_lines):
            return first
        for quote in self._doubtful[:MAX_TRIED_QUOTES]:
            other = self._other_row(first, frozenset({quote}), loose=False)
            if other is not None and (not fits or self._swallowed_row(other.end, first.end)):
                return other
        return first if fits else self._other_row(first, frozenset(), loose=True) or first

    def _swallowed_row(self, start: int, end: int) -> bool:
        """Whether the line at `start`, part of a quoted field up to `end`, has the delimiters of a row."""
        match = self._line_end.search(self._data, start)
        return (
            start < end and self._data.count(self._delimiter, start, match.end() if match else end) >= self._width - 1
        )

    def _other_row(self, first: Row, literal: frozenset[int], *, loose: bool) -> Row | None:
        """Read a row again under other assumptions; None when it does not come out in the right width.

        Only the bytes of the first reading are looked at: what follows them may not have arrived yet.
        """
        self._literal, self._loose, self._bound = literal, loose, first.end
        try:
            row = self._row(first.start)
        except Incomplete:
            return None
        finally:
            self._literal, self._loose, self._bound = frozenset(), False, None
        return row if len(row.cells) == self._width and row.end <= first.end else None

    def _row(self, start: int) -> Row:
        self._strays, self._runaway, self._doubtful = 0, False, []
        spaced = False
        cells: list[bytes | None] = []
        quoted: set[int] = set()
        at, more = start, True
        while more:
            self._in_quotes = False
            cell, at, more = self._field(at)
            if self._in_quotes:
                quoted.add(len(cells))
                spaced |= self._is_spaced
            cells.append(cell)
        return Row(start, at, tuple(cells), self._strays, self._runaway, frozenset(quoted), spaced)

    def _field(self, at: int) -> tuple[bytes | None, int, bool]:
        """Return the cell, where the next field starts, and whether it is in the same row."""
        if self._quote and self._data.startswith(self._quote, at) and at not in self._literal:
            strays = self._strays
            quoted = self._quoted(at)
            if quoted is not None:
                self._in_quotes = True
                if self._strays > strays:
                    self._doubtful.append(at)
                return quoted
            self._strays, self._runaway = strays, True
        match = self._stop.search(self._data, at)
        if match is None:
            if not self._final:
                raise Incomplete
            return self._bare(at, len(self._data)), len(self._data), False
        self._require_row_end(match)
        return self._bare(at, match.start()), match.end(), self._is_delimiter(match)

    def _is_delimiter(self, match: re.Match[bytes]) -> bool:
        return bool(self._delimiter) and match[0].lstrip(b" ")[:1] == self._delimiter.lstrip(b" ")[:1]

    def _bare(self, start: int, end: int) -> bytes | None:
        cell = self._data[start:end]
        if self._quote:
            self._strays += cell.count(self._quote)
        if self._escape and self._escape in cell:
            cell = self._unescaped(cell)
        return None if not cell or cell in self._nulls else cell

    def _unescaped(self, cell: bytes) -> bytes:
        return self._escaped.sub(rb"\1", cell)

    def _quoted(self, start: int) -> tuple[bytes, int, bool] | None:
        """Read a field that starts with a quote; None when no quote closes it."""
        limit = self._limit(start) if self._bound is None else self._bound
        found = self._field_within(start, limit)
        if found is None and limit == len(self._data) and not self._final and self._bound is None:
            raise Incomplete
        return found

    def _field_within(self, start: int, limit: int) -> tuple[bytes, int, bool] | None:
        """The field that starts with a quote if another one closes it below `limit`."""
        if self._bound is not None or self._escape or self._loose:
            return self._closed_from(start, start + 1, limit)
        first, behind = self._unclosed
        strays, searched = self._strays, first < start < behind
        near = min(limit, self._behind_quotes(start + 1)) if searched else limit
        found = self._closed_from(start, start + 1, near)
        if found is None and searched and self._closed_from(start, max(near, self._before_quotes(behind)), limit):
            self._strays = strays
            found = self._closed_from(start, start + 1, limit)  # for all that is odd on the way
        if found is None:
            self._unclosed = (first if searched else start, max(behind, limit))
        return found

    def _closed_from(self, start: int, at: int, limit: int) -> tuple[bytes, int, bool] | None:
        """The field from `start` if a quote from `at` on closes it below `limit`."""
        while (quote := self._data.find(self._quote, at, limit)) >= 0:
            if self._escape and self._is_escaped(start, quote):
                at = quote + 1
                continue
            if not self._escape and self._data.startswith(self._quote, quote + 1):
                if not self._loose or not self._closed.match(self._data, quote + 2):
                    at = quote + 2
                    continue
                quote += 1
                self._strays += 1
            match = self._closed.match(self._data, quote + 1)
            if match is not None:
                self._require_row_end(match)
                self._is_spaced = bool(match["spaces"])
                return self._inner(start + 1, quote), match.end(), self._is_delimiter(match)
            if quote + 1 >= len(self._data) and not self._final:
                raise Incomplete
            self._strays += 1
            at = quote + 1
        return None

    def _behind_quotes(self, at: int) -> int:
        """Where the quotes end that stand at a byte: only these can be paired otherwise than in an earlier search."""
        while self._data.startswith(self._quote, at):
            at += 1
        return at

    def _before_quotes(self, at: int) -> int:
        """Where the quotes begin that end at a byte, or go on behind it: they are paired from there on."""
        while self._data.startswith(self._quote, at - 1):
            at -= 1
        return at

    def _limit(self, start: int) -> int:
        """Where the search for a closing quote ends: early when the lines behind the quote look like rows."""
        limit = start + RUNAWAY_BYTES
        if limit >= len(self._data) or not self._width:
            return len(self._data)
        first = bisect_right(self._ends, start)
        while len(self._ends) <= first + MAX_COMPARED_LINES and (not self._ends or self._ends[-1] < limit):
            if not self._next_line(self._ends[-1] if self._ends else start):
                break
            first = bisect_right(self._ends, start)
        last = min(first + MAX_COMPARED_LINES, bisect_right(self._ends, limit) - 1)
        rows = self._alike[last + 1] - self._alike[first + 1] if last > first else 0
        return limit if self._width > 1 and rows * 2 > last - first else len(self._data)

    def _next_line(self, start: int) -> bool:
        """Note where the line ends that starts at a byte, and whether it looks like a row."""
        match = self._line_end.search(self._data, start)
        if match is None:
            return False
        delimiters = self._data.count(self._delimiter or b",", start, match.start())
        self._ends.append(match.end())
        self._alike.append(self._alike[-1] + (delimiters == self._width - 1))
        return True

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

    def _require_row_end(self, match: re.Match[bytes]) -> None:
        """A CR at the end of what is there may be half of a CRLF, and a delimiter's spaces may go on."""
        if not self._final and match.end() == len(self._data) and (match[0].endswith(b"\r") or self._trim):
            raise Incomplete
