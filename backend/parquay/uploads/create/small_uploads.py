"""Whole small uploads: durable with their row, on the disk a moment later.

A small upload would cost three syncs in a row: of its bytes, of its name, of its row. Instead its bytes go into a file
that is not synced, and then into the catalog with the row. Those that come while others are being put into their files
are put together, and those that are put while others are being committed are committed together, by one statement
where that can be. A second later the files are synced, and the catalog forgets the bytes.
After a power cut they are put into their files again before anybody reads them. Each process settles what it took in:
it alone knows whether one of its syncs has failed.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from parquay.catalog.session import Catalog
from parquay.catalog.tables import NewFile
from parquay.catalog.unsynced import UnsyncedBytes, Waiting
from parquay.catalog.whole import MOST
from parquay.errors import ParquayError
from parquay.storage.chunks import BytesMissing, Store
from parquay.telemetry import lost

SMALL_BYTES = 16 * 1024
"""A larger upload is quicker synced at once than written twice."""

SETTLE_SECONDS = 1.0
"""How long bytes wait, so that more come together."""

BATCH = 100
"""Transactions whose files are synced together."""

RESTORED = 8
"""Transactions whose bytes are put back together; all of them are in memory then."""

TOGETHER = MOST
"""Most uploads in one transaction: as many as one statement takes."""

log = logging.getLogger(__name__)


Told = Callable[[BaseException | None], None]
"""Hears that an upload is kept, or why not."""


@dataclass(frozen=True, slots=True, eq=False)
class _Arrival:
    file: NewFile
    data: bytes
    told: Told

    def tell(self, reason: BaseException | None) -> None:
        """Call ``told``; what fails there is nobody else's."""
        try:
            self.told(reason)
        except Exception:
            log.exception("the end of an upload could not be told")


class SmallUploads:
    """Keeps uploads that came whole in one small request."""

    def __init__(self, catalog: Catalog, unsynced: UnsyncedBytes, store: Store, *, durable: bool = True) -> None:
        """``durable``: what was acknowledged survives power loss; else the file alone is enough."""
        self._catalog = catalog
        self._durable = durable
        self._unsynced = unsynced
        self._store = store
        self._waiting = asyncio.Event()
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="small")
        self._arrived: list[_Arrival] = []
        self._is_putting = False
        self._unsettled: deque[list[str]] = deque()
        """Ids of the uploads of each transaction."""

    async def keep(self, file: NewFile, data: bytes) -> None:
        """Store a complete upload and its row.

        Raises:
            StorageFull: it does not fit (507).
            ParquayError: the store or the catalog failed (503).
        """
        kept = asyncio.get_running_loop().create_future()

        def tell(reason: BaseException | None) -> None:
            if not kept.done():  # else its client is gone
                kept.set_exception(reason) if reason else kept.set_result(None)

        self.take(file, data, tell)
        await kept

    def take(self, file: NewFile, data: bytes, told: Told) -> None:
        """Begin to store a complete upload and its row; ``told`` is called on the event loop when that has ended."""
        self._arrived.append(_Arrival(file, data, told))
        if not self._is_putting and len(self._arrived) == 1:
            asyncio.get_running_loop().call_soon(self._put_arrived)  # behind what else has just come

    def _put_arrived(self) -> None:
        together, self._arrived = self._arrived[:TOGETHER], self._arrived[TOGETHER:]
        self._is_putting = True
        putting = asyncio.get_running_loop().run_in_executor(self._disk, self._put, together)
        putting.add_done_callback(partial(self._commit_put, together))

    def _put(self, together: Sequence[_Arrival]) -> Mapping[_Arrival, BaseException]:
        refused: dict[_Arrival, BaseException] = {}
        for each in together:
            try:
                self._store.put(each.file.id, each.data)
            except Exception as error:  # noqa: BLE001  told to whom it concerns
                refused[each] = error
        return refused

    def _commit_put(self, together: Sequence[_Arrival], putting: asyncio.Future[Mapping[_Arrival, Exception]]) -> None:
        self._is_putting = False
        if self._arrived:
            self._put_arrived()
        refused = putting.result()
        if len(refused) < len(together):
            self._commit([each for each in together if each not in refused])
        for each, error in refused.items():
            each.tell(error)

    def _commit(self, together: Sequence[_Arrival]) -> None:
        uploads = [(each.file, each.data) for each in together]
        written = self._unsynced.add(uploads, wait=self._durable)
        asyncio.wrap_future(written).add_done_callback(partial(self._committed, together))

    def _committed(self, together: Sequence[_Arrival], written: asyncio.Future[None]) -> None:
        """Tell those who wait; where the fault may be one upload's alone, each of them is tried by itself."""
        error = written.exception()
        if error is not None and len(together) > 1 and not isinstance(error, ParquayError):
            for each in together:
                self._commit([each])
            return
        if error is None and self._durable:
            self._unsettled.append([each.file.id for each in together])
            self._waiting.set()
        for each in together:
            each.tell(error)

    def restore(self) -> int:
        """Put bytes that a crash may have taken from their files back; return how many uploads that were (blocking).

        Raises:
            ParquayError: the store or the catalog failed.
        """
        restored = 0
        while found := self._unsynced.batch(RESTORED):
            uploads = {file_id: kept for together in found.values() for file_id, kept in together.items()}
            for file_id, kept in uploads.items():
                self._put_back(file_id, kept)
            self._settle(list(found), list(uploads))
            restored += len(uploads)
        return restored

    def _put_back(self, file_id: str, kept: Waiting) -> None:
        """Put bytes back; where the catalog's are damaged and the file's are too, there are none, and reads say so."""
        if kept.are(kept.data):
            self._store.put(file_id, kept.data)
            return
        with self._store.reader(file_id) as reader:
            found = reader.read_at(0, kept.size + 1)
        if not kept.are(found):
            lost(
                BytesMissing(f"Of the small upload {file_id} neither the file nor the catalog has the bytes that came.")
            )
            self._store.remove(file_id)

    def settle(self) -> int:
        """Sync the files that this process has put and forget their bytes; return how many that were (blocking).

        Raises:
            ParquayError: the store or the catalog failed; the bytes are kept.
        """
        settled = 0
        while found := [self._unsettled.popleft() for _ in range(min(BATCH, len(self._unsettled)))]:
            file_ids = [file_id for together in found for file_id in together]
            try:
                self._settle([together[0] for together in found], file_ids)
            except ParquayError:
                self._unsettled.extendleft(reversed(found))
                raise
            settled += len(file_ids)
        return settled

    def _settle(self, first_ids: list[str], file_ids: list[str]) -> None:
        self._store.settle(file_ids)
        self._catalog.write(partial(self._unsynced.forget, first_ids=first_ids))

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
