"""JSON Lines and JSON arrays of objects as rows: one column for each key that occurs, one row for each object.

Numbers are kept as the text that stands in the file, so that the lexeme rule decides on their type. A text that looks
like a number stays a text; only dates and times, which JSON has no other way to write, are read out of texts. Nested
values are kept as JSON text, and so are numbers that are written unlike each other. What is no object is a reject, and
the rows behind it are read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from parquay.columns.names import Naming, renaming
from parquay.columns.types.text import NESTED
from parquay.errors import TooLarge
from parquay.ingest.read import json_nested, json_scan
from parquay.ingest.read.json_scan import Number, Repeated
from parquay.ingest.read.rows import RejectList, SegmentRows
from parquay.ingest.text.dialect import MAX_TABLE_COLUMNS, TOO_MANY_COLUMNS
from parquay.ingest.text.split import count_lines
from parquay.ingest.text.warnings import FileWarning, warn

MAX_BLOCK_CELLS = 4 << 20
"""Cells of a block, also empty ones: objects that have few keys in common make many of them out of few bytes."""
SURELY_SHALLOW = 200
"""Brackets of an object that is nested no deeper than can be written."""
_IN_TEXT = frozenset({"date", "time", "timestamp", "duration", "uuid"})
_NESTED = frozenset({NESTED.type_id})
_IN_NUMBER = frozenset({"int64", "decimal", "double"}) | _NESTED
_IN_FLAG = frozenset({"bool"}) | _NESTED
_LINE_END = re.compile(rb"\r\n|\n|\r")
FEATURES = "features"
"""The path of the features of GeoJSON."""
_BOM = b"\xef\xbb\xbf"

Row = dict[str, Any] | Repeated


@dataclass(slots=True)
class _Columns:
    """Rows on their way into columns."""

    naming: Naming
    line: int
    cells: dict[str, list[str | None]] = field(default_factory=dict)
    kinds: dict[str, set[frozenset[str]]] = field(default_factory=dict)
    rows: int = 0
    rejects: RejectList = field(default_factory=RejectList)
    warnings: dict[str, FileWarning] = field(default_factory=dict)
    renamed: list[tuple[str, int, str]] = field(default_factory=list)

    @property
    def full(self) -> bool:
        """Whether there are as many cells as a block may have."""
        return self.rows * max(1, len(self.naming)) >= MAX_BLOCK_CELLS

    def add(self, row: Row, line: int) -> None:
        """Put one object, which starts at `line`, behind the others."""
        if isinstance(row, Repeated):
            turns: dict[str, int] = {}
            for key, value in row:
                turns[key] = turns.get(key, 0) + 1
                self._put(key, turns[key], value, line)
            again = next(key for key, turn in turns.items() if turn > 1)
            warn(self.warnings, "repeated_key", line, again)
        else:
            for key, value in row.items():
                self._put(key, 1, value, line)
        self.rows += 1

    def _put(self, key: str, turn: int, value: Any, line: int) -> None:
        name, first = self.naming.name(key, turn)
        if first and (turn > 1 or name != key):
            self.renamed.append((key, turn, name))
            warn(self.warnings, "renamed_column", line, renaming(key, name))
        column = self.cells.get(name)
        if column is None:
            if len(self.naming) > MAX_TABLE_COLUMNS:
                raise TooLarge(TOO_MANY_COLUMNS, "too_many_columns")
            column = self.cells[name] = []
            self.kinds[name] = set()
        column.extend([None] * (self.rows - len(column)))
        column.append(self._text(name, value))

    def _text(self, name: str, value: Any) -> str | None:
        if value is None:
            return None
        if isinstance(value, bool):
            self.kinds[name].add(_IN_FLAG)
            return "true" if value else "false"
        if isinstance(value, Number):
            self.kinds[name].add(_IN_NUMBER)
            return value
        self.kinds[name].add(_IN_TEXT if isinstance(value, str) else _NESTED)
        return value if isinstance(value, str) else dump(value)

    def result(self, end: int, lines: int) -> SegmentRows:
        """The table of all rows."""
        if self.rows and not self.cells:
            # Objects without keys are rows too, and a table without columns would not count them.
            self.cells[self.naming.first()] = []
        for column in self.cells.values():
            column.extend([None] * (self.rows - len(column)))
        mixed = [name for name, found in self.kinds.items() if len(found) > 1]
        if mixed:
            warn(self.warnings, "mixed_json_types", self.line, mixed[0], len(mixed))
        table = pa.table({name: pa.array(column, pa.string()) for name, column in self.cells.items()})
        return SegmentRows(
            table,
            end,
            lines,
            tuple(self.rejects.kept),
            tuple(self.warnings.values()),
            self.rejects.unlisted,
            allowed={name: frozenset.intersection(*found) for name, found in self.kinds.items() if found},
            renamed=tuple(self.renamed),
        )

    def reject(self, line: int, byte: int, text: bytes) -> None:
        """Keep what is no object."""
        self.rejects.add("bad_json", None, text, line=line, byte=byte, row=self.rows)


def dump(value: Any) -> str:
    """JSON text of a nested value, its numbers as they were written."""
    if isinstance(value, dict | Repeated):
        pairs = value.items() if isinstance(value, dict) else value
        return "{" + ",".join(f"{json.dumps(key, ensure_ascii=False)}:{dump(each)}" for key, each in pairs) + "}"
    if isinstance(value, list):
        return "[" + ",".join([each if type(each) is Number else dump(each) for each in value]) + "]"
    return str(value) if isinstance(value, Number) else json.dumps(value, ensure_ascii=False)


def _is_row(value: Any, text: str) -> bool:
    """Whether what stands in ``text`` is an object whose texts can be written as UTF-8; a lone surrogate cannot."""
    if not isinstance(value, dict | Repeated):
        return False
    if text.isascii() and "\\u" not in text and text.count("[") + text.count("{") <= SURELY_SHALLOW:
        return True
    try:
        dump(value).encode()
    except (UnicodeEncodeError, RecursionError):
        return False
    return True


def read_lines(body: bytes, *, byte: int, line: int, naming: Naming) -> SegmentRows:
    """Read the objects of each line of `body`, most have one; blank lines mean nothing."""
    columns = _Columns(naming, line)
    end = len(body)
    for at, text in _lines(body):
        if columns.full:
            end = at
            break
        stripped = text.removeprefix(_BOM).strip()
        if stripped.startswith(b"//"):
            warn(columns.warnings, "comment_line", line, text)
        elif stripped:
            _read_line(columns, text.removeprefix(_BOM), line, byte + at)
        line += 1
    return columns.result(end, count_lines(body[:end]))


def _read_line(columns: _Columns, raw: bytes, line: int, byte: int) -> None:
    """Read the objects of one line; what cannot be read is one reject, up to the line's end."""
    text = raw.decode("utf-8", "surrogateescape")
    at = json_scan.behind_gap(text, 0)
    remark = "/" in text[:at]
    while at < len(text):
        try:
            value, end = json_scan.DECODER.raw_decode(text, at)
        except (ValueError, RecursionError):
            value, end = json_scan.repaired(text[at:]), len(text)
            if value is not None:
                warn(columns.warnings, "mended_json", line, text)
        if not _is_row(value, text[at:end]):
            columns.reject(line, byte + _bytes(text[:at]), _raw(text[at:]))
            break
        columns.add(value, line)
        at = json_scan.behind_gap(text, end)
        if text[at : at + 1] == ",":
            at = json_scan.behind_gap(text, at + 1)
        remark = remark or "/" in text[end:at]
    if remark:
        warn(columns.warnings, "comment_line", line, text)


