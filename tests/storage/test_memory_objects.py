"""Objects and places in memory."""

from __future__ import annotations

from pathlib import Path

import pytest

from parquay.errors import StorageFull
from parquay.storage.objects import Objects
from storage.memory.objects import MemoryObjects
from storage.memory.place import MemoryPlace, MemoryPlaces
from storage.objects_conformance import CONTENT, ObjectsConformance, PlaceConformance, named


class TestMemoryObjects(ObjectsConformance):
    @pytest.fixture
    def objects(self, tmp_path: Path) -> MemoryObjects:
        return MemoryObjects(tmp_path)

    def damage(self, objects: Objects, key: str, content: bytes) -> None:
        assert isinstance(objects, MemoryObjects)
        objects.damage(key, content)

    def test_what_is_fetched_is_a_copy_that_goes(self, objects: MemoryObjects):
        key = objects.put(named("a.parquet"), CONTENT).key

        with objects.fetch([key]) as (path,), objects.fetch([key]) as (again,):
            assert path != again
        assert not path.exists()
        assert list(objects.folder.iterdir()) == []

    def test_a_full_store_takes_nothing_more(self, tmp_path: Path):
        objects = MemoryObjects(tmp_path, capacity=len(CONTENT) + 10)
        objects.put(named("a.parquet"), CONTENT)

        with pytest.raises(StorageFull):
            objects.put("b.parquet", bytes(11))
        objects.put("b.parquet", bytes(10))

        assert {each.key for each in objects.list()} == {named("a.parquet"), "b.parquet"}


class TestMemoryPlace(PlaceConformance):
    @pytest.fixture
    def places(self, tmp_path: Path) -> MemoryPlaces:
        return MemoryPlaces(tmp_path)

    @pytest.fixture
    def place(self, places: MemoryPlaces) -> MemoryPlace:
        return places.at("one")

    @pytest.fixture
    def other(self, places: MemoryPlaces) -> MemoryPlace:
        return places.at("other")

    def test_places_with_something_in_them_are_listed(self, places: MemoryPlaces, place: MemoryPlace):
        assert list(places.ids()) == []
        place.keep("part-00000.parquet", CONTENT)

        assert list(places.ids()) == ["one"]
