"""Which objects of a bucket an upload consists of, found out from their keys alone, where rows are gone.

Of several objects that start at one byte the one of the highest epoch counts, if any of them ever did: whoever took the
upload over later began behind the last byte that was named. An object of a sealed upload has a higher one than all its
chunks, and holds all of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from parquay.chunk import Chunk
from parquay.storage.chunked.bucket import Held

_KEY = re.compile(r".*/(\d{16,})-(\d+)-[0-9a-f]+")


@dataclass(frozen=True, slots=True)
class FoundChunk:
    """An object as its key tells: ``start``, where its first byte belongs, and ``size``, both in bytes."""

    start: int
    size: int
    key: str
    epoch: int

    @property
    def end(self) -> int:
        """Where the next chunk starts."""
        return self.start + self.size


@dataclass(frozen=True)
class Recovery:
    """What can be named of an upload.

    Attributes:
        chunks: those that no row names and that continue what is named, in their order.
        end: bytes from the upload's start that are in chunks then, without a gap.
        gap_end: where the next chunk behind the gap starts, None where there is none.
    """

    chunks: tuple[FoundChunk, ...]
    end: int
    gap_end: int | None


def parsed(objects: Iterable[Held]) -> list[FoundChunk]:
    """Read keys; what is no chunk is left out."""
    matched = [(held, _KEY.fullmatch(held.key)) for held in objects]
    return [FoundChunk(int(at[1]), held.size, held.key, int(at[2])) for held, at in matched if at and held.size]


def recover(named: Sequence[Chunk], found: Sequence[FoundChunk], end: int | None) -> Recovery:
    """Continue what is named up to ``end`` bytes (None: as far as it goes); what is named stays as it is."""
    rows = {chunk.start: chunk for chunk in named}
    newest: dict[int, list[FoundChunk]] = {}
    for each in sorted(found, key=lambda each: each.epoch, reverse=True):
        newest.setdefault(each.start, []).append(each)
    chosen: list[FoundChunk] = []
    position = 0
    while end is None or position < end:
        if position in rows:
            position = rows[position].end
            continue
        limit = min((start for start in rows if start > position), default=end)
        fitting = (each for each in newest.get(position, ()) if limit is None or each.end <= limit)
        candidate = next(fitting, None)
        if candidate is None:
            break
        chosen.append(candidate)
        position = candidate.end
    later = [start for start in (*rows, *newest) if start > position]
    return Recovery(tuple(chosen), position, min(later, default=None))


def joined(parts: Iterable[Sequence[FoundChunk]]) -> list[FoundChunk]:
    """Put the chunks of parts one after the other, each part from where the one before ends."""
    chunks: list[FoundChunk] = []
    position = 0
    for part in parts:
        chunks += [replace(chunk, start=position + chunk.start) for chunk in part]
        position += part[-1].end if part else 0
    return chunks
