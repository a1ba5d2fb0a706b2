"""Reads a server-sent event stream in a thread of its own, as a browser's EventSource would."""

from __future__ import annotations

import contextlib
import json
import socket
import threading
import time
from dataclasses import dataclass, field
from typing import Any, Self

import httpx

from live_server import NO_TLS, wait_until


@dataclass
class Told:
    """One event."""

    id: str | None
    kind: str
    data: Any
    at: float = field(default_factory=time.monotonic)


class EventStream:
    """An open `GET /events`. `told` grows; `ended` is set when the server ends it."""

    def __init__(self, http: httpx.Client, last_event_id: int | str | None = None, path: str = "/events") -> None:
        headers = dict(http.headers) | ({} if last_event_id is None else {"Last-Event-ID": str(last_event_id)})
        self.told: list[Told] = []
        self.comments: list[str] = []
        self.lines: list[str] = []
        self.status: int | None = None
        self.headers: httpx.Headers | None = None
        self.last_id: str | None = None
        self.ended = threading.Event()
        self._opened = threading.Event()
        self._client = httpx.Client(
            base_url=http.base_url, headers=headers, cookies=http.cookies, timeout=60, trust_env=False, verify=NO_TLS
        )
        self._path = path
        self._thread = threading.Thread(target=self._read, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._opened.wait(10), "the stream did not open"
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._response is not None and not self.ended.is_set():
            # Only a shutdown wakes the thread that waits for the next bytes.
            with contextlib.suppress(OSError):
                self._response.extensions["network_stream"].get_extra_info("socket").shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        assert not self._thread.is_alive(), "the stream could not be closed"
        self._client.close()

    _response: httpx.Response | None = None

    def _read(self) -> None:
        try:
            with self._client.stream("GET", self._path) as response:
                self._response = response
                self.status, self.headers = response.status_code, response.headers
                self._follow(response)
        except (httpx.HTTPError, httpx.StreamError, OSError, RuntimeError):
            pass
        finally:
            self._opened.set()
            self.ended.set()

    def _follow(self, response: httpx.Response) -> None:
        fields: dict[str, str] = {}
        for line in response.iter_lines():
            self._opened.set()
            self.lines.append(line)
            name, _, value = line.partition(":")
            if line.startswith(":"):
                self.comments.append(value.strip())
            elif line:
                fields[name] = value.removeprefix(" ")
            else:
                self._dispatch(fields)
                fields = {}

    def _dispatch(self, fields: dict[str, str]) -> None:
        self.last_id = fields.get("id", self.last_id)
        if "data" in fields:
            self.told.append(Told(self.last_id, fields.get("event", "message"), json.loads(fields["data"])))

    def kinds(self, file_id: str | None = None) -> list[str]:
        return [one.kind for one in self.told if file_id is None or file_id_of(one) == file_id]

    def of(self, file_id: str) -> list[Told]:
        return [one for one in self.told if file_id_of(one) == file_id]

    def wait_for_version(self, version: int) -> Told:
        """The event of a table's version; those of its conversion and of other versions may come late."""

        def found() -> list[Told]:
            changes = (each for each in self.told if each.kind == "dataset.updated")
            return [each for each in changes if each.data["dataset"]["version"] == version]

        return wait_until(found, f"version {version}")[0]

    def wait_for(self, kind: str, file_id: str | None = None, seconds: float = 20) -> Told:
        """Return the first event of `kind` (about `file_id`)."""

        def look() -> Told | None:
            fits = (one for one in self.told if one.kind == kind and file_id in (None, file_id_of(one)))
            return next(fits, None)

        return wait_until(look, f"event {kind} about {file_id}", seconds, 0.01)


def file_id_of(told: Told) -> str | None:
    found: str | None = told.data.get("file_id") or told.data.get("file", {}).get("id")
    return found
