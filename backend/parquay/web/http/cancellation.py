"""Slow work for a request, that ends when its client goes away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Request
from starlette.requests import ClientDisconnect

from parquay.datasets.query.engine import Cancelled, Stop

T = TypeVar("T")

THREADS = 16
"""Threads that wait for tables. They are not those of the other routes, so that slow queries hold up nobody else."""


def limiter(request: Request) -> CapacityLimiter:
    """The seats of the threads that wait for tables."""
    state = request.app.state
    if not hasattr(state, "table_threads"):
        state.table_threads = CapacityLimiter(THREADS)
    seats: CapacityLimiter = state.table_threads
    return seats


async def watched(request: Request, work: Callable[[Stop], T]) -> T:
    """Return what ``work`` returns, done in a thread; what it is given is set as soon as the client has gone.

    Raises:
        ClientDisconnect: the client has gone.
    """
    # Read to its end first: a server takes a body that nobody waits for any more for a client that has gone.
    await request.body()
    stop = Stop()
    watcher = asyncio.create_task(_watch(request, stop))
    try:
        return await to_thread.run_sync(work, stop, limiter=limiter(request))
    except Cancelled:
        raise ClientDisconnect from None
    finally:
        watcher.cancel()


async def _watch(request: Request, stop: Stop) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
    stop.cancel()
