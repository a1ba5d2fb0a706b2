"""Whose statement is next."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from parquay.datasets.statements.turns import Turns
from parquay.errors import TooManyRequests, Unavailable


def in_loop(work: Coroutine[Any, Any, None]) -> None:
    asyncio.run(work)


async def waiting(turns: Turns, *users: str) -> list[asyncio.Task[None]]:
    tasks = [asyncio.create_task(turns.enter(user, 30)) for user in users]
    await asyncio.sleep(0)
    return tasks


async def let_in(tasks: list[asyncio.Task[None]]) -> list[bool]:
    for _ in range(3):
        await asyncio.sleep(0)
    return [task.done() for task in tasks]


def test_one_user_leaves_a_place_to_others_and_users_take_turns():
    async def work() -> None:
        turns = Turns(at_once=3)
        ann = await waiting(turns, "ann", "ann", "ann", "ann")
        assert await let_in(ann) == [True, True, False, False]
        bob = await waiting(turns, "bob", "bob")
        assert await let_in(bob) == [True, False]
        turns.leave("ann")
        assert await let_in(ann + bob) == [True, True, True, False, True, False]  # ann came first
        turns.leave("ann")
        assert await let_in(ann + bob) == [True, True, True, False, True, True]
        turns.leave("bob")
        assert await let_in(ann) == [True] * 4

    in_loop(work())


def test_a_single_place_goes_round():
    async def work() -> None:
        turns = Turns(at_once=1)
        await turns.enter("ann", 1)
        tasks = await waiting(turns, "ann", "ann", "bob", "cy")
        order = []
        last = "ann"
        for _ in tasks:
            turns.leave(last)
            now = await let_in(tasks)
            (index,) = [i for i, done in enumerate(now) if done and i not in order]
            order.append(index)
            last = ("ann", "ann", "bob", "cy")[index]
        assert order == [0, 2, 3, 1]

    in_loop(work())


def test_too_many_that_wait_are_refused_and_places_of_those_who_gave_up_are_free():
    async def work() -> None:
        turns = Turns(at_once=1, waiting=3, waiting_each=2)
        await turns.enter("ann", 1)
        tasks = await waiting(turns, "ann", "ann", "bob")
        with pytest.raises(TooManyRequests) as many:
            await turns.enter("ann", 1)
        with pytest.raises(Unavailable) as busy:
            await turns.enter("bob", 1)
        assert [(error.value.code, error.value.retry_after) for error in (many, busy)] == [
            ("too_many_queries", 5), ("queries_busy", 5),
        ]  # fmt: skip
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        with pytest.raises(Unavailable, match="Too many queries run"):
            await turns.enter("bob", 0.01)
        turns.leave("ann")
        await turns.enter("bob", 1)
        turns.leave("bob")
        async with turns.turn("cy", 1):
            assert await let_in(await waiting(turns, "ann")) == [False]

    in_loop(work())


def test_who_gives_up_just_when_it_is_their_turn_does_not_keep_it():
    async def work() -> None:
        turns = Turns(at_once=1)
        await turns.enter("ann", 1)
        (task,) = await waiting(turns, "bob")
        turns.leave("ann")
        task.cancel()
        await asyncio.wait([task])
        if not task.cancelled():
            turns.leave("bob")
        await asyncio.wait_for(turns.enter("cy", 1), 1)

    in_loop(work())
