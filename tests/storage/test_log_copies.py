"""What is kept in memory of logs in an object store, and what is put of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from parquay.storage.chunks import StoreFault
from parquay.storage.place import entry_name
from parquay.storage.remote.log_copies import LOG_FOLDER, HeldLogs
from parquay.storage.remote.part_cache import PartCache
from parquay.storage.remote.place import RemotePlace, RemotePlaces
from storage.memory.bucket import MemoryBucket


class LosingBucket(MemoryBucket):
    """Puts what it is to put once, and loses the answer, or the request too."""

    def __init__(self, *, arrives: bool) -> None:
        super().__init__()
        self.arrives = arrives

    def put_once(self, key, data):
        if self.arrives:
            super().put_once(key, data)
        raise StoreFault("no answer")


def place_in(bucket: MemoryBucket, tmp_path: Path) -> RemotePlace:
    return RemotePlaces(bucket, PartCache(tmp_path / "cache", 1 << 20), "s3://nowhere", tmp_path / "tmp").at("one")


def written(place: RemotePlace, version: int, entry: bytes) -> str:
    """A folder with an entry in it as Delta's library would have put it there."""
    folder = place.log_folder(-1)
    (Path(folder) / LOG_FOLDER / entry_name(version)).write_bytes(entry)
    return folder


def test_the_least_recently_used_files_go():
    held = HeldLogs(10)
    for key in ("a/1", "a/2", "b/3"):
        held.note(key, b"1234")

    assert [held.get(key) for key in ("a/1", "a/2", "b/3")] == [None, b"1234", b"1234"]
    held.get("a/2")
    held.note("b/4", b"1234")
    assert [held.get(key) for key in ("a/2", "b/3", "b/4")] == [b"1234", None, b"1234"]
    held.note("b/4", b"123456")
    assert held.get("a/2") == b"1234"
    held.forget("a/")
    assert (held.get("a/2"), held.get("b/4")) == (None, b"123456")
    held.note("b/5", b"12345678901")
    assert (held.get("b/4"), held.get("b/5")) == (None, None)


def test_an_entry_becomes_the_tables_once(tmp_path):
    place = place_in(MemoryBucket(), tmp_path)
    mine, same, other = (written(place, 0, entry) for entry in (b"mine", b"mine", b"other"))

    assert place.publish(mine, 0) == (b"mine", None)
    assert place.publish(same, 0) == (b"mine", None)
    assert place.publish(other, 0) is None
    assert place.entry(0) == b"mine"


@pytest.mark.parametrize("arrives", [True, False])
def test_an_entry_whose_answer_is_lost_tells_itself_whether_it_came(tmp_path, arrives):
    place = place_in(LosingBucket(arrives=arrives), tmp_path)
    folder = written(place, 0, b"mine")

    if arrives:
        assert place.publish(folder, 0) == (b"mine", None)
    else:
        with pytest.raises(StoreFault):
            place.publish(folder, 0)
        assert place.entry(0) is None


def test_what_is_remembered_of_a_log_goes_with_it(tmp_path):
    bucket = MemoryBucket()
    place = place_in(bucket, tmp_path)
    place.publish(written(place, 0, b"first"), 0)
    place.reset_log()

    place.publish(written(place, 0, b"second"), 0)

    assert place.entry(0) == b"second"
    assert place.log_file(entry_name(0)) == b"second"
