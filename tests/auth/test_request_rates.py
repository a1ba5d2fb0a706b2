"""So many requests in a minute, over one process or many."""

from __future__ import annotations

import asyncio
from collections import Counter

import pytest

from parquay.auth.request_rates import RequestRates
from parquay.errors import TooManyRequests, Unavailable


class Clock:
    def __init__(self) -> None:
        self.now = 6000.0

    def __call__(self) -> float:
        return self.now


class SharedSums:
    def __init__(self) -> None:
        self.sums: Counter[str] = Counter()
        self.is_away = False
        self.asked = 0

    def add(self, key: str, count: int, _seconds: int) -> int:
        self.asked += 1
        if self.is_away:
            raise Unavailable("away")
        self.sums[key] += count
        return self.sums[key]


def passed(rates: RequestRates, limit: int, wanted: int, key: str = "ann") -> int:
    async def ask() -> int:
        answers = [await asyncio.gather(rates.take(key, limit), return_exceptions=True) for _ in range(wanted)]
        refusals = [each for [each] in answers if isinstance(each, TooManyRequests)]
        assert {(each.code, each.status) for each in refusals} <= {("rate_limited", 429)}
        assert all(1 <= (each.retry_after or 0) <= 60 for each in refusals)
        return wanted - len(refusals)

    return asyncio.run(ask())


def test_one_process_counts_exactly_and_begins_anew_each_minute() -> None:
    clock = Clock()
    rates = RequestRates(clock=clock)

    assert passed(rates, 5, 9) == 5
    assert passed(rates, 5, 9, "bob") == 5
    assert rates.try_take("ann", 5) is None
    clock.now += 59.9
    assert passed(rates, 5, 1) == 0
    clock.now += 0.1
    state = rates.try_take("ann", 5)
    assert state is not None
    assert (state.limit, state.left, state.reset) == (5, 4, 60)


@pytest.mark.parametrize("limit", [1, 7, 50, 200, 1001])
def test_processes_together_let_no_more_through(limit: int) -> None:
    clock, shared = Clock(), SharedSums()
    processes = [RequestRates(shared, clock) for _ in range(4)]

    found = sum(passed(processes[number % 4], limit, limit // 7 + 1) for number in range(40))

    assert found <= limit
    assert found >= limit - 4 * max(1, limit // 50)
    if limit >= 200:
        assert shared.asked < limit


def test_one_process_of_many_may_have_all_of_it() -> None:
    assert passed(RequestRates(SharedSums(), Clock()), 100, 150) == 100


def test_without_its_counter_a_process_counts_by_itself() -> None:
    shared = SharedSums()
    shared.is_away = True

    assert passed(RequestRates(shared, Clock()), 10, 20) == 10
