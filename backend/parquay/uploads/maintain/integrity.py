"""Whether the bytes of an upload are still those that came, known before the first of them is sent."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterator

from parquay.catalog.tables import File
from parquay.errors import Damaged
from parquay.storage.chunks import BytesMissing, State, Store, read_promised
from parquay.telemetry import lost

HASHED_FIRST = 64 << 20
"""Bytes of the largest file that is hashed before its first download; a larger one is hashed on its way out."""

REMEMBERED = 4096
"""Files of which it is known how they are."""

BLOCK = 4 << 20


class Soundness:
    """Remembers for each file whether its bytes hash to what they did when they came. For many threads."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._known: OrderedDict[str, tuple[State, bool]] = OrderedDict()

    def check(self, file: File) -> bool:
        """Refuse a finished upload whose bytes are not whole (blocking); False when it is too large to be hashed now.

        Raises:
            BytesMissing: there are fewer than the catalog promised (503).
            Damaged: ``bytes_damaged``, they hash to something else (503).
        """
        size = self._store.size(file.id)
        if size < file.offset:
            raise lost(BytesMissing(f"The file has {file.offset} bytes, {size} of them are there."))
        if file.sha256 is None:
            return True
        known = self._recall(file.id)
        if known is None and file.offset > HASHED_FIRST:
            return False
        if known is None:
            digest = hashlib.sha256()
            for block in blocks(self._store, file):
                digest.update(block)
            known = self.learn(file, digest.hexdigest())
        if not known:
            raise lost(damaged())
        return True

    def learn(self, file: File, sha256: str) -> bool:
        """Remember what the bytes of a file hash to; return whether that is what they should."""
        sound, state = sha256 == file.sha256, self._store.state(file.id)
        if state is not None:
            with self._lock:
                self._known[file.id] = state, sound
                while len(self._known) > REMEMBERED:
                    self._known.popitem(last=False)
        return sound

    def _recall(self, file_id: str) -> bool | None:
        state = self._store.state(file_id)
        with self._lock:
            known = self._known.get(file_id)
        return known[1] if known is not None and known[0] == state else None


def damaged() -> Damaged:
    """Return the error of bytes that are there and are others than those that came."""
    return Damaged("The stored bytes of this file are not those that were uploaded.", "bytes_damaged")


def blocks(store: Store, file: File) -> Iterator[bytes]:
    """The bytes of an upload, a block at a time.

    Raises:
        BytesMissing: there are fewer than the catalog promised.
    """
    with store.reader(file.id) as reader:
        for position in range(0, file.offset, BLOCK):
            yield read_promised(reader, position, min(BLOCK, file.offset - position))
