"""Uploads as files on a local disk: ``<root>/<first two characters>/<id>``.

Rules that keep acknowledged bytes through power loss: bytes are put at their offset (never appended), synced
before anybody hears of them; a new name is synced through its directory; a failed sync is never tried again,
because the kernel may have thrown the pages away and would call the second one a success.
"""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from functools import partial
from pathlib import Path

from parquay.chunk import Chunk
from parquay.errors import Busy, Conflict, StorageFull
from parquay.ids import is_id, new_id
from parquay.storage.chunks import BytesMissing, Rhythm, State, StoreFault
from parquay.storage.local import locks
from parquay.storage.local.faults import mapped
from parquay.storage.local.reader import LocalReader
from parquay.storage.local.reserve import RESERVE
from parquay.storage.local.volume import VolumeSync
from parquay.storage.local.writer import LocalWriter
from parquay.telemetry import sync_errors, sync_seconds

COPY_RATE = 2e9
"""Bytes a second: so much longer is waited for the writer of a large file, of which a copy costs more."""
RHYTHM = Rhythm(bytes=64 * 1024 * 1024, seconds=1.0)
MIN_VOLUME_SYNC_FILES = 16
"""From so many small uploads on, one sync of the whole volume is quicker than theirs."""


class LocalStore:
    """A store on one local volume."""

    def __init__(self, root: Path, *, durable: bool = True, reserve: int = RESERVE) -> None:
        """Keep uploads below ``root``; leave ``reserve`` bytes of the volume free for the catalog."""
        self.root = root
        self._durable = durable
        self._reserve = reserve
        self._fault: str | None = None
        self._known_directories: set[str] = set()
        root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._volume = VolumeSync(root)

    def path(self, upload_id: str) -> Path:
        """Return where an upload's file is, whether or not it exists."""
        return Path(self._text(upload_id))

    def local_file(self, upload_id: str, size: int) -> Path | None:
        """Return an upload's file if it has just so many bytes."""
        path = self.path(upload_id)
        return path if path.is_file() and path.stat().st_size == size else None

    def state(self, upload_id: str) -> State | None:
        """Return the inode, the bytes and the time of the last change of an upload's file."""
        try:
            found = self.path(upload_id).stat()
        except FileNotFoundError:  # an upload without a byte has no file
            return None
        return found.st_ino, found.st_size, found.st_mtime_ns

    def _text(self, upload_id: str) -> str:
        if not is_id(upload_id):
            raise ValueError("not an upload id")
        return f"{self.root}/{upload_id[:2]}/{upload_id}"

    def rhythm(self, offset: int) -> Rhythm:
        """A sync costs milliseconds, whatever the offset."""
        del offset
        return RHYTHM

    def writer(
        self,
        upload_id: str,
        durable: int,
        *,
        wait: float = 0.0,
        owned: Callable[[], bool] | None = None,
        epoch: int = 0,
    ) -> LocalWriter:
        """Open an upload's file and lock it; see :class:`parquay.storage.chunks.Store`."""
        del epoch  # the lock keeps a stale writer out
        path = self.path(upload_id)
        with mapped(self):
            patience = wait + (durable / COPY_RATE if owned is not None else 0.0)
            handle = self._locked(path, durable, time.monotonic() + patience, owned)
            try:
                _cut(handle, durable, owned)
            except BaseException:
                os.close(handle)
                raise
        return LocalWriter(self, handle, unnamed=path.parent if durable == 0 else None)

    @contextmanager
    def reader(self, upload_id: str) -> Iterator[LocalReader]:
        """Open an upload for reading."""
        with mapped(self):
            reader = LocalReader(self.path(upload_id))
        try:
            yield reader
        finally:
            reader.close()

    def size(self, upload_id: str) -> int:
        """Return the size of an upload's file in bytes, 0 without one."""
        try:
            return self.path(upload_id).stat().st_size
        except FileNotFoundError:
            return 0

    def put(self, upload_id: str, data: bytes) -> tuple[Chunk, ...]:
        """Store a small upload, not synced."""
        path = self._text(upload_id)
        flags = os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW
        with mapped(self):
            self._volume.watch()
            try:
                handle = os.open(path, flags, 0o600)
            except FileNotFoundError:
                Path(path).parent.mkdir(mode=0o700, exist_ok=True)
                handle = os.open(path, flags, 0o600)
            try:
                whole = os.pwrite(handle, data, 0) == len(data)
            except OSError:
                Path(path).unlink()
                raise
            finally:
                os.close(handle)
            if not whole:
                Path(path).unlink()
                raise StorageFull("The disk is full.", retry_after=60)
        return ()

    def flush(self, upload_ids: Sequence[str]) -> None:
        """Sync small uploads with their names: the whole volume for many, else files, names, names of directories.

        After a failed sync nothing is settled any more: the files may lack bytes that the kernel has thrown away. A
        restart puts them again.
        """
        if self._fault:
            raise StoreFault(self._fault)
        paths = [self.path(upload_id) for upload_id in upload_ids]
        if len(paths) >= MIN_VOLUME_SYNC_FILES and self._volume.is_watched:
            self._timed(self._volume.sync)
            return
        with mapped(self):
            for path in paths:
                self._sync_file(path)
            directories = {path.parent for path in paths}
            for directory in directories:
                self.sync_directory(directory)
            unknown = {directory.name for directory in directories} - self._known_directories
            if unknown:
                self.sync_directory(self.root)
                self._known_directories |= unknown

    def _sync_file(self, path: Path) -> None:
        try:
            handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            return
        try:
            self.sync(handle)
        finally:
            os.close(handle)

    def compose(self, upload_id: str, parts: Sequence[tuple[str, int]]) -> tuple[Chunk, ...]:
        """Copy the parts into a new file, which gets its name when it is whole: what had that name is never cut."""
        with self._copied([(self.path(part_id), size) for part_id, size in parts]) as (draft, _):
            self._rename(draft, self.path(upload_id))
        return ()

    def keys(self, upload_id: str) -> tuple[str, ...]:
        """A file has no keys."""
        del upload_id
        return ()

    def orphans(self, upload_id: str, age: float) -> tuple[str, ...]:
        """Bytes past the offset are in the upload's own file."""
        del upload_id, age
        return ()

    def discard(self, keys: Sequence[str]) -> None:
        """There are no keys."""

    def link(self, upload_id: str, seconds: int) -> None:
        """Nobody else serves these files."""

    def remove(self, upload_id: str, keys: Sequence[str] = ()) -> None:
        """Unlink an upload's file."""
        del keys
        path = self.path(upload_id)
        with suppress(FileNotFoundError):
            path.unlink()
            self.sync_directory(path.parent)

    def age(self, upload_id: str) -> float:
        """Return the seconds since an upload's file last changed."""
        try:
            return time.time() - self.path(upload_id).stat().st_mtime
        except FileNotFoundError:
            return 0.0

    def ids(self) -> Iterator[str]:
        """List the uploads that have a file."""
        for directory in sorted(self.root.iterdir()):
            if directory.is_dir():
                yield from sorted(entry.name for entry in directory.iterdir() if is_id(entry.name))

    def free(self) -> int:
        """Return the bytes left on the volume, less the reserve."""
        with mapped(self):
            return max(shutil.disk_usage(self.root).free - self._reserve, 0)

    def probe(self) -> None:
        """Write, sync and remove a file; a volume that failed a sync stays faulty until the process restarts."""
        if self._fault:
            raise StoreFault(self._fault)
        path = self.root / f".probe-{new_id()}"
        with mapped(self):
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
            try:
                os.write(handle, b"parquay")
                os.fsync(handle)
            finally:
                os.close(handle)
                path.unlink()

    def sync(self, handle: int) -> None:
        """Sync a file's bytes and size. See :meth:`parquay.storage.chunks.Writer.sync`."""
        self._timed(partial(os.fdatasync if hasattr(os, "fdatasync") else os.fsync, handle))

    def _timed(self, sync: Callable[[], None]) -> None:
        if not self._durable:
            return
        started = time.perf_counter()
        try:
            sync()
        except OSError as error:
            self.mark_faulty(error)
            raise StoreFault("The disk failed to keep the bytes.") from error
        sync_seconds.observe(time.perf_counter() - started)

    def sync_directory(self, path: Path) -> None:
        """Make the names in a directory survive power loss."""
        if not self._durable:
            return
        handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        except OSError as error:
            self.mark_faulty(error)
            raise StoreFault("The disk failed to keep a name.") from error
        finally:
            os.close(handle)

    def mark_faulty(self, error: OSError) -> None:
        """Remember that the volume lost a sync, so that readiness turns red."""
        sync_errors.inc()
        self._fault = f"A sync failed: {os.strerror(error.errno or errno.EIO)}."

    def _locked(self, path: Path, durable: int, deadline: float, owned: Callable[[], bool] | None) -> int:
        """Open an upload's file and lock it; in place of one that a stale writer keeps comes a copy."""
        while True:
            handle = self._open(path, create=durable == 0)
            try:
                locks.lock(handle, deadline)
                if owned is None or locks.is_named(self.root, handle, path):
                    return handle
            except Busy:
                os.close(handle)
                if owned is None or self.free() < durable:
                    raise
                return self._replaced(path, durable, owned)
            except BaseException:
                os.close(handle)
                raise
            os.close(handle)

    def _replaced(self, path: Path, durable: int, owned: Callable[[], bool]) -> int:
        """Put a copy of what was promised in place of a file that a stale writer has locked; return it, locked."""
        with self._copied([(path, durable)]) as (draft, handle):
            with locks.names(self.root):
                if not owned():
                    raise Conflict("Another request continues this upload.", "taken_over")
                self._rename(draft, path)
            return os.dup(handle)  # which keeps the lock

    @contextmanager
    def _copied(self, sources: Sequence[tuple[Path, int]]) -> Iterator[tuple[Path, int]]:
        """Lend a new file, locked and synced, with the first bytes of ``sources``, to be given a name."""
        draft_id = new_id()
        writer = self.writer(draft_id, 0)
        try:
            position = 0
            for source, size in sources:
                with mapped(self), closing(LocalReader(source)) as reader:
                    reader.copy_to(writer.handle, position, size)
                position += size
            writer.sync(position)
            yield self.path(draft_id), writer.handle
        except BaseException:
            self.remove(draft_id)
            raise
        finally:
            writer.close()

    def _open(self, path: Path, *, create: bool) -> int:
        if not create:
            try:
                return os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
            except FileNotFoundError:
                raise BytesMissing("Promised bytes are not there.") from None
        self._make_directory(path.parent)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)

    def _rename(self, source: Path, target: Path) -> None:
        with mapped(self):
            self._make_directory(target.parent)
            source.rename(target)
            self.sync_directory(target.parent)
            self.sync_directory(source.parent)

    def _make_directory(self, path: Path) -> None:
        if path.name not in self._known_directories:
            path.mkdir(mode=0o700, exist_ok=True)
            self.sync_directory(path.parent)
            self._known_directories.add(path.name)


def _cut(handle: int, durable: int, owned: Callable[[], bool] | None) -> None:
    """Forget what was never acknowledged: it is as if never sent."""
    size = os.fstat(handle).st_size
    if size != durable and owned is not None and not owned():
        raise Conflict("Another request continues this upload.", "taken_over")
    if size < durable:
        raise BytesMissing(f"{durable} bytes were promised and are not there.")
    if size > durable:
        os.ftruncate(handle, durable)
