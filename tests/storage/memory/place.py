"""The places of datasets whose parts are in memory.

The log is a folder, because Delta's library writes it and knows no memory of ours; so it is with every store: parts are
put by us, the log's entries by that library. What that library looks for itself it does not find here: it restores no
version, because it makes sure first that the parts are beside the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from parquay.storage.local.place import LocalPlace
from parquay.storage.object_place import ObjectPlace
from storage.memory.objects import MemoryObjects


class MemoryPlaces:
    """Places that are gone with the process, but for their logs in ``folder``."""

    is_remote = False

    def __init__(self, folder: Path, *, capacity: int | None = None) -> None:
        """Hold up to ``capacity`` bytes of parts for each dataset, None for no limit."""
        self._folder = folder
        self._capacity = capacity
        self._parts: dict[str, MemoryObjects] = {}

    @property
    def fetched(self) -> Path:
        """Where copies are, for as long as somebody reads them."""
        return self._folder / "fetched"

    def at(self, dataset_id: str) -> MemoryPlace:
        """Return the place of a dataset."""
        if dataset_id not in self._parts:
            self._parts[dataset_id] = MemoryObjects(self.fetched / dataset_id, self._capacity)
        return MemoryPlace(self._folder / "logs", dataset_id, self._parts[dataset_id])

    def ids(self) -> Iterator[str]:
        """List the places in which something is."""
        yield from sorted(dataset_id for dataset_id in list(self._parts) if self.at(dataset_id).exists())


class MemoryPlace(ObjectPlace):
    """The parts of a dataset in memory, and the folder of its log."""

    def __init__(self, logs: Path, dataset_id: str, parts: MemoryObjects) -> None:
        self._log_place = LocalPlace(logs, dataset_id)
        super().__init__(dataset_id, parts, self._log_place.log)

    @property
    def address(self) -> str:
        """Nobody else reads memory."""
        return f"memory/{self.dataset_id}"

    @property
    def url(self) -> str:
        """The folder of the log."""
        return self._log_place.url

    def log_folder(self, version: int, checkpoint: int | None = None) -> str:
        """Return the folder of the table, which has all versions."""
        del version, checkpoint
        return self.url

    def exists(self) -> bool:
        """Whether there is a part or a log."""
        return next(self.parts.list(), None) is not None or self._log_place.exists()

    def erase(self) -> None:
        """Forget the parts, and remove the log."""
        self.parts.delete([each.key for each in self.parts.list()])
        self.parts.discard(self.parts.drafts())
        self._log_place.erase()

    def show(self, version: int, names: Sequence[str], empty: Callable[[], bytes]) -> None:
        """There are no readers of memory."""

    def shows(self, version: int) -> bool:
        """Nobody finds an older version."""
        del version
        return True

    def forget_shown(self, before: float) -> None:
        """Nothing was shown."""
