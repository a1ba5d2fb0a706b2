"""Uploads on a local disk: the order of system calls, and what becomes of their errors."""

from __future__ import annotations

import errno
import os
import resource
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from parquay.errors import Busy, Conflict, StorageFull, Unavailable
from parquay.ids import new_id
from parquay.storage.chunks import StoreFault
from parquay.storage.local.uploads import LocalStore, LocalWriter
from storage.conformance import MIB, FileConformance, content, put
from storage.tmpfs import volume

CALLS = ("open", "pwritev", "fdatasync", "fsync", "ftruncate", "mkdir", "rename", "unlink")


class Recorder:
    """Notes the calls of the operating system that the store makes, each with the name of its file."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: list[tuple[str, str]] = []
        self._patch = monkeypatch
        for name in CALLS:
            self._watch(name)

    def _watch(self, name: str) -> None:
        real = getattr(os, name)

        def call(target, *arguments, **named):
            self.calls.append((name, self._name(target)))
            return real(target, *arguments, **named)

        self._patch.setattr(os, name, call)

    def _name(self, target: object) -> str:
        path = str(Path(f"/proc/self/fd/{target}").readlink()) if isinstance(target, int) else os.fspath(target)
        return Path(path).name

    def syncs(self) -> list[tuple[str, str]]:
        return [call for call in self.calls if call[0] in {"fsync", "fdatasync"}]


@pytest.fixture
def store(tmp_path: Path) -> LocalStore:
    return LocalStore(tmp_path / "uploads", reserve=0)


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
