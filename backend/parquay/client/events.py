"""What happens on a server, as it happens, with nothing left out when the connection breaks."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import httpx

from parquay.client.connection import ServerConnection
from parquay.client.tus_client import Backoff

SILENCE_SECONDS = 45.0
"""A connection without a sign of life for this long is taken for dead; the server gives one every 15 seconds."""


@dataclass(frozen=True)
class Happening:
    """Something that happened.

    Attributes:
        kind: such as `file.created`, `file.progress`, `dataset.updated`; `reset`: too long ago to tell what was missed.
        data: what the server tells of it, for files their entry.
    """

    kind: str
    data: dict[str, Any]


def follow(
    connection: ServerConnection, *, patience: float = 900.0, sleep: Callable[[float], None] = time.sleep
) -> Iterator[Happening]:
    """Yield what happens from now on to the files that the caller may see.

    ``patience``: seconds without an answer after which it ends with an error.

    Raises:
        ApiError: the login has ended, or the server does not answer any more.
    """
    last: str | None = None
    backoff = Backoff(patience)
    heard = 0
    timeout = httpx.Timeout(connection.http.timeout.connect, read=SILENCE_SECONDS)
    while True:
        head = {"Accept": "text/event-stream"} | ({} if last is None else {"Last-Event-ID": last})
        error: httpx.TransportError | None = None
        try:
            with connection.http.stream("GET", f"{connection.server}/events", headers=head, timeout=timeout) as answer:
                if answer.status_code == httpx.codes.UNAUTHORIZED and connection.renew():
                    continue
                if not answer.is_success:
                    answer.read()
                    connection.refuse(answer)
                for last, happening in _parsed(answer.iter_lines()):
                    heard += 1
                    backoff.progressed(heard)
                    if happening is not None:
                        yield happening
        except httpx.TransportError as broken:
            error = broken
        pause = backoff.next_pause(None)
        if pause is None:
            raise connection.unreachable(error or httpx.TransportError("the stream ended"))
        sleep(pause)


def _parsed(lines: Iterator[str]) -> Iterator[tuple[str | None, Happening | None]]:
    """Yield the id to go on from and what happened, None where only the id is told, by the lines of a stream. Pure."""
    last: str | None = None
    kind, data = "", ""
    for line in lines:
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if not line:
            if last is not None:
                yield last, Happening(kind, json.loads(data)) if data else None
            kind, data = "", ""
        elif name == "id":
            last = value
        elif name == "event":
            kind = value
        elif name == "data":
            data = f"{data}\n{value}" if data else value
