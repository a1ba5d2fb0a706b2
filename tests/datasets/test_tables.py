from __future__ import annotations

import duckdb
import polars as pl
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from made_tables import paths_of
from parquay.errors import Conflict, NotFound

TYPES = (
    "b,i,d,big,f,day,at,fine,t,local,zoned,nano,s\n"
    "true,1,1.50,123456789012345678901234567890,0.25,2024-02-29,13:05:09,13:05:09.123456789,08:00:00.5,"
    "2024-02-29 13:05:09,2024-02-29T13:05:09Z,2024-02-29 13:05:09.123456789,ä\n"
    ",,,,,,,,,,,,\n"
    "false,-2,20.25,2,1e+16,1999-12-31,00:00:00,00:00:00.000000001,09:30:00.1,"
    "1970-01-01 00:00:00,1970-01-01T00:00:00Z,1969-12-31 23:59:59.999999999,b\n"
)


def lines(count: int, start: int = 0) -> str:
    return "n,word\n" + "".join(f"{i},word{i % 7}\n" for i in range(start, start + count))


def test_the_order_of_names_is_the_order_of_rows(house):
    file = house.convert(lines(300_000), segment_bytes=1 << 19)

    snapshot = house.tables.snapshot(file)

    numbers = [n for path in paths_of(snapshot) for n in pq.read_table(path)["n"].to_pylist()]
    assert numbers == list(range(300_000))
    assert snapshot.version == 0
    assert snapshot.rid_at(*snapshot.position(123_456)) == 123_456


def test_three_foreign_readers_see_every_type_as_it_is(house):
    file = house.convert(TYPES)
    snapshot = house.tables.snapshot(file)

    table = DeltaTable(snapshot.place.url)
    by_delta = table.to_pyarrow_table()
    by_polars = pl.scan_delta(str(snapshot.place.url)).collect()
    by_duckdb = duckdb.read_parquet(table.file_uris())

    assert by_delta.num_rows == by_polars.height == 3
    assert by_delta["nano"].to_pylist() == ["2024-02-29 13:05:09.123456789", None, "1969-12-31 23:59:59.999999999"]
    assert by_delta["at"].to_pylist() == ["13:05:09", None, "00:00:00"]
    assert by_polars["zoned"].to_list() == by_delta["zoned"].to_pylist()
    assert by_polars["big"].to_list() == by_delta["big"].to_pylist()
    assert [str(each) for each in by_duckdb.types] == [
        "BOOLEAN", "BIGINT", "DECIMAL(18,2)", "DECIMAL(38,0)", "DOUBLE", "DATE", "VARCHAR", "VARCHAR", "VARCHAR",
        "TIMESTAMP", "TIMESTAMP WITH TIME ZONE", "VARCHAR", "VARCHAR",
    ]  # fmt: skip
    assert [each["type"] for each in snapshot.columns] == [
        "bool", "int64", "decimal(18,2)", "decimal(38,0)", "double", "date", "time", "time", "time",
        "timestamp", "timestamptz", "timestamp", "text",
    ]  # fmt: skip


def test_columns_of_the_log_are_those_of_the_file(house):
    file = house.convert(TYPES)

    assert list(house.tables.snapshot(file).columns) == file.columns


def test_names_that_differ_by_case_alone_get_a_number(house):
    file = house.convert("id,Id,_rid\n1,2,3\n")

    assert [each["name"] for each in house.tables.snapshot(file).columns] == ["id", "Id_2", "_rid_2"]


@pytest.mark.parametrize("version", [-1, 1, 10**30])
def test_a_version_that_never_was_is_unknown(house, version: int):
    file = house.convert(lines(3))

    with pytest.raises(NotFound) as refused:
        house.tables.snapshot(file, version)

    assert refused.value.code == "unknown_version"


def test_a_file_without_a_table_has_no_dataset(house):
    file = house.convert("no table at all", name="picture.png")

    with pytest.raises(NotFound) as refused:
        house.tables.snapshot(file)

    assert refused.value.code == "no_table"


def test_a_table_in_the_making_is_not_ready(house):
    file = house.convert(lines(3))
    file.status = "processing"

    with pytest.raises(Conflict) as refused:
        house.tables.snapshot(file)

    assert refused.value.code == "not_ready"
