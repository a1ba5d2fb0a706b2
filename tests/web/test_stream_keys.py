"""API keys on the streams: a scope that lets look is needed, and the end of a key ends what it opened."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from event_stream import EventStream
from live_server import wait_until
from problems import is_problem

SECONDS = 5.0
"""Within so long a stream ends after its key has."""
SOCKETS = ["/ws", "/ws/live"]


def key_of(http: httpx.Client, **asked: object) -> dict[str, str]:
    """Make a key."""
    answer = http.post("/auth/api-keys", json={"name": "stream", **asked})
    assert answer.status_code == 201, answer.text
    key: dict[str, str] = answer.json()
    return key


@contextlib.contextmanager
def bearing(http: httpx.Client, key: str) -> Iterator[httpx.Client]:
    """A client with a key."""
    login = {"Authorization": f"Bearer {key}"}
    with httpx.Client(base_url=http.base_url, headers=login, trust_env=False, timeout=20) as client:
        yield client


def opened(http: httpx.Client, path: str, key: str, *, in_address: bool = False) -> ClientConnection:
    url = str(http.base_url).replace("http://", "ws://").rstrip("/") + path
    if in_address:
        return connect(f"{url}?token={key}")
    return connect(url, additional_headers={"Authorization": f"Bearer {key}"})


def refused(http: httpx.Client, path: str, key: str, *, in_address: bool = False) -> int:
    """The status with which a WebSocket is refused."""
    with pytest.raises(InvalidStatus) as met:
        opened(http, path, key, in_address=in_address).close()
    return met.value.response.status_code


def soon(seconds: float) -> str:
    return (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()


def expired_key(http: httpx.Client) -> str:
    """A key whose time is over."""
    made = key_of(http, expires_at=soon(3))
    wait_until(lambda: datetime.now(UTC) > datetime.fromisoformat(made["expires_at"]), "the end of the key")
    return made["key"]


def test_a_key_that_may_not_look_opens_no_stream(ann):
    key = key_of(ann, scopes=["upload"])["key"]

    with bearing(ann, key) as http:
        assert is_problem(http.get("/events"), 403, "scope_missing")
    assert [refused(ann, path, key) for path in SOCKETS] == [403, 403]
    assert [refused(ann, path, key, in_address=True) for path in SOCKETS] == [403, 403]


@pytest.mark.parametrize("scopes", [["read"], ["write"], ["read", "upload"], None])
def test_a_key_that_may_look_opens_every_stream(ann, scopes):
    key = key_of(ann, **({} if scopes is None else {"scopes": scopes}))["key"]

    with bearing(ann, key) as http, EventStream(http) as stream:
        assert stream.status == 200
    for path in SOCKETS:
        with opened(ann, path, key) as socket:
            assert socket.response is not None
            assert socket.response.status_code == 101


def test_an_expired_key_opens_no_stream(ann):
    key = expired_key(ann)

    with bearing(ann, key) as http:
        assert is_problem(http.get("/events"), 401, "token_expired")
    assert [refused(ann, path, key) for path in SOCKETS] == [401, 401]
    assert [refused(ann, path, key, in_address=True) for path in SOCKETS] == [401, 401]


def removed(http: httpx.Client) -> tuple[str, Callable[[], float]]:
    """A key, and what removes it and returns when that was."""
    made = key_of(http, scopes=["read"])

    def end() -> float:
        http.delete(f"/auth/api-keys/{made['id']}").raise_for_status()
        return time.monotonic()

    return made["key"], end


def expiring(http: httpx.Client) -> tuple[str, Callable[[], float]]:
    """A key that ends by itself, and what returns when that will be."""
    ends = time.monotonic() + 6
    key = key_of(http, scopes=["read"], expires_at=soon(6))["key"]
    return key, lambda: ends


def read_on(socket: ClientConnection, end: float) -> None:
    """Read until the socket is closed, at the latest at ``end``."""
    while True:
        socket.recv(timeout=max(0.0, end - time.monotonic()))


@pytest.mark.parametrize("ending", [removed, expiring])
def test_streams_end_with_their_key(ann, ending):
    key, end = ending(ann)
    with contextlib.ExitStack() as streams:
        http = streams.enter_context(bearing(ann, key))
        events = streams.enter_context(EventStream(http))
        sockets = [streams.enter_context(opened(ann, path, key)) for path in SOCKETS]

        ended = end()

        for socket in sockets:
            with pytest.raises(ConnectionClosed) as closed:
                read_on(socket, ended + SECONDS)
            assert closed.value.rcvd is not None
            assert closed.value.rcvd.code == 1008
        assert events.ended.wait(max(0.0, ended + SECONDS - time.monotonic()))
        assert "the session has ended" in events.comments
        assert time.monotonic() >= ended
