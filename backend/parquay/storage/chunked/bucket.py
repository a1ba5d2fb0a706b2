"""The seam to an object store: a few calls, all of which block.

A key never gets other bytes, so a `put` whose answer was lost can be repeated blindly, and nothing here needs a lock or
a multipart upload. What several may want to put, the entries of a log, has its condition in `put_once`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, Protocol


class Held(NamedTuple):
    """An object in a bucket: its key, its bytes, and the time of its `put` (seconds since 1970)."""

    key: str
    size: int
    moment: float


class Bucket(Protocol):
    """Objects by key. Every call but :meth:`get` of a missing key fails with `StoreFault` only (503)."""

    def put(self, key: str, data: bytes | memoryview) -> None:
        """Store an object durably.

        Raises:
            StoreFault: it may or may not be there.
            StorageFull: there is no room.
        """
        ...

    def put_once(self, key: str, data: bytes) -> bool:
        """Store an object unless there is one; tell whether there was none.

        Raises:
            StoreFault, StorageFull: as :meth:`put`.
        """
        ...

    def get(self, key: str, start: int, size: int) -> bytes:
        """Return up to ``size`` bytes of an object from ``start`` on.

        Raises:
            FileNotFoundError: there is no such object.
        """
        ...

    def put_stream(self, key: str, pieces: Iterator[bytes], size: int) -> None:
        """Store an object of ``size`` bytes that need not be in memory; nobody sees it before all of it is there.

        Raises:
            StoreFault: it may or may not be there.
        """
        ...

    def fetch(self, key: str, take: Callable[[bytes], None], start: int = 0, size: int | None = None) -> None:
        """Give the bytes of an object to ``take``, some at a time: ``size`` of them from ``start`` on, or all.

        Raises:
            FileNotFoundError: there is no such object.
        """
        ...

    def stat(self, key: str) -> Held | None:
        """Look at an object without reading it; None when it is not there."""
        ...

    def list(self, prefix: str) -> Iterator[Held]:
        """List the objects in the folder ``prefix``, which ends with a slash."""
        ...

    def delete(self, keys: Sequence[str]) -> None:
        """Delete objects; one that is not there is no error."""
        ...

    def free(self) -> int | None:
        """Return the bytes that can still be stored, None when there is no limit."""
        ...

    def link(self, key: str, seconds: int) -> str | None:
        """Return a URL that downloads an object for ``seconds``, None when there can be none."""
        ...
