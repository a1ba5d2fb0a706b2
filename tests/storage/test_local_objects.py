"""Objects and places on a local disk."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from parquay.errors import StorageFull
from parquay.storage.local import reserve
from parquay.storage.local.objects import LocalObjects
from parquay.storage.local.place import LocalPlace, LocalPlaces, is_part
from parquay.storage.objects import Objects
from storage.objects_conformance import CONTENT, ObjectsConformance, PlaceConformance, named


class TestLocalObjects(ObjectsConformance):
    @pytest.fixture
    def objects(self, tmp_path: Path) -> LocalObjects:
        self.folder = tmp_path / "d"
        return LocalObjects(self.folder, is_part)

    def damage(self, objects: Objects, key: str, content: bytes) -> None:
        path = self.folder / key
        path.write_bytes(content)
        later = path.stat().st_mtime_ns + 10**9  # where clocks are coarse
        os.utime(path, ns=(later, later))

    def test_what_is_fetched_is_no_copy(self, objects: LocalObjects):
        key = objects.put(named("a.parquet"), CONTENT).key

        with objects.fetch([key]) as paths:
            assert paths == [self.folder / key]

    def test_an_object_is_synced_before_it_has_its_name_and_its_name_after(
        self, objects: LocalObjects, monkeypatch: pytest.MonkeyPatch
    ):
        key, seen = named("a.parquet"), []
        objects.draft("a.parquet")
        sync = os.fsync

        def watched(handle: int) -> None:
            name = Path(f"/proc/self/fd/{handle}").readlink()
            seen.append((name.name, (self.folder / key).exists()))
            sync(handle)

        monkeypatch.setattr(os, "fsync", watched)
        objects.put(key, CONTENT)

        assert seen == [(f".{key}.tmp", False), ("d", True)]

    def test_the_name_of_a_new_folder_is_synced(self, objects: LocalObjects, monkeypatch: pytest.MonkeyPatch):
        seen, sync = [], os.fsync

        def watched(handle: int) -> None:
            seen.append(Path(f"/proc/self/fd/{handle}").readlink())
            sync(handle)

        monkeypatch.setattr(os, "fsync", watched)

        objects.draft("a.parquet")
        objects.draft("b.parquet")

        assert seen == [self.folder.parent]

    def test_a_full_disk_leaves_nothing(self, objects: LocalObjects, monkeypatch: pytest.MonkeyPatch):
        objects.draft("a.parquet")
        free = os.statvfs(self.folder)
        monkeypatch.setattr(reserve, "RESERVE", free.f_bavail * free.f_frsize)

        with pytest.raises(StorageFull):
            objects.put(named("a.parquet"), CONTENT)
        with pytest.raises(StorageFull):
            objects.refuse_full(1)

        assert list(self.folder.iterdir()) == []


class TestLocalPlace(PlaceConformance):
    @pytest.fixture
    def places(self, tmp_path: Path) -> LocalPlaces:
        return LocalPlaces(tmp_path)

    @pytest.fixture
    def place(self, places: LocalPlaces) -> LocalPlace:
        return places.at("one")

    @pytest.fixture
    def other(self, places: LocalPlaces) -> LocalPlace:
        return places.at("other")

    def test_places_with_something_in_them_are_listed(self, places: LocalPlaces, place: LocalPlace, other: LocalPlace):
        assert list(places.ids()) == []
        for each in (other, place):
            each.keep("part-00000.parquet", CONTENT)

        assert list(places.ids()) == ["one", "other"]
