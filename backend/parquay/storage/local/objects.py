"""Objects as files of one folder. Drafts stand beside them, under hidden names, so that putting one is a rename."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from parquay.errors import Damaged
from parquay.storage import seal
from parquay.storage.local import reserve
from parquay.storage.objects import Content, Stored
from parquay.telemetry import lost

DRAFT_SUFFIXES = (".tmp", ".recast")
"""How the names of drafts end, and of what is written on the way to one."""


class LocalObjects:
    """The files of a folder whose names `is_key` takes for keys; what else is in it is not looked at."""

    def __init__(self, folder: Path, is_key: Callable[[str], bool]) -> None:
        self._folder = folder
        self._is_key = is_key

    def put(self, key: str, content: Content) -> Stored:
        """Write a file, or take a draft; sync it, name it, and sync its name."""
        draft, path = content if isinstance(content, Path) else self.draft(key), self._folder / key
        try:
            with reserve.full_named():
                if not isinstance(content, Path):
                    reserve.refuse_full(self._folder, len(content))
                    draft.write_bytes(content)
                _sync(draft)
                draft.replace(path)
                _sync(self._folder)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
        _, size, modified = seal.remember(path)
        return Stored(key, size, modified / 1e9)

    def read(self, key: str) -> bytes:
        """Read a file."""
        return (self._folder / key).read_bytes()

    @contextmanager
    def open(self, key: str) -> Iterator[BinaryIO]:
        """Open a file, which stays readable when its name goes."""
        with (self._folder / key).open("rb") as file:
            yield file

    @contextmanager
    def fetch(self, keys: Iterable[str]) -> Iterator[list[Path]]:
        """Yield the files themselves, each read once since it last changed."""
        paths = [self._folder / key for key in keys]
        for path in paths:
            fault = seal.fault_of(path)
            if fault is not None:
                raise lost(fault)
        yield paths

    def stat(self, key: str) -> Stored | None:
        """Look at a file."""
        try:
            return _stored(self._folder / key)
        except FileNotFoundError:
            return None

    def absent(self, keys: Iterable[str]) -> set[str]:
        """Look for each."""
        return {key for key in keys if self.stat(key) is None}

    def look(self, keys: Iterable[str]) -> None:
        """Each question costs next to nothing."""

    def list(self) -> Iterator[Stored]:
        """List the folder, which may not be there."""
        for name in self._names():
            found = self.stat(name) if self._is_key(name) else None
            if found is not None:
                yield found

    def delete(self, keys: Iterable[str]) -> None:
        """Unlink files."""
        for key in keys:
            (self._folder / key).unlink(missing_ok=True)

    def fault(self, key: str, size: int | None = None, *, reread: bool = True) -> Damaged | None:
        """Compare a file with its name, and its size with `size`."""
        return seal.fault_of(self._folder / key, size, reread=reread)

    def draft(self, key: str) -> Path:
        """Return a hidden name in the same folder, which is made if it is not there."""
        if not self._folder.is_dir():
            self._folder.mkdir(parents=True, exist_ok=True)
            _sync(self._folder.parent)
        return self._folder / f".{key}.tmp"

    def drafts(self) -> Iterator[Path]:
        """List hidden names."""
        yield from (self._folder / name for name in self._names() if name.endswith(DRAFT_SUFFIXES))

    def discard(self, drafts: Iterable[Path], before: float | None = None) -> int:
        """Unlink drafts."""
        old = [path for path in drafts if before is None or _is_older(path, before)]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def sync(self, keys: Iterable[str]) -> None:
        """Sync files, then their names."""
        for key in keys:
            _sync(self._folder / key)
        _sync(self._folder)

    def refuse_full(self, size: int = 0) -> None:
        """Leave the reserve of the volume alone."""
        reserve.refuse_full(self._folder, size)

    def _names(self) -> tuple[str, ...]:
        try:
            return tuple(path.name for path in self._folder.iterdir())
        except FileNotFoundError:
            return ()


def _stored(path: Path) -> Stored:
    found = path.stat()
    return Stored(path.name, found.st_size, found.st_mtime_ns / 1e9)


def _is_older(path: Path, before: float) -> bool:
    try:
        return path.stat().st_mtime <= before
    except FileNotFoundError:
        return False


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
