"""Final uploads: the bytes of their parts in order, at once or when the last part is there."""

from __future__ import annotations

import asyncio
import random
from datetime import timedelta

import pytest
from sqlmodel import col, delete

from parquay.catalog.tables import File, now
from parquay.errors import StorageFull, TooLarge
from parquay.tus.refusals import Refusal
from parquay.uploads.policy.rules import Owner
from storage.memory.uploads import MemoryStore
from storage.tmpfs import volume
from uploads.engine import OWNER, Engine, ScriptedBody, until

MIB = 1 << 20
DATA = random.Random(11).randbytes(250_000)


async def part(engine: Engine, data: bytes, length: int | None = None, **headers: str) -> str:
    """Make a partial upload with `data` in it."""
    file_id = await engine.create_id(len(data) if length is None else length, upload_concat="partial", **headers)
    if data:
        await engine.append(file_id, 0, data)
    return file_id


async def final(engine: Engine, *part_ids: str, **headers: str) -> str:
    urls = " ".join(f"/files/{part_id}" for part_id in part_ids)
    return (await engine.create(upload_concat=f"final;{urls}", **headers))[0].id


def test_parts_are_joined_in_the_order_that_was_asked_for(engine: Engine):
    # "The partial uploads MUST be concatenated as per the order specified in the list."
    async def run() -> None:
        first, second = await part(engine, DATA[:100_000]), await part(engine, DATA[100_000:])

        whole, twisted = await final(engine, first, second), await final(engine, second, first, second)

        assert engine.content(whole) == DATA
        assert engine.content(twisted) == DATA[100_000:] + DATA
        row = engine.row(whole)
        assert (row.offset, row.size, row.complete, row.status) == (len(DATA), len(DATA), True, "processing")
        assert engine.content(first) == DATA[:100_000]

    asyncio.run(run())


def test_only_the_final_upload_is_processed(engine: Engine):
    # "The Server SHOULD NOT process these partial uploads until they are concatenated to form a final upload."
    async def run() -> None:
        first = await part(engine, DATA)

        whole = await final(engine, first)

        assert engine.jobs(first) == []
        assert engine.events(first) == []
        assert len(engine.jobs(whole)) == 1
        assert engine.row(first).status == "uploading"

    asyncio.run(run())


def test_parts_without_bytes_count_too(engine: Engine):
    async def run() -> None:
        empty, some = await part(engine, b""), await part(engine, b"some")

        assert engine.content(await final(engine, empty, some, empty)) == b"some"
        nothing = await final(engine, empty)
        assert engine.row(nothing).complete
        assert engine.row(nothing).size == 0

    asyncio.run(run())


def test_metadata_of_parts_is_not_inherited(engine: Engine):
    # The rule: "When creating a new final upload the partial uploads' metadata SHALL NOT be transferred"
    async def run() -> None:
        first = await part(engine, b"x", upload_metadata="filename cGFydC5jc3Y=,secret eA==")

        whole = await final(engine, first, upload_metadata="filename d2hvbGUuY3N2")

        assert engine.row(whole).name == "whole.csv"
        assert engine.row(whole).upload_metadata == "filename d2hvbGUuY3N2"

    asyncio.run(run())


def test_a_final_upload_waits_for_its_last_part(engine: Engine):
    # The rule: "The Client MAY send the concatenation request while the partial uploads are still in progress."
    async def run() -> None:
        done, running = await part(engine, DATA[:1000]), await part(engine, b"", length=len(DATA) - 1000)

        whole = await final(engine, done, running)

        assert not engine.row(whole).complete
        assert engine.jobs(whole) == []
        await engine.append(running, 0, DATA[1000:])
        await engine.services.uploads.concatenator.finish_waiting(OWNER.id)
        assert engine.content(whole) == DATA
        assert len(engine.jobs(whole)) == 1

    asyncio.run(run())


