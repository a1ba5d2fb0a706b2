"""Where rows end: cuts a stream of bytes into segments, exactly, at more than a gigabyte a second.

A segment ends at a row end outside quotes, so it starts outside quotes too and can be parsed alone. In a
well-formed file every even quote opens a field (it follows a delimiter, a row end or the quote that it doubles)
and every odd one closes it. That is checked for all quotes of a chunk at once; where it holds, parity says what is
inside quotes. From the first quote where it does not, the tolerant reader has to look at each field.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from parquay.columns import native
from parquay.ingest.text.dialect import Dialect

LF, CR, SPACE = 10, 13, 32
SLICE_BYTES = 1 << 17
"""Bytes that are compared at once, so few that they stay in the cache of a core."""
Positions = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SegmentCut:
    """Where a chunk may be cut.

    Attributes:
        end: bytes up to and with the last row end outside quotes; 0 when no row has ended.
        stray: byte of the first quote that is not where a quote may be, 0 also when a line may be a comment; None when
            the chunk is well formed.
    """

    end: int
    stray: int | None = None


def split(chunk: bytes, dialect: Dialect, *, final: bool) -> SegmentCut:
    """Find the last row end of `chunk`, which starts at a row start.

    `final`: the file ends with this chunk, so its end ends a row too (if every quote is closed).
    """
    if len(dialect.columns) == 1 and not final:
        # There a blank line is a row, and a CR at the end may be half of what ends one.
        chunk = chunk.removesuffix(b"\r")
    if dialect.comment and _may_have_comment(chunk, dialect.comment.encode()):
        return SegmentCut(0, 0)  # quotes in a comment mean nothing, so where rows end cannot be told by them
    if not dialect.quote or chunk.find(dialect.quote.encode()) < 0:
        return SegmentCut(len(chunk) if final else _kept(chunk, chunk.rfind(row_end(dialect)) + 1, dialect))
    stray, end = _among_quotes(chunk, dialect, final=final)
    if stray is not None:
        return SegmentCut(0, stray)
    return SegmentCut(len(chunk) if final else _kept(chunk, end, dialect))


def _may_have_comment(chunk: bytes, mark: bytes) -> bool:
    """Whether a line of a chunk, which may be one of several in a quoted field, starts with `mark`."""
    return chunk.startswith(mark) or any(chunk.find(end + mark) >= 0 for end in (b"\n", b"\r"))


def _among_quotes(chunk: bytes, dialect: Dialect, *, final: bool) -> tuple[int | None, int]:
    """The first stray quote, or the byte behind the last row end outside quotes."""
    escaped = dialect.escape and chunk.find(dialect.escape.encode()) >= 0
    if native.LIBRARY is not None and not dialect.trim and not escaped:
        newline, doubled = row_end(dialect), not dialect.escape
        found = native.quotes(chunk, dialect.delimiter, dialect.quote, newline, doubled=doubled)
        return (found.open if found.stray is None and final else found.stray), found.row_end
    quotes = positions(chunk, ord(dialect.quote))
    stray = _first_stray(chunk, quotes, dialect, final=final)
    return stray, 0 if stray is not None else _last_row_end(chunk, quotes, row_end(dialect))


def row_end(dialect: Dialect) -> bytes:
    """The byte behind which a file is cut."""
    return b"\r" if dialect.newline == "\r" else b"\n"


def _kept(chunk: bytes, end: int, dialect: Dialect) -> int:
    """Blank lines wait for what follows: it tells whether they are a gap between tables or the file's end."""
    if len(dialect.columns) == 1:
        return end
    text = text_end(chunk, end)
    if text == 0:
        return 0
    return text + 2 if chunk[text : text + 2] == b"\r\n" else text + 1


def text_end(chunk: bytes, end: int) -> int:
    """Where the row ends start with which `chunk[:end]` ends."""
    while end and chunk[end - 1] in (LF, CR):
        end -= 1
    return end


