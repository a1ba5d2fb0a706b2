"""When a sender is given up: because it is silent, or sends too slowly."""

from __future__ import annotations

import time
from dataclasses import dataclass

from parquay.uploads.receive.body import IDLE, TOO_SLOW


@dataclass(frozen=True)
class StallTimeout:
    """When a sender is given up: after ``idle`` seconds without a byte, or below ``min_rate`` bytes a second."""

    idle: float = 60.0
    min_rate: int = 0


class RateMonitor:
    """Tells when a sender is too slow: silent for too long, or dripping."""

    def __init__(self, stall_timeout: StallTimeout) -> None:
        self._stall_timeout = stall_timeout
        self._since = time.monotonic()
        self._count: int | None = None

    def excuse(self) -> None:
        """Begin anew: what came so far was as much as might come."""
        self._since, self._count = time.monotonic(), None

    def verdict(self, silence: float, received: int) -> str | None:
        """Return why to give up, None to go on. ``silence`` in seconds, ``received`` in bytes."""
        if silence >= self._stall_timeout.idle:
            return IDLE
        if self._count is None:
            self._count = received
        elapsed = time.monotonic() - self._since
        if elapsed < self._stall_timeout.idle:
            return None
        slow = received - self._count < self._stall_timeout.min_rate * elapsed
        self._since, self._count = time.monotonic(), received
        return TOO_SLOW if slow else None
