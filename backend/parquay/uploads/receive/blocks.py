"""The memory that bodies gather in: aligned blocks, used again and again.

A block is what a disk likes best to be given at once. Its bytes start where they do in a page of the file, so that
all but the ends of a body can be written past the page cache without being moved first.
"""

from __future__ import annotations

import mmap

BLOCK_SIZE = 2 * 1024 * 1024
"""Bytes of a block. One fills while another is written: no upload holds more than two, a silent one holds none."""

SMALL_SIZE = 256 * 1024
"""Bytes of a block while so many are in use already that memory would run short."""

LARGE_BLOCKS = 64
"""Most large blocks in use."""

KEPT = 16
"""Free blocks of each size that stay for the next upload. Of one that is new, only pages that are used take memory."""

PAGE = mmap.PAGESIZE


class AlignedBlock:
    """A run of a file's bytes in memory, from ``position`` on.

    Attributes:
        position: where its first byte belongs, in bytes from the file's start.
    """

    def __init__(self, memory: memoryview, position: int) -> None:
        """Start an empty block at ``position``."""
        self.memory = memory
        self.position = position
        self._start = self._end = position % PAGE

    @property
    def room(self) -> memoryview:
        """Where the next bytes belong."""
        return self.memory[self._end :]

    @property
    def filled(self) -> memoryview:
        """The bytes."""
        return self.memory[self._start : self._end]

    def grow(self, count: int) -> None:
        """Note that ``count`` bytes were put where there was room."""
        self._end += count

    def __len__(self) -> int:
        return self._end - self._start


class Blocks:
    """Hands out blocks; for one thread.

    Attributes:
        used: blocks that were not given back yet.
    """

    def __init__(self) -> None:
        self._free: dict[int, list[memoryview]] = {BLOCK_SIZE: [], SMALL_SIZE: []}
        self._large = 0
        self.used = 0

    def take(self, position: int) -> AlignedBlock:
        """Return an empty block for the bytes from ``position`` on."""
        size = BLOCK_SIZE if self._large < LARGE_BLOCKS else SMALL_SIZE
        self.used += 1
        self._large += size == BLOCK_SIZE
        free = self._free[size]
        return AlignedBlock(free.pop() if free else memoryview(mmap.mmap(-1, size)), position)

    def give(self, block: AlignedBlock) -> None:
        """Take a block back that nobody uses any more."""
        size = len(block.memory)
        self.used -= 1
        self._large -= size == BLOCK_SIZE
        if len(self._free[size]) < KEPT:
            self._free[size].append(block.memory)
