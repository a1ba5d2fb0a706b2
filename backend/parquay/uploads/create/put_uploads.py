"""Whole small uploads where the store has chunks: one object, then one commit of the row that names it.

The store keeps what it has taken, so nothing waits anywhere to be made durable. Many are put at the same time; those
that are put while a commit runs get their rows together by the next one, in the same few statements.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from functools import partial

from parquay.catalog.files import Files
from parquay.catalog.session import Catalog
from parquay.catalog.tables import NewFile
from parquay.chunk import Chunk
from parquay.storage.chunks import Store

GROUP = 64
"""Uploads that get their rows in one transaction at most."""


@dataclass(frozen=True)
class _Put:
    """An upload whose object is there; ``named`` ends when its row is committed."""

    file: NewFile
    chunks: Sequence[Chunk]
    named: asyncio.Future[None]


class PutUploads:
    """Keeps uploads that came whole in one small request; takes the place of `SmallUploads`."""

    def __init__(self, catalog: Catalog, files: Files, store: Store, disk: Executor) -> None:
        self._catalog = catalog
        self._files = files
        self._store = store
        self._disk = disk
        self._storing: set[asyncio.Task[None]] = set()
        self._put: list[_Put] = []
        self._committing: asyncio.Task[None] | None = None

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
        put = _Put(file, chunks, asyncio.get_running_loop().create_future())
        self._put.append(put)
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit())
        await put.named

    async def _commit(self) -> None:
        """Commit rows until nothing waits for one."""
        try:
            while self._put:
                some, self._put = self._put[:GROUP], self._put[GROUP:]
                if (error := await self._named(some)) is None or len(some) == 1:
                    _resolve(some, error)
                    continue
                for each in some:  # one of them may be at fault
                    _resolve([each], await self._named([each]))
        finally:
            self._committing = None

    async def _named(self, some: Sequence[_Put]) -> BaseException | None:
        """Give uploads their rows in one transaction; return why that failed."""
        files = sorted((each.file for each in some), key=lambda file: file.owner_id)  # in one order in all processes
        add = partial(self._files.add, chunks={each.file.id: each.chunks for each in some})
        try:
            await self._catalog.awrite(lambda session: add(session, *files), owner_id=files[0].owner_id)
        except Exception as error:  # noqa: BLE001  whoever waits for the row raises it
            return error
        return None

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


def _resolve(some: Sequence[_Put], error: BaseException | None) -> None:
    for each in some:
        if not each.named.done():  # else nobody waits any more
            each.named.set_exception(error) if error else each.named.set_result(None)
