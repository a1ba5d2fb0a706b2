"""The dialect of a file, guessed from its first bytes: delimiter, quote, preamble, header.

Each plausible delimiter reads the sample; the one under which most rows have one width and most cells look like values
wins. The first row of that width starts the table; it is the header unless its cells look like those below it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from parquay.ingest.dialect import Dialect, Overrides
from parquay.ingest.repair import Row, RowReader
from parquay.ingest.split import count_lines

SAMPLE_BYTES = 64 << 10
"""Bytes that are looked at, or all there are."""
SAMPLE_LIMIT = 32 << 20
"""Most bytes that are looked at when rows are very long."""
ENOUGH_ROWS = 3
"""Rows that a sample must hold while there are more bytes."""
SAMPLE_ROWS = 1000
"""Rows that are looked at."""
TABLE_NAMES = frozenset({".csv", ".tsv", ".tab", ".psv", ".ssv"})
"""Endings of names that promise a table, so that one column is enough."""

_DELIMITERS = {
    ",": 1.0,
    ";": 1.0,
    "\t": 1.0,
    "|": 1.0,
    ":": 0.4,
    " ": 0.35,
    "^": 0.6,
    "~": 0.6,
    "\x1f": 0.9,
    "\x01": 0.9,
}
"""Candidates and how likely each is before the sample is seen."""
_VALUE = re.compile(
    rb"[-+]?[\d.,]+(?:[eE][-+]?\d+)?%?|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}(?:[ T].*)?|\d\d?:\d\d(?::\d\d)?.*"
    rb"|true|false|True|False|TRUE|FALSE|yes|no|NULL|null|NA|N/A|nan|NaN"
)
_UNIFORM_NAMED, _UNIFORM_UNNAMED = 0.3, 0.8
"""Least share of rows of one width: in a file whose name promises a table, and in any other."""


@dataclass(frozen=True, slots=True)
class Guess:
    """What the sample says.

    Attributes:
        dialect: how to read the table; None when there is none.
        code, reason: `no_rows` (nothing but blank lines) or `no_table`, and a sentence for a person.
        wants_more: no answer yet; the sample ends too early.
    """

    dialect: Dialect | None
    code: str = ""
    reason: str = ""
    wants_more: bool = False


@dataclass(frozen=True, slots=True)
class _Reading:
    """The sample read with one delimiter."""

    delimiter: str
    rows: tuple[Row, ...]
    width: int
    uniform: float
    score: float


def sniff(sample: bytes, *, name: str, complete: bool, overrides: Overrides | None = None) -> Guess:
    """Guess how to read a file from its first bytes. `complete`: there are no more."""
    told = overrides or Overrides()
    bom = 3 if sample.startswith(b"\xef\xbb\xbf") else 0
    text = sample[bom:]
    if not _is_text(text, complete=complete):
        return Guess(None, "no_table", "The bytes are no text.")
    base = Dialect(
        quote='"' if told.quote is None else told.quote,
        escape=told.escape or "",
        newline=_newline(text),
        bom=bom,
        nulls=told.nulls,
    )
    skipped = _behind_lines(text, told.skip_rows or 0)
    reading = _best_reading(text[skipped:], base, told, complete=complete)
    if not complete and len(reading.rows) < ENOUGH_ROWS and len(sample) < SAMPLE_LIMIT:
        return Guess(None, wants_more=True)
    if reading.width == 0:
        return Guess(None, "no_rows", "The file has no rows.")
    promised = PurePath(name).suffix.lower() in TABLE_NAMES or told.delimiter is not None
    refusal = _refusal(reading, promised=promised)
    if refusal:
        return Guess(None, "no_table", refusal)
    return Guess(_dialect(text, skipped, reading, base, told))


def sample_sizes() -> Iterator[int]:
    """How many bytes to look at, one after the other, while a guess wants more."""
    size = SAMPLE_BYTES
    while size <= SAMPLE_LIMIT:
        yield size
        size *= 8


def _is_text(text: bytes, *, complete: bool) -> bool:
    try:
        text.decode()
    except UnicodeDecodeError as error:
        if complete or error.start < len(text) - 4:
            return False
    controls = sum(text.count(bytes([code])) for code in (0, 2, 3, 4, 5, 6, 7, 8, 14, 15, 16, 17, 18))
    return controls * 20 <= len(text)


def _newline(text: bytes) -> str:
    pairs = text.count(b"\r\n")
    counts = {"\n": text.count(b"\n") - pairs, "\r\n": pairs, "\r": text.count(b"\r") - pairs}
    if counts["\r"] and counts["\n"] + counts["\r\n"] == 0:
        return "\r"
    return "\r\n" if counts["\r\n"] > counts["\n"] else "\n"


def _behind_lines(text: bytes, lines: int) -> int:
    at = 0
    for _ in range(lines):
        match = re.compile(rb"\r\n|\n|\r").search(text, at)
        if match is None:
            return len(text)
        at = match.end()
    return at


def _best_reading(text: bytes, base: Dialect, told: Overrides, *, complete: bool) -> _Reading:
    candidates = {told.delimiter: 1.0} if told.delimiter is not None else _DELIMITERS
    readings = [
        _read(text, replace(base, delimiter=each), weight, complete=complete)
        for each, weight in candidates.items()
        if each.encode() in text
    ]
    single = _read(text, replace(base, delimiter=told.delimiter or ","), 0.0, complete=complete)
    return max(readings, key=lambda each: each.score, default=single)


def _read(text: bytes, dialect: Dialect, weight: float, *, complete: bool) -> _Reading:
    rows: list[Row] = []
    for row in RowReader(text, dialect, final=complete).rows():
        rows.append(row)
        if len(rows) == SAMPLE_ROWS:
            break
    full = [row for row in rows if not _is_blank(row)]
    if not full:
        return _Reading(dialect.delimiter, tuple(rows), 0, 0.0, 0.0)
    widths = Counter(len(row.cells) for row in full)
    width, count = max(widths.items(), key=lambda item: (item[1] if item[0] > 1 else item[1] * 0.5, item[0]))
    uniform = count / len(full)
    score = weight * uniform * (1 - 1 / width) * (0.5 + 0.5 * _value_share(full, width))
    return _Reading(dialect.delimiter, tuple(rows), width, uniform, score)


def _is_blank(row: Row) -> bool:
    return len(row.cells) == 1 and not (row.cells[0] or b"").strip()


def _value_share(rows: Sequence[Row], width: int) -> float:
    cells = [cell for row in rows[1:200] if len(row.cells) == width for cell in row.cells]
    good = sum(1 for cell in cells if cell is None or _VALUE.fullmatch(cell))
    return good / len(cells) if cells else 0.0


def _refusal(reading: _Reading, *, promised: bool) -> str:
    if reading.width == 1 and not promised:
        return "There is one column only."
    if reading.uniform < (_UNIFORM_NAMED if promised else _UNIFORM_UNNAMED) and reading.width > 1:
        return "The rows have no common width."
    return ""


def _dialect(text: bytes, skipped: int, reading: _Reading, base: Dialect, told: Overrides) -> Dialect:
    rows = [row for row in reading.rows if not _is_blank(row)]
    first = next((i for i, row in enumerate(rows) if len(row.cells) == reading.width), 0)
    if told.skip_rows is not None:
        first = 0
    table = rows[first:]
    count = told.header if told.header is not None else int(_has_header(table, reading.width))
    header = tuple(tuple((cell or b"").decode(errors="replace") for cell in row.cells) for row in table[:count])
    start = table[0].start if table else 0
    body = table[count - 1].end if count and len(table) >= count else start
    return replace(
        base,
        delimiter=reading.delimiter,
        header_rows=count,
        skip_rows=count_lines(text[: skipped + start]),
        columns=_column_names(header, reading.width, told.names),
        header=header,
        body=base.bom + skipped + body,
        body_line=1 + count_lines(text[: skipped + body]),
    )


def _has_header(rows: Sequence[Row], width: int) -> bool:
    """Whether the first row names the columns: its cells are words where those below are values."""
    if not rows:
        return False
    top = rows[0].cells
    below = [row.cells for row in rows[1:100] if len(row.cells) == width]
    votes = 0
    for i, cell in enumerate(top):
        column = [cells[i] for cells in below if cells[i] is not None]
        values = sum(1 for each in column if _VALUE.fullmatch(each or b""))
        if column and values * 2 > len(column):
            votes += -1 if cell is None or _VALUE.fullmatch(cell) else 1
    if votes:
        return votes > 0
    return not any(cell is not None and _VALUE.fullmatch(cell) for cell in top)


def _column_names(header: Sequence[Sequence[str]], width: int, told: Sequence[str]) -> tuple[str, ...]:
    """Unique, non-empty names: repeated ones get a number, missing ones are called by their position."""
    merged = [" ".join(row[i].strip() for row in header if i < len(row) and row[i].strip()) for i in range(width)]
    wanted = [told[i] if i < len(told) else merged[i] or f"column{i + 1}" for i in range(width)]
    taken: set[str] = set()
    names = []
    for name in wanted:
        unique, number = name, 1
        while unique in taken:
            number += 1
            unique = f"{name}_{number}"
        taken.add(unique)
        names.append(unique)
    return tuple(names)


def guess(
    read_at: Callable[[int, int], bytes],
    available: int,
    *,
    name: str,
    complete: bool,
    overrides: Overrides | None = None,
) -> Guess:
    """Sniff the bytes below `available` with ever larger samples; the same bytes always give the same answer."""
    found = Guess(None, wants_more=True)
    for size in sample_sizes():
        whole = complete and size >= available
        if size > available and not complete:
            break
        found = sniff(read_at(0, min(size, available)), name=name, complete=whole, overrides=overrides)
        if whole or not found.wants_more:
            break
    return found
