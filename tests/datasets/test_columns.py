from __future__ import annotations

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from parquay.datasets.edit.column_counts import CellCounts
from parquay.datasets.edit.columns import ColumnWish
from parquay.datasets.versions.commits import Author
from parquay.errors import Conflict, InvalidValue, NotFound, Outdated

ANN = Author("ann")
FEW = "n,Word,price\n1,a,1.50\n2,,2.25\n3,c,3.00\n"


def test_the_answer_of_every_change_counts_the_words_for_missing(house):
    file = house.convert("id,v\n1,NA\n2,5\n3,\n")

    made = [
        house.columns.change(file, ANN, "v", ColumnWish("w")),
        house.columns.change(house.file(file.id), ANN, "w", ColumnWish("w")),
        house.columns.change(house.file(file.id), ANN, "w", ColumnWish("v", "decimal(9, 2)")),
    ]

    kept = house.file(file.id).columns[1]
    assert [each.column["missing"] for each in made] == [{"NA": 1}] * 3 == [kept["missing"]] * 3
    assert [each.counts for each in made] == [CellCounts(1, 2)] * 3


def test_a_renamed_column_is_counted_as_it_is(house):
    file = house.convert("id,v,w\n1,NaN,x\n2,5e+300,7\n3,,\n4,n/a,NA\n")
    house.columns.change(file, ANN, "v", ColumnWish(type="double"))
    house.columns.change(house.file(file.id), ANN, "w", ColumnWish(type="int64"))
    kinds = [each["type"] for each in house.file(file.id).columns]
    assert kinds == ["int64", "double", "int64"]

    counts = [house.columns.change(house.file(file.id), ANN, name, ColumnWish(name * 2)).counts for name in "vw"]

    assert counts == [CellCounts(1, 2, 1), CellCounts(1, 2, 1)]


def test_a_column_is_dropped_and_comes_back_by_restoring(house, text):
    file = house.convert(FEW)

    made = house.columns.drop(file, ANN, "Word")

    assert (made.snapshot.version, made.column, made.counts.misses) == (1, None, 0)
    assert text(file) == "n,price\n1,1.50\n2,2.25\n3,3.00\n"
    assert text(file, 0) == FEW
    assert [each["name"] for each in house.file(file.id).columns] == ["n", "price"]
    house.versions.restore(house.file(file.id), ANN, 0)
    assert text(file) == FEW
    assert [(each.version, each.kind, each.author) for each in house.datasets.history(file.id)] == [
        (2, "restore", "ann"), (1, "columns", "ann"), (0, "create", "u")
    ]  # fmt: skip


def test_outside_readers_see_the_columns_that_there_are(house):
    file = house.convert(FEW)
    house.columns.drop(file, ANN, "n")
    made = house.columns.change(house.file(file.id), ANN, "price", ColumnWish("net price")).snapshot
    wanted = {"Word": ["a", None, "c"], "net price": [1.5, 2.25, 3.0]}

    place = house.parquet / file.id
    assert pl.scan_delta(str(place)).collect().cast({"net price": pl.Float64}).to_dict(as_series=False) == wanted
    assert DeltaTable(str(place), version=0).to_pyarrow_table().column_names == ["n", "Word", "price"]
    assert pq.read_table(place / "_newest").column_names == ["Word", "net price"]
    relation = duckdb.read_parquet(DeltaTable(str(place)).file_uris())
    assert (relation.columns, relation.fetchall()[1][0]) == (["Word", "net price"], None)
    assert duckdb.read_parquet(f"{place}/_newest/*.parquet").columns == ["Word", "net price"]
    assert made.rows == 3


def test_rows_keep_their_ids_and_their_groups(house):
    rows = "".join(f"{i},w{i % 7},{i}.25\n" for i in range(250_000))
    file = house.convert("n,Word,price\n" + rows)
    house.edit(file, deletes=frozenset({1, 249_998}), updates={5: {"Word": "x"}})
    before = house.tables.snapshot(house.file(file.id))
    groups = [pq.read_metadata(house.parquet / file.id / part.name).num_row_groups for part in before.parts]

    made = house.columns.drop(house.file(file.id), ANN, "price").snapshot

    assert [(part.rows, part.rids) for part in made.parts] == [(part.rows, part.rids) for part in before.parts]
    assert [pq.read_metadata(house.parquet / file.id / part.name).num_row_groups for part in made.parts] == groups
    assert max(groups) > 1
    kept = [row[:3] for row in house.rows(file, 1)]
    assert house.rows(house.file(file.id)) == kept


