"""Large writes past the page cache (`O_DIRECT`), where the system and the file system have them.

Bytes that are to be on the disk before they are acknowledged gain nothing from the cache: there they cost a copy into
pages that the system has to find first, and the sync then has to write them out at once. Writing them from one aligned
buffer leaves the cache to those who read. What does not start and end on a block goes through the cache as usual; the
kernel keeps both ways of one file in step.
"""

from __future__ import annotations

import ctypes
import errno
import mmap
import os
import threading
from collections.abc import Iterator

from parquay.errors import is_full
from parquay.storage.chunks import Buffers

BLOCK = 4096
"""Offsets, lengths and memory of a direct write are multiples of so many bytes."""
MIN_DIRECT_BYTES = 256 * 1024
"""Fewer bytes are quicker through the cache."""
BUFFER_SIZE = 2 * 1024 * 1024

_FLAG = getattr(os, "O_DIRECT", 0)
_buffers = threading.local()


class DirectFile:
    """A second way into one open file. It is opened with the first large write, and given up where it does not work."""

    def __init__(self, handle: int) -> None:
        """``handle``: of the open file."""
        self._cached = handle
        self._handle: int | None = None
        self._refused = not _FLAG

    def span(self, position: int, size: int) -> tuple[int, int]:
        """Return how many of ``size`` bytes at ``position`` come before the part for this way, and the part's bytes."""
        before = -position % BLOCK
        whole = (size - before) // BLOCK * BLOCK
        return (before, whole) if whole >= MIN_DIRECT_BYTES and self._open() else (size, 0)

    def write(self, chunks: Buffers, position: int) -> int:
        """Put ``chunks`` (whole blocks together) at ``position`` (a block's start); return the bytes written.

        Fewer than given means that the file does not take them this way, or that the disk is full; the way
        through the cache says which.

        Raises:
            OSError: the disk refused.
        """
        written = 0
        for piece in _aligned(chunks):
            count = self._put(piece, position + written)
            written += count
            if count < len(piece):
                break
        return written

    def _put(self, piece: memoryview, position: int) -> int:
        if self._handle is None:
            return 0
        try:
            return os.pwritev(self._handle, [piece], position)
        except OSError as error:
            if error.errno != errno.EINVAL and not is_full(error):
                raise
            self._refused = True
            self.close()
            return 0

    def _open(self) -> bool:
        if self._handle is None and not self._refused:
            try:
                self._handle = os.open(f"/proc/self/fd/{self._cached}", os.O_WRONLY | os.O_CLOEXEC | _FLAG)
            except OSError:
                self._refused = True
        return self._handle is not None

    def close(self) -> None:
        """Close this way; the file stays open by the other."""
        if self._handle is not None:
            handle, self._handle = self._handle, None
            os.close(handle)


def _aligned(chunks: Buffers) -> Iterator[memoryview]:
    """Pass on the bytes of ``chunks`` in aligned memory; each piece is good until the next is asked for."""
    if len(chunks) == 1 and _is_aligned(chunks[0]):
        yield memoryview(chunks[0])
        return
    buffer = _buffer()
    filled = 0
    for chunk in chunks:
        rest = memoryview(chunk)
        while rest:
            count = min(len(rest), BUFFER_SIZE - filled)
            buffer[filled : filled + count] = rest[:count]
            filled, rest = filled + count, rest[count:]
            if filled == BUFFER_SIZE:
                yield buffer
                filled = 0
    if filled:
        yield buffer[:filled]


def _is_aligned(chunk: bytes | memoryview) -> bool:
    return not isinstance(chunk, bytes) and not chunk.readonly and _address(chunk) % BLOCK == 0


def _address(view: memoryview) -> int:
    return ctypes.addressof(ctypes.c_char.from_buffer(view))


def _buffer() -> memoryview:
    """Return this thread's aligned buffer."""
    if not hasattr(_buffers, "view"):
        _buffers.view = memoryview(mmap.mmap(-1, BUFFER_SIZE))
    view: memoryview = _buffers.view
    return view
