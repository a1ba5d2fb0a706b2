"""The volume id: a file in a data directory that says which catalog's bytes are in it.

A directory that is mounted late, or named by a relative path in another folder, looks like a data directory that lost
everything. Whoever starts on it compares this id with the catalog's, and stops.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from parquay.ids import is_id, new_id

NAME = "volume-id"


class Marker:
    """The volume id of one directory."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.path = root / NAME

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Be the only process that looks whether the directory is the right one; it is made if it is not there."""
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)

    def read(self) -> str | None:
        """Return the id; None when there is none, ``""`` when what is there is no id."""
        try:
            text = self.path.read_bytes().decode("ascii", "replace").strip()
        except FileNotFoundError:
            return None
        return text if is_id(text) else ""

    def write(self, volume_id: str) -> None:
        """Put the id into the directory, durably and in one step.

        Raises:
            OSError: the directory cannot be written.
        """
        draft = self.root / f".{NAME}-{new_id()}"
        handle = os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        try:
            os.write(handle, volume_id.encode() + b"\n")
            os.fsync(handle)
        finally:
            os.close(handle)
        draft.replace(self.path)
        directory = os.open(self.root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            os.fsync(directory)
        finally:
            os.close(directory)

    def remove(self) -> None:
        """Take the id out of the directory."""
        self.path.unlink()


def has_upload(root: Path, file_id: str) -> bool:
    """Whether the bytes of an upload are below a directory."""
    return (root / "uploads" / file_id[:2] / file_id).exists()


def has_parts(root: Path, file_id: str) -> bool:
    """Whether parts of a table are below a directory."""
    return (root / "parquet" / file_id).exists()


def is_empty(root: Path) -> bool:
    """Whether a directory has neither uploads nor parts."""
    found = (*root.glob("uploads/*/*"), *root.glob("parquet/*"))
    return not any(is_id(path.name) for path in found)
