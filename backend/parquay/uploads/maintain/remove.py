"""Removing an upload at any time: its writer is stopped, the row goes first, then the bytes and the parts."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor
from datetime import datetime
from functools import partial

from parquay.catalog.files import Files
from parquay.catalog.session import Catalog
from parquay.errors import NotFound
from parquay.storage.chunks import Store
from parquay.storage.place import Places
from parquay.telemetry import uploads_removed
from parquay.uploads.policy.rules import Owner
from parquay.uploads.receive.takeover import REMOVED, WriterRegistry


class Remover:
    """Takes uploads and the tables they became away."""

    def __init__(
        self, catalog: Catalog, files: Files, store: Store, writers: WriterRegistry, disk: Executor, *, places: Places
    ) -> None:
        """``places``: where the parts of each file are."""
        self._catalog = catalog
        self._files = files
        self._store = store
        self._writers = writers
        self._disk = disk
        self._places = places

    async def remove(self, file_id: str, owner: Owner) -> None:
        """Remove an own upload.

        Raises:
            NotFound: it is unknown or somebody else's (404).
        """
        file = await asyncio.to_thread(self._files.owned, file_id, owner.id)
        if file is None or not await self.discard(file_id):
            raise NotFound("There is no such file.")

    async def discard(self, file_id: str, *, expired_before: datetime | None = None) -> bool:
        """Remove whatever is left of an upload; with ``expired_before`` only while it is expired. False: it stays."""
        if expired_before is None:
            await self._writers.stop(file_id, REMOVED)
        loop = asyncio.get_running_loop()
        keys = await loop.run_in_executor(self._disk, self._store.keys, file_id)  # known to the rows that go now
        write = partial(self._files.remove, file_id=file_id, expired_before=expired_before)
        if not await self._catalog.awrite(write):
            return False
        await loop.run_in_executor(self._disk, self.erase, file_id, keys)
        uploads_removed.inc()
        return True

    def erase(self, file_id: str, keys: Sequence[str] = ()) -> None:
        """Delete the bytes and parts of an upload that has no row any more; ``keys``: those of its chunks."""
        self._store.remove(file_id, keys)
        self._places.at(file_id).erase()
