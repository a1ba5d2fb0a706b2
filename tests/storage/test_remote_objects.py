"""Objects and places in an object store, read through copies on the local disk."""

from __future__ import annotations

from pathlib import Path

import pytest

from parquay.errors import Damaged, StorageFull
from parquay.storage.local import reserve
from parquay.storage.objects import Objects
from parquay.storage.remote.objects import CachedObjects, KnownObjects
from parquay.storage.remote.part_cache import CachedPart, PartCache
from parquay.storage.remote.place import RemotePlace, RemotePlaces
from parquay.storage.s3.bucket import S3Bucket
from s3_server import S3Server
from storage.memory.bucket import MemoryBucket
from storage.objects_conformance import CONTENT, ObjectsConformance, PlaceConformance, named

ROOM = 64 << 20


class CountingBucket(MemoryBucket):
    """Counts what it is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def put(self, key, data):
        self.asked.append("put")
        super().put(key, data)

    def fetch(self, key, take, start=0, size=None):
        self.asked.append("fetch")
        super().fetch(key, take, start, size)

    def stat(self, key):
        self.asked.append("stat")
        return super().stat(key)

    def list(self, prefix):
        self.asked.append("list")
        return super().list(prefix)


class TestRemoteObjects(ObjectsConformance):
    @pytest.fixture
    def bucket(self) -> CountingBucket:
        return CountingBucket()

    @pytest.fixture
    def cache(self, tmp_path: Path) -> PartCache:
        return PartCache(tmp_path / "cache", ROOM)

    @pytest.fixture
    def objects(self, bucket: CountingBucket, cache: PartCache) -> CachedObjects:
        self.far, self.near = bucket, cache
        return CachedObjects(bucket, "tables/ne/one/", "one", cache, KnownObjects())

    def damage(self, objects: Objects, key: str, content: bytes) -> None:
        assert isinstance(objects, CachedObjects)
        self.far.put(objects.folder + key, content)
        self.near.forget(CachedPart("one", key))

    def test_what_was_put_here_is_read_without_asking_the_store(self, objects: CachedObjects, bucket: CountingBucket):
        draft = objects.draft("a.parquet")
        draft.write_bytes(CONTENT)
        keys = [objects.put(named("a.parquet"), draft).key, objects.put(named("b.parquet"), CONTENT).key]
        bucket.asked.clear()

        with objects.fetch(keys) as paths, objects.open(keys[0]) as opened:
            assert [path.read_bytes() for path in paths] == [CONTENT, CONTENT]
            assert opened.read() == CONTENT
        assert objects.absent(keys) == set()
        assert [objects.fault(key, len(CONTENT), reread=False) for key in keys] == [None, None]

        assert bucket.asked == []

    def test_another_machine_fetches_each_part_once_and_lists_once(self, objects, bucket, tmp_path: Path):
        keys = [objects.put(named(f"{number}.parquet"), CONTENT).key for number in range(12)]
        elsewhere = CachedObjects(bucket, objects.folder, "one", PartCache(tmp_path / "other", ROOM), KnownObjects())
        bucket.asked.clear()

        elsewhere.look(keys)
        faults = [elsewhere.fault(key, len(CONTENT), reread=False) for key in keys]
        for _ in range(2):
            with elsewhere.fetch(keys) as paths:
                assert {path.read_bytes() for path in paths} == {CONTENT}

        assert faults == [None] * 12
        assert sorted(bucket.asked) == ["fetch"] * 12 + ["list"]

    def test_many_parts_are_looked_for_by_one_listing(self, objects, bucket, tmp_path: Path):
        keys = [objects.put(named(f"{number}.parquet"), CONTENT).key for number in range(9)]
        elsewhere = CachedObjects(bucket, objects.folder, "one", PartCache(tmp_path / "other", ROOM), KnownObjects())
        objects.delete(keys[:1])
        bucket.asked.clear()

        assert elsewhere.absent(keys) == {keys[0]}
        assert elsewhere.absent(keys[:2]) == {keys[0]}

        assert bucket.asked == ["list", "stat", "stat"]

    def test_a_copy_outlives_its_object_for_whoever_has_it_open(self, objects: CachedObjects):
        key = objects.put(named("a.parquet"), CONTENT).key

        with objects.fetch([key]) as (path,):
            objects.delete([key])
            assert path.read_bytes() == CONTENT
            assert objects.stat(key) is None

    def test_a_machine_without_room_says_so(self, objects: CachedObjects, monkeypatch: pytest.MonkeyPatch):
        monkeypatch.setattr(reserve, "RESERVE", 1 << 60)

        with pytest.raises(StorageFull):
            objects.refuse_full(1)


class TestS3Objects(ObjectsConformance):
    """The same with a real object store's protocol."""

    @pytest.fixture
    def objects(self, strict_s3: S3Server, tmp_path: Path) -> CachedObjects:
        self.far = S3Bucket(strict_s3.new_bucket(), "some/prefix", endpoint=strict_s3.url)
        self.near = PartCache(tmp_path / "cache", ROOM)
        return CachedObjects(self.far, "tables/ne/one/", "one", self.near, KnownObjects())

    def damage(self, objects: Objects, key: str, content: bytes) -> None:
        assert isinstance(objects, CachedObjects)
        self.far.put(objects.folder + key, content)
        self.near.forget(CachedPart("one", key))


class RemotePlaceConformance(PlaceConformance):
    @pytest.fixture
    def place(self, places: RemotePlaces) -> RemotePlace:
        return places.at("one")

    @pytest.fixture
    def other(self, places: RemotePlaces) -> RemotePlace:
        return places.at("other")

    def test_places_with_something_in_them_are_listed(self, places, place, other):
        assert list(places.ids()) == []
        for each in (other, place):
            each.keep("part-00000.parquet", CONTENT)
            each.log.put("00000000000000000000.json", b"{}")

        assert sorted(places.ids()) == ["one", "other"]

    def test_a_place_is_told_by_the_url_of_its_table(self, places: RemotePlaces, place: RemotePlace):
        assert place.is_remote
        assert place.address == place.url
        assert place.url.endswith("/tables/ne/one")
        assert places.fetched.is_dir()

    def test_an_erased_place_has_no_copies(self, places: RemotePlaces, place: RemotePlace):
        key = place.keep("part-00000.parquet", CONTENT).key
        draft = place.parts.draft("half.parquet")
        draft.write_bytes(b"half")

        place.erase()

        assert list(places.fetched.rglob("*")) == []
        assert not draft.exists()
        with pytest.raises(Damaged), place.parts.fetch([key]):
            pass

    def test_files_of_a_log_are_fetched_for_as_long_as_they_are_needed(self, place: RemotePlace):
        place.log.put("00000000000000000000.json", b"{}")

        with place.log.fetch(["00000000000000000000.json"]) as (path,):
            assert path.read_bytes() == b"{}"
        assert not path.exists()


class TestRemotePlace(RemotePlaceConformance):
    @pytest.fixture
    def places(self, tmp_path: Path) -> RemotePlaces:
        return RemotePlaces(MemoryBucket(), PartCache(tmp_path / "cache", ROOM), "s3://nowhere", tmp_path / "tmp")


class TestS3Place(RemotePlaceConformance):
    @pytest.fixture
    def places(self, strict_s3: S3Server, tmp_path: Path) -> RemotePlaces:
        bucket = S3Bucket(strict_s3.new_bucket(), "some/prefix", endpoint=strict_s3.url)
        return RemotePlaces(bucket, PartCache(tmp_path / "cache", ROOM), bucket.url, tmp_path / "tmp")
