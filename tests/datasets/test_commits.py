"""Crashes between the steps of a commit, and several writers at once."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from deltalake import DeltaTable
from deltalake.exceptions import DeltaError
from sqlalchemy import delete
from sqlmodel import col

from made_tables import paths_of
from parquay.catalog.datasets import Datasets
from parquay.catalog.events import Events
from parquay.catalog.leases import HeldLease, Leases
from parquay.catalog.tables import Lease
from parquay.datasets.edit.edit import Batch, Editor
from parquay.datasets.versions import log
from parquay.datasets.versions.commits import Author, Commits
from parquay.datasets.versions.retention import Retention
from parquay.datasets.versions.tables import Tables
from parquay.errors import Busy, Conflict, NotFound, Unavailable

FEW = "n,word\n1,a\n2,b\n3,c\n"


class Crash(BaseException):
    """The process ends here."""


class CrashingDatasets(Datasets):
    """Ends the process where the catalog would be told."""

    def note(self, dataset_id, versions, **more):
        raise Crash


def test_a_commit_whose_crash_came_before_the_catalog_is_noted_later(house):
    file = house.convert(FEW)
    crashing = CrashingDatasets(house.catalog, Events(house.catalog), Leases(house.catalog))
    with pytest.raises(Crash):
        Editor(house.tables, Commits(house.tables, crashing)).edit(file, Author("ann"), Batch(deletes=frozenset({0})))
    assert [each.version for each in house.datasets.history(file.id)] == [0]
    assert house.file(file.id).row_count == 3

    found = Retention(house.files, house.datasets, house.tables, house.commits, keep=0).reconcile()

    assert found == 1
    newest = house.datasets.history(file.id)[0]
    assert (newest.version, newest.author, newest.deleted, newest.rows) == (1, "ann", 1, 2)
    assert (house.file(file.id).row_count, house.file(file.id).table_version) == (2, 1)


def test_a_crash_before_the_log_leaves_the_table_as_it_was(house, monkeypatch):
    file = house.convert(FEW)

    def crash(*_: object) -> None:
        raise Crash

    with monkeypatch.context() as patch:
        patch.setattr("parquay.datasets.versions.log.append", crash)
        with pytest.raises(Crash):
            house.edit(file, updates={0: {"n": 9}})

    assert house.rows(file) == [(0, 1, "a"), (1, 2, "b"), (2, 3, "c")]
    assert [path.name for path in (house.parquet / file.id).glob("version-*")] == []
    assert house.edit(file, updates={0: {"n": 9}}).snapshot.version == 1


@pytest.mark.parametrize("batch", [{"updates": {0: {"n": 9}}}, {"deletes": frozenset({0, 1, 2})}])
def test_what_delta_fails_to_do_behind_an_entry_does_not_unmake_the_version(house, monkeypatch, batch):
    file, append = house.convert(FEW), log.append

    def fail(*given: Any) -> None:
        append(*given)
        raise DeltaError("no checkpoint could be written")

    monkeypatch.setattr(log, "append", fail)
    made = house.edit(file, **batch)

    assert made.snapshot.version == 1
    assert house.rows(file) == ([(0, 9, "a"), (1, 2, "b"), (2, 3, "c")] if "updates" in batch else [])
    assert [each.version for each in house.datasets.history(file.id)] == [1, 0]


def test_parts_of_an_entry_that_could_not_be_synced_stay(house, monkeypatch):
    file = house.convert(FEW)

    def fail(*_: object) -> None:
        raise OSError(errno.EIO, "the disk fails")

    with monkeypatch.context() as patch:
        patch.setattr(log, "keep", fail)
        with pytest.raises(OSError, match="the disk fails"):
            house.edit(file, updates={0: {"n": 9}})

    anew = Tables(house.places, house.datasets)
    assert anew.faults(file) == []
    assert house.rows(file) == [(0, 9, "a"), (1, 2, "b"), (2, 3, "c")]
    assert house.edit(file, updates={0: {"n": 10}}).snapshot.version == 2


def test_a_conversion_that_crashed_after_publishing_publishes_once(house):
    file = house.convert(FEW)
    stale = house.parquet / file.id / "_delta_log" / f"{1:020}.json"
    stale.write_text("what an earlier attempt left")

    def unfinish(session):
        row = session.get(type(file), file.id)
        row.status, row.parquet_path, row.dataset_id, row.table_version = "processing", None, None, None

    house.catalog.write(unfinish)
    again = house.follow(file.id)

    assert (again.status, again.table_version) == ("done", 0)
    assert not stale.exists()
    assert DeltaTable(house.parquet / file.id).version() == 0
    assert [each.version for each in house.datasets.history(file.id)] == [0]
    assert house.rows(again) == [(0, 1, "a"), (1, 2, "b"), (2, 3, "c")]


def test_a_file_that_is_converted_again_is_read_again(house):
    file = house.convert(FEW)
    before = house.tables.snapshot(file)

    def again(session):
        row = session.get(type(file), file.id)
        row.status, row.parquet_path, row.dataset_id, row.table_version = "processing", None, None, None

    house.catalog.write(again)
    house.segments.reset(file.id, fence=lambda _session: True)
    anew = house.follow(file.id)

    assert house.tables.snapshot(anew).parts[0].name != before.parts[0].name
    assert house.rows(anew) == [(0, 1, "a"), (1, 2, "b"), (2, 3, "c")]


def test_a_log_that_is_gone_is_not_made_up(house):
    file = house.convert(FEW)
    house.edit(file, deletes=frozenset({0}))
    shutil.rmtree(house.parquet / file.id / "_delta_log")

    with pytest.raises(Unavailable) as refused:
        Tables(house.places, house.datasets).snapshot(house.file(file.id))

    assert refused.value.code == "log_missing"


def test_another_programs_commit_in_between_is_taken_into_account(house):
    file = house.convert(FEW)
    house.edit(file, updates={0: {"n": 5}})
    DeltaTable(house.parquet / file.id).restore(0)

    edited = house.edit(file, updates={1: {"n": 6}})

    assert edited.snapshot.version == 3
    assert house.rows(file) == [(0, 1, "a"), (1, 6, "b"), (2, 3, "c")]
    assert [each.kind for each in house.datasets.history(file.id)] == ["edit", "edit", "edit", "create"]


def test_rows_that_another_program_wrote_have_no_ids_and_that_is_said(house):
    file = house.convert(FEW)
    import pyarrow as pa
    from deltalake import write_deltalake

    foreign = pa.table({"n": pa.array([7], pa.int64()), "word": pa.array(["z"])})
    write_deltalake(str(house.parquet / file.id), foreign, mode="append")

    with pytest.raises(Conflict) as refused:
        house.tables.snapshot(file)

    assert refused.value.code == "foreign_rows"
    assert len(house.rows(file, 0)) == 3


def test_editors_in_many_threads_and_processes_lose_nothing(house):
    file = house.convert("editor,number\n" + "".join(f"{i},0\n" for i in range(4)))

    def work(editor: int) -> None:
        tables = Tables(house.places, house.datasets)  # as another process would have it
        commits = Commits(tables, house.datasets)
        for number in range(1, 11):
            Editor(tables, commits).edit(file, Author(f"e{editor}"), Batch(updates={editor: {"number": number}}))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(work, range(4)))

    assert house.rows(file) == [(i, i, 10) for i in range(4)]
    history = house.datasets.history(file.id)
    assert [each.version for each in history] == list(range(40, -1, -1))
    assert sorted(each.author for each in history if each.version) == sorted(
        f"e{i}" for i in range(4) for _ in range(10)
    )


def test_a_table_that_vanishes_meanwhile_is_not_found(house):
    file = house.convert(FEW)
    house.tables.snapshot(file)
    house.catalog.write(lambda session: session.delete(session.get(type(file), file.id)))

    with pytest.raises(NotFound):
        house.edit(file, deletes=frozenset({0}))


def test_publishing_sixteen_parts_takes_no_time(house, tmp_path):
    text = "a,b,c,d\n" + "".join(f"{i},word{i},{i}.25,2024-02-29\n" for i in range(20_000))
    file = house.convert(text, segment_bytes=40_000)
    place, names = house.places.at("other"), []
    (house.parquet / "other").mkdir()
    for number in range(16):
        names.append(f"part-{number:05d}-x.parquet")
        os.link(paths_of(house.tables.snapshot(file))[0], house.parquet / "other" / names[-1])

    from parquay.datasets.versions.create_table import publish

    publish(place, file.columns, names, "ann")
    started = time.perf_counter()
    publish(place, file.columns, names, "ann")

    assert time.perf_counter() - started < 4  # a twentieth of that on an idle machine
    assert len(DeltaTable(place.url).file_uris()) == 16


def test_the_next_writer_waits_for_none_that_was_killed_in_the_middle_of_an_edit(house):
    file = house.convert("n\n1\n2\n")
    script = (
        "import sys, time; from parquay.catalog.leases import Leases; from parquay.catalog.session import Catalog\n"
        "from parquay.datasets.versions.locks import TableLocks\n"
        "with TableLocks(Leases(Catalog(sys.argv[1]))).writing(sys.argv[2]):\n"
        "    print('writing', flush=True); time.sleep(100)"
    )
    command = [sys.executable, "-c", script, house.catalog.url, file.id]
    with subprocess.Popen(command, stdout=subprocess.PIPE, env={"PYTHONPATH": "backend"}) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"writing\n"
        edited = threading.Event()

        def edit() -> None:
            house.edit(file, updates={0: {"n": 9}})
            edited.set()

        editing = threading.Thread(target=edit)
        editing.start()
        was_kept_out = not edited.wait(0.2)
        writer.kill()

        assert edited.wait(20)  # a lease lasts a minute
    editing.join(20)
    assert was_kept_out
    assert house.rows(file) == [(0, 9), (1, 2)]


def test_a_writer_that_lost_its_lease_puts_no_entry_and_leaves_no_part(house):
    file = house.convert("n\n1\n2\n")
    parts = sorted(path.name for path in (house.parquet / file.id).glob("*.parquet"))
    ensure, locks = house.tables.locks.ensure, house.tables.locks

    def late(held: HeldLease) -> None:
        """Go on as a process that was paused, after somebody else has taken its lease."""
        house.catalog.write(lambda session: session.execute(delete(Lease).where(col(Lease.epoch) == held.epoch)))
        held.sure_until = 0.0
        ensure(held)

    locks.ensure = late
    with pytest.raises(Busy) as refused:
        house.edit(file, updates={0: {"n": 9}})
    del locks.ensure

    assert refused.value.code == "table_busy"
    assert house.rows(file) == [(0, 1), (1, 2)]
    assert sorted(path.name for path in (house.parquet / file.id).glob("*.parquet")) == parts
    assert house.edit(file, updates={0: {"n": 9}}).snapshot.version == 1
