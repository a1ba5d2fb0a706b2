"""The places of datasets in an object store: a folder of keys for each, its parts beside its `_delta_log`.

Delta's library works on copies of the log (`log_copies`); an entry is put only if there is none of its version. Readers
and writers take the catalog's word for what the newest version is; only who looks after a crash asks the bucket.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from parquay.ids import folder_of
from parquay.storage.chunked.bucket import Bucket
from parquay.storage.object_place import ObjectPlace
from parquay.storage.place import Written, entry_name
from parquay.storage.remote.log_copies import LOG_FOLDER, HeldLogs, LogCopies
from parquay.storage.remote.objects import BucketObjects, CachedObjects, KnownObjects
from parquay.storage.remote.part_cache import PartCache

FOLDER = "tables/"


class TableStore(NamedTuple):
    """What the places of one bucket share: the bucket, the cache, what is known of objects, files of logs, the URL."""

    bucket: Bucket
    cache: PartCache
    known: KnownObjects
    held: HeldLogs
    url: str
    scratch: Path


class RemotePlaces:
    """The places in one bucket, with one cache."""

    is_remote = True

    def __init__(self, bucket: Bucket, cache: PartCache, url: str, scratch: Path) -> None:
        """``url``: of the bucket; ``scratch``: a folder for copies of logs, which only this machine's processes use."""
        self._store = TableStore(bucket, cache, KnownObjects(), HeldLogs(), url, scratch)

    @property
    def fetched(self) -> Path:
        """Where the copies are."""
        return self._store.cache.parts

    def at(self, dataset_id: str) -> RemotePlace:
        """Return the place of a dataset."""
        return RemotePlace(self._store, dataset_id)

    def ids(self) -> Iterator[str]:
        """List the objects of all tables, and tell each dataset once."""
        last = ""
        for found in self._store.bucket.list(FOLDER):
            dataset_id = found.key.removeprefix(FOLDER).split("/")[1]
            if dataset_id != last:
                yield dataset_id
            last = dataset_id


class RemotePlace(ObjectPlace):
    """The keys of one dataset."""

    is_remote = True

    def __init__(self, store: TableStore, dataset_id: str) -> None:
        self._store = store
        self._folder = f"{FOLDER}{folder_of(dataset_id)}/"
        self.url = f"{store.url}/{self._folder.rstrip('/')}"
        parts = CachedObjects(store.bucket, self._folder, dataset_id, store.cache, store.known)
        log = BucketObjects(store.bucket, self._folder + LOG_FOLDER, store.cache.drafts / dataset_id / "log")
        super().__init__(dataset_id, parts, log)
        self._copies = LogCopies(self, store.bucket, log.folder, store.held, store.scratch)

    @property
    def address(self) -> str:
        """The URL of the table, for readers that know its log."""
        return self.url

    def exists(self) -> bool:
        """Whether any key is there."""
        return next(iter(self._store.bucket.list(self._folder)), None) is not None

    def erase(self) -> None:
        """Delete every key, and the copies on this machine."""
        self._store.bucket.delete([found.key for found in self._store.bucket.list(self._folder)])
        self._store.cache.erase(self.dataset_id)
        self.forget_log()

    def entry(self, version: int) -> bytes | None:
        """Read an entry, once."""
        try:
            return self.log_file(entry_name(version))
        except FileNotFoundError:
            return None

    def log_file(self, key: str) -> bytes:
        """Read a file of the log, once."""
        return self._copies.file(key)

    def forget_log(self) -> None:
        """Read the log again."""
        self._copies.forget()

    def log_folder(self, version: int, checkpoint: int | None = None) -> str:
        """Make a folder on the local disk."""
        return self._copies.make(version, checkpoint)

    def extend(self, folder: str, known: int, version: int) -> None:
        """Add entries to a folder."""
        self._copies.extend(folder, known, version)

    def publish(self, folder: str, version: int) -> Written | None:
        """Put the entry."""
        return self._copies.publish(folder, version)

    def release(self, folder: str) -> None:
        """Remove a folder."""
        self._copies.release(folder)

    def reset_log(self) -> None:
        """Delete every file of the log, and forget them."""
        super().reset_log()
        self.forget_log()

    def show(self, version: int, names: Sequence[str], empty: Callable[[], bytes]) -> None:
        """A bucket has no folder that leads to another; whoever knows the log finds the newest version."""

    def shows(self, version: int) -> bool:
        """There is nothing to be put right."""
        del version
        return True

    def forget_shown(self, before: float) -> None:
        """Nothing was shown."""
