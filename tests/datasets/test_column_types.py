"""Columns as other types, and new ones, of tables that were converted, edited, appended to and restored."""

from __future__ import annotations

import io
import json
import os

import duckdb
import openpyxl
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from parquay.datasets.edit.columns import ColumnWish, NewColumn
from parquay.datasets.versions.commits import Author
from parquay.errors import Conflict, InvalidValue

ANN = Author("ann")
ROUNDS = int(os.environ.get("ROUNDS", "6"))
"""Rounds of the model."""
MIXED = 'n,v,w\n1,7,a\n2,,b\n3,x,c\n4,NA,d\n5,7.50,e\n6,"",f\n7,007,g\n'


def test_cells_that_fit_have_values_and_the_others_are_kept_aside(house, text, export):
    file = house.convert(MIXED)

    made = house.columns.change(file, ANN, "v", ColumnWish(type="decimal(18,2)"))

    counts = made.counts
    assert (counts.converted, counts.missing, counts.misses) == (2, 3, 2)
    assert (made.column["type"], made.column["style"], made.column["missing"]) == (
        "decimal(18,2)",
        "0.0",
        {"": 1, "NA": 1},
    )
    assert text(file) == MIXED
    snapshot = made.snapshot
    values = [7.0, None, None, None, 7.5, None, None]
    frame = pl.scan_delta(str(house.parquet / file.id)).collect()
    assert frame["v"].cast(pl.Float64).to_list() == values
    assert [float(row[1]) if row[1] else None for row in duckdb.read_parquet(
        f"{house.parquet / file.id}/_newest/*.parquet").fetchall()] == values  # fmt: skip
    lines = export(snapshot, "ndjson")[1].decode().splitlines()
    assert [json.loads(line)["v"] for line in lines] == values
    sheet = openpyxl.load_workbook(io.BytesIO(export(snapshot, "xlsx")[1])).active
    assert [row[1].value for row in sheet.iter_rows(min_row=2)] == values
    assert pa.ipc.open_stream(export(snapshot, "arrow")[1]).read_all()["v"].null_count == 5
    assert pq.read_table(io.BytesIO(export(snapshot, "parquet")[1]))["v"].null_count == 5


def test_back_to_text_is_exact_whatever_came_between(house, text):
    file = house.convert(MIXED)

    for kind in ("int64", "double", "date", "decimal", "timestamp", "bool", "decimal(20,0)", "time", "int64", "text"):
        made = house.columns.change(house.file(file.id), ANN, "v", ColumnWish(type=kind))
        assert made.column["type"].startswith(kind.partition("(")[0])
        assert text(file) == MIXED
    assert [each["type"] for each in made.snapshot.columns] == ["int64", "text", "text"]
    assert made.snapshot.asides == {}


def test_nothing_is_rounded_on_the_way_from_one_number_to_another(house, text):
    file = house.convert("a\n9007199254740993\n1\n-2\n")

    def change(kind):
        made = house.columns.change(house.file(file.id), ANN, "a", ColumnWish(type=kind))
        return (made.counts.converted, made.counts.misses), [row[1] for row in house.rows(house.file(file.id))]

    assert change("double") == ((2, 1), [None, 1.0, -2.0])
    assert change("decimal(18,0)")[0] == (3, 0)
    assert change("decimal(18,4)")[0] == (2, 1)
    assert change("int64") == ((3, 0), [9007199254740993, 1, -2])
    assert text(file) == "a\n9007199254740993\n1\n-2\n"


def test_what_is_written_in_a_style_means_what_it_meant(house, text):
    content = 'day,at,v\n31/12/2024,31.12.2024 00:00,"1.234,5"\n05/01/2025,5.1.2025 11:30,"7,0"\n'
    file = house.convert(content)
    assert [each["type"] for each in house.tables.snapshot(file).columns] == ["date", "timestamp", "decimal(18,1)"]

    def change(name, kind):
        made = house.columns.change(house.file(file.id), ANN, name, ColumnWish(type=kind))
        return made.counts.converted, made.counts.misses

    assert change("day", "timestamp") == (2, 0)
    assert change("at", "date") == (1, 1)
    assert change("v", "int64") == (1, 1)
    values = [row[1:] for row in house.rows(house.file(file.id))]
    assert [str(value) for value in values[0]] == ["2024-12-31 00:00:00", "2024-12-31", "None"]
    assert values[1][1:] == (None, 7)
    assert text(file) == content
    for name in ("day", "at", "v"):
        change(name, "text")
    assert text(file) == content


def test_the_type_that_it_is_makes_no_version(house):
    file = house.convert(MIXED)
    assert house.columns.change(file, ANN, "v", ColumnWish(type="text", missing=[])).snapshot.version == 0

    same = house.columns.change(file, ANN, "v", ColumnWish(type="text"))
    again = house.columns.change(file, ANN, "n", ColumnWish(type="int64"))

    assert (same.snapshot.version, same.counts.converted, same.counts.missing) == (0, 6, 1)
    assert (again.snapshot.version, again.counts.converted) == (0, 7)


