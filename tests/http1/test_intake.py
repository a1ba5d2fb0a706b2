"""Requests one behind the other on one connection, cut anywhere: each is answered in its turn, with its own bytes.

The model is one list: which bytes belong to which request. Whatever the cuts, the pauses, the ways that a body is sent
and read, what the application was given of a request is the beginning of that request's own bytes, and all of them
where it says so.
"""

from __future__ import annotations

import asyncio
import random
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate, pairwise
from typing import Any

import pytest
import uvloop
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from parquay.http1 import ZERO_COPY
from raw_client import KIB, Client, request, run, say, serving, whole, zero_copy

SIZED, CHUNKED, ASKING = "sized", "chunked", "asking"
SENT = (SIZED, CHUNKED, ASKING)
"""How a body is sent; asking: with `Expect: 100-continue`, and without waiting for the answer."""

READ, ZERO_COPIED, UNREAD = "read", "zero_copy", "unread"

SIZES = st.sampled_from([0, 1, 1000, 20 * KIB, 256 * KIB - 1, 256 * KIB, 257 * KIB, 300 * KIB, 320 * KIB, 600 * KIB])


@dataclass(frozen=True)
class Sent:
    """One request: how long its body is, how it is sent, and how the application reads it, after how many seconds."""

    size: int
    way: str = SIZED
    read: str = ZERO_COPIED
    pause: float = 0.0
    piece: int = 64 * KIB

    def body(self, number: int) -> bytes:
        return random.Random(number).randbytes(self.size)

    def wire(self, number: int) -> bytes:
        body, fields = self.body(number), [f"N: {number}", f"Read: {self.read}", f"Wait: {self.pause}"]
        fields.append(f"Piece: {self.piece}")
        if self.way == ASKING and self.size:
            fields.append("Expect: 100-continue")
        if self.way != CHUNKED:
            return request("PATCH", *fields, length=self.size) + body
        pieces = [body[start : start + self.piece] for start in range(0, len(body), self.piece)]
        chunks = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
        return request("PATCH", *fields, "Transfer-Encoding: chunked") + chunks + b"0\r\nN: 99\r\n\r\n"


REQUESTS = st.lists(
    st.builds(
        Sent,
        SIZES,
        st.sampled_from(SENT),
        st.sampled_from([READ, ZERO_COPIED, ZERO_COPIED, UNREAD]),
        st.sampled_from([0.0, 0.0, 0.01]),
        st.sampled_from([4 * KIB, 64 * KIB, 2048 * KIB]),
    ),
    min_size=2,
    max_size=6,
)
Cut = tuple[int, int]
"""Where one packet ends: so many bytes behind the start of that request."""

CUTS = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from([1, 40, 60 * KIB, 250 * KIB]) | st.integers(0, 700 * KIB)), max_size=6
)
LONG = Sent(600 * KIB)


class Application:
    """Notes what it was given of each request, and answers with the number that the request's head has."""

    def __init__(self) -> None:
        self.given: dict[int, bytes] = {}

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        fields = dict(scope["headers"])
        number = int(fields[b"n"])
        assert number not in self.given, "a request was answered twice"
        self.given[number] = b""
        await asyncio.sleep(float(fields[b"wait"]))
        if fields[b"read"] != UNREAD.encode():
            with suppress(ConnectionResetError):
                is_zero_copy = ZERO_COPY in scope["extensions"] and fields[b"read"] == ZERO_COPIED.encode()
                reading = zero_copy(scope, int(fields[b"piece"])) if is_zero_copy else whole(receive)
                self.given[number] = await reading
        assert fields == dict(scope["headers"]), "a trailer has become a field"
        told = sha256(self.given[number]).hexdigest()
        await say(send, 200, told.encode(), (b"n", b"%d" % number))


async def send_cut(client: Client, data: bytes, places: list[int]) -> None:
    """Send in pieces that end at `places`; each is a packet of its own."""
    places = sorted({place for place in places if place < len(data)} | {0, len(data)})
    for start, end in pairwise(places):
        if client.writer.is_closing():  # by the server, in the pause; uvloop refuses to write then
            raise ConnectionResetError
        client.writer.write(data[start:end])
        await client.writer.drain()
        await asyncio.sleep(0.001)


async def answers(client: Client, count: int) -> list[tuple[int, str]]:
    """Read up to `count` answers, fewer when the connection ends."""
    told: list[tuple[int, str]] = []
    with suppress(asyncio.IncompleteReadError, ConnectionResetError):
        while len(told) < count:
            status, fields, body = await client.answer()
            if status == 200:
                told.append((int(fields["n"]), body.decode()))
            else:
                assert status == 100
    return told


def expected(number: int, sent: Sent) -> tuple[int, str]:
    return number, sha256(b"" if sent.read == UNREAD else sent.body(number)).hexdigest()


