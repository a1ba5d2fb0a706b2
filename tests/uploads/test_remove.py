"""Removing an upload at any time, and sweeping those that nobody finished."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from parquay.catalog.tables import File, now
from parquay.errors import NotFound
from parquay.uploads.policy.rules import Owner
from storage.memory.uploads import MemoryStore
from uploads.engine import HANG, OWNER, Engine, ScriptedBody, until


def age(engine: Engine, *file_ids: str, seconds: float = 1.0) -> None:
    """Let the time of uploads be over since `seconds`."""
    past = now() - timedelta(seconds=seconds)
    engine.services.catalog.write(
        lambda session: session.execute(update(File).where(col(File.id).in_(file_ids)).values(expires_at=past))
    )


@pytest.mark.parametrize("complete", [False, True], ids=["partial", "complete"])
def test_a_removed_upload_leaves_nothing(engine: Engine, complete: bool):
    # The rule: "the Server SHOULD free associated resources"
    async def run() -> None:
        file_id = await engine.create_id(10)
        await engine.append(file_id, 0, b"1234567890" if complete else b"123")
        table = engine.services.tables.places.at(file_id)
        table.keep("part-00000.parquet", b"-")

        await engine.services.uploads.remover.remove(file_id, OWNER)

        assert engine.files.get(file_id) is None
        assert list(engine.store.ids()) == []
        assert engine.jobs(file_id) == []
        assert not table.exists()
        assert engine.events(file_id)[-1] == "file.deleted"
        with pytest.raises(NotFound):
            await engine.services.uploads.remover.remove(file_id, OWNER)

    asyncio.run(run())


def test_only_the_owner_removes(engine: Engine):
    async def run() -> None:
        file_id = await engine.create_id(10)

        with pytest.raises(NotFound):
            await engine.services.uploads.remover.remove(file_id, Owner("somebody else", "bob"))

        assert engine.files.get(file_id) is not None

    asyncio.run(run())


def test_removing_ends_the_writer_and_its_late_bytes_make_no_file(engine: Engine):
    async def run() -> None:
        file_id, release = await engine.create_id(10), asyncio.Event()
        body = ScriptedBody(b"123", release, b"4567890")
        sending = asyncio.create_task(engine.append(file_id, 0, body))
        await until(lambda: body.taken == 3, "bytes taken in")

        await engine.services.uploads.remover.remove(file_id, OWNER)
        release.set()

        assert (await sending).ended == "removed"
        assert list(engine.store.ids()) == []
        assert engine.files.ids() == set()

    asyncio.run(run())


def test_what_has_expired_is_swept(engine: Engine):
    async def run() -> None:
        old, part, waiting = await engine.create_id(10), await engine.create_id(3, upload_concat="partial"), None
        await engine.append(old, 0, b"123")
        await engine.append(part, 0, b"123")
        waiting = await engine.create_id(10)
        age(engine, old, part)

        assert await engine.services.uploads.expirer.sweep() == 2

        assert engine.files.ids() == {waiting}
        assert list(engine.store.ids()) == []

    asyncio.run(run())


def test_what_is_finished_is_never_swept(engine: Engine):
    async def run() -> None:
        done, empty = await engine.create_id(3), await engine.create_id(0)
        await engine.append(done, 0, b"123")

        assert engine.row(done).expires_at is None
        assert engine.row(empty).expires_at is None
        assert await engine.services.uploads.expirer.sweep() == 0

    asyncio.run(run())


def test_what_is_being_written_is_never_swept(engine: Engine):
    async def run() -> None:
        file_id = await engine.create_id(10)
        body = ScriptedBody(b"123", HANG)
        sending = asyncio.create_task(engine.append(file_id, 0, body))
        await until(lambda: body.taken == 3, "bytes taken in")
        age(engine, file_id)

        assert await engine.services.uploads.expirer.sweep() == 0

        await engine.writers.stop(file_id, "taken_over")
        assert (await sending).offset == 3
        expires = engine.row(file_id).expires_at
        assert expires is not None
        assert expires > now()

    asyncio.run(run())


def test_a_body_gives_an_upload_its_whole_time_again(engine: Engine):
    async def run() -> None:
        file_id = await engine.create_id(10)
        age(engine, file_id, seconds=-5)
        before = engine.row(file_id).expires_at

        await engine.append(file_id, 0, b"1")

        expires = engine.row(file_id).expires_at
        assert before is not None
        assert expires is not None
        assert expires - before > timedelta(days=6)

    asyncio.run(run())


def test_an_upload_continued_between_look_and_sweep_stays(engine: Engine):
    async def run() -> None:
        file_id = await engine.create_id(10)
        age(engine, file_id)
        moment = now()
        assert engine.files.expired(moment, 10) == [file_id]
        await engine.append(file_id, 0, b"1")

        assert not await engine.services.uploads.remover.discard(file_id, expired_before=moment)

        assert engine.files.get(file_id) is not None

    asyncio.run(run())


def test_many_are_swept_in_batches(start):
    async def run() -> None:
        engine = start(store=MemoryStore())
        ids = await asyncio.gather(*(engine.create_id(1) for _ in range(250)))
        age(engine, *ids)

        assert await engine.services.uploads.expirer.sweep() == 250

        assert engine.files.ids() == set()

    asyncio.run(run())
