"""The array of objects within a JSON object: `{"data": [{…}, …], "next": null}`, or the features of GeoJSON.

It is the only one there is, or the one that the caller names by its path.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from parquay.errors import BadInput
from parquay.ingest.read.json_scan import DECODER, Repeated, behind_gap

MAX_DEPTH = 4
"""Most keys on the way to an array that is found."""
MAX_LISTED, MAX_LISTED_CHARS = 10, 60
"""Paths that an error lists, and characters of each."""


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


def array_at(text: str, path: str, *, complete: bool) -> NestedArray | None:
    """The array at ``path`` in the one object that `text` begins with; None while it may stand behind the text.

    `complete`: there is no more text. Names with points in them are found too.

    Raises:
        BadInput: ``no_path``: there is none, or no array of objects; the sentence says what there is.
    """
    start = behind_gap(text, 0)
    if start == len(text) and not complete:
        return None
    try:
        at = _resolved(text, start, path)
    except (ValueError, RecursionError):
        if not complete:
            return None
        at = None
    first = None if at is None else _first_mark(text, at)
    if not complete and (at == len(text) or first == ""):
        return None
    if at is None or first not in ("{", "]", ""):
        raise BadInput(_why_no_array(text, start, path, found=at is not None), "no_path")
    if _is_one_of_several(text, start):
        raise BadInput(
            f"path: {path[:100]!r} is meant in one object, but there are several one behind the other.", "no_path"
        )
    there = _looked_through(text, start)
    arrays = (".".join(each) for each, where in there.arrays if where != at)
    return NestedArray(path, at, (*arrays, *there.beside))


def _resolved(text: str, at: int, path: str) -> int | None:
    """Where the value at a path in the object at `at` stands; None when it has none.

    Raises:
        ValueError, RecursionError: the text ends before that is known, or is no JSON.
    """
    if text[at : at + 1] != "{":
        return None
    for key, value in _values(text, at):
        if key == path:
            return value
        if path.startswith(f"{key}."):
            found = _resolved(text, value, path[len(key) + 1 :])
            if found is not None:
                return found
    return None


def _first_mark(text: str, at: int) -> str | None:
    """What the first element of the array at `at` begins with, empty at the end of the text; None: it is no array."""
    return text[behind_gap(text, at + 1) :][:1] if text[at : at + 1] == "[" else None


def _is_one_of_several(text: str, start: int) -> bool:
    try:
        return behind_gap(text, DECODER.raw_decode(text, start)[1]) < len(text)
    except (ValueError, RecursionError):
        return False


def _looked_through(text: str, start: int) -> _Found:
    """What the object at `start` has, as far as the text goes."""
    found = _Found()
    if text[start : start + 1] == "{":
        _walk(text, start, (), found)
    return found


def _why_no_array(text: str, start: int, path: str, *, found: bool) -> str:
    """A sentence about a path, with those of arrays of objects, or of other values, as far as the text goes."""
    there = _looked_through(text, start)
    names = [".".join(each) for each, _ in there.arrays] or there.beside
    listed = ", ".join(name[:MAX_LISTED_CHARS] for name in names[:MAX_LISTED]) + (
        ", …" if len(names) > MAX_LISTED else ""
    )
    wrong = "is no array of objects" if found else "is not in the JSON"
    what = "of arrays of objects there are" if there.arrays else "there are"
    return f"path: {path[:100]!r} {wrong}; " + (f"{what} {listed}." if listed else "its top has no keys.")


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
