"""How many uploads of one user send bytes to this process at the same time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from parquay.errors import TooManyRequests

RETRY_SECONDS = 1


class Crowd:
    """The uploads that run, by owner. Whoever continues an upload of their own that still runs counts once."""

    def __init__(self) -> None:
        self._running: dict[str, Counter[str]] = {}

    @contextmanager
    def entered(self, owner_id: str, file_id: str, most: int) -> Iterator[None]:
        """Count an upload of ``owner_id`` for as long as its bytes come; ``most``: how many there may be, 0: any.

        Raises:
            TooManyRequests: ``rate_limited`` (429).
        """
        running = self._running.setdefault(owner_id, Counter())
        if most and file_id not in running and len(running) >= most:
            detail = f"There may be {most} uploads at a time."
            raise TooManyRequests(detail, "rate_limited", retry_after=RETRY_SECONDS)
        running[file_id] += 1
        try:
            yield
        finally:
            running[file_id] -= 1
            if not running[file_id]:
                del running[file_id]
            if not running:
                self._running.pop(owner_id, None)
