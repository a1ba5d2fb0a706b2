"""From one writer to the next: who is interrupted, who waits, who is sent away, and that only one wins."""

from __future__ import annotations

import asyncio
import time

import pytest

from parquay.errors import Busy, ParquayError, Unavailable
from parquay.tus.refusals import Refusal
from parquay.uploads.receive.receive import Receipt
from parquay.uploads.receive.takeover import REMOVED, TAKEN_OVER, WriterRegistry, watch
from uploads.engine import HANG, Engine, ScriptedBody, until

DATA = bytes(range(256)) * 40


async def send(engine: Engine, file_id: str, body: ScriptedBody, offset: int = 0) -> asyncio.Task[Receipt]:
    """Start a PATCH and wait until its bytes are taken in."""
    sending = asyncio.create_task(engine.append(file_id, offset, body))
    await until(lambda: body.taken > 0 or sending.done(), "bytes taken in")
    return sending


async def outcome(sending: asyncio.Task[Receipt]) -> object:
    """What a PATCH came to: its receipt's end, or the status of its refusal."""
    try:
        receipt = await sending
    except (ParquayError, Refusal) as error:
        return error.status
    return receipt.ended


@pytest.mark.parametrize("attempt", range(5))
def test_of_eight_at_the_same_offset_exactly_one_wins(engine: Engine, attempt: int):
    async def run() -> None:
        file_id = await engine.create_id(len(DATA))
        bodies = [ScriptedBody(bytes([number]) * len(DATA), chunk=1000 + attempt) for number in range(8)]
        sending = [asyncio.create_task(engine.append(file_id, 0, body)) for body in bodies]

        outcomes = [await outcome(one) for one in sending]

        assert outcomes.count("complete") == 1
        assert set(outcomes) <= {"complete", 409, 423}
        winner = outcomes.index("complete")
        assert engine.content(file_id) == bytes([winner]) * len(DATA)
        assert len(engine.jobs(file_id)) == 1

    asyncio.run(run())


def test_a_silent_writer_is_stopped_for_a_newcomer(engine: Engine):
    async def run() -> None:
        file_id = await engine.create_id(len(DATA))
        silent = await send(engine, file_id, ScriptedBody(DATA[:1000], HANG))
        await until(lambda: engine.offset(file_id) == 1000, "its checkpoint")

        started = time.monotonic()
        receipt = await engine.append(file_id, 1000, ScriptedBody(DATA[1000:]))

        assert time.monotonic() - started < 5
        assert receipt.complete
        assert await outcome(silent) == TAKEN_OVER
        assert engine.content(file_id) == DATA

    asyncio.run(run())


def test_a_writer_that_still_receives_is_not_interrupted(engine: Engine):
    async def run() -> None:
        file_id = await engine.create_id(len(DATA))
        busy = await send(engine, file_id, Steady(DATA, chunk=200))

        started = time.monotonic()
        with pytest.raises((Busy, Refusal)) as refused:
            await engine.append(file_id, 0, DATA)

        assert time.monotonic() - started < 3
        assert isinstance(refused.value, Busy | Refusal)
        assert refused.value.status in {409, 423}
        assert await outcome(busy) == "complete"
        assert engine.content(file_id) == DATA

    asyncio.run(run())


class Steady(ScriptedBody):
    """Bytes that keep coming, for about five seconds."""

    async def read(self, seconds: float) -> bytes | None:
        await asyncio.sleep(min(0.1, seconds))
        return await super().read(seconds)


def test_a_newcomer_whose_client_leaves_while_it_waits_stops_nobody(engine: Engine):
    async def run() -> None:
        file_id = await engine.create_id(len(DATA))
        busy = await send(engine, file_id, Steady(DATA, chunk=1000))
        waiting = asyncio.create_task(engine.append(file_id, 0, DATA))
        await asyncio.sleep(0.1)

        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

        assert await outcome(busy) == "complete"
        assert engine.content(file_id) == DATA

    asyncio.run(run())


def test_a_reader_is_told_what_the_next_writer_can_start_at(engine: Engine):
    async def run() -> None:
        file_id = await engine.create_id(len(DATA))
        silent = await send(engine, file_id, ScriptedBody(DATA[:777], HANG))

        started = time.monotonic()
        await engine.writers.wait_durable(file_id)
        offset = engine.offset(file_id)

        assert time.monotonic() - started < 5
        assert offset == 777
        assert (await engine.append(file_id, offset, DATA[offset:])).complete
        await outcome(silent)
        assert engine.content(file_id) == DATA

    asyncio.run(run())


def test_a_reader_of_an_upload_that_nobody_writes_waits_for_nothing(engine: Engine):
    with pytest.raises(StopIteration):  # it came to its end without a single pause
        engine.writers.wait_durable("nobody").send(None)


