"""Sweeping uploads that nobody finished: in small batches, never one that is being written."""

from __future__ import annotations

import asyncio
import logging

from parquay.catalog.files import Files
from parquay.catalog.tables import now
from parquay.errors import ParquayError
from parquay.uploads.handover import Handover
from parquay.uploads.remove import Remover

BATCH = 100
"""Uploads removed between two breaths."""

log = logging.getLogger(__name__)


class Expirer:
    """Removes uploads whose time is over."""

    def __init__(self, files: Files, remover: Remover, handover: Handover) -> None:
        self._files = files
        self._remover = remover
        self._handover = handover

    async def sweep(self) -> int:
        """Remove what has expired; return how many uploads that were."""
        moment = now()
        removed = 0
        while batch := await asyncio.to_thread(self._files.expired, moment, BATCH):
            writing = self._handover.running()
            gone = [
                await self._remover.discard(file_id, expired_before=moment)
                for file_id in batch
                if file_id not in writing
            ]
            removed += sum(gone)
            if not any(gone):
                break
            await asyncio.sleep(0)
        return removed

    async def run(self, seconds: float) -> None:
        """Sweep every ``seconds``, for ever."""
        while True:
            try:
                removed = await self.sweep()
                if removed:
                    log.info("expired", extra={"fields": {"removed": removed}})
            except ParquayError as error:
                log.warning("sweep failed", extra={"fields": {"code": error.code}})
            await asyncio.sleep(seconds)
