"""Whole small uploads: durable with their row, on the disk a moment later.

A small upload would cost three syncs in a row: of its bytes, of its name, of its row. Instead its bytes go into the
catalog with the row, in one commit that it shares with its neighbours, and into a file that is not synced. A second
later the files that came together are synced, and the catalog forgets the bytes. After a power cut they are put into
their files again before anybody reads them.
"""

from __future__ import annotations

import asyncio
import logging
from functools import partial

from parquay.catalog.session import Catalog
from parquay.catalog.tables import File
from parquay.catalog.unsynced import UnsyncedBytes
from parquay.errors import ParquayError, StorageFull
from parquay.storage.base import Store

SMALL_BYTES = 16 * 1024
"""A larger upload is quicker synced at once than written twice."""

SETTLE_SECONDS = 1.0
"""How long bytes wait, so that more come together."""

BATCH = 200
"""Files synced between two commits."""

log = logging.getLogger(__name__)


class SmallUploads:
    """Keeps uploads that came whole in one small request."""

    def __init__(self, catalog: Catalog, unsynced: UnsyncedBytes, store: Store, *, durable: bool = True) -> None:
        """``durable``: what was acknowledged survives power loss; else the file alone is enough."""
        self._catalog = catalog
        self._durable = durable
        self._unsynced = unsynced
        self._store = store
        self._waiting = asyncio.Event()

    async def keep(self, file: File, data: bytes) -> None:
        """Store a complete upload and its row.

        Raises:
            StorageFull: it does not fit (507).
            ParquayError: the store or the catalog failed (503).
        """
        put = partial(put_where_room, self._store, file.id, data)
        copy = data if self._durable else None
        await self._catalog.awrite(partial(self._unsynced.add, file=file, data=copy, put=put))
        self._waiting.set()

    def restore(self) -> int:
        """Put bytes that a crash may have taken from their files back; return how many uploads that were (blocking).

        Raises:
            ParquayError: the store or the catalog failed.
        """
        restored = 0
        while found := self._unsynced.batch(BATCH):
            for file_id, data in found:
                self._store.put(file_id, data)
            self._settle([file_id for file_id, _ in found])
            restored += len(found)
        return restored

    def settle(self) -> int:
        """Sync the files whose bytes wait and forget those; return how many files that were (blocking).

        Raises:
            ParquayError: the store or the catalog failed; the bytes are kept.
        """
        settled = 0
        while found := self._unsynced.ids(BATCH):
            self._settle(list(found))
            settled += len(found)
        return settled

    def _settle(self, file_ids: list[str]) -> None:
        self._store.settle(file_ids)
        self._catalog.write(partial(self._unsynced.forget, file_ids=file_ids))

    async def run(self) -> None:
        """Settle whatever comes, for ever."""
        while True:
            await self._waiting.wait()
            await asyncio.sleep(SETTLE_SECONDS)
            self._waiting.clear()
            try:
                await asyncio.to_thread(self.settle)
            except ParquayError as error:
                log.warning("small uploads wait in the catalog", extra={"fields": {"code": error.code}})


def put_where_room(store: Store, file_id: str, data: bytes) -> None:
    """Put the bytes of a new upload into the store, unless its reserve would be touched (blocking).

    Raises:
        StorageFull: (507).
        StoreFault: (503).
    """
    free = store.free()
    if free is not None and len(data) > free:
        raise StorageFull("The disk is full.", retry_after=60)
    store.put(file_id, data)
