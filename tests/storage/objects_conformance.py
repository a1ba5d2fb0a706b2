"""What every store of objects must do. A store's own test derives the classes and gives them the fixtures they name.

`objects`: parts of one dataset, empty. `place`, `other`: two places of one store, empty.
"""

from __future__ import annotations

import time

import pytest

from parquay.errors import Damaged
from parquay.storage import seal
from parquay.storage.objects import Objects, Stored
from parquay.storage.place import LAST_CHECKPOINT, Place, checkpoint_name, entry_name

CONTENT = bytes(range(256)) * 40


def named(name: str, content: bytes = CONTENT) -> str:
    return seal.sealed(name, seal.crc_of(content))


def entry(place: Place, version: int, content: bytes = b"{}\n") -> None:
    """Put an entry into the log, as Delta's library does."""
    place.log.put(entry_name(version), content)


CLOCKS_APART = 2.0
"""Seconds by which a store's clock, and the whole seconds that it tells, may differ from the clock of this machine."""


def are_alike(one: Stored | None, other: Stored | None) -> bool:
    """Whether two answers are about the same object; who put it may tell the time by another clock than the store."""
    assert one is not None
    assert other is not None
    return (one.key, one.size) == (other.key, other.size) and abs(one.modified - other.modified) <= CLOCKS_APART


class ObjectsConformance:
    """Objects: put, read, listed, damaged, deleted."""

    def test_an_object_is_what_was_put(self, objects: Objects):
        before = time.time() - 2

        stored = objects.put(named("a.parquet"), memoryview(CONTENT))

        assert (stored.key, stored.size) == (named("a.parquet"), len(CONTENT))
        assert before < stored.modified < time.time() + 2
        assert objects.read(stored.key) == CONTENT
        assert are_alike(objects.stat(stored.key), stored)
        (listed,) = objects.list()
        assert are_alike(listed, stored)

    def test_what_put_returns_is_what_is_listed_and_looked_up(self, objects: Objects):
        put = {key: objects.put(key, CONTENT) for key in (named(f"{number}.parquet") for number in range(30))}

        assert all(are_alike(objects.stat(key), stored) for key, stored in put.items())
        listed = {each.key: each for each in objects.list()}
        assert listed.keys() == put.keys()
        assert all(are_alike(listed[key], stored) for key, stored in put.items())

    def test_a_draft_becomes_an_object_and_is_no_draft_any_more(self, objects: Objects):
        draft = objects.draft("a.parquet")
        draft.write_bytes(CONTENT)
        assert list(objects.list()) == []

        objects.put(named("a.parquet"), draft)

        assert objects.read(named("a.parquet")) == CONTENT
        assert not draft.exists()
        assert list(objects.drafts()) == []

    def test_a_view_of_signed_bytes_is_put_as_any_other(self, objects: Objects):
        objects.put(named("a.parquet"), memoryview(CONTENT).cast("b"))

        assert objects.read(named("a.parquet")) == CONTENT

    def test_ranges_of_an_object_are_read(self, objects: Objects):
        objects.put(named("a.parquet"), CONTENT)

        with objects.open(named("a.parquet")) as opened:
            opened.seek(-6, 2)
            tail = opened.read(4)
            opened.seek(3)
            head = opened.read(5)

        assert (head, tail) == (CONTENT[3:8], CONTENT[-6:-2])

    def test_an_open_object_stays_readable_when_it_is_deleted(self, objects: Objects):
        objects.put(named("a.parquet"), CONTENT)

        with objects.open(named("a.parquet")) as opened:
            objects.delete([named("a.parquet")])

            assert opened.read() == CONTENT

    def test_fetched_files_have_the_bytes_of_the_objects_in_the_order_of_the_keys(self, objects: Objects):
        keys: list[str] = []
        for number in range(3):
            content = bytes([number]) * 100
            keys.insert(0, objects.put(named(f"{number}.parquet", content), content).key)

        with objects.fetch(keys) as paths:
            assert [path.read_bytes()[:1] for path in paths] == [b"\2", b"\1", b"\0"]
            assert [path.name for path in paths] == keys
        with objects.fetch([]) as paths:
            assert paths == []

    def test_what_is_not_there_is_told_in_each_way(self, objects: Objects):
        assert objects.stat("none.parquet") is None
        assert list(objects.list()) == []
        objects.delete(["none.parquet"])
        with pytest.raises(FileNotFoundError):
            objects.read("none.parquet")
        with pytest.raises(FileNotFoundError), objects.open("none.parquet"):
            pass
        with pytest.raises(FileNotFoundError):
            objects.sync(["none.parquet"])
        with pytest.raises(Damaged) as caught, objects.fetch(["none.parquet"]):
            pass
        assert caught.value.code == "part_missing"
        for reread in (True, False):
            fault = objects.fault("none.parquet", 5, reread=reread)
            assert fault is not None
            assert fault.code == "part_missing"

    def test_deleted_objects_are_gone_and_others_stay(self, objects: Objects):
        keys = [objects.put(named(f"{number}.parquet"), CONTENT).key for number in range(3)]

        objects.delete([*keys[:2], keys[0], "none.parquet"])

        assert [each.key for each in objects.list()] == keys[2:]

    def test_an_object_of_another_size_is_a_fault_seen_without_reading(self, objects: Objects):
        key = objects.put(named("a.parquet"), CONTENT).key

        fault = objects.fault(key, len(CONTENT) + 1, reread=False)

        assert fault is not None
        assert fault.code == "part_damaged"
        assert objects.fault(key, len(CONTENT), reread=False) is None
        assert objects.fault(key, len(CONTENT)) is None

    def test_an_object_whose_bytes_do_not_fit_its_name_is_damaged(self, objects: Objects):
        key = objects.put(named("a.parquet"), CONTENT).key
        self.damage(objects, key, CONTENT[:-1] + b"?")

        fault = objects.fault(key)

        assert fault is not None
        assert fault.code == "part_damaged"
        with pytest.raises(Damaged) as caught, objects.fetch([key]):
            pass
        assert caught.value.code == "part_damaged"

    def test_an_object_without_a_seal_is_taken_as_it_is(self, objects: Objects):
        objects.put("old.parquet", CONTENT)

        with objects.fetch(["old.parquet"]) as (path,):
            assert path.read_bytes() == CONTENT

    def test_drafts_are_discarded_by_their_age_and_never_listed(self, objects: Objects):
        for name in ("a.parquet", "b.parquet"):
            objects.draft(name).write_bytes(b"half")

        assert list(objects.list()) == []
        assert set(objects.drafts()) == {objects.draft("a.parquet"), objects.draft("b.parquet")}
        assert objects.discard(objects.drafts(), time.time() - 60) == 0
        assert objects.discard(objects.drafts(), time.time() + 60) == 2
        assert objects.discard([objects.draft("a.parquet")]) == 1
        assert not objects.draft("a.parquet").exists()

    def test_each_draft_is_a_file_of_its_own(self, objects: Objects):
        assert objects.draft("a.parquet") != objects.draft("b.parquet")
        assert objects.draft("a.parquet").parent.is_dir()

    def test_what_is_put_survives_a_sync_of_it(self, objects: Objects):
        key = objects.put(named("a.parquet"), CONTENT).key

        objects.sync([key])

        assert objects.read(key) == CONTENT

    def test_room_for_nothing_more_is_there(self, objects: Objects):
        objects.draft("a.parquet")
        objects.refuse_full()

    def damage(self, objects: Objects, key: str, content: bytes) -> None:
        """Put other bytes under a key behind the store's back."""
        raise NotImplementedError


