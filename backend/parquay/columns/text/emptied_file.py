"""A file in memory for writers whose bytes are sent on while they write: Arrow, Parquet, CSV."""

from __future__ import annotations

from typing import Any


class EmptiedFile:
    """A file that is emptied while it is written."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._position = 0
        self.closed = False

    def write(self, piece: Any) -> int:
        """Take bytes in."""
        content = bytes(piece)
        self._pieces.append(content)
        self._position += len(content)
        return len(content)

    def tell(self) -> int:
        """Bytes written so far."""
        return self._position

    def taken(self) -> bytes:
        """The bytes that came since the last call."""
        found = b"".join(self._pieces)
        self._pieces.clear()
        return found

    def flush(self) -> None:
        """Nothing: who writes takes the bytes out."""

    def writable(self) -> bool:
        """Whether bytes can be written: always."""
        return True

    def close(self) -> None:
        """Nothing: what was written can still be taken."""
