"""Fetching in this process, as a job would."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from sqlmodel import select

from parquay import wiring
from parquay.catalog.files import FETCH
from parquay.catalog.tables import File, Job
from parquay.networks import Reachable
from parquay.settings import Settings
from parquay.uploads.fetch.fetcher import Fetcher, FetchState
from parquay.uploads.fetch.sources import Sources
from parquay.uploads.policy.rules import Owner
from parquay.wiring import Services

CONTENT = b"".join(b"%d,%d\n" % (n, n * n) for n in range(60_000))


class Desk:
    """Fetches in this process, as a job would."""

    def __init__(self, directory: Path, **settings: Any) -> None:
        given = {"data_dir": directory, "fetch_allow": "127.0.0.1", "secret_key": "s" * 32, **settings}
        self.services: Services = wiring.build(Settings(_env_file=None, **given), migrate=False)
        user = self.services.accounts.users.by_name("ann") or self.services.accounts.users.create("ann", "x")
        self.owner = Owner(user.id, "ann")
        self.pauses: list[float] = []
        self.kept: list[FetchState] = []

    def begin(self, url: str, name: str | None = None, **options: Any) -> File:
        importer = self.services.uploads.importer
        made: File = _run(importer.begin(self.owner, url, name=name, options=options or None))
        return made

    def state(self, file: File) -> FetchState:
        with self.services.catalog.read() as session:
            job = session.exec(select(Job).where(Job.kind == FETCH, Job.subject == file.id)).one()
        return FetchState(**job.payload)

    def run(
        self, file: File, state: FetchState | None = None, *, before_pause: Callable[[], None] = lambda: None
    ) -> File | None:
        uploads = self.services.uploads

        async def pause(seconds: float) -> None:
            self.pauses.append(seconds)
            before_pause()

        async def keep(state: FetchState) -> bool:
            self.kept.append(state)
            return True

        fetcher = Fetcher(
            uploads.files,
            uploads.imports,
            uploads.appender,
            uploads.store,
            uploads.appender._disk,
            client=lambda: Sources(Reachable.parse("127.0.0.1"), idle=0.5),
            rules=uploads.rules,
            check_room=uploads.creator.check_free,
            pause=pause,
        )
        _run(fetcher.run(file.id, state or self.state(file), keep, uploads.rules.quota))
        return uploads.files.get(file.id)

    def content(self, file: File) -> bytes:
        with self.services.uploads.store.reader(file.id) as reader:
            return reader.read_at(0, 1 << 26)


def _run(work: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run(work)
