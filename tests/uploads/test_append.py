"""Carrying out a PATCH: what becomes durable, and what is told."""

from __future__ import annotations

import asyncio

import pytest

from parquay.tus.refusals import Refusal
from parquay.uploads.receive.receive import Receipt
from uploads.appended import DATA, digest_field
from uploads.engine import CUT, HANG, Engine, ScriptedBody, until


def test_a_whole_body_finishes_an_upload_once(engine: Engine):
    async def run() -> None:
        file_id = await engine.create_id(len(DATA))

        receipt = await engine.append(file_id, 0, DATA)

        assert receipt == Receipt(len(DATA), "complete", complete=True)
        assert engine.content(file_id) == DATA
        row = engine.row(file_id)
        assert (row.complete, row.status, row.expires_at) == (True, "processing", None)
        assert [job.kind for job in engine.jobs(file_id)] == ["convert"]
        assert engine.events(file_id).count("file.updated") == 1

    asyncio.run(run())


def test_bodies_one_after_the_other_are_one_run_of_bytes(engine: Engine):
    async def run() -> None:
        file_id, offset = await engine.create_id(len(DATA)), 0
        for size in (1, 0, 1000, 65_536, 100_000, len(DATA) - 166_537):
            # The rule: "The new offset MUST be the sum of the offset before the PATCH request and the number of bytes
            # received and processed or stored during the current PATCH request."
            receipt = await engine.append(file_id, offset, DATA[offset : offset + size])
            assert receipt.offset == offset + size
            offset += size

        assert engine.row(file_id).complete
        assert engine.content(file_id) == DATA

    asyncio.run(run())


def test_bytes_one_at_a_time_are_all_kept(engine: Engine):
    async def run() -> None:
        file_id = await engine.create_id(500)

        receipt = await engine.append(file_id, 0, ScriptedBody(DATA[:500], chunk=1))

        assert receipt.complete
        assert engine.content(file_id) == DATA[:500]

    asyncio.run(run())


@pytest.mark.parametrize("after", [1, 65_536, 250_000])
def test_offset_advances_by_what_is_durable_when_the_client_vanishes(engine: Engine, after: int):
    # The rule: "The Server SHOULD always attempt to store as much of the received data as possible."
    async def run() -> None:
        file_id = await engine.create_id(len(DATA))

        receipt = await engine.append(file_id, 0, ScriptedBody(DATA[:after], CUT))

        assert receipt == Receipt(after, "disconnected")
        assert engine.content(file_id) == DATA[:after]
        assert (await engine.append(file_id, after, DATA[after:])).complete
        assert engine.content(file_id) == DATA

    asyncio.run(run())


def test_all_bytes_and_then_a_cut_is_a_complete_upload(engine: Engine):
    async def run() -> None:
        file_id = await engine.create_id(len(DATA))

        receipt = await engine.append(file_id, 0, ScriptedBody(DATA, CUT))

        assert receipt.complete
        assert len(engine.jobs(file_id)) == 1

    asyncio.run(run())


def test_a_body_that_runs_over_is_cut_at_the_length(engine: Engine):
    async def run() -> None:
        file_id = await engine.create_id(100)

        receipt = await engine.append(file_id, 0, ScriptedBody(DATA[:150], chunk=40))

        assert (receipt.offset, receipt.ended) == (100, "overrun")
        assert engine.content(file_id) == DATA[:100]
        assert engine.store.size(file_id) == 100

    asyncio.run(run())


def test_a_wrong_offset_changes_nothing(engine: Engine):
    async def run() -> None:
        file_id = await engine.create_id(10)
        await engine.append(file_id, 0, b"12345")

        for offset in (0, 4, 6):
            with pytest.raises(Refusal):
                await engine.append(file_id, offset, b"xxxxx")

        assert engine.content(file_id) == b"12345"
        assert engine.store.size(file_id) == 5

    asyncio.run(run())


def test_an_empty_body_at_the_end_of_a_complete_upload_changes_nothing(engine: Engine):
    async def run() -> None:
        file_id = await engine.create_id(5)
        await engine.append(file_id, 0, b"12345")
        before = engine.row(file_id), engine.events(file_id)

        receipt = await engine.append(file_id, 5, b"")

        assert receipt.offset == 5
        assert (engine.row(file_id), engine.events(file_id)) == before
        assert len(engine.jobs(file_id)) == 1

    asyncio.run(run())


