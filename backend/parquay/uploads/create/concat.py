"""Concatenation: a final upload gets the bytes of its parts, at once or when the last of them is finished."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from concurrent.futures import Executor
from functools import partial

from parquay.catalog.concatenations import PART_GONE
from parquay.catalog.files import Files
from parquay.catalog.session import Catalog
from parquay.catalog.tables import File
from parquay.storage.chunks import Store
from parquay.telemetry import uploads_finished
from parquay.tus.refusals import Refusal
from parquay.uploads.policy.rules import Owner


class Concatenator:
    """Composes final uploads."""

    def __init__(self, catalog: Catalog, files: Files, store: Store, disk: Executor) -> None:
        self._catalog = catalog
        self._files = files
        self._store = store
        self._disk = disk
        self._composing: dict[str, asyncio.Lock] = {}

    def parts_of(self, owner: Owner, part_ids: Sequence[str]) -> list[File]:
        """Return the partial uploads of a concatenation in its order (blocking); by a link, those that came by it.

        Raises:
            Refusal: ``concat_unknown`` (404) or ``concat_not_partial`` (400).
        """
        known = self._files.many(part_ids)
        found = [part for part_id in part_ids if (part := known.get(part_id)) and owner.may_continue(part)]
        if len(found) != len(part_ids):
            raise Refusal("concat_unknown")
        if not all(part.is_partial for part in found):
            raise Refusal("concat_not_partial")
        return found

    async def try_finish(self, final: File) -> File:
        """Compose ``final`` if all its parts are finished; return it as it is then.

        Raises:
            StorageFull: the copy does not fit (507); it is tried again later.
        """
        async with self._composing.setdefault(final.id, asyncio.Lock()):
            try:
                return await self._try_finish(final)
            finally:
                self._composing.pop(final.id, None)

    async def finish_waiting(self, owner_id: str) -> None:
        """Compose those of a user's final uploads whose last part has just been finished."""
        for final in await asyncio.to_thread(self._files.finals_of, owner_id):
            await self.try_finish(final)

    async def _try_finish(self, final: File) -> File:
        part_ids = final.parts or []
        known = await asyncio.to_thread(self._files.many, [final.id, *part_ids])
        current = known.get(final.id, final)
        parts = [known.get(part_id) for part_id in part_ids]
        sizes = [(part.id, part.offset) for part in parts if part is not None and part.complete]
        if None in parts and not current.complete:  # one that went while the concatenation was being asked for
            lose = partial(self._files.lose, file_id=final.id, code=PART_GONE[0], message=PART_GONE[1], unfinished=True)
            await self._catalog.awrite(lose)
            return await asyncio.to_thread(self._files.get, final.id) or current
        if current.complete or len(sizes) < len(parts):
            return current
        loop = asyncio.get_running_loop()
        chunks = await loop.run_in_executor(self._disk, self._store.compose, final.id, sizes)
        size = sum(size for _, size in sizes)
        if await self._catalog.awrite(partial(self._files.composed, file_id=final.id, size=size, chunks=chunks)):
            uploads_finished.inc()
        return await asyncio.to_thread(self._files.get, final.id) or current
