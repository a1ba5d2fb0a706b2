"""Replacing what is in a data directory by other files, all or nothing: nobody starts on one that is half replaced.

The new files are gathered in a hidden folder of the directory itself, so that each of them comes to its place by a
rename. While that folder is there no process starts on the directory; it goes last, in one step.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from parquay.ids import new_id
from parquay.storage.local import marker

NAME = ".restoring"
"""The folder that keeps processes from a directory that is being restored."""
_TRASH = ".restored-"
CATALOG, UPLOADS, TABLES = "metadata.db", "uploads", "parquet"


@dataclass(frozen=True)
class DataFolders:
    """Where the data of an embedded setting is.

    Attributes:
        data: the data directory, with the tables.
        store: the directory with the uploads, mostly the same.
        catalog: the file of the catalog.
    """

    data: Path
    store: Path
    catalog: Path

    def path(self, name: str) -> Path:
        """Where a file is that a backup calls ``name``."""
        if name == CATALOG:
            return self.catalog
        return (self.store if name.startswith(f"{UPLOADS}/") else self.data) / name

    @property
    def roots(self) -> dict[str, Path]:
        """The folder in which each of the three kinds of things is, by its name."""
        return {UPLOADS: self.store, TABLES: self.data, CATALOG: self.catalog.parent}

    def has_catalog(self) -> bool:
        """Whether there is a catalog."""
        return self.catalog.exists()

    def is_used(self) -> bool:
        """Whether there is anything in them that a restore would replace."""
        return self.has_catalog() or not marker.is_empty(self.data) or not marker.is_empty(self.store)


def is_half(data: Path) -> bool:
    """Whether a data directory was being restored when that was interrupted."""
    return (data / NAME).exists()


def remove_replaced(root: Path) -> None:
    """Remove what a restore has replaced and was interrupted in removing."""
    for path in root.glob(f"{_TRASH}*"):
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def no_server(data: Path) -> Iterator[bool]:
    """Keep servers from a data directory, which is made; False where one runs."""
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    handle = os.open(data / "server.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(handle)


class Replacement:
    """New files on their way into a data directory."""

    def __init__(self, folders: DataFolders) -> None:
        """Begin; what an earlier attempt left is removed."""
        self._folders = folders
        self._staging = {name: root / NAME for name, root in folders.roots.items()}
        for each in {*self._staging.values()}:
            _remove(each / "new")
            (each / "new").mkdir(mode=0o700, parents=True)
            _sync(each.parent)

    def new_file(self, name: str) -> Path:
        """Return where the file is to be written that a backup calls ``name``."""
        path = self._staging[name.partition("/")[0]] / "new" / name
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        return path

    def leave_out(self, name: str) -> None:
        """Do without a file that was written, or not."""
        self.new_file(name).unlink(missing_ok=True)

    def abandon(self) -> None:
        """Give it up before anything was replaced: what is there stays, and processes start on it."""
        for each in {*self._staging.values()}:
            _remove(each / "new")
            with suppress(OSError):  # something else is in it: an attempt before was interrupted while it replaced
                each.rmdir()

    def finish(self, volume_id: str) -> None:
        """Put all files in their places, durably, and let processes start on them."""
        for each in {*self._staging.values()}:
            for folder, _, _ in os.walk(each):
                _sync(Path(folder))
        for name, root in self._folders.roots.items():
            self._switch(name, root)
        for root in {self._folders.data, self._folders.store}:
            marker.Marker(root).write(volume_id)
        # The data directory comes last: as long as its folder is there, nobody starts.
        for root in sorted({*self._folders.roots.values()}, key=lambda each: each == self._folders.data):
            _sync(root)
            trash = root / f"{_TRASH}{new_id()}"
            (root / NAME).rename(trash)
            _sync(root)
            shutil.rmtree(trash)

    def _switch(self, name: str, root: Path) -> None:
        staging = self._staging[name]
        place = self._folders.catalog if name == CATALOG else root / name
        old = staging / "old"
        old.mkdir(mode=0o700, exist_ok=True)
        for suffix in ("", "-wal", "-shm") if name == CATALOG else ("",):
            path = place.with_name(place.name + suffix)
            if path.exists():
                path.rename(old / f"{name}{suffix}-{new_id()}")
        made = staging / "new" / name
        if made.exists():
            made.rename(place)


def _remove(folder: Path) -> None:
    if folder.exists():
        shutil.rmtree(folder)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
