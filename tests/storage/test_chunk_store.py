"""Stores of chunks: in memory, and in object stores that speak S3."""

from __future__ import annotations

import random
import threading
from collections.abc import Sequence
from pathlib import Path

import google_crc32c
import httpx
import pytest

from parquay.chunk import Chunk
from parquay.errors import Conflict
from parquay.ids import new_id
from parquay.storage.chunked.bucket import Bucket
from parquay.storage.chunked.gathering import Gathering, GatheringFiles
from parquay.storage.chunked.sealing import is_sealed
from parquay.storage.chunked.store import ChunkStore
from parquay.storage.chunked.writer import CHUNK_BYTES_MAX, CHUNK_BYTES_MIN
from parquay.storage.chunks import BytesDamaged, BytesMissing, StoreFault
from parquay.storage.s3.bucket import S3Bucket
from s3_server import S3Server
from storage.conformance import MIB, StoreConformance, TightConformance, content, name, put
from storage.memory.bucket import MemoryBucket


class Index:
    """The catalog's part, in memory."""

    def __init__(self) -> None:
        self.chunks: dict[str, list[Chunk]] = {}

    def of(self, upload_id: str) -> Sequence[Chunk]:
        return list(self.chunks.get(upload_id, ()))

    def named(self, keys: Sequence[str]) -> set[str]:
        return {chunk.key for chunks in self.chunks.values() for chunk in chunks} & set(keys)

    def name(self, upload_id: str, chunks: Sequence[Chunk]) -> None:
        self.chunks.setdefault(upload_id, []).extend(chunks)


class KnownStore(ChunkStore):
    """A store that removes the rows of an upload with it, as the catalog does first."""

    def __init__(self, bucket: Bucket, folder: Path) -> None:
        self.bucket, self.index = bucket, Index()
        super().__init__(bucket, self.index, folder)

    def remove(self, upload_id: str, keys: Sequence[str] = ()) -> None:
        self.index.chunks.pop(upload_id, None)
        super().remove(upload_id, keys)


