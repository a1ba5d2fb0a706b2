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
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from parquay.datasets.versions import log
from parquay.ids import new_id

NAME = "_newest"
"""What the folder is called, beside the parts."""
EMPTY = "no-rows.parquet"
"""The file of a version without rows: its columns."""

_FOLDER = re.compile(rf"{NAME}-(\d{{8,}})-[\w-]+")
_LOG_FILE = re.compile(r"(\d{20})\.(?:json|checkpoint\..+)|_last_checkpoint")


def show(directory: Path, version: int, parts: Sequence[str], columns: Sequence[Mapping[str, Any]]) -> None:
    """Let `_newest` be the parts of `version`; to be called by the only writer of the table.

    The folder before stays for those who are reading it, those before that go.

    Raises:
        OSError: it could not be made; what was shown is shown on.
    """
    before = shown(directory)
    folder = directory / f"{NAME}-{version:08}-{new_id()[-8:].strip('-_')}"
    try:
        _fill(folder, directory, parts, columns)
        link = folder.with_name(f"{folder.name}-link")
        link.symlink_to(folder.name)
        link.replace(directory / NAME)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    forget(directory, keep={folder.name, before})


def _fill(folder: Path, directory: Path, parts: Sequence[str], columns: Sequence[Mapping[str, Any]]) -> None:
    folder.mkdir()
    for name in parts:
        _link(directory / name, folder / name)
    if not parts:
        (folder / EMPTY).write_bytes(_no_rows(columns))
    entries = folder.with_name(f"{folder.name}-log")
    entries.mkdir()
    for path in _entries(directory):
        _link(path, entries / path.name)
    # Readers of plain files who go down into folders do not follow a link.
    (folder / log.FOLDER).symlink_to(f"../{entries.name}")


def _link(source: Path, target: Path) -> None:
    try:
        target.hardlink_to(source)
    except PermissionError:  # a file system without hard links
        target.symlink_to(os.path.relpath(source, target.parent))


def _entries(directory: Path) -> Iterator[Path]:
    """The files of the log that tell the newest version: the last checkpoint and what came since, and the first."""
    last = log.checkpointed(directory)
    for path in (directory / log.FOLDER).iterdir():
        found = _LOG_FILE.fullmatch(path.name)
        if found is not None and (found[1] is None or int(found[1]) >= last or int(found[1]) == 0):
            yield path


def _no_rows(columns: Sequence[Mapping[str, Any]]) -> bytes:
    import pyarrow as pa

    from parquay.columns.parquet import parts
    from parquay.columns.text import rendering

    types = rendering.columns_types(columns)
    empty = pa.schema(parts.arrow_types(types)).empty_table()
    return bytes(memoryview(parts.encode(parts.storable(empty, types))))


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
