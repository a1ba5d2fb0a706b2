"""The upload services of one process as wiring builds them, on a database and a store of the test's own."""

from __future__ import annotations

import asyncio
import base64
import shutil
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

from sqlmodel import col, select

from header_fields import fields
from parquay.auth.passwords import Passwords
from parquay.catalog.chunks import NamedChunks
from parquay.catalog.migrate import upgrade
from parquay.catalog.session import Catalog
from parquay.catalog.tables import Event, File, Job, User
from parquay.settings import Settings
from parquay.storage.chunked.store import ChunkStore
from parquay.storage.chunks import Store
from parquay.tus.append import plan_append
from parquay.tus.create import plan_creation
from parquay.uploads.create.describe import describe
from parquay.uploads.policy.rules import Owner, state_of
from parquay.uploads.receive.body import BodyCut
from parquay.uploads.receive.receive import Receipt
from parquay.wiring import accounts, build, process
from parquay.wiring.stores import open_store

CUT = "cut"
HANG = "hang"
TICK = 0.25

OWNER = Owner("owner-0000000000000000001", "ann")
QUICK_PASSWORDS = partial(Passwords, memory_kib=64, passes=1)
"""For engines to which nobody logs in: half of the work of building one is a hash otherwise."""
OCTETS = ("Content-Type", "application/offset+octet-stream")


class ScriptedBody:
    """A request's body: bytes, `CUT` (the client is gone), `HANG` (silent for ever) or an event to be waited for."""

    def __init__(self, *steps: bytes | str | asyncio.Event, chunk: int = 1 << 16) -> None:
        self._steps = list(steps)
        self._chunk = chunk
        self._place = 0
        self._woken = asyncio.Event()
        self.taken = 0

    async def read(self, seconds: float) -> bytes | None:
        if self._woken.is_set():
            self._woken.clear()
            return None
        if not self._steps:
            return b""
        step = self._steps[0]
        if isinstance(step, bytes):
            return self._next(step)
        if step == CUT:
            raise BodyCut
        if isinstance(step, asyncio.Event) and step.is_set():
            self._steps.pop(0)
            return await self.read(seconds)
        await self._wait(seconds, step)
        return None

    def wake(self) -> None:
        self._woken.set()

    def _next(self, step: bytes) -> bytes | None:
        chunk = step[self._place : self._place + self._chunk]
        self._place += len(chunk)
        if self._place >= len(step):
            self._steps.pop(0)
            self._place = 0
        self.taken += len(chunk)
        return chunk or None

    async def _wait(self, seconds: float, step: object) -> None:
        waits = [asyncio.ensure_future(self._woken.wait())]
        if isinstance(step, asyncio.Event):
            waits.append(asyncio.ensure_future(step.wait()))
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for wait in waits:
            wait.cancel()
        self._woken.clear()


class Engine:
    """One process. Engines on the same directory are processes on one database."""

    def __init__(self, directory: Path, store: Store | None = None, **settings: Any) -> None:
        """`store` replaces the local disk; one of chunks gets them named by this catalog."""

        def given(_settings: Settings, catalog: Catalog, *_: object) -> Store:
            assert store is not None
            if isinstance(store, ChunkStore):
                store._index = NamedChunks(catalog)
            return store

        chosen = Settings(_env_file=None, data_dir=directory, **settings)
        opened = open_store if store is None else given
        with patch.object(accounts, "Passwords", QUICK_PASSWORDS), patch.object(process, "open_store", opened):
            self.services = build(chosen, migrate=False)
        self.files, self.store, self.writers = (
            self.services.uploads.files,
            self.services.uploads.store,
            self.services.uploads.writers,
        )

    async def create(
        self, body: ScriptedBody | None = None, /, name: str = "a.csv", **headers: str
    ) -> tuple[File, Receipt | None]:
        """Create an upload as a tus client does: `create(upload_length="5")`."""
        metadata = f"filename {base64.b64encode(name.encode()).decode()}"
        sent = fields(*([OCTETS] if body else []), **{"upload_metadata": metadata, **headers})
        plan = plan_creation(sent, self.services.uploads.rules.limits)
        return await self.services.uploads.creator.create(describe(OWNER, plan), body)

    async def create_id(self, length: int | None, **headers: str) -> str:
        told = {"upload_defer_length": "1"} if length is None else {"upload_length": str(length)}
        return (await self.create(**told, **headers))[0].id

    async def append(self, file_id: str, offset: int, body: ScriptedBody | bytes, **headers: str) -> Receipt:
        """PATCH; raises what the core or the services refuse with."""
        file = self.files.get(file_id)
        assert file is not None
        sent = fields(OCTETS, upload_offset=str(offset), **headers)
        plan = plan_append(sent, state_of(file), self.services.uploads.rules.limits)
        return await self.services.uploads.appender.append(
            file, plan, ScriptedBody(body) if isinstance(body, bytes) else body
        )

    def row(self, file_id: str) -> File:
        file = self.files.get(file_id)
        assert file is not None
        return file

    def offset(self, file_id: str) -> int:
        return self.row(file_id).offset

    def content(self, file_id: str) -> bytes:
        """The durable bytes of an upload."""
        with self.store.reader(file_id) as reader:
            return reader.read_at(0, self.offset(file_id))

    def jobs(self, file_id: str | None = None) -> list[Job]:
        """The jobs of one upload, or all."""
        query = select(Job) if file_id is None else select(Job).where(Job.subject == file_id)
        with self.services.catalog.read() as session:
            return list(session.exec(query))

    def events(self, file_id: str) -> list[str]:
        with self.services.catalog.read() as session:
            return list(session.exec(select(Event.kind).where(Event.file_id == file_id).order_by(col(Event.id))))

    def close(self) -> None:
        self.services.uploads.appender._disk.shutdown(wait=True)
        self.services.close()


def migrated(directory: Path) -> Path:
    """Make a data directory with the newest schema and one user."""
    catalog = Catalog(f"sqlite:///{directory / 'metadata.db'}")
    upgrade(catalog)
    catalog.write(lambda session: session.add(User(id=OWNER.id, username=OWNER.username, password_hash="-")))
    catalog.close()
    return directory


def copy_of(template: Path, directory: Path) -> Path:
    """Copy a migrated data directory."""
    directory.mkdir(parents=True, exist_ok=True)
    shutil.copy(template / "metadata.db", directory / "metadata.db")
    return directory


async def until(look, what: str, seconds: float = 10.0) -> None:
    """Wait until `look()` is true."""
    try:
        async with asyncio.timeout(seconds):
            while not look():  # noqa: ASYNC110  what is looked at rings no event
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"{what}: not within {seconds} s") from None
