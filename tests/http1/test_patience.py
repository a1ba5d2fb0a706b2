"""Connections that cost: endless, silent, or gone."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from http1.framed import CHUNKED, app, send_in
from parquay.http1 import connection, exchange
from raw_client import KIB, MIB, request, run, say, until, whole


def test_an_endless_trailer_costs_no_more_than_its_bytes_and_holds_up_nobody():
    async def test(connect: Any) -> None:
        client, other = await connect(), await connect()
        await client.send(CHUNKED + b"0\r\nA: ")
        answer = asyncio.ensure_future(client.answer())
        sending = asyncio.ensure_future(send_in(client, b"a" * 32 * MIB, 64 * KIB))
        slowest = 0.0
        while not sending.done():
            started = time.monotonic()
            await other.send(request("GET"))
            assert (await other.answer())[0] == 200
            slowest = max(slowest, time.monotonic() - started)
        assert slowest < 2
        assert (await answer)[0] == 431

    run(app, test)


def test_tiny_chunks_are_an_honest_body():
    async def test(connect: Any) -> None:
        client = await connect()
        await client.send(CHUNKED + b"1\r\nx\r\n" * 50_000 + b"0\r\nT: " + b"t" * 1000 + b"\r\n\r\n")
        assert (await client.answer())[2] == b"/files/x " + b"x" * 50_000

    run(app, test)


# ------------------------------------------------------------------------------------------------ nothing waits forever


def test_a_client_that_stops_sending_still_gets_its_answers():
    async def slow(scope: dict[str, Any], receive: Any, send: Any) -> None:
        body = await whole(receive)
        await asyncio.sleep(0.1)
        await say(send, 200, body)

    async def test(connect: Any) -> None:
        client = await connect()
        await client.send(
            request("POST", length=1) + b"1" + request("POST", length=1) + b"2" + request("POST", length=9)
        )
        client.writer.write_eof()
        assert [(await client.answer())[2] for _ in range(2)] == [b"1", b"2"]
        assert await client.closed()

    run(slow, test)


def test_who_waits_for_a_client_that_stopped_sending_hears_soon_that_it_may_be_gone(monkeypatch):
    monkeypatch.setattr(connection, "HALF_CLOSED_SECONDS", 0.2)
    heard = asyncio.Event()

    async def watching(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await whole(receive)
        assert (await receive())["type"] == "http.disconnect"
        heard.set()
        await say(send, 200, b"late")

    async def test(connect: Any) -> None:
        client = await connect()
        await client.send(request("POST", length=1) + b"1")
        client.writer.write_eof()
        await asyncio.wait_for(heard.wait(), 5)
        assert (await client.answer())[2] == b"late"

    run(watching, test)


def test_an_endless_answer_ends_when_its_client_stops_sending():
    ended = asyncio.Event()

    async def stream(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/event-stream")]})
        await send({"type": "http.response.body", "body": b": hello\n\n", "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass
        ended.set()

    async def test(connect: Any) -> None:
        client = await connect()
        await client.send(request("GET"))
        await client.reader.readuntil(b"hello")
        client.writer.write_eof()
        await asyncio.wait_for(ended.wait(), 5)

    run(stream, test)


@pytest.mark.parametrize("sent", [b"", b"\r\n", request("GET") + b"\r\n\r\n", request("PATCH", length=300 * KIB)])
def test_a_connection_without_a_request_is_closed(sent: bytes, monkeypatch):
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr(connection, "IDLE_SECONDS", 0.3)
    monkeypatch.setattr(exchange, "LINGER_SECONDS", 5.0)

    async def early(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if "content-length" in str(scope["headers"]):
            await scope["extensions"]["parquay.zero_copy_body"].read_into(memoryview(bytearray(10)), 0.01)
        await say(send)

    async def test(connect: Any) -> None:
        client = await connect()
        await client.send(sent)
        if b"PATCH" in sent:
            await asyncio.sleep(0.2)  # answered before its body, which then comes
            await client.send(bytes(300 * KIB))
        async with asyncio.timeout(10):
            if b"HTTP" in sent:
                assert (await client.answer())[0] == 200
            else:
                assert (await client.answer())[0] == 408
            assert await client.closed()

    run(early, test)


def test_a_client_that_reads_nothing_is_not_waited_for(monkeypatch):
    monkeypatch.setattr(connection, "STUCK_SECONDS", 0.3)
    ended = []

    async def large(scope: dict[str, Any], receive: Any, send: Any) -> None:
        try:
            await send(
                {"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"%d" % (1 << 30))]}
            )
            for _ in range(1 << 10):
                await send({"type": "http.response.body", "body": bytes(1 << 20), "more_body": True})
        finally:
            ended.append(1)

    async def test(connect: Any) -> None:
        client = await connect()
        client.writer.transport.pause_reading()
        await client.send(request("GET"))
        await until(lambda: ended)

    run(large, test)


def test_a_body_that_comes_to_a_connection_that_is_gone_is_not_waited_for():
    taken, found = asyncio.Event(), []

    async def late(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await taken.wait()
        body, buffer = scope["extensions"]["parquay.zero_copy_body"], memoryview(bytearray(MIB))
        try:
            while True:
                found.append(await body.read_into(buffer, 20))
        except ConnectionResetError:
            found.append("gone")

    async def test(connect: Any) -> None:
        client = await connect()
        await client.send(request(length=MIB) + bytes(1000))
        await asyncio.sleep(0.05)
        client.reset()
        await asyncio.sleep(0.05)
        taken.set()
        await until(lambda: "gone" in found)

    run(late, test)
    assert found == [1000, "gone"]
