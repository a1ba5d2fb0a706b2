"""A table whose parts are in no folder is the same table, from its conversion to its last version."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from parquay.catalog.tables import now
from parquay.datasets.export.export import Exporter
from parquay.datasets.export.formats import ExportRequest
from parquay.datasets.query.aggregates import Aggregator
from parquay.datasets.query.browse import Browser
from parquay.datasets.query.engine import CancelToken, Engine
from parquay.datasets.query.plan import columns_of, read_query
from parquay.datasets.query.preview import Preview
from parquay.datasets.versions.commits import Author
from parquay.datasets.versions.retention import Retention
from parquay.errors import Damaged
from storage.memory.place import MemoryPlaces

TEXT = "n,word\n" + "".join(f"{n},w{n % 7}\n" for n in range(3000))


@pytest.fixture
def places(tmp_path: Path) -> MemoryPlaces:
    return MemoryPlaces(tmp_path / "memory")


@pytest.fixture
def engine(places: MemoryPlaces, tmp_path: Path):
    engine = Engine(places.fetched, tmp_path / "scratch")
    yield engine
    engine.close()


def fetched(places: MemoryPlaces) -> list[Path]:
    """The copies that somebody holds."""
    return list(places.fetched.rglob("*.parquet"))


def test_a_table_in_memory_is_paged_edited_exported_appended_to_and_tidied(house, places, engine):
    file = house.convert(TEXT, segment_bytes=4096)
    file = house.edit(file, updates={1500: {"word": "changed"}}, deletes=frozenset({0}), inserts=[{"n": 9999}]) and file
    file = house.file(file.id)
    snapshot = house.tables.snapshot(file)
    columns = columns_of(snapshot.columns)

    page = Browser(engine).page(snapshot, read_query(columns, ["word:eq:changed"]), 0, 10)
    last = Browser(engine).page(snapshot, read_query(columns, []), 2999, 10)
    wish = ExportRequest("parquet", tuple(columns), read_query(columns, []))
    exported = b"".join(
        Exporter(engine, Aggregator(engine)).export(snapshot, wish, CancelToken(), CancelToken()).chunks()
    )

    assert [(row["_rid"], row["n"]) for row in page] == [(1500, 1500)]
    assert [row["n"] for row in last] == [9999]
    assert (exported[:4], exported[-4:]) == (b"PAR1", b"PAR1")
    preview = Preview(house.segments, house.tables, places)(file, 3)
    assert preview is not None
    assert preview["rows"][0]["n"] == 1
    assert len(house.rows(file)) == 3000

    more = house.convert("n,word\n1,x\n", name="more.csv")
    house.appending.append(file, Author("u"), more)
    assert house.rows(house.file(file.id))[-1][1:] == (1, "x")

    before = len(list(places.at(file.id).parts.list()))
    retention = Retention(house.files, house.datasets, house.tables, house.commits, keep=1)
    for hours in (2, 4):
        retention.sweep(now() + timedelta(hours=hours))
    assert len(list(places.at(file.id).parts.list())) < before
    assert len(house.rows(house.file(file.id))) == 3001
    assert fetched(places) == []


def test_a_damaged_object_is_told_to_whoever_reads_it(house, places, engine):
    file = house.convert(TEXT)
    snapshot = house.tables.snapshot(file)
    (name,) = snapshot.names
    places.at(file.id).parts.damage(name, bytes(snapshot.size))

    with pytest.raises(Damaged) as caught:
        Browser(engine).page(snapshot, read_query(columns_of(snapshot.columns), []), 0, 10)

    assert caught.value.code == "part_damaged"
    assert [each.code for _, each in house.tables.faults(file)] == ["part_damaged"]


def test_a_deleted_file_leaves_nothing(house, places):
    file = house.convert(TEXT)

    places.at(file.id).erase()

    assert list(places.ids()) == []
    with pytest.raises(Damaged):
        house.tables.snapshot(house.file(file.id))
