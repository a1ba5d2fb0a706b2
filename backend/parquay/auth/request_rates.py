"""How many requests a user may make in a minute, counted in windows of a minute that begin for everybody at once.

Where processes share a counter, each takes a few requests from it at a time and spends them without asking: together
they never let more through than is allowed, and may refuse somebody a little early, when what is left of their minute
was taken by another process. Without a shared counter each process counts what it lets through by itself.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from parquay.errors import TooManyRequests, Unavailable

WINDOW_SECONDS = 60

SHARES = 50
"""Into how many portions the requests of a minute are cut that are taken from a shared counter."""

log = logging.getLogger(__name__)


class SharedCounter(Protocol):
    """Counts for all processes."""

    def add(self, key: str, count: int, seconds: int) -> int:
        """Add ``count`` to ``key``, which is forgotten after ``seconds``, and return its sum (blocking).

        Raises:
            Unavailable: it does not answer (503).
        """


@dataclass(frozen=True)
class RateState:
    """What somebody may still do: ``left`` of ``limit`` requests in the next ``reset`` seconds."""

    limit: int
    left: int
    reset: int


@dataclass
class _Spent:
    """What one user has made of this minute, as this process knows it: ``held`` may be let through without asking."""

    taken: int = 0
    held: int = 0


class RequestRates:
    """Lets requests through."""

    def __init__(self, shared: SharedCounter | None = None, clock: Callable[[], float] = time.time) -> None:
        self._shared = shared
        self._clock = clock
        self._window = 0
        self._spent: dict[str, _Spent] = {}

    def try_take(self, key: str, limit: int) -> RateState | None:
        """Let a request of ``key`` through if that can be told without waiting; None: ask :meth:`take`."""
        spent, reset = self._current(key)
        if not spent.held and self._shared is None and spent.taken < limit:
            spent.taken, spent.held = spent.taken + 1, 1
        if not spent.held:
            return None
        spent.held -= 1
        return RateState(limit, max(0, limit - spent.taken) + spent.held, reset)

    async def take(self, key: str, limit: int) -> RateState:
        """Let a request of ``key`` through, who may make ``limit`` in a minute.

        Raises:
            TooManyRequests: ``rate_limited`` (429).
        """
        if (state := self.try_take(key, limit)) is not None:
            return state
        if self._shared is not None and self._current(key)[0].taken < limit:
            await self._draw(key, limit)
            if (state := self.try_take(key, limit)) is not None:
                return state
        reset = self._current(key)[1]
        raise TooManyRequests(f"There may be {limit} requests in a minute.", "rate_limited", retry_after=reset)

    async def _draw(self, key: str, limit: int) -> None:
        """Take some requests from the shared counter; where it does not answer, this process counts by itself."""
        assert self._shared is not None
        wanted, window = max(1, limit // SHARES), self._window
        try:
            total = await asyncio.to_thread(self._shared.add, f"{key}:{window}", wanted, 2 * WINDOW_SECONDS)
        except Unavailable as error:
            log.warning("requests are counted by each process: %s", error.detail)
            total = self._current(key)[0].taken + wanted
        spent, _ = self._current(key)
        if window == self._window:
            spent.held += max(0, min(wanted, limit - (total - wanted)))
            spent.taken = max(spent.taken, total)

    def _current(self, key: str) -> tuple[_Spent, int]:
        now = self._clock()
        window = int(now // WINDOW_SECONDS)
        if window != self._window:
            self._window, self._spent = window, {}
        return self._spent.setdefault(key, _Spent()), max(1, int((window + 1) * WINDOW_SECONDS - now))