def test_the_header_of_the_upload_goes_with_its_columns(house, text):
    file = house.convert(" n ,word,word,n!\n1,a,b,2\n3,c,d,4\n5,,f,6\n")
    names = [each["name"] for each in house.tables.snapshot(file).columns]
    assert names == ["n", "word", "word_2", "n!"]

    house.columns.drop(file, ANN, "word")
    assert text(file) == " n ,word,n!\n1,b,2\n3,d,4\n5,f,6\n"
    house.columns.change(house.file(file.id), ANN, "n!", ColumnWish("count"))
    assert text(file) == " n ,word,count\n1,b,2\n3,d,4\n5,f,6\n"
    house.appending.append(house.file(file.id), ANN, house.convert("word_2,more,n\nx,y,7\n"))
    assert text(file) == " n ,word,count,more\n1,b,2,\n3,d,4,\n5,f,6,\n7,x,,y\n"
    house.versions.restore(house.file(file.id), ANN, 1)
    assert text(file) == " n ,word,n!\n1,b,2\n3,d,4\n5,f,6\n"


def test_a_table_without_a_header_gets_none_by_a_change_of_columns(house, text):
    file = house.convert("1,2,x\n3,4,y\n5,6,z\n7,8,x\n")
    first, *_ = (each["name"] for each in house.tables.snapshot(file).columns)

    house.columns.change(file, ANN, first, ColumnWish("number"))
    assert text(file) == "1,2,x\n3,4,y\n5,6,z\n7,8,x\n"
    house.columns.drop(house.file(file.id), ANN, "number")
    assert text(file) == "2,x\n4,y\n6,z\n8,x\n"
    assert text(file, header=True).startswith("column2,column3\n")


@pytest.mark.parametrize(
    ("new", "error", "code"),
    [
        ("", InvalidValue, "bad_column_name"),
        (" a", InvalidValue, "bad_column_name"),
        ("a\nb", InvalidValue, "bad_column_name"),
        ("a\0", InvalidValue, "bad_column_name"),
        ("\ud800", InvalidValue, "bad_column_name"),
        ("a\u202eb", InvalidValue, "bad_column_name"),
        ("a" * 256, InvalidValue, "bad_column_name"),
        ("_rid", InvalidValue, "reserved_column"),
        ("_RID", InvalidValue, "reserved_column"),
        ("File_Row_Number", InvalidValue, "reserved_column"),
        ("word", Conflict, "column_exists"),
        ("n", Conflict, "column_exists"),
    ],
)
def test_a_name_that_no_column_can_have_is_refused(house, new, error, code):
    file = house.convert(FEW)

    with pytest.raises(error) as refused:
        house.columns.change(file, ANN, "price", ColumnWish(new))

    assert refused.value.code == code
    assert house.tables.snapshot(house.file(file.id)).version == 0


@pytest.mark.parametrize("new", ["PRICE", "a" * 255, "x/y", 'say "x", y', "c0", "価格", "a.b c", "...", "$x`"])
def test_every_other_name_works_everywhere(house, text, export, new):
    file = house.convert(FEW)

    made = house.columns.change(file, ANN, "price", ColumnWish(new))

    assert made.column["name"] == new
    assert text(file, columns=[new]).splitlines()[1:] == ["1.50", "2.25", "3.00"]
    for kind in ("parquet", "ndjson", "arrow", "xlsx"):
        assert len(export(made.snapshot, kind)[1]) > 10
    assert pl.scan_delta(str(house.parquet / file.id)).collect().columns == ["n", "Word", new]
    assert house.edit(house.file(file.id), updates={0: {new: "9.75"}}).updated[0][new] == pytest.approx(9.75)


def test_what_cannot_be_changed_is_refused_by_name(house):
    file, single = house.convert(FEW), house.convert("a\n1\n2\n")

    with pytest.raises(NotFound) as unknown:
        house.columns.drop(file, ANN, "word")
    with pytest.raises(Conflict) as last:
        house.columns.drop(single, ANN, "a")
    with pytest.raises(Outdated) as outdated:
        house.columns.drop(file, ANN, "n", 3)
    assert [each.value.code for each in (unknown, last, outdated)] == [
        "unknown_column", "last_column", "version_changed"
    ]  # fmt: skip
    assert house.columns.change(file, ANN, "n", ColumnWish("n")).snapshot.version == 0


