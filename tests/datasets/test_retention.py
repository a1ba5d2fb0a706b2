from __future__ import annotations

import os
import time
from datetime import timedelta

import pytest

from parquay.catalog.files import Files
from parquay.catalog.tables import now
from parquay.datasets.retention import Retention
from parquay.errors import NotFound

LATER = timedelta(hours=2)
FEW = "n,word\n1,a\n2,b\n3,c\n"


@pytest.fixture
def retention_of(house):
    def make(keep: int) -> Retention:
        files = Files(house.catalog, None, None)
        return Retention(files, house.datasets, house.tables, house.commits, keep=keep)

    return make


def age(house, file) -> None:
    """Let every part be older than any grace."""
    for path in (house.parquet / file.id).glob("*.parquet"):
        os.utime(path, (time.time() - 7200,) * 2)


def edited(house, times: int):
    file = house.convert(FEW)
    for number in range(times):
        house.edit(file, updates={number % 3: {"n": number + 10}})
    age(house, file)
    return house.file(file.id)


def test_old_versions_are_given_up_and_their_parts_deleted(house, retention_of):
    file = edited(house, 6)
    kept = [house.rows(file, version) for version in (5, 6)]

    deleted = retention_of(2).sweep(now() + LATER)

    assert deleted == 5
    assert [house.rows(file, version) for version in (5, 6)] == kept
    for version in range(5):
        with pytest.raises(NotFound) as refused:
            house.tables.snapshot(file, version)
        assert refused.value.code == "version_expired"
    assert [each.expired_at is not None for each in house.datasets.history(file.id)] == [False] * 2 + [True] * 5
    assert len(list((house.parquet / file.id).glob("*.parquet"))) == 2


def test_a_pinned_version_stays(house, retention_of):
    file = edited(house, 6)
    house.versions.pin(file, 0, pinned=True)
    first = house.rows(file, 0)

    retention_of(2).sweep(now() + LATER)

    assert house.rows(file, 0) == first
    with pytest.raises(NotFound):
        house.versions.pin(file, 1, pinned=True)


def test_parts_wait_for_the_grace_and_for_whoever_holds_the_version(house, retention_of):
    file = edited(house, 6)
    with house.tables.hold(house.tables.snapshot(file, 0)):
        assert retention_of(2).sweep() == 0
        assert retention_of(2).sweep(now() + LATER) == 4
        assert (house.parquet / file.id / house.tables.parts(file, 0)[0].name).is_file()

    assert retention_of(2).sweep(now() + LATER) == 1


def test_everything_is_kept_when_the_setting_is_zero(house, retention_of):
    file = edited(house, 6)

    assert retention_of(0).sweep(now() + LATER) == 0
    assert house.rows(file, 0) == [(0, 1, "a"), (1, 2, "b"), (2, 3, "c")]


def test_what_a_crash_left_behind_goes_and_nothing_else(house, retention_of):
    file = edited(house, 2)
    directory = house.parquet / file.id
    for name in ("edit-00000003-dead.parquet", ".edit-00000003-dead.parquet.tmp"):
        (directory / name).write_bytes(b"half")
        os.utime(directory / name, (time.time() - 7200,) * 2)
    (directory / "edit-00000003-young.parquet").write_bytes(b"half")

    assert retention_of(0).sweep(every=True) == 2
    assert (directory / "edit-00000003-young.parquet").is_file()
    assert [len(house.rows(file, version)) for version in (0, 1, 2)] == [3, 3, 3]


def test_a_reader_in_another_process_sees_the_same_after_the_sweep(house, retention_of):
    file = edited(house, 45)
    newest = house.rows(file)

    retention_of(3).sweep(now() + LATER)

    from parquay.datasets.tables import Tables

    anew = Tables(house.parquet, house.datasets)
    assert anew.snapshot(file) == house.tables.snapshot(file)
    assert house.rows(file) == newest
    house.edit(file, updates={0: {"n": 1}})
    assert anew.snapshot(file).version == 46
