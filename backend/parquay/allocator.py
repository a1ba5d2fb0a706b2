"""Memory that a conversion uses again, block after block, instead of giving it back and fetching it anew.

Fetching a page costs more than parsing what is put on it. Left alone, the C library returns each large piece at once
and Arrow's allocator after ten milliseconds.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import sys
from collections.abc import Iterator

M_TRIM_THRESHOLD, M_MMAP_THRESHOLD, M_ARENA_MAX = -1, -3, -8
"""Names of `mallopt(3)`."""
MAX_PIECE_BYTES, KEPT = 32 << 20, 256 << 20
"""Bytes of the largest piece that is kept, and of all that the C library keeps."""


def keep() -> None:
    """Make this process keep the memory it has fetched; to be called before Arrow is loaded."""
    # Nothing here multiplies matrices: NumPy's library for that gets no threads, which would spin when they are idle.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    os.environ.setdefault("MIMALLOC_PURGE_DELAY", "-1")
    keep_pieces(MAX_PIECE_BYTES, KEPT)


@contextlib.contextmanager
def loading() -> Iterator[None]:
    """Load libraries without looking for garbage among what they bring, now or later: it stays, every piece."""
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def keep_pieces(largest: int, kept: int) -> None:
    """Make the C library keep pieces of up to `largest` bytes that were freed, `kept` bytes of them together."""
    with contextlib.suppress(OSError, AttributeError):  # another C library has other rules
        library = ctypes.CDLL(None)
        library.mallopt(M_MMAP_THRESHOLD, largest)
        library.mallopt(M_TRIM_THRESHOLD, kept)


def share_arenas(count: int) -> None:
    """Make all threads take memory from `count` arenas of the C library, each of which keeps some that nobody uses.

    To be called before there are threads. Its own rule is eight arenas for each processor.
    """
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, count)


def give_back() -> None:
    """Return what is kept and not in use; for a process that may have nothing to do for long."""
    if "pyarrow" in sys.modules:
        import pyarrow as pa

        pa.default_memory_pool().release_unused()
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).malloc_trim(0)
