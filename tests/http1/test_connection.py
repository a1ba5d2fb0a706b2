"""A connection under uploads, seen from its client: what came is kept, what is refused can be read, nothing hangs."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest

from parquay.http1 import ZERO_COPY, connection, listener
from raw_client import DATA, KIB, MIB, request, run, say, whole, zero_copy

# ------------------------------------------------------------------------------------------------ zero-copy bodies


@pytest.mark.parametrize("size", [1000, 64 * KIB, 2 * MIB, 16 * MIB])
def test_a_zero_copy_body_arrives_whole_and_the_connection_goes_on(size: int):
    found = []

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        found.append(await zero_copy(scope, size) if ZERO_COPY in scope["extensions"] else await whole(receive))
        await say(send)

    async def test(connect: Any) -> None:
        client = await connect()
        long, short = request(length=len(DATA)) + DATA, request(length=5) + b"short"
        await client.send(long + short + long)  # the bytes of each request follow at once
        for _ in range(3):
            assert (await client.answer())[0] == 200

    run(app, test)
    assert found == [DATA, b"short", DATA]


@pytest.mark.parametrize("pause_after", [1, 255 * KIB, 256 * KIB - 1, 3 * MIB])
def test_bytes_before_and_behind_the_switch_keep_their_order(pause_after: int):
    begun, found = asyncio.Event(), []

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await begun.wait()
        found.append(await zero_copy(scope))
        await say(send)

    async def test(connect: Any) -> None:
        client = await connect()
        client.writer.write(request(length=len(DATA)) + DATA[:pause_after])
        await asyncio.sleep(0.05)  # so that some of it is taken in by the parser
        begun.set()
        await client.send(DATA[pause_after:])
        assert (await client.answer())[0] == 200

    run(app, test)
    assert found == [DATA]


def test_a_zero_copy_body_that_is_all_there_before_it_is_asked_for():
    begun, found = asyncio.Event(), []
    data = DATA[: 256 * KIB]

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await begun.wait()
        found.append(await zero_copy(scope))
        await say(send)

    async def test(connect: Any) -> None:
        client = await connect()
        await client.send(request(length=len(data)) + data)
        await asyncio.sleep(0.05)
        begun.set()
        assert (await client.answer())[0] == 200

    run(app, test)
    assert found == [data]


def test_a_cut_zero_copy_body_gives_what_came_and_then_the_news():
    found: list[Any] = []
    done = asyncio.Event()

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        body, buffer = scope["extensions"][ZERO_COPY], bytearray(16 * MIB)
        try:
            for _ in range(9):
                found.append(await body.read_into(memoryview(buffer)[sum(found) :], 10))
        except ConnectionResetError:
            found.append(bytes(buffer[: sum(found)]))
        done.set()

    async def test(connect: Any) -> None:
        client = await connect()
        await client.send(request(length=len(DATA)) + DATA[: 5 * MIB])
        client.writer.close()
        await done.wait()

    run(app, test)
    assert found[-1] == DATA[: 5 * MIB]


def test_waiting_for_a_zero_copy_body_ends_in_time_or_when_woken_and_loses_nothing():
    found: list[Any] = []

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        body, buffer = scope["extensions"][ZERO_COPY], memoryview(bytearray(MIB))
        found.append(await body.read_into(buffer, 0.05))
        asyncio.get_running_loop().call_later(0.05, body.wake)
        started = time.monotonic()
        found.append(await body.read_into(buffer, 10))
        found.append(time.monotonic() - started < 5)
        await say(send, 104)

    async def test(connect: Any) -> None:
        client = await connect()
        await client.send(request(length=MIB))
        await client.reader.readuntil(b"\r\n\r\n")

    run(app, test)
    assert found == [None, None, True]


def test_what_came_until_the_time_was_over_is_given():
    found: list[int] = []

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        body, buffer = scope["extensions"][ZERO_COPY], memoryview(bytearray(2 * MIB))
        while sum(found) < 1000:
            found.append(await body.read_into(buffer, 0.05) or 0)
        await say(send)

    async def test(connect: Any) -> None:
        client = await connect()
        await client.send(request(length=MIB) + bytes(1000))
        assert (await client.answer())[0] == 200

    run(app, test)
    assert sum(found) == 1000


@pytest.mark.parametrize("fields", [("Transfer-Encoding: chunked",), ("Content-Length: 1000",)])
def test_short_bodies_and_those_in_chunks_go_the_usual_way(fields: tuple[str, ...]):
    found = []

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        found.append((ZERO_COPY in scope["extensions"], len(await whole(receive))))
        await say(send)

    async def test(connect: Any) -> None:
        client = await connect()
        body = b"3e8\r\n" + bytes(1000) + b"\r\n0\r\n\r\n" if "chunked" in fields[0] else bytes(1000)
        await client.send(request("POST", *fields) + body)
        assert (await client.answer())[0] == 200

    run(app, test)
    assert found == [(False, 1000)]


# ------------------------------------------------------------------------------------------------ clients that leave


def test_bytes_that_came_are_given_though_the_client_is_gone():
    gone, told, found = asyncio.Event(), asyncio.Event(), []

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await gone.wait()
        found.extend([await receive(), await receive()])
        told.set()

    async def test(connect: Any) -> None:
        client = await connect()
        await client.send(request(length=100_000) + DATA[:50_000])
        await asyncio.sleep(0.05)
        client.writer.close()
        await asyncio.sleep(0.05)
        gone.set()
        await asyncio.wait_for(told.wait(), 5)

    run(app, test)
    assert found[0] == {"type": "http.request", "body": DATA[:50_000], "more_body": True}
    assert found[1]["type"] == "http.disconnect"


# ------------------------------------------------------------------------------------------------ heads


async def no_app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await say(send)


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"GET / FTP/9\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nbroken\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400),
        (b"BREW / HTTP/1.1\r\n\r\n", 405),
        (b"GET / HTTP/1.1\r\nA: " + b"a" * 70_000 + b"\r\n\r\n", 431),
        (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\n\r\n", 431),
        (b"GET / HTTP/1.1\r\nA: " + b"a" * 900_000, 431),
    ],
)
def test_what_is_no_request_is_refused_by_name(head: bytes, status: int):
    async def test(connect: Any) -> None:
        client = await connect()
        await client.send(head)
        got, fields, body = await client.answer()
        assert got == status
        assert fields["content-type"] == "application/problem+json"
        assert b'"code"' in body
        assert await client.closed()

    run(no_app, test)


@pytest.mark.parametrize("begun", [b"", b"GET / HTTP/1.1\r\nHost"])
def test_a_head_that_does_not_come_ends_the_connection(monkeypatch, begun: bytes):
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.1)
    monkeypatch.setattr(listener, "DEADLINE_CHECK_SECONDS", 0.05)

    async def test(connect: Any) -> None:
        client = await connect()
        await client.send(begun)
        assert (await client.answer())[0] == 408
        assert await client.closed()

    run(no_app, test)


def test_a_quiet_connection_between_two_requests_is_kept(monkeypatch):
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.1)
    monkeypatch.setattr(listener, "DEADLINE_CHECK_SECONDS", 0.05)

    async def test(connect: Any) -> None:
        client = await connect()
        for _ in range(2):
            await client.send(request("GET"))
            assert (await client.answer())[0] == 200
            await asyncio.sleep(0.3)

    run(no_app, test)


def test_two_servers_share_a_port():
    first = listener._bound("127.0.0.1", 0)
    second = listener._bound("127.0.0.1", first.getsockname()[1])
    assert first.getsockname() == second.getsockname()
    for each in (first, second):
        each.close()
