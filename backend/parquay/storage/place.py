"""The seam to a dataset's place: its parts and its Delta log. All calls block.

The log's entries are written by Delta's library into a folder that the place gives it, and `publish` makes each the
table's; it is an entry of the log that makes parts part of the table, so a place never has to change two objects at
once. Versions are numbers from 0.

Who may write is not the place's affair: there is one writer of a dataset at a time, see `datasets.versions.locks`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, Protocol

from parquay.storage.objects import Content, Objects, Stored


class Written(NamedTuple):
    """The files of a log that tell of one version: its entry, and the checkpoint behind it if there is one."""

    entry: bytes
    checkpoint: bytes | None


class Place(Protocol):
    """Where the parts and the log of one dataset are."""

    @property
    def dataset_id(self) -> str:
        """The dataset."""
        ...

    @property
    def parts(self) -> Objects:
        """Its parts, of all versions."""
        ...

    @property
    def log(self) -> Objects:
        """The files of its log: entries, checkpoints, and what says which checkpoint is the last."""
        ...

    @property
    def is_remote(self) -> bool:
        """Whether each question to it travels: then readers take the catalog's word for the newest version."""
        ...

    @property
    def address(self) -> str:
        """Where other programs find the table: a URL, or a path below the data directory."""
        ...

    @property
    def url(self) -> str:
        """Where another engine opens the table."""
        ...

    def exists(self) -> bool:
        """Whether anything of the dataset is there."""
        ...

    def erase(self) -> None:
        """Delete all of it, as far as that can be done; nothing may be relied on that is left."""
        ...

    def keep(self, name: str, content: Content) -> Stored:
        """Put a part; the CRC-32C of its bytes comes into its name, which is the key that is returned.

        Raises:
            StorageFull, OSError, StoreFault: as `Objects.put`.
        """
        ...

    def newest(self, known: int = -1) -> int:
        """Return the newest version in the log, -1 without a log; ``known``: one that there was, which is quicker."""
        ...

    def checkpointed(self) -> int:
        """Return the version of the last checkpoint, -1 when there is none."""
        ...

    def entry(self, version: int) -> bytes | None:
        """Return the log's entry of a version, one JSON object a line; None when it is not there."""
        ...

    def log_file(self, key: str) -> bytes:
        """Return a file of the log, none of which ever changes; what was read before may be answered from memory.

        Raises:
            FileNotFoundError: it is not there.
        """
        ...

    def forget_log(self) -> None:
        """Answer nothing from memory that was read of the log so far."""
        ...

    def log_folder(self, version: int, checkpoint: int | None = None) -> str:
        """Return a folder in which Delta's library finds the table as it was in ``version``; -1: no table yet.

        ``checkpoint``: the version of a checkpoint up to it, where one is known.

        Raises:
            FileNotFoundError: the log does not reach back so far.
        """
        ...

    def extend(self, folder: str, known: int, version: int) -> None:
        """Have a `log_folder` that has the entries up to ``known`` have those up to ``version``.

        Raises:
            FileNotFoundError: the log does not have them.
        """
        ...

    def publish(self, folder: str, version: int) -> Written | None:
        """Make the entry that Delta's library put into a `log_folder` the table's, durably, and what came behind it.

        Returns what was written; None when the log has another entry of that version.

        Raises:
            OSError: the store refused.
            StoreFault: it may be the table's, now or later (503).
        """
        ...

    def release(self, folder: str) -> None:
        """Give a `log_folder` up."""
        ...

    def reset_log(self) -> None:
        """Delete a log that never came to be a table's."""
        ...

    def show(self, version: int, names: Sequence[str], empty: Callable[[], bytes]) -> None:
        """Let readers that know no log find exactly the parts ``names``, where the store can; for the only writer.

        ``empty`` makes the file of a version without parts.

        Raises:
            OSError: it could not be made; what was shown is shown on.
        """
        ...

    def shows(self, version: int) -> bool:
        """Whether readers that know no log find a version; always so where they find none anyway."""
        ...

    def forget_shown(self, before: float) -> None:
        """Delete what was shown before the present version, and made before a time (seconds since 1970)."""
        ...


class Places(Protocol):
    """The places of all datasets of a store."""

    @property
    def is_remote(self) -> bool:
        """Whether each question travels, see `Place.is_remote`."""
        ...

    @property
    def fetched(self) -> Path:
        """The folder below which every file lies that `Objects.fetch` yields."""
        ...

    def at(self, dataset_id: str) -> Place:
        """Return the place of a dataset, whether or not anything is there."""
        ...

    def ids(self) -> Iterator[str]:
        """List the datasets of which something is there."""
        ...


def entry_name(version: int) -> str:
    """The key of a version's entry in the log. Pure."""
    return f"{version:020}.json"


def checkpoint_name(version: int) -> str:
    """The key of the checkpoint behind a version. Pure."""
    return f"{version:020}.checkpoint.parquet"


LAST_CHECKPOINT = "_last_checkpoint"
"""The key that says which checkpoint is the last."""

__all__ = [
    "LAST_CHECKPOINT",
    "Place",
    "Places",
    "Written",
    "checkpoint_name",
    "entry_name",
]
