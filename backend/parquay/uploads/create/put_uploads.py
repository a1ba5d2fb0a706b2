"""Whole small uploads where the store has chunks: one object, then one commit of the row that names it.

The store keeps what it has taken, so nothing waits anywhere to be made durable. Many are put at the same time; the
catalog groups their commits.
"""

from __future__ import annotations

import asyncio
from concurrent.futures import Executor
from functools import partial

from parquay.catalog.files import Files
from parquay.catalog.session import Catalog
from parquay.catalog.tables import NewFile
from parquay.storage.chunks import Store


class PutUploads:
    """Keeps uploads that came whole in one small request; takes the place of `SmallUploads`."""

    def __init__(self, catalog: Catalog, files: Files, store: Store, disk: Executor) -> None:
        self._catalog = catalog
        self._files = files
        self._store = store
        self._disk = disk
        self._storing: set[asyncio.Task[None]] = set()

    def add(self, file: NewFile, data: bytes) -> asyncio.Future[None]:
        """Begin to store a complete upload and its row; the future ends when that has. To cancel it changes nothing.

        Raises (by the future):
            ParquayError: the store or the catalog failed (503); an orphan may be left.
        """
        stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        storing = asyncio.ensure_future(self._store_one(file, data))
        self._storing.add(storing)
        storing.add_done_callback(partial(self._end, stored))
        return stored

    async def _store_one(self, file: NewFile, data: bytes) -> None:
        chunks = await asyncio.get_running_loop().run_in_executor(self._disk, self._store.put, file.id, data)
        await self._catalog.awrite(
            lambda session: self._files.add(session, file, chunks={file.id: chunks}), owner_id=file.owner_id
        )

    def _end(self, stored: asyncio.Future[None], storing: asyncio.Task[None]) -> None:
        self._storing.discard(storing)
        if storing.cancelled():
            stored.cancel()
        elif not stored.done():  # else nobody waits any more: the client is gone
            error = storing.exception()
            stored.set_exception(error) if error else stored.set_result(None)

    def restore(self) -> int:
        """Put nothing back: what was acknowledged is in the store."""
        return 0

    def sync_pending(self) -> int:
        """Sync nothing: what was put is durable."""
        return 0

    async def run(self) -> None:
        """Have nothing to do later."""