@pytest.mark.parametrize("complete", [b"12345", b""])
def test_a_body_at_the_end_of_a_complete_upload_is_one_byte_too_long(engine: Engine, complete: bytes):
    async def run() -> None:
        file_id = await engine.create_id(len(complete))
        await engine.append(file_id, 0, complete)
        before = engine.row(file_id), engine.events(file_id)

        receipt = await engine.append(file_id, len(complete), ScriptedBody(b"6"))

        assert (receipt.offset, receipt.ended) == (len(complete), "overrun")
        assert (engine.row(file_id), engine.events(file_id)) == before

    asyncio.run(run())


def test_a_body_that_may_have_no_bytes_and_does_not_end_gives_way_to_the_next(engine: Engine):
    async def run() -> None:
        file_id = await engine.create_id(5)
        await engine.append(file_id, 0, b"12345")
        endless = asyncio.ensure_future(engine.append(file_id, 5, ScriptedBody(HANG)))
        await until(engine.writers.running, "the first one waits")

        assert (await engine.append(file_id, 5, b"")).ended == "complete"

        assert (await endless).ended == "taken_over"

    asyncio.run(run())


def test_no_bytes_at_the_end_have_a_checksum_too(engine: Engine):
    async def run() -> None:
        file_id = await engine.create_id(5)
        await engine.append(file_id, 0, b"12345")

        assert (await engine.append(file_id, 5, b"", upload_checksum=digest_field("sha1", b""))).ended == "complete"
        with pytest.raises(Refusal) as caught:
            await engine.append(file_id, 5, b"", upload_checksum=digest_field("sha1", b"x"))
        assert caught.value.code == "checksum_mismatch"

    asyncio.run(run())


def test_a_length_can_come_with_any_body_and_then_stays(engine: Engine):
    async def run() -> None:
        file_id = await engine.create_id(None)
        await engine.append(file_id, 0, b"12345")
        assert engine.row(file_id).size is None

        await engine.append(file_id, 5, b"6", upload_length="8")
        with pytest.raises(Refusal):
            await engine.append(file_id, 6, b"7", upload_length="7")

        assert engine.row(file_id).size == 8
        assert (await engine.append(file_id, 6, b"78")).complete

    asyncio.run(run())


def test_a_length_that_is_reached_already_completes_with_an_empty_body(engine: Engine):
    async def run() -> None:
        file_id = await engine.create_id(None)
        await engine.append(file_id, 0, b"12345")

        receipt = await engine.append(file_id, 5, b"", upload_length="5")

        assert receipt.complete
        assert engine.row(file_id).complete
        assert len(engine.jobs(file_id)) == 1

    asyncio.run(run())


# ------------------------------------------------------------------------------------------- checkpoints


def test_bytes_become_durable_while_the_body_still_runs(engine: Engine):
    moved: list[str] = []
    engine.services.catalog.notifications.subscribe_progress(moved.extend)

    async def run() -> None:
        file_id = await engine.create_id(len(DATA))
        body = ScriptedBody(DATA[:200_000], HANG)
        sending = asyncio.create_task(engine.append(file_id, 0, body))

        await until(lambda: engine.offset(file_id) == 200_000, "a checkpoint of a silent body", 5)

        assert not sending.done()
        assert engine.content(file_id) == DATA[:200_000]
        await until(lambda: file_id in moved, "the notification of its progress", 5)
        await engine.writers.stop(file_id, "taken_over")
        assert (await sending).offset == 200_000

    asyncio.run(run())


def test_a_reader_gets_everything_received_at_once(engine: Engine):
    async def run() -> None:
        file_id = await engine.create_id(len(DATA))
        sending = asyncio.create_task(engine.append(file_id, 0, ScriptedBody(DATA[:100], HANG)))
        await until(lambda: file_id in engine.writers.running(), "a writer")

        async with asyncio.timeout(1.0):
            await engine.writers.wait_durable(file_id)

        assert engine.offset(file_id) == 100
        await engine.writers.stop(file_id, "taken_over")
        await sending

    asyncio.run(run())


def test_a_checkpoint_of_a_big_file_wakes_the_converter_before_the_end(engine: Engine):
    async def run() -> None:
        file_id = await engine.create_id(len(DATA))

        await engine.append(file_id, 0, ScriptedBody(DATA[:200_000], CUT))

        assert [job.state for job in engine.jobs(file_id)] == ["queued"]

    asyncio.run(run())


def test_a_cancelled_request_still_takes_its_last_checkpoint(engine: Engine):
    async def run() -> None:
        file_id = await engine.create_id(len(DATA))
        body = ScriptedBody(DATA[:1000], HANG)
        sending = asyncio.create_task(engine.append(file_id, 0, body))
        await until(lambda: body.taken == 1000, "bytes taken in")

        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending

        assert engine.offset(file_id) == 1000
        assert file_id not in engine.writers.running()

    asyncio.run(run())
