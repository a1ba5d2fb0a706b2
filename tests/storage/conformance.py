"""What every store must do. A store's own test derives a class and gives it the fixture `store`.

`StoreConformance` holds for all; `TightConformance` for those that may be full (`tight_store`); `FileConformance` adds what holds where an upload is one growing file: its lock, and
the bytes that are there and were never promised.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Sequence
from typing import Protocol, cast

import pytest

from parquay.chunk import Chunk
from parquay.errors import Busy, Conflict, StorageFull
from parquay.ids import new_id
from parquay.storage.chunks import BytesMissing, Store

MIB = 1 << 20


def put(store: Store, upload_id: str, data: bytes) -> None:
    """Store `data` as the whole of an upload, durably."""
    writer = store.writer(upload_id, 0, wait=0)
    try:
        assert writer.write([data], 0) == len(data)
        name(store, upload_id, writer.sync(len(data)))
    finally:
        writer.close()


class WrittenIndex(Protocol):
    """An index to which a test writes what the catalog would."""

    def name(self, upload_id: str, chunks: Sequence[Chunk]) -> None: ...


class StoreOfChunks(Store, Protocol):
    """A store that has such an index."""

    @property
    def index(self) -> WrittenIndex: ...


def name(store: Store, upload_id: str, chunks: Sequence[Chunk]) -> None:
    """Do what the catalog does: whoever keeps a store of chunks in a test gives it an index that can be written to."""
    if chunks:
        cast(StoreOfChunks, store).index.name(upload_id, chunks)


def content(store: Store, upload_id: str) -> bytes:
    with store.reader(upload_id) as reader:
        return reader.read_at(0, 1 << 30)


class StoreConformance:
    """`store`: an empty store."""

    def test_bytes_are_where_they_were_put(self, store: Store):
        upload_id = new_id()
        writer = store.writer(upload_id, 0, wait=0)

        written = writer.write([b"hello", b"", b" ", b"world"], 0)
        more = writer.write([b"!"], 11)
        name(store, upload_id, writer.sync(12))
        writer.close()

        assert (written, more) == (11, 1)
        assert content(store, upload_id) == b"hello world!"
        assert store.size(upload_id) == 12

    def test_many_small_chunks_are_one_run_of_bytes(self, store: Store):
        upload_id, chunks = new_id(), [bytes([number % 251]) * (number % 7) for number in range(3000)]
        writer = store.writer(upload_id, 0, wait=0)

        written = writer.write(chunks, 0)
        name(store, upload_id, writer.sync(written))
        writer.close()

        assert content(store, upload_id) == b"".join(chunks)
        assert written == len(b"".join(chunks))

    def test_a_store_that_lost_promised_bytes_says_so_and_keeps_the_rest(self, store: Store):
        upload_id = new_id()
        put(store, upload_id, b"four")

        with pytest.raises(BytesMissing) as caught:
            store.writer(upload_id, 5, wait=0)

        assert caught.value.status == 503
        assert content(store, upload_id) == b"four"
        store.writer(upload_id, 4, wait=0).close()

    def test_promised_bytes_of_an_upload_that_is_not_there_are_missing(self, store: Store):
        with pytest.raises(BytesMissing):
            store.writer(new_id(), 1, wait=0)

    def test_truncated_bytes_are_gone(self, store: Store):
        upload_id = new_id()
        writer = store.writer(upload_id, 0, wait=0)
        writer.write([b"keep this not that"], 0)

        writer.truncate(9)
        name(store, upload_id, writer.sync(18))
        writer.close()

        assert content(store, upload_id) == b"keep this"

    def test_reading_stops_at_the_end(self, store: Store):
        upload_id = new_id()
        put(store, upload_id, b"0123456789")

        with store.reader(upload_id) as reader:
            assert reader.read_at(0, 4) == b"0123"
            assert reader.read_at(8, 4) == b"89"
            assert reader.read_at(10, 4) == b""
            assert reader.read_at(99, 4) == b""

    def test_an_upload_that_never_got_a_byte_reads_as_empty(self, store: Store):
        upload_id = new_id()

        assert content(store, upload_id) == b""
        assert store.size(upload_id) == 0

    def test_removed_bytes_are_gone_and_removing_again_is_no_error(self, store: Store):
        upload_id = new_id()
        put(store, upload_id, b"bytes")

        store.remove(upload_id)
        store.remove(upload_id)

        assert content(store, upload_id) == b""
        assert upload_id not in set(store.ids())

    def test_every_upload_with_bytes_is_listed(self, store: Store):
        ids = {new_id() for _ in range(5)}
        for upload_id in ids:
            put(store, upload_id, b"bytes")

        assert set(store.ids()) == ids

    def test_a_small_upload_is_put_whole_and_again(self, store: Store):
        upload_id, removed = new_id(), new_id()

        store.put(upload_id, b"a;b")
        name(store, upload_id, store.put(upload_id, b"a;b"))
        store.put(removed, b"x")
        store.remove(removed)
        store.flush([upload_id, removed])

        with store.reader(upload_id) as reader:
            assert reader.read_at(0, 100) == b"a;b"
        assert list(store.ids()) == [upload_id]

    def test_many_megabytes_are_composed(self, store: Store):
        parts = {new_id(): random.Random(seed).randbytes(9 * MIB + seed) for seed in range(2)}
        for part_id, data in parts.items():
            put(store, part_id, data)
        final = new_id()

        name(store, final, store.compose(final, [(part_id, len(data)) for part_id, data in parts.items()]))

        assert content(store, final) == b"".join(parts.values())

    def test_a_part_that_lost_bytes_ends_the_composition_without_a_trace(self, store: Store):
        first, second, final = (new_id() for _ in range(3))
        put(store, first, b"one")
        put(store, second, b"two")

        with pytest.raises(BytesMissing):
            store.compose(final, [(first, 3), (second, 4)])

        assert content(store, final) == b""
        assert set(store.ids()) == {first, second}

    def test_a_store_is_probed_without_a_trace(self, store: Store):
        store.probe()

        assert list(store.ids()) == []


class TightConformance(StoreConformance):
    """What holds besides where a store may be full. `tight_store`: one with room for 8 MiB (and no reserve)."""

    def test_a_small_upload_that_does_not_fit_leaves_nothing(self, tight_store: Store):
        upload_id = new_id()

        with pytest.raises(StorageFull):
            tight_store.put(upload_id, bytes(64 * 1024 * 1024))

        assert tight_store.size(upload_id) == 0

    def test_a_full_store_keeps_what_fits(self, tight_store: Store):
        upload_id, data = new_id(), random.Random(1).randbytes(12 * MIB)
        writer = tight_store.writer(upload_id, 0, wait=0)

        written = writer.write([data[:MIB], data[MIB:]], 0)
        name(tight_store, upload_id, writer.sync(written))
        writer.close()

        assert 6 * MIB <= written <= 8 * MIB
        assert content(tight_store, upload_id) == data[:written]
        assert (tight_store.free() or 0) < MIB

    def test_a_full_store_takes_bytes_again_when_there_is_room(self, tight_store: Store):
        other, upload_id = new_id(), new_id()
        put(tight_store, other, bytes(6 * MIB))
        writer = tight_store.writer(upload_id, 0, wait=0)
        written = writer.write([b"x" * (4 * MIB)], 0)
        assert written < 4 * MIB

        tight_store.remove(other)
        more = writer.write([b"x" * (4 * MIB - written)], written)
        name(tight_store, upload_id, writer.sync(written + more))
        writer.close()

        assert written + more == 4 * MIB
        assert content(tight_store, upload_id) == b"x" * (4 * MIB)


class FileConformance(TightConformance):
    """What holds besides where an upload is one growing file."""

    def test_bytes_that_were_never_acknowledged_are_forgotten_by_the_next_writer(self, store: Store):
        upload_id = new_id()
        put(store, upload_id, b"promised and not promised")

        writer = store.writer(upload_id, 8, wait=0)

        assert store.size(upload_id) == 8
        writer.write([b"!"], 8)
        writer.close()
        assert content(store, upload_id) == b"promised!"

    def test_a_writer_that_lost_the_upload_while_it_waited_forgets_no_byte_of_the_new_owner(self, store: Store):
        upload_id = new_id()
        put(store, upload_id, b"what the new owner wrote")

        with pytest.raises(Conflict) as caught:
            store.writer(upload_id, 8, wait=0, owned=lambda: False)

        assert (caught.value.code, caught.value.status) == ("taken_over", 409)
        assert content(store, upload_id) == b"what the new owner wrote"
        store.writer(upload_id, 8, wait=0, owned=lambda: True).close()
        assert content(store, upload_id) == b"what the"

    def test_one_writer_at_a_time(self, store: Store):
        upload_id = new_id()
        writer = store.writer(upload_id, 0, wait=0)

        with pytest.raises(Busy) as caught:
            store.writer(upload_id, 0, wait=0.05)

        assert (caught.value.status, caught.value.retry_after) == (423, 1)
        store.writer(new_id(), 0, wait=0).close()
        writer.close()
        store.writer(upload_id, 0, wait=0).close()

    def test_a_writer_that_waits_gets_its_turn(self, store: Store):
        upload_id = new_id()
        first = store.writer(upload_id, 0, wait=0)
        threading.Timer(0.1, first.close).start()

        second = store.writer(upload_id, 0, wait=10)

        second.write([b"mine"], 0)
        second.close()
        assert content(store, upload_id) == b"mine"

    def test_parts_are_composed_in_their_order(self, store: Store):
        first, second, empty, final = (new_id() for _ in range(4))
        put(store, first, b"one ")
        put(store, second, b"two, and what was never acknowledged")

        store.compose(final, [(second, 3), (first, 4), (empty, 0), (first, 4)])

        assert content(store, final) == b"twoone one "
        assert content(store, first) == b"one "
        assert set(store.ids()) == {first, second, final}

    def test_a_composition_that_fails_leaves_the_one_that_was_there(self, store: Store):
        part, final = new_id(), new_id()
        put(store, part, b"whole")
        store.compose(final, [(part, 5)])
        store.remove(part)

        with pytest.raises(BytesMissing):
            store.compose(final, [(part, 5)])

        assert content(store, final) == b"whole"
