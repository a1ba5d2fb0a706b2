"""Whether the files of a log are those that were written, by the checksums that the catalog noted."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Iterator, Mapping

from parquay.datasets.versions import log
from parquay.storage.place import Place, checkpoint_name, entry_name

MAX_FILES = 10_000
"""Files of logs in object stores that are remembered as checked, of all tables together."""

Noted = Mapping[int, tuple[int | None, int | None]]
"""CRC-32C of the entry of each version, and of the checkpoint behind it."""


class CheckedLogs:
    """The logs of this process; may be used by many threads.

    A file of a log never gets other bytes. Where each look travels, what was found to be as noted is not read again: a
    version that another machine made would cost as many requests as there are entries behind the last checkpoint.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._checked: OrderedDict[tuple[str, str, int], None] = OrderedDict()

    def is_as_noted(self, place: Place, version: int, noted: Noted, *, reread: bool = False) -> bool:
        """Whether the files that tell of a version are those that were written, as far as that was noted.

        ``reread``: read also those that were found to be so before.
        """
        return all(
            self._is_crc(place, key, crc, reread=reread or not place.is_remote) for key, crc in _telling(version, noted)
        )

    def _is_crc(self, place: Place, key: str, crc: int, *, reread: bool) -> bool:
        file = place.url, key, crc
        with self._lock:
            if not reread and file in self._checked:
                self._checked.move_to_end(file)
                return True
        # What is remembered may be the log of an earlier conversion of the same file.
        if (reread or log.crc(place, key, reread=False) != crc) and log.crc(place, key) != crc:
            return False
        with self._lock:
            self._checked[file] = None
            while len(self._checked) > MAX_FILES:
                self._checked.popitem(last=False)
        return True


def checkpoint_in(version: int, noted: Noted) -> int | None:
    """The last checkpoint up to a version; None when none is noted. Pure."""
    return max((each for each, (_, made) in noted.items() if made is not None and each <= version), default=None)


def _telling(version: int, noted: Noted) -> Iterator[tuple[str, int]]:
    """The files that tell of a version, from the last checkpoint on, with the checksum of each. Pure."""
    last = checkpoint_in(version, noted)
    start = -1 if last is None else last
    made = noted[start][1] if start >= 0 else None
    if made is not None:
        yield checkpoint_name(start), made
    for each in range(start + 1, version + 1):
        entry = noted.get(each, (None, None))[0]
        if entry is not None:
            yield entry_name(each), entry
