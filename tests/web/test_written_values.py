"""Cells that are written in a style, and words for missing: values that come back as they were written."""

from __future__ import annotations

import csv
import io
import json

import openpyxl
import pyarrow.parquet as pq
import pytest

from live_server import entry_when
from web.sales_table import got, table

WAYS = (
    "id;paid;flag;day;at;share;price\n"
    "1;1.234,50;TRUE;31.12.2024;01.02.2025 09:05;12%;€1,234.00\n"
    "2;-0,75;FALSE;01.02.2025;31.12.2024 23:59;7%;-€5.50\n"
    "3;999,00;TRUE;15.03.2025;01.01.2025 00:00;100%;€0.00\n"
)


def test_cells_in_a_style_are_values_and_come_back_as_they_were(ann):
    path = table(ann, WAYS, "ways.csv")

    body = got(ann, path)

    shown = {each["name"]: (each["type"], each["style"]) for each in body["columns"]}
    assert shown == {
        "id": ("int64", "0"), "paid": ("decimal(18,2)", "#.##0,0"), "flag": ("bool", "TRUE/FALSE"),
        "day": ("date", "dd.MM.yyyy"), "at": ("timestamp", "dd.MM.yyyy HH:mm"), "share": ("int64", "0%"),
        "price": ("decimal(18,2)", "€#,##0.0"),
    }  # fmt: skip
    first = body["rows"][0]
    assert (first["paid"], first["flag"], first["day"], first["share"]) == (1234.5, True, "2024-12-31", 12)
    assert (first["at"], first["price"]) == ("2025-02-01T09:05:00", 1234.0)
    assert body["aggregates"]["share"]["sum"] == 119
    written = got(ann, f"{path}/rows", text=True)["rows"]
    assert [each["paid"] for each in written] == ["1.234,50", "-0,75", "999,00"]
    assert ann.get(f"{path}/export?dialect=original").text == WAYS
    late = got(ann, f"{path}/rows", filter="day:gt:31.12.2024", sort="-paid")["rows"]
    assert [each["id"] for each in late] == [3, 2]
    assert [each["id"] for each in got(ann, f"{path}/rows", filter="paid:ge:999")["rows"]] == [1, 3]


def test_words_for_missing_are_null_and_come_back_as_they_were(ann):
    content = 'id,price,name\n1,9.50,NA\n2,NA,Bo\n3,"",-\n4,,Cy\n5,NA,""\n'
    path = table(ann, content, "missing.csv")

    body = got(ann, path)

    assert [each["missing"] for each in body["columns"]] == [{}, {"": 1, "NA": 2}, {}]
    assert [each["price"] for each in body["rows"]] == [9.5, None, None, None, None]
    assert body["aggregates"]["price"]["nulls"] == 4
    written = got(ann, f"{path}/rows", text=True)["rows"]
    assert [each["price"] for each in written] == ["9.50", "NA", "", None, "NA"]
    assert [each["price"] for each in got(ann, f"{path}/rows", text=True, filter="price:isnull")["rows"]] == [
        "NA",
        "",
        None,
        "NA",
    ]
    assert ann.get(f"{path}/export?format=csv").text == content
    assert ann.get(f"{path}/export?format=csv&filter=id:ge:2").text == content.replace("1,9.50,NA\n", "")
    safe = ann.get(f"{path}/export?format=csv&safe=true").text
    assert safe == content.replace('3,"",-', '3,"",\'-')
    entry = got(ann, path.replace("/datasets/", "/files/"))
    assert entry["content"]["columns"][1]["missing"] == {"": 1, "NA": 2}
    listed = next(each for each in got(ann, "/datasets") if path.endswith(each["id"]))
    assert listed["columns"][1]["missing"] == {"": 1, "NA": 2}


