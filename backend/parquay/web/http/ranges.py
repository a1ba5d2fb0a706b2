"""Which bytes a Range request gets (RFC 9110, section 14). Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

MAX_RANGES = 16
"""Ranges answered in one response; a request for more gets the whole."""

_UNIT = "bytes="
_SPEC = re.compile(r"([0-9]{0,19})-([0-9]{0,19})")


@dataclass(frozen=True)
class Span:
    """Bytes ``start`` to ``end``, the end not included."""

    start: int
    end: int

    @property
    def size(self) -> int:
        """Bytes in it."""
        return self.end - self.start

    def field(self, total: int) -> str:
        """Return the Content-Range of this span of ``total`` bytes."""
        return f"bytes {self.start}-{self.end - 1}/{total}"


def spans(field: str | None, total: int) -> tuple[Span, ...] | None:
    """Return the spans to send of ``total`` bytes, in order and apart from each other.

    None stands for the whole: there is no Range, or one that is not understood and hence ignored, or too many.
    An empty tuple stands for 416: not one of the ranges has a byte.
    """
    if field is None or not field.lower().startswith(_UNIT):
        return None
    specs = field[len(_UNIT) :].split(",", MAX_RANGES + 1)
    if len(specs) > MAX_RANGES:
        return None
    found: list[Span] = []
    for spec in specs:
        match = _SPEC.fullmatch(spec.strip(" \t"))
        if match is None or not any(match.groups()):
            return None
        first, last = match.groups()
        if first and last and int(last) < int(first):
            return None
        span = _span(first, last, total)
        if span.size > 0:
            found.append(span)
    return _merged(found)


def _span(first: str, last: str, total: int) -> Span:
    if not first:
        return Span(max(0, total - int(last)), total)
    return Span(min(int(first), total), min(int(last) + 1, total) if last else total)


def _merged(found: list[Span]) -> tuple[Span, ...]:
    # "A server that supports range requests MAY ... coalesce any of the ranges that overlap".
    merged: list[Span] = []
    for span in sorted(found, key=lambda each: each.start):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        else:
            merged.append(span)
    return tuple(merged)
