"""Whole small uploads: durable with their row, on the disk a moment later.

A small upload would cost three syncs in a row: of its bytes, of its name, of its row. Instead its bytes go into the
catalog with the row, and into a file that is not synced. Those that come while others are being committed are committed
together, by a few statements for all of them. A second later the files are synced, and the catalog forgets the bytes.
After a power cut they are put into their files again before anybody reads them.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from parquay.catalog.session import Catalog
from parquay.catalog.tables import File
from parquay.catalog.unsynced import UnsyncedBytes
from parquay.errors import ParquayError
from parquay.storage.base import Store

SMALL_BYTES = 16 * 1024
"""A larger upload is quicker synced at once than written twice."""

SETTLE_SECONDS = 1.0
"""How long bytes wait, so that more come together."""

BATCH = 1000
"""Files synced between two commits."""

TOGETHER = 128
"""Most uploads in one transaction."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class _Arrival:
    file: File
    data: bytes
    kept: asyncio.Future[None]


class SmallUploads:
    """Keeps uploads that came whole in one small request."""

    def __init__(self, catalog: Catalog, unsynced: UnsyncedBytes, store: Store, *, durable: bool = True) -> None:
        """``durable``: what was acknowledged survives power loss; else the file alone is enough."""
        self._catalog = catalog
        self._durable = durable
        self._unsynced = unsynced
        self._store = store
        self._waiting = asyncio.Event()
        self._arrived: list[_Arrival] = []
        self._commits = 0

    async def keep(self, file: File, data: bytes) -> None:
        """Store a complete upload and its row.

        Raises:
            StorageFull: it does not fit (507).
            ParquayError: the store or the catalog failed (503).
        """
        arrival = _Arrival(file, data, asyncio.get_running_loop().create_future())
        self._arrived.append(arrival)
        if not self._commits:
            self._commit_arrived()
        await arrival.kept
        self._waiting.set()

    def _commit_arrived(self) -> None:
        together, self._arrived = self._arrived[:TOGETHER], self._arrived[TOGETHER:]
        self._commit(together)

    def _commit(self, together: Sequence[_Arrival]) -> None:
        self._commits += 1
        uploads = [(each.file, each.data) for each in together]
        write = partial(self._unsynced.add, uploads=uploads, put=self._store.put, wait=self._durable)
        written = asyncio.wrap_future(self._catalog.submit(write))
        written.add_done_callback(partial(self._committed, together))

    def _committed(self, together: Sequence[_Arrival], written: asyncio.Future[Mapping[str, ParquayError]]) -> None:
        """Tell those who wait; where the fault may be one upload's alone, each of them is tried by itself."""
        self._commits -= 1
        error = written.exception()
        if error is not None and len(together) > 1 and not isinstance(error, ParquayError):
            for each in together:
                self._commit([each])
            return
        refused: Mapping[str, BaseException] = written.result() if error is None else {}
        for each in together:
            if not each.kept.done():  # else its client is gone
                reason = error or refused.get(each.file.id)
                each.kept.set_exception(reason) if reason else each.kept.set_result(None)
        if self._arrived and not self._commits:
            self._commit_arrived()

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