def test_durations_and_ids_are_compared_sorted_edited_and_written_as_they_were(ann):
    first, second = "123E4567-E89B-12D3-A456-426614174000", "00000000-E89B-12D3-A456-42661417400A"
    content = f"id,took,key\n1,26:03:04,{first}\n2,1:00:00.5,{second}\n3,100:00:00,\n"
    path = table(ann, content, "spans.csv")

    body = got(ann, path)

    assert [(each["type"], each["style"]) for each in body["columns"][1:]] == [
        ("duration", "[h]:mm:ss[.S]"),
        ("uuid", "8-4-4-4-12 upper"),
    ]
    assert [body["rows"][0][name] for name in ("took", "key")] == ["26:03:04", first.lower()]
    assert (body["aggregates"]["took"]["min"], body["aggregates"]["took"]["max"]) == ("1:00:00.5", "100:00:00")
    assert [each["id"] for each in got(ann, f"{path}/rows", sort="-took")["rows"]] == [3, 1, 2]
    assert [each["id"] for each in got(ann, f"{path}/rows", filter="took:lt:P1DT2H")["rows"]] == [2]
    assert [each["id"] for each in got(ann, f"{path}/rows", filter=f"key:eq:{first}")["rows"]] == [1]
    assert [each["id"] for each in got(ann, f"{path}/rows", filter=f"key:in:{second.lower()},{first}")["rows"]] == [
        1,
        2,
    ]
    assert ann.patch(f"{path}/rows/0", json={"took": "PT25H", "key": second.lower()}).status_code == 200
    assert ann.patch(f"{path}/rows/0", json={"took": "25 h"}).json()["code"] == "bad_cell"
    assert ann.get(f"{path}/export?dialect=original").text == content.replace("26:03:04", "25:00:00").replace(
        first, second
    )
    assert "25:00:00" in ann.get(f"{path}/export?format=ndjson").text


def test_words_that_are_named_are_missing_in_previews_uploads_and_rereads(ann):
    content = "id,t\n1,-999\n2,15\n3,k.A.\n"
    path = table(ann, content, "named.csv")
    file = path.replace("/datasets/", "/files/")

    shown = ann.post(f"{file}/preview", json={"missing": ["-999", "k.A."]}).json()
    reread = ann.post(f"{path}/reread", json={"missing": ["-999", "k.A."]})

    assert (shown["columns"][1]["type"], shown["columns"][1]["missing"]) == ("int64", {"-999": 1, "k.A.": 1})
    assert [each["t"] for each in shown["rows"]] == [None, 15, None]
    assert reread.status_code == 200
    assert [each["t"] for each in got(ann, path)["rows"]] == [None, 15, None]
    assert got(ann, path)["columns"][1]["missing"] == {"-999": 1, "k.A.": 1}
    rid = got(ann, path)["rows"][1]["_rid"]
    assert ann.patch(f"{path}/rows/{rid}", json={"t": -999}).status_code == 200
    assert got(ann, path)["columns"][1]["missing"] == {"-999": 2, "k.A.": 1}
    assert ann.get(f"{path}/export?dialect=original").text == content.replace("15", "-999")


def test_columns_of_text_say_what_they_could_be(ann):
    path = table(
        ann,
        "id,day,n\n1,05/04/2025,7\n2,01/02/2024,8\n3,11/12/2023,9\n4,02/03/2024,10\n5,01/01/2024,n. b.\n",
        "offers.csv",
    )

    columns = {each["name"]: each for each in got(ann, path)["columns"]}

    assert columns["id"]["offers"] == []
    assert [(each["type"], each["style"], each["fits"]) for each in columns["day"]["offers"]] == [
        ("date", "dd/MM/yyyy", 5),
        ("date", "MM/dd/yyyy", 5),
    ]
    assert columns["n"]["offers"] == [{"type": "int64", "style": "0", "fits": 4, "misses": 1, "examples": ["n. b."]}]
    listed = next(each for each in got(ann, "/datasets") if path.endswith(each["id"]))
    assert [each["offers"] for each in listed["columns"]] == [None] * 3


def test_edit_may_write_a_word_for_missing(ann):
    path = table(ann, "id,price\n1,9.50\n2,NA\n", "missing.csv")

    made = ann.patch(f"{path}/rows/0", json={"price": "N/A"})
    ann.patch(f"{path}/rows/1", json={"price": None})

    assert (made.status_code, made.json()["price"]) == (200, None)
    assert ann.get(f"{path}/export?format=csv").text == "id,price\n1,N/A\n2,\n"
    assert got(ann, path)["columns"][1]["missing"] == {"N/A": 1}
    assert got(ann, path, version=1)["columns"][1]["missing"] == {"NA": 1, "N/A": 1}
    assert got(ann, path, version=0)["columns"][1]["missing"] == {"NA": 1}


