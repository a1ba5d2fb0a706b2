"""The places of datasets on a local disk: a folder for each, with its parts, `_delta_log` and `_newest`."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from parquay.storage.local import newest_folder
from parquay.storage.local.objects import LocalObjects
from parquay.storage.object_place import ObjectPlace
from parquay.storage.place import LAST_CHECKPOINT

LOG_FOLDER = newest_folder.LOG

_LOG_FILE = re.compile(r"(\d{20})\.(?:json|crc|checkpoint\..+)|_last_checkpoint")


class LocalPlaces:
    """The folders below one folder."""

    is_remote = False

    def __init__(self, root: Path) -> None:
        self.root = root
        root.mkdir(mode=0o700, parents=True, exist_ok=True)

    @property
    def fetched(self) -> Path:
        """Nothing is copied: what is fetched stands where it is kept."""
        return self.root

    def at(self, dataset_id: str) -> LocalPlace:
        """Return the place of a dataset."""
        return LocalPlace(self.root, dataset_id)

    def ids(self) -> Iterator[str]:
        """List the folders."""
        yield from sorted(path.name for path in self.root.iterdir())


class LocalPlace(ObjectPlace):
    """The folder of one dataset."""

    def __init__(self, root: Path, dataset_id: str) -> None:
        self.folder = root / dataset_id
        log = LocalObjects(self.folder / LOG_FOLDER, is_log_file)
        super().__init__(dataset_id, LocalObjects(self.folder, is_part), log)

    @property
    def address(self) -> str:
        """The folder, below the data directory."""
        return f"{self.folder.parent.name}/{self.dataset_id}"

    @property
    def url(self) -> str:
        """The path of the folder."""
        return str(self.folder)

    def log_folder(self, version: int, checkpoint: int | None = None) -> str:
        """Return the folder of the table, which has all versions."""
        del version, checkpoint
        return self.url

    def exists(self) -> bool:
        """Whether the folder is there."""
        return self.folder.exists()

    def erase(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def show(self, version: int, names: Sequence[str], empty: Callable[[], bytes]) -> None:
        """Let `_newest` be the parts; it gets the log from the last checkpoint on, and the first entry."""
        last = self.checkpointed()
        kept = [each.key for each in self.log.list() if not each.key.endswith(".crc")]
        log = [key for key in kept if key == LAST_CHECKPOINT or int(key[:20]) >= last or int(key[:20]) == 0]
        newest_folder.show(self.folder, version, names, log, empty)

    def shows(self, version: int) -> bool:
        """Whether `_newest` is a version."""
        return newest_folder.shows(self.folder, version)

    def forget_shown(self, before: float) -> None:
        """Remove folders that `_newest` led to."""
        newest_folder.forget(self.folder, {newest_folder.shown(self.folder)}, before)


def is_part(name: str) -> bool:
    """Whether a file in a dataset's folder is a part. Pure."""
    return name.endswith(".parquet") and not name.startswith((".", "_"))


def is_log_file(name: str) -> bool:
    """Whether a file in a log's folder is one of the log. Pure."""
    return _LOG_FILE.fullmatch(name) is not None
