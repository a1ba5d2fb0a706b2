from __future__ import annotations

from typing import Any

import pytest

from parquay.catalog.datasets import Datasets, NewVersion
from parquay.catalog.events import Events
from parquay.catalog.leases import Leases
from parquay.catalog.session import Catalog
from parquay.catalog.tables import DatasetVersion, File, User, now

COLUMNS = [{"name": "n", "type": "int64", "kind": "int64", "form": True}]


@pytest.fixture
def catalog(catalog: Catalog) -> Catalog:
    """A catalog with one table."""

    def write(session):
        session.add(User(id="u", username="ann", password_hash="-"))
        session.flush()
        session.add(File(id="f", owner_id="u", name="few.csv", status="done", parquet_path="p", dataset_id="f"))

    catalog.write(write)
    return catalog


@pytest.fixture
def datasets(catalog: Catalog) -> Datasets:
    return Datasets(catalog, Events(catalog), Leases(catalog))


def version(number: int, rows: int = 3) -> NewVersion:
    return NewVersion(number, "edit", now(), rows, 100, COLUMNS, author="ann")


def file_of(catalog: Catalog) -> File:
    with catalog.read() as session:
        return session.get_one(File, "f")


def test_the_file_follows_the_newest_version(catalog: Catalog, datasets: Datasets):
    assert datasets.note("f", [version(0, 3), version(1, 5)])

    file = file_of(catalog)
    assert (file.table_version, file.row_count, file.columns) == (1, 5, COLUMNS)
    assert [each.kind for each in Events(catalog).after(0, 10)] == ["dataset.updated"]


def test_noting_a_version_again_changes_and_tells_nothing(catalog: Catalog, datasets: Datasets):
    datasets.note("f", [version(0), version(1, 5)])

    assert datasets.note("f", [version(0, 77), version(1, 77)])

    assert file_of(catalog).row_count == 5
    assert [each.rows for each in datasets.history("f")] == [5, 3]
    assert len(Events(catalog).after(0, 10)) == 1


def test_an_older_version_that_is_noted_late_does_not_move_the_file_back(catalog: Catalog, datasets: Datasets):
    datasets.note("f", [version(2, 9)])
    datasets.note("f", [version(1, 5)])

    assert (file_of(catalog).table_version, file_of(catalog).row_count) == (2, 9)
    assert datasets.noted("f") == 2


def test_a_deleted_dataset_is_not_noted_and_takes_its_versions_along(catalog: Catalog, datasets: Datasets):
    datasets.note("f", [version(0)])
    catalog.write(lambda session: session.delete(session.get(File, "f")))

    assert not datasets.note("f", [version(1)])
    with catalog.read() as session:
        assert session.get(DatasetVersion, ("f", 0)) is None
    assert datasets.noted("f") == -1


def test_a_history_is_paged(datasets: Datasets):
    datasets.note("f", [version(number) for number in range(5)])

    assert [each.version for each in datasets.history("f", limit=2)] == [4, 3]
    assert [each.version for each in datasets.history("f", limit=2, before=3)] == [2, 1]


def test_only_what_is_neither_new_nor_pinned_expires(datasets: Datasets):
    datasets.note("f", [version(number) for number in range(6)])
    datasets.pin("f", 1, pinned=True)

    assert datasets.expire("f", 2) == 3
    assert datasets.expire("f", 2) == 0

    assert [datasets.is_expired("f", number) for number in range(6)] == [True, False, True, True, False, False]
    assert datasets.pin("f", 0, pinned=True) is None
    datasets.cleared("f", [0, 2])
    assert [each.version for each in datasets.uncleared("f")] == [5, 4, 3, 1]


def test_only_tables_of_their_own_are_listed(catalog: Catalog, datasets: Datasets):
    others: dict[str, dict[str, Any]] = {
        "a": {"status": "processing"},
        "b": {"parquet_path": "p", "dataset_id": "f"},
        "c": {},
    }

    def write(session):
        for name, values in others.items():
            session.add(File(id=name, owner_id="u", name=name, **({"status": "done"} | values)))

    catalog.write(write)

    assert datasets.tables() == [("f", None)]
