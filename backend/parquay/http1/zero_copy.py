"""A long request body, received from the socket right into the memory that it will be written from.

Through the parser a body is copied three times: into the server's buffer, into a `bytes`, into what gathers for a
write.
Here the event loop receives into the caller's buffer, and no more than the caller asked for: what the caller does
not ask for waits in the kernel, which makes the sender wait.
"""

from __future__ import annotations

import asyncio
from typing import Protocol


class Receiving(Protocol):
    """A connection, as far as its transport speaks to it."""

    transport: asyncio.Transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Note the end of the connection."""
        ...

    def pause_writing(self) -> None:
        """Note that the client reads slowly."""
        ...

    def resume_writing(self) -> None:
        """Note that the client reads again."""
        ...


class BufferOwner(Protocol):
    """The request that a body belongs to."""

    @property
    def connection(self) -> Receiving:
        """The connection that it came by."""
        ...

    @property
    def is_gone(self) -> bool:
        """Whether no more bytes can come."""
        ...

    def take_buffered(self, limit: int) -> bytes:
        """Take up to ``limit`` bytes of the body that the parser had before."""
        ...

    def send_continue(self) -> None:
        """Tell a client that waits for it (`Expect: 100-continue`) to send."""
        ...

    def suspend(self) -> None:
        """Stop reading; what comes is not for the parser."""
        ...

    def resume_after_body(self) -> None:
        """Give what comes to the parser again: the body has ended."""
        ...


class ZeroCopyBody(asyncio.BufferedProtocol):
    """The body of one request with a known length. One caller at a time."""

    def __init__(self, owner: BufferOwner, length: int) -> None:
        """Receive the body of ``length`` bytes.

        Attributes:
            left: bytes that were not returned yet.
            asked: whether anybody asked for some.
            lost: whether the connection has ended.
        """
        self._owner = owner
        self._connection = owner.connection
        self.left = length
        self.asked = False
        self.lost = False
        self._attached = False
        self._view = memoryview(b"")
        self._filled = 0
        self._waiter: asyncio.Future[None] | None = None
        self._woken = False

    async def read_into(self, buffer: memoryview, seconds: float) -> int | None:
        """Receive into ``buffer`` until it is full; return the bytes received, 0 at the body's end.

        After ``seconds`` or :meth:`wake` return what came until then, None for nothing.

        Raises:
            ConnectionResetError: the client is gone, and every byte that came from it was returned before.
        """
        if not self.left:
            return 0
        self.asked = True
        if self._woken:
            self._woken = False
            return None
        self._owner.send_continue()
        if early := self._owner.take_buffered(min(len(buffer), self.left)):
            buffer[: len(early)] = early
            return self._took(len(early))
        self.lost = self.lost or self._owner.is_gone
        if not self.lost:
            await self._receive(buffer[: self.left], seconds)
        if self._filled:
            return self._took(self._filled)
        if self.lost:
            raise ConnectionResetError
        return None

    def _took(self, count: int) -> int:
        self.left -= count
        self._filled = 0
        if not self.left and self._attached and not self.lost:
            self._attached = False
            self._connection.transport.set_protocol(self._connection)  # type: ignore[arg-type]
            self._owner.resume_after_body()
        return count

    async def _receive(self, view: memoryview, seconds: float) -> None:
        loop, transport = asyncio.get_running_loop(), self._connection.transport
        self._view, self._filled = view, 0
        self._waiter = loop.create_future()
        timer = loop.call_later(seconds, self._release)
        if not self._attached:
            self._attached = True
            self._owner.suspend()
            transport.set_protocol(self)
        try:
            if not transport.is_closing():
                transport.resume_reading()
            await self._waiter
        finally:
            timer.cancel()
            self._waiter = None
            self._woken = False
            if not transport.is_closing():
                transport.pause_reading()
            self._view = memoryview(b"")

    def wake(self) -> None:
        """Make a waiting :meth:`read_into` return, or the next one."""
        self._woken = True
        self._release()

    def _release(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def get_buffer(self, sizehint: int) -> memoryview:
        """Return where the next bytes belong."""
        del sizehint
        return self._view[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        """Note ``nbytes`` that came."""
        self._filled += nbytes
        if self._filled == len(self._view):
            self._connection.transport.pause_reading()
            self._release()

    def eof_received(self) -> None:
        """Let the transport close: half a body has no other end."""

    def connection_lost(self, exc: Exception | None) -> None:
        """Note that no more bytes come."""
        self.lost = True
        self._connection.connection_lost(exc)
        self._release()

    def pause_writing(self) -> None:
        """Pass on that the client reads slowly."""
        self._connection.pause_writing()

    def resume_writing(self) -> None:
        """Pass on that the client reads again."""
        self._connection.resume_writing()
