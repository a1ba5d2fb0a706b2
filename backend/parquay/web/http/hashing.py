"""Passwords are hashed one after the other: it is slow on purpose, and must not take the threads of other routes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, TypeVar

import anyio
from fastapi import Depends, Request

from parquay.auth.passwords import PARALLEL
from parquay.errors import Unavailable

MAX_WAITING = 200
"""Logins that wait for their turn before further ones are sent away."""

T = TypeVar("T")


class BoundedQueue:
    """Who may hash a password now. It is slow on purpose, and must not take the threads of other routes."""

    def __init__(self) -> None:
        self._limiter = anyio.CapacityLimiter(PARALLEL)

    @property
    def waiting(self) -> int:
        """How many wait for their turn."""
        return self._limiter.statistics().tasks_waiting

    async def run(self, function: Callable[..., T], *given: Any) -> T:
        """Call ``function`` on a thread once it is its turn.

        Raises:
            Unavailable: ``login_busy``, too many wait already (503).
        """
        if self.waiting >= MAX_WAITING:
            raise Unavailable("Too many logins at once.", "login_busy", retry_after=2)
        return await anyio.to_thread.run_sync(function, *given, limiter=self._limiter)


def _get_hashing(request: Request) -> BoundedQueue:
    hashing: BoundedQueue = request.app.state.hashing
    return hashing


HashingDep = Annotated[BoundedQueue, Depends(_get_hashing)]
