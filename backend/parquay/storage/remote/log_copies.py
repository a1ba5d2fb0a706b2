"""Logs of tables in an object store, as Delta's library has them: copies of some of their files in a local folder.

That library lists a log and reads its files anew with every step, and each time costs a request. So it gets a folder in
which there is what tells of one version and nothing else: a checkpoint and the entries behind it. They never change and
are kept in memory, so what one process reads of a log, it reads once. An entry that the library writes is in the folder
alone until it is put, only if there is none of that version (`If-None-Match: *`).
"""

from __future__ import annotations

import logging
import re
import shutil
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from parquay.storage.chunked.bucket import Bucket
from parquay.storage.chunks import StoreFault
from parquay.storage.local import reserve
from parquay.storage.local.scratch import ProcessScratch
from parquay.storage.object_place import ObjectPlace
from parquay.storage.place import LAST_CHECKPOINT, Written, checkpoint_name, entry_name

LOG_FOLDER = "_delta_log/"
HELD_BYTES = 32 << 20
"""Bytes of logs' files that a process keeps in memory, of all tables together."""
FEW_ENTRIES = 20
"""Entries that are read without asking for a checkpoint first: there is none before so many."""
AT_ONCE = 8
"""Files of one log that are asked for at the same time."""

_CHECKPOINT = re.compile(r"(\d{20})\.checkpoint\.parquet")

_logger = logging.getLogger(__name__)


class HeldLogs:
    """Files of logs in memory, by their keys in the bucket: the least recently used go. For many threads."""

    def __init__(self, capacity: int = HELD_BYTES) -> None:
        """Hold up to ``capacity`` bytes."""
        self._capacity = capacity
        self._lock = threading.Lock()
        self._held: OrderedDict[str, bytes] = OrderedDict()
        self._size = 0

    def get(self, key: str) -> bytes | None:
        """Return a file; None when it is not held."""
        with self._lock:
            found = self._held.get(key)
            if found is not None:
                self._held.move_to_end(key)
            return found

    def note(self, key: str, data: bytes) -> bytes:
        """Hold a file, where there is room for it."""
        with self._lock:
            self._size += len(data) - len(self._held.pop(key, b""))
            self._held[key] = data
            while self._size > self._capacity:
                self._size -= len(self._held.popitem(last=False)[1])
        return data

    def forget(self, folder: str) -> None:
        """Hold nothing of a folder any more."""
        with self._lock:
            for key in [key for key in self._held if key.startswith(folder)]:
                self._size -= len(self._held.pop(key))

    def checkpoints(self, folder: str) -> list[int]:
        """The versions of the checkpoints of a folder that are held."""
        with self._lock:
            names = [key.removeprefix(folder) for key in self._held if key.startswith(folder)]
        return [int(found[1]) for name in names if (found := _CHECKPOINT.fullmatch(name))]


class LogCopies:
    """The folders that Delta's library gets of one table."""

    def __init__(self, place: ObjectPlace, bucket: Bucket, folder: str, held: HeldLogs, local: Path) -> None:
        """``folder``: of the log in the bucket, with a slash; ``local``: where folders are made."""
        self._place = place
        self._bucket = bucket
        self._folder = folder
        self._held = held
        self._local = local

    def file(self, key: str) -> bytes:
        """Return a file of the log, from memory or the bucket.

        Raises:
            FileNotFoundError: it is not there.
        """
        found = self._held.get(self._folder + key)
        return self._held.note(self._folder + key, self._place.log.read(key)) if found is None else found

    def forget(self) -> None:
        """Ask again for what was read so far."""
        self._held.forget(self._folder)

    def make(self, version: int, checkpoint: int | None) -> str:
        """Make the folder of a version, see `Place.log_folder`."""
        files = self._telling(version, checkpoint)
        folder = Path(tempfile.mkdtemp(dir=ProcessScratch(self._local, "logs").open()))
        try:
            (folder / LOG_FOLDER).mkdir()
            self._write(folder, files)
        except BaseException:
            self.release(str(folder))
            raise
        return str(folder)

    def extend(self, folder: str, known: int, version: int) -> None:
        """Add entries to a folder."""
        self._write(Path(folder), self._files([entry_name(each) for each in range(known + 1, version + 1)]))

    def release(self, folder: str) -> None:
        """Remove a folder."""
        shutil.rmtree(folder, ignore_errors=True)

    def publish(self, folder: str, version: int) -> Written | None:
        """Put what Delta's library wrote, the entry first: behind it the version is made, whatever fails."""
        log = Path(folder, LOG_FOLDER)
        entry = (log / entry_name(version)).read_bytes()
        if not self._is_put(entry_name(version), entry):
            return None
        self._held.note(self._folder + entry_name(version), entry)
        return Written(entry, self._put_checkpoint(log, version))

    def _is_put(self, key: str, data: bytes) -> bool:
        """Put an entry; False when another one is there. A lost answer is told by the entry itself."""
        fault = StoreFault("The object store does not answer.", retry_after=5)
        try:
            if self._bucket.put_once(self._folder + key, data):
                return True
        except StoreFault as error:
            fault = error
        try:
            return self._place.log.read(key) == data
        except FileNotFoundError:
            raise fault from None

    def _put_checkpoint(self, log: Path, version: int) -> bytes | None:
        path = log / checkpoint_name(version)
        if not path.exists():
            return None
        data = path.read_bytes()
        try:
            self._bucket.put(self._folder + path.name, data)
            self._bucket.put(self._folder + LAST_CHECKPOINT, (log / LAST_CHECKPOINT).read_bytes())
        except StoreFault:
            _logger.warning("a checkpoint was not put; the next one will be", exc_info=True)
            return None
        return self._held.note(self._folder + path.name, data)

    def _telling(self, version: int, checkpoint: int | None) -> dict[str, bytes]:
        for start in self._starts(version, checkpoint):
            # The version's own entry is needed in any case: what is written behind a checkpoint alone is refused.
            names = [entry_name(each) for each in range(min(start + 1, version), version + 1) if each >= 0]
            try:
                return self._files([*([checkpoint_name(start)] if start >= 0 else []), *names])
            except FileNotFoundError:
                continue  # it is not there, or was trimmed; what is known otherwise is asked next
        raise FileNotFoundError(entry_name(version))

    def _starts(self, version: int, checkpoint: int | None) -> Iterator[int]:
        """The versions of checkpoints to read from, -1 for none: first what is known, then what costs requests."""
        if checkpoint is not None:
            yield checkpoint
        if version < FEW_ENTRIES:
            yield -1
        if held := [each for each in self._held.checkpoints(self._folder) if each <= version]:
            yield max(held)
        if 0 <= (last := self._place.checkpointed()) <= version:
            yield last
        found = (_CHECKPOINT.fullmatch(each.key) for each in self._place.log.list())
        yield max((int(each[1]) for each in found if each and int(each[1]) <= version), default=-1)

    def _files(self, names: Sequence[str]) -> dict[str, bytes]:
        if sum(self._held.get(self._folder + name) is None for name in names) < 2:
            return {name: self.file(name) for name in names}
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="logs") as pool:
            return dict(zip(names, pool.map(self.file, names), strict=True))

    def _write(self, folder: Path, files: dict[str, bytes]) -> None:
        with reserve.full_named():
            for name, data in files.items():
                (folder / LOG_FOLDER / name).write_bytes(data)