@pytest.mark.parametrize("how", ["removed", "expired"])
def test_a_final_upload_ends_with_a_part_that_it_waits_for(engine: Engine, how: str):
    async def run() -> None:
        done, running, other = await part(engine, DATA[:1000]), await part(engine, b"", 10), await part(engine, b"", 10)
        waiting, joined = await final(engine, done, running), await final(engine, done)
        unconcerned = await final(engine, done, other)

        remover = engine.services.uploads.remover
        if how == "removed":
            await remover.remove(running, OWNER)
        else:
            assert await remover.discard(running, expired_before=now() + timedelta(days=400))

        ended = engine.row(waiting)
        assert (ended.status, ended.error_code, ended.complete) == ("error", "concat_unknown", False)
        assert ended.finished_at is not None
        assert engine.events(waiting)[-1] == "file.updated"
        assert engine.row(joined).status == "processing"
        assert engine.row(unconcerned).status == "uploading"
        await remover.remove(done, OWNER)
        assert engine.row(unconcerned).error_code == "concat_unknown"
        assert engine.content(joined) == DATA[:1000]
        await remover.remove(waiting, OWNER)
        assert engine.events(waiting)[-1] == "file.deleted"

    asyncio.run(run())


def test_a_part_that_goes_while_its_concatenation_is_asked_for_is_noticed(engine: Engine):
    async def run() -> None:
        running = await part(engine, b"", 10)
        waiting = await final(engine, running)
        gone = delete(File).where(col(File.id) == running)
        engine.services.catalog.write(lambda session: session.execute(gone))

        ended = await engine.services.uploads.concatenator.try_finish(engine.row(waiting))
        again = await engine.services.uploads.concatenator.try_finish(ended)

        assert (ended.status, ended.error_code) == ("error", "concat_unknown")
        assert again.finished_at == ended.finished_at

    asyncio.run(run())


def test_settling_again_changes_nothing(engine: Engine):
    async def run() -> None:
        whole = await final(engine, await part(engine, DATA))
        before = engine.row(whole), engine.events(whole)

        await asyncio.gather(*(engine.services.uploads.concatenator.try_finish(engine.row(whole)) for _ in range(4)))

        assert (engine.row(whole), engine.events(whole)) == before
        assert len(engine.jobs(whole)) == 1

    asyncio.run(run())


def test_two_processes_that_settle_at_once_make_one_whole_file(start):
    async def run() -> None:
        first, second = start(), start()
        done, running = await part(first, DATA[:1000]), await part(first, b"", length=len(DATA) - 1000)
        whole = await final(first, done, running)
        await first.append(running, 0, DATA[1000:])
        waiting = first.row(whole)

        await asyncio.gather(
            *(engine.services.uploads.concatenator.try_finish(waiting) for engine in (first, second) for _ in range(3))
        )

        assert first.content(whole) == DATA
        assert len(first.jobs(whole)) == 1
        assert set(first.store.ids()) == {done, running, whole}

    asyncio.run(run())


def test_a_late_settler_harms_no_finished_file_though_its_parts_are_gone(start):
    async def run() -> None:
        first, second = start(), start()
        only = await part(first, DATA)
        whole = await final(first, only)
        stale = first.row(whole)
        stale.complete = False
        many = second.files.many
        second.files.many = lambda ids: {**many(ids), whole: stale}
        await first.services.uploads.remover.remove(only, OWNER)

        await second.services.uploads.concatenator.try_finish(stale)

        assert first.content(whole) == DATA
        assert len(first.jobs(whole)) == 1

    asyncio.run(run())


@pytest.mark.parametrize("which", ["unknown", "removed", "nonsense"])
def test_a_part_that_is_not_there_is_refused(engine: Engine, which: str):
    async def run() -> None:
        known = await part(engine, b"x")
        missing = {"unknown": "A" * 24, "removed": await part(engine, b"y"), "nonsense": "..%2f..%2fetc"}[which]
        if which == "removed":
            await engine.services.uploads.remover.remove(missing, OWNER)

        with pytest.raises(Refusal) as caught:
            await final(engine, known, missing)

        assert caught.value.status in {400, 404}
        assert len(engine.files.ids()) == len(set(engine.files.ids()) - {missing})

    asyncio.run(run())


