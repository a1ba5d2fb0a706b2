"""Any order of creations, bodies, cuts, crashes, power cuts, take-overs, concatenations and expiries, against a model.

The model is a dictionary of bytes: what each upload's source is and how much of it was acknowledged. Whatever
happens, an acknowledged byte stays, a counted byte is the right one, and a finished file is finished once.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import (
    invariant,
    precondition,
    run_state_machine_as_test,
)

from parquay.catalog.session import Catalog
from parquay.catalog.tables import User
from parquay.storage.chunked.bucket import Bucket
from parquay.storage.chunked.gathering import Gathering
from parquay.storage.chunked.store import ChunkStore
from parquay.storage.chunks import ChunkIndex, Store
from parquay.storage.local.uploads import LocalStore
from parquay.storage.local.writer import LocalWriter
from parquay.storage.s3.bucket import S3Bucket
from parquay.uploads.receive import takeover
from s3_server import S3Server
from storage.memory.bucket import MemoryBucket
from storage.memory.uploads import MemoryStore
from uploads.engine import OWNER, migrated
from uploads.machine import Upload, UploadMachine

EXAMPLES = int(os.environ.get("MACHINE_EXAMPLES", "12"))
STEPS = 35


class DiskThatLosesPower(LocalStore):
    """The local disk; remembers what was synced, and which files are open."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, reserve=0)
        self.synced: dict[str, int] = {}
        self.open: list[LocalWriter] = []

    def writer(self, *arguments, **named) -> LocalWriter:
        made = super().writer(*arguments, **named)
        self.open.append(made)
        return made

    def sync(self, handle: int) -> None:
        super().sync(handle)
        self.synced[Path(f"/proc/self/fd/{handle}").readlink().name] = os.fstat(handle).st_size

    def _rename(self, source: Path, target: Path) -> None:
        super()._rename(source, target)
        self.synced[target.name] = self.synced.pop(source.name)

    def end_process(self) -> None:
        """Close what a dead process held open, as the kernel does."""
        for writer in self.open:
            try:
                inode = os.fstat(writer.handle).st_ino
            except OSError:
                continue
            if any(inode == self.path(one).stat().st_ino for one in self.ids()):
                os.close(writer.handle)
        self.open.clear()

    def cut_power(self, *, garbage: bool) -> None:
        """Lose what was not synced: the file is shorter, or has other bytes there."""
        for upload_id in list(self.ids()):
            path, size = self.path(upload_id), self.size(upload_id)
            kept = min(self.synced.get(upload_id, 0), size)
            os.truncate(path, kept)
            if garbage and size > kept:
                with path.open("ab") as handle:
                    handle.write(b"\xee" * (size - kept))


class ChunksOfOneProcess(ChunkStore):
    """Chunks in a bucket; remembers the files in which bytes gathered."""

    def __init__(self, bucket: Bucket, folder: Path) -> None:
        super().__init__(bucket, cast(ChunkIndex, None), folder)  # the engine puts the catalog's there
        self.open: list[Gathering] = []

    def gathering(self, start: int, *, quick: bool = False) -> Gathering:
        made = super().gathering(start, quick=quick)
        self.open.append(made)
        return made

    def end_process(self) -> None:
        """Close what a dead process held open, as the kernel does."""
        for gathering in self.open:
            gathering.close()
        self.open.clear()


class MemoryMachine(UploadMachine):
    store: MemoryStore

    def make_store(self) -> Store:
        return MemoryStore()

    def lose_power(self, garbage: bool) -> None:
        self.store.crash()

    def end_process(self) -> None:
        self.store._locks.clear()


class DiskMachine(UploadMachine):
    store: DiskThatLosesPower

    def make_store(self) -> Store:
        return DiskThatLosesPower(self.directory / "uploads")

    def lose_power(self, garbage: bool) -> None:
        self.store.cut_power(garbage=garbage)

    def end_process(self) -> None:
        self.store.end_process()


class ChunkMachine(UploadMachine):
    """Chunks in a bucket in memory: what was put stays, whatever ends."""

    store: ChunksOfOneProcess

    def make_store(self) -> Store:
        return ChunksOfOneProcess(MemoryBucket(), self.directory / "gathering")

    def lose_power(self, garbage: bool) -> None:
        pass

    def end_process(self) -> None:
        self.store.end_process()

    def assert_nothing_is_left(self, upload: Upload) -> None:
        """No byte of an upload that is gone is kept but for those of which a concatenation is made: none was copied."""
        if any(part is upload for joined in self.uploads for part in joined.parts):
            assert list(self.store.orphans(upload.id, 0)) == []
        else:
            super().assert_nothing_is_left(upload)

    @precondition(lambda self: not any(one.hanging for one in self.uploads))
    @invariant()
    def nothing_else_is_kept(self) -> None:
        """What belongs to no upload can be told, and goes."""
        known = self.engine.files.ids()
        assert known == {upload.id for upload in self.uploads}
        for upload_id in set(self.store.ids()) - known:
            self.store.remove(upload_id)
            assert list(self.store.orphans(upload_id, 0)) == []


class S3Machine(ChunkMachine):
    """Chunks in an object store."""

    server: S3Server

    def make_store(self) -> Store:
        bucket = S3Bucket(self.server.new_bucket(), endpoint=self.server.url)
        return ChunksOfOneProcess(bucket, self.directory / "gathering")


class PostgresMachine(DiskMachine):
    new_database: Callable[[], str]

    def make_database(self) -> dict[str, str]:
        url = type(self).new_database()
        catalog = Catalog(url)
        catalog.write(lambda session: session.add(User(id=OWNER.id, username=OWNER.username, password_hash="-")))
        catalog.close()
        return {"database_url": url}


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(takeover, "ACTIVE_SECONDS", 0.02)
    monkeypatch.setattr(takeover, "QUIET_SECONDS", 0.02)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("machine", [MemoryMachine, ChunkMachine, DiskMachine])
def test_no_order_of_events_breaks_a_promise(machine: type[UploadMachine], tmp_path_factory):
    machine.template = migrated(tmp_path_factory.mktemp("machine-template"))

    run_machine(machine, EXAMPLES)


@pytest.mark.timeout(300)
def test_no_order_of_events_breaks_a_promise_on_s3(strict_s3: S3Server, tmp_path_factory):
    S3Machine.template, S3Machine.server = migrated(tmp_path_factory.mktemp("machine-template")), strict_s3

    run_machine(S3Machine, max(1, EXAMPLES // 6))


@pytest.mark.timeout(300)
def test_no_order_of_events_breaks_a_promise_on_postgresql(new_database: Callable[[], str]):
    PostgresMachine.new_database = staticmethod(new_database)

    run_machine(PostgresMachine, EXAMPLES // 4)


def run_machine(machine: type[UploadMachine], examples: int) -> None:
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=STEPS,
            deadline=None,
            print_blob=True,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
        ),
    )
