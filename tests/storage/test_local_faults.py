"""Uploads on a local disk that fails or is full."""

from __future__ import annotations

import errno
import os
import resource
from pathlib import Path

import pytest

from parquay.errors import StorageFull, Unavailable
from parquay.ids import new_id
from parquay.storage.chunks import StoreFault
from parquay.storage.local.uploads import LocalStore
from storage.conformance import MIB, content, put
from storage.recorded import Recorder
from storage.tmpfs import volume

# ------------------------------------------------------------------------------------- what can go wrong


def failing(monkeypatch: pytest.MonkeyPatch, name: str, number: int) -> list[object]:
    """Let every call of `os.<name>` fail with errno `number`; return the list of attempts."""
    attempts: list[object] = []

    def call(target, *_arguments, **_named):
        attempts.append(target)
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, name, call)
    return attempts


def test_a_failed_sync_is_never_tried_again_and_marks_the_volume(store: LocalStore, monkeypatch):
    writer = store.writer(new_id(), 0, wait=0)
    writer.write([b"bytes"], 0)
    with monkeypatch.context() as broken:
        attempts = failing(broken, "fdatasync", errno.EIO)

        with pytest.raises(StoreFault) as caught:
            writer.sync(0)

        assert len(attempts) == 1
    assert caught.value.status == 503
    writer.close()
    for _ in range(2):
        with pytest.raises(StoreFault, match="sync failed"):
            store.probe()


def test_a_failed_directory_sync_leaves_no_writer(store: LocalStore, monkeypatch):
    upload_id = new_id()
    with monkeypatch.context() as broken:
        failing(broken, "fsync", errno.EIO)

        with pytest.raises(StoreFault):
            store.writer(upload_id, 0, wait=0)

    store.writer(upload_id, 0, wait=0).close()
    with pytest.raises(StoreFault):
        store.probe()


def test_a_name_whose_sync_failed_is_synced_by_the_next_writer(store: LocalStore, monkeypatch):
    upload_id = new_id()
    writer = store.writer(upload_id, 0, wait=0)
    with monkeypatch.context() as broken:
        failing(broken, "fsync", errno.EIO)
        with pytest.raises(StoreFault):
            writer.sync(0)
    writer.close()

    watched = Recorder(monkeypatch)
    put(store, upload_id, b"bytes")

    assert ("fsync", upload_id[:2]) in watched.syncs()


@pytest.mark.parametrize("number", [errno.EIO, errno.EROFS, errno.EPERM])
def test_refused_bytes_are_a_fault(store: LocalStore, monkeypatch, number):
    writer = store.writer(new_id(), 0, wait=0)
    failing(monkeypatch, "pwritev", number)

    with pytest.raises(StoreFault):
        writer.write([b"bytes"], 0)

    writer.close()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_no_room_for_a_byte_is_a_short_write(store: LocalStore, monkeypatch, number):
    writer = store.writer(new_id(), 0, wait=0)
    failing(monkeypatch, "pwritev", number)

    assert writer.write([b"bytes"], 0) == 0

    writer.close()


def test_no_room_for_a_name_is_storage_full(store: LocalStore, monkeypatch):
    failing(monkeypatch, "open", errno.ENOSPC)

    with pytest.raises(StorageFull) as caught:
        store.writer(new_id(), 0, wait=0)

    assert (caught.value.status, caught.value.retry_after) == (507, 60)


def test_short_writes_are_continued(store: LocalStore, monkeypatch):
    upload_id, real = new_id(), os.pwritev
    monkeypatch.setattr(os, "pwritev", lambda handle, views, place: real(handle, [views[0][:3]], place))

    writer = store.writer(upload_id, 0, wait=0)
    written = writer.write([b"0123456789", b"abcdefg"], 0)
    writer.close()

    assert written == 17
    assert content(store, upload_id) == b"0123456789abcdefg"


def test_too_many_open_files_ask_for_patience(store: LocalStore):
    writers = [store.writer(new_id(), 0, wait=0)]
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (writers[0].handle + 1, hard))
    try:
        with pytest.raises(Unavailable) as caught:
            writers.extend(store.writer(new_id(), 0, wait=0) for _ in range(5000))
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        for writer in writers:
            writer.close()

    assert (caught.value.code, caught.value.status) == ("too_many_open_files", 503)
    assert caught.value.retry_after
    store.writer(new_id(), 0, wait=0).close()


def test_a_full_volume_ends_a_composition_without_a_trace(tmp_path: Path):
    with volume(tmp_path / "small", 8 * MIB) as path:
        store, part, final = LocalStore(path / "uploads", reserve=0), new_id(), new_id()
        put(store, part, bytes(5 * MIB))

        with pytest.raises(StorageFull):
            store.compose(final, [(part, 5 * MIB)])

        assert set(store.ids()) == {part}
        assert store.free() >= 2 * MIB


def test_a_full_volume_fails_the_probe(tmp_path: Path):
    with volume(tmp_path / "small", MIB) as path:
        store, upload_id = LocalStore(path / "uploads", reserve=0), new_id()
        writer = store.writer(upload_id, 0, wait=0)
        writer.write([bytes(2 * MIB)], 0)
        writer.close()

        with pytest.raises(StorageFull):
            store.probe()

        store.remove(upload_id)
        store.probe()
        assert [one.name for one in store.root.iterdir() if one.is_file()] == []


def test_the_reserve_is_left_for_the_catalog(tmp_path: Path):
    with volume(tmp_path / "small", 8 * MIB) as path:
        store = LocalStore(path / "uploads", reserve=3 * MIB)
        writer = store.writer(new_id(), 0, wait=0)

        written = sum(writer.write([bytes(MIB)], place * MIB) for place in range(8))
        writer.close()

        assert 4 * MIB <= written <= 5 * MIB
        assert store.free() == 0
        assert os.statvfs(path).f_bavail * os.statvfs(path).f_frsize >= 2 * MIB
