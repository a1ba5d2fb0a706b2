"""The right to move an upload's offset, and what a statement that moved it tells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Claim:
    """An upload taken over: the epoch that fences its former writer, and where it continues.

    Attributes:
        epoch: fencing number of this writer.
        offset: durable bytes at the moment of the claim.
        size: total bytes, None while not known.
    """

    file_id: str
    epoch: int
    offset: int
    size: int | None


class Touched(NamedTuple):
    """What a statement tells of the row that it changed."""

    id: str
    owner_id: str
    shared: bool
    concat: str | None
    size: int | None
