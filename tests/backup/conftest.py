"""A data directory in use by one server, and the runs of a backup on it in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from live_server import LiveServer, entry_when
from parquay.backup.restore import Restore, RestoreReport
from parquay.backup.take import Backup, BackupReport
from parquay.cli import upkeep
from parquay.settings import Settings
from parquay.storage.local.backup_folder import BackupFolder
from parquay.storage.local.replacement import DataFolders
from parquay.wiring import Services, build
from parquay.wiring.backups import data_folders
from tus_user import TusUser

CSV = b"id,name\n" + b"".join(b"%d,name %d\n" % (number, number) for number in range(500))


class InUse:
    """A data directory that a server uses, as another process sees it."""

    def __init__(self, server: LiveServer, http: httpx.Client, services: Services) -> None:
        self.server, self.http, self.services = server, http, services
        self.tus = TusUser(server, http)
        self.folders = data_folders(services.settings)

    def table(self, name: str = "table.csv", content: bytes = CSV) -> str:
        file_id: str = self.http.post("/files", files={"file": (name, content)}).json()["id"]
        entry_when(self.http, file_id, "done")
        return file_id

    def edit(self, file_id: str, value: str) -> int:
        self.http.patch(f"/datasets/{file_id}/rows/3", json={"name": value}).raise_for_status()
        version: int = self.http.get(f"/datasets/{file_id}", params={"size": 1}).json()["version"]
        return version

    def backup(
        self,
        target: Path,
        *,
        meanwhile: Callable[[], Any] = lambda: None,
        link: bool = True,
        folder: Any = BackupFolder,
    ) -> BackupReport:
        """``meanwhile`` happens when the catalog is copied and nothing else is."""
        run = Backup(
            self.services.catalog,
            self.services.tables.tables.locks,
            self.folders,
            folder(target),
            known=self.services.uploads.files.known,
            link=link,
        )
        return run.run(lambda _total: meanwhile())


def settings_of(data: Path, **others: Any) -> Settings:
    return Settings(_env_file=None, data_dir=data, port=1, **others)


def folders_of(data: Path) -> DataFolders:
    return data_folders(settings_of(data))


def restore(source: Path, data: Path, **options: Any) -> RestoreReport:
    return Restore(BackupFolder(source), folders_of(data)).run(**options)


def findings(data: Path) -> list[tuple[str, str]]:
    """What fsck finds in a data directory that no process uses."""
    services = build(settings_of(data))
    try:
        return [(each.code, each.detail) for each in upkeep.findings(services, rehash=True)]
    finally:
        services.close()


@pytest.fixture(scope="session")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    server = LiveServer(tmp_path_factory.mktemp("in-use"), versions_kept=2).start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def in_use(_server: LiveServer) -> Iterator[InUse]:
    services = build(Settings(_env_file=None, data_dir=_server.data_dir, port=1, versions_kept=2))
    with _server.login() as http:
        yield InUse(_server, http, services)
    services.close()
