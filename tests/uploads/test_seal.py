"""Files of several chunks become one object each, and nothing is lost wherever that ends."""

from __future__ import annotations

import asyncio
import errno
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlmodel import col, delete, update

from parquay.catalog.chunks import replace_all
from parquay.catalog.leases import Leases
from parquay.catalog.tables import File, NamedChunk, now
from parquay.catalog.usage import Usages
from parquay.chunk import Chunk
from parquay.errors import StorageFull
from parquay.storage.chunked import sealing
from parquay.storage.chunked.sealing import cut, is_sealed
from parquay.storage.chunked.store import ChunkStore
from parquay.storage.chunks import BytesDamaged, StoreFault
from parquay.uploads.maintain.chunk_rows import ChunkRows
from parquay.uploads.maintain.fsck import Fsck
from parquay.uploads.maintain.seal import SEALING, Sealer
from storage.memory.bucket import MemoryBucket
from storage.test_chunk_store import Index
from uploads.engine import CUT, Engine, ScriptedBody

DATA = bytes(range(256)) * 40


class Killed(Exception):
    """The process ends here."""


class FailingBucket(MemoryBucket):
    """Fails to put an object: before it is there, or when its answer is lost."""

    failing = ""

    def put(self, key, data):
        if self.failing == "half way":
            raise StoreFault("no answer")
        super().put(key, data)
        if self.failing == "answer lost":
            raise StoreFault("no answer")

    def put_stream(self, key, pieces, size):
        if self.failing == "half way":
            next(pieces)
        super().put_stream(key, pieces, size)


@pytest.fixture
def bucket() -> FailingBucket:
    return FailingBucket()


@pytest.fixture
def engine(start: Callable[..., Engine], bucket: FailingBucket, tmp_path: Path) -> Engine:
    return start(store=ChunkStore(bucket, Index(), tmp_path / "gathering"))


@pytest.fixture
def file(engine: Engine) -> File:
    """A finished upload of three chunks, which came long ago."""

    async def sent() -> str:
        file_id = await engine.create_id(len(DATA))
        for start, end in ((0, 1000), (1000, 5000)):
            await engine.append(file_id, start, ScriptedBody(DATA[start:end], CUT))
        await engine.append(file_id, 5000, DATA[5000:])
        return file_id

    file_id = asyncio.run(sent())
    change(engine, file_id, status="done", active_at=now() - timedelta(hours=2))
    return engine.row(file_id)


def change(engine: Engine, file_id: str, **values: object) -> None:
    engine.services.catalog.write(
        lambda session: session.execute(update(File).where(col(File.id) == file_id).values(**values))
    )


def store_of(engine: Engine) -> ChunkStore:
    assert isinstance(engine.store, ChunkStore)
    return engine.store


def sealer_of(engine: Engine, leases: Leases | None = None) -> Sealer:
    return Sealer(
        engine.services.catalog, engine.files, store_of(engine), leases or engine.services.tables.datasets.leases
    )


def fsck_of(engine: Engine) -> Fsck:
    uploads, catalog = engine.services.uploads, engine.services.catalog
    return Fsck(
        catalog,
        uploads.files,
        uploads.segments,
        uploads.store,
        places=engine.services.tables.places,
        faults=lambda _file, _rehash: [],
        mend=lambda _file, names: names,
        usages=Usages(catalog),
        chunk_rows=ChunkRows(catalog, uploads.files, store_of(engine)),
        sealer=sealer_of(engine),
    )


def sweep(engine: Engine) -> list[bool | None]:
    return [finding.repair() for finding in fsck_of(engine).orphans() if finding.repair is not None]


def objects(engine: Engine, file: File) -> int:
    return len(store_of(engine).found(file.id))


def test_a_disk_without_room_for_the_object_seals_nothing(engine, file, monkeypatch):
    def full(**_: object) -> None:  # as the disk says it
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patch:
        patch.setattr("tempfile.TemporaryFile", full)
        with pytest.raises(StorageFull):
            sealer_of(engine).seal(file)

    assert engine.content(file.id) == DATA
    assert sealer_of(engine).seal(file)


def test_a_file_becomes_one_object_and_its_chunks_go_with_the_orphans(engine, file):
    sealer = sealer_of(engine)
    due = [each.id for each in sealer.due()]

    sealed = sealer.seal(file), sealer.seal(engine.row(file.id))

    assert due == [file.id]
    assert sealed == (True, False), "once is enough"
    assert objects(engine, file) == 4
    assert engine.content(file.id) == DATA
    assert sweep(engine) == [True]
    assert objects(engine, file) == 1
    assert engine.content(file.id) == DATA
    assert is_sealed(store_of(engine).named(file.id))
    assert list(sealer.due()) == []
    assert list(fsck_of(engine).run()) == []


@pytest.mark.parametrize(
    "values",
    [{"complete": False}, {"status": "processing"}, {"active_at": now()}, {"concat": "partial"}],
    ids=["unfinished", "being read", "new", "a part"],
)
def test_what_is_not_cold_is_left_alone(engine, file, values):
    change(engine, file.id, **values)

    assert list(sealer_of(engine).due()) == []


