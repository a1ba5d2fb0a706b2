"""Large writes past the page cache: the same bytes, whatever the alignment, and the usual way where it does not work."""

from __future__ import annotations

import errno
import os
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parquay.ids import new_id
from parquay.storage.chunks import StoreFault
from parquay.storage.local.direct_io import BLOCK, BUFFER_SIZE, MIN_DIRECT_BYTES, DirectFile
from parquay.storage.local.uploads import LocalStore

DATA = random.Random(7).randbytes(3 * BUFFER_SIZE + 12_345)


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "uploads")


def content(store: LocalStore, upload_id: str) -> bytes:
    return store.path(upload_id).read_bytes()


class Watched:
    """Counts the bytes that went past the cache, and can make such writes fail."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, usual: int) -> None:
        self.bytes, self.failing, self.longest = 0, 0, 1 << 40
        self._real, self._usual = os.pwritev, usual
        monkeypatch.setattr(os, "pwritev", self)

    def __call__(self, handle, views, position):
        if handle == self._usual:
            return self._real(handle, views, position)
        if self.failing:
            raise OSError(self.failing, os.strerror(self.failing))
        count = self._real(handle, [views[0][: self.longest]], position)
        self.bytes += count
        return count


def direct_works(directory: Path) -> bool:
    with (directory / "probe").open("wb") as file:
        probe = DirectFile(file.fileno())
        _, whole = probe.span(0, MIN_DIRECT_BYTES)
        try:
            return bool(whole) and probe.write([DATA[:MIN_DIRECT_BYTES]], 0) == MIN_DIRECT_BYTES
        finally:
            probe.close()


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, BUFFER_SIZE + BUFFER_SIZE // 2), min_size=1, max_size=6), st.data())
def test_any_writes_in_any_pieces_store_the_same_bytes(tmp_path_factory, sizes, data):
    store, upload_id = LocalStore(tmp_path_factory.mktemp("any")), new_id()
    writer, position, expected = store.writer(upload_id, 0), 0, bytearray()

    for size in sizes:
        piece = (DATA * 2)[position % 1000 : position % 1000 + size]
        cut = data.draw(st.integers(0, size))
        assert writer.write([piece[:cut], memoryview(piece)[cut:]], position) == size
        expected += piece
        position += size
        if data.draw(st.booleans()):
            writer.sync(0)
    writer.close()

    assert content(store, upload_id) == expected


def test_whole_blocks_go_past_the_cache_and_only_the_ends_through_it(store: LocalStore, monkeypatch):
    if not direct_works(store.root):
        pytest.skip("this file system has no direct writes")
    upload_id = new_id()
    writer = store.writer(upload_id, 0)
    watched = Watched(monkeypatch, writer.handle)

    assert writer.write([DATA[:1000]], 0) == 1000
    assert watched.bytes == 0
    assert writer.write([DATA[1000:]], 1000) == len(DATA) - 1000
    writer.close()

    assert watched.bytes == (len(DATA) - BLOCK) // BLOCK * BLOCK
    assert content(store, upload_id) == DATA


def test_small_writes_go_through_the_cache(store: LocalStore, monkeypatch):
    writer = store.writer(new_id(), 0)
    watched = Watched(monkeypatch, writer.handle)

    writer.write([DATA[: MIN_DIRECT_BYTES - 1]], 0)
    writer.close()

    assert watched.bytes == 0


@pytest.mark.parametrize("number", [errno.EINVAL, errno.ENOSPC])
def test_what_is_refused_past_the_cache_goes_through_it(store: LocalStore, monkeypatch, number):
    upload_id = new_id()
    writer = store.writer(upload_id, 0)
    Watched(monkeypatch, writer.handle).failing = number

    assert writer.write([DATA], 0) == len(DATA)
    writer.close()

    assert content(store, upload_id) == DATA


def test_a_short_write_is_continued(store: LocalStore, monkeypatch):
    upload_id = new_id()
    writer = store.writer(upload_id, 0)
    Watched(monkeypatch, writer.handle).longest = 5 * BLOCK

    assert writer.write([DATA], 0) == len(DATA)
    writer.close()

    assert content(store, upload_id) == DATA


def test_a_broken_disk_is_a_fault(store: LocalStore, monkeypatch):
    if not direct_works(store.root):
        pytest.skip("this file system has no direct writes")
    writer = store.writer(new_id(), 0)
    Watched(monkeypatch, writer.handle).failing = errno.EIO

    with pytest.raises(StoreFault):
        writer.write([DATA], 0)
    writer.close()


def test_a_full_disk_keeps_what_fits(tmp_path: Path, monkeypatch):
    store, upload_id = LocalStore(tmp_path / "uploads"), new_id()
    monkeypatch.setattr(store, "free", lambda: BUFFER_SIZE + 777)
    writer = store.writer(upload_id, 0)

    assert writer.write([DATA], 0) == BUFFER_SIZE + 777
    writer.close()

    assert content(store, upload_id) == DATA[: BUFFER_SIZE + 777]
