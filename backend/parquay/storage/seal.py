"""A part's name carries the CRC-32C of its bytes, so that what was written can be told from what is there now.

DuckDB verifies no checksum of a page, and a flipped bit mostly unpacks to another value. A part is therefore read once
from its first byte to its last before anything else in a process reads it, and again when its file has changed. Parts
from before there were seals have names without one; of these only the pages tell, where they have checksums.
"""

from __future__ import annotations

import ctypes
import re
import threading
from collections import OrderedDict
from pathlib import Path
from typing import Any

import google_crc32c

from parquay.errors import Damaged

BLOCK = 256 << 10
"""Bytes read at once."""
IN_C = google_crc32c.implementation == "c"
REMEMBERED = 65_536
"""Files that are known to be sound."""

_SEAL = re.compile(r"\.([0-9a-f]{8})\.parquet")

State = tuple[int, int, int]
"""The inode of a file, its bytes, and the time of its last change."""

_Block = ctypes.c_char * BLOCK

_lock = threading.Lock()
_sound: OrderedDict[Path, State] = OrderedDict()
"""How each file was when it was read whole, or written."""


def sealed(name: str, crc: int) -> str:
    """The name of a part whose bytes have this CRC. Pure."""
    return f"{name.removesuffix('.parquet')}.{crc:08x}.parquet"


def seal_in(name: str) -> int | None:
    """The CRC in the name of a part; None when it has none. Pure."""
    found = _SEAL.search(name)
    return int(found[1], 16) if found else None


def crc_of(content: bytes | memoryview | Path) -> int:
    """The CRC-32C of bytes, or of a file.

    Raises:
        OSError: it cannot be read.
    """
    crc = 0
    if not isinstance(content, Path):
        for at in range(0, len(content), BLOCK):
            crc = google_crc32c.extend(crc, _plain(content[at : at + BLOCK]))
        return int(crc)
    with content.open("rb", buffering=0) as file:
        while block := file.read(BLOCK):
            crc = google_crc32c.extend(crc, block)
    return int(crc)


def _plain(some: bytes | memoryview) -> Any:
    """Bytes as the library takes them: of views it takes none, and an array of C's only where it is written in C."""
    if isinstance(some, memoryview) and len(some) == BLOCK and not some.readonly and IN_C:
        return _Block.from_buffer(some)
    return bytes(some)


def fault_of(path: Path, size: int | None = None, *, reread: bool = True) -> Damaged | None:
    """What is wrong with the file of a part, None when nothing is; the arguments are those of `Objects.fault`."""
    try:
        state = _state(path)
        if size is not None and state[1] != size:
            return damaged(f"{size} bytes were written, {state[1]} are there")
        return _fault_inside(path, state) if reread else None
    except FileNotFoundError:
        return missing()
    except OSError as error:
        return damaged(f"it cannot be read: {error.strerror}")


def _fault_inside(path: Path, state: State) -> Damaged | None:
    with _lock:
        if _sound.get(path) == state:
            return None
    crc = seal_in(path.name)
    if crc is not None and crc_of(path) != crc:
        return damaged("its bytes are not those that were written")
    remember(path, state)
    return None


def remember(path: Path, state: State | None = None) -> State:
    """Take a file for sound as long as it does not change; return how it is."""
    state = state or _state(path)
    with _lock:
        _sound[path] = state
        while len(_sound) > REMEMBERED:
            _sound.popitem(last=False)
    return state


def _state(path: Path) -> State:
    found = path.stat()
    return found.st_ino, found.st_size, found.st_mtime_ns


def missing() -> Damaged:
    """The error of a part that is not there."""
    return Damaged("A part of this table is gone.", "part_missing")


def damaged(how: str) -> Damaged:
    """The error of a part that is there and not what it was."""
    return Damaged(f"A part of this table is damaged: {how}.", "part_damaged")