@pytest.fixture(params=["one request", "in parts"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both ways by which an object gets into the bucket, which its size decides."""
    if request.param == "in parts":
        monkeypatch.setattr(sealing, "REQUEST_BYTES_MAX", 0)


@pytest.mark.usefixtures("way")
def test_a_store_that_fails_half_way_leaves_everything_as_it_was(engine, file, bucket):
    before = store_of(engine).named(file.id)
    bucket.failing = "half way"

    with pytest.raises(StoreFault):
        sealer_of(engine).seal(file)

    assert store_of(engine).named(file.id) == before
    assert engine.content(file.id) == DATA
    bucket.failing = ""
    assert sealer_of(engine).seal(file)


@pytest.mark.usefixtures("way")
def test_an_answer_that_is_lost_is_no_failure(engine, file, bucket):
    bucket.failing = "answer lost"

    assert sealer_of(engine).seal(file)
    assert engine.content(file.id) == DATA


def test_whoever_dies_before_the_rows_change_leaves_an_orphan(engine, file, monkeypatch):
    before = store_of(engine).named(file.id)

    def die(*_: object, **__: object) -> bool:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr("parquay.uploads.maintain.seal.replace_all", die)
        with pytest.raises(Killed):
            sealer_of(engine).seal(file)

    assert objects(engine, file) == 4
    assert store_of(engine).named(file.id) == before
    assert sweep(engine) == [True]
    assert objects(engine, file) == 3
    assert engine.content(file.id) == DATA
    assert sealer_of(engine).seal(file)


def test_nobody_deletes_an_object_that_is_about_to_be_named(engine, file, monkeypatch):
    """Between put and transaction it is an orphan like any other, and those of finished uploads go at once."""
    elsewhere, swept = Leases(engine.services.catalog, owner="elsewhere"), []
    sealed = store_of(engine).sealed

    def meanwhile(upload_id: str, epoch: int, chunks: Sequence[Chunk]) -> tuple[Chunk, ...]:
        made = sealed(upload_id, epoch, chunks)
        swept.extend(sweep(engine))
        return made

    monkeypatch.setattr(store_of(engine), "sealed", meanwhile)
    try:
        assert sealer_of(engine, elsewhere).seal(file)
    finally:
        elsewhere.close()

    assert swept == [False]
    assert engine.content(file.id) == DATA


def test_whoever_was_paused_too_long_names_nothing(engine, file, monkeypatch):
    elsewhere = Leases(engine.services.catalog, owner="elsewhere")
    before, sealed = store_of(engine).named(file.id), store_of(engine).sealed

    def paused(upload_id: str, epoch: int, chunks: Sequence[Chunk]) -> tuple[Chunk, ...]:
        made = sealed(upload_id, epoch, chunks)
        held = next(each for each in elsewhere._held.values() if each.kind == SEALING)
        elsewhere.release(held)  # it was over, and another one had it
        assert sweep(engine) == [True]
        return made

    monkeypatch.setattr(store_of(engine), "sealed", paused)
    try:
        assert not sealer_of(engine, elsewhere).seal(file)
    finally:
        elsewhere.close()

    assert store_of(engine).named(file.id) == before
    assert engine.content(file.id) == DATA


def test_a_file_that_changed_meanwhile_stays_as_it_is(engine, file, monkeypatch):
    sealed = store_of(engine).sealed

    def removed(upload_id: str, epoch: int, chunks: Sequence[Chunk]) -> tuple[Chunk, ...]:
        made = sealed(upload_id, epoch, chunks)
        engine.services.catalog.write(lambda session: session.delete(session.get(File, file.id)))
        return made

    monkeypatch.setattr(store_of(engine), "sealed", removed)

    assert not sealer_of(engine).seal(file)
    assert store_of(engine).named(file.id) == []


def test_bytes_that_are_damaged_are_not_sealed(engine, file, bucket):
    key = store_of(engine).named(file.id)[1].key
    bucket.put(key, bytes(4000))

    with pytest.raises(BytesDamaged):
        sealer_of(engine).seal(file)

    assert not is_sealed(store_of(engine).named(file.id))


def test_a_catalog_from_before_the_sealing_finds_the_bytes_in_the_object(engine, file, bucket):
    before = store_of(engine).named(file.id)
    assert sealer_of(engine).seal(file)
    sweep(engine)
    as_copied = partial(replace_all, file_id=file.id, before=store_of(engine).named(file.id), after=before)
    engine.services.catalog.write(as_copied)
    assert store_of(engine).size(file.id) == 0

    (finding,) = fsck_of(engine).run()

    assert (finding.code, finding.file_id) == ("unnamed_chunks", file.id)
    assert finding.repair is not None
    assert finding.repair()
    assert engine.content(file.id) == DATA
    assert list(fsck_of(engine).run()) == []


def test_rows_that_are_gone_are_made_again_of_the_sealed_object(engine, file):
    assert sealer_of(engine).seal(file)
    engine.services.catalog.write(
        lambda session: session.execute(delete(NamedChunk).where(col(NamedChunk.file_id) == file.id))
    )

    (finding,) = ChunkRows(engine.services.catalog, engine.files, store_of(engine)).findings()

    assert finding.repair is not None
    assert finding.repair()
    assert len({chunk.key for chunk in store_of(engine).named(file.id)}) == 1
    assert engine.content(file.id) == DATA


def test_a_large_object_is_cut_into_chunks_of_a_size():
    assert cut(0, 10, 4) == [(0, 4), (4, 4), (8, 2)]
    assert cut(0, 8, 4) == [(0, 4), (4, 4)]
    assert cut(0, 3, 4) == [(0, 3)]
