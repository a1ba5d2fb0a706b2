"""The seam to immutable objects: the parts of a table and the files of its log. All calls block.

An object comes whole, durably and once: its key is never used for other content, so that whatever was read of it stays
true and a copy of it can be kept. The key of a part carries the CRC-32C of its bytes (see `parquay.storage.seal`), by
which a store knows an object that is not any more what was put.

How to write another store: `docs/extending/storage.md`. Each of them passes `tests/storage/objects_conformance.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol

from parquay.errors import Damaged, StorageFull

Content = bytes | memoryview | Path
"""What an object is made of: bytes, or the file that `Objects.draft` gave."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An object as its store lists it.

    Attributes:
        size: bytes.
        modified: when it was put, in seconds since 1970 by the clock of the store.
    """

    key: str
    size: int
    modified: float


class Objects(Protocol):
    """Objects of one kind of one dataset, by key. A key is a file name: no slash, and it begins with no dot."""

    def put(self, key: str, content: Content) -> Stored:
        """Keep an object, whole and durable before anybody can see it; a draft is the store's from then on.

        Raises:
            StorageFull: there is no room for it (507); nothing is left of it.
            OSError, StoreFault: the store refused; it may be put again.
        """
        ...

    def read(self, key: str) -> bytes:
        """Return a small object.

        Raises:
            FileNotFoundError: it is not there.
        """
        ...

    def open(self, key: str) -> AbstractContextManager[BinaryIO]:
        """Open an object to read ranges of it; it stays readable while it is open, also if it is deleted.

        Raises:
            FileNotFoundError: it is not there.
        """
        ...

    def fetch(self, keys: Iterable[str]) -> AbstractContextManager[list[Path]]:
        """Yield local files with the bytes of objects, each known to be what was put. Nobody may write to them.

        They stay while the context is open as far as this store decides; who deletes the objects meanwhile may delete
        the files, see `Place.held`.

        Raises:
            Damaged: ``part_missing``, ``part_damaged`` (503).
        """
        ...

    def stat(self, key: str) -> Stored | None:
        """Return what the store knows of an object without reading it; None when it is not there."""
        ...

    def absent(self, keys: Iterable[str]) -> set[str]:
        """Return those of ``keys`` that cannot be read, because they are not there."""
        ...

    def look(self, keys: Iterable[str]) -> None:
        """Learn of objects, with few questions, what `fault` is going to ask of each."""
        ...

    def list(self) -> Iterator[Stored]:
        """List all objects, in no order; what is put or deleted meanwhile may be among them or not."""
        ...

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects; one that is not there is no error."""
        ...

    def fault(self, key: str, size: int | None = None, *, reread: bool = True) -> Damaged | None:
        """Tell what is wrong with an object, None when nothing is.

        ``size``: its bytes, where they are known from elsewhere; ``reread``: read it, if it has not been read since it
        last changed, else look no further than `stat`.
        """
        ...

    def draft(self, key: str) -> Path:
        """Return where to write a local file that `put` will take as ``key``; its folder is there."""
        ...

    def drafts(self) -> Iterator[Path]:
        """List drafts that were not put, whosever they are; a draft of this process may be among them."""
        ...

    def discard(self, drafts: Iterable[Path], before: float | None = None) -> int:
        """Delete drafts that nobody has written to since a time (seconds since 1970; None: any); return how many."""
        ...

    def sync(self, keys: Iterable[str]) -> None:
        """Make objects durable that another library has put here.

        Raises:
            FileNotFoundError: one of them is not there.
            OSError, StoreFault: the store refused.
        """
        ...

    def refuse_full(self, size: int = 0) -> None:
        """Refuse ``size`` bytes more where the store has no room for them.

        Raises:
            StorageFull: (507).
        """
        ...


__all__ = ["Content", "Damaged", "Objects", "StorageFull", "Stored"]
