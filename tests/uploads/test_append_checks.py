"""Checksums of a body, and writers of other processes."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from parquay.errors import Conflict, Gone, ParquayError
from parquay.tus.append import AppendPlan
from parquay.tus.create import BodyPlan
from parquay.tus.refusals import Refusal
from parquay.uploads.receive.receive import Receipt
from uploads.appended import DATA, digest_field
from uploads.engine import CUT, HANG, Engine, ScriptedBody, until

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
