"""What files are called inside an archive: safe on every system, each in its folder, no two alike. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

PART_BYTES = 240
"""Longest part of a name in bytes of UTF-8; file systems take 255."""

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\/]')
_DEVICES = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.IGNORECASE)


def archive_names(files: Iterable[tuple[str | None, str]]) -> list[str]:
    """Return a name for each file, given its folder (or None) and its name, in their order.

    Names that differ by their case alone, or by how letters are composed, are one on many systems; so is a folder that
    is called like a file beside it. The later one of two gets a number.
    """
    wanted = ["/".join(_part(each) for each in _parts(*file)) for file in files]
    taken = {_folded(folder) for name in wanted for folder in _folders(name)}
    return [_free(name, taken) for name in wanted]


def _parts(folder: str | None, name: str) -> list[str]:
    inside = [each for each in re.split(r"[\\/]", folder or "") if each.strip(". ")]
    return [*inside, name]


def _part(text: str) -> str:
    safe = _FORBIDDEN.sub("_", unicodedata.normalize("NFC", text)).rstrip(". ").lstrip(" ")
    safe = f"_{safe}" if not safe or _DEVICES.fullmatch(safe) else safe
    while len(safe.encode()) > PART_BYTES:
        stem, dot, extension = safe.rpartition(".")
        safe = stem[:-1] + dot + extension if dot and len(extension) < 20 and stem else safe[:-1]
    return safe


def _folders(name: str) -> list[str]:
    parts = name.split("/")[:-1]
    return ["/".join(parts[: i + 1]) for i in range(len(parts))]


def _free(name: str, taken: set[str]) -> str:
    """The name, or with the first number that makes it another one; it is taken then."""
    folder, slash, last = name.rpartition("/")
    stem, dot, extension = last.rpartition(".")
    stem, ending = (stem, dot + extension) if stem else (last, "")
    number, free = 1, name
    while _folded(free) in taken:
        number += 1
        free = f"{folder}{slash}{stem} ({number}){ending}"
    taken.add(_folded(free))
    return free


def _folded(name: str) -> str:
    return unicodedata.normalize("NFKC", name).casefold()