def test_a_reader_of_an_upload_that_never_pauses_is_answered_within_a_second(engine: Engine):
    async def run() -> None:
        file_id = await engine.create_id(len(DATA))
        busy = await send(engine, file_id, Steady(DATA, chunk=300))

        started = time.monotonic()
        await engine.writers.wait_durable(file_id)

        assert time.monotonic() - started < 3
        assert 0 < engine.offset(file_id) < len(DATA)
        assert await outcome(busy) == "complete"

    asyncio.run(run())


def test_draining_ends_every_writer_with_its_last_checkpoint(engine: Engine):
    async def run() -> None:
        ids = [await engine.create_id(len(DATA)) for _ in range(5)]
        writers = [await send(engine, file_id, ScriptedBody(DATA[:500], HANG)) for file_id in ids]

        started = time.monotonic()
        await engine.writers.drain(5)

        assert time.monotonic() - started < 5
        assert [await outcome(writer) for writer in writers] == ["shutdown"] * 5
        assert [engine.offset(file_id) for file_id in ids] == [500] * 5
        assert engine.writers.draining
        with pytest.raises(Unavailable) as refused:
            await engine.append(ids[0], 500, DATA[500:])
        assert refused.value.code == "shutting_down"

    asyncio.run(run())


def test_a_writer_whose_epoch_was_raised_elsewhere_is_stopped():
    async def run() -> None:
        writers, stops = WriterRegistry(), {}
        async with writers.hold("taken") as taken, writers.hold("gone") as gone, writers.hold("mine") as mine:
            for number, active in enumerate((taken, gone, mine), 1):
                active.epoch = number
            watching = asyncio.create_task(watch(writers, lambda _ids: {"taken": 9, "mine": 3}, 0.01))
            await until(lambda: taken.stopped and gone.stopped, "stops")
            stops = {"taken": taken.stopped, "gone": gone.stopped, "mine": mine.stopped}
            watching.cancel()

        assert stops == {"taken": TAKEN_OVER, "gone": REMOVED, "mine": None}

    asyncio.run(run())


def test_a_writer_of_another_process_is_taken_over_and_its_late_bytes_never_land(start):
    async def run() -> None:
        first, second = start(), start()
        watching = asyncio.create_task(watch(first.writers, first.files.epochs, 0.1))
        file_id = await first.create_id(len(DATA))
        release = asyncio.Event()
        hung = await send(first, file_id, ScriptedBody(DATA[:1000], release, b"late" * 100))
        await until(lambda: second.offset(file_id) == 1000, "a checkpoint that others see")

        started = time.monotonic()
        receipt = await second.append(file_id, 1000, DATA[1000:])
        release.set()

        assert time.monotonic() - started < 4  # it was busy a moment ago, which costs a wait
        assert receipt.complete
        assert await outcome(hung) in {TAKEN_OVER, 409}
        assert second.content(file_id) == DATA
        watching.cancel()

    asyncio.run(run())


@pytest.mark.parametrize("attempt", range(5))
def test_of_eight_over_two_processes_exactly_one_wins(start, attempt: int):
    async def run() -> None:
        engines = [start(), start()]
        watching = [asyncio.create_task(watch(one.writers, one.files.epochs, 0.05)) for one in engines]
        file_id = await engines[0].create_id(len(DATA))
        bodies = [ScriptedBody(bytes([number]) * len(DATA), chunk=500 + attempt) for number in range(8)]
        sending = [asyncio.create_task(engines[n % 2].append(file_id, 0, body)) for n, body in enumerate(bodies)]

        outcomes = [await outcome(one) for one in sending]

        assert outcomes.count("complete") == 1
        assert engines[0].content(file_id) == bytes([outcomes.index("complete")]) * len(DATA)
        assert len(engines[0].jobs(file_id)) == 1
        for task in watching:
            task.cancel()

    asyncio.run(run())


def test_who_asks_waits_for_a_request_that_came_before_and_is_not_the_writer_yet():
    async def run() -> None:
        writers, told = WriterRegistry(), []

        async def ask() -> None:
            await writers.wait_durable("upload")
            told.append("asked")

        with writers.pending("upload"):
            asking = asyncio.create_task(ask())
            await asyncio.sleep(0.05)
            assert told == []
            async with writers.hold("upload"):
                told.append("written")
            await asking

        assert told == ["written", "asked"]

    asyncio.run(run())


@pytest.mark.parametrize("leaves", [True, False])
def test_who_asks_does_not_wait_for_long_for_a_request_that_never_writes(leaves: bool):
    async def run() -> None:
        writers = WriterRegistry()
        with writers.pending("upload"):
            asking = asyncio.create_task(writers.wait_durable("upload"))
            await asyncio.sleep(0.05)
            if not leaves:
                await asking
        await asking

        assert writers._pending == {}

    asyncio.run(run())
