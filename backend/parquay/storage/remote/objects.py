"""Objects in a bucket. Parts have copies on the local disk; files of a log have none, they are small."""

from __future__ import annotations

import io
import mmap
import shutil
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import google_crc32c

from parquay.errors import Damaged
from parquay.ids import new_id
from parquay.storage import seal
from parquay.storage.chunked.bucket import Bucket, Held
from parquay.storage.local import reserve
from parquay.storage.objects import Content, Stored
from parquay.storage.remote.part_cache import CachedPart, PartCache
from parquay.telemetry import lost

ASKED = 4
"""Objects that are asked for one by one; for more of them the folder is listed."""
REMEMBERED = 65_536
"""Objects of which it is known how large they are."""


class KnownObjects:
    """What was seen of objects, which never change: the store need not be asked again. For many threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: OrderedDict[str, Stored] = OrderedDict()

    def get(self, name: str) -> Stored | None:
        """Return what is known of an object; None when nothing is, which says nothing."""
        with self._lock:
            found = self._known.get(name)
            if found is not None:
                self._known.move_to_end(name)
            return found

    def note(self, name: str, stored: Stored) -> Stored:
        """Remember an object."""
        with self._lock:
            self._known[name] = stored
            while len(self._known) > REMEMBERED:
                self._known.popitem(last=False)
        return stored

    def forget(self, name: str) -> None:
        """Forget an object."""
        with self._lock:
            self._known.pop(name, None)


class BucketObjects:
    """The objects whose names in a bucket are a folder and a key without a slash."""

    def __init__(self, bucket: Bucket, folder: str, drafts: Path) -> None:
        """``folder`` ends with a slash; ``drafts`` is a local folder, which need not be there."""
        self._bucket = bucket
        self.folder = folder
        self._drafts = drafts

    def put(self, key: str, content: Content) -> Stored:
        """Put bytes, or the file of a draft, which goes."""
        if isinstance(content, Path):
            self._put_file(key, content)
            content.unlink()
        else:
            self._bucket.put(self.folder + key, content)
        return self._put(key)

    def _put_file(self, key: str, path: Path) -> None:
        with path.open("rb") as file:
            if not path.stat().st_size:
                self._bucket.put(self.folder + key, b"")
                return
            # What is sent is not copied into memory; the client may still hold it for a moment when it is through.
            mapped = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
            self._bucket.put(self.folder + key, memoryview(mapped))

    def _put(self, key: str) -> Stored:
        found = self.stat(key)
        if found is None:
            raise lost(seal.missing())
        return found

    def read(self, key: str) -> bytes:
        """Get all bytes of an object."""
        came: list[bytes] = []
        self._bucket.fetch(self.folder + key, came.append)
        return b"".join(came)

    @contextmanager
    def open(self, key: str) -> Iterator[BinaryIO]:
        """Get an object, which is small."""
        yield io.BytesIO(self.read(key))

    @contextmanager
    def fetch(self, keys: Iterable[str]) -> Iterator[list[Path]]:
        """Get objects, which are small, into files that go at the end."""
        folder = self._drafts / f"fetched-{new_id()}"
        folder.mkdir(mode=0o700, parents=True)
        try:
            paths = []
            for key in keys:
                fault = self.fault(key)
                if fault is not None:
                    raise lost(fault)
                paths.append(folder / key)
                paths[-1].write_bytes(self.read(key))
            yield paths
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def stat(self, key: str) -> Stored | None:
        """Ask the store."""
        found = self._bucket.stat(self.folder + key)
        return None if found is None else _stored(key, found)

    def absent(self, keys: Iterable[str]) -> set[str]:
        """Ask the store for each."""
        return {key for key in keys if self.stat(key) is None}

    def look(self, keys: Iterable[str]) -> None:
        """Nothing is remembered."""

    def list(self) -> Iterator[Stored]:
        """List the folder, without the folders in it."""
        for found in self._bucket.list(self.folder):
            key = found.key.removeprefix(self.folder)
            if "/" not in key:
                yield _stored(key, found)

    def delete(self, keys: Iterable[str]) -> None:
        """Delete objects."""
        self._bucket.delete([self.folder + key for key in keys])

    def fault(self, key: str, size: int | None = None, *, reread: bool = True) -> Damaged | None:
        """Compare what the store has with the key, and its size with ``size``."""
        found = self.stat(key)
        if found is None:
            return seal.missing()
        if size is not None and found.size != size:
            return seal.damaged(f"{size} bytes were written, {found.size} are there")
        crc = seal.seal_in(key) if reread else None
        if crc is not None and self._crc(key) != crc:
            return seal.damaged("its bytes are not those that were written")
        return None

    def _crc(self, key: str) -> int:
        crc = 0

        def take(data: bytes) -> None:
            nonlocal crc
            crc = google_crc32c.extend(crc, data)

        self._bucket.fetch(self.folder + key, take)
        return crc

    def draft(self, key: str) -> Path:
        """Return a hidden name in the local folder."""
        self._drafts.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._drafts / f".{key}.tmp"

    def drafts(self) -> Iterator[Path]:
        """List hidden names, of this machine."""
        if self._drafts.is_dir():
            yield from (path for path in self._drafts.iterdir() if path.name.startswith("."))

    def discard(self, drafts: Iterable[Path], before: float | None = None) -> int:
        """Unlink drafts."""
        old = [path for path in drafts if before is None or _is_older(path, before)]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def sync(self, keys: Iterable[str]) -> None:
        """Look whether they are there: what was put is durable."""
        for key in keys:
            if self.stat(key) is None:
                raise FileNotFoundError(key)

    def refuse_full(self, size: int = 0) -> None:
        """See to it that there is room for a draft; the bucket has no end."""
        self._drafts.mkdir(mode=0o700, parents=True, exist_ok=True)
        reserve.refuse_full(self._drafts, size)


class CachedObjects(BucketObjects):
    """The parts of a dataset, read from copies of them."""

    def __init__(self, bucket: Bucket, folder: str, dataset_id: str, cache: PartCache, known: KnownObjects) -> None:
        super().__init__(bucket, folder, cache.drafts / dataset_id)
        self._dataset_id = dataset_id
        self._cache = cache
        self._known = known

    def put(self, key: str, content: Content) -> Stored:
        """Put a part, and keep what was put as its copy."""
        if isinstance(content, Path):
            self._put_file(key, content)
        else:
            self._bucket.put(self.folder + key, content)
        size = content.stat().st_size if isinstance(content, Path) else memoryview(content).nbytes
        self._cache.adopt(self._part(key), content)
        return self._known.note(self.folder + key, Stored(key, size, float(int(time.time()))))

    @contextmanager
    def open(self, key: str) -> Iterator[BinaryIO]:
        """Open the copy of a part, which stays readable when its name goes."""
        try:
            with self._cache.hold([self._part(key)], self._get) as (path,):
                file = path.open("rb")
        except Damaged as error:
            if error.code == "part_missing":
                raise FileNotFoundError(key) from error
            raise
        with file:
            yield file

    @contextmanager
    def fetch(self, keys: Iterable[str]) -> Iterator[list[Path]]:
        """Yield the copies of parts, fetched where there are none."""
        with self._cache.hold([self._part(key) for key in keys], self._get) as paths:
            yield paths

    def stat(self, key: str) -> Stored | None:
        """Answer from memory where there is a copy, which can be read whatever happens; else ask the store."""
        known = self._known.get(self.folder + key)
        if known is not None and self._cache.has(self._part(key)):
            return known
        found = super().stat(key)
        if found is None:
            self._known.forget(self.folder + key)
            return None
        return self._known.note(self.folder + key, found)

    def absent(self, keys: Iterable[str]) -> set[str]:
        """Ask the store for those without copies, by one listing where they are many."""
        asked = {key for key in keys if not self._cache.has(self._part(key))}
        return super().absent(asked) if len(asked) <= ASKED else asked.difference(each.key for each in self.list())

    def look(self, keys: Iterable[str]) -> None:
        """Ask the store for what is not known, by one listing where that is much."""
        asked = [key for key in keys if self._known.get(self.folder + key) is None]
        if len(asked) <= ASKED:
            for key in asked:
                self.stat(key)
        else:
            for _ in self.list():
                pass

    def list(self) -> Iterator[Stored]:
        """List the parts, and remember them."""
        for found in super().list():
            yield self._known.note(self.folder + found.key, found)

    def delete(self, keys: Iterable[str]) -> None:
        """Delete parts and their copies on this machine; those elsewhere go when there is no room for them."""
        gone = list(keys)
        super().delete(gone)
        for key in gone:
            self._known.forget(self.folder + key)
            self._cache.forget(self._part(key))

    def fault(self, key: str, size: int | None = None, *, reread: bool = True) -> Damaged | None:
        """Compare what the store has; without reading it, what is known of it."""
        if reread:
            return super().fault(key, size)
        found = self._known.get(self.folder + key) or self.stat(key)
        if found is None:
            return seal.missing()
        if size is not None and found.size != size:
            return seal.damaged(f"{size} bytes were written, {found.size} are there")
        return None

    def _part(self, key: str) -> CachedPart:
        return CachedPart(self._dataset_id, key)

    def _get(self, key: str, take: Callable[[bytes], None]) -> None:
        self._bucket.fetch(self.folder + key, take)


def _stored(key: str, found: Held) -> Stored:
    # A listing tells milliseconds where a look at one object tells seconds.
    return Stored(key, found.size, float(int(found.moment)))


def _is_older(path: Path, before: float) -> bool:
    try:
        return path.stat().st_mtime <= before
    except FileNotFoundError:
        return False
