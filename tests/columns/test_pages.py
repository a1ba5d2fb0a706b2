"""Columns of texts that are encoded here: every reader reads the same texts, and finds them by their statistics."""

from __future__ import annotations

import random
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parquay.columns import native
from parquay.columns.parquet import pages, parts
from parquay.columns.parquet.parts import Codec

pytestmark = pytest.mark.skipif(native.LIBRARY is None, reason="there is no C compiler here")

CODECS = [parts.ZSTD, Codec("snappy", None), Codec("none", None)]
TEXTS = st.lists(
    st.none() | st.text(max_size=9) | st.sampled_from(["", "a" * 70, "é" * 3000]), min_size=10, max_size=300
)


@pytest.fixture(autouse=True)
def _every_column(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "LEAST_BYTES", 0)
    monkeypatch.setattr(parts, "_worth_a_dictionary", lambda _table: frozenset())


def encoded(table: pa.Table, codec: Codec = parts.ZSTD, page_bytes: int = 2000) -> pa.Buffer:
    return parts.encode(table, codec, page_bytes=page_bytes)


def chunk(content: pa.Buffer) -> pq.ColumnChunkMetaData:
    return pq.read_metadata(pa.BufferReader(content)).row_group(0).column(0)


@pytest.mark.parametrize("codec", CODECS)
def test_texts_are_read_back_by_every_reader(codec: Codec, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    chance = random.Random(1)
    cells = [
        "",
        None,
        "ä" * 9000,
        *[chance.choice([None, "", "word", "x" * chance.randrange(200)]) for _ in range(3000)],
    ]
    body = pa.chunked_array([pa.array(cells[:7]), pa.array([], pa.string()), pa.array(cells)[7:]])
    table = pa.table(
        {"n": range(3003), "a.b": body, "sure": pa.array(cells[3:] + ["z"] * 3), "none": pa.nulls(3003, pa.string())}
    )
    monkeypatch.setattr(parts, "GROUP_ROWS", 1000)

    (path := tmp_path / "table.parquet").write_bytes(encoded(table, codec))

    assert pq.read_metadata(path).num_row_groups == 3
    assert chunk(encoded(table.select(["a.b"]), codec)).encodings == ("DELTA_LENGTH_BYTE_ARRAY", "RLE")
    assert pq.read_table(path).equals(table)
    assert duckdb.sql(f"FROM '{path}' ORDER BY n").to_arrow_table().to_pydict() == table.to_pydict()
    polars = pytest.importorskip("polars", reason="only the benchmark brings Polars")
    assert polars.read_parquet(path).to_dict(as_series=False) == table.to_pydict()


@given(cells=TEXTS, start=st.integers(0, 9), size=st.sampled_from([1, 64, 5000]))
@settings(max_examples=60)
def test_any_texts_are_read_back_from_any_place_of_an_array(cells: list[str | None], start: int, size: int):
    table = pa.table({"text": pa.array(cells, pa.string())[start:]})

    content = encoded(table, page_bytes=size)

    assert pq.read_table(pa.BufferReader(content)).equals(table)


@pytest.mark.parametrize("count", [1, 2, 32, 33, 34, 128, 129, 130, 257])
@pytest.mark.parametrize("longest", [0, 1, 2, 255, 65_536])
def test_lengths_of_any_width_are_packed(count: int, longest: int):
    chance = random.Random(count)
    table = pa.table(
        {"text": pa.array(["a" * chance.choice([0, longest, longest // 2]) for _ in range(count)], pa.string())}
    )

    content = encoded(table, page_bytes=1 << 30)

    assert pq.read_table(pa.BufferReader(content)).equals(table)


def test_nulls_that_hide_bytes_are_left_out():
    offsets, values = pa.py_buffer(memoryview(b"\0\0\0\0\1\0\0\0\4\0\0\0\5\0\0\0")), pa.py_buffer(b"abcde")
    texts = pa.Array.from_buffers(pa.string(), 3, [pa.py_buffer(b"\5"), offsets, values])

    content = encoded(pa.table({"text": texts}))

    assert pq.read_table(pa.BufferReader(content))["text"].to_pylist() == ["a", None, "e"]


@pytest.mark.parametrize(
    ("cells", "bounds"),
    [
        (["b", "a", None, "c"], ("a", "c")),
        (["", "a"], ("", "a")),
        (["abcdefgh", "abcdefg", "abcdefghi"], ("abcdefg", "abcdefghi")),
        (["abcdefgh2", "abcdefgh10", "abcdefgh"], ("abcdefgh", "abcdefgh2")),
        (["z", "é", "😀", "\U0000ffff"], ("z", "😀")),
        (["a\0", "a"], ("a", "a\0")),
    ],
)
@pytest.mark.parametrize("page_bytes", [1, 1000])
def test_statistics_have_the_least_and_the_greatest_text(
    cells: list[str | None], bounds: tuple[str, str], page_bytes: int
):
    found = chunk(encoded(pa.table({"text": cells}), page_bytes=page_bytes)).statistics

    assert (found.min, found.max) == bounds
    assert found.null_count == cells.count(None)


def test_statistics_of_several_arrays_know_of_empty_texts():
    pieces = [pa.array(["b"]), pa.array(["", None]), pa.array(["c"])]

    found = chunk(encoded(pa.table({"text": pa.chunked_array(pieces)}))).statistics

    assert (found.min, found.max) == ("", "c")


def test_statistics_have_no_text_that_is_too_long_and_none_where_all_are_null():
    long, empty = "y" * 5000, [None, None]

    found = chunk(encoded(pa.table({"text": ["x", long]}))).statistics
    of_nulls = chunk(encoded(pa.table({"text": pa.array(empty, pa.string())}))).statistics

    assert not found.has_min_max
    assert not of_nulls.has_min_max
    assert of_nulls.null_count == 2


def test_rows_are_found_by_statistics(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(parts, "GROUP_ROWS", 100)
    table = pa.table({"n": range(1000), "text": [f"text {i:04}" for i in range(1000)]})
    (path := tmp_path / "table.parquet").write_bytes(encoded(table))

    found = pq.read_table(path, filters=[("text", "==", "text 0777")])

    assert found["n"].to_pylist() == [777]
    assert duckdb.sql(f"SELECT n FROM '{path}' WHERE text > 'text 0997'").fetchall() == [(998,), (999,)]


def test_short_columns_are_left_to_arrow(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(pages, "LEAST_BYTES", 1000)
    table = pa.table({"short": ["a", "b"], "long": ["a" * 600, "b" * 600]})

    content = encoded(table)

    group = pq.read_metadata(pa.BufferReader(content)).row_group(0)
    assert ["DELTA_LENGTH_BYTE_ARRAY" in group.column(i).encodings for i in range(2)] == [False, True]
    assert pq.read_table(pa.BufferReader(content)).equals(table)
