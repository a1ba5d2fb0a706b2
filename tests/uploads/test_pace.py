"""What a user may send in a second holds over any number of uploads, and what is owed is waited for."""

from __future__ import annotations

import asyncio

from hypothesis import given
from hypothesis import strategies as st

from parquay.uploads.receive import pace
from parquay.uploads.receive.pace import UNPACED, Pace, Paces


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@given(st.lists(st.tuples(st.integers(1, 300_000), st.floats(0, 3)), min_size=1, max_size=50), st.integers(1000, 10**6))
def test_over_any_time_no_more_comes_than_the_rate_and_one_burst(steps: list[tuple[int, float]], rate: int) -> None:
    clock = Clock()
    account, received, began = Pace(rate, clock), 0, clock.now
    for wanted, rest in steps:
        clock.now += account.wait()
        count = min(wanted, account.step or 0)
        account.spend(count)
        received += count
        assert received <= rate * (clock.now - began) + rate * pace.BURST_SECONDS + count + 1
        clock.now += rest


def test_nobody_waits_without_a_limit() -> None:
    UNPACED.spend(1 << 40)

    assert (UNPACED.wait(), UNPACED.step) == (0.0, None)
    assert Paces().of("ann", 0) is UNPACED


def test_uploads_of_one_user_share_an_account_and_those_of_others_do_not() -> None:
    clock = Clock()
    paces = Paces(clock)
    paces.of("ann", 1000).spend(3000)

    assert paces.of("ann", 1000).wait() == 2.0
    assert paces.of("bob", 1000).wait() == 0.0
    assert not paces.of("ann", 1000).try_spend(1)
    clock.now += 2
    assert paces.of("ann", 1000).try_spend(1)


def test_another_rate_holds_at_once_and_forgives_nothing() -> None:
    clock = Clock()
    paces = Paces(clock)
    paces.of("ann", 1000).spend(3000)

    assert paces.of("ann", 4000).wait() == 0.5
    assert paces.of("ann", 1000).wait() == 2.0


def test_accounts_of_who_rests_are_forgotten() -> None:
    clock = Clock()
    paces = Paces(clock)
    for number in range(pace.KEPT):
        paces.of(str(number), 1000)
    paces.of("owes", 1000).spend(5000)
    paces.of("new", 1000)

    assert len(paces._paces) <= 3
    assert paces.of("owes", 1000).wait() == 4.0


def test_a_turn_comes_when_nothing_is_owed() -> None:
    account = Pace(1_000_000)
    account.spend(1_050_000)

    asyncio.run(account.turn())

    assert account.wait() == 0.0
