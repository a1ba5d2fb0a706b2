"""An append turned inside out: somebody else reads the request and hands its bytes over, chunk by chunk."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Generic, TypeVar

from parquay.uploads.receive.body import Body, BodyCut

T = TypeVar("T")


class Push(Generic[T]):
    """Work that takes a body in while its owner hands the bytes over. At most one chunk waits between the two."""

    def __init__(self, work: Callable[[Body], Awaitable[T]]) -> None:
        """Start ``work`` on a body that is filled by :meth:`put`."""
        self._body = HandedBody()
        self._work = asyncio.ensure_future(work(self._body))
        self._work.add_done_callback(lambda _: self._body.release())

    @property
    def done(self) -> bool:
        """Whether the work has come to its end and takes no more bytes."""
        return self._work.done()

    async def started(self) -> None:
        """Wait until the work asks for bytes.

        Raises:
            Exception: whatever ended the work before that.
        """
        asked = asyncio.ensure_future(self._body.asked.wait())
        await asyncio.wait({self._work, asked}, return_when=asyncio.FIRST_COMPLETED)
        asked.cancel()
        if self._work.done():
            self._work.result()

    async def put(self, chunk: bytes) -> bool:
        """Hand ``chunk`` over once the one before is taken; False when the work has ended and takes no more."""
        await self._body.room.wait()
        if self.done:
            return False
        self._body.fill(chunk)
        return True

    async def finish(self, *, cut: bool) -> T:
        """Say that no more bytes come, because of their end or a ``cut``; return what the work came to.

        Raises:
            Exception: whatever the work failed with.
        """
        self._body.end(cut=cut)
        return await asyncio.shield(self._work)

    async def abandon(self) -> None:
        """Let the work keep what it got and wait for its end, whatever that is."""
        self._body.end(cut=True)
        with suppress(Exception):
            await asyncio.shield(self._work)


class HandedBody:
    """The receiving end. See :class:`parquay.uploads.receive.body.Body`."""

    def __init__(self) -> None:
        self.asked, self.room = asyncio.Event(), asyncio.Event()
        self.room.set()
        self._news = asyncio.Event()
        self._chunk = b""
        self._ended: bool | None = None

    def fill(self, chunk: bytes) -> None:
        """Make ``chunk`` the one that waits."""
        self._chunk = chunk
        self.room.clear()
        self._news.set()

    def end(self, *, cut: bool) -> None:
        """Note that the chunk that waits was the last one."""
        self._ended = not cut if self._ended is None else self._ended
        self._news.set()

    def release(self) -> None:
        """Let nobody wait for room any more."""
        self.room.set()

    async def read(self, seconds: float) -> bytes | None:
        """Return the waiting chunk, empty at the end, None when none came."""
        self.asked.set()
        if self._ended is None:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    await self._news.wait()
            self._news.clear()
        if self._chunk:
            chunk, self._chunk = self._chunk, b""
            self.room.set()
            return chunk
        if self._ended is False:
            raise BodyCut
        return b"" if self._ended else None

    def wake(self) -> None:
        """Make a waiting :meth:`read` return."""
        self._news.set()
