from __future__ import annotations

import csv
import io
import json
import math

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from made_tables import made_table, paths_of
from parquay.columns.types.registry import column_type
from parquay.columns.types.text import TEXT
from parquay.datasets.export.export import Exporter
from parquay.datasets.export.formats import ExportRequest
from parquay.datasets.query.aggregates import Aggregator
from parquay.datasets.query.engine import Cancelled, CancelToken
from parquay.datasets.query.plan import columns_of, read_query
from parquay.errors import ParquayError

NOTES = ("plain", "", '""', '"a,b"', '"two\nlines"')
MIXED = "id,price,note,day,at,clock,flag\n" + "".join(
    f"{i},{i % 90}.{i % 10}0,{NOTES[i % 5]},2024-02-{1 + i % 28:02},2024-01-01T00:00:{i % 60:02}.5+02:00,"
    f"10:{i % 60:02}:00.123456789,{str(not i % 2).lower()}\n"
    for i in range(6000)
)


@pytest.mark.parametrize(
    "text",
    [
        MIXED,
        "a\n1\n2\n3\n",
        "a,a,,b\n1,2,3,4\n5,6,7,8\n9,10,11,12\n",
        "zip,n\n01234,1e5\n99999,2e5\n00001,-0\n",
        "x,y\n1.0,2024-01-01 10:00\n0.1,2024-01-02 11:30\n1e+16,2024-01-03 12:00\n",
        "k,v\n9223372036854775808,12345678901234567890123456789.5\n1,0.5\n2,3.5\n",
        "t,n\n2024-01-01T00:00:00.123456789Z,1\n2024-01-01T00:00:00.000000001Z,2\n2024-01-02T00:00:00.000000000Z,3\n",
        "1,2,3\n4,5,6\n7,8,9\n10,11,12\n",
    ],
    ids=["mixed", "one column", "odd names", "leading zeros", "doubles", "large numbers", "nanoseconds", "no header"],
)
def test_csv_is_the_upload_again(table_of, export, text):
    name, content = export(table_of(text))

    assert content.decode() == text
    assert name == "data.csv"


def test_upload_with_another_dialect_comes_back_with_commas_or_as_it_was(table_of, export):
    text = "id;note;share\r\n" + "".join(f"{i};'it''s; {i}';{i}.5\r\n" for i in range(50))
    snapshot = table_of(text)
    assert snapshot.dialect["delimiter"] == ";"

    plain = export(snapshot)[1].decode()
    original = export(snapshot, original=True)[1].decode()

    assert plain == text.replace(";", ",").replace("'it''s, ", "it's; ").replace("',", ",").replace("\r\n", "\n")
    assert original == text


def test_delimiter_in_a_number_or_a_time_is_quoted(engine, export):
    types = {"t": column_type("timestamp", " |0|"), "n": column_type("int64", True)}
    table = pa.table({"t": pa.array([0, None], pa.timestamp("us")), "n": [-1, None]})
    snapshot = made_table(engine._fetched, types, table)
    told = {"format": "csv", "delimiter": "-", "quote": '"', "newline": "\n", "header_rows": 1, "header": [["t", "n"]]}
    object.__setattr__(snapshot, "dialect", told)

    assert export(snapshot, original=True)[1] == b't-n\n"1970-01-01 00:00:00"-"-1"\n-\n'


RISKY = [
    "=1",
    "+1+1",
    "-1+1",
    "@A1",
    "\t=1",
    "\r=1",
    "\n=1",
    "\tx",
    "\rx",
    "\nx",
    "\uff1d1",
    "\uff0b1",
    "\uff0d1",
    "\uff20A",
    " =1",
    "\u00a0=1",
]
RISKY += ["\ufeff=1", '"=1', "'=1", "\u3000\uff1d1", " \n +x", "\x0b-x"]
HARMLESS = ["x=1", "a-b", "1+1", "", "#", "a\n=1", "Ä", "mail@example.org", " x", '"x"', "x-"]


