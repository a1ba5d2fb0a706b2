"""The folder of a backup: copies of files with their CRC-32C, and the manifest that says which of them count.

A copy that a manifest names is never changed but by adding bytes behind those that it counts. So a backup that is
being renewed stays a whole one until the new manifest is in its place, whenever the process dies.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import google_crc32c

from parquay.errors import Conflict

BLOCK = 1 << 20
"""Bytes that are read at once."""
MANIFEST, LOCK, COPIES = "manifest.ndjson", "backup.lock", "files"

Moved = Callable[[int], None]
"""Is called with the number of bytes that were read."""


@dataclass(frozen=True, slots=True)
class CopiedFile:
    """A file as it was copied.

    Attributes:
        size: bytes of it that count.
        crc: their CRC-32C.
        modified: when the file was changed last (nanoseconds since 1970).
        linked: whether the copy is the file itself under a second name.
    """

    size: int
    crc: int
    modified: int
    linked: bool = False


class BackupFolder:
    """One backup on a local file system."""

    def __init__(self, root: Path, *, moved: Moved = lambda _: None) -> None:
        self.root = root
        self.moved = moved
        self._folders: set[Path] = set()

    def path(self, stored: str) -> Path:
        """Where a copy is."""
        return self.root / COPIES / stored

    def is_usable(self) -> bool:
        """Whether it is empty, or was made here."""
        return not self.root.exists() or (self.root / LOCK).exists() or not any(self.root.iterdir())

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Make the folder, and be the only one that writes to it or reads from it.

        Raises:
            Conflict: ``backup_busy``, another process does.
        """
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(os.open(self.root / LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600), self.root, fcntl.LOCK_EX):
            yield

    @contextmanager
    def unchanged(self) -> Iterator[None]:
        """Let nobody renew the backup meanwhile; it may be on a file system that cannot be written.

        Raises:
            Conflict: ``backup_busy``, it is being renewed.
        """
        try:
            handle = os.open(self.root / LOCK, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:  # a copy of a backup
            yield
            return
        with _locked(handle, self.root, fcntl.LOCK_SH):
            yield

    def is_there(self) -> bool:
        """Whether there is a manifest."""
        return (self.root / MANIFEST).is_file()

    def has(self, stored: str, size: int) -> bool:
        """Whether a copy has at least so many bytes."""
        try:
            return self.path(stored).stat().st_size >= size
        except FileNotFoundError:
            return False

    def new_file(self, stored: str) -> Path:
        """Return where a file may be made that is to be kept as ``stored``; what was there without a manifest goes."""
        path = self.path(stored)
        self._make(path.parent)
        path.unlink(missing_ok=True)
        return path

    def measure(self, stored: str) -> CopiedFile:
        """Sync a file that was made in the folder, and look at it."""
        with self.path(stored).open("rb") as file:
            os.fsync(file.fileno())
            found = os.fstat(file.fileno())
            size, crc = _read(file.fileno(), self.moved, None, _ignore)
        return CopiedFile(size, crc, found.st_mtime_ns)

    def put(self, source: Path, stored: str, size: int | None, *, may_link: bool) -> CopiedFile:
        """Keep the first ``size`` bytes (None: all) of a file; ``may_link``: it never changes any more.

        Raises:
            FileNotFoundError: there is no such file.
            OSError: it cannot be read, or the copy not be written.
        """
        path = self.new_file(stored)
        with source.open("rb", buffering=0) as file:
            found = os.fstat(file.fileno())
            if may_link and size in (None, found.st_size) and _is_linked(source, path):
                size, crc = _read(file.fileno(), self.moved, size, _ignore)
                return CopiedFile(size, crc, found.st_mtime_ns, linked=True)
            with path.open("xb", buffering=0) as target:
                read, crc = _read(file.fileno(), self.moved, size, target.write)
                os.fsync(target.fileno())
        return CopiedFile(read, crc, found.st_mtime_ns)

    def extend(self, source: Path, stored: str, before: CopiedFile, size: int) -> CopiedFile:
        """Add what a growing file has got since it was copied as ``before``, up to ``size`` bytes.

        Raises:
            OSError: as `put`.
        """
        with source.open("rb", buffering=0) as file, self.path(stored).open("r+b", buffering=0) as target:
            found = os.fstat(file.fileno())
            if os.path.samestat(found, os.fstat(target.fileno())):  # never write to the file itself
                whole, crc = _read(file.fileno(), self.moved, size, _ignore)
                return CopiedFile(whole, crc, found.st_mtime_ns, linked=True)
            target.truncate(before.size)
            target.seek(before.size)
            read, crc = _read(file.fileno(), self.moved, size, target.write, (before.size, before.crc))
            os.fsync(target.fileno())
        return CopiedFile(read, crc, found.st_mtime_ns)

    def manifest(self) -> Iterator[str]:
        """Yield the lines of the manifest, none where there is none."""
        with suppress(FileNotFoundError), (self.root / MANIFEST).open(encoding="utf-8") as file:
            yield from file

    def write_manifest(self, lines: Iterable[str]) -> None:
        """Put a manifest in the place of the one before, once all that it names is durable."""
        for folder in sorted(self._folders, reverse=True):
            _sync(folder)
        draft = self.root / f".{MANIFEST}"
        with draft.open("w", encoding="utf-8") as file:
            file.writelines(f"{line}\n" for line in lines)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(self.root / MANIFEST)
        _sync(self.root)

    def prune(self, kept: Collection[str]) -> int:
        """Remove copies that are not in ``kept``; return how many."""
        removed = 0
        for folder, _, names in os.walk(self.root / COPIES, topdown=False):
            for name in names:
                path = Path(folder, name)
                if path.relative_to(self.root / COPIES).as_posix() not in kept:
                    path.unlink()
                    removed += 1
            with suppress(OSError):  # it is not empty
                Path(folder).rmdir()
        return removed

    def fetch(self, stored: str, size: int, target: Path, modified: int) -> int:
        """Write the first ``size`` bytes of a copy into a new file, durably; return their CRC-32C.

        ``modified``: when the file shall have been changed last (nanoseconds since 1970).

        Raises:
            OSError: the copy cannot be read, or the file not be written.
        """
        with self.path(stored).open("rb", buffering=0) as file, target.open("xb", buffering=0) as made:
            _, crc = _read(file.fileno(), self.moved, size, made.write)
            os.utime(made.fileno(), ns=(modified, modified))
            os.fsync(made.fileno())
        return crc

    def _make(self, folder: Path) -> None:
        if folder in self._folders:
            return
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        while folder != self.root:
            self._folders.add(folder)
            folder = folder.parent


def entries(folder: Path) -> list[str]:
    """The names of the files in a folder, none where it is not there."""
    try:
        return sorted(each.name for each in folder.iterdir() if each.is_file())
    except FileNotFoundError:
        return []


def look(path: Path) -> tuple[int, int] | None:
    """The bytes of a file and when it was changed last (nanoseconds since 1970); None without one."""
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_size, found.st_mtime_ns


def free(folder: Path) -> int:
    """Bytes that are free on the file system of a folder, which may still have to be made."""
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


@contextmanager
def _locked(handle: int, root: Path, how: int) -> Iterator[None]:
    try:
        try:
            fcntl.flock(handle, how | fcntl.LOCK_NB)
        except BlockingIOError:
            raise Conflict(f"{root} is being used by another process.", "backup_busy") from None
        yield
    finally:
        os.close(handle)


def _is_linked(source: Path, path: Path) -> bool:
    try:
        path.hardlink_to(source)
    except FileNotFoundError:
        raise
    except OSError:  # another file system, one without links, or too many of them
        return False
    return True


def _read(
    handle: int, moved: Moved, size: int | None, use: Callable[[bytes], object], before: tuple[int, int] = (0, 0)
) -> tuple[int, int]:
    """Read a file up to ``size`` bytes (None: all); return how many it has, and their CRC.

    ``before``: bytes that are passed over, and their CRC.
    """
    done, crc = before
    while size is None or done < size:
        block = os.pread(handle, BLOCK if size is None else min(BLOCK, size - done), done)
        if not block:
            break
        crc = google_crc32c.extend(crc, block)
        use(block)
        moved(len(block))
        done += len(block)
    return done, crc


def _ignore(_block: bytes) -> None:
    return


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
