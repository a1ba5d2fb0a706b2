"""Bytes that gather for a chunk: in a file, or for the quick in memory that the socket fills. Both do the same."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from parquay.chunk import Chunk
from parquay.ids import new_id
from parquay.storage import seal
from parquay.storage.chunked import gathering as module
from parquay.storage.chunked.gathering import BUFFERS, Gathering, GatheringBuffers, GatheringFiles
from parquay.storage.chunked.store import ChunkStore
from parquay.storage.chunked.writer import CHUNK_BYTES_MIN, ChunkWriter
from parquay.storage.chunks import StoreFault
from parquay.tus.create import BodyPlan
from parquay.uploads.receive.blocks import BLOCK_SIZE, Blocks
from parquay.uploads.receive.receive import Receiver
from parquay.uploads.receive.stall import StallTimeout
from parquay.uploads.receive.takeover import ActiveWriter
from storage.conformance import MIB
from storage.memory.bucket import MemoryBucket
from uploads.engine import ScriptedBody

DATA = random.Random(13).randbytes(41 * MIB + 7)


class Index:
    """The catalog's part, in memory."""

    def __init__(self) -> None:
        self.chunks: list[Chunk] = []

    def of(self, upload_id: str) -> Sequence[Chunk]:
        del upload_id
        return self.chunks

    def named(self, keys: Sequence[str]) -> set[str]:
        return {chunk.key for chunk in self.chunks} & set(keys)


class SpiedStore(ChunkStore):
    """A store that notes where bytes gathered, and may fail."""

    def __init__(self, folder: Path) -> None:
        self.index = Index()
        super().__init__(MemoryBucket(), self.index, folder)
        self.in_memory: list[bool] = []
        self.fails = False

    def gathering(self, start: int, *, quick: bool = False) -> Gathering:
        made = super().gathering(start, quick=quick)
        self.in_memory.append(made.in_memory)
        return made

    def keep(self, upload_id: str, epoch: int, start: int, data: memoryview) -> Chunk:
        if self.fails:
            raise StoreFault("gone")
        return super().keep(upload_id, epoch, start, data)

    def lent(self) -> int:
        return self._buffers.lent


@pytest.fixture
def store(tmp_path: Path) -> SpiedStore:
    return SpiedStore(tmp_path)


@pytest.fixture
def writer(store: SpiedStore) -> Iterator[ChunkWriter]:
    made = store.writer(new_id(), 0)
    yield made
    made.close()


def fill(writer: ChunkWriter, start: int, size: int) -> None:
    """Put bytes of the data into room that is lent."""
    room = writer.lend(start)
    assert room is not None
    room[:size] = DATA[start : start + size]
    assert writer.fill(room[:size], start) == size


def content(store: SpiedStore, upload_id: str = "2" * 22) -> bytes:
    with store.reader(upload_id) as reader:
        return reader.read_at(0, len(DATA) + 1)


def test_a_body_that_comes_quickly_is_received_into_memory_from_its_second_chunk_on(store: SpiedStore):
    for pieces in ([MIB], [4096, 3 * MIB], [100_000, 65_536, 5]):
        store.index.chunks, store.in_memory = [], []

        asyncio.run(received(store, pieces))

        assert content(store) == DATA
        assert store.in_memory[:3] == [False, True, True]
        assert store.lent() == 0
        assert {chunk.size for chunk in store.index.chunks[2:-1]} == {CHUNK_BYTES_MIN}


def test_a_body_is_the_same_where_no_memory_is_left(store: SpiedStore):
    taken = [store._buffers.take() for _ in range(BUFFERS)]
    assert all(taken)

    asyncio.run(received(store, [MIB, 7]))

    assert content(store) == DATA
    assert not any(store.in_memory)
    assert store.lent() == BUFFERS


async def received(store: SpiedStore, pieces: list[int]) -> None:
    """Have the data received, some of each size at a time."""
    chance, active = random.Random(str(pieces)), ActiveWriter("id")

    async def commit(_offset: int, chunks: Sequence[Chunk]) -> bool:
        store.index.chunks += chunks
        return True

    at, parts = 0, []
    while at < len(DATA):
        parts.append(DATA[at : at + chance.choice(pieces)])
        at += len(parts[-1])
    with ThreadPoolExecutor(2) as disk:
        writer = store.writer(new_id(), 0)
        receiver = Receiver(
            writer,
            disk,
            Blocks(),
            offset=0,
            plan=BodyPlan(None),
            commit=commit,
            rhythm=store.rhythm,
            stall_timeout=StallTimeout(),
        )
        assert await receiver.run(ScriptedBody(*parts), active) == "complete"
        await receiver.flush()
        await receiver.abandon()
        writer.close()