class ChunkConformance(StoreConformance):
    """What holds where an upload consists of chunks."""

    def test_sealed_chunks_are_read_as_before_out_of_one_object(self, store: KnownStore):
        upload_id, data = new_id(), random.Random(3).randbytes(9 * MIB + 5)
        for number, (start, end) in enumerate([(0, MIB), (MIB, 9 * MIB), (9 * MIB, len(data))]):
            store.index.name(upload_id, [store.keep(upload_id, number, start, memoryview(data)[start:end])])
        before = store.named(upload_id)
        linked = ChunkStore(store.bucket, store.index, store._folder, links=True)

        with store.reader(upload_id) as reading:
            first = reading.read_at(0, MIB)
            unlinked = linked.link(upload_id, 60)
            store.index.chunks[upload_id] = list(store.sealed(upload_id, 9, before))
            store.discard([chunk.key for chunk in before])
            rest = reading.read_at(MIB, len(data))  # by whoever knew the chunks of before
        with store.reader(upload_id) as again:
            sealed = again.read_at(0, len(data)), again.read_at(9 * MIB - 3, 6), again.read_at(MIB + 7, 5)

        assert first + rest == data
        assert sealed == (data, data[9 * MIB - 3 : 9 * MIB + 3], data[MIB + 7 : MIB + 12])
        assert [each.key for each in store.found(upload_id)] == [store.named(upload_id)[0].key]
        assert store.size(upload_id) == len(data)
        assert unlinked is None
        assert is_sealed(store.named(upload_id))
        link = linked.link(upload_id, 60)
        assert link is None or httpx.get(link, trust_env=False).content == data
        (found,) = store.found(upload_id)
        assert store.read([found]) == (Chunk(0, len(data), found.key, google_crc32c.value(data)),)

    def test_what_cannot_be_sealed_to_its_end_leaves_no_object(self, store: KnownStore):
        upload_id, data = new_id(), bytes(9 * MIB)
        chunks = [
            store.keep(upload_id, 0, 0, memoryview(data)),
            store.keep(upload_id, 0, len(data), memoryview(b"end")),
        ]
        store.index.name(upload_id, chunks)
        store.bucket.put(chunks[1].key, b"END")

        with pytest.raises(BytesDamaged):
            store.sealed(upload_id, 9, chunks)

        assert [each.key for each in store.found(upload_id)] == [chunk.key for chunk in chunks]

    def test_what_no_row_names_is_as_if_never_sent(self, store: KnownStore):
        upload_id = new_id()
        put(store, upload_id, b"promised")
        writer = store.writer(upload_id, 8, wait=0, epoch=1)
        writer.write([b" and not"], 8)
        (unnamed,) = writer.sync(16)
        writer.close()

        again = store.writer(upload_id, 8, wait=0, epoch=2)
        again.write([b"!"], 8)
        name(store, upload_id, again.sync(9))
        again.close()

        assert content(store, upload_id) == b"promised!"
        assert store.size(upload_id) == 9
        assert list(store.orphans(upload_id, 0)) == [unnamed.key]
        assert list(store.orphans(upload_id, 3600)) == []
        store.discard([unnamed.key, *store.keys(upload_id)])
        assert list(store.orphans(upload_id, 0)) == []
        assert content(store, upload_id) == b"promised!"

    def test_two_writers_need_no_lock(self, store: KnownStore):
        upload_id = new_id()
        paused, newer = (store.writer(upload_id, 0, wait=0, epoch=epoch) for epoch in (1, 2))
        paused.write([b"old"], 0)
        newer.write([b"new"], 0)

        name(store, upload_id, newer.sync(3))
        paused.sync(3)

        paused.close()
        newer.close()
        assert content(store, upload_id) == b"new"
        with pytest.raises(Conflict):
            store.writer(upload_id, 0, wait=0, owned=lambda: False)

    def test_a_sync_takes_what_was_written_before_its_end(self, store: KnownStore):
        upload_id, data = new_id(), random.Random(3).randbytes(3 * MIB)
        writer = store.writer(upload_id, 0, wait=0)
        writer.write([data[:MIB]], 0)
        writer.write([data[MIB : 2 * MIB]], MIB)

        name(store, upload_id, writer.sync(MIB + 5))
        writer.write([data[2 * MIB :]], 2 * MIB)
        name(store, upload_id, writer.sync(3 * MIB))
        nothing = writer.sync(3 * MIB)
        writer.close()

        assert nothing == ()
        assert [(chunk.start, chunk.end) for chunk in store.index.of(upload_id)] == [
            (0, MIB + 5),
            (MIB + 5, 3 * MIB),
        ]
        assert content(store, upload_id) == data

    def test_writing_goes_on_while_a_chunk_is_put(self, store: KnownStore):
        upload_id, data = new_id(), random.Random(4).randbytes(8 * MIB)
        writer = store.writer(upload_id, 0, wait=0)
        writer.write([data[:MIB]], 0)
        syncing = threading.Thread(target=lambda: name(store, upload_id, writer.sync(MIB)))

        syncing.start()
        for start in range(MIB, 8 * MIB, MIB):
            writer.write([data[start : start + MIB]], start)
        syncing.join()
        name(store, upload_id, writer.sync(8 * MIB))
        writer.close()

        assert content(store, upload_id) == data

    def test_a_composition_moves_no_bytes_and_outlives_its_parts(self, store: KnownStore):
        first, second, empty, final = (new_id() for _ in range(4))
        put(store, first, b"one ")
        put(store, second, b"two")

        name(store, final, store.compose(final, [(second, 3), (first, 4), (empty, 0), (first, 4)]))
        keys = {upload_id: store.keys(upload_id) for upload_id in (first, second, final)}
        store.remove(first, keys[first])
        store.remove(second, keys[second])

        assert set(keys[final]) == {*keys[first], *keys[second]}
        assert content(store, final) == b"twoone one "
        assert store.size(final) == 11
        store.remove(final, keys[final])
        assert list(store.ids()) == []

    def test_any_range_is_what_was_sent(self, store: KnownStore):
        upload_id, data, chance = new_id(), random.Random(5).randbytes(MIB), random.Random(6)
        writer = store.writer(upload_id, 0, wait=0)
        position = 0
        while position < MIB:
            end = min(MIB, position + chance.choice([1, 100, 40_000, 200_000]))
            writer.write([data[position:end]], position)
            name(store, upload_id, writer.sync(end))
            position = end
        writer.close()

        with store.reader(upload_id) as reader:
            for _ in range(60):
                start, size = chance.randrange(MIB), chance.choice([1, 5_000, 300_000])
                assert reader.read_at(start, size) == data[start : start + size]

    def test_a_reader_sees_chunks_that_were_named_after_it_was_opened(self, store: KnownStore):
        upload_id = new_id()
        writer = store.writer(upload_id, 0, wait=0)
        with store.reader(upload_id) as reader:
            for start in range(0, 30, 10):
                writer.write([b"0123456789"], start)
                name(store, upload_id, writer.sync(start + 10))

                assert reader.read_at(start, 100) == b"0123456789"
        writer.close()

    def test_other_bytes_than_came_are_never_read_as_content(self, store: KnownStore):
        upload_id, data = new_id(), random.Random(7).randbytes(MIB)
        put(store, upload_id, data)
        (key,) = store.keys(upload_id)
        store.bucket.put(key, bytes([data[0] ^ 1]) + data[1:])

        with store.reader(upload_id) as reader, pytest.raises(BytesDamaged) as caught:
            reader.read_at(0, MIB)

        assert (caught.value.code, caught.value.status) == ("bytes_damaged", 503)

    def test_a_chunk_that_is_gone_is_noticed(self, store: KnownStore):
        upload_id = new_id()
        writer = store.writer(upload_id, 0, wait=0)
        for start in (0, 4):
            writer.write([b"byte"], start)
            name(store, upload_id, writer.sync(start + 4))
        writer.close()

        store.bucket.delete([store.keys(upload_id)[1]])

        assert store.size(upload_id) == 4
        with store.reader(upload_id) as reader:
            assert reader.read_at(0, 8) == b"byte"

    def test_a_small_upload_is_one_object(self, store: KnownStore):
        upload_id = new_id()

        (chunk,) = store.put(upload_id, b"a;b")

        assert (chunk.start, chunk.size, store.put(new_id(), b"")) == (0, 3, ())
        assert chunk.key.startswith(f"bytes/{upload_id[-2:]}/{upload_id}/0000000000000000-0-")
        assert [held.key for held in store.bucket.list("bytes/")] == [chunk.key]


