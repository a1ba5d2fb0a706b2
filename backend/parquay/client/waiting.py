"""Waiting for a conversion."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from parquay.client.connection import ServerConnection
from parquay.client.errors import ConversionFailed, WaitTimeout
from parquay.client.paths import segment

FIRST_PAUSE_SECONDS, MAX_PAUSE_SECONDS = 0.05, 2.0
"""Pause between two looks: the first, and the longest."""


def wait_until_converted(
    connection: ServerConnection, file_id: str, timeout: float | None = None, *, sleep: Callable[[float], None] = time.sleep
) -> dict[str, Any]:
    """Wait until a file is a table, or turned out to be none, and return what the server tells of it.

    ``timeout``: seconds, None for any number. Bytes that are still on their way are waited for too.

    Raises:
        ConversionFailed: it could not be read.
        WaitTimeout: it took longer than ``timeout``.
        ApiError: it is gone, or the server does not answer.
    """
    until = None if timeout is None else time.monotonic() + timeout
    pause = FIRST_PAUSE_SECONDS
    place = f"/files/{segment(file_id)}"
    while connection.call("GET", f"{place}/progress").json()["status"] not in {"done", "error"}:
        if until is not None and time.monotonic() + pause > until:
            raise WaitTimeout(f"The file is not converted after {timeout:g} s.", code="wait_timeout")
        sleep(pause)
        pause = min(pause * 1.5, MAX_PAUSE_SECONDS)
    entry: dict[str, Any] = connection.call("GET", place).json()
    if entry["error"]:
        raise ConversionFailed(entry["error"]["message"], code=entry["error"]["code"])
    return entry
