from __future__ import annotations

import pytest

from parquay.datasets.edit.find_replace import FindReplace
from parquay.datasets.edit.patterns import text_pattern
from parquay.datasets.query.engine import CancelToken
from parquay.datasets.versions.commits import Author
from parquay.errors import InvalidValue, Outdated, QueryTimeout

ROWS = "n,city,price\n1,Koeln,1.50\n2,koeln am Rhein,NA\n3,Ulm,13.50\n"


@pytest.fixture
def finder(house):
    return FindReplace(house.tables, house.commits, seconds=30)


def pattern(find, replace="", **options):
    return text_pattern(find, replace, **({"case": False, "whole": False, "regex": False} | options))


def texts(house, file, column):
    return [row.get(column) for row in rows(house, file)]


def rows(house, file):
    from parquay.datasets.edit.edit import read_row_json

    snapshot = house.tables.snapshot(house.file(file.id))
    rids = [snapshot.rid_at(i, row) for i, part in enumerate(snapshot.parts) for row in range(part.rows)]
    return [read_row_json(snapshot, rid, text=True) for rid in rids]


@pytest.mark.parametrize(
    ("wanted", "cities"),
    [
        (pattern("koeln", "Köln"), ["Köln", "Köln am Rhein", "Ulm"]),
        (pattern("koeln", "Köln", case=True), ["Koeln", "Köln am Rhein", "Ulm"]),
        (pattern("koeln", "Köln", whole=True), ["Köln", "koeln am Rhein", "Ulm"]),
        (pattern("(k)oel(n)", "$1ö$2 $$", regex=True), ["Kön $", "kön $ am Rhein", "Ulm"]),
        (pattern("k.*", "$0!", regex=True, whole=True), ["Koeln!", "koeln am Rhein!", "Ulm"]),
        (pattern("l", "\\1 $1"), ["Koe\\1 $1n", "koe\\1 $1n am Rhein", "U\\1 $1m"]),
    ],
    ids=["plain", "case", "whole", "groups", "all of it", "no groups where nobody asked"],
)
def test_texts_are_replaced(house, finder, wanted, cities):
    file = house.convert(ROWS)

    counted = finder.count(file, wanted, ["city"], CancelToken())
    _, found = finder.replace(file, Author(), wanted, ["city"], expected=0)

    assert texts(house, file, "city") == cities
    changed = sum(one != other for one, other in zip(cities, ["Koeln", "koeln am Rhein", "Ulm"], strict=True))
    assert (counted.changing, counted.rows, found.changing) == (changed, changed, changed)
    assert counted.examples == found.examples


def test_typed_cells_are_replaced_as_they_are_written(house, finder):
    file = house.convert(ROWS)

    made, found = finder.replace(file, Author(), pattern(".50", ".75"), None)

    assert (made.version, found.cells, found.rows) == (1, {"price": 2}, 2)
    assert texts(house, file, "price") == ["1.75", "NA", "13.75"]
    assert house.rows(file)[0][3] is not None
    [newest, *_] = house.datasets.history(file.id)
    assert (newest.kind, newest.updated) == ("edit", 2)


def test_a_word_for_missing_is_a_text_like_any_other(house, finder):
    file = house.convert(ROWS)

    finder.replace(file, Author(), pattern("NA", "0.25", whole=True), ["price"])
    assert texts(house, file, "price") == ["1.50", "0.25", "13.50"]
    finder.replace(file, Author(), pattern("0.25", "n/a", whole=True), ["price"], skip_misfits=True)
    assert texts(house, file, "price") == ["1.50", "0.25", "13.50"]
    finder.replace(file, Author(), pattern("0.25", "", whole=True), ["price"])

    assert texts(house, file, "price") == ["1.50", "", "13.50"]


def test_what_does_not_fit_is_refused_or_left_and_counted(house, finder):
    file = house.convert(ROWS)
    wanted = pattern("1", "x")

    counted = finder.count(file, wanted, None, CancelToken())
    assert (counted.cells, counted.misfits) == ({"n": 1, "price": 2}, {"n": 1, "price": 2})
    assert [(each.column, each.before, each.after, each.fits) for each in counted.examples[:1]] == [
        ("n", "1", "x", False)
    ]
    with pytest.raises(InvalidValue) as refused:
        finder.replace(file, Author(), wanted, None)
    assert refused.value.code == "bad_cell"

    made, found = finder.replace(file, Author(), wanted, None, skip_misfits=True)
    assert (made.version, found.misfits.total()) == (0, 3)
    half = pattern("^(1|2)$", "4$1", regex=True)
    made, found = finder.replace(file, Author(), half, None)
    assert (made.version, texts(house, file, "n")) == (1, ["41", "42", "3"])


def test_only_parts_with_a_match_are_written_anew(house, finder):
    file = house.convert("n,word\n" + "".join(f"{i},word{i % 7}\n" for i in range(130_000)))
    house.edit(file, inserts=[{"n": -1, "word": "last"}])
    before = house.tables.snapshot(house.file(file.id))

    made, found = finder.replace(file, Author(), pattern("last", "end"), None)

    assert (len(before.parts), found.rows) == (2, 1)
    assert made.names[0] == before.names[0]
    made, found = finder.replace(file, Author(), pattern("129999", "7", whole=True), ["n"])
    assert house.rows(file)[129_998:] == [(129_998, 129_998, "word1"), (129_999, 7, "word2"), (130_000, -1, "end")]
    assert made.names[1] not in before.names


def test_a_newer_version_than_the_counted_one_is_refused(house, finder):
    file = house.convert(ROWS)
    house.edit(file, updates={0: {"city": "Bonn"}})

    with pytest.raises(Outdated) as refused:
        finder.replace(file, Author(), pattern("Bonn", "x"), None, expected=0)
    assert refused.value.code == "version_changed"


def test_counting_ends_when_its_time_is_over(house):
    file = house.convert(ROWS)

    with pytest.raises(QueryTimeout):
        FindReplace(house.tables, house.commits, seconds=-1).count(file, pattern("a"), None, CancelToken())


def test_an_unknown_column_is_refused(house, finder):
    with pytest.raises(InvalidValue) as refused:
        finder.count(house.convert(ROWS), pattern("a"), ["nope"], CancelToken())
    assert refused.value.code == "unknown_column"