@pytest.mark.parametrize("delimiter", [",", ";", "."])
def test_cells_in_a_style_are_quoted_where_they_hold_the_delimiter(ann, delimiter):
    rows = [["n", "paid", "share", "day"], ["1", "1,234.50", "12%", "31/12/2024"], ["2", "0.75", "7%", "01/02/2025"]]
    quoted = [[f'"{cell}"' if delimiter in cell else cell for cell in row] for row in rows]
    content = "".join(delimiter.join(row) + "\n" for row in quoted)

    answer = ann.post(
        "/files", params={"delimiter": delimiter}, files={"file": ("ways.csv", content.encode(), "text/csv")}
    )
    path = f"/datasets/{entry_when(ann, answer.json()['id'])['id']}"
    row = ann.patch(f"{path}/rows/0", json={"paid": "1,000,000.00"}, headers={"If-Match": '"0"'})

    assert row.status_code == 200, row.text
    rows[1][1] = "1,000,000.00"
    assert list(csv.reader(io.StringIO(ann.get(f"{path}/export?dialect=original").text), delimiter=delimiter)) == rows
    assert list(csv.reader(io.StringIO(ann.get(f"{path}/export").text))) == rows
    assert [each["paid"] for each in got(ann, f"{path}/rows")["rows"]] == [1000000.0, 0.75]


def test_edits_of_a_style_are_values_or_texts_and_are_exported_in_it(ann):
    path = table(ann, WAYS, "ways.csv")

    for row, cells in ((0, {"paid": 2000000.25, "flag": False}), (1, {"day": "05.06.2025", "at": "2025-06-05 10:00"})):
        done = ann.patch(f"{path}/rows/{row}", json=cells, headers={"If-Match": f'"{row}"'})
        assert done.status_code == 200, done.text
    refused = ann.patch(f"{path}/rows/2", json={"at": "2025-06-05 10:00:30"}, headers={"If-Match": '"2"'})

    assert (refused.status_code, refused.json()["code"]) == (422, "bad_cell")
    lines = ann.get(f"{path}/export?dialect=original").text.splitlines()
    assert lines[1] == "1;2.000.000,25;FALSE;31.12.2024;01.02.2025 09:05;12%;€1,234.00"
    assert lines[2] == "2;-0,75;FALSE;05.06.2025;05.06.2025 10:00;7%;-€5.50"
    ann.post(f"{path}/restore", json={"version": 0})
    assert ann.get(f"{path}/export?dialect=original").text == WAYS


def test_whatever_looks_at_a_table_takes_cells_in_a_style(ann):
    path = table(ann, WAYS, "ways.csv")
    names = WAYS.splitlines()[0].split(";")

    shown = got(ann, path, text=True)["aggregates"]
    profiles = {name: got(ann, f"{path}/profile", column=name, text=True) for name in names}
    groups = {name: got(ann, f"{path}/aggregate", by=name, measure="sum(share)", text=True)["groups"] for name in names}

    assert (shown["paid"]["min"], shown["paid"]["max"], shown["paid"]["sum"]) == ("-0,75", "1.234,50", 2232.75)
    assert (shown["day"]["min"], shown["day"]["max"]) == ("31.12.2024", "15.03.2025")
    assert profiles["day"]["shape"] == "series"
    assert profiles["share"]["shape"] == profiles["paid"]["shape"] == "histogram"
    assert sorted(each["key"] for each in groups["day"]) == ["01.02.2025", "15.03.2025", "31.12.2024"]
    assert sorted(each["key"] for each in groups["price"]) == ["-€5.50", "€0.00", "€1,234.00"]
    sheet = openpyxl.load_workbook(io.BytesIO(ann.get(f"{path}/export?format=xlsx").content)).active
    assert [str(cell.value) for cell in sheet[2]] == [
        "1",
        "1234.5",
        "True",
        "2024-12-31 00:00:00",
        "2025-02-01 09:05:00",
        "12",
        "1234.0",
    ]
    parquet = pq.read_table(io.BytesIO(ann.get(f"{path}/export?format=parquet").content))
    assert [str(kind) for kind in parquet.schema.types] == [
        "int64", "decimal128(18, 2)", "bool", "date32[day]", "timestamp[us]", "int64", "decimal128(18, 2)"
    ]  # fmt: skip
    lines = [json.loads(line) for line in ann.get(f"{path}/export?format=ndjson").text.splitlines()]
    assert lines[0]["day"] == "2024-12-31"
