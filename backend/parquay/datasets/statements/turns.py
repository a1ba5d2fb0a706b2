"""Whose statement is next: so many run at once, users take turns, and none has all places."""

from __future__ import annotations

import asyncio
from collections import Counter, OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from parquay.errors import TooManyRequests, Unavailable


class Turns:
    """Lets statements in; belongs to one event loop."""

    def __init__(self, *, at_once: int, waiting: int = 64, waiting_each: int = 8) -> None:
        """``at_once``: statements that run; ``waiting``: those that wait, ``waiting_each`` of them of one user."""
        self._at_once = at_once
        self._each = max(1, at_once - 1)
        self._most_waiting = waiting
        self._most_waiting_each = waiting_each
        self._running: Counter[str] = Counter()
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @asynccontextmanager
    async def turn(self, user_id: str, seconds: float) -> AsyncIterator[None]:
        """Wait for a turn, for ``seconds`` at most, and have it while the context is open.

        Raises:
            TooManyRequests: ``too_many_queries`` (429), the user has many that wait already.
            Unavailable: ``queries_busy`` (503), too many wait, or it took too long.
        """
        await self.enter(user_id, seconds)
        try:
            yield
        finally:
            self.leave(user_id)

    async def enter(self, user_id: str, seconds: float) -> None:
        """Wait for a turn; see `turn`. `leave` ends it."""
        if self._may_run(user_id) and not self._waiting:
            self._running[user_id] += 1
            return
        own = self._waiting.get(user_id, ())
        if len(own) >= self._most_waiting_each:
            raise TooManyRequests("You have many statements that wait. Try again.", "too_many_queries", retry_after=5)
        if sum(map(len, self._waiting.values())) >= self._most_waiting:
            raise Unavailable("Too many queries run. Try again.", "queries_busy", retry_after=5)
        place: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(user_id, deque()).append(place)
        self._let_in()
        try:
            await asyncio.wait_for(asyncio.shield(place), seconds)
        except (TimeoutError, asyncio.CancelledError) as error:
            self._give_up(user_id, place)
            if isinstance(error, asyncio.CancelledError):
                raise
            raise Unavailable("Too many queries run. Try again.", "queries_busy", retry_after=1) from None

    def leave(self, user_id: str) -> None:
        """Let the next one in."""
        self._running[user_id] -= 1
        self._running += Counter()  # forgets users with none
        self._let_in()

    def _give_up(self, user_id: str, place: asyncio.Future[None]) -> None:
        if place.done() and not place.cancelled():  # it came just now
            self.leave(user_id)
            return
        place.cancel()
        own = self._waiting.get(user_id)
        if own is not None and place in own:
            own.remove(place)
            if not own:
                del self._waiting[user_id]

    def _may_run(self, user_id: str) -> bool:
        return self._running.total() < self._at_once and self._running[user_id] < self._each

    def _let_in(self) -> None:
        for user_id in list(self._waiting):
            if not self._may_run(user_id):
                continue
            own = self._waiting[user_id]
            own.popleft().set_result(None)
            self._running[user_id] += 1
            self._waiting.move_to_end(user_id)
            if not own:
                del self._waiting[user_id]
