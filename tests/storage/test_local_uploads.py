"""Uploads on a local disk: the order of system calls, and what becomes of their errors."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from parquay.errors import Busy, Conflict
from parquay.ids import new_id
from parquay.storage.chunks import StoreFault
from parquay.storage.local.uploads import LocalStore
from parquay.storage.local.writer import LocalWriter
from storage.conformance import MIB, FileConformance, put
from storage.recorded import Recorder
from storage.tmpfs import volume


class TestLocalStore(FileConformance):
    @pytest.fixture
    def store(self, tmp_path: Path) -> LocalStore:
        return LocalStore(tmp_path / "uploads", reserve=0)

    @pytest.fixture
    def tight_store(self, tmp_path: Path) -> Iterator[LocalStore]:
        with volume(tmp_path / "small", 8 * MIB) as path:
            yield LocalStore(path / "uploads", reserve=0)


class TestRelaxedLocalStore(FileConformance):
    @pytest.fixture
    def store(self, tmp_path: Path) -> LocalStore:
        return LocalStore(tmp_path / "uploads", durable=False, reserve=0)

    @pytest.fixture
    def tight_store(self, tmp_path: Path) -> Iterator[LocalStore]:
        with volume(tmp_path / "small", 8 * MIB) as path:
            yield LocalStore(path / "uploads", durable=False, reserve=0)


def test_bytes_beyond_four_gigabytes_have_their_place(store: LocalStore):
    upload_id, place = new_id(), 2**32 + 7
    writer = store.writer(upload_id, 0, wait=0)

    writer.write([b"far"], place)
    writer.close()

    with store.reader(upload_id) as reader:
        assert reader.read_at(place - 1, 10) == b"\0far"
    assert store.size(upload_id) == place + 3


# ------------------------------------------------------------------------------------- order of calls


def test_a_sync_makes_a_new_name_durable_too(store: LocalStore, monkeypatch):
    upload_id = new_id()
    watched = Recorder(monkeypatch)

    put(store, upload_id, b"bytes")

    order = [call for call in watched.calls if call[0] != "open"]
    assert order == [
        ("mkdir", upload_id[:2]),
        ("fsync", "uploads"),
        ("pwritev", upload_id),
        ("fdatasync", upload_id),
        ("fsync", upload_id[:2]),
    ]


def test_a_name_is_made_durable_once(store: LocalStore, monkeypatch):
    upload_id = new_id()
    writer = store.writer(upload_id, 0, wait=0)
    watched = Recorder(monkeypatch)

    for _ in range(2):
        writer.sync(0)
    writer.close()

    assert watched.syncs() == [("fdatasync", upload_id), ("fsync", upload_id[:2]), ("fdatasync", upload_id)]


def test_a_known_name_needs_no_directory_sync(store: LocalStore, monkeypatch):
    upload_id = new_id()
    put(store, upload_id, b"bytes")
    watched = Recorder(monkeypatch)

    writer = store.writer(upload_id, 5, wait=0)
    writer.write([b"more"], 5)
    writer.sync(0)
    writer.close()

    assert watched.syncs() == [("fdatasync", upload_id)]


def test_a_composition_is_synced_before_it_gets_its_name(store: LocalStore, monkeypatch):
    part, final = new_id(), new_id()
    put(store, part, b"bytes")
    watched = Recorder(monkeypatch)

    store.compose(final, [(part, 5)])

    names = [call[0] for call in watched.calls]
    renamed = names.index("rename")
    assert "fdatasync" in names[:renamed]
    assert ("fsync", final[:2]) in watched.calls[renamed:]


def test_a_removal_is_synced(store: LocalStore, monkeypatch):
    upload_id = new_id()
    put(store, upload_id, b"bytes")
    watched = Recorder(monkeypatch)

    store.remove(upload_id)

    assert watched.calls[-1] == ("fsync", upload_id[:2])
    assert ("unlink", upload_id) in watched.calls


def test_relaxed_durability_never_syncs(tmp_path: Path, monkeypatch):
    store = LocalStore(tmp_path / "uploads", durable=False)
    watched = Recorder(monkeypatch)

    put(store, new_id(), b"bytes")

    assert watched.syncs() == []


def test_files_are_for_the_server_alone(store: LocalStore):
    upload_id = new_id()
    put(store, upload_id, b"bytes")

    path = store.path(upload_id)

    assert path == store.root / upload_id[:2] / upload_id
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../../etc/passwd", "a" * 23, "a" * 25, "a" * 23 + "/", "a" * 23 + "\0"]
)
def test_what_is_no_id_never_becomes_a_path(store: LocalStore, name: str):
    with pytest.raises(ValueError, match="not an upload id"):
        store.path(name)


def test_a_link_in_the_place_of_a_file_is_not_followed(store: LocalStore, tmp_path: Path):
    upload_id, victim = new_id(), tmp_path / "victim"
    victim.write_bytes(b"precious")
    store.path(upload_id).parent.mkdir()
    store.path(upload_id).symlink_to(victim)

    with pytest.raises(StoreFault):
        store.writer(upload_id, 0, wait=0)

    assert victim.read_bytes() == b"precious"


def test_the_lock_of_a_killed_process_is_free(store: LocalStore):
    upload_id = new_id()
    script = (
        "import sys; from pathlib import Path; from parquay.storage.local.uploads import LocalStore\n"
        f"w = LocalStore(Path({str(store.root)!r})).writer({upload_id!r}, 0)\n"
        "w.write([b'x'], 0); print('held', flush=True); sys.stdin.read()"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, env={"PYTHONPATH": "backend"}
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        with pytest.raises(Busy):
            store.writer(upload_id, 0, wait=0)
        other.kill()
        other.wait()

        store.writer(upload_id, 0, wait=0).close()


def stale(store: LocalStore) -> tuple[str, LocalWriter]:
    """An upload of five promised bytes whose writer keeps its lock, and writes more."""
    upload_id = new_id()
    writer = store.writer(upload_id, 0)
    writer.write([b"first"], 0)
    writer.sync(5)
    writer.write([b" lost"], 5)
    return upload_id, writer


def test_a_copy_takes_the_place_of_a_file_that_a_stale_writer_keeps(store: LocalStore):
    upload_id, paused = stale(store)

    newer = store.writer(upload_id, 5, wait=0, owned=lambda: True)
    newer.write([b" newer"], 5)
    newer.sync(11)
    paused.write([b" late bytes"], 5)
    paused.sync(16)

    assert store.path(upload_id).read_bytes() == b"first newer"
    assert list(store.ids()) == [upload_id]
    with pytest.raises(Busy):
        store.writer(upload_id, 11, wait=0)
    paused.close()
    newer.close()
    store.writer(upload_id, 11, wait=0, owned=lambda: True).close()


def test_who_has_lost_an_upload_meanwhile_replaces_nothing(store: LocalStore):
    upload_id, paused = stale(store)

    with pytest.raises(Conflict):
        store.writer(upload_id, 5, wait=0, owned=lambda: False)

    assert os.fstat(paused.handle).st_nlink == 1
    assert list(store.ids()) == [upload_id]
    paused.close()


def test_nothing_is_copied_where_there_is_no_room(store: LocalStore, monkeypatch: pytest.MonkeyPatch):
    upload_id, paused = stale(store)
    monkeypatch.setattr(store, "free", lambda: 4)

    with pytest.raises(Busy):
        store.writer(upload_id, 5, wait=0, owned=lambda: True)

    assert list(store.ids()) == [upload_id]
    paused.close()


def test_who_waited_for_a_file_that_was_replaced_writes_to_its_successor(store: LocalStore):
    upload_id, paused = stale(store)
    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(store.writer, upload_id, 5, wait=20, owned=lambda: True)
        newer = store.writer(upload_id, 5, wait=0, owned=lambda: True)
        newer.close()
        paused.close()
        newest = waiting.result()

    newest.write([b" newest"], 5)
    newest.close()

    assert store.path(upload_id).read_bytes() == b"first newest"


def test_a_reader_goes_on_in_the_file_that_took_the_place_of_its_own(store: LocalStore):
    upload_id, paused = stale(store)

    with store.reader(upload_id) as reader:
        before = reader.read_at(0, 5)
        newer = store.writer(upload_id, 5, wait=0, owned=lambda: True)
        newer.write([b" newer"], 5)
        paused.write([b" late!"], 5)
        after = reader.read_at(5, 6)
        newer.close()
        store.remove(upload_id)
        removed = reader.read_at(0, 5)

    assert (before, after, removed) == (b"first", b" newer", b"first")
    paused.close()
