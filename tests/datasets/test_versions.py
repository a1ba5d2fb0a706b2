from __future__ import annotations

import hashlib

import pyarrow.parquet as pq
import pytest

from made_tables import paths_of
from parquay.datasets.versions.commits import Author
from parquay.datasets.versions.differences import ChangedRow, VersionDifference, WholeRow
from parquay.errors import NotFound

ANN = Author("ann", "because")
FEW = "n,word\n1,a\n2,b\n3,c\n"


def digest_of(house, file, version: int | None = None) -> str:
    """A hash of every row with its id."""
    return hashlib.sha256(repr(house.rows(file, version)).encode()).hexdigest()


def test_a_restored_version_has_the_same_content(house):
    file = house.convert("n,word\n" + "".join(f"{i},w{i}\n" for i in range(5000)))
    digests = [digest_of(house, file)]
    house.edit(file, deletes=frozenset(range(0, 5000, 3)))
    digests.append(digest_of(house, file))
    house.edit(file, inserts=[{"n": 1}], updates={1: {"word": None}})
    digests.append(digest_of(house, file))

    for version in (0, 1, 2, 0):
        house.versions.restore(file, ANN, version)
        assert digest_of(house, file) == digests[version]

    assert [digest_of(house, file, version) for version in range(3)] == digests
    assert house.tables.snapshot(file).version == 6


def test_the_newest_version_restored_is_a_version_of_its_own(house):
    file = house.convert(FEW)

    for expected in (1, 2, 3):
        house.versions.restore(file, ANN, expected - 1)
        assert house.tables.snapshot(file).version == expected
    house.edit(file, deletes=frozenset({0}))

    assert [digest_of(house, file, version) for version in (1, 2, 3)] == [digest_of(house, file, 0)] * 3
    newest = house.datasets.history(file.id)[1]
    assert (newest.kind, newest.inserted, newest.updated, newest.deleted) == ("restore", 0, 0, 0)


def test_a_restore_brings_columns_and_types_back(house):
    file, more = house.convert("a\n1\n"), house.convert("a,b\nx,y\n")
    house.appending.append(file, ANN, more)

    house.versions.restore(house.file(file.id), ANN, 0)

    assert house.rows(house.file(file.id)) == [(0, 1)]
    assert [each["name"] for each in house.file(file.id).columns] == ["a"]


def test_the_history_says_who_did_what(house):
    file = house.convert(FEW)
    house.edit(file, by="bob", deletes=frozenset({0, 1}))

    house.versions.restore(file, ANN, 0)

    told = [
        (each.version, each.kind, each.author, each.message, each.rows, each.inserted, each.updated, each.deleted)
        for each in house.datasets.history(file.id)
    ]
    assert told == [
        (2, "restore", "ann", "because", 3, 2, 0, 0),
        (1, "edit", "bob", None, 1, 0, 0, 2),
        (0, "create", "u", None, 3, 3, 0, 0),
    ]


def test_a_difference_counts_rows_by_id(house):
    file = house.convert(FEW)
    house.edit(file, updates={0: {"n": 9}, 1: {"n": 2}}, deletes=frozenset({2}), inserts=[{"n": 4}, {"n": 5}])

    assert house.versions.difference(file, 0, 1) == VersionDifference(added=2, removed=1, changed=1)
    assert house.versions.difference(file, 1, 0) == VersionDifference(added=1, removed=2, changed=1)
    assert house.versions.difference(file, 1, 1) == VersionDifference(0, 0, 0)


def test_rows_that_differ_are_told_with_the_cells_that_do(house):
    file = house.convert(FEW)
    house.edit(file, updates={0: {"n": 9}, 1: {"word": None}}, deletes=frozenset({2}), inserts=[{"n": 4}, {"n": 5}])

    found = house.versions.rows_apart(file, 0, 1, 10)
    turned = house.versions.rows_apart(file, 1, 0, 1)

    assert found.changed == (ChangedRow(0, {"n": "1"}, {"n": "9"}), ChangedRow(1, {"word": "b"}, {"word": None}))
    assert found.added == (WholeRow(3, {"n": "4", "word": None}), WholeRow(4, {"n": "5", "word": None}))
    assert found.removed == (WholeRow(2, {"n": "3", "word": "c"}),)
    assert (turned.changed, turned.added) == ((ChangedRow(0, {"n": "9"}, {"n": "1"}),), found.removed)
    assert turned.removed == found.added[:1]


def test_a_column_that_is_gone_stands_on_one_side(house):
    file = house.convert("a,b\n1,x\n2,\n")
    house.columns.drop(file, ANN, "b")

    found = house.versions.rows_apart(house.file(file.id), 0, 1, 10)

    assert (found.changed, found.added, found.removed) == ((ChangedRow(0, {"b": "x"}, {}),), (), ())


def test_a_wider_column_alone_changes_no_row(house):
    file, more = house.convert("a,t\n1,12:00:00\n2,\n"), house.convert("a,t,new\n2.5,12:30:00,x\n")

    house.appending.append(file, ANN, more)

    assert house.versions.difference(house.file(file.id), 0, 1) == VersionDifference(added=1, removed=0, changed=0)


@pytest.mark.parametrize("version", [1, 7])
def test_an_unknown_version_cannot_be_restored(house, version: int):
    file = house.convert(FEW)

    with pytest.raises(NotFound) as refused:
        house.versions.restore(file, ANN, version)

    assert refused.value.code == "unknown_version"
    assert [each.version for each in house.datasets.history(file.id)] == [0]


def test_parts_hold_the_columns_of_the_user_and_nothing_else(house):
    file = house.convert(FEW)
    house.edit(file, updates={0: {"n": 5}}, inserts=[{"n": 6}])

    assert [pq.read_schema(path).names for path in paths_of(house.tables.snapshot(file))] == [["n", "word"]]
