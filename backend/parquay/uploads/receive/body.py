"""The bytes of a request as they arrive, and how that ends."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

COMPLETE = "complete"
OVERRUN = "overrun"
DISCONNECTED = "disconnected"
LOGIN_ENDED = "login_ended"
IDLE = "idle_timeout"
TOO_SLOW = "too_slow"
"""How a body ended."""


class Body(Protocol):
    """The bytes of a request as they arrive."""

    async def read(self, seconds: float) -> bytes | None:
        """Return the next bytes, empty at the end, None when nothing came within ``seconds`` or `wake` was called.

        Raises:
            BodyCut: the sender is gone.
        """
        ...

    def wake(self) -> None:
        """Make a waiting :meth:`read` return."""
        ...


@runtime_checkable
class BodyIntoMemory(Protocol):
    """A body that can be received right where it is wanted."""

    async def read_into(self, buffer: memoryview, seconds: float) -> int | None:
        """Put the next bytes into ``buffer`` and return how many, 0 at the end, None as :meth:`Body.read` does.

        Raises:
            BodyCut: the sender is gone.
        """
        ...


class BodyCut(Exception):
    """The sender is gone before the end of its body."""

    ended = DISCONNECTED


class BodyRevoked(BodyCut):
    """The sender may send no more: its login has ended."""

    ended = LOGIN_ENDED


def into_memory(body: Body | BodyIntoMemory) -> BodyIntoMemory:
    """Return ``body`` as one that puts its bytes where they are wanted, if need be by copying them."""
    return body if isinstance(body, BodyIntoMemory) else CopiedBody(body)


class CopiedBody:
    """A body that comes in pieces of its own, copied to where it is wanted. See :class:`BodyIntoMemory`."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self._rest = memoryview(b"")

    async def read_into(self, buffer: memoryview, seconds: float) -> int | None:
        """Put the next bytes into ``buffer``."""
        if not self._rest:
            chunk = await self._body.read(seconds)
            if not chunk:
                return None if chunk is None else 0
            self._rest = memoryview(chunk)
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        # A view of nothing would still keep the whole chunk while the next one is waited for.
        self._rest = self._rest[count:] if count < len(self._rest) else memoryview(b"")
        return count