def test_words_for_missing_can_be_said_and_taken_back(house, text):
    file = house.convert("a\n-999\n5\n7\n")

    made = house.columns.change(file, ANN, "a", ColumnWish(missing=["-999"]))
    assert (made.column["type"], made.column["missing"], made.counts.missing) == ("int64", {"-999": 1}, 1)
    assert house.columns.change(house.file(file.id), ANN, "a", ColumnWish(type="double")).column["missing"] == {
        "-999": 1
    }
    back = house.columns.change(house.file(file.id), ANN, "a", ColumnWish(type="int64", missing=[]))
    assert ("missing" in back.column, back.counts.converted) == (False, 3)
    assert text(file) == "a\n-999\n5\n7\n"


def test_a_column_is_renamed_and_converted_at_once(house, text):
    file = house.convert("d\n31/12/2024\n05/01/2025\nlater\n")

    made = house.columns.change(file, ANN, "d", ColumnWish("day", "date", "dd/MM/yyyy"))

    assert (made.column["name"], made.column["type"], made.column["style"]) == ("day", "date", "dd/MM/yyyy")
    assert text(file) == "day\n31/12/2024\n05/01/2025\nlater\n"


@pytest.mark.parametrize(
    ("wish", "code"),
    [
        (ColumnWish(type="number"), "unknown_type"),
        (ColumnWish(type="int64", style="dd/MM/yyyy"), "unknown_style"),
        (ColumnWish(style="0.0"), "unknown_style"),
        (ColumnWish(missing=["x"]), "text_has_no_missing"),
        (ColumnWish(type="text", missing=["x"]), "text_has_no_missing"),
        (ColumnWish(name="", type="text"), "bad_column_name"),
    ],
)
def test_what_cannot_be_meant_is_refused_by_name(house, wish, code):
    file = house.convert("v\na\nb\n")

    with pytest.raises(InvalidValue) as refused:
        house.columns.change(file, ANN, "v", wish)

    assert refused.value.code == code
    assert house.tables.snapshot(house.file(file.id)).version == 0


def test_a_day_that_may_be_a_month_needs_a_style(house):
    file = house.convert("d\n05/04/2025\n06/05/2025\n")

    with pytest.raises(InvalidValue) as refused:
        house.columns.change(file, ANN, "d", ColumnWish(type="date"))

    assert refused.value.code == "style_needed"


def test_edits_appends_and_restores_carry_along_what_is_kept_aside(house, text):
    file = house.convert(MIXED)
    house.columns.change(file, ANN, "v", ColumnWish(type="int64"))

    house.edit(house.file(file.id), updates={1: {"v": 8}, 2: {"w": "C"}}, deletes=frozenset({0}))
    assert text(file) == 'n,v,w\n2,8,b\n3,x,C\n4,NA,d\n5,7.50,e\n6,"",f\n7,007,g\n'
    house.appending.append(house.file(file.id), ANN, house.convert("w,v\nh,9\ni,NA\nj,10\n"))
    assert text(file).endswith("7,007,g\n,9,h\n,NA,i\n,10,j\n")
    assert house.tables.snapshot(house.file(file.id)).columns[1]["type"] == "int64"
    house.appending.append(house.file(file.id), ANN, house.convert("v\nzzz\n1\n"))
    assert house.tables.snapshot(house.file(file.id)).columns[1]["type"] == "text"
    assert text(file).endswith('5,7.50,e\n6,"",f\n7,007,g\n,9,h\n,NA,i\n,10,j\n,zzz,\n,1,\n')
    house.versions.restore(house.file(file.id), ANN, 1)
    assert text(file) == MIXED
    house.versions.restore(house.file(file.id), ANN, 0)
    assert text(file) == MIXED


def test_a_dropped_column_comes_back_empty_by_an_append(house, text):
    file = house.convert(MIXED)
    house.columns.drop(file, ANN, "w")

    house.appending.append(house.file(file.id), ANN, house.convert("w,n\nz,8\n"))

    assert text(file).splitlines()[:2] == ["n,v,w", "1,7,"]
    assert text(file).splitlines()[-1] == "8,,z"


@pytest.mark.parametrize(
    ("kind", "value", "column"),
    [
        ("int64", 7, "7"),
        ("int64", None, ""),
        ("decimal(18,2)", "1.5", "1.50"),
        ("decimal", "1.5", "1.5"),
        ("double", 2, "2"),
        ("text", "a,b", '"a,b"'),
        ("text", "", '""'),
        ("bool", True, "true"),
        ("date", "2024-02-29", "2024-02-29"),
        ("timestamp", "2024-02-29T10:00", "2024-02-29T10:00"),
        ("timestamptz", "2024-02-29T10:00:00Z", "2024-02-29T10:00:00Z"),
        ("time", "13:05", "13:05"),
    ],
)
def test_a_column_of_one_value_is_added_at_the_end(house, text, kind, value, column):
    file = house.convert("a,b\n1,x\n2,y\n")

    made = house.columns.add(file, ANN, NewColumn("c", kind, value=value))

    assert (made.counts.converted, made.counts.missing) == ((0, 2) if value is None else (2, 0))
    assert text(file) == f"a,b,c\n1,x,{column}\n2,y,{column}\n"
    assert made.column["type"].startswith(kind.partition("(")[0])
    assert text(file, 0) == "a,b\n1,x\n2,y\n"


