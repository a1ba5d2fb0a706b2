r"""Logs of web servers: a line is a row, and the format says what its fields are.

| log | columns | fields |
|---|---|---|
| `common`, `combined`, `forwarded` | `COMMON` and more | between spaces; time in brackets; in quotes a quote is `\"` |
| `w3c` | those that `#Fields:` names | between spaces or tabs; a quote in quotes twice |

The first ones are Apache's and nginx's; W3C's are those of IIS and CloudFront. A time in brackets is written in the
order of ISO 8601, as columns have it. What stands for nothing (`-`) is kept. A W3C log names its fields again where the
server was started again; rows below other fields are of another table.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from parquay.columns.names import renamed, unique_names
from parquay.ingest.read.rows import RejectList, SegmentRows
from parquay.ingest.text.dialect import Dialect
from parquay.ingest.text.warnings import FileWarning, bounded, warn

FORMAT = "log"
"""What the dialect of a log is called."""
SAMPLED_LINES = 50
"""Lines that tell whether a text is a log."""
COMMON = ("host", "ident", "user", "time", "request", "status", "bytes")
COMBINED = (*COMMON, "referer", "user_agent")
FORWARDED = (*COMBINED, "forwarded_for")
FIELDS, MARK = b"#Fields:", b"\xef\xbb\xbf"
_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_MONTHS = {name: f"{number:02}" for number, name in enumerate(_NAMES, 1)}
_QUOTED = r'"((?:[^"\\]|\\.)*+)"'
_COMMON = (
    r"(\S+) (\S+) (\S+(?: \S+)*?) \[(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d:\d\d:\d\d) ([-+]\d\d)(\d\d)\] "
    + _QUOTED
    + r" (\d{3}) (\d+|-)"
)
_LINES = {
    "forwarded": re.compile(f"{_COMMON} {_QUOTED} {_QUOTED} {_QUOTED}"),
    "combined": re.compile(f"{_COMMON} {_QUOTED} {_QUOTED}"),
    "common": re.compile(_COMMON),
}
_COLUMNS = {"forwarded": FORWARDED, "combined": COMBINED, "common": COMMON}
_FIELD = re.compile(r'"((?:[^"]|"")*)"|([^\s"]\S*)')
_ESCAPED = re.compile(r'\\(["\\])')
_LINE_END = re.compile(rb"\r\n|\n|\r")


@dataclass(slots=True)
class _LogRows:
    """Rows on their way into columns."""

    dialect: Dialect
    ended: bool
    rows: list[Sequence[str]] = field(default_factory=list)
    rejects: RejectList = field(default_factory=RejectList)
    warnings: dict[str, FileWarning] = field(default_factory=dict)

    def add(self, raw: bytes, line: int, byte: int) -> None:
        """Read a line."""
        if not raw.strip():
            return
        if self.dialect.log == "w3c" and raw.startswith(b"#"):
            is_header = raw.startswith(FIELDS)
            self.ended = self.ended or (is_header and fields_of(raw) != self.dialect.header[0])
            if not is_header:
                warn(self.warnings, "comment_line", line, raw.decode("utf-8", "replace"))
            return
        try:
            cells = None if self.ended else cells_of(raw.decode(self.dialect.codec), self.dialect)
            code = "second_table" if self.ended else "" if cells else "bad_log_line"
        except UnicodeDecodeError:
            cells, code = None, "bad_encoding"
        if cells is None:
            self.rejects.add(code, None, raw, line=line, byte=byte, row=len(self.rows), codec=self.dialect.codec)
        else:
            self.rows.append(cells)


def read_lines(body: bytes, dialect: Dialect, *, byte: int, line: int, ended: bool = False) -> SegmentRows:
    """Read the lines of `body`; `ended`: a line above named other fields."""
    found = _LogRows(dialect, ended)
    at, first = 0, line
    for match in _LINE_END.finditer(body):
        found.add(body[at : match.start()], line, byte + at)
        at, line = match.end(), line + 1
    if at < len(body):
        found.add(body[at:], line, byte + at)
    columns = zip(*found.rows, strict=True) if found.rows else [()] * len(dialect.columns)
    table = pa.table([pa.array(column, pa.string()) for column in columns], names=list(dialect.columns))
    rejects, warnings = tuple(found.rejects.kept), tuple(found.warnings.values())
    return SegmentRows(table, len(body), line - first, rejects, warnings, found.rejects.unlisted, found.ended)


def fields_of(line: bytes) -> tuple[str, ...]:
    """The names in a line `#Fields: …`."""
    return tuple(line[len(FIELDS) :].decode("utf-8", "replace").split())


def cells_of(line: str, dialect: Dialect) -> Sequence[str] | None:
    """The fields of a line, None if it is none of the log."""
    if dialect.log == "w3c":
        return _between(line, dialect.delimiter, len(dialect.columns))
    match = _LINES[dialect.log].fullmatch(line)
    if match is None or match[5] not in _MONTHS:
        return None
    host, ident, user, day, month, year, clock, hours, minutes, request, *rest = match.groups()
    time = f"{year}-{_MONTHS[month]}-{day} {clock}{hours}:{minutes}"
    status, size, *others = rest
    return (host, ident, user, time, _plain(request), status, size, *map(_plain, others))


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text) if "\\" in text else text


def _between(line: str, delimiter: str, width: int) -> Sequence[str] | None:
    if '"' not in line or delimiter == "\t":
        cells = line.split(delimiter) if delimiter == "\t" else line.split()
    else:
        cells = [quoted.replace('""', '"') if quoted or not bare else bare for quoted, bare in _FIELD.findall(line)]
    return cells if len(cells) == width else None


def log_of(text: bytes) -> Dialect | None:
    """How the log is read that a text begins with; None: it is none."""
    text = text.removeprefix(MARK)
    lines = [line for line in _LINE_END.split(text, SAMPLED_LINES)[:SAMPLED_LINES] if line.strip()]
    if lines and lines[0].startswith(b"#"):
        return _w3c(lines)
    sample = [line.decode("utf-8", "replace") for line in lines]
    for name, columns in _COLUMNS.items():
        if 0 < len(sample) <= 2 * sum(1 for line in sample if _LINES[name].fullmatch(line)):
            return Dialect(format=FORMAT, log=name, columns=columns, delimiter=" ", escape="\\", header_rows=0)
    return None


def _w3c(lines: Sequence[bytes]) -> Dialect | None:
    named = next((line for line in lines if line.startswith(FIELDS)), None)
    if named is None or not (fields := fields_of(named)):
        return None
    rows = [line for line in lines[lines.index(named) + 1 :] if not line.startswith(b"#")]
    delimiter = "\t" if rows and rows[0].count(b"\t") == len(fields) - 1 > 0 else " "
    names = unique_names(fields)
    sentences = renamed(fields, names)
    warnings = (FileWarning("renamed_column", 1, len(sentences), bounded("; ".join(sentences))),) if sentences else ()
    return Dialect(
        format=FORMAT, log="w3c", columns=names, header=(fields,), delimiter=delimiter, comment="#", header_rows=0,
        warnings=warnings,
    )  # fmt: skip
