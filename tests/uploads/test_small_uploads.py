"""Small uploads: durable with their row, on the disk a moment later, and back in their files after a power cut."""

from __future__ import annotations

import asyncio
import errno
import os
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from parquay.catalog.tables import File, NewFile, Unsynced
from parquay.catalog.unsynced import UnsyncedBytes
from parquay.errors import Damaged, ParquayError, StorageFull
from parquay.ids import new_id
from parquay.storage.chunks import BytesMissing
from parquay.storage.local import uploads as local
from parquay.storage.local.uploads import LocalStore
from parquay.storage.local.volume import VolumeSync, tells_faults
from parquay.uploads.create import small_uploads as small
from parquay.uploads.create.small_uploads import MAX_SMALL_BYTES
from parquay.uploads.receive.receive import Receipt
from uploads.engine import OWNER, Engine, ScriptedBody, until


def made(engine: Engine, data: bytes) -> str:
    """Upload `data` with its creation; return the id."""
    told = str(len(data))
    file, receipt = asyncio.run(engine.create(ScriptedBody(data), upload_length=told, content_length=told))
    assert receipt is not None
    assert receipt.complete
    return file.id


def waiting(engine: Engine) -> dict[str, bytes]:
    """The bytes of each upload that the catalog keeps."""
    with engine.services.catalog.read() as session:
        rows = session.exec(select(Unsynced)).all()
    found: dict[str, bytes] = {}
    for row in rows:
        assert row.first_id == row.sizes[0][0]
        ends = list(accumulate(size for _, size, _ in row.sizes))
        assert ends[-1] == len(row.data)
        found.update((one, row.data[end - size : end]) for (one, size, _), end in zip(row.sizes, ends, strict=True))
    return found


def path_of(engine: Engine, file_id: str) -> Path:
    assert isinstance(engine.store, LocalStore)
    return engine.store.path(file_id)


def failing_sync() -> None:
    raise OSError(errno.EIO, "Input/output error")


