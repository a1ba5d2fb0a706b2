"""Segments of a file whose parts go into an object store: they gather, and a crash repeats what had gathered."""

from __future__ import annotations

import csv
import gzip
import io
import random
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from ingest.convert.rows import rows_of
from parquay.columns.parquet import asides
from parquay.ingest.convert import segment_sinks
from parquay.ingest.convert.incremental import Outcome
from parquay.storage import seal
from parquay.storage.local.place import LocalPlaces
from parquay.storage.remote.part_cache import PartCache
from parquay.storage.remote.place import RemotePlaces
from storage.memory.bucket import MemoryBucket

SEGMENT = 5_000


@pytest.fixture
def bucket() -> MemoryBucket:
    return MemoryBucket()


@pytest.fixture
def machine(bucket: MemoryBucket, tmp_path: Path) -> Callable[[str], RemotePlaces]:
    return lambda name: RemotePlaces(bucket, PartCache(tmp_path / name, 64 << 20), "s3://nowhere", tmp_path / "tmp")


@pytest.fixture
def places(machine: Callable[[str], RemotePlaces]) -> RemotePlaces:
    return machine("one")


def parts_of(bench) -> Counter[str]:
    """How many segments each part holds, in the order of the rows."""
    return Counter(each.part for each in bench.segments.list("f"))


def kept(bucket: MemoryBucket) -> set[str]:
    return {each.key.rpartition("/")[2] for each in bucket.list("")}


def test_segments_gather_into_one_part_behind_the_first(bench, bucket):
    content = rows_of(3000)
    bench.create("sales.csv")
    bench.checkpoint(content, complete=False)

    assert bench.advance(bench.converter_of(segment_bytes=SEGMENT)) is Outcome.IDLE

    segments = bench.segments.list("f")
    assert len(segments) > 10
    assert list(parts_of(bench).values()) == [1, len(segments) - 1]
    assert kept(bucket) == set(parts_of(bench))
    assert sum(each.part_bytes > 0 for each in segments) == 2
    assert sum(each.rows for each in segments) == bench.table().num_rows


def test_so_much_text_is_recorded_at_once(bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(segment_sinks, "GATHERED_BYTES", 4 * SEGMENT)
    bench.create("sales.csv")
    bench.checkpoint(rows_of(3000), complete=False)

    bench.advance(bench.converter_of(segment_bytes=SEGMENT))

    _, *gathered, _ = parts_of(bench).values()
    assert set(gathered) <= {4, 5}


def test_what_has_waited_long_is_recorded(bench, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(segment_sinks, "GATHERED_SECONDS", 0.0)
    bench.create("sales.csv")
    bench.checkpoint(rows_of(3000), complete=False)

    bench.advance(bench.converter_of(segment_bytes=SEGMENT))

    assert set(parts_of(bench).values()) == {1}


def test_little_that_arrived_just_now_waits(bench):
    content = rows_of(6000)
    converter = bench.converter_of(segment_bytes=SEGMENT)
    bench.create("sales.csv")
    bench.checkpoint(content[:100_000], complete=False)
    bench.advance(converter)
    before = len(bench.segments.list("f"))

    bench.checkpoint(content[:150_000], complete=False)
    bench.advance(converter)

    assert len(bench.segments.list("f")) == before > 1


@pytest.mark.parametrize("seed", range(4))
def test_table_is_the_same_however_the_upload_is_cut(bench, seed, monkeypatch: pytest.MonkeyPatch):
    chance, content = random.Random(seed), rows_of(6000)
    monkeypatch.setattr(segment_sinks, "GATHERED_BYTES", chance.choice([1, 30_000, 1 << 24]))
    monkeypatch.setattr(segment_sinks.GatheringSink, "max_seconds", chance.choice([0.0, 5.0]))
    cuts = sorted(chance.sample(range(len(content)), chance.choice([1, 3, 9])))
    converter = bench.converter_of(segment_bytes=chance.choice([1000, 20_000]))

    bench.create("sales.csv")
    for cut in cuts:
        bench.checkpoint(content[:cut], complete=False)
        assert bench.advance(converter) is Outcome.IDLE
    bench.checkpoint(content, complete=True)
    assert bench.advance(converter) is Outcome.DONE

    whole = list(csv.reader(io.StringIO(content.decode())))[1:]
    assert [str(each) for each in bench.table()["price"].to_pylist()] == [row[2] for row in whole]
    assert bench.file().row_count == 6000
    assert sum(each.lines for each in bench.segments.list("f")) == content.count(b"\n")


def test_a_type_that_shows_late_holds_for_all_that_gathered(bench):
    content = "n\n" + "".join(f"{n}\n" for n in range(4000)) + "4000.5\nlate\n"

    file = bench.convert("late.csv", content.encode(), segment_bytes=2000)

    assert [(each["name"], each["type"]) for each in file.columns] == [("n", "text")]
    assert bench.table()["n"].to_pylist() == content.split()[1:]


def test_a_file_of_one_segment_has_the_part_that_it_has_on_a_local_disk(bench, tmp_path: Path):
    """So that a part that was lost can be made again, byte for byte."""
    content = rows_of(500)
    bench.convert("sales.csv", content)
    (part,) = parts_of(bench)
    bench.create("sales.csv", file_id="g")
    bench.checkpoint(content, complete=True, file_id="g")
    elsewhere = LocalPlaces(tmp_path / "local")

    bench.advance(bench.converter_of(places=elsewhere), file_id="g")

    (again,) = elsewhere.at("g").parts.list()
    assert seal.seal_in(again.key) == seal.seal_in(part)


def test_words_for_missing_are_kept_aside_of_all_that_gathered(bench):
    content = "n,m\n" + "".join(f"{'N/A' if n % 50 == 3 else n},{n}\n" for n in range(6000))

    file = bench.convert("gaps.csv", content.encode(), segment_bytes=2000)

    assert [(each["name"], each["type"]) for each in file.columns] == [("n", "int64"), ("m", "int64")]
    assert bench.table()["n"].null_count == 120
    names = list(parts_of(bench))
    with bench.places.at("f").parts.fetch(names) as paths:
        kept = [asides.counts(asides.of_metadata(pq.read_metadata(path)))["n"].words for path in paths]
    assert sum(each["N/A"] for each in kept) == 120


def test_another_machine_goes_on_where_the_last_part_ended(bench, bucket, machine, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(segment_sinks, "GATHERED_BYTES", 40_000)
    content = rows_of(6000)
    bench.create("sales.csv")
    bench.checkpoint(content, complete=True)
    asked = iter(range(1000))

    lost = bench.advance(bench.converter_of(segment_bytes=SEGMENT), alive=lambda: next(asked) < 25)
    recorded = len(bench.segments.list("f"))
    bucket.put("tables/f/f/part-99999.parquet", b"what a stale worker put")
    ended = bench.advance(bench.converter_of(segment_bytes=SEGMENT, places=machine("two")))

    assert (lost, ended) == (Outcome.GONE, Outcome.DONE)
    assert 1 < recorded < 25
    assert bench.table()["id"].to_pylist() == list(range(6000))
    assert kept(bucket) == set(parts_of(bench))
    assert list(bench.places.at("f").parts.drafts()) == []


def test_rows_before_a_broken_end_are_kept(bench):
    packed = gzip.compress(rows_of(6000))

    file = bench.convert("sales.csv.gz", packed[: len(packed) // 2], segment_bytes=SEGMENT)

    assert (file.status, file.error_code) == ("error", "broken_archive")
    assert len(bench.segments.list("f")) > 5