def test_safe_csv_marks_all_that_may_run_and_nothing_else(engine, export, tmp_path):
    cells = [*RISKY, *HARMLESS]
    made = made_table(
        tmp_path, {"=h": TEXT, "n": column_type("int64", True)}, pa.table({"=h": cells, "n": [-1] * len(cells)})
    )

    rows = list(csv.reader(io.StringIO(export(made, safe=True)[1].decode(), newline="")))

    assert rows[0] == ["'=h", "n"]
    assert [row[0] for row in rows[1:]] == [*("'" + cell for cell in RISKY), *HARMLESS]
    assert {row[1] for row in rows[1:]} == {"-1"}
    numbers = made_table(tmp_path, {"x": column_type("double", "any")}, pa.table({"x": [-math.inf, -1.5]}))
    assert export(numbers, safe=True)[1].decode() == "x\n'-inf\n-1.5\n"


def test_a_sheet_has_no_formulas(house, export):
    made = made_table(house.parquet, {"=h": TEXT}, pa.table({"=h": ["=1+1", "+x", "@x", "-x"]}))

    sheet = openpyxl.load_workbook(io.BytesIO(export(made, "xlsx")[1])).active

    assert [cell.data_type for row in sheet.iter_rows() for cell in row] == ["s"] * 5
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == ["=h", "=1+1", "+x", "@x", "-x"]


def test_safe_csv_keeps_spreadsheets_from_running_texts_and_leaves_numbers_alone(table_of, export):
    text = '=h,n\n=1+1,-1\n+x,2\n-x,3\n@x,4\n"\tx",5\nx=1,6\n,7\n"=a,b",8\n'

    safe = export(table_of(text), safe=True)[1].decode()

    assert safe == "'=h,n\n'=1+1,-1\n'+x,2\n'-x,3\n'@x,4\n'\tx,5\nx=1,6\n,7\n\"'=a,b\",8\n"


def test_header_is_left_out_or_made_when_asked(table_of, export):
    with_header, without = table_of("a,b\n1,2\n3,4\n5,6\n"), table_of("1,2\n3,4\n5,6\n7,8\n")
    names = [column["name"] for column in without.columns]

    assert export(with_header, header=False)[1] == b"1,2\n3,4\n5,6\n"
    assert export(without, header=True)[1].decode().splitlines()[0] == ",".join(names)


def test_only_the_chosen_rows_and_columns_are_exported_in_the_order_asked_for(table_of, export):
    snapshot = table_of(MIXED)

    _name, content = export(snapshot, "csv", "id:in:4000,17,5999", columns=["flag,id"])

    assert content == b"flag,id\nfalse,17\ntrue,4000\nfalse,5999\n"
    rows = [json.loads(line) for line in export(snapshot, "ndjson", "note:isnull", "id:lt:12")[1].splitlines()]
    assert [row["id"] for row in rows] == [1, 6, 11]


def test_row_ids_can_be_exported(table_of, export):
    snapshot = table_of(MIXED)
    assert len(snapshot.parts) >= 1

    assert export(snapshot, "csv", "_rid:in:5,4999", columns=["id"])[1] == b"id\n5\n4999\n"


def test_edited_version_is_exported_as_it_is_and_the_first_one_as_it_was(house, table_of, export):
    text = "a,b\n1,x\n2,y\n3,z\n"
    file = house.convert(text)
    house.edit(file, inserts=[{"a": 4, "b": "w, w"}], updates={1: {"b": None}}, deletes=frozenset({0}))

    file = house.file(file.id)
    assert export(house.tables.snapshot(file))[1] == b'a,b\n2,\n3,z\n4,"w, w"\n'
    assert export(house.tables.snapshot(file, 0))[1] == text.encode()
    merged = pq.read_table(pa.BufferReader(export(house.tables.snapshot(file), "parquet")[1]))
    assert merged.to_pydict() == {"a": [2, 3, 4], "b": [None, "z", "w, w"]}


# Parquet, Arrow, NDJSON


def read_parquet(content):
    return pq.read_table(pa.BufferReader(content))


@pytest.mark.parametrize("filters", [(), ("id:ge:0",)], ids=["parts as they are", "encoded again"])
def test_parquet_has_every_row_in_its_type(table_of, export, filters):
    snapshot = table_of(MIXED)
    arrow = pa.ipc.open_stream(export(snapshot, "arrow")[1]).read_all()

    name, content = export(snapshot, "parquet", *filters)

    found = read_parquet(content)
    assert (name, found.num_rows) == ("data.parquet", 6000)
    assert found.cast(arrow.schema).equals(arrow)
    assert str(found.schema.field("price").type) == "decimal128(18, 2)"
    assert str(found.schema.field("clock").type) == "time64[ns]"
    assert str(found.schema.field("at").type) == "timestamp[us, tz=UTC]"


