"""How a table is encoded: read back it is the same, and bytes that cannot be made fewer are left alone."""

from __future__ import annotations

import random
from decimal import Decimal
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from parquay.columns.parquet import parts
from parquay.columns.parquet.parts import Codec

ROWS = 20_000
SNAPPY = Codec("snappy", None)


def noise(seed: int) -> random.Random:
    return random.Random(seed)


def compressions(content: pa.Buffer) -> dict[str, str]:
    group = pq.read_metadata(pa.BufferReader(content)).row_group(0)
    return {group.column(i).path_in_schema: group.column(i).compression for i in range(group.num_columns)}


@pytest.mark.parametrize("codec", [parts.ZSTD, SNAPPY])
def test_columns_of_noise_are_not_compressed(codec: Codec):
    chance = noise(1)
    table = pa.table(
        {
            "random": pa.array([chance.randint(0, 10**9) for _ in range(ROWS)]),
            "price.net": pa.array([Decimal(chance.randint(0, 10**8)) / 100 for _ in range(ROWS)], pa.decimal128(18, 2)),
            "measured": pa.array([chance.random() for _ in range(ROWS)]),
            "growing": pa.array([100 * i for i in range(ROWS)]),
            "steps": pa.array([float(i // 1000) + 0.5 for i in range(ROWS)]),
            "words": pa.array([f"{chance.random()}" for _ in range(ROWS)]),
        }
    )

    content = parts.encode(table, codec)

    name = codec.name.upper()
    assert compressions(content) == {
        "random": "UNCOMPRESSED", "price.net": "UNCOMPRESSED", "measured": "UNCOMPRESSED",
        "growing": name, "steps": name, "words": name,
    }  # fmt: skip
    assert pq.read_table(pa.BufferReader(content)).equals(table)


def test_table_of_nothing_but_noise_is_encoded():
    table = pa.table({"measured": pa.array([noise(i).random() for i in range(ROWS)])})

    content = parts.encode(table)

    assert compressions(content) == {"measured": "UNCOMPRESSED"}
    assert pq.read_table(pa.BufferReader(content)).equals(table)


@pytest.mark.parametrize("start", [0, 1, 8, 13])
@pytest.mark.parametrize("precision", [18, 38])
def test_decimals_are_read_back_as_they_were_also_from_the_middle_of_an_array(start: int, precision: int):
    chance = noise(2)
    values = [None if i % 7 == 3 else Decimal(chance.randint(-(10**17), 10**17)).scaleb(-4) for i in range(3000)]
    pieces = [pa.array(values[:500], pa.decimal128(precision, 4)), pa.array(values[500:], pa.decimal128(precision, 4))]
    table = pa.table({"amount": pa.chunked_array([piece.slice(start) for piece in pieces])})

    content = parts.encode(table)

    read = pq.read_table(pa.BufferReader(content))
    assert read.schema == table.schema
    assert read["amount"].to_pylist() == values[start:500] + values[500 + start :]


def test_table_without_rows_is_encoded():
    table = pa.table({"amount": pa.array([], pa.decimal128(18, 2)), "name": pa.array([], pa.string())})

    assert pq.read_table(pa.BufferReader(parts.encode(table))).equals(table)


@pytest.mark.parametrize("cells", [[None, "b"], ["", None, None], ["b", None, "b"], ["b"] * 3 + [None] * 9])
def test_engines_tell_one_text_from_the_missing_cells_beside_it(tmp_path: Path, cells: list[str | None]):
    path = tmp_path / "part.parquet"
    path.write_bytes(parts.encode(pa.table({"text": pa.array(cells)})))

    with duckdb.connect() as engine:
        found = engine.execute("SELECT count(*) FROM read_parquet(?) WHERE text IS NULL", [str(path)]).fetchall()

    assert found == [(cells.count(None),)]
