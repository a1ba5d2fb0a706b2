"""A chunk: what an upload consists of in an object store. The store makes them, the catalog names them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chunk:
    """An immutable object that holds a run of an upload's bytes.

    Attributes:
        start: where its first byte belongs, in bytes from the upload's start.
        size: its bytes.
        key: its name in the store.
        crc: CRC-32C of its bytes.
    """

    start: int
    size: int
    key: str
    crc: int

    @property
    def end(self) -> int:
        """Where the next chunk starts."""
        return self.start + self.size