class TestMemoryChunks(ChunkConformance, TightConformance):
    @pytest.fixture
    def store(self, tmp_path: Path) -> KnownStore:
        return KnownStore(MemoryBucket(), tmp_path)

    @pytest.fixture
    def tight_store(self, tmp_path: Path) -> KnownStore:
        return KnownStore(MemoryBucket(capacity=8 * MIB), tmp_path)

    def test_chunks_grow_with_the_upload(self, store: KnownStore):
        found = [store.rhythm(offset).bytes for offset in (0, 1 << 30, 4 << 30, 1 << 40)]

        assert found == [CHUNK_BYTES_MIN, CHUNK_BYTES_MIN, 32 * MIB, CHUNK_BYTES_MAX]

    def test_more_than_the_largest_chunk_is_several(self, store: KnownStore):
        upload_id = new_id()
        writer = store.writer(upload_id, 0, wait=0)
        for start in range(0, 65 * MIB, MIB):
            writer.write([bytes(MIB)], start)

        chunks = writer.sync(65 * MIB)

        writer.close()
        assert [(chunk.start, chunk.size) for chunk in chunks] == [(0, 64 * MIB), (64 * MIB, MIB)]


class TestStrictS3(ChunkConformance):
    @pytest.fixture
    def store(self, tmp_path: Path, strict_s3: S3Server) -> KnownStore:
        return KnownStore(S3Bucket(strict_s3.new_bucket(), "some/where", endpoint=strict_s3.url), tmp_path)


class TestLastingS3(ChunkConformance):
    @pytest.fixture
    def store(self, tmp_path: Path, lasting_s3: S3Server) -> KnownStore:
        return KnownStore(S3Bucket(lasting_s3.new_bucket(), endpoint=lasting_s3.url), tmp_path)

    def test_chunks_survive_the_end_of_the_store(self, tmp_path: Path, lasting_s3: S3Server):
        store, upload_id = KnownStore(S3Bucket(lasting_s3.new_bucket(), endpoint=lasting_s3.url), tmp_path), new_id()
        put(store, upload_id, b"kept")

        lasting_s3.kill()
        lasting_s3.start()

        assert content(store, upload_id) == b"kept"
        with pytest.raises(BytesMissing):
            store.writer(upload_id, 5, wait=0)


def test_a_file_is_used_again_by_one_alone(tmp_path: Path):
    files = GatheringFiles(tmp_path)
    first = Gathering(files, 0)
    first.write([b"of another upload"], 0)
    first.close()
    first.close()

    second, third = Gathering(files, 7), Gathering(files, 7)
    second.write([b"second"], 7)
    third.write([b"third"], 7)

    assert (second.read(7, 100), third.read(7, 100)) == (b"second", b"third")
    with pytest.raises(StoreFault):
        first.write([b"late"], 0)
    with second.mapped(7, 13) as view:
        assert bytes(view) == b"second"
    for each in (second, third):
        each.close()