def test_a_table_without_rows_has_columns_too(house, text):
    file = house.convert(FEW)
    house.edit(file, deletes=frozenset({0, 1, 2}))

    house.columns.drop(house.file(file.id), ANN, "n")
    house.columns.change(house.file(file.id), ANN, "Word", ColumnWish("w"))

    assert text(file) == "w,price\n"
    assert pl.scan_delta(str(house.parquet / file.id)).collect().columns == ["w", "price"]
    assert house.edit(house.file(file.id), inserts=[{"w": "x", "price": 1}]).inserted[0]["_rid"] == 3
    assert text(file) == "w,price\nx,1.00\n"


def test_rows_are_replaced_by_those_of_another_file(house, text):
    file, more = house.convert(FEW), house.convert("WORD,price,new\nx,7,31.12.2025\ny,8,01.01.2026\n")

    made = house.replacing.replace(file, ANN, more)

    assert (made.snapshot.version, made.added, made.dropped) == (1, ("new",), ("n",))
    assert [(each["name"], each["type"]) for each in made.snapshot.columns] == [
        ("Word", "text"), ("price", "int64"), ("new", "date")
    ]  # fmt: skip
    assert text(file) == "Word,price,new\nx,7,31.12.2025\ny,8,01.01.2026\n"
    assert text(file, original=True) == "Word,price,new\nx,7,31.12.2025\ny,8,01.01.2026\n"
    assert text(file, 0) == FEW
    noted = house.datasets.one(file.id, 1)
    assert (noted.kind, noted.inserted, noted.deleted, noted.rows) == ("replace", 2, 3, 2)
    assert [row[0] for row in house.rows(house.file(file.id))] == [3, 4]
    assert text(more) == "WORD,price,new\nx,7,31.12.2025\ny,8,01.01.2026\n"
    house.versions.restore(house.file(file.id), ANN, 0)
    assert text(file) == FEW
    assert pl.scan_delta(str(house.parquet / file.id)).collect().columns == ["n", "Word", "price"]


@pytest.mark.parametrize(
    ("table", "more", "header"),
    [
        (" n ,Word\n1,a\n2,b\n", "WORD,N,x\nc,3,4\nd,5,6\n", ["Word", " n ", "x"]),
        ("1,a\n2,b\n3,c\n", "COLUMN1,x\n4,d\n5,e\n", ["column1", "x"]),
        ("COLUMN1,x\n4,d\n5,e\n", "1,a\n2,b\n3,c\n", ["COLUMN1", "column2"]),
        ("1,a\n2,b\n3,c\n", "4,d\n5,e\n6,f\n", []),
    ],
    ids=["both have a header", "the file alone has one", "the table alone has one", "none has one"],
)
def test_the_header_after_replacing_calls_columns_as_the_table_does(house, text, table, more, header):
    file, source = house.convert(table), house.convert(more)

    made = house.replacing.replace(file, ANN, source).snapshot

    rows = more.splitlines()[1:] if "x\n" in more else more.splitlines()
    assert text(file).splitlines() == [",".join(header)] * bool(header) + rows
    names = [each["name"] for each in made.columns]
    assert names == [cell.strip() for cell in header] or not header
    house.columns.change(house.file(file.id), ANN, names[0], ColumnWish("other"))
    house.columns.change(house.file(file.id), ANN, "other", ColumnWish(names[0]))
    assert text(file).splitlines() == [",".join(header)] * bool(header) + rows


def test_a_renamed_column_is_replaced_under_its_new_name(house, text):
    file = house.convert(FEW)
    house.columns.change(file, ANN, "Word", ColumnWish("term"))

    house.replacing.replace(house.file(file.id), ANN, house.convert("Term,Word\nx,1\ny,2\n"))

    assert text(file) == "term,Word\nx,1\ny,2\n"


def test_a_table_is_not_replaced_by_itself_nor_unseen_versions(house):
    file, more = house.convert(FEW), house.convert("a\n1\n")

    with pytest.raises(Conflict) as itself:
        house.replacing.replace(file, ANN, file)
    with pytest.raises(Outdated) as outdated:
        house.replacing.replace(file, ANN, more, 5)

    assert [each.value.code for each in (itself, outdated)] == ["replace_itself", "version_changed"]


def test_every_table_may_be_replaced_again_and_edited_after(house, text):
    file, more = house.convert(FEW), house.convert("x;y\n1;2\n3;4\n5;6\n")
    house.edit(more, deletes=frozenset({1}), updates={0: {"y": 9}})

    house.replacing.replace(file, ANN, house.file(more.id))
    house.replacing.replace(house.file(file.id), ANN, house.file(more.id))
    house.edit(house.file(file.id), deletes=frozenset({5}), inserts=[{"x": 8}])

    assert text(file) == "x,y\n5,6\n8,\n"
