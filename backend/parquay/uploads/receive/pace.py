"""How fast the bytes of one user are taken in: what comes beyond that waits in the kernel, and its sender with it.

A user's uploads draw on one account, which fills at the allowed rate. What was received is taken off it; while it is
below zero nobody reads. So no byte is dropped, no thread and no memory waits, and the uploads of one user share what is
allowed to them by turns, whatever those of others do. Each process has accounts of its own.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

BURST_SECONDS = 1.0
"""For how long somebody who rested may be as fast as the wire."""

STEP_SECONDS = 0.25
"""How much is received at once at most, in seconds of the allowed rate, and how long is waited before looking up."""

MIN_STEP_BYTES = 4096

KEPT = 1000
"""Accounts that are kept before those of who rests are forgotten."""


class Pace:
    """The account of one user. ``rate``: bytes a second, 0 for any."""

    def __init__(self, rate: int = 0, clock: Callable[[], float] = time.monotonic) -> None:
        self.rate = rate
        self._clock = clock
        self._balance = rate * BURST_SECONDS
        self._at = clock()

    @property
    def step(self) -> int | None:
        """Most bytes to receive at once, None for any number."""
        return max(MIN_STEP_BYTES, int(self.rate * STEP_SECONDS)) if self.rate else None

    def spend(self, count: int) -> None:
        """Take ``count`` bytes off, which were received."""
        if self.rate:
            self._fill()
            self._balance -= count

    def try_spend(self, count: int) -> bool:
        """Take ``count`` bytes off that have come already, unless there is a wait."""
        if self.wait() > 0:
            return False
        self.spend(count)
        return True

    def wait(self) -> float:
        """Return the seconds after which the next bytes may be received, 0 for now."""
        if not self.rate:
            return 0.0
        self._fill()
        return max(0.0, -self._balance / self.rate)

    async def turn(self) -> None:
        """Wait until bytes may be received."""
        while True:
            seconds = self.wait()
            if not seconds:
                return
            await asyncio.sleep(seconds)

    def change(self, rate: int) -> None:
        """Allow ``rate`` bytes a second from now on; what is owed stays owed."""
        if rate != self.rate:
            self._fill()
            self.rate, self._balance = rate, min(self._balance, rate * BURST_SECONDS)

    def is_full(self) -> bool:
        """Tell whether nobody has received anything for a while."""
        self._fill()
        return self._balance >= self.rate * BURST_SECONDS

    def _fill(self) -> None:
        now = self._clock()
        self._balance = min(self.rate * BURST_SECONDS, self._balance + (now - self._at) * self.rate)
        self._at = now


UNPACED = Pace()
"""Takes everything as it comes."""


class Paces:
    """The accounts of those who upload in this process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._paces: dict[str, Pace] = {}

    def of(self, owner_id: str, rate: int) -> Pace:
        """Return the account of a user who may send ``rate`` bytes a second, 0: any number."""
        if not rate:
            return UNPACED
        pace = self._paces.get(owner_id)
        if pace is None:
            if len(self._paces) >= KEPT:  # who rested long enough begins anew in the same state
                self._paces = {owner: kept for owner, kept in self._paces.items() if not kept.is_full()}
            pace = self._paces[owner_id] = Pace(rate, self._clock)
        pace.change(rate)
        return pace