class PlaceConformance:
    """A place: its parts and its log."""

    def test_nothing_is_where_nothing_was_put(self, place: Place):
        assert not place.exists()
        assert (place.newest(), place.checkpointed(), place.entry(0)) == (-1, -1, None)
        assert list(place.parts.list()) == []
        place.erase()

    def test_a_kept_part_has_its_checksum_in_its_name(self, place: Place):
        draft = place.parts.draft("part-00000.parquet")
        draft.write_bytes(CONTENT)

        one = place.keep("part-00000.parquet", draft)
        other = place.keep("part-00001.parquet", memoryview(b"other"))

        assert one.key == named("part-00000.parquet")
        assert {each.key for each in place.parts.list()} == {one.key, other.key}
        assert place.exists()
        with place.parts.fetch([one.key, other.key]) as paths:
            assert [path.read_bytes() for path in paths] == [CONTENT, b"other"]

    def test_the_newest_version_is_found_with_and_without_knowing_an_older_one(self, place: Place):
        for version in range(3):
            entry(place, version, b'{"add":{}}\n')
        place.log.sync([entry_name(2)])

        assert [place.newest(known) for known in (-1, 0, 1, 2)] == [2, 2, 2, 2]
        assert place.entry(1) == b'{"add":{}}\n'
        assert place.entry(3) is None

    def test_a_gap_before_the_last_checkpoint_hides_no_version(self, place: Place):
        for version in range(6):
            entry(place, version)
        place.log.put(checkpoint_name(4), b"state")
        place.log.put(LAST_CHECKPOINT, b'{"version":4,"size":1}')
        place.log.delete([entry_name(2), entry_name(3)])

        assert place.checkpointed() == 4
        assert [place.newest(known) for known in (-1, 1, 4)] == [5, 5, 5]

    def test_parts_and_log_do_not_see_each_other(self, place: Place):
        entry(place, 0)
        place.log.put(checkpoint_name(0), b"state")
        place.keep("part-00000.parquet", CONTENT)

        assert [each.key for each in place.parts.list()] == [named("part-00000.parquet")]
        assert {each.key for each in place.log.list()} == {entry_name(0), checkpoint_name(0)}

    def test_a_reset_log_is_empty_and_the_parts_stay(self, place: Place):
        entry(place, 0)
        place.keep("part-00000.parquet", CONTENT)

        place.reset_log()

        assert place.newest() == -1
        assert len(list(place.parts.list())) == 1

    def test_an_erased_place_is_empty_and_others_are_not(self, place: Place, other: Place):
        for each in (place, other):
            entry(each, 0)
            each.keep("part-00000.parquet", CONTENT)

        place.erase()

        assert not place.exists()
        assert (place.newest(), other.newest()) == (-1, 0)
        assert len(list(other.parts.list())) == 1
