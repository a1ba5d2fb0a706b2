"""The members of a tar archive (POSIX pax, ustar, GNU), plain or packed as a whole.

Their names stand before each of them, so all of the archive is read to know what there is.
"""

from __future__ import annotations

import tarfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any, cast

from parquay.errors import TooLarge
from parquay.ingest.text.inflate import BrokenArchive

BLOCK_BYTES = 512
"""Bytes of a header."""
MAX_MEMBERS = 100_000
"""Most members whose names are kept."""


@dataclass(frozen=True, slots=True)
class TarMember:
    """A file in an archive: where its bytes stand in the unpacked archive; `sparse`: not as they are."""

    filename: str
    start: int
    size: int
    sparse: bool


def is_tar(head: bytes) -> bool:
    """Whether a tar archive starts here (POSIX.1-1988 and later, and GNU)."""
    return head[257:262] == b"ustar"


class _Stream:
    """An unpacked archive as Python's own reader of archives wants it: read once, from its start."""

    def __init__(self, read_at: Callable[[int, int], bytes]) -> None:
        self._read_at = read_at
        self._at = 0

    def read(self, size: int) -> bytes:
        found = self._read_at(self._at, size)
        self._at += len(found)
        return found


def members(read_at: Callable[[int, int], bytes]) -> list[TarMember]:
    """The files in an archive, of which `read_at` gives `size` bytes at an offset, fewer only at its end.

    Raises:
        BrokenArchive: it makes no sense, or ends within a file.
        TooLarge: there are more files than any archive of tables has.
    """
    found: list[TarMember] = []
    try:
        with tarfile.open(fileobj=cast("IO[bytes]", _Stream(read_at)), mode="r|", bufsize=1 << 20) as archive:
            for each in archive:
                cast("Any", archive).members = []  # it keeps all of them
                if not each.isfile():
                    continue
                found.append(TarMember(each.name, each.offset_data, each.size, each.issparse()))
                if len(found) > MAX_MEMBERS:
                    raise TooLarge("The archive has too many files.", "too_expensive")
    except (tarfile.TarError, EOFError, OSError, ValueError) as error:
        raise BrokenArchive(str(error)) from None
    return found
