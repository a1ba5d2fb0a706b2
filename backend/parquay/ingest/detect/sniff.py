"""The dialect of a file, guessed from its first bytes: encoding, delimiter, quote, escape, preamble, header.

`reading` reads the sample with each plausible delimiter; the one under which most rows have one width and most cells
look like values wins. Rows of that width are the table, unless `no_table` has a reason why not; `placement` says where
it starts and which rows are names. The same bytes always give the same answer, however they arrived.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from parquay.columns.types.missing_words import further
from parquay.ingest.detect import fixed_widths
from parquay.ingest.detect.no_table import refusal
from parquay.ingest.detect.placement import dialect_of
from parquay.ingest.detect.reading import MAX_SAMPLE_BYTES, Reading, best_reading
from parquay.ingest.read import fixed_lines
from parquay.ingest.text import encodings
from parquay.ingest.text.dialect import Dialect
from parquay.ingest.text.overrides import Overrides

SAMPLE_BYTES = 64 << 10
"""Bytes that are looked at, or all there are."""
ENOUGH_ROWS = 3
"""Rows that a sample must hold while there are more bytes."""
_NAMED_DELIMITER = re.compile(rb"\"?(?i:sep)=([\x01-\x7f])\"?(?:\r\n|\n|\r)")
"""A first line with which spreadsheets learn the delimiter."""


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


def guess(
    read_at: Callable[[int, int], bytes],
    available: int,
    *,
    name: str,
    complete: bool,
    overrides: Overrides | None = None,
) -> Guess:
    """Sniff the bytes below `available` with ever larger samples, as far as they are needed."""
    found = Guess(None, wants_more=True)
    for size in sample_sizes():
        if size > available and not complete:
            break
        ended = complete and size >= available
        found = sniff(read_at(0, min(size, available)), name=name, complete=ended, overrides=overrides)
        if ended or not found.wants_more:
            break
    return found


def sample_sizes() -> Iterator[int]:
    """How many bytes to look at, one after the other, while a guess wants more."""
    size = SAMPLE_BYTES
    while size <= MAX_SAMPLE_BYTES:
        yield size
        size *= 8


def sniff(sample: bytes, *, name: str, complete: bool, overrides: Overrides | None = None, wide: str = "") -> Guess:
    """Guess how to read a file from its first bytes.

    `complete`: there are no more. `wide`: the encoding of the file where `sample` is already transcoded to UTF-8.
    """
    declared = overrides or Overrides()
    encoding = (
        encodings.transcoded(sample)
        if wide
        else encodings.detect(sample, complete=complete, declared=declared.encoding)
    )
    if encoding is None:
        return Guess(None, "no_table", "The bytes are no text.")
    text = sample[encoding.mark :]
    base = Dialect(
        encoding=wide or encoding.name,
        codec=encoding.name,
        confidence=encoding.confidence,
        quote=_quote(text) if declared.quote is None else declared.quote,
        escape=declared.escape or "",
        comment=declared.comment or "",
        newline=_newline(text),
        bom=encoding.mark,
        nulls=declared.nulls,
        missing=further(declared.missing),
        declared_lines=declared.skip or 0,
        ascii_so_far=not (complete or wide or encoding.mark or declared.encoding) and sample.isascii(),
        warnings=() if wide or declared.encoding else encodings.warnings_of(encoding, text, line=1),
    )
    skipped = _behind_lines(text, declared.skip or 0)
    if (named := _NAMED_DELIMITER.match(text)) and declared.delimiter is None and not (skipped or declared.widths):
        skipped, declared = named.end(), replace(declared, delimiter=named[1].decode())
    if declared.widths:
        base = replace(base, format=fixed_lines.FORMAT, delimiter="", quote="", widths=declared.widths)
        reading = fixed_widths.reading_of(text[skipped:], base, declared.widths, complete=complete)
    else:
        reading = best_reading(text[skipped:], base, declared, complete=complete)
    enough = max(ENOUGH_ROWS, (declared.header or 0) + 1)
    if not complete and len(reading.rows) < enough and len(sample) < MAX_SAMPLE_BYTES:
        return Guess(None, wants_more=True)
    if declared.widths:
        return _fixed(text, skipped, reading, declared)
    code, reason = refusal(reading, name, declared, complete=complete)
    return Guess(None, code, reason) if code else Guess(dialect_of(text, skipped, reading, declared))


def _fixed(text: bytes, skipped: int, reading: Reading, declared: Overrides) -> Guess:
    """Lines of columns whose characters were said: nothing is a title unless that was said, too."""
    if not any(any(cell for cell in row.cells) for row in reading.rows):
        return Guess(None, "no_rows", "There are no lines with anything in these columns.")
    return Guess(dialect_of(text, skipped, reading, replace(declared, skip=declared.skip or 0)))


def _quote(text: bytes) -> str:
    """The double quote, unless only single ones stand where fields start and end."""
    edges = {
        mark: min(
            len(re.findall(rb"(?:^|[,;\t| \n\r])" + mark + rb"[^,;\t|\n\r]", text)),
            len(re.findall(mark + rb"(?=[,;\t| \n\r]|$)", text)),
        )
        for mark in (b'"', b"'")
    }
    fields = len(re.findall(rb"(?:^|[,;\t|\n\r])'(?:[^'\n\r]|'')*'(?=[,;\t|\n\r]|$)", text))
    return "'" if not edges[b'"'] and fields >= 2 and fields * 2 >= edges[b"'"] else '"'


def _newline(text: bytes) -> str:
    pairs = text.count(b"\r\n")
    counts = {"\n": text.count(b"\n") - pairs, "\r\n": pairs, "\r": text.count(b"\r") - pairs}
    if counts["\r"] and counts["\n"] + counts["\r\n"] == 0:
        return "\r"
    return "\r\n" if counts["\r\n"] > counts["\n"] else "\n"


def _behind_lines(text: bytes, lines: int) -> int:
    at = 0
    ends = re.compile(rb"\r\n|\n|\r")
    for _ in range(lines):
        match = ends.search(text, at)
        if match is None:
            return len(text)
        at = match.end()
    return at