def watched_syncs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of what is synced from now on."""
    syncs: list[str] = []

    def watched(real):
        def call(handle: int) -> None:
            syncs.append(str(Path(f"/proc/self/fd/{handle}").readlink()))
            real(handle)

        return call

    for name in ("fdatasync", "fsync"):
        monkeypatch.setattr(os, name, watched(getattr(os, name)))
    return syncs


def test_the_bytes_wait_in_the_catalog_until_their_file_is_synced(disk_engine: Engine, monkeypatch):
    syncs = watched_syncs(monkeypatch)

    first, second = made(disk_engine, b"a,b\n1,2\n"), made(disk_engine, b"x")

    assert waiting(disk_engine) == {first: b"a,b\n1,2\n", second: b"x"}
    assert [path for path in syncs if "uploads" in path] == []
    assert disk_engine.services.uploads.small.sync_pending() == 2
    assert waiting(disk_engine) == {}
    paths = {str(path_of(disk_engine, one)) for one in (first, second)}
    names = {str(path_of(disk_engine, one).parent) for one in (first, second)}
    synced = [path for path in syncs if "uploads" in path]
    assert set(synced[:2]) == paths
    assert isinstance(disk_engine.store, LocalStore)
    assert set(synced[2:]) == names | {str(disk_engine.store.root)}


@pytest.mark.parametrize("lost", ["file", "bytes", "some bytes", "other bytes"])
def test_what_a_power_cut_took_is_put_back(disk_engine: Engine, lost: str):
    data = os.urandom(5000)
    file_id = made(disk_engine, data)
    path = path_of(disk_engine, file_id)
    if lost == "file":
        path.unlink()
    else:
        path.write_bytes({"bytes": b"", "some bytes": data[:100], "other bytes": bytes(5000)}[lost])

    assert disk_engine.services.uploads.small.restore() == 1

    assert path.read_bytes() == data
    assert waiting(disk_engine) == {}


def harm_row(engine: Engine, change: str) -> None:
    """Change what the catalog keeps of small uploads, as rot would."""
    engine.services.catalog.write(lambda session: session.execute(text(f"UPDATE unsynced SET {change}")))


DAMAGE = [
    "data = zeroblob(length(data))",
    "data = substr(data, 1, 4000)",
    "data = CAST(zeroblob(1) || substr(data, 2) AS BLOB)",
]


@pytest.mark.parametrize("change", DAMAGE)
def test_a_damaged_copy_is_not_put_over_bytes_that_are_whole(disk_engine: Engine, start, change: str):
    data = b"1" * 5000
    file_id = made(disk_engine, data)
    harm_row(disk_engine, change)

    again = start()
    again.services.uploads.small.restore()

    assert path_of(again, file_id).read_bytes() == data
    assert waiting(again) == {}


@pytest.mark.parametrize("change", DAMAGE)
@pytest.mark.parametrize("left", [None, b"", b"1" * 4999 + b"2"])
def test_where_file_and_copy_are_damaged_reads_say_that_the_bytes_are_gone(
    disk_engine: Engine, start, change: str, left: bytes | None
):
    first, second = made(disk_engine, b"1" * 5000), made(disk_engine, b"2" * 5000)
    path = path_of(disk_engine, first)
    path.unlink() if left is None else path.write_bytes(left)
    harm_row(disk_engine, f"{change} WHERE first_id = '{first}'")
    path_of(disk_engine, second).unlink()

    again = start()
    again.services.uploads.small.restore()

    with pytest.raises(BytesMissing) as met:
        again.services.uploads.soundness.check(again.row(first))
    assert (met.value.status, met.value.code) == (503, "bytes_missing")
    assert again.content(second) == b"2" * 5000  # whose copy is whole
    assert waiting(again) == {}


@pytest.mark.parametrize("sizes", ["{", "[[1]]", "17", '[["a", "b", 3]]'])
def test_a_copy_of_nobody_knows_whom_has_a_name(disk_engine: Engine, sizes: str):
    made(disk_engine, b"abc")
    harm_row(disk_engine, f"sizes = '{sizes}'")

    with pytest.raises(Damaged) as met:
        disk_engine.services.uploads.small.restore()

    assert met.value.code == "catalog_damaged"


def test_a_copy_from_before_there_were_checksums_is_put_back(disk_engine: Engine):
    file_id = made(disk_engine, b"abc")
    harm_row(disk_engine, f"""sizes = '[["{file_id}", 3]]'""")
    path_of(disk_engine, file_id).unlink()

    assert disk_engine.services.uploads.small.restore() == 1
    assert disk_engine.content(file_id) == b"abc"


def test_an_upload_with_waiting_bytes_can_be_removed(disk_engine: Engine):
    file_id = made(disk_engine, b"x" * 100)

    asyncio.run(disk_engine.services.uploads.remover.remove(file_id, OWNER))

    assert not path_of(disk_engine, file_id).exists()
    assert disk_engine.services.uploads.small.restore() == 0
    assert waiting(disk_engine) == {}
    assert not path_of(disk_engine, file_id).exists()
    assert disk_engine.services.uploads.small.sync_pending() == 1  # what is gone needs no sync


def test_of_uploads_that_wait_together_those_that_were_removed_do_not_come_back(disk_engine: Engine):
    small = disk_engine.services.uploads.small
    files = [file_of(OWNER.id) for _ in range(3)]

    async def run() -> None:
        await asyncio.gather(*(small.add(file, b"%d-%d" % (number, number)) for number, file in enumerate(files)))
        await disk_engine.services.uploads.remover.remove(files[0].id, OWNER)

    asyncio.run(run())
    for file in files[1:]:
        path_of(disk_engine, file.id).unlink()

    assert small.restore() == 2

    assert [path_of(disk_engine, file.id).exists() for file in files] == [False, True, True]
    assert [disk_engine.content(file.id) for file in files[1:]] == [b"1-1", b"2-2"]
    assert waiting(disk_engine) == {}


@pytest.mark.parametrize("size", [0, MAX_SMALL_BYTES + 1, 60_000])
def test_larger_and_empty_uploads_do_not_wait(disk_engine: Engine, size: int):
    file_id = made(disk_engine, bytes(size)) if size else asyncio.run(disk_engine.create_id(0))

    assert waiting(disk_engine) == {}
    assert disk_engine.row(file_id).complete


def test_relaxed_durability_keeps_no_second_copy(start):
    engine = start(durability="relaxed")

    file_id = made(engine, b"abc")

    assert waiting(engine) == {}
    assert engine.content(file_id) == b"abc"


def test_a_sync_that_failed_leaves_the_bytes_in_the_catalog(disk_engine: Engine, monkeypatch):
    file_id = made(disk_engine, b"abc")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fdatasync", lambda _: failing_sync())
        with pytest.raises(ParquayError, match="keep the bytes"):
            disk_engine.services.uploads.small.sync_pending()

    assert waiting(disk_engine) == {file_id: b"abc"}
    with pytest.raises(ParquayError):
        disk_engine.store.probe()


def test_a_failed_sync_is_not_believed_the_second_time(disk_engine: Engine, start, monkeypatch):
    file_id = made(disk_engine, b"abc")
    monkeypatch.setattr(local, "MIN_VOLUME_SYNC_FILES", 1)
    with monkeypatch.context() as broken:
        broken.setattr(VolumeSync, "sync", lambda _: failing_sync())
        with pytest.raises(ParquayError, match="keep the bytes"):
            disk_engine.services.uploads.small.sync_pending()
    path_of(disk_engine, file_id).write_bytes(b"")  # what the kernel has thrown away

    with pytest.raises(ParquayError):
        disk_engine.services.uploads.small.sync_pending()

    assert waiting(disk_engine) == {file_id: b"abc"}
    again = start()
    assert again.services.uploads.small.restore() == 1
    assert again.content(file_id) == b"abc"


@pytest.mark.skipif(not tells_faults(), reason="this kernel cannot sync a volume and tell its faults")
def test_many_are_settled_by_one_sync_of_their_volume(disk_engine: Engine, monkeypatch):
    monkeypatch.setattr(local, "MIN_VOLUME_SYNC_FILES", 2)
    ids = [made(disk_engine, b"%d" % number) for number in range(3)]
    syncs = watched_syncs(monkeypatch)
    volumes: list[VolumeSync] = []
    real = VolumeSync.sync

    def sync(volume: VolumeSync) -> None:
        real(volume)
        volumes.append(volume)

    monkeypatch.setattr(VolumeSync, "sync", sync)

    assert disk_engine.services.uploads.small.sync_pending() == 3

    assert len(volumes) == 1
    assert [path for path in syncs if "uploads" in path] == []
    assert waiting(disk_engine) == {}
    assert [disk_engine.content(each) for each in ids] == [b"0", b"1", b"2"]


def test_uploads_are_settled_by_themselves(disk_engine: Engine, monkeypatch):
    monkeypatch.setattr(small, "SYNC_DELAY_SECONDS", 0.01)

    async def run() -> None:
        settling = asyncio.create_task(disk_engine.services.uploads.small.run())
        for data in (b"a", b"bb"):
            await disk_engine.create(ScriptedBody(data), upload_length=str(len(data)), content_length=str(len(data)))
            await until(lambda: not waiting(disk_engine), "synced files")
        settling.cancel()

    asyncio.run(run())


def test_those_that_come_together_are_committed_together_and_each_hears_of_its_own_end(
    disk_engine: Engine, monkeypatch
):
    put = type(disk_engine.store).put

    def full_for_some(store, upload_id: str, data: bytes) -> None:
        if data.startswith(b"no room"):
            raise StorageFull("The disk is full.", retry_after=60)
        put(store, upload_id, data)

    monkeypatch.setattr(type(disk_engine.store), "put", full_for_some)
    contents = [b"no room" if number % 5 == 0 else b"row %d" % number for number in range(40)]
    add = UnsyncedBytes.add
    counted: list[dict[str, Any]] = []

    def counted_add(*given: Any, **named: Any) -> Any:
        counted.append(named)
        return add(*given, **named)

    monkeypatch.setattr(UnsyncedBytes, "add", counted_add)

    async def run() -> list[tuple[File, Receipt | None] | BaseException]:
        told = [str(len(data)) for data in contents]
        tasks = [
            disk_engine.create(ScriptedBody(data), upload_length=size, content_length=size)
            for data, size in zip(contents, told, strict=True)
        ]
        ends = await asyncio.gather(*tasks, return_exceptions=True)
        assert 0 < len(counted) < len(contents) / 2
        return ends

    ends = asyncio.run(run())

    for data, end in zip(contents, ends, strict=True):
        if data == b"no room":
            assert isinstance(end, StorageFull)
        else:
            assert not isinstance(end, BaseException)
            assert disk_engine.content(end[0].id) == data
    assert len(waiting(disk_engine)) == 32


def test_a_client_that_has_gone_spoils_no_neighbour(disk_engine: Engine):
    small = disk_engine.services.uploads.small

    async def run() -> None:
        first, second = (small.add(file_of(OWNER.id), b"abc") for _ in range(2))
        first.cancel()
        await second

    asyncio.run(run())

    assert len(waiting(disk_engine)) == 2


def test_a_row_that_cannot_be_inserted_spoils_no_neighbour(disk_engine: Engine):
    small = disk_engine.services.uploads.small

    async def run() -> list[object]:
        files = [file_of(OWNER.id), file_of("nobody"), file_of(OWNER.id)]
        return await asyncio.gather(*(small.add(file, b"abc") for file in files), return_exceptions=True)

    first, second, third = asyncio.run(run())

    assert (first, third) == (None, None)
    assert isinstance(second, IntegrityError)
    assert sorted(waiting(disk_engine).values()) == [b"abc", b"abc"]


def file_of(owner_id: str) -> NewFile:
    return NewFile(id=new_id(), owner_id=owner_id, name="a.csv", size=3, offset=3, complete=True, status="processing")
