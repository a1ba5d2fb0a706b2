"""A part's name carries the CRC-32C of its bytes, so that what was written can be told from what is there now.

DuckDB verifies no checksum of a page, and a flipped bit mostly unpacks to another value. A part is therefore read once
from its first byte to its last before anything else in a process reads it, and again when its file has changed. Parts
from before there were seals have names without one; of these only the pages tell, where they have checksums.
"""

from __future__ import annotations

import re
import threading
from collections import OrderedDict
from collections.abc import Iterable
from pathlib import Path

import google_crc32c

from parquay.errors import Damaged
from parquay.telemetry import lost

BLOCK = 1 << 20
"""Bytes read at once."""
REMEMBERED = 65_536
"""Parts that are known to be sound."""

_SEAL = re.compile(r"\.([0-9a-f]{8})\.parquet")

State = tuple[int, int, int]
"""The inode of a file, its bytes, and the time of its last change."""

_lock = threading.Lock()
_sound: OrderedDict[Path, State] = OrderedDict()
"""How each part was when it was read whole, or written."""


def sealed(name: str, crc: int) -> str:
    """The name of a part whose bytes have this CRC. Pure."""
    return f"{name.removesuffix('.parquet')}.{crc:08x}.parquet"


def seal_in(name: str) -> int | None:
    """The CRC in the name of a part; None when it has none. Pure."""
    found = _SEAL.search(name)
    return int(found[1], 16) if found else None


def crc_of(path: Path) -> int:
    """The CRC-32C of a file.

    Raises:
        OSError: it cannot be read.
    """
    crc = 0
    with path.open("rb", buffering=0) as file:
        while block := file.read(BLOCK):
            crc = google_crc32c.extend(crc, block)
    return int(crc)


def put(unfinished: Path, directory: Path, name: str) -> str:
    """Give a finished file its name in ``directory``, sealed, and return that name."""
    final = sealed(name, crc_of(unfinished))
    unfinished.replace(directory / final)
    _remember(directory / final)
    return final


def verify(paths: Iterable[Path]) -> None:
    """Read those parts that were not read since they last changed.

    Raises:
        Damaged: ``part_missing``, ``part_damaged`` (503).
    """
    for path in paths:
        fault = fault_of(path)
        if fault is not None:
            raise lost(fault)


def glance(path: Path, size: int) -> Damaged | None:
    """The same without reading it."""
    try:
        found = path.stat().st_size
    except FileNotFoundError:
        return _missing()
    return None if found == size else _resized(size, found)


def fault_of(path: Path, size: int | None = None) -> Damaged | None:
    """What is wrong with a part, None when nothing is; ``size``: its bytes, where they are known from elsewhere."""
    try:
        state = _state(path)
        if size is not None and state[1] != size:
            return _resized(size, state[1])
        with _lock:
            if _sound.get(path) == state:
                return None
        crc = seal_in(path.name)
        if crc is not None and crc_of(path) != crc:
            return damaged("its bytes are not those that were written")
    except FileNotFoundError:
        return _missing()
    except OSError as error:
        return damaged(f"it cannot be read: {error.strerror}")
    _remember(path, state)
    return None


def _remember(path: Path, state: State | None = None) -> None:
    state = state or _state(path)
    with _lock:
        _sound[path] = state
        while len(_sound) > REMEMBERED:
            _sound.popitem(last=False)


def _state(path: Path) -> State:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def _missing() -> Damaged:
    return Damaged("A part of this table is gone.", "part_missing")


def _resized(size: int, found: int) -> Damaged:
    return damaged(f"{size} bytes were written, {found} are there")


def damaged(how: str) -> Damaged:
    """The error of a part that is there and not what it was."""
    return Damaged(f"A part of this table is damaged: {how}.", "part_damaged")