@pytest.mark.parametrize(
    ("column", "error", "code"),
    [
        (NewColumn("A", "int64", value=1), Conflict, "column_exists"),
        (NewColumn("_rid", "int64", value=1), InvalidValue, "reserved_column"),
        (NewColumn("", "int64", value=1), InvalidValue, "bad_column_name"),
        (NewColumn("c", "int", value=1), InvalidValue, "unknown_type"),
        (NewColumn("c", "int64", value="x"), InvalidValue, "bad_cell"),
        (NewColumn("c", "int64", value=[1]), InvalidValue, "bad_cell"),
        (NewColumn("c", "int64", expression="a +"), InvalidValue, "bad_expression"),
        (NewColumn("c", "int64", expression="b::int"), InvalidValue, "bad_expression"),
        (NewColumn("c", "int64", expression="sum(a)"), InvalidValue, "bad_expression"),
    ],
)
def test_a_column_that_cannot_be_added_is_refused_by_name(house, column, error, code):
    file = house.convert("a,b\n1,x\n2,y\n")

    with pytest.raises(error) as refused:
        house.columns.add(file, ANN, column)

    assert refused.value.code == code
    assert house.tables.snapshot(house.file(file.id)).version == 0
    assert len(list((house.parquet / file.id).glob("*.parquet"))) == 1


def test_a_column_is_computed_from_the_others(house, text):
    file = house.convert('price,"unit price",day\n1.50,2,2024-02-29\n2.25,,2024-03-01\n3.00,4,\n')

    def add(name, kind, expression):
        made = house.columns.add(house.file(file.id), ANN, NewColumn(name, kind, expression=expression))
        return made.counts.converted, made.counts.missing, made.counts.misses

    assert add("sum", "decimal(18,2)", 'price + "Unit Price"') == (2, 1, 0)
    assert add("third", "double", "price / 3") == (3, 0, 0)
    assert add("whole", "int64", "price") == (1, 0, 2)
    assert add("month", "text", "strftime(day, '%B')") == (2, 1, 0)
    assert add("at", "timestamp", "day + interval 90 minute") == (2, 1, 0)
    assert add("late", "bool", "day > date '2024-02-29'") == (2, 1, 0)
    assert text(file) == (
        "price,unit price,day,sum,third,whole,month,at,late\n"
        "1.50,2,2024-02-29,3.50,0.5,1.50,February,2024-02-29 01:30:00,false\n"
        "2.25,,2024-03-01,,0.75,2.25,March,2024-03-01 01:30:00,true\n"
        "3.00,4,,7.00,1,3,,,\n"
    )
    types = [each["type"] for each in house.tables.snapshot(house.file(file.id)).columns]
    assert types[3:] == ["decimal(18,2)", "double", "int64", "text", "timestamp", "bool"]


def test_a_table_of_many_row_groups_and_parts_gets_a_column_too(house):
    rows = "".join(f"{i},{i % 97}\n" for i in range(150_000))
    file = house.convert("a,b\n" + rows, segment_bytes=1 << 20)
    house.edit(file, deletes=frozenset({7}), updates={9: {"b": None}})

    made = house.columns.add(house.file(file.id), ANN, NewColumn("c", "int64", expression="a * 2 + b"))

    assert (made.counts.converted, made.counts.missing) == (149_998, 1)
    kept = house.rows(house.file(file.id))
    assert [row[3] for row in kept[:9]] == [0, 3, 6, 9, 12, 15, 18, 24, None]
    assert all(row[3] == row[1] * 2 + row[2] for row in kept[10:])
    assert [row[0] for row in kept] == [i for i in range(150_000) if i != 7]


def test_values_that_are_written_otherwise_are_so_in_every_version_after(house, text):
    file = house.convert("a,b\nk,1\nl,1.5\n")
    house.columns.change(file, ANN, "b", ColumnWish(type="decimal(18,2)"))
    assert house.tables.snapshot(house.file(file.id)).asides["b"].respelt == 2

    house.edit(house.file(file.id), updates={0: {"a": "K"}}, inserts=[{"a": "m", "b": 2}])
    house.appending.append(house.file(file.id), ANN, house.convert("junk,a\nq,n\n"))

    assert text(file) == "a,b,junk\nK,1,\nl,1.5,\nm,2.00,\nn,,q\n"
    house.edit(house.file(file.id), deletes=frozenset({0}), updates={1: {"b": 3}})
    assert house.tables.snapshot(house.file(file.id)).asides == {}
    assert text(file) == "a,b,junk\nl,3.00,\nm,2.00,\nn,,q\n"
