"""What is sent to one client of the event stream, in order and with nothing left out; shared by SSE and WebSocket.

A client that comes back with the id it has seen last gets everything after it from the event table first. One that
reads too slowly is sent there too. The session is looked at again every few seconds: a logout ends the stream.
"""

from __future__ import annotations

import time
from collections.abc import AsyncIterator

from starlette.concurrency import run_in_threadpool

from parquay.auth.sessions import Identity, Sessions
from parquay.events.bus import Hub, Subscription
from parquay.events.messages import RESET, Message

CHECK_SECONDS = 2.0
"""How often the session is looked at again."""


class EventStream:
    """How far one client has come in the stream. ``last``: id of the youngest event that it was sent."""

    def __init__(self, hub: Hub, sessions: Sessions, identity: Identity, token: str | None, seen: int | None) -> None:
        """``seen``: the last event that the client had before, None when it starts now."""
        self._hub = hub
        self._sessions = sessions
        self._identity = identity
        self._token = token
        self._seen = seen
        self.last = hub.position if seen is None else seen

    async def messages(self) -> AsyncIterator[Message | None]:
        """Yield what happens, and None at least every ``CHECK_SECONDS`` while nothing does.

        A message of the kind ``reset`` comes first when events after ``seen`` are gone.

        Raises:
            Closed: the hub has stopped.
            Unauthorized: the session has ended.
        """
        with self._hub.subscribe(self._identity.id, behind=self._seen is not None) as subscription:
            if self._seen is not None and await self._hub.lost(self._seen):
                self.last = self._hub.position
                yield Message(self.last, RESET, "", {})
            checked = time.monotonic()
            while True:
                while subscription.behind:
                    async for message in self._caught_up(subscription):
                        yield self._noted(message)
                arrived = await subscription.next(CHECK_SECONDS)
                if time.monotonic() - checked >= CHECK_SECONDS:
                    checked = time.monotonic()
                    await still_valid(self._sessions, self._token)
                yield None if arrived is None else self._noted(arrived)

    async def _caught_up(self, subscription: Subscription) -> AsyncIterator[Message]:
        """Read the table page by page to its end. What arrives meanwhile is sent again from the queue, at worst."""
        subscription.behind = False
        subscription.drain()
        while True:
            missed, upto = await self._hub.missed(self._identity.id, self.last)
            for message in missed:
                yield message
            if upto == self.last:
                return
            self.last = upto

    def _noted(self, message: Message) -> Message:
        self.last = max(self.last, message.id)
        return message


async def still_valid(sessions: Sessions, token: str | None) -> None:
    """Look at a session again.

    Raises:
        Unauthorized: it has ended.
    """
    if sessions.cached(token) is None:
        await run_in_threadpool(sessions.authenticate, token)


def event_number(text: str | None) -> int | None:
    """Read an event id; anything else is as if it had not been sent, as the HTML standard has it for `id`. Pure."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 18 else None
