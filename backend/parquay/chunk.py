"""A chunk: what an upload consists of in an object store. The store makes them, the catalog names them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Chunk:
    """A run of an upload's bytes, in an immutable object of its own or, once the upload is sealed, in one for all.

    Attributes:
        start: where its first byte belongs, in bytes from the upload's start.
        size: its bytes.
        key: the object's name in the store.
        crc: CRC-32C of its bytes.
        at: where in the object its first byte is.
    """

    start: int
    size: int
    key: str
    crc: int
    at: int = 0

    @property
    def end(self) -> int:
        """Where the next chunk starts."""
        return self.start + self.size
