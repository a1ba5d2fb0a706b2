"""Server-sent events: what happens to the files that a user may see, as it happens, with nothing left out.

A client that comes back with the id it has seen last gets everything after it from the event table first. One that
reads too slowly is sent there too. The session is looked at again every few seconds: a logout ends the stream.
"""

from __future__ import annotations

import random
import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse

from parquay.auth.csrf import credentials
from parquay.auth.sessions import Identity, Sessions
from parquay.errors import Forbidden, Unauthorized, Unavailable
from parquay.events.bus import Closed, Hub, Subscription
from parquay.events.messages import Message, frame
from parquay.telemetry import sse_clients
from parquay.web.deps import IdentityDep, PartsDep, PolicyDep

KEEP_ALIVE_SECONDS = 15.0
"""A comment is sent after this long without a message, so that nothing between takes the stream for dead."""

CHECK_SECONDS = 2.0
"""How often the session is looked at again."""

RETRY_MILLISECONDS = 2000
"""When a client comes back after the stream broke."""

HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}

router = APIRouter(tags=["events"])


@router.get("/events", response_class=StreamingResponse)
async def events(
    request: Request,
    parts: PartsDep,
    policy: PolicyDep,
    identity: IdentityDep,
    *,
    last_event_id: Annotated[str | None, Header()] = None,
    last: Annotated[str | None, Query(alias="last_event_id")] = None,
) -> StreamingResponse:
    """Follow the files of the user and all shared ones. Goes on after `Last-Event-ID`, or `?last_event_id`."""
    credential = credentials(request.scope["headers"])
    origin = request.headers.get("origin")
    site = request.headers.get("sec-fetch-site", "same-origin")
    # A read, but one that a page of another site could hold open with the user's cookie.
    if credential.from_cookie and site in ("cross-site", "same-site") and origin not in policy.origins:
        raise Forbidden("A page of another site may not do this.", "cross_site")
    if not parts.hub.running:
        raise Unavailable("The server is stopping.", "draining", retry_after=2)
    stream = _Stream(parts.hub, parts.sessions, identity, credential.token, _number(last_event_id or last))
    return StreamingResponse(stream.frames(), headers=HEADERS, media_type="text/event-stream")


def _number(text: str | None) -> int | None:
    """Read an event id; anything else is as if it had not been sent, as the HTML standard has it for `id`."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) <= 18 else None


class _Stream:
    """One client's stream."""

    def __init__(self, hub: Hub, sessions: Sessions, identity: Identity, token: str | None, seen: int | None) -> None:
        self._hub = hub
        self._sessions = sessions
        self._identity = identity
        self._token = token
        self._seen = seen
        self._last = hub.position if seen is None else seen

    async def frames(self) -> AsyncIterator[bytes]:
        sse_clients.inc()
        try:
            with self._hub.subscribe(self._identity.id, behind=self._seen is not None) as subscription:
                yield f": connected\nretry: {RETRY_MILLISECONDS}\nid: {self._last}\n\n".encode()
                if self._seen is not None and await self._hub.lost(self._seen):
                    self._last = self._hub.position
                    yield f"id: {self._last}\nevent: reset\ndata: {{}}\n\n".encode()
                async for chunk in self._follow(subscription):
                    yield chunk
        except Closed:
            # Clients of a server that stops come back at different moments.
            yield f"retry: {random.randint(500, 3000)}\n\n".encode()
        except Unauthorized:
            yield b": the session has ended\n\n"
        finally:
            sse_clients.dec()

    async def _follow(self, subscription: Subscription) -> AsyncIterator[bytes]:
        sent = checked = time.monotonic()
        while True:
            while subscription.behind:
                async for told in self._caught_up(subscription):
                    yield self._framed(told)
            message = await subscription.next(CHECK_SECONDS)
            moment = time.monotonic()
            if moment - checked >= CHECK_SECONDS:
                checked = moment
                await self._check()
            if message is not None:
                sent = moment
                yield self._framed(message)
            elif moment - sent >= KEEP_ALIVE_SECONDS - CHECK_SECONDS:
                sent = moment
                yield b": keep-alive\n\n"

    async def _caught_up(self, subscription: Subscription) -> AsyncIterator[Message]:
        """Read the table page by page to its end. What arrives meanwhile is told again from the queue, at worst."""
        subscription.behind = False
        subscription.drain()
        while True:
            missed, upto = await self._hub.missed(self._identity.id, self._last)
            for told in missed:
                yield told
            if upto == self._last:
                return
            self._last = upto

    def _framed(self, message: Message) -> bytes:
        self._last = max(self._last, message.id)
        return frame(message, self._last)

    async def _check(self) -> None:
        if self._sessions.cached(self._token) is None:
            await run_in_threadpool(self._sessions.authenticate, self._token)
