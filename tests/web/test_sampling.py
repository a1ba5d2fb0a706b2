"""The seconds at whose end samples are taken."""

from __future__ import annotations

import asyncio
import threading
import time

from parquay.web.live import sampling


def test_a_timer_that_fires_early_does_not_end_a_second_twice(monkeypatch):
    sleep = asyncio.sleep
    monkeypatch.setattr(asyncio, "sleep", lambda seconds: sleep(seconds * 0.9))

    async def two() -> list[tuple[int, float]]:
        return [(await sampling.second_ended(), time.time()) for _ in range(2)]

    (first, at_first), (second, at_second) = asyncio.run(two())

    assert second > first
    assert (at_first >= first, at_second >= second) == (True, True)


def test_a_clock_that_was_set_back_is_not_waited_for(monkeypatch):
    moments = iter([5000.5, 1000.25, 1000.25, 1000.75, 1001.0])
    real, own = time.time, threading.get_ident()  # what runs in other threads has a clock, too
    monkeypatch.setattr(time, "time", lambda: next(moments) if threading.get_ident() == own else real())

    assert asyncio.run(sampling.second_ended()) == 1001
