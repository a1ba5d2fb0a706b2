"""A body on its way into the store: how much is held in memory, when it is durable, when its sender is given up."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import Callable
from itertools import pairwise

import pytest

from parquay.errors import StorageFull
from parquay.storage.chunks import Rhythm, StoreFault
from parquay.tus.create import BodyPlan
from parquay.tus.headers import Checksum
from parquay.uploads.receive import receive
from parquay.uploads.receive.blocks import BLOCK_SIZE, LARGE_BLOCKS, SMALL_SIZE, Blocks
from parquay.uploads.receive.receive import Superseded
from parquay.uploads.receive.stall import StallTimeout
from parquay.uploads.receive.takeover import TAKEN_OVER
from uploads.desk import MIB, Desk
from uploads.engine import HANG, ScriptedBody, until


def test_nothing_is_told_before_it_is_synced():
    async def run() -> None:
        desk = Desk()

        assert await desk.run(ScriptedBody(bytes(3 * MIB), chunk=100_000)) == "complete"

        synced = 0
        for name, value in desk.log:
            if name == "sync":
                synced = value
            elif name == "commit":
                assert value <= synced
        assert desk.committed()[-1] == 3 * MIB
        assert [chunk.end for chunk in desk.named] == desk.committed()

    asyncio.run(run())


def test_a_sender_waits_for_a_store_that_is_slower():
    async def run() -> None:
        desk = Desk(rhythm=Rhythm(4 * MIB, 60.0, waiting=8 * MIB))
        desk.sync_gate.clear()
        body = ScriptedBody(bytes(40 * MIB), chunk=MIB)
        running = asyncio.ensure_future(desk.run(body))

        await until(lambda: body.taken >= 8 * MIB, "as much as may wait")
        await asyncio.sleep(0.2)
        taken = body.taken
        desk.sync_gate.set()

        assert taken <= 14 * MIB
        assert await running == "complete"
        assert [chunk.end for chunk in desk.named] == desk.committed()
        assert desk.committed()[-1] == 40 * MIB

    asyncio.run(run())


@pytest.mark.parametrize("sent", [0, 1, 4000, 300_000, 3 * MIB])
@pytest.mark.parametrize("checksum", [None, Checksum("sha1", bytes(20))])
def test_a_silent_sender_holds_no_block(sent: int, checksum: Checksum | None, monkeypatch):
    monkeypatch.setattr(receive, "TICK_SECONDS", 0.02)

    async def run() -> None:
        desk = Desk(BodyPlan(None, checksum), rhythm=Rhythm(64 * MIB, 0.05))
        body = ScriptedBody(*[bytes(sent)] * bool(sent), HANG, chunk=100_000)
        running = asyncio.ensure_future(desk.run(body))

        await until(lambda: desk.receiver.written == sent and desk.blocks.used == 0, "no block")

        desk.active.stop(TAKEN_OVER)
        assert await running == TAKEN_OVER
        assert desk.blocks.used == 0

    asyncio.run(run())


def test_blocks_are_small_once_many_are_in_use_and_large_again_when_they_came_back():
    blocks = Blocks()
    large = [blocks.take(0) for _ in range(LARGE_BLOCKS)]
    small = blocks.take(0)

    assert {len(block.memory) for block in large} == {BLOCK_SIZE}
    assert len(small.memory) == SMALL_SIZE
    blocks.give(large.pop())
    assert len(blocks.take(0).memory) == BLOCK_SIZE


@pytest.mark.parametrize("chunk", [1 << 14, 1 << 16, MIB])
def test_no_more_than_four_mebibytes_wait_for_a_slow_disk(chunk: int):
    async def run() -> None:
        desk, body = Desk(), ScriptedBody(bytes(32 * MIB), chunk=chunk)
        desk.gate.clear()
        receiving = asyncio.create_task(desk.run(body))

        await until(lambda: body.taken > 0, "the first bytes")
        await settled(lambda: body.taken)

        assert MIB <= body.taken <= 4 * MIB
        desk.gate.set()
        assert await receiving == "complete"
        assert desk.store.size(desk.id) == 32 * MIB

    asyncio.run(run())


async def settled(look: Callable[[], int]) -> None:
    """Wait until a number stays the same for a while."""
    last, since = look(), time.monotonic()
    while time.monotonic() - since < 0.3:
        await asyncio.sleep(0.02)
        if look() != last:
            last, since = look(), time.monotonic()


def test_many_bytes_are_a_checkpoint_though_the_second_is_not_over():
    async def run() -> None:
        desk = Desk(rhythm=Rhythm(4 * MIB, 1000.0))

        await desk.run(ScriptedBody(bytes(20 * MIB), chunk=MIB))

        steps = [0, *desk.committed()]
        assert len(steps) >= 4
        assert max(after - before for before, after in pairwise(steps)) <= 8 * MIB

    asyncio.run(run())


def test_a_sender_who_falls_silent_has_its_bytes_checkpointed_in_two_seconds():
    async def run() -> None:
        desk = Desk()
        receiving = asyncio.create_task(desk.run(ScriptedBody(bytes(1000), HANG)))

        await until(lambda: 1000 in desk.committed(), "a checkpoint", 2.0)

        desk.active.stop(TAKEN_OVER)
        assert await receiving == TAKEN_OVER

    asyncio.run(run())


def test_a_silent_body_is_checkpointed_once():
    async def run() -> None:
        desk = Desk(stall_timeout=StallTimeout(idle=2.5))

        assert await desk.run(ScriptedBody(bytes(1000), HANG)) == "idle_timeout"

        assert desk.committed() == [1000]

    asyncio.run(run())


def test_a_wanted_checkpoint_covers_everything_received():
    async def run() -> None:
        desk, body = Desk(), ScriptedBody(bytes(1000), HANG)
        receiving = asyncio.create_task(desk.run(body))
        await until(lambda: body.taken == 1000, "bytes taken in")

        async with asyncio.timeout(1):
            await desk.active.checkpoint()

        assert desk.committed() == [1000]
        desk.active.stop(TAKEN_OVER)
        await receiving

    asyncio.run(run())


def test_a_stop_is_heard_while_waiting_for_bytes():
    async def run() -> None:
        desk, body = Desk(), ScriptedBody(bytes(1000), HANG)
        receiving = asyncio.create_task(desk.run(body))
        await until(lambda: body.taken == 1000, "bytes taken in")

        started = time.monotonic()
        desk.active.stop(TAKEN_OVER)

        assert await receiving == TAKEN_OVER
        assert time.monotonic() - started < 5
        assert desk.committed() == [1000]

    asyncio.run(run())


# ------------------------------------------------------------------------------------------------ limits


@pytest.mark.parametrize("chunk", [1, 7, 10, 64])
def test_no_byte_beyond_the_limit_is_stored(chunk: int):
    async def run() -> None:
        desk = Desk(BodyPlan(50))

        assert await desk.run(ScriptedBody(bytes(range(64)), chunk=chunk)) == "overrun"

        assert desk.committed()[-1] == desk.store.size(desk.id) == 50

    asyncio.run(run())


def test_a_body_of_exactly_the_limit_is_whole():
    async def run() -> None:
        desk = Desk(BodyPlan(64))

        assert await desk.run(ScriptedBody(bytes(64))) == "complete"

    asyncio.run(run())


def test_a_full_disk_ends_the_body_and_what_fits_is_kept():
    async def run() -> None:
        desk = Desk(capacity=2 * MIB + 5)

        with pytest.raises(StorageFull):
            await desk.run(ScriptedBody(bytes(8 * MIB)))
        await desk.receiver.flush() if not desk.disk._shutdown else None

        assert desk.receiver.written == desk.receiver.received == 2 * MIB + 5

    asyncio.run(run())


def test_a_failed_sync_ends_the_body_without_a_commit():
    async def run() -> None:
        desk = Desk()
        desk.sync_fault = True

        with pytest.raises(StoreFault):
            await desk.run(ScriptedBody(bytes(3 * MIB)))

        assert desk.committed() == []

    asyncio.run(run())


def test_a_refused_commit_ends_the_body():
    async def run() -> None:
        desk = Desk()
        desk.commits = False

        with pytest.raises(Superseded) as caught:
            await desk.run(ScriptedBody(bytes(3 * MIB)))

        assert (caught.value.status, caught.value.code) == (409, "taken_over")
        assert desk.receiver.durable == 0

    asyncio.run(run())


def test_a_long_checksummed_body_is_written_in_big_pieces_and_never_committed():
    async def run() -> None:
        data = bytes(6 * MIB)
        desk = Desk(BodyPlan(None, Checksum("sha256", hashlib.sha256(data).digest())))
        desk.receiver._last_checkpoint -= 10

        assert await desk.receiver.run(ScriptedBody(data, chunk=1 << 14), desk.active) == "complete"
        before = list(desk.log)
        await desk.receiver.verify("complete")
        await desk.receiver.flush()
        desk.disk.shutdown()

        assert len(before) <= 6
        assert {name for name, _ in before} <= {"write"}
        assert desk.committed() == [6 * MIB]

    asyncio.run(run())