def play(
    requests: list[Sent], cuts: list[Cut], *, kept: int | None = None
) -> tuple[Application, list[tuple[int, str]]]:
    """Send `requests` on one connection, only the first `kept` bytes of them, and then nothing more."""

    async def start() -> list[tuple[int, str]]:
        async with asyncio.timeout(30), serving(app) as connect:
            client = await connect()
            wires = [sent.wire(number) for number, sent in enumerate(requests)]
            starts = list(accumulate(map(len, wires), initial=0))
            places = [starts[number] + behind for number, behind in cuts if number < len(requests)]
            reading = asyncio.ensure_future(answers(client, len(requests)))
            with suppress(ConnectionError):
                await send_cut(client, b"".join(wires)[:kept], places)
                if kept is not None and not client.writer.is_closing():
                    client.writer.write_eof()
            return await reading

    app = Application()
    return app, uvloop.run(start())


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(REQUESTS, CUTS)
@example([LONG, Sent(300 * KIB, pause=0.01), Sent(10)], [(1, 60 * KIB)])
@example([LONG, Sent(256 * KIB, read=READ), Sent(320 * KIB), Sent(0), Sent(300 * KIB, CHUNKED)], [(2, 250 * KIB)])
def test_each_request_is_answered_in_its_turn_with_its_own_bytes(requests: list[Sent], cuts: list[Cut]):
    app, told = play(requests, cuts)

    asked = [expected(number, sent) for number, sent in enumerate(requests)]
    assert told == asked[: len(told)]
    for number, got in app.given.items():
        assert requests[number].body(number).startswith(got)
    # A body that nobody wanted may end the connection; nothing else may.
    unread = [number for number, sent in enumerate(requests) if sent.read == UNREAD and sent.size]
    assert len(told) > (unread[0] if unread else len(requests) - 1)


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(REQUESTS, CUTS, st.integers(0, 3_000_000))
def test_what_came_whole_is_answered_and_what_was_cut_has_only_its_own_bytes(
    requests: list[Sent], cuts: list[Cut], place: int
):
    requests = [Sent(one.size, one.way, READ if one.read == UNREAD else one.read, one.pause) for one in requests]
    lengths = [len(sent.wire(number)) for number, sent in enumerate(requests)]
    kept = place % (sum(lengths) + 1)

    app, told = play(requests, cuts, kept=kept)

    count = next((number for number in range(len(lengths)) if sum(lengths[: number + 1]) > kept), len(lengths))
    assert told == [expected(number, sent) for number, sent in enumerate(requests[:count])]
    for number, got in app.given.items():
        assert requests[number].body(number).startswith(got)


@pytest.mark.parametrize("size", [256 * KIB, 280 * KIB, 300 * KIB])
@pytest.mark.parametrize("behind", [10, 100 * KIB, 300 * KIB])
def test_the_body_of_a_request_behind_another_is_never_taken_for_the_others(size: int, behind: int):
    app, told = play([LONG, Sent(size, pause=0.05), Sent(behind)], [(1, 60 * KIB)])

    assert [number for number, _ in told] == [0, 1, 2]
    assert app.given[1] == Sent(size).body(1)
    assert app.given[2] == Sent(behind).body(2)


def test_a_request_behind_one_that_ends_the_connection_is_not_begun():
    begun = []

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        begun.append(await whole(receive))
        await say(send)

    async def test(connect: Any) -> None:
        client = await connect()
        await client.send(request("POST", "Connection: close", length=1) + b"1" + request("POST", length=1) + b"2")
        assert (await client.answer())[0] == 200
        assert await client.closed()
        client = await connect()
        old = request("POST", length=1).replace(b"1.1", b"1.0")
        await client.send(old + b"3" + request("POST", length=1) + b"4")
        assert (await client.answer())[0] == 200
        assert await client.closed()

    run(app, test)
    assert begun == [b"1", b"3"]


def test_no_more_requests_than_a_hundred_wait_for_their_turn():
    free, begun = asyncio.Event(), []

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        begun.append(1)
        await free.wait()
        await say(send)

    async def test(connect: Any) -> None:
        client = await connect()
        await client.send(request("GET") * 1000)
        await asyncio.sleep(0.05)
        free.set()
        fields = [(await client.answer())[1] for _ in range(101)]
        assert [one.get("connection") for one in fields] == [None] * 100 + ["close"]
        assert await client.closed()

    run(app, test)
    assert len(begun) == 101


def test_everybody_hears_that_the_client_is_gone_though_another_request_waits():
    gone = asyncio.Event()

    async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        gone.set()

    async def test(connect: Any) -> None:
        client = await connect()
        await client.send(request("GET"))
        await asyncio.sleep(0.02)
        await client.send(request("GET"))
        await asyncio.sleep(0.02)
        client.reset()
        await asyncio.wait_for(gone.wait(), 5)

    run(app, test)