def test_an_upload_that_is_no_part_is_refused(engine: Engine):
    async def run() -> None:
        ordinary = await engine.create_id(0)

        with pytest.raises(Refusal) as caught:
            await final(engine, ordinary)

        assert (caught.value.code, caught.value.status) == ("concat_not_partial", 400)

    asyncio.run(run())


def test_a_part_of_somebody_else_is_unknown(engine: Engine):
    async def run() -> None:
        foreign = await part(engine, b"x")
        stolen = engine.row(foreign)

        with pytest.raises(Refusal) as caught:
            engine.services.uploads.concatenator.parts_of(Owner("somebody else", "bob"), [stolen.id])

        assert (caught.value.code, caught.value.status) == ("concat_unknown", 404)

    asyncio.run(run())


def test_a_part_of_unknown_length_is_refused(engine: Engine):
    async def run() -> None:
        open_part = (await engine.create(upload_defer_length="1", upload_concat="partial"))[0].id

        with pytest.raises(Refusal) as caught:
            await final(engine, open_part)

        assert caught.value.status == 400

    asyncio.run(run())


def test_a_sum_beyond_the_limit_is_refused(start):
    async def run() -> None:
        engine = start(store=MemoryStore(), max_size=10)
        first = await part(engine, b"123456")

        with pytest.raises(Refusal) as caught:
            await final(engine, first, first)

        assert caught.value.status == 413
        await final(engine, first)

    asyncio.run(run())


def test_a_sum_beyond_the_quota_or_the_room_is_refused(start):
    async def run() -> None:
        poor, cramped = start(store=MemoryStore(), quota_bytes=10), start(store=MemoryStore(capacity=3 * MIB))
        cramped_part = await part(cramped, bytes(2 * MIB))

        with pytest.raises(TooLarge):
            await final(poor, await part(poor, b"123456"))
        with pytest.raises(StorageFull):
            await final(cramped, cramped_part)

    asyncio.run(run())


async def room_for_everything(_length: int) -> None:
    """There was room when it was looked for."""


def test_a_copy_that_does_not_fit_leaves_nothing_behind(start, tmp_path):
    async def run() -> None:
        with volume(tmp_path / "small", 8 * MIB) as path:
            engine = start(storage_url=f"file://{path}")
            engine.store._reserve = 0
            first = await part(engine, bytes(5 * MIB))
            engine.services.uploads.creator._free = room_for_everything

            with pytest.raises(StorageFull):
                await final(engine, first)

            assert engine.files.ids() == set(engine.store.ids()) == {first}

    asyncio.run(run())


def test_a_final_upload_takes_no_bytes(engine: Engine):
    async def run() -> None:
        whole = await final(engine, await part(engine, b"x"))

        with pytest.raises(Refusal) as caught:
            await engine.append(whole, 1, b"y")

        assert caught.value.status == 403
        assert engine.content(whole) == b"x"

    asyncio.run(run())


def test_a_part_that_came_with_its_creation_can_be_joined(engine: Engine):
    async def run() -> None:
        body = ScriptedBody(b"12345")
        sent = {"upload_length": "5", "content_length": "5", "upload_concat": "partial"}

        file, receipt = await engine.create(body, **sent)

        assert receipt is not None
        assert receipt.complete
        assert engine.row(file.id).expires_at is not None
        assert engine.content(await final(engine, file.id)) == b"12345"

    asyncio.run(run())


def test_a_waiting_final_upload_is_finished_while_its_parts_are_sent_by_many(engine: Engine):
    async def run() -> None:
        parts = [await part(engine, b"", length=1000) for _ in range(6)]
        whole = await final(engine, *parts)

        async def send(number: int, part_id: str) -> None:
            await engine.append(part_id, 0, bytes([number]) * 1000)
            await engine.services.uploads.concatenator.finish_waiting(OWNER.id)

        await asyncio.gather(*(send(number, part_id) for number, part_id in enumerate(parts)))

        await until(lambda: engine.row(whole).complete, "the whole file")
        assert engine.content(whole) == b"".join(bytes([number]) * 1000 for number in range(6))
        assert len(engine.jobs(whole)) == 1

    asyncio.run(run())
