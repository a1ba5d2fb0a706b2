"""JSON text at the level of its tokens: what kind of JSON it is, where a broken element ends, what can be repaired.

Where an element cannot be read, the next one is found by its brackets; where these do not help, by the next line that
begins with a whole object. What is found depends on the text alone, not on how much of it has arrived.
"""

from __future__ import annotations

import itertools
import json
import re
from collections.abc import Iterable
from typing import Any

WANTS_MORE = "?"
"""No answer yet."""
MAX_SCANNED_CHARS = 1 << 20
"""Characters of a broken element in which its end is looked for."""
MAX_TRIED_LINES = 1000
"""Lines that are tried as the next element."""
_TEXT = r'"(?:[^"\\\n\r]++|\\[^\n\r])*+"?'
_REMARK = r"//[^\n\r]*+|/\*(?:.*?\*/)?"
_TOKEN = re.compile(rf"{_TEXT}|{_REMARK}|[{{}}\[\],:]", re.DOTALL)
_GAP = re.compile(r"(?:[ \t\n\r\ufeff]++|//[^\n\r]*+|/\*.*?\*/)*+", re.DOTALL)
_UNWANTED = re.compile(rf"{_TEXT}|{_REMARK}|,(?=(?:\s|//[^\n\r]*+|/\*.*?\*/)*+(?:[}}\]]|\Z))", re.DOTALL)
_COMMENT = re.compile(_REMARK, re.DOTALL)
_NEXT_LINE = re.compile(r"[\n\r][ \t]*+(?=\{)")
_LINE_END = re.compile(rb"\r\n|\n|\r")


class Number(str):
    """The text of a JSON number."""

    __slots__ = ()


class Repeated(list[tuple[str, Any]]):
    """An object that has a key twice: its pairs as they stand in the file."""

    __slots__ = ()


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | Repeated:
    found = dict(pairs)
    return found if len(found) == len(pairs) else Repeated(pairs)


DECODER = json.JSONDecoder(parse_float=Number, parse_int=Number, parse_constant=Number, object_pairs_hook=_object)
"""Reads numbers as their text, and loses no key."""


def behind_gap(text: str, at: int) -> int:
    """The offset behind white space and comments."""
    match = _GAP.match(text, at)
    return match.end() if match else at


def element_end(text: str, at: int, *, final: bool) -> int | None:
    """Where the element that starts at `at` and cannot be read ends; None when more text is needed to tell.

    `final`: there is no more text.
    """
    stop = min(len(text), at + MAX_SCANNED_CHARS)
    end = _closed(text, at, stop)
    if end is not None:
        return _before_object(text, at, max(end, at + 1))
    if stop == len(text) and not final:
        return None
    for count, match in enumerate(_NEXT_LINE.finditer(text, at + 1)):
        if not final and match.end() + MAX_SCANNED_CHARS > len(text):
            return None
        if count == MAX_TRIED_LINES:
            break
        if isinstance(decoded(text, match.end()), dict):
            return match.start()
    return len(text) if final else None


def _before_object(text: str, at: int, end: int) -> int:
    """Where a bare word ends that has no brackets of its own: before a line that begins with a whole object."""
    if text[at] in '{["':
        return end
    lines = itertools.islice(_NEXT_LINE.finditer(text, at + 1, end), MAX_TRIED_LINES)
    return next((line.start() for line in lines if isinstance(decoded(text, line.end()), dict | Repeated)), end)


def commented_lines(gap: str) -> int:
    """Lines of a gap on which a comment starts."""
    return len({gap.count("\n", 0, match.start()) for match in _COMMENT.finditer(gap)}) if "/" in gap else 0


def _closed(text: str, at: int, stop: int) -> int | None:
    """Where brackets, or a comma outside of them, end the element."""
    open_marks: list[str] = []
    comma, before = at, ""
    for match in _TOKEN.finditer(text, at, stop):
        mark = match[0][0]
        if mark == "/":
            continue
        if mark == "{" and before in ("{", ",", "broken") and open_marks[-1:] == ["{"]:
            # An object cannot stand where a key must: the element before was left open.
            return match.start() if before == "{" else comma
        if mark in "{[":
            open_marks.append(mark)
        elif mark in "}]":
            if len(open_marks) < 2:
                return match.end() if open_marks or mark == "}" else match.start()
            open_marks.pop()
        elif mark == "," and not open_marks:
            return match.start()
        broken = mark == '"' and (len(match[0]) == 1 or match[0][-1] != '"')
        if mark == "," or broken:
            comma = match.start() if mark == "," else match.start() + len(match[0].rstrip(", \t"))
        before = "broken" if broken else mark
    return None


def decoded(text: str, at: int) -> Any:
    """The value at `at`, or None when it cannot be read."""
    try:
        return DECODER.raw_decode(text, at)[0]
    except (ValueError, RecursionError):
        return None


def repaired(text: str) -> dict[str, Any] | Repeated | None:
    """The one object in `text` without its comments and its superfluous commas; None when that is not the trouble."""
    plain = _UNWANTED.sub(lambda match: match[0] if match[0][0] == '"' else " ", text).strip(" \t\n\r\ufeff")
    if plain == text.strip():
        return None
    try:
        value = DECODER.decode(plain)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | Repeated) else None


def starts_json(sample: bytes) -> bool:
    """Whether the first thing in a text is an object or an array."""
    text = sample[:MAX_SCANNED_CHARS].decode(errors="surrogateescape")
    return text[behind_gap(text, 0) :][:1] in ("{", "[")


def format_of(sample: bytes, *, complete: bool, name: str = "") -> str:
    """`ndjson` (an object a line) or `json` (objects in an array, or one behind the other); else empty.

    `WANTS_MORE` when a first object goes on behind the sample. `name`: the ending of the file's name.
    """
    raw = sample.lstrip(b" \t\r\n").removeprefix(b"\xef\xbb\xbf").lstrip(b" \t\r\n")
    text = raw.decode(errors="surrogateescape")
    text = text[behind_gap(text, 0) :] if text.startswith("/") else text
    if text.startswith("["):
        return _array(text[behind_gap(text, 1) :], promised=name in (".json", ".ndjson", ".jsonl"))
    if not text.startswith("{"):
        return ""
    first = _LINE_END.split(raw, 1)[0]
    if first == raw and not complete:
        return WANTS_MORE
    return _objects(text, _lines(raw), name)


def is_open_line(sample: bytes) -> bool:
    """Whether a text is one line so far that begins with an object, so that there is no row of it yet."""
    return format_of(sample, complete=False) == WANTS_MORE


def _array(rest: str, *, promised: bool) -> str:
    if rest.startswith("{"):
        return "json"
    return "json" if promised and not rest.startswith("[") and re.search(r"\{\s*\"", rest) else ""


def _lines(raw: bytes) -> Iterable[str]:
    return (line.decode(errors="surrogateescape") for line in _LINE_END.split(raw, 2)[:2])


def _objects(text: str, lines: Iterable[str], name: str) -> str:
    """How objects without an array stand: each on its line, or spread over lines, at least two of them."""
    if any(isinstance(decoded(line, 0), dict | Repeated) for line in lines):
        return "ndjson"
    if name in (".ndjson", ".jsonl") and not _starts_two(text):
        return "ndjson"
    return "json" if _starts_two(text) else ""


def _starts_two(text: str) -> bool:
    """Whether a second object follows a first one."""
    try:
        value, end = DECODER.raw_decode(text)
    except (ValueError, RecursionError):
        return False
    behind = behind_gap(text, end)
    return isinstance(value, dict | Repeated) and text[behind : behind + 1] in ("{", ",")
