"""A store of chunks in a bucket.

Every sync puts one object under a key that was never used before:
``bytes/<last two characters of the id>/<id>/<start>-<epoch>-<random>``. The transaction that moves the upload's offset
names it, under the writer's epoch. So nobody needs a lock: a writer that has lost its upload, or that died between the
two, leaves an object that no row names, an orphan. What nobody names is as if never sent.

The last characters of an id are random: the first tell the time, and would put all of today's writes into one
partition of the object store.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import google_crc32c

from parquay.chunk import Chunk
from parquay.errors import Conflict
from parquay.ids import folder_of, is_id
from parquay.storage import seal
from parquay.storage.chunked import sealing
from parquay.storage.chunked.bucket import Bucket, Held
from parquay.storage.chunked.gathering import Gathering, GatheringBuffers, GatheringFiles
from parquay.storage.chunked.reader import ChunkReader
from parquay.storage.chunked.readiness import Readiness
from parquay.storage.chunked.recovery import FoundChunk, parsed
from parquay.storage.chunked.writer import CHUNK_BYTES_MAX, CHUNK_BYTES_MIN, ChunkWriter
from parquay.storage.chunks import BytesMissing, ChunkIndex, Rhythm, State, StoreFault
from parquay.telemetry import sync_errors, sync_seconds

FOLDER = "bytes/"
CHUNKS = 128
"""A chunk is this part of what came before, so that a terabyte has 16,600 of them and not 120,000."""
CHECKPOINT_SECONDS = 5.0
PUTS = 32
"""Objects that a process puts at the same time; when so many are under way, its senders wait."""
KEYS = 1000
"""Keys that are looked up and deleted together."""


class ChunkStore:
    """A store of immutable chunks."""

    def __init__(self, bucket: Bucket, index: ChunkIndex, folder: Path, *, links: bool = False) -> None:
        """Bytes gather in ``folder`` until they are a chunk; ``index`` knows which chunks an upload consists of.

        ``links``: uploads may be downloaded from the bucket, past this server.
        """
        self._links = links
        self._bucket = bucket
        self._index = index
        self._folder = folder
        self._puts = threading.BoundedSemaphore(PUTS)
        self._readiness = Readiness(self._attempt)
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._files, self._buffers = GatheringFiles(folder), GatheringBuffers()

    def rhythm(self, offset: int) -> Rhythm:
        """Chunks grow with the upload: each of them is a request that is paid for."""
        size = min(CHUNK_BYTES_MAX, max(CHUNK_BYTES_MIN, offset // CHUNKS))
        return Rhythm(size, CHECKPOINT_SECONDS, waiting=2 * size)

    def writer(
        self,
        upload_id: str,
        durable: int,
        *,
        wait: float = 0.0,
        owned: Callable[[], bool] | None = None,
        epoch: int = 0,
    ) -> ChunkWriter:
        """Open an upload for writing; there is nobody to wait for."""
        del wait
        _check(upload_id)
        named = self.named_size(upload_id)
        if named != durable and owned is not None and not owned():
            raise Conflict("Another request continues this upload.", "taken_over")
        if named < durable:
            raise BytesMissing(f"{durable} bytes were promised and are not there.")
        try:
            return ChunkWriter(self, upload_id, epoch, self.gathering(durable))
        except OSError as error:
            raise StoreFault(f"The disk refused: {error.strerror}.", retry_after=5) from error

    def gathering(self, start: int, *, quick: bool = False) -> Gathering:
        """Begin to gather the bytes from ``start`` on; ``quick``: soon so many come that memory is worth while."""
        return Gathering(self._files, start, self._buffers if quick and self.free() is None else None)

    @contextmanager
    def reader(self, upload_id: str) -> Iterator[ChunkReader]:
        """Open an upload for reading."""
        reader = ChunkReader(self._bucket, self._folder, lambda: self._index.of(upload_id))
        try:
            yield reader
        finally:
            reader.close()

    def local_file(self, upload_id: str, size: int) -> Path | None:
        """There is no file."""
        del upload_id, size
        return None

    def state(self, upload_id: str) -> State | None:
        """A chunk never changes, so the keys tell."""
        return tuple(self.keys(upload_id))

    def named_size(self, upload_id: str) -> int:
        """Return the bytes that the catalog names."""
        chunks = self._index.of(upload_id)
        return chunks[-1].end if chunks else 0

    def named(self, upload_id: str) -> Sequence[Chunk]:
        """Return the chunks that the catalog names."""
        return self._index.of(upload_id)

    def found(self, upload_id: str) -> list[FoundChunk]:
        """Return what is in an upload's folder, named or not."""
        return parsed(self._held(upload_id))

    def read(self, found: Sequence[FoundChunk]) -> tuple[Chunk, ...]:
        """Make chunks that can be named of objects, which are read for their CRC-32C.

        Raises:
            BytesMissing: one of them is gone.
            StoreFault: the object store does not answer.
        """
        return tuple(
            Chunk(each.start + at, size, each.key, self._crc(each.key, at, size), at)
            for each in found
            for at, size in sealing.cut(0, each.size, CHUNK_BYTES_MAX)
        )

    def _crc(self, key: str, start: int, size: int) -> int:
        crc = 0

        def take(data: bytes) -> None:
            nonlocal crc
            crc = google_crc32c.extend(crc, data)

        try:
            self._bucket.fetch(key, take, start, size)
        except FileNotFoundError:
            raise BytesMissing("A chunk is gone.") from None
        return crc

    def sealed(self, upload_id: str, epoch: int, chunks: Sequence[Chunk]) -> tuple[Chunk, ...]:
        """Put the chunks of a finished upload as one object, and return what to name instead of them.

        ``epoch``: higher than every writer's, see `recovery`.

        Raises:
            BytesDamaged, BytesMissing, StoreFault, StorageFull: see `sealing.sealed`.
        """
        return sealing.sealed(self._bucket, _key(upload_id, 0, epoch), chunks, self._folder)

    def found_in(self, key: str, chunks: Sequence[Chunk]) -> tuple[Chunk, ...]:
        """Return what to name instead of ``chunks``, which are all in the object ``key``; raises as `sealed`."""
        return sealing.found_in(self._bucket, key, chunks)

    def size(self, upload_id: str) -> int:
        """Return the bytes that are named and there, up to the first chunk that is missing or has another size."""
        chunks = self._index.of(upload_id)
        sizes: dict[str, int] = {}
        for folder in {chunk.key.rpartition("/")[0] + "/" for chunk in chunks}:
            sizes |= {held.key: held.size for held in self._bucket.list(folder)}
        return sealing.whole_until(chunks, sizes)

    def put(self, upload_id: str, data: bytes) -> tuple[Chunk, ...]:
        """Store a small upload as one chunk."""
        return (self.keep(upload_id, 0, 0, memoryview(data)),) if data else ()

    def keep(self, upload_id: str, epoch: int, start: int, data: memoryview) -> Chunk:
        """Put bytes under a new key.

        Raises:
            StoreFault: the object store did not take them; maybe an orphan is there.
        """
        _check(upload_id)
        chunk = Chunk(start, len(data), _key(upload_id, start, epoch), seal.crc_of(data))
        with self._puts:
            started = time.perf_counter()
            try:
                self._bucket.put(chunk.key, data)
            except StoreFault as error:
                sync_errors.inc()
                self._readiness.note(error)
                raise
            self._readiness.note(None)
            sync_seconds.observe(time.perf_counter() - started)
        return chunk

    def flush(self, upload_ids: Sequence[str]) -> None:
        """What was put is durable."""

    def compose(self, upload_id: str, parts: Sequence[tuple[str, int]]) -> tuple[Chunk, ...]:
        """Name the chunks of the parts."""
        del upload_id
        composed: list[Chunk] = []
        position = 0
        for part_id, size in parts:
            chunks = self._index.of(part_id)
            if (chunks[-1].end if chunks else 0) != size or any(a.end != b.start for a, b in pairwise(chunks)):
                raise BytesMissing("A part has fewer bytes than promised.")
            composed += [replace(chunk, start=position + chunk.start) for chunk in chunks]
            position += size
        return tuple(composed)

    def keys(self, upload_id: str) -> list[str]:
        """Return the keys of an upload's chunks, in its own folder or in those of its parts."""
        return list(dict.fromkeys(chunk.key for chunk in self._index.of(upload_id)))

    def remove(self, upload_id: str, keys: Sequence[str] = ()) -> None:
        """Delete what no row names any more."""
        self.discard([*keys, *(held.key for held in self._held(upload_id))])

    def orphans(self, upload_id: str, age: float) -> list[str]:
        """List an upload's folder, and look up what in it is named."""
        before = time.time() - age
        return self._unnamed([held.key for held in self._held(upload_id) if held.moment <= before])

    def discard(self, keys: Sequence[str]) -> None:
        """Delete objects that no row names."""
        for some in _batches(self._unnamed(keys)):
            self._bucket.delete(some)

    def _unnamed(self, keys: Sequence[str]) -> list[str]:
        """Return those of ``keys`` that no row names, each once."""
        found: list[str] = []
        for some in _batches(list(dict.fromkeys(keys))):
            named = self._index.named(some)
            found += [key for key in some if key not in named]
        return found

    def age(self, upload_id: str) -> float:
        """Return the seconds since the last object of an upload was put."""
        newest = max((held.moment for held in self._held(upload_id)), default=None)
        return 0.0 if newest is None else time.time() - newest

    def ids(self) -> Iterator[str]:
        """List the uploads that have objects of their own, each once: keys come in order."""
        last = ""
        for held in self._bucket.list(FOLDER):
            upload_id = held.key.split("/")[2]
            if upload_id != last and is_id(upload_id):
                last = upload_id
                yield upload_id

    def free(self) -> int | None:
        """Ask the bucket."""
        return self._bucket.free()

    def link(self, upload_id: str, seconds: int) -> str | None:
        """Return a link where one object holds the upload."""
        chunks = self._index.of(upload_id) if self._links else ()
        return self._bucket.link(chunks[0].key, seconds) if sealing.is_sealed(chunks) else None

    def probe(self) -> None:
        """Tell how the last objects fared; where that is long ago, put and delete one."""
        self._readiness.check()

    def _attempt(self) -> None:
        key = f"probe/{secrets.token_hex(8)}"
        self._bucket.put(key, b"parquay")
        self._bucket.delete([key])

    def _held(self, upload_id: str) -> Iterator[Held]:
        return self._bucket.list(_folder(upload_id))


def _batches(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    return (keys[at : at + KEYS] for at in range(0, len(keys), KEYS))


def _check(upload_id: str) -> None:
    if not is_id(upload_id):
        raise ValueError("not an upload id")


def _folder(upload_id: str) -> str:
    _check(upload_id)
    return f"{FOLDER}{folder_of(upload_id)}/"


def _key(upload_id: str, start: int, epoch: int) -> str:
    return f"{_folder(upload_id)}{start:016d}-{epoch}-{secrets.token_hex(6)}"
