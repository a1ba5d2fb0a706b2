from __future__ import annotations

import pytest

from parquay.datasets.edit.undo import Undoing
from parquay.datasets.versions.commits import Author
from parquay.errors import Conflict, NotFound, Outdated

FEW = "n,word,price\n1,a,1.50\n2,b,NA\n3,c,3.00\n"


@pytest.fixture
def undo(house):
    undoing = Undoing(house.tables, house.commits, house.datasets)
    return lambda file, version: undoing.undo(house.file(file.id), Author("ann"), version)


def written(house, file, version=None):
    """The rows as they are written, by id."""
    from parquay.datasets.edit.edit import read_row_json

    snapshot = house.tables.snapshot(house.file(file.id), version)
    rids = [snapshot.rid_at(i, row) for i, part in enumerate(snapshot.parts) for row in range(part.rows)]
    return {rid: read_row_json(snapshot, rid, text=True) for rid in rids}


def test_an_edit_is_taken_back_and_done_again(house, undo):
    file = house.convert(FEW)
    house.edit(file, inserts=[{"n": 4}], updates={1: {"word": "B", "price": "9"}}, deletes=frozenset({2}))

    back = undo(file, 1)
    assert (back.version, written(house, file)) == (2, written(house, file, 0))
    again = undo(file, 2)

    assert (again.version, written(house, file)) == (3, written(house, file, 1))
    history = house.datasets.history(file.id)
    assert [(v.kind, v.inserted, v.updated, v.deleted) for v in history[:2]] == [("edit", 1, 1, 1), ("edit", 1, 1, 1)]


def test_edits_are_taken_back_one_after_the_other(house, undo):
    file = house.convert(FEW)
    house.edit(file, updates={0: {"word": "x"}})
    house.edit(file, updates={0: {"word": "y"}})

    undo(file, 2)
    undo(file, 1)

    assert written(house, file) == written(house, file, 0)


def test_what_others_did_beside_it_stays(house, undo):
    file = house.convert(FEW)
    house.edit(file, inserts=[{"n": 4}], updates={1: {"word": None, "price": 5}})
    house.edit(file, updates={0: {"word": "theirs"}, 1: {"n": 20}})

    undo(file, 1)

    wanted = written(house, file, 0)
    wanted[0]["word"] = "theirs"
    wanted[1]["n"] = "20"
    assert written(house, file) == wanted
    assert wanted[1]["price"] == "NA"
    [newest, *_] = house.datasets.history(file.id)
    assert (newest.inserted, newest.updated, newest.deleted) == (0, 1, 1)


def test_row_by_row_is_the_same_as_part_by_part(house, undo):
    ids = range(0, 300, 7)
    alone, beside = (house.convert("n,m,word\n" + "".join(f"{i},{i},w{i}\n" for i in range(300))) for _ in range(2))
    for file in (alone, beside):
        house.edit(file, updates={rid: {"word": f"new{rid}", "m": -1} for rid in ids})
    house.edit(beside, updates={299: {"n": -5}})

    undo(alone, 1)
    undo(beside, 1)

    found, other = written(house, beside), written(house, alone)
    assert found.pop(299) == {"_rid": 299, "n": "-5", "m": "299", "word": "w299"}
    del other[299]
    assert found == other


@pytest.mark.parametrize(
    "theirs",
    [{"updates": {1: {"word": "theirs"}}}, {"deletes": frozenset({1})}, {"updates": {3: {"n": 5}}}],
    ids=["the cell", "the row", "the new row"],
)
def test_what_somebody_has_changed_since_is_not_taken_back(house, undo, theirs):
    file = house.convert(FEW)
    house.edit(file, inserts=[{"n": 4}], updates={1: {"word": "mine"}})
    house.edit(file, **theirs)

    with pytest.raises(Outdated) as refused:
        undo(file, 1)

    assert refused.value.code == "row_changed"
    assert house.tables.snapshot(file).version == 2


def test_rows_that_others_added_are_no_hindrance_and_many_that_they_changed_are(house, undo, monkeypatch):
    monkeypatch.setattr("parquay.datasets.edit.undo.MAX_ROWS_APART", 2)
    file = house.convert(FEW)
    house.edit(file, updates={1: {"word": "mine"}})
    house.edit(file, inserts=[{"n": n} for n in range(9)])

    undo(file, 1)
    assert written(house, file)[1] == written(house, file, 0)[1]
    house.edit(file, updates={rid: {"n": 0} for rid in (0, 2, 4)})
    with pytest.raises(Conflict) as refused:
        undo(file, 3)

    assert refused.value.code == "not_undoable"


def test_what_is_no_edit_of_rows_is_not_taken_back(house, undo):
    file = house.convert(FEW)
    house.edit(file, updates={1: {"word": "mine"}})
    house.versions.restore(file, Author(), 0)
    house.edit(file, deletes=frozenset({0}))
    house.edit(file, updates={1: {"word": "beside"}})

    for version, code in ((2, "not_undoable"), (3, "not_undoable")):
        with pytest.raises(Conflict) as refused:
            undo(file, version)
        assert refused.value.code == code
    with pytest.raises(NotFound):
        undo(file, 9)


def test_an_edit_of_columns_that_are_others_by_now_is_not_taken_back(house, undo):
    file = house.convert(FEW)
    house.edit(file, updates={1: {"word": "mine"}})
    house.columns.drop(file, Author(), "price")

    with pytest.raises(Conflict) as refused:
        undo(file, 1)
    assert refused.value.code == "not_undoable"


def test_times_and_words_come_back_as_they_stood(house, undo):
    text = "at,flag,t\n2025-01-01T10:00:00+01:00,TRUE,10:00\n2025-06-01T10:00:00+02:00,n/a,11:30\n"
    file = house.convert(text)
    house.edit(file, updates={0: {"at": None, "flag": None, "t": None}, 1: {"at": None, "flag": None}})
    house.edit(file, updates={1: {"t": None}})

    undo(file, 1)

    wanted = written(house, file, 0)
    wanted[1]["t"] = None
    assert written(house, file) == wanted
