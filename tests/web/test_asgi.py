"""The raw side of uploads: a body that can be waited for without losing bytes, and where the server is seen to be."""

from __future__ import annotations

import asyncio
import ipaddress
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from parquay.uploads.receive.body import BodyCut
from parquay.web.http.asgi import DRAIN_BYTES, AsgiBody, Origin, cors, leaving, problem

PROXY = Origin(proxies=(ipaddress.ip_network("10.0.0.0/8"),))


class Server:
    """Gives messages when it is asked; counts how often somebody gave up asking."""

    def __init__(self, *messages: dict[str, object]) -> None:
        self.queue: asyncio.Queue[dict[str, object]] = asyncio.Queue()
        for message in messages:
            self.queue.put_nowait(message)
        self.cancelled = 0

    async def receive(self) -> dict[str, object]:
        try:
            return await self.queue.get()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise


def chunk(data: bytes, more: bool = True) -> dict[str, object]:
    return {"type": "http.request", "body": data, "more_body": more}


def run(test: Callable[[Server, AsgiBody], Awaitable[object]], *messages: dict[str, object]) -> None:
    async def start() -> None:
        server = Server(*messages)
        await test(server, AsgiBody(server.receive))

    asyncio.run(start())


def test_a_body_is_read_to_its_end():
    async def test(_server: Server, body: AsgiBody) -> None:
        assert [await body.read(1) for _ in range(4)] == [b"one", b"two", b"", b""]
        assert body.ended

    run(test, chunk(b"one"), chunk(b"two", more=False))


def test_an_empty_chunk_is_no_end():
    async def test(_server: Server, body: AsgiBody) -> None:
        assert [await body.read(1) for _ in range(3)] == [None, b"one", b""]

    run(test, chunk(b""), chunk(b"one"), chunk(b"", more=False))


def test_a_client_that_is_gone_is_told_once_its_bytes_are_read():
    async def test(_server: Server, body: AsgiBody) -> None:
        assert await body.read(1) == b"one"
        with pytest.raises(BodyCut):
            await body.read(1)
        assert await body.read(1) == b""

    run(test, chunk(b"one"), {"type": "http.disconnect"})


def test_waiting_is_over_after_its_time_and_loses_nothing():
    async def test(server: Server, body: AsgiBody) -> None:
        started = time.monotonic()
        assert await body.read(0.05) is None
        assert time.monotonic() - started < 2
        server.queue.put_nowait(chunk(b"late"))
        assert await body.read(5) == b"late"
        assert server.cancelled == 0

    run(test)


def test_a_wake_ends_the_waiting_and_loses_nothing():
    async def test(server: Server, body: AsgiBody) -> None:
        reading = asyncio.ensure_future(body.read(60))
        await asyncio.sleep(0.01)
        body.wake()
        assert await reading is None
        body.wake()
        assert await body.read(60) is None
        server.queue.put_nowait(chunk(b"late"))
        assert await body.read(5) == b"late"
        assert server.cancelled == 0

    run(test)


def test_a_short_rest_is_drained():
    async def test(server: Server, body: AsgiBody) -> None:
        await body.drain()
        assert body.ended
        assert server.queue.empty()

    run(test, *[chunk(bytes(1000))] * 50, chunk(b"", more=False))


def test_a_long_rest_is_left():
    async def test(server: Server, body: AsgiBody) -> None:
        await body.drain()
        assert not body.ended
        assert 0 < server.queue.qsize() < 20

    run(test, *[chunk(bytes(1 << 20))] * 20)


def test_a_rest_that_does_not_come_is_not_waited_for_long():
    async def test(_server: Server, body: AsgiBody) -> None:
        started = time.monotonic()
        await body.drain()
        assert time.monotonic() - started < 3
        body.close()

    run(test, chunk(b"one"))


# ----------------------------------------------------------------------------- where the server is seen to be


def scope(client: str = "10.1.2.3", **headers: str) -> dict[str, object]:
    fields = [(name.replace("_", "-").encode(), value.encode("latin-1")) for name, value in headers.items()]
    return {"type": "http", "scheme": "http", "client": (client, 1), "headers": fields, "http_version": "1.1"}


