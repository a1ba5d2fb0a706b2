from __future__ import annotations

import io
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pyarrow.parquet as pq
import pytest

from made_tables import paths_of
from parquay.catalog.tables import now
from parquay.datasets.export.formats import copied_parts
from parquay.datasets.query.engine import CancelToken
from parquay.datasets.versions.commits import Commits
from parquay.datasets.versions.retention import Retention, unneeded
from parquay.datasets.versions.tables import Tables
from parquay.errors import Gone, NotFound

LATER = timedelta(hours=2)
SOON = timedelta(seconds=5)
FEW = "n,word\n1,a\n2,b\n3,c\n"


@pytest.fixture
def retention_of(house):
    def make(keep: int) -> Retention:
        return Retention(house.files, house.datasets, house.tables, house.commits, keep=keep)

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


def test_what_the_owner_made_is_not_pushed_out_by_what_others_make(house, retention_of):
    file = house.convert(FEW)  # version 0, the owner's
    for number in range(3):  # 1 to 3
        house.edit(file, updates={0: {"n": number + 10}})
    for number in range(9):  # 4 to 12
        house.edit(file, by="somebody else", updates={1: {"n": number + 10}})

    retention_of(2).sweep(now() + LATER)

    def kept() -> list[int]:
        return [each.version for each in reversed(house.datasets.history(file.id)) if each.expired_at is None]

    assert kept() == [2, 3, 11, 12]
    house.edit(file, updates={0: {"n": 1}})  # 13: the owner's own pushes the owner's
    retention_of(2).sweep(now() + LATER)
    assert kept() == [3, 12, 13]


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

    from parquay.datasets.versions.tables import Tables

    anew = Tables(house.places, house.datasets)
    assert anew.snapshot(file) == house.tables.snapshot(file)
    assert house.rows(file) == newest
    house.edit(file, updates={0: {"n": 1}})
    assert anew.snapshot(file).version == 46


# -------------------------------------------------------------------- exports beside edits and the deletion


@pytest.fixture
def eager(house) -> Retention:
    """Keeps one version, and deletes what is given up at once: the hour in which nobody is surprised is gone."""
    return Retention(house.files, house.datasets, house.tables, house.commits, keep=1, grace=timedelta(0))


def test_a_version_that_went_before_it_was_held_is_told_before_anything_is_read(house, eager):
    file = house.convert(FEW)
    opened = house.tables.snapshot(file)
    house.edit(file, updates={0: {"n": 9}})

    eager.sweep(now() + SOON)

    with pytest.raises(Gone) as refused, house.tables.hold(opened):
        raise AssertionError
    assert refused.value.code == "version_gone"
    with house.tables.hold(house.tables.snapshot(file)):
        pass


def test_who_wants_to_hold_a_version_that_is_being_deleted_waits_and_is_told(house, eager, monkeypatch):
    file = house.convert(FEW)
    opened = house.tables.snapshot(file)
    house.edit(file, updates={0: {"n": 9}})
    deleting, go, told = threading.Event(), threading.Event(), []

    def slowly(*given):
        deleting.set()
        assert go.wait(20)
        return unneeded(*given)

    def hold() -> None:
        try:
            with house.tables.hold(opened):
                told.append("held")
        except Gone:
            told.append("gone")

    monkeypatch.setattr("parquay.datasets.versions.retention.unneeded", slowly)
    sweeping, holding = threading.Thread(target=eager.sweep, args=(now() + SOON,)), threading.Thread(target=hold)
    sweeping.start()
    assert deleting.wait(20)
    holding.start()
    holding.join(0.2)
    told_meanwhile = list(told)
    go.set()
    sweeping.join(20)
    holding.join(20)

    assert (told_meanwhile, told) == ([], ["gone"])


def test_a_version_that_a_killed_process_held_is_deleted_at_once_and_that_of_a_living_one_is_not(house, eager):
    file = house.convert(FEW)
    opened = house.tables.snapshot(file)
    house.edit(file, updates={0: {"n": 9}})
    script = (
        "import sys, time; from parquay.catalog.leases import Leases; from parquay.catalog.session import Catalog\n"
        "from parquay.datasets.versions.locks import TableLocks\n"
        "with TableLocks(Leases(Catalog(sys.argv[1]))).reading(sys.argv[2], 0):\n"
        "    print('held', flush=True); time.sleep(100)"
    )
    command = [sys.executable, "-c", script, house.catalog.url, file.id]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={"PYTHONPATH": "backend"}) as reader:
        assert reader.stdout is not None
        assert reader.stdout.readline() == b"held\n"
        eager.sweep(now() + SOON)
        kept = paths_of(opened)[0].is_file()
        reader.kill()

    eager.sweep(now() + SOON)

    assert (kept, paths_of(opened)[0].is_file()) == (True, False)


def test_every_export_beside_edits_and_deletion_is_a_whole_version(house, eager):
    file = house.convert("editor,number\n" + "".join(f"{i},0\n" for i in range(4)), segment_bytes=20)
    done, exports = threading.Event(), []

    def edit() -> None:
        for number in range(1, 60):
            house.edit(file, updates={number % 4: {"number": number}})
        done.set()

    def sweep() -> None:
        while not done.is_set():
            eager.sweep(now() + SOON)

    def export() -> None:
        while not done.is_set():
            opened = house.tables.snapshot(file)
            try:
                with house.tables.hold(opened):
                    exports.append((opened.version, b"".join(copied_parts(opened, CancelToken()))))
            except Gone:
                assert house.tables.snapshot(file).version > opened.version

    with ThreadPoolExecutor(3) as pool:
        for work in [pool.submit(each) for each in (edit, sweep, export)]:
            work.result(60)

    assert len(exports) > 5
    for version, content in exports:
        numbers = pq.read_table(io.BytesIO(content))["number"].to_pylist()
        assert len(numbers) == 4
        assert max(numbers) == version


def test_a_version_that_was_given_up_while_it_was_opened_is_the_next_one_and_no_damage(house, eager, monkeypatch):
    file = house.convert("editor,number\n0,0\n1,0\n")
    listed = house.tables.listed
    calls = []

    def given_up_meanwhile(file, version=None):
        found = listed(file, version)
        calls.append(found.version)
        if len(calls) == 1:
            house.edit(file, updates={0: {"number": 7}})
            assert eager.sweep(now() + SOON) > 0
        return found

    monkeypatch.setattr(house.tables, "listed", given_up_meanwhile)

    assert house.tables.snapshot(file).version == 1
    assert calls[-1] == 1


@pytest.mark.parametrize("spoilt", [b"no json\n", b"[]\n", b"\xff\n", b'{"commitInfo": 7}\n'])
def test_a_table_with_a_broken_log_keeps_no_other_from_being_tidied(house, retention_of, spoilt):
    files = [edited(house, 3) for _ in range(3)]
    for at in (0, 1, 2, 3):
        (house.parquet / files[1].id / "_delta_log" / f"{at:020}.json").write_bytes(spoilt)
    house.tables = Tables(house.places, house.datasets)
    house.commits = Commits(house.tables, house.datasets)

    retention = retention_of(1)
    deleted = retention.sweep(now() + LATER, every=True)

    assert deleted == 6
    assert retention.reconcile() == 0
    assert [len(list((house.parquet / file.id).glob("*.parquet"))) for file in files] == [1, 4, 1]
