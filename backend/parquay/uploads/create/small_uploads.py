"""Small uploads that come in one request: durable with their row, in a synced file a moment later.

A small upload would cost three syncs in a row: of its bytes, of its name, of its row. Instead its bytes go into a file
that is not synced, and then into the catalog with the row. Those that come while others are written into their files
are one batch, and batches that are ready while another is committed are committed together. A second later the files
are synced, and the catalog forgets the bytes. After a power cut they are put into their files again before anybody
reads them. Each process syncs what it took in: it alone knows whether one of its syncs has failed.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial

from parquay.catalog.prepared import MAX_STATEMENT_ROWS
from parquay.catalog.session import Catalog
from parquay.catalog.tables import NewFile
from parquay.catalog.unsynced import UnsyncedBytes, Waiting
from parquay.chunk import Chunk
from parquay.errors import ParquayError
from parquay.storage.chunks import BytesMissing, Store
from parquay.telemetry import lost
from parquay.tus.create import CreationPlan

MAX_SMALL_BYTES = 16 * 1024
"""Largest small upload; a larger one is quicker synced at once than written twice. There is no other threshold."""

SYNC_DELAY_SECONDS = 1.0
"""How long bytes wait in the catalog, so that more files are synced together."""

MAX_SYNC_TRANSACTIONS = 100
"""Transactions whose files are synced together."""

MAX_RESTORED_TRANSACTIONS = 8
"""Transactions whose bytes are put back together; all of them are in memory then."""

MAX_BATCH_UPLOADS = MAX_STATEMENT_ROWS
"""Uploads that are written and committed together: as many as one statement inserts."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class _SmallUpload:
    file: NewFile
    data: bytes
    stored: asyncio.Future[None]

    def resolve(self, error: BaseException | None) -> None:
        if not self.stored.done():  # else nobody waits any more: the client is gone
            self.stored.set_exception(error) if error else self.stored.set_result(None)


class SmallUploads:
    """Stores small uploads in batches. All but what is marked as blocking is for the event loop."""

    def __init__(self, catalog: Catalog, unsynced: UnsyncedBytes, store: Store, *, durable: bool = True) -> None:
        """``durable``: what was acknowledged survives power loss; else the file alone is enough."""
        self._catalog = catalog
        self._durable = durable
        self._unsynced = unsynced
        self._store = store
        self._has_unsynced = asyncio.Event()
        self._disk = ThreadPoolExecutor(1, thread_name_prefix="small")
        self._lock = threading.Lock()
        """Holds `_queue` and `_is_writing` together."""
        self._queue: list[_SmallUpload] = []
        self._is_writing = False
        self._to_sync: deque[list[str]] = deque()
        """Ids of the uploads of each transaction."""

    def add(self, file: NewFile, data: bytes) -> asyncio.Future[None]:
        """Begin to store a complete upload and its row; the future ends when that has. To cancel it changes nothing.

        Raises (by the future):
            StorageFull: it does not fit (507).
            ParquayError: the store or the catalog failed (503).
        """
        loop = asyncio.get_running_loop()
        upload = _SmallUpload(file, data, loop.create_future())
        with self._lock:
            self._queue.append(upload)
            is_first, self._is_writing = not self._is_writing, True
        if is_first:
            loop.call_soon(self._begin_batch, loop)  # behind what else has just come
        return upload.stored

    def _begin_batch(self, loop: asyncio.AbstractEventLoop) -> None:
        # One batch at a time is written. Not one of a certain size: as small as they come they would be half as many.
        with self._lock:
            batch, self._queue = self._queue[:MAX_BATCH_UPLOADS], self._queue[MAX_BATCH_UPLOADS:]
        self._disk.submit(self._write_batch, loop, batch)

    def _write_batch(self, loop: asyncio.AbstractEventLoop, batch: Sequence[_SmallUpload]) -> None:
        """Write a batch into files and commit it, without a detour by the loop, which costs a wake-up (blocking)."""
        written = []
        for each in batch:
            try:
                self._store.put(each.file.id, each.data)
                written.append(each)
            except Exception as error:  # noqa: BLE001  belongs to its upload
                loop.call_soon_threadsafe(each.resolve, error)
        if written:
            self._commit(loop, written)
        with self._lock:
            self._is_writing = has_more = bool(self._queue)
        if has_more:
            loop.call_soon_threadsafe(self._begin_batch, loop)

    def _commit(self, loop: asyncio.AbstractEventLoop, batch: Sequence[_SmallUpload]) -> None:
        committing = self._unsynced.add([(each.file, each.data) for each in batch], wait=self._durable)
        committing.add_done_callback(lambda done: loop.call_soon_threadsafe(self._committed, loop, batch, done))

    def _committed(
        self, loop: asyncio.AbstractEventLoop, batch: Sequence[_SmallUpload], committing: Future[None]
    ) -> None:
        """Resolve a batch; where the fault may be one upload's alone, each of them is tried by itself."""
        error = committing.exception()
        if error is not None and len(batch) > 1 and not isinstance(error, ParquayError):
            for each in batch:
                self._commit(loop, [each])
            return
        if error is None and self._durable:
            self._to_sync.append([each.file.id for each in batch])
            self._has_unsynced.set()
        for each in batch:
            each.resolve(error)

    def restore(self) -> int:
        """Put bytes that a crash may have taken from their files back; return how many uploads that were (blocking).

        Raises:
            ParquayError: the store or the catalog failed.
        """
        restored = 0
        while found := self._unsynced.batch(MAX_RESTORED_TRANSACTIONS):
            uploads = {file_id: kept for together in found.values() for file_id, kept in together.items()}
            for file_id, kept in uploads.items():
                self._put_back(file_id, kept)
            self._sync(list(found), list(uploads))
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

    def sync_pending(self) -> int:
        """Sync the files that this process has written and forget their bytes; return how many that were (blocking).

        Raises:
            ParquayError: the store or the catalog failed; the bytes are kept.
        """
        synced = 0
        while found := [self._to_sync.popleft() for _ in range(min(MAX_SYNC_TRANSACTIONS, len(self._to_sync)))]:
            file_ids = [file_id for together in found for file_id in together]
            try:
                self._sync([together[0] for together in found], file_ids)
            except ParquayError:
                self._to_sync.extendleft(reversed(found))
                raise
            synced += len(file_ids)
        return synced

    def _sync(self, first_ids: list[str], file_ids: list[str]) -> None:
        self._store.flush(file_ids)
        self._catalog.write(partial(self._unsynced.forget, first_ids=first_ids))

    async def run(self) -> None:
        """Sync whatever was written, for ever."""
        while True:
            await self._has_unsynced.wait()
            await asyncio.sleep(SYNC_DELAY_SECONDS)
            self._has_unsynced.clear()
            try:
                await asyncio.to_thread(self.sync_pending)
            except ParquayError as error:
                log.warning("small uploads wait in the catalog", extra={"fields": {"code": error.code}})


def is_small(plan: CreationPlan) -> bool:
    """Whether all of its few bytes come along, and nothing is to be compared with them."""
    body, length = plan.body, plan.length
    if body is None or length is None or body.checksum is not None or body.last is not None:
        return False
    return length == body.expected and length <= MAX_SMALL_BYTES


def put_now(store: Store, file_id: str, data: bytes) -> Sequence[Chunk]:
    """Put the bytes of a small upload into the store, synced (blocking); return the chunks that are to be named."""
    if not data:
        return ()
    chunks = store.put(file_id, data)
    store.flush([file_id])
    return chunks
