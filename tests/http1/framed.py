"""Requests whose frames are odd, and the application that they are sent to."""

from __future__ import annotations

from typing import Any

from raw_client import request, say, whole

# ------------------------------------------------------------------------------------------------ on the wire


async def app(scope: dict[str, Any], receive: Any, send: Any) -> None:
    await say(send, 200, scope["path"].encode() + b" " + await whole(receive))


CHUNKED = request("POST", "Transfer-Encoding: chunked")


async def send_in(client: Any, data: bytes, step: int) -> None:
    try:
        for start in range(0, len(data), step):
            await client.send(data[start : start + step])
    except ConnectionError:
        pass
