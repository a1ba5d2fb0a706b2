from __future__ import annotations

from datetime import timedelta

import pytest

from parquay.catalog.tables import now
from parquay.datasets.edit import cell_history
from parquay.datasets.edit.cell_history import CellHistories
from parquay.datasets.edit.columns import ColumnWish
from parquay.datasets.versions.commits import Author
from parquay.errors import NotFound

FEW = "n,word,price\n1,a,1.50\n2,b,NA\n3,c,3.00\n"


@pytest.fixture
def history(house):
    histories = CellHistories(house.tables, house.datasets)
    return lambda file, rid, column, before=None: histories.of(house.file(file.id), rid, column, before)


def shown(found):
    return [(each.version.version, each.what, each.before, each.after) for each in found.changes]


def test_each_change_of_a_cell_is_there_and_no_other(house, history):
    file = house.convert(FEW)
    house.edit(file, updates={1: {"price": 7}})
    house.edit(file, updates={0: {"price": 9}})
    house.edit(file, updates={1: {"word": "B"}})
    house.edit(file, updates={1: {"price": None}})
    house.versions.restore(file, Author("bob"), 1)

    found = history(file, 1, "price")

    assert shown(found) == [
        (5, "set", None, "7.00"),
        (4, "set", "7.00", None),
        (1, "set", "NA", "7.00"),
        (0, "added", None, "NA"),
    ]
    assert (found.newest, found.next, found.is_cut) == (5, None, False)
    assert found.changes[0].version.author == "bob"


def test_rows_and_columns_come_and_go(house, history):
    file = house.convert(FEW)
    [row] = house.edit(file, inserts=[{"n": 4, "word": "d"}]).inserted
    house.edit(file, deletes=frozenset({row["_rid"]}))
    house.versions.restore(file, Author(), 1)
    house.columns.change(file, Author(), "word", ColumnWish("name"))

    assert shown(history(file, row["_rid"], "word")) == [
        (4, "removed", "d", None), (3, "added", None, "d"), (2, "removed", "d", None), (1, "added", None, "d")
    ]  # fmt: skip
    assert shown(history(file, row["_rid"], "name")) == [(4, "added", None, "d")]


def test_another_type_that_is_written_alike_is_no_change(house, history):
    file = house.convert(FEW)
    house.columns.change(file, Author(), "price", ColumnWish(type="text"))

    assert shown(history(file, 2, "price")) == [(0, "added", None, "3.00")]


def test_it_goes_on_where_it_ended(house, history, monkeypatch):
    monkeypatch.setattr(cell_history, "MAX_COMPARED", 3)
    file = house.convert(FEW)
    for i in range(7):
        house.edit(file, updates={0: {"n": 10 + i}})

    found, pages = [], []
    before = None
    while True:
        page = history(file, 0, "n", before)
        found += shown(page)
        pages.append((page.next, page.is_cut))
        if page.next is None:
            break
        before = page.next

    assert [each[0] for each in found] == [7, 6, 5, 4, 3, 2, 1, 0]
    assert pages == [(5, False), (2, False), (None, False)]
    assert not history(file, 0, "n", 0).is_cut


def test_versions_that_are_no_longer_kept_cut_it(house, history):
    from parquay.datasets.versions.retention import Retention

    file = house.convert(FEW)
    for i in range(5):
        house.edit(file, updates={0: {"n": 10 + i}})
    keeping = Retention(house.files, house.datasets, house.tables, house.commits, keep=2, grace=timedelta(0))
    keeping.sweep(now() + timedelta(days=400))

    found = history(file, 0, "n")

    assert found.is_cut
    assert shown(found) == [(5, "set", "13", "14")]


@pytest.mark.parametrize(("rid", "column"), [(9, "n"), (0, "nope")])
def test_what_no_version_has_is_refused(house, history, rid, column):
    with pytest.raises(NotFound) as refused:
        history(house.convert(FEW), rid, column)
    assert refused.value.code == "unknown_row"
