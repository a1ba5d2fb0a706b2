"""The result of a statement as a file: whole before anything is made of it, so that no table is half of one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from parquay.datasets.query.engine import Cancelled
from parquay.datasets.statements.run import RunningStatement
from parquay.errors import ParquayError, StorageFull

PIECE_BYTES = 1 << 20
"""Bytes that are read at once."""


@dataclass(frozen=True, slots=True)
class Room:
    """How much a result may take.

    Attributes:
        most: bytes, 0 for any number; `refusal` is raised when there are more.
        free: tells the bytes that the disk has for it now.
    """

    most: int
    refusal: ParquayError
    free: Callable[[], int]


@dataclass(frozen=True, slots=True)
class SpooledResult:
    """The file of a result, and its bytes."""

    path: Path
    size: int

    def pieces(self) -> Iterator[bytes]:
        """The bytes, some at a time (blocking)."""
        with self.path.open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                yield piece


def spooled(
    running: RunningStatement, path: Path, room: Room, go_on: Callable[[], bool] = lambda: True
) -> SpooledResult:
    """Write the result of a statement to ``path`` (blocking). ``go_on`` is asked before each piece.

    Raises:
        ParquayError: ``room.refusal``; see `Conversation.receive`.
        StorageFull: (507).
        Cancelled: ``go_on`` said no, or nobody waits.
    """
    size = 0
    with path.open("wb") as file:
        for piece in running.pieces():
            if not go_on():
                raise Cancelled
            size += len(piece)
            if room.most and size > room.most:
                raise room.refusal
            if room.free() < len(piece):
                raise StorageFull("There is no room for the result.", retry_after=60)
            file.write(piece)
    return SpooledResult(path, size)
