"""Files that the server gets by itself: asked for, and waited for."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from parquay.client.connection import ServerConnection
from parquay.client.errors import TransferError
from parquay.client.paths import segment

LOOK_SECONDS = 0.3
"""Pause between two looks at how far a file is."""

Fetched = Callable[[int, int | None], None]
"""Hears how many bytes the server has got, and of how many (None: its source does not say)."""


def begin_fetch(connection: ServerConnection, address: str, said: Mapping[str, Any]) -> dict[str, Any]:
    """Have the server get the file at ``address``, and return its entry. ``said``: what else the request says.

    Raises:
        ApiError: the server refuses, or does not answer.
    """
    body = {"url": address} | {key: value for key, value in said.items() if value is not None}
    entry: dict[str, Any] = connection.call("POST", "/fetch", json=body).json()
    return entry


def await_fetch(connection: ServerConnection, file_id: str, hear: Fetched) -> dict[str, Any]:
    """Wait until nothing more comes of a file, and return its entry as it is then.

    Raises:
        ApiError: it is gone, or the server does not answer.
    """
    place = f"/files/{segment(file_id)}"
    while (found := connection.call("GET", f"{place}/progress").json())["status"] == "uploading":
        hear(found["upload"]["offset"], found["upload"]["size"])
        time.sleep(LOOK_SECONDS)
    hear(found["upload"]["offset"], found["upload"]["size"])
    entry: dict[str, Any] = connection.call("GET", place).json()
    entry.pop("content", None)
    return entry


def fetch_failure(entry: Mapping[str, Any]) -> TransferError | None:
    """Return why the server could not get all of a file; None: it has it, whatever came of reading it. Pure."""
    if entry["error"] is None or entry["offset"] == entry["size"]:
        return None
    return TransferError(f"{entry['name']}: {entry['error']['message']}", code=entry["error"]["code"])
