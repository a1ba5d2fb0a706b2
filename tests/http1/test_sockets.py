"""Requests that ask for a WebSocket and get none: answers like all others, and nothing in the log."""

from __future__ import annotations

import asyncio
import json
import logging
from typing import Any

import pytest

from raw_client import run

KEY = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
VERSION = "Sec-WebSocket-Version: 13"
DENIED = json.dumps({"code": "denied"}).encode()


def opening(*fields: str, target: str = "/ws") -> bytes:
    lines = [f"GET {target} HTTP/1.1", "Host: localhost", "Connection: Upgrade", "Upgrade: websocket", *fields]
    return "\r\n".join([*lines, "", ""]).encode()


async def deny(scope: dict[str, Any], receive: Any, send: Any) -> None:
    headers = [(b"content-type", b"application/problem+json")]
    await send({"type": "websocket.http.response.start", "status": 401, "headers": headers})
    await send({"type": "websocket.http.response.body", "body": DENIED})


async def fail(scope: dict[str, Any], receive: Any, send: Any) -> None:
    raise RuntimeError("on purpose")


def refused(app: Any, sent: bytes) -> tuple[int, dict[str, str], dict[str, object]]:
    """Send an opening; return the answer, after which the connection must be closed."""
    found = []

    async def test(connect: Any) -> None:
        client = await connect()
        await client.send(sent)
        found.append(await client.answer())
        async with asyncio.timeout(5):
            assert await client.closed()

    run(app, test)
    status, fields, body = found[0]
    assert fields["content-type"] == "application/problem+json"
    return status, fields, json.loads(body)


def test_an_application_that_refuses_has_answered(caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.WARNING):
        status, _, told = refused(deny, opening(KEY, VERSION))

    assert (status, told) == (401, {"code": "denied"})
    assert caplog.records == []


def test_an_application_that_fails_is_noted(caplog: pytest.LogCaptureFixture):
    status, _, told = refused(fail, opening(KEY, VERSION))

    assert (status, told["code"]) == (500, "internal_error")
    assert "on purpose" in caplog.text


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        (b"\x81\x82\0\0\0\0\xff\xfe", 1007),
        (b"\x01\x81\0\0\0\0\xc3\x80\x81\0\0\0\0a", 1007),
        (b"\x81\x01a", 1002),
    ],
    ids=["no UTF-8", "no UTF-8 in two pieces", "unmasked"],
)
def test_a_message_that_is_none_ends_the_socket_and_is_no_error_of_the_server(
    frames: bytes, code: int, caplog: pytest.LogCaptureFixture
):
    heard: list[dict[str, Any]] = []

    async def listen(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"type": "websocket.accept"})
        while not heard or heard[-1]["type"] != "websocket.disconnect":
            heard.append(await receive())

    async def test(connect: Any) -> None:
        client = await connect()
        await client.send(opening(KEY, VERSION))
        assert (await client.answer())[0] == 101
        await client.send(b"\x81\x81\0\0\0\0a" + frames)
        assert (await client.reader.read())[2:4] == code.to_bytes(2, "big")

    with caplog.at_level(logging.WARNING):
        run(listen, test)

    assert {each.get("text") for each in heard} <= {None, "a"}
    assert heard[-1]["type"] == "websocket.disconnect"
    assert caplog.records == []


@pytest.mark.parametrize(
    ("fields", "named"),
    [
        ([VERSION], "Sec-WebSocket-Key"),
        (["Sec-WebSocket-Key: xx", VERSION], "Sec-WebSocket-Key"),
        ([KEY, KEY, VERSION], "Sec-WebSocket-Key"),
        ([KEY, VERSION, "Sec-WebSocket-Protocol: ,;;"], "Sec-WebSocket-Protocol"),
        ([KEY, VERSION, "Connection: ;;"], "Connection"),
    ],
)
def test_half_a_handshake_is_named(fields: list[str], named: str, caplog: pytest.LogCaptureFixture):
    with caplog.at_level(logging.WARNING):
        status, _, told = refused(deny, opening(*fields))

    assert (status, told["status"], told["code"]) == (400, 400, "bad_request")
    assert named in str(told["detail"])
    assert "xx" not in str(told["detail"])
    assert caplog.records == []


@pytest.mark.parametrize("version", [[], ["Sec-WebSocket-Version: 8"], [VERSION, VERSION]])
def test_another_version_is_told_the_right_one(version: list[str]):
    status, fields, told = refused(deny, opening(KEY, *version))

    assert (status, told["code"]) == (426, "websocket_version")
    assert (fields["sec-websocket-version"], fields["upgrade"]) == ("13", "websocket")


@pytest.mark.parametrize(
    "sent",
    [
        opening(KEY, VERSION, *[f"X-{n}: 1" for n in range(200)]),
        opening(KEY, VERSION, "Cookie: " + "a" * 9000),
        opening(KEY, VERSION, target="/ws?" + "a" * 9000),
    ],
    ids=["many fields", "a long field", "a long target"],
)
def test_a_head_that_is_too_large_for_a_websocket_is_answered(sent: bytes):
    status, _, told = refused(deny, sent)

    assert (status, told["code"]) == (431, "head_too_large")
