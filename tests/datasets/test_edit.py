from __future__ import annotations

import os
from datetime import timedelta

import pytest
from deltalake import DeltaTable

from parquay.catalog.tables import now
from parquay.datasets.edit.edit import Editor
from parquay.datasets.versions.commits import Author, Commits
from parquay.datasets.versions.retention import Retention
from parquay.datasets.versions.tables import Tables
from parquay.errors import InvalidValue, NotFound, Outdated

FEW = "n,word\n1,a\n2,b\n3,c\n"


def lines(count: int) -> str:
    return "n,word\n" + "".join(f"{i},word{i % 7}\n" for i in range(count))


def test_an_update_keeps_the_row_in_its_place(house):
    file = house.convert(FEW)

    edited = house.edit(file, updates={1: {"word": "B"}})

    assert house.rows(file) == [(0, 1, "a"), (1, 2, "B"), (2, 3, "c")]
    assert house.rows(file, 0) == [(0, 1, "a"), (1, 2, "b"), (2, 3, "c")]
    assert edited.updated == [{"_rid": 1, "n": 2, "word": "B"}]
    assert edited.snapshot.version == 1


def test_a_deleted_rows_id_is_never_given_again(house):
    file = house.convert(FEW)

    house.edit(file, deletes=frozenset({2}))
    edited = house.edit(file, inserts=[{"n": 4}])

    assert house.rows(file) == [(0, 1, "a"), (1, 2, "b"), (3, 4, None)]
    assert edited.inserted == [{"_rid": 3, "n": 4, "word": None}]


def test_a_table_survives_the_loss_of_its_last_row(house):
    file = house.convert(FEW)

    house.edit(file, deletes=frozenset({0, 1, 2}))
    assert house.rows(file) == []
    house.edit(file, inserts=[{"n": 9, "word": "z"}])

    assert house.rows(file) == [(3, 9, "z")]


def test_a_batch_is_one_version_and_one_commit(house):
    file = house.convert(FEW)

    house.edit(file, inserts=[{"n": 4}, {"n": 5}], updates={0: {"n": 10}}, deletes=frozenset({1}))

    assert house.rows(file) == [(0, 10, "a"), (2, 3, "c"), (3, 4, None), (4, 5, None)]
    history = house.datasets.history(file.id)
    assert [(v.version, v.kind, v.inserted, v.updated, v.deleted, v.rows) for v in history] == [
        (1, "edit", 2, 1, 1, 4),
        (0, "create", 3, 0, 0, 3),
    ]
    assert DeltaTable(house.parquet / file.id).to_pyarrow_table()["n"].to_pylist() == [10, 3, 4, 5]


def test_an_edit_in_many_parts_and_groups_touches_what_it_must(house):
    file = house.convert(lines(300_000), segment_bytes=1 << 19)
    before = house.tables.snapshot(file)
    wanted = {rid: {"word": f"new{rid}"} for rid in (0, 122_900, 150_000, 299_999)}

    house.edit(file, updates=wanted, deletes=frozenset(range(10, 200_000, 37)))

    rows = house.rows(file)
    gone = set(range(10, 200_000, 37))
    expected = [(i, i, f"new{i}" if i in wanted else f"word{i % 7}") for i in range(300_000) if i not in gone]
    assert rows == expected
    assert house.rows(file, 0) == [(i, i, f"word{i % 7}") for i in range(300_000)]
    assert len(before.parts) == len(house.tables.snapshot(file).parts)


def test_a_snapshot_read_anew_is_the_one_that_was_computed(house):
    file = house.convert(lines(1000))
    for rid in (3, 500, 999):
        house.edit(file, updates={rid: {"n": -1}}, deletes=frozenset({rid + 1 if rid < 999 else 0}), inserts=[{"n": 7}])
    computed = house.tables.snapshot(file)

    from parquay.datasets.versions.tables import Tables

    assert Tables(house.places, house.datasets).snapshot(house.file(file.id)) == computed


def test_an_editor_hears_that_their_row_has_changed(house):
    file = house.convert(FEW)
    house.edit(file, updates={0: {"word": "first"}})

    with pytest.raises(Outdated) as refused:
        house.edit(file, updates={0: {"word": "second"}}, expected=0)

    assert refused.value.code == "row_changed"
    assert refused.value.more == {"version": 1, "current": {"_rid": 0, "n": 1, "word": "first"}}
    assert house.tables.snapshot(file).version == 1


def test_two_editors_of_different_rows_of_one_part_both_succeed(house):
    file = house.convert(FEW)

    house.edit(file, updates={0: {"word": "first"}}, expected=0)
    house.edit(file, updates={1: {"word": "second"}}, expected=0)

    assert house.rows(file) == [(0, 1, "first"), (1, 2, "second"), (2, 3, "c")]


