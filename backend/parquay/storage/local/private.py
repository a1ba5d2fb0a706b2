"""The data directory is its owner's alone: password hashes, the key of the tokens and everybody's files are in it."""

from __future__ import annotations

import logging
import os
import stat
from collections.abc import Iterator
from pathlib import Path

OTHERS = stat.S_IRWXG | stat.S_IRWXO
"""The rights of everybody but the owner; as a mask of a process, what its new files never allow."""

FOLDERS = ("uploads", "parquet", "tmp", "workers")
"""What a data directory has in it; whatever else is there is not ours to change."""

log = logging.getLogger(__name__)


def keep_private(root: Path, catalog: Path | None = None) -> int:
    """Take the rights of others from a data directory and all in it; return how many files and folders had any.

    ``catalog``: the file of an embedded catalog, wherever it is. A directory that nobody else can enter has been
    through this before, and its folders are not looked through again. What cannot be changed stays, with a line in the
    log.
    """
    changed = sum(_tightened(path) for path in _catalog_files(catalog))
    if not root.is_dir():
        return changed
    is_open = _mode(root) & OTHERS
    changed += sum(_tightened(path) for path in (*_top(root), *(_below(root) if is_open else ())))
    if _mode(root) & stat.S_ISVTX:
        log.warning("%s is everybody's (sticky): its rights stay as they are", root)
    else:
        changed += _tightened(root)  # at last: whoever is stopped before begins again
    if changed:
        log.warning("%s is now its owner's alone: others had rights to %d of its files and folders", root, changed)
    return changed


def _catalog_files(catalog: Path | None) -> list[Path]:
    return [] if catalog is None else [catalog.with_name(catalog.name + end) for end in ("", "-wal", "-shm")]


def _top(root: Path) -> list[Path]:
    names = (*FOLDERS, "server.lock", "volume-id", "metadata.db", "metadata.db-wal", "metadata.db-shm")
    return [root / name for name in names]


def _below(root: Path) -> Iterator[Path]:
    for folder in FOLDERS:
        for directory, _, names in os.walk(root / folder, topdown=False):
            yield from (Path(directory, name) for name in names)
            yield Path(directory)


def _tightened(path: Path) -> int:
    try:
        mode = _mode(path)
        if not mode & OTHERS:
            return 0
        path.chmod(mode & ~OTHERS)
    except FileNotFoundError:
        return 0
    except OSError as error:
        log.warning("%s stays open to others: %s", path, error.strerror)
        return 0
    return 1


def _mode(path: Path) -> int:
    found = path.lstat()
    return 0 if stat.S_ISLNK(found.st_mode) else stat.S_IMODE(found.st_mode)