@pytest.mark.parametrize(
    ("origin", "asked", "base"),
    [
        (Origin(), scope(host="a.example"), "http://a.example"),
        (Origin(), scope(host="[::1]:8000"), "http://[::1]:8000"),
        (Origin("https://b.example/x/"), scope(host="a.example"), "https://b.example/x"),
        (PROXY, scope(host="a", x_forwarded_host="c.example", x_forwarded_proto="https"), "https://c.example"),
        (PROXY, scope(host="a", x_forwarded_host="c.example, d.example"), "http://c.example"),
        (PROXY, scope("192.0.2.1", host="a", x_forwarded_host="evil.example"), "http://a"),
        (Origin(), scope(host="a", x_forwarded_host="evil.example"), "http://a"),
        (PROXY, scope(host="a", x_forwarded_port="8443", x_forwarded_proto="https"), "https://a:8443"),
        (PROXY, scope(host="a", x_forwarded_port="443", x_forwarded_proto="https"), "https://a"),
        (PROXY, scope(host="a", x_forwarded_proto="HTTPS, http"), "https://a"),
        (PROXY, scope(host="a", x_forwarded_proto="http, https"), "http://a"),
        (PROXY, scope(host="a", x_forwarded_port="80, 8080"), "http://a"),
        (PROXY, scope(host="a:8000", x_forwarded_port="8080"), "http://a:8000"),
        (PROXY, scope(host="[::1]", x_forwarded_port="8080"), "http://[::1]:8080"),
        (PROXY, scope(host="[::1]:9", x_forwarded_port="8080"), "http://[::1]:9"),
        (PROXY, scope(host="a", x_forwarded_port="65536"), "http://a"),
        (PROXY, scope(host="a", x_forwarded_port="80/x"), "http://a"),
        (PROXY, scope(host="a", x_forwarded_prefix="/parquay/"), "http://a/parquay"),
        (PROXY, scope(host="a", x_forwarded_prefix="/Our/files, /other"), "http://a/Our/files"),
        (PROXY, scope(host="a", x_forwarded_prefix="//evil.example"), "http://a"),
        (PROXY, scope(host="a", x_forwarded_prefix="/x/../y"), "http://a"),
        (PROXY, scope(host="a", x_forwarded_prefix='/"><script>'), "http://a"),
        (PROXY, scope(host="a", x_forwarded_prefix="parquay"), "http://a"),
        (PROXY, scope("192.0.2.1", host="a", x_forwarded_port="1", x_forwarded_prefix="/evil"), "http://a"),
        (
            Origin("https://b.example/x", PROXY.proxies),
            scope(x_forwarded_port="1", x_forwarded_prefix="/y"),
            "https://b.example/x",
        ),
        (PROXY, scope(host="a", x_forwarded_host="evil.example/x?"), ""),
        (PROXY, scope(host="a", x_forwarded_proto="javascript"), ""),
        (Origin(), scope(host="a\r\nX: y"), ""),
        (Origin(), scope(host='a"><script>'), ""),
        (Origin(), scope(host="user@evil.example"), ""),
        (Origin(), scope(), ""),
    ],
)
def test_the_address_of_the_server_comes_from_whom_it_believes(origin: Origin, asked: dict[str, Any], base: str):
    assert origin.base(asked) == base


def test_the_path_of_the_server_comes_from_whom_it_believes():
    assert PROXY.path(scope(x_forwarded_prefix="/parquay/")) == "/parquay"
    assert PROXY.path(scope("192.0.2.1", x_forwarded_prefix="/parquay")) == ""
    assert Origin("https://b.example/x/", PROXY.proxies).path(scope(x_forwarded_prefix="/y")) == "/x"
    assert PROXY.path(scope()) == ""


def test_a_client_without_an_address_is_nobody_to_believe():
    asked = {**scope(host="a", x_forwarded_host="evil.example"), "client": None}

    assert PROXY.base(asked) == "http://a"


def test_hosts_are_told_without_a_path():
    assert Origin("https://B.example/x").hosts(scope()) == {"b.example"}
    assert Origin().hosts(scope()) == frozenset()


# --------------------------------------------------------------------------------------------- answers


@pytest.mark.parametrize(
    ("asked", "touched", "closes"),
    [
        (scope(), False, False),
        (scope(content_length="100"), False, False),
        (scope(content_length=str(DRAIN_BYTES + 1)), True, True),
        (scope(transfer_encoding="chunked"), True, True),
        (scope(content_length="100", expect="100-continue"), False, True),
        (scope(content_length="100", expect="100-continue"), True, False),
        ({**scope(content_length=str(DRAIN_BYTES + 1)), "http_version": "2"}, True, False),
    ],
    ids=["no body", "short", "long", "endless", "not asked for", "asked for", "http/2"],
)
def test_a_client_is_told_when_its_connection_ends(asked: dict[str, Any], touched: bool, closes: bool):
    body = AsgiBody(Server().receive)
    body.touched = touched

    assert leaving(asked, body) == ((("Connection", "close"),) if closes else ())


def test_a_connection_whose_body_was_read_goes_on():
    body = AsgiBody(Server().receive)
    body.ended = True

    assert leaving(scope(content_length=str(DRAIN_BYTES + 1)), body) == ()


def test_only_pages_of_allowed_origins_may_read():
    allowed = frozenset({"https://a.example"})

    assert dict(cors(scope(origin="https://a.example"), allowed))["Access-Control-Allow-Origin"] == "https://a.example"
    assert cors(scope(origin="https://b.example"), allowed) == (("Vary", "Origin"),)
    assert cors(scope(), allowed) == (("Vary", "Origin"),)
    assert cors(scope(origin="https://a.example"), frozenset()) == ()


def test_a_problem_has_a_title_also_where_http_has_none():
    assert b'"Checksum Mismatch"' in problem(460, "checksum_mismatch", "x").body
    assert b'"Conflict"' in problem(409, "wrong_offset", "x").body