def test_an_editor_hears_that_their_row_is_gone(house):
    file = house.convert(FEW)
    house.edit(file, deletes=frozenset({1}))

    with pytest.raises(Outdated) as refused:
        house.edit(file, updates={1: {"word": "x"}}, expected=0)
    assert refused.value.more == {"version": 1, "current": None}

    with pytest.raises(NotFound) as unknown:
        house.edit(file, updates={1: {"word": "x"}})
    assert unknown.value.code == "unknown_row"


@pytest.mark.parametrize(
    ("batch", "code"),
    [
        ({"updates": {0: {"n": "many"}}}, "bad_cell"),
        ({"updates": {0: {"nn": 1}}}, "unknown_column"),
        ({"inserts": [{"n": 1}, {"_rid": 7}]}, "reserved_column"),
        ({"updates": {0: {"n": 1}}, "deletes": frozenset({0})}, "repeated_row"),
    ],
)
def test_a_bad_edit_is_refused_by_name_and_changes_nothing(house, batch: dict[str, object], code: str):
    file = house.convert(FEW)
    before = {path.name for path in (house.parquet / file.id).rglob("*")}

    with pytest.raises(InvalidValue) as refused:
        house.edit(file, **batch)

    assert refused.value.code == code
    house.tables.snapshot(file)
    after = {path.name for path in (house.parquet / file.id).rglob("*")}
    assert after - before <= {"_delta_log", "00000000000000000000.json"}


def assert_refused(house, file, expected: int, current: dict[str, object] | None, rid: int = 0) -> None:
    for batch in ({"updates": {rid: {"word": "mine"}}}, {"deletes": frozenset({rid})}):
        before = house.tables.snapshot(house.file(file.id)).version
        with pytest.raises(Outdated) as refused:
            house.edit(house.file(file.id), expected=expected, **batch)
        assert refused.value.code == "row_changed"
        assert refused.value.more == {"version": before, "current": current}


def test_a_row_that_has_changed_is_neither_changed_nor_deleted_whatever_came_since(house):
    file, more = house.convert(FEW), house.convert("n,word\n9,z\n")
    house.edit(file, updates={0: {"word": "theirs"}})
    theirs = {"_rid": 0, "n": 1, "word": "theirs"}
    assert_refused(house, file, 0, theirs)

    house.appending.append(house.file(file.id), Author("u"), more)
    house.versions.restore(house.file(file.id), Author("u"), 1)
    assert_refused(house, file, 0, theirs)

    for number in range(25):  # past a checkpoint of the log
        house.edit(house.file(file.id), updates={2: {"n": number}})
    house.datasets.expire(file.id, 1)
    assert_refused(house, file, 0, theirs)
    assert_refused(house, file, 999, theirs)


def test_a_row_that_is_as_it_was_can_be_changed_whatever_came_since(house):
    file, wider = house.convert(FEW), house.convert("n,word,more\nx,z,1\n")
    house.edit(file, updates={0: {"word": "theirs"}})
    house.versions.restore(house.file(file.id), Author("u"), 0)
    house.appending.append(house.file(file.id), Author("u"), wider)
    house.datasets.expire(file.id, 1)

    house.edit(house.file(file.id), updates={0: {"word": "mine"}}, expected=0)
    house.edit(house.file(file.id), deletes=frozenset({1}), expected=0)

    assert house.rows(house.file(file.id))[:2] == [(0, "1", "mine", None), (2, "3", "c", None)]


def test_a_row_of_a_version_whose_parts_are_gone_cannot_be_compared(house):
    file = house.convert(FEW)
    for word in ("theirs", "ours"):
        house.edit(house.file(file.id), updates={1: {"word": word}})
    retention = Retention(house.files, house.datasets, house.tables, house.commits, keep=1)
    for path in (house.parquet / file.id).glob("*.parquet"):
        os.utime(path, (0, 0))
    assert retention.sweep(now() + timedelta(hours=2)) == 2
    assert_refused(house, file, 0, {"_rid": 0, "n": 1, "word": "a"})

    house.tables = Tables(house.places, house.datasets)
    house.editor = Editor(house.tables, Commits(house.tables, house.datasets))
    for version in (0, 1):
        assert_refused(house, file, version, {"_rid": 0, "n": 1, "word": "a"})


def test_a_row_in_a_part_that_nobody_touched_is_as_it_was_in_any_version(house):
    file, more = house.convert(FEW), house.convert("n,word\n9,z\n8,y\n")
    house.appending.append(file, Author("u"), more)
    for word in ("theirs", "ours"):
        house.edit(house.file(file.id), updates={0: {"word": word}})
    retention = Retention(house.files, house.datasets, house.tables, house.commits, keep=1)
    for path in (house.parquet / file.id).glob("*.parquet"):
        os.utime(path, (0, 0))
    assert retention.sweep(now() + timedelta(hours=2)) == 2

    house.edit(house.file(file.id), updates={4: {"word": "mine"}}, expected=1)

    assert house.rows(house.file(file.id))[-2:] == [(3, 9, "z"), (4, 8, "mine")]
    assert_refused(house, file, 1, {"_rid": 0, "n": 1, "word": "ours"})
