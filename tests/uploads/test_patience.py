"""How long a sender is waited for."""

from __future__ import annotations

import asyncio
import time

from parquay.uploads.receive.stall import StallTimeout
from uploads.desk import Desk
from uploads.engine import HANG, ScriptedBody

# ------------------------------------------------------------------------------------------------ stall_timeout


def test_a_silent_sender_is_given_up():
    # The rule: "Both Client and Server, SHOULD attempt to detect and handle network errors predictably. They MAY do so
    # by checking for read/write socket errors, as well as setting read/write timeouts."
    async def run() -> None:
        desk = Desk(stall_timeout=StallTimeout(idle=0.5))
        started = time.monotonic()

        assert await desk.run(ScriptedBody(bytes(1000), HANG)) == "idle_timeout"

        assert 0.4 < time.monotonic() - started < 5
        assert desk.committed() == [1000]

    asyncio.run(run())


def test_a_silent_sender_is_given_up_even_while_somebody_asks_for_checkpoints():
    async def run() -> None:
        desk = Desk(stall_timeout=StallTimeout(idle=0.6))
        receiving = asyncio.create_task(desk.run(ScriptedBody(bytes(1000), HANG)))

        async with asyncio.timeout(10):
            while not receiving.done():
                desk.active.checkpoint()
                await asyncio.sleep(0.02)

        assert await receiving == "idle_timeout"

    asyncio.run(run())


class Dripping(ScriptedBody):
    """One byte each 50 ms."""

    async def read(self, seconds: float) -> bytes | None:
        await asyncio.sleep(min(0.05, seconds))
        return await super().read(seconds)


def test_a_dripping_sender_is_given_up():
    async def run() -> None:
        desk = Desk(stall_timeout=StallTimeout(idle=0.6, min_rate=1000))

        assert await desk.run(Dripping(bytes(10_000), chunk=1)) == "too_slow"

        assert 0 < desk.committed()[-1] < 1000

    asyncio.run(run())


def test_a_slow_sender_above_the_rate_is_borne():
    async def run() -> None:
        desk = Desk(stall_timeout=StallTimeout(idle=0.6, min_rate=10))

        assert await desk.run(Dripping(bytes(1000), chunk=25)) == "complete"

        assert desk.committed()[-1] == 1000

    asyncio.run(run())
