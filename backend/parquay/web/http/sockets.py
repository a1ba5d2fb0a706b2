"""What the WebSocket routes share: who may open one, and when it ends."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from fastapi import FastAPI, Response, WebSocket
from starlette.concurrency import run_in_threadpool
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocketDisconnect

from parquay.auth.csrf import credentials
from parquay.auth.scopes import require_scope, sufficient
from parquay.auth.sessions import Identity, Sessions
from parquay.errors import ParquayError, Unauthorized
from parquay.web.http.deps import Policy
from parquay.web.http.errors import from_error, problem
from parquay.wiring import EventServices, Services

GOING_AWAY, POLICY_VIOLATION = 1001, 1008
"""Close codes (RFC 6455): the server stops; the login is missing or has ended."""


@dataclass(frozen=True)
class SocketLogin:
    """Whose WebSocket it is."""

    events: EventServices
    sessions: Sessions
    identity: Identity
    token: str


async def admitted(socket: WebSocket) -> SocketLogin | None:
    """Open a WebSocket for whoever has a login; refuse it for everybody else, and return None.

    The login is the bearer token or the session cookie of the request, or `?token=` where a program can set neither.
    A page of another site is refused when the browser sent the cookie by itself.
    """
    services: Services = socket.app.state.services
    policy: Policy = socket.app.state.policy
    sessions = services.accounts.sessions
    credential = credentials(socket.scope["headers"])
    token = credential.token or socket.query_params.get("token")
    try:
        if credential.is_ambient:
            # Opening one changes nothing, but what it tells may be read by the page: it counts as a change.
            policy.refuse_foreign(socket.scope, "POST")
        identity = sessions.cached(token)
        if identity is None:
            identity = await run_in_threadpool(sessions.authenticate, token)
        require_scope(identity.scopes, sufficient("GET", socket.scope["path"]))
        await socket.app.state.rate_limits.admit(socket.scope, identity.id, identity.limits)
    except ParquayError as refused:
        await _refuse(socket, from_error(refused))
        return None
    await socket.accept()
    return SocketLogin(services.events, sessions, identity, token or "")


async def _refuse(socket: WebSocket, answer: Response) -> None:
    if "websocket.http.response" in socket.scope.get("extensions", {}):
        await socket.send_denial_response(answer)
    else:
        await socket.close(POLICY_VIOLATION)


def install(app: FastAPI) -> None:
    """Make ``app`` refuse a WebSocket at a path that has none, as any request there is refused (404)."""
    otherwise = app.router.default

    async def unrouted(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            answer = problem(404, "not_found", "There is no WebSocket here.")
            await _refuse(WebSocket(scope, receive, send), answer)
        else:
            await otherwise(scope, receive, send)

    app.router.default = unrouted


async def until_gone(socket: WebSocket, send: Callable[[], Awaitable[int]]) -> None:
    """Run ``send``, which returns a close code, until it ends or the client is gone. What a client says is ignored."""
    sending = asyncio.ensure_future(send())
    listening = asyncio.ensure_future(_gone(socket))
    try:
        await asyncio.wait({sending, listening}, return_when=asyncio.FIRST_COMPLETED)
        gone = listening.done()
    finally:
        for task in (sending, listening):
            task.cancel()
        await asyncio.gather(sending, listening, return_exceptions=True)
    code = None if gone else _code(sending)
    if code is not None:
        await socket.close(code)


def _code(sending: asyncio.Future[int]) -> int | None:
    error = sending.exception()
    if isinstance(error, Unauthorized):
        return POLICY_VIOLATION
    if isinstance(error, WebSocketDisconnect):
        return None
    if error is not None:
        raise error
    return sending.result()


async def _gone(socket: WebSocket) -> None:
    with contextlib.suppress(WebSocketDisconnect):
        while (await socket.receive())["type"] != "websocket.disconnect":
            pass