def test_parts_are_put_together_as_bytes_where_nothing_is_left_out(engine, export):
    types = {"n": column_type("int64", True), "t": TEXT}
    table = pa.table({"n": range(1000), "t": [str(n) for n in range(1000)]})
    snapshot = made_table(engine._fetched, types, table, cuts=[100, 101, 700])

    content = export(snapshot, "parquet")[1]

    assert pq.ParquetFile(pa.BufferReader(content)).num_row_groups == 4
    assert read_parquet(content).equals(table)
    assert all(path.read_bytes()[4:60] in content for path in paths_of(snapshot))


@pytest.mark.parametrize("kind", ["parquet", "arrow"])
def test_table_that_lost_all_rows_keeps_its_columns(house, export, kind):
    file = house.convert("a,b\n1,x\n2,y\n")
    house.edit(file, deletes=frozenset({0, 1}))
    snapshot = house.tables.snapshot(house.file(file.id))

    content = export(snapshot, kind)[1]

    found = read_parquet(content) if kind == "parquet" else pa.ipc.open_stream(content).read_all()
    assert (found.num_rows, found.column_names) == (0, ["a", "b"])
    assert export(snapshot)[1] == b"a,b\n"
    assert export(snapshot, "ndjson")[1] == b""


def test_ndjson_has_an_object_for_each_row(table_of, export):
    name, content = export(table_of(MIXED), "ndjson")

    rows = [json.loads(line) for line in content.splitlines()]
    assert (name, len(rows)) == ("data.ndjson", 6000)
    assert rows[3] == {
        "id": 3,
        "price": 3.3,
        "note": "a,b",
        "day": "2024-02-04",
        "at": "2023-12-31T22:00:03.5Z",
        "clock": "10:03:00.123456789",
        "flag": False,
    }


# Names, cancelling, memory


@pytest.mark.parametrize(
    ("upload", "name"),
    [
        ("sales.csv", "sales.ndjson"),
        ("sales.2024.CSV.gz", "sales.2024.ndjson"),
        ("Übung", "Übung.ndjson"),
        (".csv", ".csv.ndjson"),
        ("book.xlsx", "book.ndjson"),
    ],
)
def test_download_is_named_after_the_upload(table_of, export, upload, name):
    snapshot = table_of("a,b\n1,x\n2,y\n")
    object.__setattr__(snapshot, "name", upload)

    assert export(snapshot, "ndjson")[0] == name


@pytest.mark.parametrize("filters", [(), ("id:ge:0",)])
@pytest.mark.parametrize("kind", ["csv", "parquet", "ndjson", "arrow", "xlsx"])
def test_export_ends_when_nobody_reads_it(table_of, export, kind, filters):
    stop = CancelToken()
    stop.cancel()

    with pytest.raises(Cancelled):
        export(table_of(MIXED), kind, *filters, stop=stop)


@pytest.mark.parametrize("kind", ["csv", "parquet", "ndjson", "arrow"])
def test_part_that_is_gone_is_told(table_of, export, kind):
    snapshot = table_of("a,b\n1,x\n2,y\n")
    paths_of(snapshot)[0].unlink()

    with pytest.raises(ParquayError) as caught:
        export(snapshot, kind)

    assert (caught.value.status, caught.value.code) == (503, "part_missing")


@pytest.mark.parametrize("kind", ["csv", "parquet", "ndjson", "arrow", "xlsx"])
def test_long_table_is_exported_a_piece_at_a_time(engine, kind):
    types = {"n": column_type("int64", True), "t": TEXT}
    table = pa.table({"n": range(400_000), "t": [f"row {n}" for n in range(400_000)]})
    snapshot = made_table(engine._fetched, types, table, cuts=[150_000])
    wish = ExportRequest(
        kind, tuple(columns_of(snapshot.columns)), read_query(columns_of(snapshot.columns), ["n:ge:0"])
    )

    before = pa.total_allocated_bytes()
    largest, total = 0, 0
    for chunk in Exporter(engine, Aggregator(engine)).export(snapshot, wish, CancelToken(), CancelToken()).chunks():
        total += len(chunk)
        largest = max(largest, pa.total_allocated_bytes() - before)

    assert total > 100_000
    assert largest < table.nbytes
