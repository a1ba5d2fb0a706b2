"""JSON Lines and JSON arrays of objects as rows: one column for each key that occurs, one row for each object.

Numbers are kept as the text that stands in the file, so that the lexeme rule decides on their type. A text that looks
like a number stays a text; only dates and times, which JSON has no other way to write, are read out of texts. Nested
values are kept as JSON text.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from parquay.ingest.segment import REJECTS_KEPT, TEXT_LIMIT, Rejected, SegmentRows
from parquay.ingest.split import count_lines
from parquay.ingest.warned import Warned

WANTS_MORE = "?"
"""No answer yet."""
_IN_TEXT = frozenset({"date", "time", "timestamp"})
_IN_NUMBER = frozenset({"int64", "decimal", "double"})
_IN_FLAG = frozenset({"bool"})
_SPACE = re.compile(r"[ \t\n\r]*")
_LINE_END = re.compile(rb"\r\n|\n|\r")


class _Number(str):
    """The text of a JSON number."""

    __slots__ = ()


_DECODER = json.JSONDecoder(parse_float=_Number, parse_int=_Number, parse_constant=_Number)


@dataclass(slots=True)
class _Columns:
    """Rows on their way into columns."""

    cells: dict[str, list[str | None]] = field(default_factory=dict)
    kinds: dict[str, set[frozenset[str]]] = field(default_factory=dict)
    rows: int = 0
    rejects: list[Rejected] = field(default_factory=list)
    unlisted: int = 0

    def add(self, row: dict[str, Any]) -> None:
        """Put one object behind the others."""
        for key, value in row.items():
            column = self.cells.get(key)
            if column is None:
                column = self.cells[key] = []
                self.kinds[key] = set()
            column.extend([None] * (self.rows - len(column)))
            column.append(self._text(key, value))
        self.rows += 1

    def _text(self, key: str, value: Any) -> str | None:
        if value is None:
            return None
        if isinstance(value, bool):
            self.kinds[key].add(_IN_FLAG)
            return "true" if value else "false"
        if isinstance(value, _Number):
            self.kinds[key].add(_IN_NUMBER)
            return value
        self.kinds[key].add(_IN_TEXT if isinstance(value, str) else frozenset())
        return value if isinstance(value, str) else dump(value)

    def result(self, end: int, lines: int, line: int) -> SegmentRows:
        """The table of all rows."""
        for column in self.cells.values():
            column.extend([None] * (self.rows - len(column)))
        mixed = sum(len(found) > 1 for found in self.kinds.values())
        table = pa.table({name: pa.array(column, pa.string()) for name, column in self.cells.items()})
        return SegmentRows(
            table,
            end,
            lines,
            tuple(self.rejects),
            (Warned("mixed_json_types", line, mixed),) if mixed else (),
            self.unlisted,
            allowed={key: frozenset.intersection(*found) for key, found in self.kinds.items() if found},
        )

    def reject(self, line: int, byte: int, text: bytes) -> None:
        """Keep what is no object."""
        if len(self.rejects) == REJECTS_KEPT:
            self.unlisted += 1
            return
        shown = text[: 4 * TEXT_LIMIT].decode(errors="replace")[:TEXT_LIMIT].rstrip("\r\n")
        self.rejects.append(Rejected(line, byte, None, "bad_json", shown))


def dump(value: Any) -> str:
    """JSON text of a nested value, its numbers as they were written."""
    if isinstance(value, dict):
        return (
            "{" + ",".join(f"{json.dumps(key, ensure_ascii=False)}:{dump(each)}" for key, each in value.items()) + "}"
        )
    if isinstance(value, list):
        return "[" + ",".join(map(dump, value)) + "]"
    return str(value) if isinstance(value, _Number) else json.dumps(value, ensure_ascii=False)


def read_lines(body: bytes, *, byte: int, line: int) -> SegmentRows:
    """Read one object from each line of `body`; blank lines mean nothing."""
    columns = _Columns()
    start = line
    for at, text in _lines(body):
        if text.strip():
            try:
                value = _DECODER.decode(text.decode())
            except (ValueError, RecursionError):
                value = None
            if isinstance(value, dict) and _is_clean(value):
                columns.add(value)
            else:
                columns.reject(line, byte + at, text)
        line += 1
    return columns.result(len(body), count_lines(body), start)


def _is_clean(row: dict[str, Any]) -> bool:
    """Whether its texts can be written as UTF-8; a lone surrogate cannot."""
    try:
        dump(row).encode()
    except (UnicodeEncodeError, RecursionError):
        return False
    return True


def _lines(body: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    for match in _LINE_END.finditer(body):
        yield at, body[at : match.start()]
        at = match.end()
    if at < len(body):
        yield at, body[at:]


def read_array(chunk: bytes, *, byte: int, line: int, final: bool) -> SegmentRows:
    """Read the objects of a JSON array that end in `chunk`, which starts with its bracket or behind an object."""
    columns = _Columns()
    text = chunk.decode("utf-8", "surrogateescape")
    at = done = _behind_space(text, 0)
    while at < len(text) and text[at] in "[,]":
        if text[at] == "]":
            done = len(text)
            break
        at = _behind_space(text, at + 1)
        if at < len(text) and text[at] in ",]":
            continue
        try:
            value, behind = _DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            break
        if behind >= len(text) and not final:
            break
        if isinstance(value, dict) and _is_clean(value):
            columns.add(value)
        else:
            columns.reject(line + text.count("\n", 0, at), byte + _bytes(text[:at]), _raw(text[at:behind]))
        at = done = _behind_space(text, behind)
    if final and done < len(text):
        columns.reject(line + text.count("\n", 0, done), byte + _bytes(text[:done]), _raw(text[done:]))
        done = len(text)
    end = _bytes(text[:done])
    return columns.result(end if columns.rows or columns.rejects or final else 0, count_lines(chunk[:end]), line)


def _behind_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(_raw(text))


def format_of(sample: bytes, *, complete: bool) -> str:
    """`ndjson` or `json` (an array) when the text starts like one that holds objects; else empty.

    `WANTS_MORE` when a first object goes on behind the sample.
    """
    text = sample.lstrip(b" \t\r\n").removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    if text.startswith(b"["):
        return "json" if text[1:].lstrip(b" \t\r\n").startswith(b"{") else ""
    if not text.startswith(b"{"):
        return ""
    first = _LINE_END.split(text, 1)[0]
    if first == text and not complete:
        return WANTS_MORE
    try:
        return "ndjson" if isinstance(json.loads(first), dict) else ""
    except (ValueError, RecursionError):
        return ""
