"""Redis as one server for all machines: how it is reached, and its pub/sub as what carries notifications.

Nothing of value is in it. Whatever stops there, is lost or emptied, the tables of the catalog are looked at anyway.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from parquay.telemetry import redis_up

SCHEMES = ("redis", "rediss", "sentinel")
CONNECT_SECONDS, ANSWER_SECONDS = 1.0, 2.0
"""How long the server may take to take a connection, and to answer."""
HEALTH_SECONDS = 2.0
"""How long an answer to the question is good whether it is there."""
LISTEN_SECONDS, PING_SECONDS = 0.5, 2.0
"""How long is listened at once, and how often a listener asks whether the server is still there."""


@dataclass(frozen=True)
class RedisAddress:
    """Where Redis is.

    Attributes:
        url: `redis://[user:password@]host[:port][/db]`, `rediss://…` with TLS, or `sentinel://host[:port];…/master`:
            the Sentinels, with semicolons between them, and the name of the master that they watch.
        prefix: what the names of everything begin with that belongs to one installation.
    """

    url: str
    prefix: str = field(default="parquay")

    def client(self) -> Any:
        """Return a client that connects when it is first used, and answers texts."""
        from redis import Redis
        from redis.sentinel import Sentinel

        limits: dict[str, Any] = {"socket_connect_timeout": CONNECT_SECONDS, "socket_timeout": ANSWER_SECONDS}
        limits["decode_responses"] = True
        if not self.url.startswith("sentinel://"):
            return Redis.from_url(self.url, **limits)
        nodes, password, master, database = sentinels(self.url)
        sentinel: Any = Sentinel  # has no types
        watched = sentinel(nodes, sentinel_kwargs=limits, password=password, db=database, **limits)
        return watched.master_for(master)


def check(url: str) -> None:
    """Check that a URL leads to a Redis.

    Raises:
        ValueError: it cannot.
    """
    if url.startswith("sentinel://"):
        sentinels(url)
        return
    parts = urlsplit(url)
    _ = parts.port  # refuses what is no port
    database = parts.path.removeprefix("/")
    if parts.scheme not in SCHEMES or not parts.hostname or (database and not database.isdecimal()):
        raise ValueError("must be redis://host:port, rediss://host:port or sentinel://host:port;…/master")


def sentinels(url: str) -> tuple[list[tuple[str, int]], str | None, str, int]:
    """Take the URL of Sentinels apart: their addresses, the password of the master, its name, the database. Pure.

    Raises:
        ValueError: it is none.
    """
    nodes, password, master, database = [], None, "", 0
    for each in url.split(";"):
        parts = urlsplit(each)
        if parts.scheme != "sentinel" or not parts.hostname:
            raise ValueError("must be sentinel://host:port, several with semicolons between them")
        nodes.append((parts.hostname, parts.port or 26379))
        password = unquote(parts.password) if parts.password else password
        master = parts.path.strip("/") or master
        database = int(parse_qs(parts.query).get("db", ["0"])[0])
    if not master:
        raise ValueError("must name the master that the Sentinels watch, such as sentinel://host:26379/main")
    return nodes, password, master, database


class RedisHealth:
    """Whether Redis answers, asked at most once in `HEALTH_SECONDS`; for many threads."""

    def __init__(self, address: RedisAddress) -> None:
        self._client = address.client()
        self._lock = threading.Lock()
        self._asked = -HEALTH_SECONDS
        self._is_up = False

    def is_up(self) -> bool:
        """Tell whether it answers (blocking), and show it among the metrics."""
        from redis import RedisError

        with self._lock:
            if time.monotonic() - self._asked >= HEALTH_SECONDS:
                try:
                    self._is_up = bool(self._client.ping())
                except (RedisError, OSError):
                    self._is_up = False
                self._asked = time.monotonic()
                redis_up.set(self._is_up)
            return self._is_up


class RedisCarrier:
    """A `Carrier`: pub/sub, which keeps nothing."""

    max_payload_bytes = 64 << 10

    def __init__(self, address: RedisAddress) -> None:
        from redis import RedisError

        self.failures: tuple[type[Exception], ...] = (RedisError, OSError)
        self._address = address
        self._channel = f"{address.prefix}:notifications"

    def connect(self) -> Any:
        """Return a connection of its own."""
        return _Connection(self._address.client())

    def listen(self, connection: _Connection) -> None:
        """Begin to hear."""
        connection.pubsub.subscribe(self._channel)

    def hear(self, connection: _Connection) -> Iterator[str]:
        """Yield the texts that come within `LISTEN_SECONDS`."""
        end = time.monotonic() + LISTEN_SECONDS
        while (left := end - time.monotonic()) > 0:
            connection.stay_awake()
            message = connection.pubsub.get_message(timeout=left)
            if message is None:
                return
            connection.answered = time.monotonic()
            if message["type"] == "message":
                yield message["data"]

    def say(self, connection: _Connection, payload: str) -> None:
        """Send a text to all who listen."""
        connection.client.publish(self._channel, payload)


class _Connection:
    """A client with its subscription, which notices a server that does not answer any more."""

    def __init__(self, client: Any) -> None:
        self.client = client
        self.pubsub = client.pubsub()
        self.answered = self.asked = time.monotonic()

    def stay_awake(self) -> None:
        """Ask a silent server now and then.

        Raises:
            redis.TimeoutError: it has not answered.
        """
        from redis import TimeoutError as NoAnswer

        now = time.monotonic()
        if self.asked > self.answered and now - self.asked > ANSWER_SECONDS:
            raise NoAnswer("Redis does not answer")
        if now - max(self.asked, self.answered) > PING_SECONDS:
            self.pubsub.ping()
            self.asked = now

    def close(self) -> None:
        """End the connections."""
        self.pubsub.close()
        self.client.close()