def test_what_was_put_into_room_that_a_sync_was_quicker_than_begins_the_next_chunk(
    store: SpiedStore, writer: ChunkWriter
):
    writer.write([DATA[:CHUNK_BYTES_MIN]], 0)
    store.index.chunks += writer.sync(CHUNK_BYTES_MIN)
    fill(writer, CHUNK_BYTES_MIN, MIB)
    late = writer.lend(CHUNK_BYTES_MIN + MIB)
    assert late is not None

    store.index.chunks += writer.sync(CHUNK_BYTES_MIN + MIB)
    late[:MIB] = DATA[CHUNK_BYTES_MIN + MIB : CHUNK_BYTES_MIN + 2 * MIB]
    assert writer.fill(late[:MIB], CHUNK_BYTES_MIN + MIB) == MIB
    store.index.chunks += writer.sync(CHUNK_BYTES_MIN + 2 * MIB)

    assert content(store) == DATA[: CHUNK_BYTES_MIN + 2 * MIB]


def test_memory_that_somebody_may_still_fill_is_nobody_elses(store: SpiedStore, writer: ChunkWriter):
    writer.write([DATA[:CHUNK_BYTES_MIN]], 0)
    writer.sync(CHUNK_BYTES_MIN)
    fill(writer, CHUNK_BYTES_MIN, MIB)
    late = writer.lend(CHUNK_BYTES_MIN + MIB)
    assert late is not None

    store.index.chunks = list(writer.sync(CHUNK_BYTES_MIN + MIB))
    others = [store.gathering(0, quick=True) for _ in range(BUFFERS)]
    for other in others:
        other.write([bytes(2 * MIB)], 0)
    late[:MIB] = b"\xee" * MIB

    assert [other.read(0, 2 * MIB) for other in others] == [bytes(2 * MIB)] * BUFFERS
    for other in others:
        other.close()


def test_a_store_that_fails_leaves_no_memory_lent(store: SpiedStore, writer: ChunkWriter):
    writer.write([DATA[:CHUNK_BYTES_MIN]], 0)
    writer.sync(CHUNK_BYTES_MIN)
    for at in range(CHUNK_BYTES_MIN, 3 * CHUNK_BYTES_MIN + MIB, MIB):
        fill(writer, at, MIB)
    store.fails = True

    with pytest.raises(StoreFault):
        writer.sync(3 * CHUNK_BYTES_MIN)
    writer.close()

    assert store.lent() == 0


@pytest.mark.parametrize("seed", range(3))
def test_a_buffer_and_a_file_gather_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int):
    # Also where more comes than the buffer takes: then it is a file.
    monkeypatch.setattr(module, "BUFFER_BYTES", 300_000)
    chance, files = random.Random(seed), GatheringFiles(tmp_path)
    one, other = Gathering(files, 5, GatheringBuffers()), Gathering(files, 5)
    assert (one.in_memory, other.in_memory) == (True, False)
    for _ in range(60):
        size, start = chance.randrange(1, 20_000), chance.choice([chance.randint(5, one.end), *[one.end] * 9])
        data = [chance.randbytes(size), b"", chance.randbytes(3)]
        assert one.write(data, start) == other.write(data, start) == size + 3
        cut = chance.randint(start, one.end)
        if chance.random() < 0.05:
            one.truncate(cut)
            other.truncate(cut)
        assert (one.end, one.read(cut, 999)) == (other.end, other.read(cut, 999))
        if one.end > 5:
            with one.mapped(5, one.end) as mine, other.mapped(5, one.end) as its:
                assert mine == its
                assert seal.crc_of(mine) == seal.crc_of(bytes(its))
    assert not one.in_memory
    one.close()
    other.close()


def test_a_full_disk_keeps_what_is_in_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(module, "BUFFER_BYTES", 100_000)
    monkeypatch.setattr(module, "_pwrite", lambda _handle, view, _at: len(view) // 2)
    gathered = Gathering(GatheringFiles(tmp_path), 0, GatheringBuffers())

    written = gathered.write([DATA[:60_000]], 0), gathered.write([DATA[60_000:160_000]], 60_000)

    assert written == (60_000, 40_000)
    assert gathered.read(0, 200_000) == DATA[:100_000]
    gathered.close()


def test_a_silent_sender_has_no_memory_but_its_files(store: SpiedStore, writer: ChunkWriter):
    for end in (MIB, 2 * MIB):  # a chunk each five seconds
        writer.write([DATA[end - MIB : end]], end - MIB)
        store.index.chunks += writer.sync(end)

    assert (writer.lends, writer.lend(2 * MIB), store.lent()) == (False, None, 0)
    assert content(store) == DATA[: 2 * MIB]


def test_room_is_lent_no_further_than_a_chunk(store: SpiedStore, writer: ChunkWriter):
    writer.write([DATA[:CHUNK_BYTES_MIN]], 0)
    writer.sync(CHUNK_BYTES_MIN)
    at = CHUNK_BYTES_MIN
    while at < 3 * CHUNK_BYTES_MIN + BLOCK_SIZE:
        fill(writer, at, BLOCK_SIZE)
        at += BLOCK_SIZE

    chunks = writer.sync(at)

    assert [chunk.size for chunk in chunks] == [CHUNK_BYTES_MIN, CHUNK_BYTES_MIN, BLOCK_SIZE]
