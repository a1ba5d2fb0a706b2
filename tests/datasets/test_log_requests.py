"""How often an object store is asked for the log of a table, however many versions that has."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from deltalake import DeltaTable

from datasets.conftest import House
from parquay.catalog.datasets import Datasets
from parquay.catalog.events import Events
from parquay.catalog.leases import Leases
from parquay.catalog.tables import File
from parquay.datasets.edit.edit import Batch, Editor
from parquay.datasets.versions.commits import Author, Commits
from parquay.datasets.versions.log_cleanup import trim
from parquay.datasets.versions.tables import Tables
from parquay.storage.chunks import StoreFault
from parquay.storage.place import LAST_CHECKPOINT, checkpoint_name, entry_name
from parquay.storage.remote.part_cache import PartCache
from parquay.storage.remote.place import RemotePlaces
from storage.memory.bucket import MemoryBucket

TEXT = "n,word\n1,one\n2,two\n"
INTERVAL = 20
"""Versions from one checkpoint to the next."""


class AskedBucket(MemoryBucket):
    """Notes each request; refuses to put what has one of `refused` in its key."""

    def __init__(self) -> None:
        super().__init__()
        self.requests: list[str] = []
        self.refused: tuple[str, ...] = ()

    def put(self, key, data):
        self._met("PUT", key)
        super().put(key, data)

    def put_once(self, key, data):
        self._met("PUT", key)
        return super().put_once(key, data)

    def fetch(self, key, take, start=0, size=None):
        self._met("GET", key)
        super().fetch(key, take, start, size)

    def stat(self, key):
        self._met("HEAD", key)
        return super().stat(key)

    def list(self, prefix):
        self._met("LIST", prefix)
        return super().list(prefix)

    def _met(self, verb: str, key: str) -> None:
        self.requests.append(f"{verb} {key.rpartition('/')[2]}")
        if verb == "PUT" and any(each in key for each in self.refused):
            raise StoreFault("The object store does not answer.", retry_after=5)

    def asked(self):
        """The requests since this was asked last."""
        found, self.requests = self.requests, []
        return found


@pytest.fixture
def bucket() -> AskedBucket:
    return AskedBucket()


@pytest.fixture
def places(bucket: AskedBucket, tmp_path: Path) -> RemotePlaces:
    return RemotePlaces(bucket, PartCache(tmp_path / "one", 64 << 20), "s3://nowhere", tmp_path / "tmp")


@pytest.fixture
def file(house: House) -> File:
    return house.convert(TEXT)


@pytest.fixture
def elsewhere(house: House, bucket: AskedBucket, tmp_path: Path):
    """The editor of another machine, which has read nothing yet."""
    leases = Leases(house.catalog, owner="elsewhere")
    datasets = Datasets(house.catalog, Events(house.catalog), leases)
    tables = Tables(
        RemotePlaces(bucket, PartCache(tmp_path / "two", 64 << 20), "s3://nowhere", tmp_path / "tmp"), datasets
    )
    yield Editor(tables, Commits(tables, datasets))
    leases.close()


def change(house: House, file: File, text: str, editor: Editor | None = None) -> int:
    batch = Batch(updates={1: {"word": text}})
    return (editor or house.editor).edit(house.file(file.id), Author("u"), batch, None).snapshot.version


def test_an_edit_is_two_requests_at_any_version(house, file, bucket):
    counts = {}
    for number in range(1, 3 * INTERVAL):
        bucket.asked()
        version = change(house, file, f"{number}")
        counts[version] = len(bucket.asked())

    behind = {version: count for version, count in counts.items() if (version + 1) % INTERVAL == 0}
    assert set(behind.values()) == {4}, "with a checkpoint, and what says that it is the last"
    assert {count for version, count in counts.items() if version not in behind} == {2}
    assert len(counts) == 3 * INTERVAL - 1


def test_machines_that_take_turns_ask_for_what_the_other_made(house, file, bucket, elsewhere):
    change(house, file, "here")
    change(house, file, "there", elsewhere)
    counts = []
    for number in range(2 * INTERVAL):
        bucket.asked()
        change(house, file, f"{number}", elsewhere if number % 2 else None)
        counts.append(len(bucket.asked()))

    assert max(counts) <= 8
    assert sorted(counts)[len(counts) // 2] == 5, (
        "entry, size and bytes of the other's part; part and entry of one's own"
    )


def test_a_machine_that_comes_late_reads_from_the_last_checkpoint(house, file, bucket, elsewhere):
    for number in range(INTERVAL + 2):
        change(house, file, f"{number}")
    bucket.asked()

    change(house, file, "late", elsewhere)

    read = [each for each in bucket.asked() if each.startswith("GET") and "version-" not in each]
    entries = [f"GET {entry_name(version)}" for version in (0, 20, 21, 22)]
    assert sorted(read) == sorted([f"GET {checkpoint_name(19)}", *entries])


def test_a_checkpoint_that_could_not_be_put_takes_nothing_away(house, file, bucket, elsewhere):
    for number in range(INTERVAL - 2):
        change(house, file, f"{number}")
    bucket.refused = ("checkpoint",)

    version = change(house, file, "at the checkpoint")
    bucket.refused = ()
    further = [change(house, file, "behind"), change(house, file, "elsewhere", elsewhere)]

    place = house.places.at(file.id)
    assert (version, further) == (INTERVAL - 1, [INTERVAL, INTERVAL + 1])
    assert place.checkpointed() == -1
    assert [row[2] for row in house.rows(house.file(file.id))] == ["one", "elsewhere"]
    for number in range(INTERVAL):
        change(house, file, f"{number}")
    assert place.checkpointed() == 2 * INTERVAL - 1


def test_a_log_is_read_from_a_checkpoint_that_nobody_noted(house, file, bucket, tmp_path):
    """The entries before the last checkpoint are deleted, whoever made it, and whether it was noted or not."""
    for number in range(INTERVAL + 5):
        change(house, file, f"{number}")
    trim(house.places.at(file.id), [INTERVAL + 5])
    newcomer = RemotePlaces(bucket, PartCache(tmp_path / "three", 64 << 20), "s3://nowhere", tmp_path / "tmp").at(
        file.id
    )

    folder = newcomer.log_folder(INTERVAL + 5)

    try:
        assert DeltaTable(folder).version() == INTERVAL + 5
    finally:
        newcomer.release(folder)
    assert not Path(folder).exists()
    with pytest.raises(FileNotFoundError):
        newcomer.log_folder(3)


def test_the_log_in_the_bucket_is_one_that_others_read(house, file, bucket, tmp_path):
    for number in range(INTERVAL + 3):
        change(house, file, f"{number}")

    for key, (data, _) in bucket._objects.items():
        path = tmp_path / "outside" / key.partition(file.id)[2].lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    outside = DeltaTable(tmp_path / "outside")

    assert outside.version() == INTERVAL + 3
    assert json.loads(bucket._objects[_key(bucket, LAST_CHECKPOINT)][0])["version"] == INTERVAL - 1
    assert outside.to_pyarrow_table().to_pydict() == {"n": [1, 2], "word": ["one", f"{INTERVAL + 2}"]}


def _key(bucket: AskedBucket, name: str) -> str:
    (found,) = (key for key in bucket._objects if key.endswith(name))
    return found
