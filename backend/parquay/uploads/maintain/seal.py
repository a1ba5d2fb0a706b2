"""Finished uploads in an object store, each made one object; and orphans, deleted only where nobody is at that.

Between the moment at which an object is put and the one at which it is named it is an orphan like any other. So both
who seals an upload and who deletes its orphans has a lease of it, and what seals compares that lease in the transaction
that names the object: whoever was paused, and has lost it, names nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from parquay.catalog.chunks import NamedChunks, replace_all
from parquay.catalog.files import Files
from parquay.catalog.leases import Leases, LeaseTaken
from parquay.catalog.session import Catalog
from parquay.catalog.tables import File, now
from parquay.storage.chunked.sealing import OBJECT_BYTES_MAX, is_sealed
from parquay.storage.chunked.store import ChunkStore

SEALING = "sealing"
"""Kind of the leases, by upload."""
REST = timedelta(hours=1)
"""How long nothing must have come to an upload."""


class Sealer:
    """Seals uploads; several machines may do it at once."""

    def __init__(self, catalog: Catalog, files: Files, store: ChunkStore, leases: Leases) -> None:
        self._catalog = catalog
        self._files = files
        self._store = store
        self._leases = leases

    def due(self) -> Iterator[File]:
        """Yield the uploads that can be sealed."""
        for file_id in NamedChunks(self._catalog).scattered():
            file = self._files.get(file_id)
            if file is not None and is_cold(file):
                yield file

    def seal(self, file: File) -> bool:
        """Make an upload one object; False when that is not to be done, or somebody else is at it (blocking).

        What consisted of several chunks before leaves them as orphans.

        Raises:
            BytesDamaged, BytesMissing: its bytes are not what came (503).
            StoreFault: the object store does not answer (503).
        """
        try:
            with self._leases.exclusive(SEALING, file.id, 0) as held:
                before = self._store.named(file.id)
                if is_sealed(before) or not before or before[-1].end != file.offset or file.offset > OBJECT_BYTES_MAX:
                    return False
                after = self._store.sealed(file.id, file.epoch + 1, before)
                return self._catalog.write(
                    lambda session: self._leases.fence(session, held) and replace_all(session, file.id, before, after)
                )
        except LeaseTaken:
            return False

    def discard(self, file_id: str, keys: Sequence[str]) -> bool:
        """Delete those of ``keys`` that no row names; False, and nothing is deleted, while the upload is sealed."""
        try:
            with self._leases.exclusive(SEALING, file_id, 0):
                self._store.discard(keys)
                return True
        except LeaseTaken:
            return False


def is_cold(file: File) -> bool:
    """Whether an upload is finished, read, and came a while ago. Pure."""
    is_read = file.complete and not file.is_partial and file.status in ("done", "error")
    return is_read and file.active_at <= now() - REST
