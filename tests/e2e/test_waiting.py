"""A thousand uploads that have stopped sending, on one server: they wait, cost little, and go on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httpx
import pytest

from live_server import LiveServer

MIB = 1 << 20
COUNT = 1000
SENT, SIZE = 8 * MIB, 8 * MIB + 100_000
GROWTH = 1024 * MIB
AT_ONCE = 100
"""Connections on which bytes come at the same time, so that this client is not what is slow."""

pytestmark = [pytest.mark.long, pytest.mark.large, pytest.mark.timeout(900)]


@pytest.mark.parametrize("count", [COUNT])
def test_uploads_that_wait_cost_a_mebibyte_at_most_and_go_on(start_server: Callable[..., LiveServer], count: int):
    server = start_server(idle_timeout=900, min_rate=0, workers=0)
    asyncio.run(play(server, count))


async def play(server: LiveServer, count: int) -> None:
    headers = {"Authorization": f"Bearer {server.token()}", "Tus-Resumable": "1.0.0"}
    limits = httpx.Limits(max_connections=8)
    async with httpx.AsyncClient(
        base_url=server.url, headers=headers, trust_env=False, timeout=300, limits=limits
    ) as http:
        uploads = [await create(http) for _ in range(count)]
        before = server.rss()

        block = bytes(SENT)
        turns = asyncio.Semaphore(AT_ONCE)
        opened = await asyncio.gather(*(send(server, headers, path, block, turns) for path in uploads))
        for path in uploads:
            while (await http.head(path)).headers["upload-offset"] != str(SENT):  # noqa: ASYNC110  it rings no event
                await asyncio.sleep(0.1)  # until the next checkpoint

        assert server.rss() - before <= GROWTH * count // COUNT
        statuses = await asyncio.gather(*(finish(reader, writer) for reader, writer in opened))
        assert statuses == [b"HTTP/1.1 204 No Content"] * count
        assert {(await http.head(path)).headers["upload-offset"] for path in uploads} == {str(SIZE)}


async def create(http: httpx.AsyncClient) -> str:
    made = await http.post("/files", headers={"Upload-Length": str(SIZE)})
    return httpx.URL(made.headers["location"]).path


async def send(
    server: LiveServer, headers: dict[str, str], path: str, block: bytes, turns: asyncio.Semaphore
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """Open a connection, and send a PATCH but for its last bytes."""
    fields = {**headers, "Host": "localhost", "Upload-Offset": "0", "Content-Length": str(SIZE)}
    fields["Content-Type"] = "application/offset+octet-stream"
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    async with turns:
        reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
        writer.write(f"PATCH {path} HTTP/1.1\r\n{head}\r\n".encode())
        for start in range(0, SENT, MIB):
            writer.write(block[start : start + MIB])
            await writer.drain()
    return reader, writer


async def finish(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bytes:
    """Send the last bytes; return the first line of the answer."""
    writer.write(bytes(SIZE - SENT))
    await writer.drain()
    line = await reader.readline()
    writer.close()
    return line.strip()
