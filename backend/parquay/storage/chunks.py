"""The seam to the bytes: what every store can do. All calls block and belong on a worker thread.

A store keeps one growing run of bytes for each upload id. It knows nothing of offsets that were promised:
the catalog's row is the truth, bytes past it are as if never sent, so a store only has to keep what was
synced and to put bytes where it is told.

There are two kinds. A local disk has one growing file for each upload: the upload's offset says all. An object store
has immutable chunks: a sync makes one, and it is part of the upload once the transaction that moves the offset has
named it in the catalog. To the first kind a sync leaves nothing to name.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from parquay.chunk import Chunk
from parquay.errors import Damaged, ParquayError, StorageFull, Unavailable
from parquay.telemetry import lost

Buffers = Sequence[bytes | memoryview]
"""Bytes in memory, in order."""


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a checkpoint is due: after so many bytes or so many seconds, whichever comes first.

    Attributes:
        waiting: bytes beyond the durable ones that may wait while a checkpoint runs, None for any number.
    """

    bytes: int
    seconds: float
    waiting: int | None = None


class ChunkIndex(Protocol):
    """The catalog's knowledge of which chunks an upload consists of; to a store with chunks it is the truth."""

    def of(self, upload_id: str) -> Sequence[Chunk]:
        """Return an upload's chunks in the order of their starts."""
        ...

    def named(self, keys: Sequence[str]) -> set[str]:
        """Return those of ``keys`` that belong to any upload."""
        ...


State = Hashable
"""Something to compare: as long as it is equal, so are the bytes."""


class StoreFault(Unavailable):
    """A sync or write failed for another reason than space: what was not synced may be gone (503)."""

    default_code = "storage_fault"


class BytesMissing(Damaged):
    """A store has fewer bytes of an upload than the catalog promised (503, an alarm)."""

    default_code = "bytes_missing"


class BytesDamaged(Damaged):
    """The stored bytes of an upload are not those that came (503, an alarm)."""

    default_code = "bytes_damaged"


class Writer(Protocol):
    """Exclusive access to the bytes of one upload.

    Attributes:
        lends: whether the next bytes may be received right where they are kept, once those before are written.
    """

    @property
    def lends(self) -> bool:
        """Tell whether it lends."""
        ...

    def lend(self, position: int) -> memoryview | None:
        """Lend memory for the bytes from ``position`` on, until `fill` or the next `lend`; None: there is none.

        Neither waits for anything.
        """
        ...

    def fill(self, lent: memoryview, position: int) -> int:
        """Take bytes that were put at the start of the memory that was lent as written; as `write`."""
        ...

    def write(self, buffers: Buffers, position: int) -> int:
        """Put ``buffers`` one after the other at ``position`` (bytes from the start); return the bytes written.

        Fewer than given means that the store is full from there on.

        Raises:
            StoreFault: the bytes could not be written.
        """
        ...

    def sync(self, end: int) -> Sequence[Chunk]:
        """Make the bytes written before ``end`` survive power loss; return the chunks that must be named for that.

        None where the upload's offset says all. Several only where more than a checkpoint's bytes came at once.

        Raises:
            StoreFault: it failed; it must not be tried again by this writer, unsynced bytes count as lost.
        """
        ...

    def truncate(self, size: int) -> None:
        """Forget everything past ``size`` bytes."""
        ...

    def close(self) -> None:
        """Give the access up."""
        ...


class Reader(Protocol):
    """Reads the bytes of one upload."""

    def read_at(self, offset: int, size: int) -> bytes:
        """Return up to ``size`` bytes from ``offset``; fewer only at the end."""
        ...


def read_promised(reader: Reader, offset: int, size: int) -> bytes:
    """Return ``size`` bytes from ``offset`` that the catalog promised.

    Whoever takes bytes for a file's content reads them here: a short answer of a store is a loss, never an end.

    Raises:
        BytesMissing: they are not there.
    """
    pieces: list[bytes] = []
    while size > 0:
        piece = reader.read_at(offset, size)
        if not piece:
            raise lost(BytesMissing("Promised bytes are not there."))
        pieces.append(piece)
        offset, size = offset + len(piece), size - len(piece)
    return pieces[0] if len(pieces) == 1 else b"".join(pieces)


