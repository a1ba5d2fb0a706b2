"""The newest version as a folder of Parquet files, for readers that know no log: exactly its parts, and nothing else.

Beside the parts of all versions stands `_newest`, a symbolic link to a folder with a hard link for each part of one
version: nothing is copied, and one rename leads every reader from a version to the next. That folder has the log as it
was then, too, so that it is a Delta table of its own. Who reads the whole directory passes over names that begin with
`_`.

The version is the log's; this only shows it. What a crash left behind is put right by whoever looks next.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path

from parquay.ids import new_id

NAME = "_newest"
"""What the folder is called, beside the parts."""
LOG = "_delta_log"
EMPTY = "no-rows.parquet"
"""The file of a version without rows: its columns."""

_FOLDER = re.compile(rf"{NAME}-(\d{{8,}})-[\w-]+")


def show(directory: Path, version: int, parts: Sequence[str], log: Iterable[str], empty: Callable[[], bytes]) -> None:
    """Let `_newest` be the parts of `version`, with the files ``log`` of its log; for the only writer of the table.

    The folder before stays for those who are reading it, those before that go.

    Raises:
        OSError: it could not be made; what was shown is shown on.
    """
    before = shown(directory)
    folder = directory / f"{NAME}-{version:08}-{new_id()[-8:].strip('-_')}"
    try:
        _fill(folder, directory, parts, log, empty)
        link = folder.with_name(f"{folder.name}-link")
        link.symlink_to(folder.name)
        link.replace(directory / NAME)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    forget(directory, keep={folder.name, before})


def _fill(folder: Path, directory: Path, parts: Sequence[str], log: Iterable[str], empty: Callable[[], bytes]) -> None:
    folder.mkdir()
    for name in parts:
        _link(directory / name, folder / name)
    if not parts:
        (folder / EMPTY).write_bytes(empty())
    entries = folder.with_name(f"{folder.name}-log")
    entries.mkdir()
    for name in log:
        _link(directory / LOG / name, entries / name)
    # Readers of plain files who go down into folders do not follow a link.
    (folder / LOG).symlink_to(f"../{entries.name}")


def _link(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except PermissionError:  # a file system without hard links
        target.symlink_to(os.path.relpath(source, target.parent))


def shown(directory: Path) -> str:
    """The name of the folder that `_newest` leads to; empty when there is none."""
    try:
        return str((directory / NAME).readlink())
    except OSError:
        return ""


def shows(directory: Path, version: int) -> bool:
    """Whether `_newest` is a version."""
    found = _FOLDER.fullmatch(shown(directory))
    return found is not None and int(found[1]) == version and (directory / NAME).is_dir()


def forget(directory: Path, keep: set[str], before: float | None = None) -> None:
    """Remove folders that are not in `keep`, and were made before a time (seconds since 1970; None: any)."""
    for path in directory.glob(f"{NAME}-*"):
        stem = path.name.removesuffix("-log").removesuffix("-link")
        if stem in keep or (before is not None and path.lstat().st_mtime > before):
            continue
        if path.is_symlink():
            path.unlink(missing_ok=True)
        else:
            with suppress(OSError):
                shutil.rmtree(path)
