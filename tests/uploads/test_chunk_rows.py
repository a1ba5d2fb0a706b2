"""Rows of chunks made again from the bucket, where the catalog lost them or is a copy from an earlier time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, delete, update

from parquay.catalog.tables import File, NamedChunk, now
from parquay.catalog.usage import Usages
from parquay.storage.chunked.store import ChunkStore
from parquay.uploads.maintain.chunk_rows import ChunkRows
from parquay.uploads.maintain.finding import Finding
from parquay.uploads.maintain.fsck import Fsck
from storage.memory.bucket import MemoryBucket
from storage.test_chunk_store import Index
from uploads.engine import CUT, OWNER, Engine, ScriptedBody

DATA = bytes(range(256)) * 40
LONG_AGO = timedelta(hours=2)


@pytest.fixture
def bucket() -> MemoryBucket:
    return MemoryBucket()


@pytest.fixture
def engine(start: Callable[..., Engine], bucket: MemoryBucket, tmp_path: Path) -> Engine:
    return start(store=ChunkStore(bucket, Index(), tmp_path / "gathering"))


def store_of(engine: Engine) -> ChunkStore:
    assert isinstance(engine.store, ChunkStore)
    return engine.store


def rows_of(engine: Engine) -> ChunkRows:
    return ChunkRows(engine.services.catalog, engine.files, store_of(engine))


def repaired(finding: Finding) -> bool | None:
    assert finding.repair is not None
    return finding.repair()


def fsck_of(engine: Engine) -> Fsck:
    uploads, tables = engine.services.uploads, engine.services.tables
    return Fsck(
        engine.services.catalog,
        uploads.files,
        uploads.segments,
        uploads.store,
        places=tables.places,
        faults=lambda _file, _rehash: [],
        mend=lambda _file, names: names,
        usages=Usages(engine.services.catalog),
        chunk_rows=rows_of(engine),
    )


def forget(engine: Engine, *file_ids: str, since: int = 0) -> None:
    """Delete rows of chunks behind everybody's back."""
    some = delete(NamedChunk).where(col(NamedChunk.file_id).in_(file_ids), col(NamedChunk.start) >= since)
    engine.services.catalog.write(lambda session: session.execute(some))


def change(engine: Engine, file_id: str, **values: object) -> None:
    engine.services.catalog.write(
        lambda session: session.execute(update(File).where(col(File.id) == file_id).values(**values))
    )


async def sent_in_three(engine: Engine, **headers: str) -> str:
    file_id = await engine.create_id(len(DATA), **headers)
    for start, end in ((0, 1000), (1000, 5000)):
        await engine.append(file_id, start, ScriptedBody(DATA[start:end], CUT))
    await engine.append(file_id, 5000, DATA[5000:])
    return file_id


def age(bucket: MemoryBucket, seconds: float) -> None:
    for key, (data, moment) in list(bucket._objects.items()):
        bucket._objects[key] = (data, moment - seconds)


def test_rows_that_are_gone_are_made_again(engine: Engine, bucket: MemoryBucket):
    file_id = asyncio.run(sent_in_three(engine))
    before = store_of(engine).named(file_id)
    forget(engine, file_id, since=1000)
    age(bucket, 7200)

    assert list(fsck_of(engine).orphans()) == []  # what may be its bytes is no orphan
    (finding,) = rows_of(engine).findings()

    assert (finding.code, finding.file_id) == ("unnamed_chunks", file_id)
    assert repaired(finding)
    assert store_of(engine).named(file_id) == before
    assert engine.content(file_id) == DATA
    assert list(rows_of(engine).findings()) == []


def test_what_is_not_there_is_named_and_the_offset_stays(engine: Engine, bucket: MemoryBucket):
    file_id = asyncio.run(sent_in_three(engine))
    lost = store_of(engine).named(file_id)[1].key
    forget(engine, file_id)
    bucket.delete([lost])

    (finding,) = rows_of(engine).findings()

    assert (
        finding.detail == "1 of its chunks are there, and no row names them. From byte 1000 to byte 5000 there is none."
    )
    assert repaired(finding) is False
    assert engine.offset(file_id) == len(DATA)
    assert engine.store.size(file_id) == 1000


def test_a_joined_upload_finds_its_chunks_though_its_parts_are_removed(engine: Engine, bucket: MemoryBucket):
    async def run() -> str:
        parts = [await sent_in_three(engine, upload_concat="partial") for _ in range(2)]
        final = (await engine.create(upload_concat=f"final;/files/{parts[0]} /files/{parts[1]}"))[0].id
        for part in parts:
            await engine.services.uploads.remover.remove(part, OWNER)
        return final

    final = asyncio.run(run())
    assert engine.content(final) == DATA * 2
    forget(engine, final)
    age(bucket, 7200)

    assert list(fsck_of(engine).orphans()) == []
    (finding,) = rows_of(engine).findings()

    assert repaired(finding)
    assert engine.content(final) == DATA * 2


def test_an_offset_from_an_earlier_time_moves_behind_what_is_there(engine: Engine):
    file_id = asyncio.run(sent_in_three(engine))
    forget(engine, file_id, since=1000)
    restored = {"offset": 1000, "complete": False, "status": "uploading", "epoch": 1}

    change(engine, file_id, **restored)
    assert list(rows_of(engine).findings()) == []  # it may be on its way
    change(engine, file_id, active_at=now() - LONG_AGO)
    (finding,) = rows_of(engine).findings()

    assert finding.code == "later_chunks"
    assert repaired(finding)
    assert engine.row(file_id).complete
    assert engine.content(file_id) == DATA


def test_what_is_continued_meanwhile_is_left_alone(engine: Engine):
    async def half() -> str:
        file_id = await engine.create_id(len(DATA))
        await engine.append(file_id, 0, ScriptedBody(DATA[:5000], CUT))
        return file_id

    file_id = asyncio.run(half())
    forget(engine, file_id)
    (finding,) = rows_of(engine).findings()
    change(engine, file_id, epoch=9)

    assert repaired(finding) is False
    assert store_of(engine).named(file_id) == []
