"""Answers before the body of their request, and of requests that came whole."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
import uvloop

from parquay.http1 import INTERIM, ZERO_COPY, exchange, listener
from parquay.http1.listener import Listener
from raw_client import DATA, KIB, MIB, Client, request, run, say, until, whole, zero_copy

# ------------------------------------------------------------------------------------------------ early answers


@pytest.mark.parametrize("length", [100_000, 3 * MIB, 9 * MIB, None])
@pytest.mark.parametrize("closing", [True, False])
def test_an_answer_ahead_of_the_body_can_be_read_while_it_is_sent(length: int | None, closing: bool):
    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await say(send, 409, b"no", *([(b"connection", b"close")] if closing else []))

    async def test(connect: Any) -> None:
        client = await connect()
        fields = ("Transfer-Encoding: chunked",) if length is None else ()
        await client.send(request("PATCH", *fields, length=length))
        body = b"200000\r\n" + DATA[: 2 * MIB] + b"\r\n0\r\n\r\n" if length is None else DATA[:length]
        for start in range(0, min(len(body), 3 * MIB), 64 * KIB):
            await client.send(body[start : start + 64 * KIB])
        status, _, text = await client.answer()
        assert (status, text) == (409, b"no")
        if closing:
            assert await client.closed()

    run(app, test)


def test_a_connection_whose_early_answered_body_was_short_goes_on():
    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await say(send, 409)

    async def test(connect: Any) -> None:
        client = await connect()
        for _ in range(3):
            await client.send(request(length=300 * KIB) + DATA[: 300 * KIB])
            assert (await client.answer())[0] == 409

    run(app, test)


def test_a_connection_whose_early_answered_body_never_ends_is_closed_soon(monkeypatch):
    monkeypatch.setattr(exchange, "LINGER_SECONDS", 0.2)

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await say(send, 409)

    async def test(connect: Any) -> None:
        for length in (1000, 9 * MIB):
            client = await connect()
            await client.send(request(length=length) + b"some")
            assert (await client.answer())[0] == 409
            async with asyncio.timeout(5):
                assert await client.closed()

    run(app, test)


# ------------------------------------------------------------------------------------------------ 1xx


@pytest.mark.parametrize("length", [1000, MIB])
def test_a_client_that_asks_first_is_told_to_go_on_when_its_body_is_wanted(length: int):
    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        data = await zero_copy(scope) if ZERO_COPY in scope["extensions"] else await whole(receive)
        await say(send, 200, b"%d" % len(data))

    async def test(connect: Any) -> None:
        client = await connect()
        await client.send(request("PATCH", "Expect: 100-continue", length=length))
        assert (await client.answer())[0] == 100
        await client.send(DATA[:length])
        assert (await client.answer())[2] == b"%d" % length

    run(app, test)


@pytest.mark.parametrize("length", [1000, MIB])
def test_a_client_that_asks_first_is_refused_without_its_body(length: int):
    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await say(send, 401)

    async def test(connect: Any) -> None:
        client = await connect()
        started = time.monotonic()
        await client.send(request("PATCH", "Expect: 100-continue", length=length))
        assert (await client.answer())[0] == 401
        assert await client.closed()
        assert time.monotonic() - started < exchange.LINGER_SECONDS

    run(app, test)


def test_interim_answers_come_first():
    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await scope["extensions"][INTERIM](104, [(b"location", b"/files/x")])
        await say(send, 201)
        await scope["extensions"][INTERIM](104, [])

    async def test(connect: Any) -> None:
        client = await connect()
        await client.send(request("POST") + request("POST"))
        for _ in range(2):
            status, fields, _ = await client.answer()
            assert (status, fields["location"]) == (104, "/files/x")
            assert (await client.answer())[0] == 201

    run(app, test)


# ------------------------------------------------------------------------------------------------ the fast path


async def told_by_app(_scope: dict[str, Any], receive: Any, send: Any) -> None:
    await say(send, 200, b"app " + await whole(receive))


def test_a_request_that_came_whole_is_offered_first_and_its_connection_goes_on():
    def fast_path(scope: dict[str, Any], body: bytes, reply: Any) -> bool:
        if scope["method"] != "POST":
            return False
        reply(201, [(b"location", b"/x")], b"fast_path " + body)
        return True

    async def test(connect: Any) -> None:
        client = await connect()
        for method, expected in (("POST", b"fast_path abc"), ("PATCH", b"app abc"), ("POST", b"fast_path abc")):
            await client.send(request(method, length=3) + b"abc")
            status, fields, body = await client.answer()
            assert (status, body) == (201 if method == "POST" else 200, expected)
            assert ("date" in fields, fields.get("location")) == (True, "/x" if method == "POST" else None)

    run(told_by_app, test, fast_path)


@pytest.mark.parametrize("cut", [10, -1], ids=["in its head", "in its body"])
def test_a_request_that_comes_in_pieces_goes_to_the_application_unless_it_is_whole_with_its_head(cut: int):
    offered = []

    def fast_path(_scope: dict[str, Any], body: bytes, reply: Any) -> bool:
        offered.append(body)
        reply(201, [], b"fast_path")
        return True

    async def test(connect: Any) -> None:
        client = await connect()
        data = request("POST", length=3) + b"abc"
        await client.send(data[:cut])
        await asyncio.sleep(0.05)  # the rest is another packet
        await client.send(data[cut:])
        assert (await client.answer())[2] == (b"fast_path" if cut > 0 else b"app abc")

    run(told_by_app, test, fast_path)
    assert offered == ([b"abc"] if cut > 0 else [])


def test_an_answer_that_takes_time_holds_up_the_requests_behind_it():
    replies = []

    def fast_path(scope: dict[str, Any], body: bytes, reply: Any) -> bool:
        replies.append(lambda: reply(201, [], b"fast_path " + body))
        return bool(scope["method"] == "POST")

    async def test(connect: Any) -> None:
        client = await connect()
        await client.send(request("POST", length=1) + b"1" + request("PATCH", length=1) + b"2")
        await until(lambda: replies)
        replies.pop(0)()
        assert [(await client.answer())[2] for _ in range(2)] == [b"fast_path 1", b"app 2"]
        await client.send(request("POST", length=1) + b"3")
        await until(lambda: replies)
        replies.pop(0)()
        assert (await client.answer())[2] == b"fast_path 3"

    run(told_by_app, test, fast_path)


def test_an_answer_for_a_client_that_is_gone_is_dropped():
    replies = []

    def fast_path(_scope: dict[str, Any], _body: bytes, reply: Any) -> bool:
        replies.append(reply)
        return True

    async def test(connect: Any) -> None:
        client, other = await connect(), await connect()
        await client.send(request("POST", length=1) + b"1")
        await until(lambda: replies)
        client.reset()
        await asyncio.sleep(0.05)
        replies.pop()(201, [], b"")
        await other.send(request("POST", length=1) + b"1")
        await until(lambda: replies)
        replies.pop()(204, [], b"")
        assert (await other.answer())[0] == 204

    run(told_by_app, test, fast_path)


def test_a_server_that_stops_waits_for_what_it_has_taken():
    replies = []

    def fast_path(_scope: dict[str, Any], _body: bytes, reply: Any) -> bool:
        replies.append(reply)
        return True

    async def start() -> None:
        bound = listener._bound("127.0.0.1", 0)
        server = Listener(told_by_app, "", 0, fast_path=fast_path)
        server.config.lifespan = "off"
        running = asyncio.create_task(server.serve([bound]))
        await server.listens.wait()
        client = Client(*await asyncio.open_connection(*bound.getsockname()))
        await client.send(request("POST", length=1) + b"1")
        await until(lambda: replies)
        server.stop()
        await until(lambda: not server.servers[0].is_serving())
        replies.pop()(201, [], b"kept")
        status, fields, body = await client.answer()
        assert (status, fields["connection"], body) == (201, "close", b"kept")
        assert await client.closed()
        client.reset()
        await running

    uvloop.run(start())
