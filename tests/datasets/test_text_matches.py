"""Filters on what is written in columns whose values are no texts."""

from __future__ import annotations

import pytest

from parquay.datasets.query import text_matches
from parquay.datasets.query.browse import Browser
from parquay.datasets.query.engine import Engine
from parquay.datasets.query.plan import columns_of, read_query
from parquay.errors import TooLarge

CELLS = {
    "n": ["1", "12", "-2", "NA"],
    "paid": ["1,234.50", "0.25", "", "-"],
    "day": ["31.12.2024", "01.02.2025", "", "13.01.2024"],
    "at": ["2024-01-02T03:04:05.250", "2025-01-02T03:04:05.000", "", ""],
    "clock": ["09:05", "23:59", "NA", ""],
    "share": ["12%", "7%", "100%", ""],
    "flag": ["TRUE", "FALSE", "", "TRUE"],
    "x": ["1e-07", "0.1", "3.5", ""],
    "took": ["26:03:04", "1:00:00.5", "", ""],
    "name": ["Ab", "b", "NA", ""],
}


@pytest.fixture
def engine(house, tmp_path):
    house.parquet.mkdir(exist_ok=True)
    made = Engine(house.parquet, tmp_path / "scratch")
    yield made
    made.close()


def content() -> str:
    rows = zip(*CELLS.values(), strict=True)
    return ";".join(CELLS) + "\n" + "".join(";".join(row) + "\n" for row in rows)


def test_cells_of_every_type_are_found_by_what_is_written(house, engine):
    file = house.convert(content(), options={"delimiter": ";", "header": 1}, segment_bytes=1 << 24)
    snapshot = house.tables.snapshot(house.file(file.id))
    columns = columns_of(snapshot.columns)
    assert [column.name for column in columns if column.type.is_text] == ["name"]

    for name, cells in CELLS.items():
        for probe in {cell[at : at + 2] for cell in cells for at in (0, 2, 4)} - {""}:
            for op, fits in (("contains", str.__contains__), ("starts", str.startswith)):
                query = read_query(columns, [f"{name}:{op}:{probe}"])
                found = Browser(engine).page(snapshot, query, 0, 9)
                assert [row["_rid"] for row in found] == [i for i, cell in enumerate(cells) if fits(cell, probe)]
    query = read_query(columns, ["flag:icontains:ru", "day:contains:."])
    assert [row["_rid"] for row in Browser(engine).page(snapshot, query, 0, 9)] == [0, 3]


def test_a_search_finds_rows_by_what_any_of_their_columns_shows(house, engine):
    file = house.convert(content(), options={"delimiter": ";", "header": 1}, segment_bytes=1 << 24)
    snapshot = house.tables.snapshot(house.file(file.id))
    columns = columns_of(snapshot.columns)
    rows = list(zip(*CELLS.values(), strict=True))

    for probe in {cell[at : at + 3] for row in rows for cell in row for at in (0, 1, 3)} - {""} | {"ab", "na", "zz"}:
        query = read_query(columns, searched=[probe])
        expected = [i for i, row in enumerate(rows) if any(probe.lower() in cell.lower() for cell in row)]
        assert [row["_rid"] for row in Browser(engine).page(snapshot, query, 0, 9)] == expected, probe
    both = read_query(columns, ["n:ge:1"], ["-n"], ["20", ""])
    assert [row["_rid"] for row in Browser(engine).page(snapshot, both, 0, 9)] == [1, 0]


@pytest.mark.parametrize("kind", ["int64", "decimal", "date"])
def test_columns_that_are_written_as_the_engine_writes_are_searched_without_their_different_values(
    house, engine, monkeypatch, kind
):
    cells = {
        "int64": ["0", "-9223372036854775808", "12", "9223372036854775807"],
        "decimal": ["0.05", "-1234567890123456789.50", "1.00", "12.34"],
        "date": ["0001-01-01", "9999-12-31", "2024-02-29", "1582-10-15"],
    }[kind]
    file = house.convert("v\n" + "".join(f"{cell}\n" for cell in cells), segment_bytes=1 << 24)
    snapshot = house.tables.snapshot(house.file(file.id))
    (column,) = columns_of(snapshot.columns)
    assert (column.type.type_id, column.type.is_canonical) == (kind, True)
    monkeypatch.setattr(text_matches, "MAX_DIFFERENT", 1)

    for probe in {cell[at : at + n] for cell in cells for at in range(len(cell)) for n in (1, 2, 20)}:
        found = Browser(engine).page(snapshot, read_query([column], searched=[probe]), 0, 9)
        assert [row["_rid"] for row in found] == [i for i, cell in enumerate(cells) if probe in cell]


def test_too_many_different_values_are_refused_by_name(house, engine, monkeypatch):
    file = house.convert(content(), options={"delimiter": ";", "header": 1}, segment_bytes=1 << 24)
    snapshot = house.tables.snapshot(house.file(file.id))
    monkeypatch.setattr(text_matches, "MAX_DIFFERENT", 1)
    query = read_query(columns_of(snapshot.columns), ["paid:contains:1"])

    with pytest.raises(TooLarge) as refused:
        Browser(engine).page(snapshot, query, 0, 9)

    assert refused.value.code == "query_too_large"
