"""Warnings: what was repaired, passed over or guessed, with its line and how often.

Whatever reads a file keeps a dictionary of them and calls `warn`. What is known before the first row goes into
`Dialect.warnings`, from where a conversion starts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

MAX_TEXT_CHARS = 200
"""Characters of a warning's text that are kept."""


@dataclass(frozen=True, slots=True)
class FileWarning:
    """Something odd that cost no row, or a line that is no row.

    Attributes:
        code: what it is; stable.
        line: physical line of the file where it was first met, from 1.
        count: how often; of lines that were passed over, how many.
        text: the first such line as it stands in the file, or a sentence where no line is meant; cut after
            `MAX_TEXT_CHARS` characters.
    """

    code: str
    line: int
    count: int = 1
    text: str = ""

    def to_json(self) -> dict[str, Any]:
        """As it is reported and kept."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> FileWarning:
        """The inverse of `to_json`."""
        return cls(value["code"], value["line"], value["count"], value.get("text", ""))


def warn(found: dict[str, FileWarning], code: str, line: int, text: str | bytes = "", count: int = 1) -> None:
    """Add a warning to those `found` so far: the first of a code gives line and text, the others are counted."""
    known = found.get(code)
    found[code] = (
        FileWarning(code, line, count, bounded(text)) if known is None else replace(known, count=known.count + count)
    )


def bounded(text: str | bytes) -> str:
    """A line's text as a warning shows it: cut, without its row end, and fit for JSON and every database."""
    if isinstance(text, bytes):
        text = text[: 4 * MAX_TEXT_CHARS].decode(errors="replace")
    shown = text.rstrip("\r\n")[:MAX_TEXT_CHARS].replace("\0", "\ufffd")
    return shown.encode(errors="replace").decode()


def merged(one: Sequence[FileWarning], other: Sequence[FileWarning]) -> tuple[FileWarning, ...]:
    """Warnings of two segments of a file, one for each code."""
    found = {each.code: each for each in one}
    for each in other:
        warn(found, each.code, each.line, each.text, each.count)
    return tuple(found.values())
