"""What readers find who know Parquet and nothing of versions."""

from __future__ import annotations

import errno
import threading
from datetime import timedelta
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parquay.catalog.datasets import Datasets
from parquay.catalog.events import Events
from parquay.catalog.leases import Leases
from parquay.catalog.tables import now
from parquay.datasets.edit.edit import Batch, Editor
from parquay.datasets.versions import newest_parts
from parquay.datasets.versions.commits import Author, Commits
from parquay.datasets.versions.retention import Retention
from parquay.datasets.versions.tables import Tables
from parquay.events.messages import plain_folder
from parquay.storage.local import newest_folder

FEW = "n,word\n1,a\n2,b\n3,c\n"
WIDE = "n,word,price\n7,x,0.0000001\nn/a,,\n"


def folder_of(house, file) -> Path:
    folder: Path = house.parquet.parent / plain_folder(house.file(file.id))
    return folder


def readings(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    """The rows in a folder by every reader, in an order of their own."""
    glob = str(folder / "*.parquet")
    tables = {
        "pyarrow": pq.read_table(folder),
        "pyarrow dataset": ds.dataset(folder, format="parquet").to_table(),
        "pyarrow files": pq.read_table(sorted(map(str, folder.glob("*.parquet")))),
        "polars": pl.read_parquet(glob, glob=True).to_arrow(),
        "delta": DeltaTable(folder).to_pyarrow_table(),
        "delta of all versions": DeltaTable(folder.parent).to_pyarrow_table(),
    }
    found = {name: [tuple(row.values()) for row in table.to_pylist()] for name, table in tables.items()}
    with duckdb.connect() as engine:
        found["duckdb"] = engine.execute("FROM read_parquet(?)", [glob]).fetchall()
        found["duckdb of all below"] = engine.execute("FROM read_parquet(?)", [f"{folder}/**/*.parquet"]).fetchall()
    return {name: sorted(rows, key=repr) for name, rows in found.items()}


def assert_shows(house, file) -> None:
    wanted = sorted((row[1:] for row in house.rows(house.file(file.id))), key=repr)
    folder = folder_of(house, file)
    for reader, rows in readings(folder).items():
        assert rows == wanted, reader
    assert len({str(pq.read_schema(path).remove_metadata()) for path in folder.glob("*.parquet")}) == 1


def test_a_table_is_shown_from_its_first_version_on_and_after_every_change(house):
    file, more = house.convert(FEW), house.convert(WIDE)
    assert_shows(house, file)

    house.edit(file, updates={1: {"word": "B"}}, deletes=frozenset({0}))
    assert_shows(house, file)
    house.appending.append(house.file(file.id), Author("u"), more)
    assert_shows(house, file)
    house.versions.restore(file, Author("u"), 1)
    assert_shows(house, file)


def test_a_table_without_rows_is_shown_with_its_columns(house):
    file = house.convert("n,at\n1,2024-01-02T03:04:05.123456789\n")

    house.edit(file, deletes=frozenset({0}))

    folder = folder_of(house, file)
    assert pq.read_table(folder).to_pydict() == {"n": [], "at": []}
    assert pq.read_table(folder).schema == pq.read_table(next((house.parquet / file.id).glob("part-*"))).schema
    assert DeltaTable(folder).to_pyarrow_table().num_rows == 0


EDITS = st.lists(st.sampled_from(["insert", "update", "delete", "append", "wider", "restore"]), max_size=6)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=EDITS, data=st.data())
def test_any_series_of_changes_is_shown_exactly(house, changes, data):
    file = house.convert(FEW)
    for change in changes:
        rids = [row[0] for row in house.rows(house.file(file.id))]
        if change == "insert" or not rids:
            house.edit(house.file(file.id), inserts=[{"word": "new"}])
        elif change == "update":
            house.edit(house.file(file.id), updates={data.draw(st.sampled_from(rids)): {"word": "changed"}})
        elif change == "delete":
            house.edit(house.file(file.id), deletes=frozenset(data.draw(st.sets(st.sampled_from(rids), min_size=1))))
        elif change == "restore":
            newest = house.tables.snapshot(house.file(file.id)).version
            house.versions.restore(house.file(file.id), Author("u"), data.draw(st.integers(0, newest)))
        else:
            more = house.convert(WIDE if change == "wider" else FEW)
            house.appending.append(house.file(file.id), Author("u"), more, again=True)
    if house.tables.snapshot(house.file(file.id)).rows:
        assert_shows(house, file)


