"""Requests that RFC 9110 and 9112 want refused, and connections on which nothing comes: all are answered, or closed."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from http1.framed import CHUNKED, app, send_in
from parquay.http1.framing import HEAD_BYTES, ChunkBudget, fault, is_host, origin_form, without_upgrade
from raw_client import KIB, MIB, request, run, say, whole

HOST = (b"host", b"a")


# ------------------------------------------------------------------------------------------------ the rules


@pytest.mark.parametrize("host", [b"a", b"a:80", b"127.0.0.1:8000", b"[::1]:8000", b"x_y.example", b"a:", b"xn--a.b"])
def test_hosts(host: bytes):
    assert is_host(host)
    assert fault("1.1", "GET", [(b"host", host)]) is None


@pytest.mark.parametrize(
    "host",
    [b"", b" ", b"a b", b"a/b", b"u@a", b"a:b", b"a:70000", b"[::1", b"a,b", b"http://a", b"a?x", b"\xff", b"a:1:2"],
)
def test_what_is_no_host(host: bytes):
    found = fault("1.1", "GET", [(b"host", host)])
    assert found is not None
    assert found.status == 400


@pytest.mark.parametrize(
    ("version", "headers", "status"),
    [
        ("1.1", [], 400),
        ("1.0", [], None),
        ("1.1", [HOST, HOST], 400),
        ("1.0", [HOST, HOST], 400),
        ("2.0", [HOST], 505),
        ("0.9", [], 505),
        ("1.1", [HOST, (b"content-length", b"0")], None),
        ("1.1", [HOST, (b"content-length", b"+1")], 400),
        ("1.1", [HOST, (b"content-length", b"1, 1")], 400),
        ("1.1", [HOST, (b"content-length", b"")], 400),
        ("1.1", [HOST, (b"content-length", b"9" * 19)], 400),
        ("1.1", [HOST, (b"content-length", b"1"), (b"content-length", b"1")], 400),
        ("1.1", [HOST, (b"content-length", b"1"), (b"transfer-encoding", b"chunked")], 400),
        ("1.0", [HOST, (b"transfer-encoding", b"chunked")], 400),
        ("1.1", [HOST, (b"transfer-encoding", b"Chunked")], None),
        ("1.1", [HOST, (b"transfer-encoding", b"gzip, chunked")], 501),
        ("1.1", [HOST, (b"transfer-encoding", b"gzip"), (b"transfer-encoding", b"chunked")], 501),
        ("1.1", [HOST, (b"transfer-encoding", b"identity, chunked")], 501),
        ("1.1", [HOST, (b"transfer-encoding", b"chunked, chunked")], 400),
        ("1.1", [HOST, (b"transfer-encoding", b"chunked, gzip")], 400),
        ("1.1", [HOST, (b"transfer-encoding", b"gzip")], 400),
        ("1.1", [HOST, (b"transfer-encoding", b"xchunked")], 400),
        ("1.1", [HOST, (b"transfer-encoding", b"")], 400),
    ],
)
def test_heads_whose_request_has_no_certain_end_or_host(version: str, headers: list[Any], status: int | None):
    found = fault(version, "POST", headers)
    assert (found and found.status) == status


def test_a_target_may_name_its_host():
    assert origin_form(b"http://b:1/x?y") == (b"/x?y", b"b:1")
    assert origin_form(b"HTTP://b") == (b"/", b"b")
    assert origin_form(b"http://b?q") == (b"/?q", b"b")
    assert origin_form(b"/x?u=http://b/") == (b"/x?u=http://b/", None)


def test_a_head_without_its_wish_for_another_protocol():
    fields = [HOST, (b"connection", b"Upgrade, HTTP2-Settings"), (b"upgrade", b"h2c"), (b"content-length", b"3")]
    plain = without_upgrade("1.1", "POST", b"/x", fields)
    assert plain == b"POST /x HTTP/1.1\r\nhost: a\r\nconnection: HTTP2-Settings\r\ncontent-length: 3\r\n\r\n"


def test_chunks_may_have_as_much_around_them_as_honest_ones_need():
    budget = ChunkBudget()
    for _ in range(100_000):
        budget.chunk()
        budget.data(1)
        assert budget.spend(6)
    assert budget.spend(HEAD_BYTES)  # what was saved is not more than one trailer's worth
    assert not budget.spend(1)


async def refused(client: Any, status: int) -> None:
    async with asyncio.timeout(5):
        got, fields, _ = await client.answer()
        assert got == status
        assert fields["content-type"] == "application/problem+json"
        assert await client.closed()


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a b\r\n\r\n", 400),
        (b"GET http://u@b/ HTTP/1.1\r\nHost: a\r\n\r\n", 400),
        (b"CONNECT b:443 HTTP/1.1\r\nHost: b:443\r\n\r\n", 405),
        (b"GET / HTTP/2.0\r\nHost: a\r\n\r\n", 505),
        (b"GET / HTTP/3.1\r\nHost: a\r\n\r\n", 505),
        (b"GET / HTTP/0.9\r\nHost: a\r\n\r\n", 505),
        (b"POST / HTTP/9.9\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n", 505),
        (b"GET /\r\n\r\n", 505),
        (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505),
        (b"GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400),
        (b"GET / HTTP/11.1\r\nHost: a\r\n\r\n", 400),
        (b"GET / HTTP/1.2\r\n\r\n", 400),
        (b"GET / http/1.1\r\nHost: a\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nA: b\r\n c\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a\r\nA : b\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400),
        (b"GET / HTTP/1.1\nHost: a\n\n", 400),
        (request("POST", "Transfer-Encoding: gzip, chunked") + b"0\r\n\r\n", 501),
        (request("POST", "Transfer-Encoding: gzip") + b"0\r\n\r\n", 400),
        (request("POST", "Transfer-Encoding: chunked, gzip") + b"0\r\n\r\n", 400),
        (request("POST", "Transfer-Encoding: chunked", "Content-Length: 3") + b"0\r\n\r\n", 400),
        (request("POST", "Transfer-Encoding: chunked").replace(b"1.1", b"1.0") + b"0\r\n\r\n", 400),
        (CHUNKED + b"1 \r\nx\r\n0\r\n\r\n", 400),
        (CHUNKED + b"1\r\nxy\r\n0\r\n\r\n", 400),
        (CHUNKED + b"-1\r\nx\r\n0\r\n\r\n", 400),
        (CHUNKED + b"f" * 17 + b"\r\n", 400),
        (
            request("GET", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", length=5)
            + b"hello",
            400,
        ),
        (request("GET", "Connection: Upgrade", "Upgrade: websocket", "Transfer-Encoding: chunked") + b"0\r\n\r\n", 400),
        (request("POST", "Connection: Upgrade", "Upgrade: websocket"), 400),
    ],
)
def test_what_could_be_read_in_two_ways_is_refused_and_ends_the_connection(sent: bytes, status: int):
    async def test(connect: Any) -> None:
        client = await connect()
        await client.send(sent)
        await refused(client, status)
        # Behind a request that waits for its turn it is refused in its own, and that one is answered.
        client = await connect()
        await client.send(request("POST", length=2) + b"ok" + sent)
        assert (await client.answer())[2] == b"/files/x ok"
        await refused(client, status)

    run(app, test)


@pytest.mark.parametrize("version", ["1.2", "1.9"])
def test_a_later_minor_version_is_taken_as_the_one_that_is_spoken(version: str):
    # "SHOULD process the message as if it was in the highest minor version within that major version to which the
    # recipient is conformant": its connection is kept, its chunks are read.
    async def told(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await say(send, 200, scope["http_version"].encode() + b" " + await whole(receive))

    async def test(connect: Any) -> None:
        client = await connect()
        plain = request("POST", length=2) + b"ok"
        for sent in (
            plain,
            CHUNKED + b"2\r\nok\r\n0\r\n\r\n",
            request("POST", "Connection: Upgrade", "Upgrade: h2c", length=2) + b"ok",
        ):
            asked = sent.replace(b"HTTP/1.1", b"HTTP/" + version.encode())
            await client.send(asked + asked)
            for _ in range(2):
                assert (await client.answer())[::2] == (200, b"1.1 ok")

    run(told, test)


@pytest.mark.parametrize("upgrade", ["h2c", "foo/1", "websocket, foo", "TLS/1.0"])
@pytest.mark.parametrize("length", [None, 5, 300 * KIB])
def test_a_protocol_that_is_not_spoken_is_not_missed(upgrade: str, length: int | None):
    async def test(connect: Any) -> None:
        client = await connect()
        body = b"x" * (length or 0)
        asking = request("POST", "Connection: Upgrade, HTTP2-Settings", f"Upgrade: {upgrade}", length=length)
        await client.send(asking + body + request("POST", length=2) + b"ok")
        assert (await client.answer())[2] == b"/files/x " + body
        assert (await client.answer())[2] == b"/files/x ok"
        await client.send(asking + body)
        assert (await client.answer())[2] == b"/files/x " + body

    run(app, test)


def test_a_websocket_waits_for_no_answer_before_its_own():
    free = asyncio.Event()

    async def slow(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await free.wait()
        await say(send, 200, b"slow")

    async def test(connect: Any) -> None:
        client = await connect()
        key = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
        opening = request("GET", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", key)
        await client.send(request("GET") + opening)
        free.set()
        assert (await client.answer())[2] == b"slow"
        await refused(client, 400)

    run(slow, test)


def test_a_target_that_names_a_host_is_answered_as_that_host():
    async def told(scope: dict[str, Any], receive: Any, send: Any) -> None:
        await say(send, 200, scope["raw_path"] + b" " + dict(scope["headers"])[b"host"])

    async def test(connect: Any) -> None:
        client = await connect()
        await client.send(b"GET http://b:1/x HTTP/1.1\r\nHost: a\r\n\r\n")
        assert (await client.answer())[2] == b"/x b:1"

    run(told, test)


def test_a_trailer_is_no_head():
    seen = []

    async def told(scope: dict[str, Any], receive: Any, send: Any) -> None:
        body = await whole(receive)
        seen.append([name for name, _ in scope["headers"]])
        await say(send, 200, body)

    async def test(connect: Any) -> None:
        client = await connect()
        await client.send(
            CHUNKED + b"1;a=b\r\nx\r\n0\r\nAuthorization: Bearer x\r\n\r\n" + request("POST", length=1) + b"y"
        )
        assert [(await client.answer())[2] for _ in range(2)] == [b"x", b"y"]

    run(told, test)
    assert seen == [[b"host", b"transfer-encoding"], [b"host", b"content-length"]]


@pytest.mark.parametrize(
    "piece",
    [
        b"0\r\nA: " + b"a" * 100 * KIB,
        b"0\r\n" + b"A: a\r\n" * 20_000,
        b"1;" + b"a" * 100 * KIB,
        b"0" * 100 * KIB,
        b"1;" + b"a" * 4000 + b"\r\nx\r\n",
    ],
)
@pytest.mark.parametrize("step", [1 * KIB, 64 * KIB, 16 * MIB])
def test_what_a_body_in_chunks_has_besides_its_data_is_limited(piece: bytes, step: int):
    async def test(connect: Any) -> None:
        client = await connect()
        data = CHUNKED + piece * (1 + 200_000 // len(piece))
        sending = asyncio.ensure_future(send_in(client, data, step))
        await refused(client, 431)
        sending.cancel()

    run(app, test)
