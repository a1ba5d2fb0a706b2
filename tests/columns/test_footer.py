from __future__ import annotations

import datetime as dt
import io

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from parquay.columns.parquet import chunks, footer, parts
from parquay.columns.parquet.spool import Spool
from parquay.columns.types import candidates, registry


def table_of(start: int, rows: int) -> pa.Table:
    numbers = range(start, start + rows)
    return pa.table(
        {
            "n": pa.array(numbers, pa.int64()),
            "t": pa.array([None if n % 5 == 0 else f"text {n % 3}" for n in numbers], pa.string()),
            "d": pa.array([n * 7 for n in numbers], pa.decimal128(18, 2)),
            "day": [dt.date(2024, 1, 1) + dt.timedelta(n % 99) for n in numbers],
            "f": [n / 8 for n in numbers],
            "b": [n % 2 == 0 for n in numbers],
        }
    )


@pytest.mark.parametrize("codec", [parts.Codec("zstd", 1), parts.Codec("snappy", None)])
def test_row_groups_of_several_files_are_one_file(tmp_path, codec):
    tables = [table_of(0, 1000), table_of(1000, 1), table_of(1001, 500)]
    spool = Spool(tmp_path / "spool")
    for table in tables:
        spool.append(parts.encode(table, codec), {})

    spool.finish(tmp_path / "whole.parquet")

    whole = pq.read_table(tmp_path / "whole.parquet")
    assert whole.equals(pa.concat_tables(tables))
    assert pq.read_metadata(tmp_path / "whole.parquet").num_row_groups == 3
    relation = duckdb.sql(f"SELECT count(*), sum(n), sum(d), max(day) FROM '{tmp_path / 'whole.parquet'}'")
    assert relation is not None
    assert relation.fetchall()[0] == (1501, 1125750, sum(n * 7 for n in range(1501)) / 1, dt.date(2024, 4, 8))


def test_parts_are_put_together_too(tmp_path):
    names = []
    for i in range(3):
        names.append(f"part-{i}.parquet")
        (tmp_path / names[-1]).write_bytes(parts.encode(table_of(i * 10, 10)))
    spool = Spool(tmp_path / "spool")

    for name in names:
        spool.append_part(tmp_path / name, {})
    spool.finish(tmp_path / "whole.parquet")

    assert pq.read_table(tmp_path / "whole.parquet").equals(table_of(0, 30))


def test_statistics_and_wide_schemas_survive(tmp_path):
    wide = pa.table({f"column {i}": [i, i + 1] for i in range(300)})
    spool = Spool(tmp_path / "spool")
    spool.append(parts.encode(wide), {})
    spool.append(parts.encode(wide), {})
    spool.finish(tmp_path / "wide.parquet")

    statistics = pq.read_metadata(tmp_path / "wide.parquet").row_group(1).column(7).statistics
    assert (statistics.min, statistics.max, statistics.null_count) == (7, 8, 0)


@pytest.mark.parametrize("content", [b"", b"PAR1", b"not a parquet file", b"PAR1\xff\xff\xff\x7fPAR1"])
def test_what_is_no_parquet_file_is_refused(content):
    with pytest.raises(ValueError, match=r"footer|Parquet"):
        footer.parse(content)


def test_foreign_metadata_is_dropped():
    table = table_of(0, 3).replace_schema_metadata({"pandas": "{}"})

    metadata = pq.read_metadata(io.BytesIO(parts.encode(table).to_pybytes()))

    assert metadata.metadata is None


def test_numbers_of_one_type_are_recast_where_their_texts_came_to_mean_others(tmp_path):
    cells = pa.array(["999", "1.234"])
    canonical = registry.decide(candidates.examine(cells))
    european = registry.decide(candidates.examine(pa.array([*cells.to_pylist(), "0,5"])))
    spool = Spool(tmp_path / "spool")
    spool.append(parts.encode(pa.table({"v": canonical.to_values(cells)})), {"v": canonical})

    assert canonical.arrow() == european.arrow() == pa.float64()
    assert spool.has_types({"v": canonical})
    assert not spool.has_types({"v": european})
    recast = spool.recast({"v": european}, parts.ZSTD)
    assert [table["v"].to_pylist() for table in recast.tables({"v": european})] == [[999.0, 1234.0]]
    recast.discard()


def test_columns_of_several_files_stand_beside_each_other(tmp_path):
    other = pa.table({"more": ["x", None, "y"] * 100})
    one, two = tmp_path / "one.parquet", tmp_path / "two.parquet"
    one.write_bytes(parts.encode(table_of(0, 300)))
    two.write_bytes(parts.encode(other))
    spool = Spool(tmp_path / "spool")

    with one.open("rb") as first, two.open("rb") as second:
        (ours,), (theirs,) = ([*chunks.row_groups(file)] for file in (first, second))
        n, t, d, *_ = chunks.columns_in(first, ours)
        (more,) = chunks.columns_in(second, theirs)
        for _ in range(2):
            spool.append_columns(ours, [d, more.called("mehr"), n.called("number"), t], {}, {})
    spool.finish(tmp_path / "whole.parquet")

    table = table_of(0, 300)
    half = pa.table({"d": table["d"], "mehr": other["more"], "number": table["n"], "t": table["t"]})
    assert pq.read_table(tmp_path / "whole.parquet").equals(pa.concat_tables([half, half]))
    metadata = pq.read_metadata(tmp_path / "whole.parquet")
    assert (metadata.num_row_groups, metadata.num_columns) == (2, 4)
    assert metadata.row_group(1).column(2).statistics.max == 299
    relation = duckdb.sql(f"SELECT max(number), count(mehr) FROM '{tmp_path / 'whole.parquet'}'")
    assert relation is not None
    assert relation.fetchall() == [(299, 400)]
