"""The Nth operation fails, for every N: what was acknowledged is there, what is told is true, the rest can follow."""

from __future__ import annotations

import asyncio
import errno
import os
import random
import shutil
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import update

from parquay.catalog.sqlite import sqlite_module
from parquay.catalog.tables import File, now
from parquay.errors import ParquayError
from parquay.storage.local.uploads import LocalStore
from parquay.tus.refusals import Refusal
from storage.tmpfs import volume
from uploads.engine import CUT, Engine, ScriptedBody

MIB = 1 << 20
DATA = random.Random(5).randbytes(150_000)
CALLS = ("open", "pwritev", "pwrite", "fdatasync", "fsync", "ftruncate", "mkdir", "rename")


class Faults:
    """Counts operations, and lets the one with the number `at` fail with errno `number`."""

    def __init__(self, at: int, number: int) -> None:
        self.at, self.number, self.count = at, number, 0
        self.failed: list[str] = []
        self.active = True

    @contextmanager
    def aside(self) -> Iterator[None]:
        """Do something that does not count."""
        self.active = False
        yield
        self.active = True

    def pass_or_fail(self, what: str, error: Callable[[], Exception]) -> None:
        if not self.active:
            return
        self.count += 1
        if self.count == self.at:
            self.failed.append(what)
            raise error()

    def of_system(self) -> OSError:
        return OSError(self.number, os.strerror(self.number))

    @contextmanager
    def around(self, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
        """Put the fault into the calls of the operating system and the commits of the catalog."""
        with monkeypatch.context() as patched:
            for name in CALLS:
                patched.setattr(os, name, self._watched(name, getattr(os, name)))
            dialect = engine.services.catalog.engine.dialect
            patched.setattr(dialect, "do_commit", self._watched_commit(dialect.do_commit))
            yield

    def _watched(self, name: str, real: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments, **named):
            if name == "open" and not str(arguments[0]).count("uploads"):
                return real(*arguments, **named)
            self.pass_or_fail(name, self.of_system)
            return real(*arguments, **named)

        return call

    def _watched_commit(self, real: Callable[..., object]) -> Callable[..., object]:
        def commit(connection: object, **named: object) -> object:
            self.pass_or_fail("commit", of_database)
            return real(connection, **named)

        return commit


def of_database() -> Exception:
    error: Exception = sqlite_module().OperationalError("disk I/O error")
    return error


T = TypeVar("T")


async def tried(work: Awaitable[T]) -> T | Exception:
    """The result, or the error that a request is answered with. Anything but a known error fails the test."""
    try:
        return await work
    except (ParquayError, Refusal) as error:
        if error.status not in {409, 500, 503, 507}:
            raise
        return error


async def uploaded_in_pieces(engine: Engine, faults: Faults) -> None:
    """Create, send with a cut, resume, finish: after each answer the promise is checked."""
    made = await tried(engine.create(upload_length=str(len(DATA))))
    if isinstance(made, Exception):
        return
    file_id, promised = made[0].id, 0
    for end in (50_000, 100_000, len(DATA)):
        body = ScriptedBody(DATA[promised:end], *([CUT] if end == 100_000 else []))
        receipt = await tried(engine.append(file_id, promised, body))
        if not isinstance(receipt, Exception):
            promised = receipt.offset
        with faults.aside():
            check(engine, file_id, promised)


async def uploaded_with_its_creation(engine: Engine, faults: Faults) -> None:
    """A file in one request."""
    body = ScriptedBody(DATA[:20_000])
    made = await tried(engine.create(body, upload_length="20000", content_length="20000"))
    if not isinstance(made, Exception):
        assert made[1] is not None
        assert made[1].complete
        with faults.aside():
            check(engine, made[0].id, 20_000)


async def uploaded_small(engine: Engine, faults: Faults) -> None:
    """Two small files, which are synced together later."""
    made = []
    for _ in range(2):
        body = ScriptedBody(DATA[:1000])
        made.append(await tried(engine.create(body, upload_length="1000", content_length="1000")))
    await tried(asyncio.to_thread(engine.services.uploads.small.sync_pending))
    with faults.aside():
        for one in made:
            if not isinstance(one, Exception):
                assert one[1] is not None
                assert one[1].complete
                check(engine, one[0].id, 1000)


async def joined(engine: Engine, faults: Faults) -> None:
    """Two parts and the whole."""
    parts = []
    for data in (DATA[:70_000], DATA[70_000:]):
        made = await tried(engine.create(upload_length=str(len(data)), upload_concat="partial"))
        if isinstance(made, Exception) or isinstance(await tried(engine.append(made[0].id, 0, data)), Exception):
            return
        parts.append(made[0].id)
    made = await tried(engine.create(upload_concat=f"final;/files/{parts[0]} /files/{parts[1]}"))
    if not isinstance(made, Exception) and made[0].complete:
        with faults.aside():
            check(engine, made[0].id, len(DATA))


def check(engine: Engine, file_id: str, promised: int) -> None:
    """What was acknowledged is counted and there; what is counted is there; a complete file has its job."""
    row = engine.row(file_id)
    assert promised <= row.offset <= len(DATA)
    assert engine.content(file_id) == DATA[: row.offset]
    assert len(engine.jobs(file_id)) == (1 if row.complete or row.offset >= 65_536 else 0)


async def finished_after_a_restart(directory: Path) -> None:
    """Every upload that the catalog knows can be finished by a new process, byte for byte; then it is removed."""
    engine = Engine(directory)
    engine.services.uploads.small.restore()
    long_ago = update(File).values(active_at=now() - timedelta(minutes=1))
    engine.services.catalog.write(lambda session: session.execute(long_ago))
    for row in map(engine.row, sorted(engine.files.ids())):
        if not row.complete and not row.parts:
            data = DATA[70_000:] if row.size == 80_000 else DATA[: row.size]
            assert (await engine.append(row.id, row.offset, data[row.offset :])).complete
            assert engine.content(row.id) == data
        await engine.services.uploads.remover.discard(row.id)
    engine.close()


@pytest.mark.parametrize("number", [errno.EIO, errno.ENOSPC], ids=["EIO", "ENOSPC"])
@pytest.mark.parametrize(
    "scenario", [uploaded_in_pieces, uploaded_with_its_creation, uploaded_small, joined], ids=lambda one: one.__name__
)
def test_no_single_failure_breaks_a_promise(directory: Path, monkeypatch, scenario, number: int):
    failed: set[str] = set()
    for at in range(1, 200):
        faults, engine = Faults(at, number), Engine(directory)
        with faults.around(engine, monkeypatch):
            asyncio.run(scenario(engine, faults))
        engine.close()
        if not faults.failed:
            break
        failed.update(faults.failed)
        asyncio.run(finished_after_a_restart(directory))
        shutil.rmtree(directory / "uploads")  # so that every round makes its folders

    assert at > 8, "hardly anything was tried"
    assert {"open", "fdatasync", "commit"} <= failed
    assert failed & {"pwritev", "pwrite"}


def test_a_sync_that_failed_is_not_repeated_and_nothing_of_it_is_told(disk_engine: Engine, monkeypatch):
    async def run() -> None:
        file_id = await disk_engine.create_id(len(DATA))
        await disk_engine.append(file_id, 0, DATA[:1000])
        calls: list[int] = []

        def fail(handle: int) -> None:
            calls.append(handle)
            raise OSError(errno.EIO, "Input/output error")

        with monkeypatch.context() as broken:
            broken.setattr(os, "fdatasync", fail)
            with pytest.raises(ParquayError) as caught:
                await disk_engine.append(file_id, 1000, DATA[1000:])

        assert len(calls) == 1
        assert (caught.value.status, caught.value.code) == (503, "storage_fault")
        assert disk_engine.offset(file_id) == 1000
        with pytest.raises(ParquayError):
            disk_engine.store.probe()
        assert (await disk_engine.append(file_id, 1000, DATA[1000:])).complete
        assert disk_engine.content(file_id) == DATA

    asyncio.run(run())


def test_a_full_disk_keeps_what_fits_and_goes_on_when_there_is_room(start, tmp_path):
    async def run() -> None:
        with volume(tmp_path / "small", 8 * MIB) as path:
            engine, filler = start(storage_url=f"file://{path}"), path / "filler"
            engine.store._reserve = MIB
            data = random.Random(1).randbytes(6 * MIB)
            file_id, other = await engine.create_id(len(data)), await engine.create_id(10)
            filler.write_bytes(bytes(3 * MIB))

            with pytest.raises(ParquayError) as caught:
                await engine.append(file_id, 0, data)

            kept = engine.offset(file_id)
            assert (caught.value.status, caught.value.code) == (507, "storage_full")
            assert 3 * MIB <= kept <= 4 * MIB
            assert engine.content(file_id) == data[:kept]
            with pytest.raises(ParquayError) as also:
                await engine.append(other, 0, b"1234567890")
            assert also.value.status == 507
            filler.unlink()
            assert (await engine.append(file_id, kept, data[kept:])).complete
            assert (await engine.append(other, 0, b"1234567890")).complete
            assert engine.content(file_id) == data

    asyncio.run(run())


def test_a_database_that_fails_at_a_checkpoint_leaves_a_true_offset(disk_engine: Engine, monkeypatch):
    async def run() -> None:
        file_id = await disk_engine.create_id(len(DATA))
        await disk_engine.append(file_id, 0, DATA[:1000])

        def broken(_connection: object) -> None:
            raise of_database()

        with monkeypatch.context() as patched:
            patched.setattr(disk_engine.services.catalog.engine.dialect, "do_commit", broken)
            with pytest.raises(ParquayError) as caught:
                await disk_engine.append(file_id, 1000, DATA[1000:])

        assert caught.value.status == 503
        assert disk_engine.offset(file_id) == 1000
        assert (await disk_engine.append(file_id, 1000, DATA[1000:])).complete

    asyncio.run(run())


def test_bytes_that_the_disk_lost_are_an_alarm_and_the_offset_stays(disk_engine: Engine):
    async def run() -> None:
        file_id = await disk_engine.create_id(len(DATA))
        await disk_engine.append(file_id, 0, DATA[:1000])
        store = disk_engine.store
        assert isinstance(store, LocalStore)
        os.truncate(store.path(file_id), 999)

        with pytest.raises(ParquayError) as caught:
            await disk_engine.append(file_id, 1000, DATA[1000:])

        assert (caught.value.status, caught.value.code) == (503, "bytes_missing")
        assert disk_engine.offset(file_id) == 1000

    asyncio.run(run())
