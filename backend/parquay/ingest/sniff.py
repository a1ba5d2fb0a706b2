"""The dialect of a file, guessed from its first bytes: encoding, delimiter, quote, escape, preamble, header.

Each plausible delimiter reads the sample; the one under which most rows have one width and most cells look like values
wins. Rows of that width are the table; `header` says where it starts and which rows are names. The same bytes always
give the same answer, however they arrived.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from parquay.ingest import delimiters, encodings, heal
from parquay.ingest.dialect import Dialect, Overrides
from parquay.ingest.evidence import is_header, is_value
from parquay.ingest.header import Layout, column_names, header_names, is_blank, lay_out, renamed
from parquay.ingest.repair import Row, RowReader
from parquay.ingest.split import count_lines
from parquay.ingest.warned import Warned, bounded

SAMPLE_BYTES = 64 << 10
"""Bytes that are looked at, or all there are."""
SAMPLE_LIMIT = 32 << 20
"""Most bytes that are looked at when rows are very long."""
ENOUGH_ROWS = 3
"""Rows that a sample must hold while there are more bytes."""
FIRST_TABLE_ROWS = 5
"""Rows of one width above another table that are a table too."""
TRIED_ROWS, SAMPLE_ROWS = 100, 500
"""Rows read with each delimiter, and with the one that won."""
TABLE_NAMES = frozenset({".csv", ".tsv", ".tab", ".psv", ".ssv"})
"""Endings of names that promise a table, so that one column is enough."""
OTHER_TEXTS = frozenset({
    ".c", ".cfg", ".conf", ".cpp", ".css", ".h", ".htm", ".html", ".ini", ".ipynb", ".java", ".js", ".json", ".md",
    ".php", ".py", ".rb", ".rs", ".rst", ".sh", ".sql", ".svg", ".tex", ".toml", ".ts", ".xhtml", ".xml", ".yaml",
    ".yml",
})  # fmt: skip
"""Endings of names of texts that are no tables, however regular their lines are."""

_DELIMITERS = {
    ",": 1.0, ";": 1.0, "\t": 1.0, "|": 1.0, ":": 0.4, " ": 0.35, "^": 0.6, "~": 0.6, "#": 0.3, "&": 0.3, "!": 0.3,
    "\x1f": 0.9, "\x01": 0.9, "\x02": 0.9,
}  # fmt: skip
"""Candidates and how likely each is before the sample is seen."""
_NAMED_DELIMITER = re.compile(rb"\"?sep=([\x01-\x7f])\"?(?:\r\n|\n|\r)")
"""A first line with which spreadsheets are told the delimiter."""
_UNIFORM_NAMED, _UNIFORM_UNNAMED = 0.3, 0.8
"""Least share of rows of one width: in a file whose name promises a table, and in any other."""
_OTHER_HEAD = 0.6
"""What a delimiter is worth that the first row does not have as the others do."""
_TRIMMED = 0.9
"""Least share of fields that start with a space where it belongs to the delimiter."""


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
    """The sample read in one dialect."""

    dialect: Dialect
    rows: tuple[Row, ...]
    width: int
    uniform: float
    score: float

    @property
    def strays(self) -> int:
        """Quotes that made no sense."""
        return sum(row.strays + row.runaway for row in self.rows)


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
        whole = complete and size >= available
        found = sniff(read_at(0, min(size, available)), name=name, complete=whole, overrides=overrides)
        if whole or not found.wants_more:
            break
    return found


def sample_sizes() -> Iterator[int]:
    """How many bytes to look at, one after the other, while a guess wants more."""
    size = SAMPLE_BYTES
    while size <= SAMPLE_LIMIT:
        yield size
        size *= 8


def sniff(sample: bytes, *, name: str, complete: bool, overrides: Overrides | None = None, wide: str = "") -> Guess:
    """Guess how to read a file from its first bytes.

    `complete`: there are no more. `wide`: the encoding of the file where `sample` is already transcoded to UTF-8.
    """
    told = overrides or Overrides()
    encoding = encodings.detect(sample, complete=complete, told=None if wide else told.encoding)
    if encoding is None:
        return Guess(None, "no_table", "The bytes are no text.")
    text = sample[encoding.mark :]
    base = Dialect(
        encoding=wide or encoding.name,
        codec=encoding.name,
        confidence=encoding.confidence,
        quote=_quote(text) if told.quote is None else told.quote,
        escape=told.escape or "",
        newline=_newline(text),
        bom=encoding.mark,
        nulls=told.nulls,
        told_lines=told.skip_rows or 0,
        ascii_so_far=not (complete or wide or encoding.mark or told.encoding) and sample.isascii(),
        warnings=() if wide or told.encoding else encodings.warnings_of(encoding, text, line=1),
    )
    skipped = _behind_lines(text, told.skip_rows or 0)
    if (named := _NAMED_DELIMITER.match(text)) and told.delimiter is None and not skipped:
        skipped, told = named.end(), replace(told, delimiter=named[1].decode())
    reading = _best_reading(text[skipped:], base, told, complete=complete)
    if not complete and len(reading.rows) < ENOUGH_ROWS and len(sample) < SAMPLE_LIMIT:
        return Guess(None, wants_more=True)
    code, reason = _refusal(reading, name, told, complete=complete)
    return Guess(None, code, reason) if code else Guess(_dialect(text, skipped, reading, told))


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


def _best_reading(text: bytes, base: Dialect, told: Overrides, *, complete: bool) -> _Reading:
    """The best of all delimiters, then the better escape, then without the spaces behind delimiters."""
    best = _best_delimiter(text, base, told, complete=complete)
    best = _read(text, best.dialect, 1.0, SAMPLE_ROWS, complete=complete)
    may_escape = told.escape is None and base.codec not in encodings.WITH_BACKSLASHES
    if may_escape and best.dialect.quote and b"\\" + best.dialect.quote.encode() in text:
        escaped = _read(text, replace(best.dialect, escape="\\"), 1.0, SAMPLE_ROWS, complete=complete)
        if (escaped.uniform, -escaped.strays) > (best.uniform, -best.strays):
            best = escaped
    if told.delimiter is None and _is_padded(best):
        best = _read(text, replace(best.dialect, trim=True), 1.0, SAMPLE_ROWS, complete=complete)
    if best.width > 1 and (best.strays or best.uniform < 1):
        # Once the width is known, odd quotes can be read better.
        best = _read(text, best.dialect, 1.0, SAMPLE_ROWS, complete=complete, width=best.width)
    return best


def _best_delimiter(text: bytes, base: Dialect, told: Overrides, *, complete: bool) -> _Reading:
    """The sample read with the delimiter that was told, or with the best one that parts columns, or as one column."""
    candidates = {told.delimiter: 1.0} if told.delimiter is not None else _DELIMITERS
    readings = [
        _read_quoted(text, replace(base, delimiter=each), weight, complete=complete)
        for each, weight in candidates.items()
        if each.encode() in text
    ]
    for best in sorted(readings, key=_rank, reverse=True):
        if best.score > 0.0 and (told.delimiter is not None or _parts_columns(best, text)):
            return best
    single = _read(text, replace(base, delimiter=""), 0.0, TRIED_ROWS, complete=complete)
    named = bool(single.rows) and is_header(single.rows[0].cells[:1], [row.cells[:1] for row in single.rows[1:]])
    if told.delimiter is None and (named or b"," in text):
        return single
    return _read(text, replace(base, delimiter=told.delimiter or ","), 0.0, TRIED_ROWS, complete=complete)


def _rank(reading: _Reading) -> float:
    """The score of a delimiter, lower where the first row has another number of fields than the others."""
    first = next((len(row.cells) for row in reading.rows if not is_blank(row)), 0)
    return reading.score if first == reading.width else reading.score * _OTHER_HEAD


def _parts_columns(reading: _Reading, text: bytes) -> bool:
    rows = [row for row in reading.rows if not is_blank(row)]
    lines = [text[row.start : row.end] for row in rows]
    return delimiters.parts_columns(reading.dialect.delimiter, rows, lines, reading.width)


def _read_quoted(text: bytes, dialect: Dialect, weight: float, *, complete: bool) -> _Reading:
    """The first rows, without the spaces between delimiters and quotes where that reads better."""
    plain = _read(text, dialect, weight, TRIED_ROWS, complete=complete)
    if dialect.delimiter == " " or f"{dialect.delimiter} {dialect.quote or ' '}".encode() not in text:
        return plain
    trimmed = _read(text, replace(dialect, trim=True), weight, TRIED_ROWS, complete=complete)
    return max(plain, trimmed, key=lambda each: (each.uniform, -each.strays))


def _is_padded(reading: _Reading) -> bool:
    if reading.width < 2 or reading.dialect.delimiter == " ":
        return False
    fields = [cell for row in reading.rows if len(row.cells) > 1 for cell in row.cells[1:] if cell is not None]
    return bool(fields) and sum(cell.startswith(b" ") for cell in fields) >= _TRIMMED * len(fields)


def _read(text: bytes, dialect: Dialect, weight: float, most: int, *, complete: bool, width: int = 0) -> _Reading:
    rows: list[Row] = []
    for row in RowReader(text, dialect, final=complete, width=width).rows():
        rows.append(row)
        if len(rows) == most:
            break
    full = [row for row in rows if not is_blank(row)]
    if not full:
        return _Reading(dialect, tuple(rows), 0, 0.0, 0.0)
    width, count = _usual_width([len(row.cells) for row in full])
    uniform = count / len(full)
    strays = sum(row.strays + row.runaway for row in full) / len(full)
    score = weight * uniform * (1 - 1 / width) * (0.5 + 0.5 * _value_share(full, width)) * (1 - 0.5 * min(1.0, strays))
    return _Reading(dialect, tuple(rows), width, uniform, score)


def _usual_width(widths: Sequence[int]) -> tuple[int, int]:
    """The width of the table and how many rows have it: many rows, wide ones; but the first table, if there are two."""
    counts = Counter(widths)
    width, count = max(counts.items(), key=lambda item: item[1] * (0.5 if item[0] == 1 else 1 + min(item[0], 9) / 4))
    above = [each for each in widths[: widths.index(width)] if each > 1]
    other, rows = max(Counter(above).items(), key=lambda item: item[1], default=(0, 0))
    if rows >= FIRST_TABLE_ROWS and rows * 3 >= len(widths) and rows * 10 >= 9 * len(above):
        return other, counts[other]
    return width, count


def _value_share(rows: Sequence[Row], width: int) -> float:
    cells = [cell for row in rows[1:] if len(row.cells) == width for cell in row.cells]
    good = sum(1 for cell in cells if cell is None or is_value(cell))
    return good / len(cells) if cells else 0.0


def _refusal(reading: _Reading, name: str, told: Overrides, *, complete: bool) -> tuple[str, str]:
    """Why the sample is no table: a code and a reason, both empty when it is one."""
    suffix = PurePath(name).suffix.lower()
    promised = suffix in TABLE_NAMES or told.delimiter is not None or told.header is not None
    if reading.width == 0 and complete:
        return "no_rows", "The file has no rows."
    if reading.width == 0 and promised:
        return "row_too_long", f"The first row is longer than {SAMPLE_LIMIT >> 20} MiB."
    reason = "" if told.delimiter is not None else _why_no_table(reading, suffix, promised=promised)
    return ("no_table", reason) if reason else ("", "")


def _why_no_table(reading: _Reading, suffix: str, *, promised: bool) -> str:
    if reading.width > 1 and reading.uniform < (_UNIFORM_NAMED if promised else _UNIFORM_UNNAMED):
        return "The rows have no common width."
    if promised:
        return ""
    if reading.width < 2:
        return "There is one column only."
    if suffix in OTHER_TEXTS:
        return "A text of this kind is no table."
    return "The text is prose." if _is_prose(reading) else ""


def _is_prose(reading: _Reading) -> bool:
    """Sentences can have one comma each by chance; but behind it stands a space, and few cells are values."""
    full = [row for row in reading.rows if not is_blank(row)]
    if len(full) < 2:
        return True
    if reading.dialect.delimiter in (" ", ":") and reading.uniform < 1:
        return True
    return reading.dialect.trim and reading.width <= 3 and _value_share(full, reading.width) < 0.2


def _dialect(text: bytes, skipped: int, reading: _Reading, told: Overrides) -> Dialect:
    rows = [row for row in reading.rows if not is_blank(row)]
    layout = lay_out(rows, reading.width, told=told.header, at_top=told.skip_rows is not None)
    base = reading.dialect
    table = rows[layout.first :]
    cells = tuple(_texts(row, base) for row in layout.names(rows, base.quote.encode()))
    start = table[0].start if table else 0
    body = table[layout.header - 1].end if 0 < layout.header <= len(table) else start
    names = column_names(cells, layout.width, told.names)
    line = 1 + count_lines(text[: skipped + start])
    return replace(
        base,
        header_rows=layout.header,
        skip_rows=line - 1,
        columns=names,
        header=cells,
        head=base.bom + skipped + start,
        body=base.bom + skipped + body,
        body_line=1 + count_lines(text[: skipped + body]),
        trailing=layout.trailing,
        row_bytes=(rows[-1].end - start) // max(1, len(table)) if table else 0,
        spaced=_is_spaced(reading.rows),
        shapes=_shapes(reading.rows, table[layout.header :], layout),
        warnings=(
            *base.warnings,
            *_long_header(text[skipped:], table[: layout.header], layout.width, line),
            *(renamed(header_names(cells, layout.width, told.names), names, line) if cells or told.names else ()),
        ),
    )


def _long_header(text: bytes, header: Sequence[Row], width: int, line: int) -> tuple[Warned, ...]:
    """The warning about names that have no column, because the rows below have fewer fields."""
    long = [row for row in header if sum(1 for cell in row.cells if cell and cell.strip(b"# ")) > width]
    return (Warned("long_header", line, len(long), bounded(text[long[0].start : long[0].end])),) if long else ()


def _texts(cells: Sequence[bytes | None], dialect: Dialect) -> tuple[str, ...]:
    return tuple((cell or b"").decode(dialect.codec, "replace") for cell in cells)


def _is_spaced(rows: Sequence[Row]) -> bool:
    return sum(map(is_blank, rows)) * 10 > len(rows) > 10


def _shapes(rows: Sequence[Row], table: Sequence[Row], layout: Layout) -> tuple[str, ...]:
    """The shapes of the columns; behind a gap another table may stand, so what is above it tells if it is enough."""
    start = table[0].start if table else 0
    gap = next((row.start for row in rows if row.start > start and is_blank(row)), None)
    above = [row for row in table if gap is None or row.start < gap]
    full = [
        row.cells for row in (above if len(above) >= 3 else table) if len(row.cells) == layout.width + layout.trailing
    ]
    return tuple(heal.shape_of([cells[i] for cells in full]) for i in range(layout.width)) if full else ()