def test_nothing_is_copied_and_no_more_than_the_version_before_is_kept(house):
    file = house.convert(FEW)
    for number in range(30):
        house.edit(house.file(file.id), updates={0: {"n": number}})

    directory, folder = house.parquet / file.id, folder_of(house, file)

    (part,) = folder.glob("*.parquet")
    assert part.samefile(directory / part.name)
    assert len([path for path in directory.glob("_newest-*") if not path.name.endswith("-log")]) == 2
    retention = Retention(house.files, house.datasets, house.tables, house.commits, keep=5)
    retention.sweep(now() + timedelta(hours=2))
    assert len([path for path in directory.glob("_newest-*") if not path.name.endswith("-log")]) == 1
    assert_shows(house, file)


class Crash(BaseException):
    """The process ends here."""


def test_a_crash_before_the_folder_was_changed_is_made_up_for_at_the_next_start(house, monkeypatch):
    file = house.convert(FEW)

    def crash(*_: object) -> None:
        raise Crash

    with monkeypatch.context() as patched:
        patched.setattr(newest_parts, "show", crash)
        with pytest.raises(Crash):
            house.edit(file, deletes=frozenset({0}))
    assert len(readings(folder_of(house, file))["duckdb"]) == 3

    tables = Tables(house.places, house.datasets)
    Retention(house.files, house.datasets, tables, Commits(tables, house.datasets), keep=0).reconcile()

    assert_shows(house, file)


def test_a_crash_behind_the_catalog_is_made_up_for_too_and_so_is_a_table_from_before_there_was_a_folder(house):
    file = house.convert(FEW)
    house.edit(file, deletes=frozenset({0}))
    directory = house.parquet / file.id
    (directory / newest_folder.NAME).unlink()
    newest_folder.forget(directory, set())

    Retention(house.files, house.datasets, house.tables, house.commits, keep=0).reconcile()

    assert_shows(house, file)


def test_a_full_disk_keeps_no_version_from_being_made(house, monkeypatch):
    file = house.convert(FEW)

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patched:
        patched.setattr(Path, "symlink_to", full)
        made = house.edit(file, deletes=frozenset({0})).snapshot
    assert (made.version, made.rows) == (1, 2)
    assert len(readings(folder_of(house, file))["duckdb"]) == 3

    house.edit(house.file(file.id), deletes=frozenset({1}))
    assert_shows(house, file)


def test_without_hard_links_the_folder_has_symbolic_ones(house, monkeypatch):
    def refused(*_: object) -> None:
        raise PermissionError(errno.EPERM, "no hard links here")

    monkeypatch.setattr(Path, "hardlink_to", refused)

    file = house.convert(FEW)
    house.edit(file, deletes=frozenset({0}))

    assert_shows(house, file)


def test_who_reads_while_others_edit_gets_one_version_or_the_next_never_a_mixture(house):
    file = house.convert("n,round\n" + "".join(f"{n},0\n" for n in range(40)))
    for number in (1, 2):  # each is a part of its own
        more = house.convert("n,round\n" + "".join(f"{n},0\n" for n in range(number * 40, number * 40 + 40)))
        house.appending.append(house.file(file.id), Author("u"), more)
    assert len(house.tables.snapshot(house.file(file.id)).parts) == 3
    editor = Editor(
        house.tables, Commits(house.tables, Datasets(house.catalog, Events(house.catalog), Leases(house.catalog)))
    )
    over = threading.Event()

    def edit() -> None:
        for number in range(1, 16):
            updates = {rid: {"round": number} for rid in range(120)}
            editor.edit(house.file(file.id), Author("u"), Batch(updates=updates))
        over.set()

    thread = threading.Thread(target=edit)
    thread.start()
    seen = set()
    while not over.is_set():
        folder = folder_of(house, file).resolve()
        try:
            table = pq.read_table(folder)
        except FileNotFoundError:  # two versions came meanwhile
            continue
        assert table.num_rows == 120
        rounds = set(table["round"].to_pylist())
        assert len(rounds) == 1
        seen |= rounds
    thread.join()
    assert seen
    assert_shows(house, file)
