"""What a real server does with connections that no honest client makes: each is answered or closed, and soon."""

from __future__ import annotations

import asyncio
import time

import httpx
import pytest
from starlette.exceptions import HTTPException

from live_server import LiveServer
from parquay.web.http import dispatcher
from wire import Wire

KEY = ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==")
OPENING = [("Connection", "Upgrade"), ("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13"), KEY]


@pytest.mark.parametrize("path", ["/ws", "/ws/live", "/api/ws", "/nowhere"])
@pytest.mark.parametrize(
    ("fields", "body"),
    [
        ([("Content-Length", "5")], b"hello"),
        ([("Content-Length", "500000")], b"hello"),
        ([("Transfer-Encoding", "chunked")], b"5\r\nhello\r\n0\r\n\r\n"),
    ],
)
def test_a_websocket_that_is_opened_with_a_body_is_refused(shared_server: LiveServer, path, fields, body):
    with Wire(shared_server.port) as wire:
        wire.ask("GET", path, [*OPENING, *fields], body)
        assert wire.answer().status == httpx.codes.BAD_REQUEST
        assert wire.is_closed()


@pytest.mark.parametrize(
    "left_out", ["Sec-WebSocket-Key", "Sec-WebSocket-Version"], ids=["without a key", "without a version"]
)
def test_half_an_opening_of_a_websocket_is_refused(shared_server: LiveServer, left_out):
    with Wire(shared_server.port) as wire:
        wire.ask("GET", "/ws", [field for field in OPENING if field[0] != left_out])
        assert wire.answer().status in {400, 426}


def test_a_websocket_without_a_login_is_refused(shared_server: LiveServer):
    with Wire(shared_server.port) as wire:
        wire.ask("GET", "/ws", OPENING)
        assert wire.answer().status == httpx.codes.UNAUTHORIZED


@pytest.mark.parametrize("upgrade", ["h2c", "TLS/1.0", "websocket/13"])
def test_a_wish_for_another_protocol_is_answered_in_this_one(shared_server: LiveServer, upgrade):
    with Wire(shared_server.port) as wire:
        for _ in range(2):
            wire.ask("GET", "/livez", [("Connection", "Upgrade, HTTP2-Settings"), ("Upgrade", upgrade)])
            assert wire.answer().status == httpx.codes.OK


@pytest.mark.parametrize("method", ["OPTIONS", "GET"])
@pytest.mark.parametrize("target", ["*", "http://127.0.0.1/livez", "http://127.0.0.1", "//", "/%00", "/%ff"])
def test_unusual_targets_are_answered(shared_server: LiveServer, method, target):
    with Wire(shared_server.port) as wire:
        wire.ask(method, target)
        assert wire.answer().status < httpx.codes.INTERNAL_SERVER_ERROR


def test_a_trailer_without_end_is_refused_while_others_are_served(shared_server: LiveServer):
    with Wire(shared_server.port) as wire, shared_server.client() as http:
        wire.ask("POST", "/login", [("Transfer-Encoding", "chunked"), ("Content-Type", "application/json")], b"0\r\n")
        started = time.monotonic()
        try:
            for _ in range(200):
                wire.send(b"A: " + b"a" * 16_000 + b"\r\n")
            answered = wire.answer().status == httpx.codes.REQUEST_HEADER_FIELDS_TOO_LARGE
        except ConnectionError:
            answered = True
        assert answered
        assert http.get("/livez").status_code == httpx.codes.OK
        assert time.monotonic() - started < 10


def test_a_whole_request_of_a_client_that_sends_no_more_is_answered(shared_server: LiveServer):
    with Wire(shared_server.port) as wire:
        wire.ask("GET", "/readyz")
        wire.socket.shutdown(1)
        assert wire.answer().status == httpx.codes.OK
        assert wire.is_closed()


def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(dispatcher, "BODY_SECONDS", 0.2)
    dripped = 0

    async def drip():
        nonlocal dripped
        dripped += 1
        await asyncio.sleep(0.05)
        return {"type": "http.request", "body": b"x", "more_body": True}

    async def read_all():
        read = dispatcher._limited(drip, 1000)
        while True:
            await read()

    with pytest.raises(HTTPException) as refused:
        asyncio.run(read_all())
    assert refused.value.status_code == 408
    assert dripped < 50


def test_whoever_waits_for_the_clients_leaving_may_wait(monkeypatch):
    monkeypatch.setattr(dispatcher, "BODY_SECONDS", 0.1)

    async def receive():
        return {"type": "http.request", "body": b"x", "more_body": False}

    async def leave():
        await asyncio.sleep(0.3)
        return {"type": "http.disconnect"}

    async def wait_for_both():
        sources = iter([receive, leave])
        read = dispatcher._limited(lambda: next(sources)(), 10)  # noqa: PLW0108
        return [(await read())["type"], (await read())["type"]]

    assert asyncio.run(wait_for_both()) == ["http.request", "http.disconnect"]
