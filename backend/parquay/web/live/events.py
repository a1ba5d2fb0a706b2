"""What happens to the files that a user may see, as it happens: server-sent events, and the same over a WebSocket."""

from __future__ import annotations

import random
import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, Query, Request, WebSocket
from starlette.responses import StreamingResponse

from parquay.auth.csrf import credentials
from parquay.errors import Unauthorized, Unavailable
from parquay.events.bus import Closed
from parquay.events.messages import frame, packed
from parquay.telemetry import sse_clients
from parquay.web.http.deps import AccountsDep, EventsDep, IdentityDep, PolicyDep
from parquay.web.http.sockets import GOING_AWAY, admitted, until_gone
from parquay.web.live.event_stream import CHECK_SECONDS, EventStream, event_number

KEEP_ALIVE_SECONDS = 15.0
"""A comment is sent after this long without a message, so that nothing between takes the stream for dead."""

RETRY_MILLISECONDS = 2000
"""When a client comes back after the stream broke."""

HEADERS = {"X-Accel-Buffering": "no"}

router = APIRouter(tags=["events"])


@router.get("/events", response_class=StreamingResponse)
async def events(
    request: Request,
    events: EventsDep,
    accounts: AccountsDep,
    policy: PolicyDep,
    identity: IdentityDep,
    *,
    last_event_id: Annotated[str | None, Header()] = None,
    last: Annotated[str | None, Query(alias="last_event_id")] = None,
) -> StreamingResponse:
    """Follow the files of the user and all shared ones. Goes on after `Last-Event-ID`, or `?last_event_id`."""
    credential = credentials(request.scope["headers"])
    if credential.is_ambient:
        # A read, but one that a page of another site could hold open: it counts as a change.
        policy.refuse_foreign(request.scope, "POST")
    if not events.hub.running:
        raise Unavailable("The server is stopping.", "draining", retry_after=2)
    seen = event_number(last_event_id or last)
    stream = EventStream(events.hub, accounts.sessions, identity, credential.token, seen)
    return StreamingResponse(_frames(stream), headers=HEADERS, media_type="text/event-stream")


async def _frames(stream: EventStream) -> AsyncIterator[bytes]:
    sse_clients.inc()
    sent = time.monotonic()
    try:
        yield f": connected\nretry: {RETRY_MILLISECONDS}\nid: {stream.last}\n\n".encode()
        async for message in stream.messages():
            if message is not None:
                sent = time.monotonic()
                yield frame(message, stream.last)
            elif time.monotonic() - sent >= KEEP_ALIVE_SECONDS - CHECK_SECONDS:
                sent = time.monotonic()
                yield b": keep-alive\n\n"
    except Closed:
        # Clients of a server that stops come back at different moments.
        yield f"retry: {random.randint(500, 3000)}\n\n".encode()
    except Unauthorized:
        yield b": the session has ended\n\n"
    finally:
        sse_clients.dec()


@router.websocket("/ws")
async def follow(socket: WebSocket) -> None:
    """Send the messages of `/events` as JSON texts `{id, event, data}`. Goes on after `?last_event_id`."""
    login = await admitted(socket)
    if login is None:
        return
    seen = event_number(socket.query_params.get("last_event_id"))
    stream = EventStream(login.events.hub, login.sessions, login.identity, login.token, seen)

    async def send() -> int:
        try:
            async for message in stream.messages():
                if message is not None:
                    await socket.send_text(packed(message, stream.last))
        except Closed:
            pass
        return GOING_AWAY

    await until_gone(socket, send)
