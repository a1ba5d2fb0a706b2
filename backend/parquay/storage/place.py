"""The seam to a dataset's place: its parts and its Delta log. All calls block.

The log's entries are written by Delta's library, which is told the place's `url` and `options`; it is an entry of the
log that makes parts part of the table, so a place never has to change two objects at once. Versions are numbers from 0.

Who may write is not the place's affair: there is one writer of a dataset at a time, see `datasets.versions.locks`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from parquay.storage.objects import Content, Objects, Stored


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
        """What Delta's library opens; `options` go with it."""
        ...

    @property
    def options(self) -> dict[str, str] | None:
        """What Delta's library must know to open `url`."""
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
    "checkpoint_name",
    "entry_name",
]
