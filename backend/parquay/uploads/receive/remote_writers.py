"""Writers in other processes: asked to make durable what they have, by way of the catalog.

So that who asks one machine how far an upload is hears the truth while another takes it in; and so that who wants to
continue it learns whether its writer still lives. One that is paused, cut off or killed does not answer.
"""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import timedelta
from functools import partial

from parquay.catalog.checkpoint_requests import CheckpointRequests
from parquay.catalog.session import Catalog
from parquay.catalog.tables import File, now
from parquay.errors import ParquayError
from parquay.uploads.receive.takeover import ActiveWriter, WriterRegistry

ANSWER_SECONDS = 0.75
"""How long a writer in another process has to answer: its look at the catalog, and a checkpoint."""

POLL_SECONDS = 0.03
"""Pause between two looks for its answer."""

SILENT = timedelta(seconds=10)
"""A writer that made no checkpoint for so long has nothing that is not durable, or is gone."""

log = logging.getLogger(__name__)


class RemoteWriters:
    """The writers of other processes, as this one sees them."""

    def __init__(self, catalog: Catalog, requests: CheckpointRequests, writers: WriterRegistry) -> None:
        """``writers``: those of this process, which answer what others ask."""
        self._catalog = catalog
        self._requests = requests
        self._writers = writers
        self._answering: dict[str, asyncio.Task[None]] = {}

    async def checkpoint(self, file: File) -> bool | None:
        """Have the writer of ``file`` in another process make durable what it has.

        False when it does not answer in time, None when there is nobody to ask.
        """
        if file.writer in (None, self._writers.process) or file.active_at < now() - SILENT:
            return None
        deadline = time.monotonic() + ANSWER_SECONDS
        ask = partial(self._requests.ask, file_id=file.id)
        number = await asyncio.wrap_future(self._catalog.submit(ask, durable=False))
        if number is None:
            return None
        while not await asyncio.to_thread(self._requests.is_answered, file.id, number):
            if time.monotonic() >= deadline:
                return False
            await asyncio.sleep(POLL_SECONDS)
        return True

    async def answer(self) -> None:
        """Look what others ask of the writers of this process, and have it done."""
        running = self._writers.running()
        asked = await asyncio.to_thread(self._requests.open, list(running))
        for file_id, number in asked.items():
            if file_id in running and file_id not in self._answering:
                self._answering[file_id] = asyncio.create_task(self._answered(running[file_id], number))

    async def _answered(self, active: ActiveWriter, number: int) -> None:
        try:
            if not active.done.is_set():
                await asyncio.wait({active.checkpoint()})
            answer = partial(self._requests.answer, file_id=active.file_id, number=number)
            await asyncio.wrap_future(self._catalog.submit(answer, durable=False))
        except ParquayError as error:
            log.warning("a request of another process is not answered", extra={"fields": {"code": error.code}})
        finally:
            del self._answering[active.file_id]
