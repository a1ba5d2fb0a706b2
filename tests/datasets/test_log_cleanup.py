"""A Delta log without the entries that nobody needs: every kept version is read as before, by us and by others."""

from __future__ import annotations

import os
import threading
from datetime import timedelta
from pathlib import Path

import duckdb
import polars as pl
import pytest
from deltalake import DeltaTable

from parquay.catalog.tables import now
from parquay.datasets.versions.commits import Author
from parquay.datasets.versions.log_cleanup import needed, trim
from parquay.datasets.versions.retention import Retention
from parquay.datasets.versions.tables import Tables

FEW = "n,word\n1,a\n2,b\n3,c\n"
EDITS = 25
SOON = timedelta(seconds=5)


@pytest.fixture
def retention(house) -> Retention:
    """Keeps three versions, and deletes what is given up at once."""
    return Retention(house.files, house.datasets, house.tables, house.commits, keep=3, grace=timedelta(0))


@pytest.fixture
def edited(house):
    """A table with 26 versions: each changes a cell. Delta made a checkpoint at 19."""
    file = house.convert(FEW)
    for number in range(1, EDITS + 1):
        house.edit(file, updates={number % 3: {"n": number}})
    return house.file(file.id)


def entries(house, file) -> list[int]:
    return sorted(int(path.stem) for path in (house.parquet / file.id / "_delta_log").glob("[0-9]*.json"))


def outside(house, file, version: int | None = None) -> list[list[tuple[object, ...]]]:
    """The rows as other programs read them."""
    directory = house.parquet / file.id
    table = DeltaTable(directory, version=version)
    found = [
        pl.DataFrame(table.to_pyarrow_table()).rows(),
        pl.scan_delta(str(directory), version=version).collect().rows(),
        duckdb.read_parquet(table.file_uris()).fetchall(),
    ]
    return [sorted(rows, key=repr) for rows in found]


# --------------------------------------------------------------------------------------------- what is needed


@pytest.mark.parametrize(
    ("kept", "checkpoints", "entries", "states"),
    [
        ({0}, [], {0}, set()),
        ({2}, [], {0, 1, 2}, set()),
        ({45, 44, 43}, [20, 40], {0, 41, 42, 43, 44, 45}, {40}),
        ({45, 39}, [20, 40], {0, *range(21, 40), *range(41, 46)}, {20, 40}),
        ({45, 40}, [20, 40], {0, *range(40, 46)}, {40}),
        ({45, 0}, [20, 40], {0, *range(41, 46)}, {40}),
        ({45, 3}, [20, 40], {0, 1, 2, 3, *range(41, 46)}, {40}),
    ],
)
def test_a_version_needs_its_entry_and_all_back_to_a_checkpoint(kept, checkpoints, entries, states):
    assert needed(kept, checkpoints) == (entries, states)


# ------------------------------------------------------------------------------------------------ what goes


def test_entries_that_no_kept_version_needs_are_deleted(house, retention, edited):
    kept = {version: house.rows(edited, version) for version in (23, 24, 25)}

    retention.sweep(now() + SOON)

    assert entries(house, edited) == [0, *range(19, 26)]
    for version, rows in kept.items():
        plain = [cells for _, *cells in rows]
        assert house.rows(edited, version) == rows
        for found in outside(house, edited, version):
            assert [list(row) for row in found] == sorted(plain, key=lambda row: repr(tuple(row)))
    assert outside(house, edited) == outside(house, edited, 25)
    assert [each.version for each in house.datasets.history(edited.id)] == list(range(25, -1, -1))


@pytest.mark.parametrize(("pinned", "first"), [(7, range(8)), (19, [0])])
def test_what_a_pinned_version_needs_stays(house, retention, edited, pinned, first):
    house.versions.pin(edited, pinned, pinned=True)
    rows = house.rows(edited, pinned)

    retention.sweep(now() + SOON)

    assert entries(house, edited) == [*first, *range(19, 26)]
    anew = Tables(house.places, house.datasets)
    assert anew.snapshot(edited, pinned) == house.tables.snapshot(edited, pinned)
    assert house.rows(edited, pinned) == rows
    assert len({repr(found) for found in outside(house, edited, pinned)}) == 1
    house.versions.restore(edited, Author("ann"), pinned)
    assert house.rows(edited) == rows


def test_a_process_that_remembers_an_old_version_finds_the_newest_behind_the_gap(house, retention, edited):
    others = Tables(house.places, house.datasets)
    others.snapshot(edited, 0)
    house.versions.pin(edited, 5, pinned=True)
    more = Tables(house.places, house.datasets)
    more.snapshot(edited, 5)

    retention.sweep(now() + SOON)

    assert [each.snapshot(edited).version for each in (others, more)] == [EDITS, EDITS]
    assert house.places.at(edited.id).newest() == EDITS


def test_editing_goes_on_and_the_log_stays_short(house, retention, edited):
    for number in range(30):
        house.edit(edited, updates={number % 3: {"n": number}})
        if number % 10 == 9:
            retention.sweep(now() + SOON)

    assert entries(house, edited) == [0, *range(39, 56)]
    assert house.rows(edited) == [(0, 27, "a"), (1, 28, "b"), (2, 29, "c")]
    assert len({repr(found) for found in outside(house, edited)}) == 1


def test_without_a_checkpoint_nothing_goes(house, retention, edited):
    folder = house.parquet / edited.id / "_delta_log"
    (folder / "_last_checkpoint").unlink()

    retention.sweep(now() + SOON)

    assert entries(house, edited) == list(range(EDITS + 1))


def test_the_checkpoint_is_durable_before_entries_go(house, edited, monkeypatch):
    folder, done = house.parquet / edited.id / "_delta_log", []
    sync, unlink = os.fsync, type(folder).unlink

    def synced(handle: int) -> None:
        done.append(("sync", Path(f"/proc/self/fd/{handle}").readlink().name))
        sync(handle)

    def deleted(path: Path, **how: object) -> None:
        done.append(("delete", path.name))
        unlink(path, **how)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(type(folder), "unlink", deleted)
    trim(house.places.at(edited.id), {25})

    first = next(number for number, (what, _) in enumerate(done) if what == "delete")
    assert {f"{19:020}.checkpoint.parquet", "_last_checkpoint", "_delta_log"} <= {name for _, name in done[:first]}
    assert {what for what, _ in done[first:]} == {"delete"}


def test_readers_from_outside_never_meet_a_gap_while_entries_go(house, edited):
    directory, failures, stop = house.parquet / edited.id, [], threading.Event()

    def read() -> None:
        while not stop.is_set():
            try:
                rows = DeltaTable(directory).to_pyarrow_table().num_rows
            except Exception as error:  # noqa: BLE001  whatever it is, it is what must not happen
                failures.append(repr(error))
            else:
                if rows != 3:
                    failures.append(f"{rows} rows")

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(20):
        house.edit(edited, updates={number % 3: {"n": number}})
        house.datasets.expire(edited.id, 3)
        trim(
            house.places.at(edited.id),
            {each.version for each in house.datasets.uncleared(edited.id) if not each.expired_at},
        )
    stop.set()
    reader.join()

    assert failures == []
    assert entries(house, edited) == [0, *range(39, 46)]
