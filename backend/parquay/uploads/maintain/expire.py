"""Sweeping uploads that nobody finished: in small batches, never one that is being written."""

from __future__ import annotations

import asyncio
import logging
from datetime import datetime

from parquay.catalog.files import Files
from parquay.catalog.tables import now
from parquay.uploads.maintain.remove import Remover
from parquay.uploads.receive.takeover import WriterRegistry

BATCH = 100
"""Uploads removed between two breaths."""

log = logging.getLogger(__name__)


class Expirer:
    """Removes uploads whose time is over."""

    def __init__(self, files: Files, remover: Remover, writers: WriterRegistry) -> None:
        self._files = files
        self._remover = remover
        self._writers = writers

    async def sweep(self) -> int:
        """Remove what has expired; return how many uploads that were."""
        moment = now()
        removed = 0
        while batch := await asyncio.to_thread(self._files.expired, moment, BATCH):
            writing = self._writers.running()
            gone = [await self._discarded(file_id, moment) for file_id in batch if file_id not in writing]
            removed += sum(gone)
            if not any(gone):
                break
            await asyncio.sleep(0)
        return removed

    async def _discarded(self, file_id: str, moment: datetime) -> bool:
        """Remove one upload; whatever is wrong with it keeps no other from being removed."""
        try:
            return await self._remover.discard(file_id, expired_before=moment)
        except Exception:
            log.exception("an expired upload could not be removed", extra={"fields": {"file": file_id}})
            return False

    async def run(self, seconds: float) -> None:
        """Sweep every ``seconds``, for ever."""
        while True:
            try:
                removed = await self.sweep()
                if removed:
                    log.info("expired", extra={"fields": {"removed": removed}})
            except Exception:
                log.exception("sweep failed")
            await asyncio.sleep(seconds)
