"""What the places of all stores share: a place is two kinds of objects, parts and log."""

from __future__ import annotations

import json

from parquay.storage import seal
from parquay.storage.objects import Content, Objects, Stored
from parquay.storage.place import LAST_CHECKPOINT, Written, checkpoint_name, entry_name


class ObjectPlace:
    """The parts and the log of a dataset as objects; a store adds what is of its own kind."""

    is_remote = False

    def __init__(self, dataset_id: str, parts: Objects, log: Objects) -> None:
        self.dataset_id = dataset_id
        self.parts = parts
        self.log = log

    def keep(self, name: str, content: Content) -> Stored:
        """Put a part under its name with its seal."""
        return self.parts.put(seal.sealed(name, seal.crc_of(content)), content)

    def newest(self, known: int = -1) -> int:
        """List the log where nothing is known, else ask for one entry after the other."""
        if known < 0:
            names = (each.key for each in self.log.list())
            return max((int(name[:-5]) for name in names if name.endswith(".json") and name[:-5].isdigit()), default=-1)
        known = max(known, self.checkpointed())  # there may be a gap before it, see `datasets.versions.log_cleanup`
        while self.log.stat(entry_name(known + 1)) is not None:
            known += 1
        return known

    def checkpointed(self) -> int:
        """Read which checkpoint is the last."""
        try:
            return int(json.loads(self.log.read(LAST_CHECKPOINT))["version"])
        except FileNotFoundError:
            return -1

    def entry(self, version: int) -> bytes | None:
        """Read an entry."""
        try:
            return self.log.read(entry_name(version))
        except FileNotFoundError:
            return None

    def log_file(self, key: str) -> bytes:
        """Read a file of the log."""
        return self.log.read(key)

    def forget_log(self) -> None:
        """Nothing is remembered."""

    def extend(self, folder: str, known: int, version: int) -> None:
        """The folder is the log."""

    def publish(self, folder: str, version: int) -> Written | None:
        """Sync the entry, which is where it belongs."""
        del folder
        self.log.sync([entry_name(version)])
        try:
            checkpoint = self.log.read(checkpoint_name(version))
        except FileNotFoundError:
            checkpoint = None
        return Written(self.log.read(entry_name(version)), checkpoint)

    def release(self, folder: str) -> None:
        """The folder stays: it is the log."""

    def reset_log(self) -> None:
        """Delete every file of the log."""
        self.log.delete([each.key for each in self.log.list()])
