"""Carrying out a PATCH: what becomes durable, and what is told."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import random
from datetime import timedelta

import blake3
import google_crc32c
import pytest

from parquay.errors import Conflict, Gone, ParquayError
from parquay.tus.append import AppendPlan
from parquay.tus.create import BodyPlan
from parquay.tus.refusals import Refusal
from parquay.uploads.receive.receive import Receipt
from uploads.engine import CUT, HANG, Engine, ScriptedBody, until

MIB = 1 << 20
DATA = random.Random(7).randbytes(300_000)


def digest_field(algorithm: str, data: bytes) -> str:
    if algorithm == "crc32c":
        made = google_crc32c.Checksum(data).digest()
    elif algorithm == "blake3":
        made = blake3.blake3(data).digest()
    else:
        made = hashlib.new(algorithm, data, usedforsecurity=False).digest()
    return f"{algorithm} {base64.b64encode(made).decode()}"


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


# ------------------------------------------------------------------------------------------- checksums


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5", "crc32c", "blake3"])
def test_a_body_with_the_right_checksum_is_kept(engine: Engine, algorithm: str):
    async def run() -> None:
        file_id = await engine.create_id(len(DATA))

        receipt = await engine.append(file_id, 0, DATA, upload_checksum=digest_field(algorithm, DATA))

        assert receipt.complete
        assert engine.content(file_id) == DATA

    asyncio.run(run())


@pytest.mark.parametrize("algorithm", ["sha1", "sha256", "md5", "crc32c", "blake3"])
def test_a_body_with_a_wrong_checksum_is_discarded(engine: Engine, algorithm: str):
    # The rule: "the uploaded chunk MUST be discarded, and the upload and its offset MUST NOT be updated."
    async def run() -> None:
        file_id = await engine.create_id(len(DATA))
        await engine.append(file_id, 0, DATA[:1000])

        with pytest.raises(Refusal) as refused:
            await engine.append(file_id, 1000, DATA[1000:], upload_checksum=digest_field(algorithm, DATA))

        assert refused.value.status == 460
        assert engine.offset(file_id) == engine.store.size(file_id) == 1000
        right = digest_field(algorithm, DATA[1000:])
        assert (await engine.append(file_id, 1000, DATA[1000:], upload_checksum=right)).complete
        assert engine.content(file_id) == DATA

    asyncio.run(run())


def test_nothing_of_a_checksummed_body_is_kept_when_it_is_cut(engine: Engine):
    async def run() -> None:
        file_id = await engine.create_id(len(DATA))
        body = ScriptedBody(DATA[:200_000], CUT)

        receipt = await engine.append(file_id, 0, body, upload_checksum=digest_field("sha1", DATA[:200_000]))

        assert receipt == Receipt(0, "disconnected")
        assert engine.offset(file_id) == engine.store.size(file_id) == 0

    asyncio.run(run())


def test_the_offset_stays_while_a_checksum_is_outstanding(engine: Engine):
    async def run() -> None:
        file_id = await engine.create_id(len(DATA))
        body = ScriptedBody(DATA[:200_000], HANG)
        sent = {"upload_checksum": digest_field("sha1", DATA)}
        sending = asyncio.create_task(engine.append(file_id, 0, body, **sent))
        await until(lambda: body.taken == 200_000, "bytes taken in", 5)

        async with asyncio.timeout(1.0):
            await engine.writers.wait_durable(file_id)

        assert engine.offset(file_id) == 0
        await engine.writers.stop(file_id, "taken_over")
        assert (await sending).offset == 0
        assert engine.store.size(file_id) == 0

    asyncio.run(run())


def test_a_checksum_of_an_empty_body_is_checked(engine: Engine):
    async def run() -> None:
        file_id = await engine.create_id(5)

        receipt = await engine.append(file_id, 0, b"", upload_checksum=digest_field("sha1", b""))
        with pytest.raises(Refusal):
            await engine.append(file_id, 0, b"", upload_checksum=digest_field("sha1", b"x"))

        assert receipt.offset == 0

    asyncio.run(run())


# ------------------------------------------------------------------------------- more than one at a time


def test_an_upload_removed_meanwhile_is_gone(engine: Engine):
    async def run() -> None:
        file_id = await engine.create_id(10)
        body = ScriptedBody(b"12345", HANG)
        sending = asyncio.create_task(engine.append(file_id, 0, body))
        await until(lambda: body.taken == 5, "bytes taken in")

        assert await engine.services.uploads.remover.discard(file_id)

        assert (await sending).ended == "removed"
        assert engine.files.get(file_id) is None
        assert file_id not in set(engine.store.ids())

    asyncio.run(run())


def test_an_upload_that_was_removed_before_its_body_is_gone(engine: Engine):
    async def run() -> None:
        file_id = await engine.create_id(10)
        file = engine.row(file_id)
        await engine.services.uploads.remover.discard(file_id)

        with pytest.raises(Gone):
            await engine.services.uploads.appender.append(file, AppendPlan(0, 10, BodyPlan(10)), ScriptedBody(b"12345"))

        assert file_id not in set(engine.store.ids())

    asyncio.run(run())


def test_an_upload_that_another_finished_meanwhile_is_a_conflict(engine: Engine):
    async def run() -> None:
        file_id = await engine.create_id(0, upload_concat="partial")
        stale = engine.row(file_id)
        stale.complete = False

        with pytest.raises(Conflict) as caught:
            await engine.services.uploads.appender.append(stale, AppendPlan(0, 0, BodyPlan(0)), ScriptedBody(b""))

        assert caught.value.code == "already_complete"

    asyncio.run(run())


def test_a_stale_writer_of_another_process_changes_nothing(start):
    async def run() -> None:
        first, second = start(), start()
        file_id = await first.create_id(10)
        release = asyncio.Event()
        stale = asyncio.create_task(first.append(file_id, 0, ScriptedBody(b"11111", release, b"11111")))
        await until(lambda: second.offset(file_id) == 5, "a checkpoint of the first writer")
        taking = asyncio.create_task(second.append(file_id, 5, b"22222"))
        await until(lambda: second.row(file_id).epoch == 2, "the upload taken over")

        release.set()
        with pytest.raises(ParquayError) as caught:
            await stale

        assert caught.value.status == 409
        assert (await taking).complete
        assert second.content(file_id) == b"1111122222"
        assert len(second.jobs(file_id)) == 1

    asyncio.run(run())


def test_a_busy_writer_of_another_process_is_not_interrupted(start, monkeypatch):
    monkeypatch.setattr("parquay.catalog.files.WRITER_ACTIVE", timedelta(hours=1))

    async def run() -> None:
        first, second = start(), start()
        file_id = await first.create_id(10)
        release = asyncio.Event()
        busy = asyncio.create_task(first.append(file_id, 0, ScriptedBody(b"11111", release, b"11111")))
        await until(lambda: second.offset(file_id) == 5, "a checkpoint of the first writer")

        with pytest.raises(ParquayError) as caught:
            await second.append(file_id, 5, b"22222")
        release.set()

        assert (caught.value.status, caught.value.retry_after) == (423, 1)
        assert (await busy).complete
        assert second.content(file_id) == b"1111111111"

    asyncio.run(run())


def test_an_upload_removed_by_another_process_leaves_no_bytes(start):
    async def run() -> None:
        first, second = start(), start()
        file_id = await first.create_id(10)
        real = first.store.writer

        def remove_first(*arguments, **named):
            asyncio.run(second.services.uploads.remover.discard(file_id))
            return real(*arguments, **named)

        first.store.writer = remove_first
        with pytest.raises(ParquayError) as caught:
            await first.append(file_id, 0, b"1234567890")

        assert caught.value.status == 410
        assert list(first.store.ids()) == []

    asyncio.run(run())