class Store(Protocol):
    """Where the bytes of uploads live."""

    def rhythm(self, offset: int) -> Rhythm:
        """Return how often an upload that has ``offset`` bytes is checkpointed."""
        ...

    def writer(
        self, upload_id: str, durable: int, *, wait: float, owned: Callable[[], bool] | None = None, epoch: int = 0
    ) -> Writer:
        """Open an upload for writing past its ``durable`` bytes, waiting up to ``wait`` seconds for another writer.

        ``epoch``: the fencing number of the writer. A store of chunks has no lock: a stale writer makes objects that
        nobody names.

        What is there past them was never acknowledged and is forgotten, unless ``owned`` (asked once the access is
        exclusive) says that the upload has got another owner while this one waited: then those bytes may be theirs.
        Where ``owned`` is given, a writer that does not let go in time has lost the upload: the store does without it
        where it can.

        Raises:
            Busy: another writer holds it (423).
            Conflict: ``taken_over`` (409).
            BytesMissing: fewer than ``durable`` bytes are there.
            Unavailable: too many open files (503).
        """
        ...

    def reader(self, upload_id: str) -> AbstractContextManager[Reader]:
        """Open an upload for reading. An upload that never got a byte reads as empty."""
        ...

    def local_file(self, upload_id: str, size: int) -> Path | None:
        """Return the local file that has the first ``size`` bytes of an upload and no others; None without one."""
        ...

    def state(self, upload_id: str) -> State | None:
        """Return what changes whenever somebody writes to an upload; None when that cannot be told."""
        ...

    def size(self, upload_id: str) -> int:
        """Return the bytes that are there, promised or not."""
        ...

    def put(self, upload_id: str, data: bytes) -> Sequence[Chunk]:
        """Store all bytes of a small upload that nobody else writes; they survive power loss once `flush` is done.

        Returns the chunks to name, as :meth:`Writer.sync`.

        Raises:
            StorageFull: they do not fit; nothing is left of them.
            StoreFault: the bytes could not be written.
        """
        ...

    def flush(self, upload_ids: Sequence[str]) -> None:
        """Make durable what was `put`. One that was removed meanwhile is no error.

        Raises:
            StoreFault: it failed; what was put counts as lost.
        """
        ...

    def compose(self, upload_id: str, parts: Sequence[tuple[str, int]]) -> Sequence[Chunk]:
        """Make ``upload_id`` from the first bytes of ``parts`` (id, size in bytes), durably.

        Returns the chunks to name: those of the parts with other starts, no byte moves.
        """
        ...

    def keys(self, upload_id: str) -> Sequence[str]:
        """Return the keys of an upload's chunks, to be given to :meth:`remove` when no row names them any more."""
        ...

    def remove(self, upload_id: str, keys: Sequence[str] = ()) -> None:
        """Forget an upload; one that is not there is no error.

        A store of chunks deletes of ``keys``, and of whatever else was ever put for the upload, what no row names.
        """
        ...

    def orphans(self, upload_id: str, age: float) -> Sequence[str]:
        """Return keys put for an upload more than ``age`` seconds ago that no row names."""
        ...

    def discard(self, keys: Sequence[str]) -> None:
        """Delete those of ``keys`` that no row names."""
        ...

    def link(self, upload_id: str, seconds: int) -> str | None:
        """Return a URL that downloads an upload for ``seconds`` past this server, None: there is none."""
        ...

    def age(self, upload_id: str) -> float:
        """Return the seconds since an upload's bytes last changed."""
        ...

    def ids(self) -> Iterator[str]:
        """List every upload that has bytes."""
        ...

    def free(self) -> int | None:
        """Return the bytes that can still be stored, None when there is no limit."""
        ...

    def probe(self) -> None:
        """Write, sync and remove a small object.

        Raises:
            ParquayError: the store is faulty or full.
        """
        ...


__all__ = [
    "Buffers",
    "BytesDamaged",
    "BytesMissing",
    "Chunk",
    "ChunkIndex",
    "ParquayError",
    "Reader",
    "Rhythm",
    "State",
    "StorageFull",
    "Store",
    "StoreFault",
    "Writer",
    "read_promised",
]
