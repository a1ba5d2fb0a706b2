"""What one process does for all of them, such as sweeping: whoever has the lease of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any

from parquay.catalog.leases import HeldLease, Leases, elapsed
from parquay.errors import Unavailable

DUTY = "duty"
"""The kind of these leases."""

LOOK_SECONDS = 20.0
"""How often a process looks whether a duty is free, or still its own."""


class Duty:
    """Something that one process at a time does for all of them; it stays that one's until it ends."""

    def __init__(self, leases: Leases, name: str) -> None:
        self._leases = leases
        self._name = name
        self._held: HeldLease | None = None

    def is_mine(self) -> bool:
        """Tell whether this process is to do it, having taken it over if nobody does (blocking).

        Raises:
            Unavailable: the catalog does not answer (503).
        """
        if self._held is None or self._held.sure_until < elapsed():
            self._held = next(iter(self._leases.take_free(DUTY, [self._name])), None)
        return self._held is not None

    async def run(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run ``work``, which does not end by itself, whenever this is the process to do it, for ever."""
        while True:
            await self._until(wanted=True)
            working = asyncio.create_task(work())
            try:
                await self._until(wanted=False)
            finally:
                working.cancel()

    async def _until(self, *, wanted: bool) -> None:
        while True:
            with suppress(Unavailable):
                if await asyncio.to_thread(self.is_mine) is wanted:
                    return
            await asyncio.sleep(LOOK_SECONDS)
