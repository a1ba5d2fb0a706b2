"""Slow work for a request, that ends when its client goes away."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from anyio import CapacityLimiter, to_thread
from fastapi import Request
from starlette.requests import ClientDisconnect

from parquay.datasets.query.engine import Cancelled, CancelToken

T = TypeVar("T")

MAX_THREADS = 16
"""Threads that wait for tables. They are not those of the other routes, so that slow queries hold up nobody else."""


def table_threads(request: Request) -> CapacityLimiter:
    """Return what limits the threads that wait for tables."""
    state = request.app.state
    if not hasattr(state, "table_threads"):
        state.table_threads = CapacityLimiter(MAX_THREADS)
    limiter: CapacityLimiter = state.table_threads
    return limiter


async def run_cancellable(request: Request, cancel: CancelToken, work: Callable[[], T]) -> T:
    """Return what ``work`` returns, done in a thread; ``cancel`` is set as soon as the client has gone.

    Raises:
        ClientDisconnect: the client has gone.
    """
    # Read to its end first: a server takes a body that nobody waits for any more for a client that has gone.
    await request.body()
    watcher = asyncio.create_task(_cancel_when_gone(request, cancel))
    try:
        return await to_thread.run_sync(work, limiter=table_threads(request))
    except Cancelled:
        raise ClientDisconnect from None
    finally:
        watcher.cancel()


async def until_gone(request: Request) -> None:
    """Return when the client has gone; the body is read to its end."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def _cancel_when_gone(request: Request, cancel: CancelToken) -> None:
    await until_gone(request)
    cancel.cancel()
