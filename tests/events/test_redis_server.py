from __future__ import annotations

import queue
from collections.abc import Iterator

import pytest

from live_server import wait_until
from parquay.catalog.notifications import CHANNELS, EVENTS, JOBS
from parquay.catalog.threaded_notifier import ThreadedNotifier
from parquay.events.redis_server import RedisAddress, RedisCarrier, RedisHealth, check, sentinels
from redis_server import RedisServer


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    server = RedisServer().start()
    yield server
    server.go_on()
    server.kill()


class Listener:
    """A process's notifier, and what it heard."""

    def __init__(self, server: RedisServer, name: str, prefix: str = "one") -> None:
        self.heard: queue.Queue[tuple[str, ...]] = queue.Queue()
        self.notifier = ThreadedNotifier(RedisCarrier(RedisAddress(server.url, prefix)), name)
        self.notifier.subscribe(lambda channels: self.heard.put(tuple(channels)))
        assert self.heard.get(timeout=10) == CHANNELS, "at first something may have been missed"


@pytest.fixture
def listeners(redis_server: RedisServer) -> Iterator[list[Listener]]:
    made = [Listener(redis_server, "a"), Listener(redis_server, "b"), Listener(redis_server, "c", prefix="another")]
    yield made
    for each in made:
        each.notifier.close()


def test_others_hear_what_one_notifies_and_other_installations_do_not(listeners: list[Listener]):
    a, b, c = listeners

    a.notifier.notify([EVENTS])
    assert b.heard.get(timeout=0.5) == (EVENTS,)
    b.notifier.notify([JOBS])
    assert a.heard.get(timeout=0.5) == (JOBS,)
    assert c.heard.empty()


@pytest.mark.parametrize("paused", [False, True])
def test_a_server_that_was_away_may_have_lost_anything(
    listeners: list[Listener], redis_server: RedisServer, caplog: pytest.LogCaptureFixture, *, paused: bool
):
    a, b, _ = listeners
    if paused:
        redis_server.pause()
        each = len(listeners)  # who has not noticed it has lost nothing, and hears nothing
        wait_until(lambda: caplog.text.count("notifications are not carried") >= each, "no answer to anybody")
        redis_server.go_on()
    else:
        redis_server.kill()
        a.notifier.notify([EVENTS])
        redis_server.start()

    assert b.heard.get(timeout=15) == CHANNELS
    a.notifier.notify([JOBS])
    wait_until(lambda: b.heard.get(timeout=15) == (JOBS,), "what is notified afterwards")


def test_health_tells_whether_it_answers(redis_server: RedisServer):
    health = RedisHealth(RedisAddress(redis_server.url))

    assert health.is_up()
    redis_server.kill()
    wait_until(lambda: not health.is_up(), "the end of the server")
    redis_server.start()
    wait_until(health.is_up, "the server")


@pytest.mark.parametrize(
    "url", ["redis://:word@host:1/2", "rediss://host", "sentinel://one:1;sentinel://two/main?db=3"]
)
def test_addresses_of_redis_are_taken(url: str):
    check(url)


@pytest.mark.parametrize(
    "url", ["", "host:6379", "redis://", "redis://host:x", "redis://host/x", "sentinel://host", "x://h"]
)
def test_other_addresses_are_refused(url: str):
    with pytest.raises(ValueError, match=r"."):
        check(url)


def test_sentinels_are_taken_apart():
    nodes = [("one", 26379), ("two", 7)]

    assert sentinels("sentinel://one;sentinel://:a%3Ab@two:7/main?db=3") == (nodes, "a:b", "main", 3)
