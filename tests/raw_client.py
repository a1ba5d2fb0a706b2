"""A connection under uploads with an application of the test's own, and its client, byte by byte."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import uvloop

from parquay.http1 import ZERO_COPY, listener
from parquay.http1.listener import Listener
from parquay.http1.zero_copy import ZeroCopyBody
from wire import RESET

KIB, MIB = 1 << 10, 1 << 20
DATA = bytes(range(251)) * 41_000
"""10 MB that tell when a byte is in the wrong place."""

App = Callable[[dict[str, Any], Any, Any], Awaitable[None]]


class Client:
    """One connection, byte by byte."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        await self.writer.drain()

    async def answer(self) -> tuple[int, dict[str, str], bytes]:
        head = (await self.reader.readuntil(b"\r\n\r\n")).decode()
        first, *lines = head.strip().split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        status = int(first.split(" ")[1])
        body = b"" if status < 200 else await self.reader.readexactly(int(fields.get("content-length", 0)))
        return status, fields, body

    async def closed(self) -> bool:
        with suppress(ConnectionResetError):
            return await self.reader.read() == b""
        return True

    def reset(self) -> None:
        """Break the connection with RST, as a vanished client's router does."""
        if not self.writer.is_closing():
            self.writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        self.writer.transport.abort()


@asynccontextmanager
async def serving(app: App, fast_path: Any = None):
    """Serve `app`, and yield a function that connects to it."""

    async def with_lifespan(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            while (message := await receive())["type"] != "lifespan.shutdown":
                await send({"type": message["type"] + ".complete"})
            await send({"type": "lifespan.shutdown.complete"})
        else:
            await app(scope, receive, send)

    clients: list[Client] = []
    bound = listener._bound("127.0.0.1", 0)
    server = Listener(with_lifespan, "", 0, fast_path=fast_path)
    running = asyncio.create_task(server.serve([bound]))
    await server.listens.wait()

    async def connect() -> Client:
        clients.append(Client(*await asyncio.open_connection(*bound.getsockname())))
        return clients[-1]

    try:
        yield connect
    finally:
        for client in clients:
            client.reset()
        server.stop()
        await running


def run(app: App, test: Callable[[Any], Awaitable[None]], fast_path: Any = None) -> None:
    async def start() -> None:
        async with asyncio.timeout(30), serving(app, fast_path) as connect:
            await test(connect)

    uvloop.run(start())


def request(method: str = "PATCH", *fields: str, length: int | None = None) -> bytes:
    lines = [f"{method} /files/x HTTP/1.1", "Host: localhost", *fields]
    lines += [] if length is None else [f"Content-Length: {length}"]
    return "\r\n".join([*lines, "", ""]).encode()


async def say(send: Any, status: int = 200, body: bytes = b"", *headers: tuple[bytes, bytes]) -> None:
    length = (b"content-length", b"%d" % len(body))
    await send({"type": "http.response.start", "status": status, "headers": [length, *headers]})
    await send({"type": "http.response.body", "body": body})


async def whole(receive: Any) -> bytes:
    data = bytearray()
    while (message := await receive())["type"] == "http.request":
        data += message["body"]
        if not message["more_body"]:
            break
    return bytes(data)


async def zero_copy(scope: dict[str, Any], size: int = MIB) -> bytes:
    """Read a zero-copy body, `size` bytes at once."""
    body: ZeroCopyBody = scope["extensions"][ZERO_COPY]
    data, buffer = bytearray(), bytearray(size)
    while (count := await body.read_into(memoryview(buffer), 10)) != 0:
        data += buffer[: count or 0]
    return bytes(data)


async def until(look: Callable[[], object]) -> None:
    async with asyncio.timeout(10):
        while not look():  # noqa: ASYNC110  what is looked at rings no event
            await asyncio.sleep(0.005)
