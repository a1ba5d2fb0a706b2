"""Where rows end: cuts a stream of UTF-8 bytes into segments, exactly, at more than a gigabyte a second.

A segment ends at a row end outside quotes, so it starts outside quotes too and can be parsed alone. In a
well-formed file every even quote opens a field (it follows a delimiter, a row end or the quote that it doubles)
and every odd one closes it. That is checked for all quotes of a chunk at once; where it holds, parity says what is
inside quotes. From the first quote where it does not, the tolerant reader in `repair` has to look at each field.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from parquay.ingest.dialect import Dialect

LF, CR = 10, 13
Positions = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class SegmentCut:
    """Where a chunk may be cut.

    Attributes:
        end: bytes up to and with the last row end outside quotes; 0 when no row has ended.
        stray: byte of the first quote that is not where a quote may be, or None when the chunk is well formed.
    """

    end: int
    stray: int | None = None


def cut(chunk: bytes, dialect: Dialect, *, final: bool) -> SegmentCut:
    """Find the last row end of `chunk`, which starts at a row start.

    `final`: the file ends with this chunk, so its end ends a row too (if every quote is closed).
    """
    newline = b"\r" if dialect.newline == "\r" else b"\n"
    if not dialect.quote or chunk.find(dialect.quote.encode()) < 0:
        return SegmentCut(len(chunk) if final else chunk.rfind(newline) + 1)
    quotes = np.flatnonzero(np.frombuffer(chunk, np.uint8) == ord(dialect.quote))
    stray = None if dialect.escape else _first_stray(chunk, quotes, dialect, final=final)
    if dialect.escape and chunk.find(dialect.escape.encode()) >= 0:
        stray = int(quotes[0])
    if stray is not None:
        return SegmentCut(0, stray)
    return SegmentCut(_last_row_end(chunk, quotes, newline, final=final))


def _first_stray(chunk: bytes, quotes: Positions, dialect: Dialect, *, final: bool) -> int | None:
    """The first quote that breaks the well-formed alternation, or None."""
    data = np.frombuffer(chunk, np.uint8)
    size, count = len(chunk), len(quotes)
    opens, closes = quotes[0::2], quotes[1::2]
    outside = np.zeros(256, np.bool_)
    outside[[LF, CR, *dialect.delimiter.encode()]] = True
    opened = outside[data[opens - 1]] | (opens == 0)
    opened[1:] |= opens[1:] - 1 == closes[: len(opens) - 1]
    closed = outside[data[np.minimum(closes + 1, size - 1)]] | (closes == size - 1)
    closed[: len(opens) - 1] |= closes[: len(opens) - 1] + 1 == opens[1:]
    bad = np.concatenate([opens[~opened], closes[~closed]])
    if final and count % 2:
        bad = np.append(bad, opens[-1])
    return int(bad.min()) if len(bad) else None


def _last_row_end(chunk: bytes, quotes: Positions, newline: bytes, *, final: bool) -> int:
    if final:
        return len(chunk)
    end = chunk.rfind(newline)
    while end >= 0:
        before = int(np.searchsorted(quotes, end))
        if before % 2 == 0:
            return end + 1
        end = chunk.rfind(newline, 0, int(quotes[before - 1]))
    return 0


def count_lines(chunk: bytes) -> int:
    """Physical lines that end in `chunk`: LF, CRLF and a CR alone each end one."""
    lines = chunk.count(b"\n")
    if chunk.find(b"\r") >= 0:
        lines += chunk.count(b"\r") - chunk.count(b"\r\n")
    return lines