def _first_stray(chunk: bytes, quotes: Positions, dialect: Dialect, *, final: bool) -> int | None:
    """The first quote that breaks the well-formed alternation, or None."""
    if dialect.escape and chunk.find(dialect.escape.encode()) >= 0:
        return int(quotes[0])
    data = np.frombuffer(chunk, np.uint8)
    opens, closes = quotes[0::2], quotes[1::2]
    outside = np.zeros(256, np.bool_)
    outside[[LF, CR, *dialect.delimiter.encode()]] = True
    opened = outside[data[opens - 1]] | (opens == 0)
    if dialect.trim:
        opened |= (data[opens - 1] == SPACE) & (outside[data[np.maximum(opens - 2, 0)]] | (opens == 1))
    closed = outside[data[np.minimum(closes + 1, len(chunk) - 1)]] | (closes == len(chunk) - 1)
    if not dialect.escape:
        pairs = len(opens) - 1
        doubled = opens[1:] == closes[:pairs] + 1
        opened[1:] |= doubled
        closed[:pairs] |= doubled
    bad = np.concatenate([opens[~opened][:1], closes[~closed][:1]])
    if final and len(quotes) % 2:
        bad = np.append(bad, opens[-1])
    return int(bad.min()) if len(bad) else None


def _last_row_end(chunk: bytes, quotes: Positions, newline: bytes) -> int:
    end = chunk.rfind(newline)
    while end >= 0:
        before = int(np.searchsorted(quotes, end))
        if before % 2 == 0:
            return end + 1
        end = chunk.rfind(newline, 0, int(quotes[before - 1]))
    return 0


def has_blank_row(body: bytes, dialect: Dialect) -> bool:
    """Whether a line outside quotes in a well-formed body is empty."""
    returns = body.find(b"\r") >= 0
    pairs = (b"\n\n", b"\n\r\n", b"\r\r") if returns else (b"\n\n",)
    if body[:1] in (b"\n", b"\r"):
        return True
    if not any(body.find(pair) >= 0 for pair in pairs):
        return False
    data = np.frombuffer(body, np.uint8)
    if not dialect.quote or body.find(dialect.quote.encode()) < 0:
        return True
    ends = data == LF
    blank = ends[1:] & ends[:-1]
    if returns:
        blank[1:] |= ends[2:] & (data[1:-1] == CR) & ends[:-2]
        blank |= (data[1:] == CR) & (data[:-1] == CR)
    quotes = np.flatnonzero(data == ord(dialect.quote))
    return bool((np.searchsorted(quotes, np.flatnonzero(blank) + 1) % 2 == 0).any())


def without_padding(body: bytes, dialect: Dialect) -> bytes:
    """Drop the spaces behind each delimiter outside quotes from a well-formed body."""
    data = np.frombuffer(body, np.uint8)
    space = np.flatnonzero(data == SPACE)
    after = (data[space - 1] == ord(dialect.delimiter)) & (space > 0)
    candidates = space[after]
    quotes = np.flatnonzero(data == ord(dialect.quote)) if dialect.quote else np.empty(0, np.int64)
    outside = np.searchsorted(quotes, candidates) % 2 == 0
    return np.delete(data, candidates[outside]).tobytes()


def positions(chunk: bytes, byte: int) -> Positions:
    """Where a byte stands in `chunk`."""
    data = np.frombuffer(chunk, np.uint8)
    found = [np.flatnonzero(data[at : at + SLICE_BYTES] == byte) + at for at in range(0, len(data), SLICE_BYTES)]
    return np.concatenate(found) if found else np.empty(0, np.int64)


def count(chunk: bytes | pa.Buffer, byte: int) -> int:
    """How often a byte stands in `chunk`."""
    data = np.frombuffer(chunk, np.uint8)
    return sum(int(np.count_nonzero(data[at : at + SLICE_BYTES] == byte)) for at in range(0, len(data), SLICE_BYTES))


def count_lines(chunk: bytes) -> int:
    """Physical lines that end in `chunk`: LF, CRLF and a CR alone each end one."""
    if native.LIBRARY is not None:
        return native.lines(chunk)
    lines = count(chunk, LF)
    if chunk.find(b"\r") >= 0:
        lines += chunk.count(b"\r") - chunk.count(b"\r\n")
    return lines
