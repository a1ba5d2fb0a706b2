"""Bodies that do not come straight off the network, and small ones read whole."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

from parquay.tus.create import BodyPlan
from parquay.tus.refusals import Refusal
from parquay.uploads.receive.body import COMPLETE, IDLE, OVERRUN, Body, BodyCut, into_memory
from parquay.uploads.receive.digest import RunningDigest
from parquay.uploads.receive.receive import BEYOND, TICK_SECONDS
from parquay.uploads.receive.takeover import ActiveWriter


async def gather(body: Body, expected: int, idle: float) -> tuple[bytes, str]:
    """Read up to ``expected`` bytes, and tell why no more; give up after ``idle`` seconds without any."""
    chunks: list[bytes] = []
    left = expected
    last_byte = time.monotonic()
    while time.monotonic() - last_byte < idle:
        try:
            chunk = await body.read(TICK_SECONDS)
        except BodyCut as cut:
            return b"".join(chunks), cut.ended
        if chunk == b"":
            return b"".join(chunks), COMPLETE
        if chunk is not None:
            chunks.append(chunk[:left])
            left -= len(chunks[-1])
            last_byte = time.monotonic()
    return b"".join(chunks), IDLE


async def take_none(plan: BodyPlan, body: Body, active: ActiveWriter, idle: float) -> str:
    """Wait for the end of a body that has no bytes and tell why it ended: its first byte is one too many.

    Only its end tells that a chunked body is empty; it is waited for ``idle`` seconds.

    Raises:
        Refusal: ``checksum_mismatch`` (460).
    """
    active.on_wake(body.wake)
    source, count = into_memory(body), None
    while count is None:
        if active.stopped or active.silence >= idle:
            return active.stopped or IDLE
        try:
            count = await source.read_into(BEYOND, TICK_SECONDS)
        except BodyCut as cut:
            return cut.ended
    if count == 0 and plan.checksum and not RunningDigest(plan.checksum).matches():
        raise Refusal("checksum_mismatch")
    return OVERRUN if count else COMPLETE


class IteratorBody:
    """A body that another parser takes out of the request, such as one part of a form."""

    def __init__(self, chunks: AsyncIterator[bytes]) -> None:
        self._chunks = chunks
        self._pending: asyncio.Task[bytes] | None = None
        self._woken = asyncio.Event()

    async def read(self, seconds: float) -> bytes | None:
        """See :class:`parquay.uploads.body.Body`."""
        if self._pending is None:
            self._pending = asyncio.ensure_future(self._next())
        woken = asyncio.ensure_future(self._woken.wait())
        try:
            await asyncio.wait({self._pending, woken}, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        finally:
            woken.cancel()
        self._woken.clear()
        if not self._pending.done():
            return None
        pending, self._pending = self._pending, None
        return pending.result()

    def wake(self) -> None:
        """Make a waiting read return."""
        self._woken.set()

    async def close(self) -> None:
        """Stop waiting for bytes."""
        if self._pending is not None:
            self._pending.cancel()
            await asyncio.gather(self._pending, return_exceptions=True)

    async def _next(self) -> bytes:
        async for chunk in self._chunks:
            if chunk:
                return chunk
        return b""