def _lines(body: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    for match in _LINE_END.finditer(body):
        yield at, body[at : match.start()]
        at = match.end()
    if at < len(body):
        yield at, body[at:]


@dataclass(slots=True)
class _Positions:
    """Where an offset in a text stands in the file; asked for ever later ones."""

    text: str
    byte: int
    line: int
    _at: int = 0

    def move(self, at: int) -> tuple[int, int]:
        """The line and the byte at `at`."""
        between = self.text[self._at : at]
        self.line += count_lines(_raw(between))
        self.byte += _bytes(between)
        self._at = at
        return self.line, self.byte


def read_array(chunk: bytes, *, byte: int, line: int, final: bool, naming: Naming, nested: str = "") -> SegmentRows:
    """Read the objects of a JSON array that end in `chunk`, which starts with its bracket or behind an object.

    Objects one behind the other are read too. `nested`: the path of an array within an object; what stands behind it is
    no row. Its bracket is left for whoever has all of the text, so that nothing has to be kept of having seen it.
    """
    columns = _Columns(naming, line)
    text = chunk.decode("utf-8", "surrogateescape")
    positions = _Positions(text, byte, line)
    at = done = 0
    within, closed = not text[json_scan.behind_gap(text, 0) :].startswith("["), False
    while not columns.full:
        at = json_scan.behind_gap(text, at)
        mark = text[at : at + 1]
        if nested and mark == "]":
            if final:
                _warn_of_rest(columns, text[at + 1 :], positions.move(at)[0])
                done, closed = len(text), True
            break
        if mark in ("", ",", "]") or (mark == "[" and not within):
            if not mark:
                break
            at, within = at + 1, mark != "]"
            closed = mark == "]" or (mark == "," and closed)
            if mark == "]":
                _warn_of_comments(columns, text[done:at], positions.move(at)[0])
                done = at
            continue
        end = _element(columns, positions, at, final=final, features=nested == FEATURES)
        if end is None:
            break
        _warn_of_comments(columns, text[done:at], positions.line)
        at = done = end
    if final and not columns.full and not (nested and closed):
        _warn_of_comments(columns, text[done:], positions.move(len(text))[0])
        done = len(text)
        if not closed and text[json_scan.behind_gap(text, 0) :][:1] in ("[", ","):
            warn(columns.warnings, "unclosed_array", positions.move(done)[0])
    end = _bytes(text[:done])
    return columns.result(end if columns.rows or columns.rejects.kept or final else 0, count_lines(chunk[:end]))


def _warn_of_rest(columns: _Columns, rest: str, line: int) -> None:
    """Tell of what stands behind an array within an object, if it is more than brackets."""
    if rest.strip(" \t\r\n}"):
        warn(columns.warnings, "outside_array", line, rest.strip(" \t\r\n,"))


def _warn_of_comments(columns: _Columns, gap: str, line: int) -> None:
    if count := json_scan.commented_lines(gap):
        warn(columns.warnings, "comment_line", line, gap.strip(" \t\r\n,]"), count)


def _element(columns: _Columns, positions: _Positions, at: int, *, final: bool, features: bool) -> int | None:
    """Read the element at `at` and return where it ends; None when that is not there yet."""
    text = positions.text
    try:
        value, end = json_scan.DECODER.raw_decode(text, at)
        if end >= len(text) and not final:
            return None
    except (ValueError, RecursionError):
        found = json_scan.element_end(text, at, final=final)
        if found is None:
            return None
        value, end = json_scan.repaired(text[at:found]), found
        if value is not None:
            warn(columns.warnings, "mended_json", positions.move(at)[0], text[at:end])
    line, start = positions.move(at)
    if _is_row(value, text[at:end]):
        columns.add(json_nested.flat_feature(value) if features else value, line)
    else:
        columns.reject(line, start, _raw(text[at:end]))
    return end


def _raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(_raw(text))
