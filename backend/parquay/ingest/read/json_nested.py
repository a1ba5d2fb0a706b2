"""The one array of objects within a JSON object: `{"data": [{…}, …], "next": null}`, or the features of GeoJSON."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from parquay.ingest.read.json_scan import DECODER, Repeated, behind_gap

MAX_DEPTH = 4
"""Most keys on the way to an array that is found."""


@dataclass(slots=True)
class _Found:
    """Arrays of objects in the beginning of a text, by their keys, and the keys of all that is no array of objects."""

    arrays: list[tuple[tuple[str, ...], int]] = field(default_factory=list)
    beside: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class NestedArray:
    """Where an array of objects stands.

    Attributes:
        path: its keys, with points between them.
        at: the place of its bracket in the text.
        beside: keys of what stands around it, as far as it is known.
    """

    path: str
    at: int
    beside: tuple[str, ...]

    @property
    def features(self) -> bool:
        """Whether it has the features of GeoJSON (RFC 7946, 3.3)."""
        return self.path == "features" and "type" in self.beside


def find_array(text: str) -> NestedArray | None:
    """The only array of objects within the one object that `text` begins with; None where it has none, or several.

    The object may go on behind the text, but if it ends in it, nothing may follow.
    """
    start = behind_gap(text, 0)
    if text[start : start + 1] != "{":
        return None
    found = _Found()
    end = _walk(text, start, (), found)
    if (end is not None and behind_gap(text, end) < len(text)) or len(found.arrays) != 1:
        return None
    path, at = found.arrays[0]
    return NestedArray(".".join(path), at, tuple(found.beside))


def _walk(text: str, at: int, path: tuple[str, ...], found: _Found) -> int | None:
    """Look at the values of the object at `at`; where it ends, or None if that is behind the text."""
    try:
        for key, value in _values(text, at):
            mark = text[value : value + 1]
            here = (*path, key)
            if mark == "[" and text[behind_gap(text, value + 1) :][:1] == "{":
                found.arrays.append((here, value))
            elif mark == "{" and len(here) < MAX_DEPTH:
                if _walk(text, value, here, found) is None:
                    return None
            elif mark:
                found.beside.append(".".join(here))
        return DECODER.raw_decode(text, at)[1]
    except (ValueError, RecursionError):
        return None


def _values(text: str, at: int) -> Iterator[tuple[str, int]]:
    """Each key of an object and where its value stands.

    Raises:
        ValueError: the text ends before the object, or is no JSON.
    """
    at = behind_gap(text, at + 1)
    while text[at : at + 1] != "}":
        key, at = DECODER.raw_decode(text, at)
        at = behind_gap(text, at)
        if not isinstance(key, str) or text[at : at + 1] != ":":
            raise ValueError(text[at : at + 1])
        at = behind_gap(text, at + 1)
        yield str(key), at
        at = behind_gap(text, DECODER.raw_decode(text, at)[1])
        if text[at : at + 1] == ",":
            at = behind_gap(text, at + 1)


def flat_feature(value: Any) -> Any:
    """A feature of GeoJSON with its properties as keys of its own, its geometry behind them; others as they are."""
    if not isinstance(value, dict) or value.get("type") != "Feature" or not isinstance(value.get("properties"), dict):
        return value
    before = [(key, each) for key, each in value.items() if key not in ("type", "properties", "geometry")]
    pairs = [*before, *value["properties"].items(), ("geometry", value.get("geometry"))]
    made = dict(pairs)
    return made if len(made) == len(pairs) else Repeated(pairs)
