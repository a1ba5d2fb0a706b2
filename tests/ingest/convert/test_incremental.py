from __future__ import annotations

import csv
import hashlib
import io
import random

import pyarrow as pa
import pytest

from ingest.convert.rows import rows_of
from parquay.catalog.segments import Finished
from parquay.catalog.tables import File
from parquay.columns.types import registry
from parquay.ingest.convert.finish import Finisher
from parquay.ingest.convert.incremental import Outcome


def test_file_is_done_with_its_rows_when_the_upload_is_complete(bench):
    content = rows_of(1000)

    file = bench.convert("sales.csv", content)

    assert (file.status, file.row_count, file.reject_count, file.error_code) == ("done", 1000, 0, None)
    assert (file.parquet_path, file.dataset_id) == ("parquet/f", "f")
    assert file.sha256 == hashlib.sha256(content).hexdigest()
    assert file.finished_at is not None
    assert [(column["name"], column["type"]) for column in file.columns] == [
        ("id", "int64"),
        ("name", "text"),
        ("price", "decimal(18,2)"),
        ("note", "text"),
    ]
    assert bench.table()["id"].to_pylist() == list(range(1000))
    assert bench.events[-1] == "file.updated"
    assert bench.moved[-1] == file.id


@pytest.mark.parametrize("seed", range(12))
def test_table_is_the_same_however_the_upload_is_cut(bench, seed):
    content = rows_of(6000)
    chance = random.Random(seed)
    cuts = sorted(chance.sample(range(len(content)), chance.choice([1, 3, 9])))
    converter = bench.converter_of(segment_bytes=chance.choice([1000, 20_000, 1 << 24]))

    bench.create("sales.csv")
    for cut in cuts:
        bench.checkpoint(content[:cut], complete=False)
        assert bench.advance(converter) is Outcome.IDLE
    bench.checkpoint(content, complete=True)
    assert bench.advance(converter) is Outcome.DONE

    whole = list(csv.reader(io.StringIO(content.decode())))[1:]
    table = bench.table()
    assert [str(each) for each in table["price"].to_pylist()] == [row[2] for row in whole]
    assert [each or "" for each in table["note"].to_pylist()] == [row[3] for row in whole]
    assert bench.file().row_count == 6000
    assert sum(each.lines for each in bench.segments.list("f")) == content.count(b"\n")


WAYS = {
    "dots": lambda i: f"{i % 8 + 1}.{i % 1000:03d}" if i < 3000 else f"{i % 8 + 1}.{i % 1000:03d}.{i % 1000:03d}",
    "commas": lambda i: f"{i * 1000:,}" if i > 3000 else str(i % 1000),
    "decimal": lambda i: str(i % 10) if i < 2000 else f"{i % 10},{i % 9 + 1}",
    "day": lambda i: f"{i % 12 + 1:02}/{i % 11 + 1:02}/2024" if i < 4000 else f"{i % 28 + 1:02}/11/2024",
    "at": lambda i: f"2024-01-02 10:{i % 60:02}:00" + (f".{i % 9 + 1}" if i > 2500 else ""),
    "small": lambda i: f"{i % 9 + 1}.5" if i < 4500 else "1E-05",
    "mixed": lambda i: f"{i % 8 + 1}.{i % 1000:03d}" if i < 3000 else "1,5",
    "late": lambda i: f"{i},5" if i < 5900 else "n. b.",
}
"""Cells whose style shows late."""
TYPES = {
    "dots": ("int64", "#.##0"), "commas": ("int64", "#,##0"), "decimal": ("double", "0,0"), "day": ("date", "dd/MM/yyyy"),
    "at": ("timestamp", "yyyy-MM-dd HH:mm:ss[.S]"), "small": ("double", ".NET"), "mixed": ("double", "#.##0,0"),
    "late": ("text", "text"),
}  # fmt: skip


@pytest.mark.parametrize("segment_bytes", [12_000, 50_000])
def test_a_style_that_shows_late_holds_for_the_whole_table(bench, segment_bytes):
    rows = [[way(i) for way in WAYS.values()] for i in range(6000)]
    content = "".join(";".join(row) + "\n" for row in [list(WAYS), *rows]).encode()
    converter = bench.converter_of(segment_bytes=segment_bytes)

    bench.create("ways.csv")
    for cut in (len(content) // 3, len(content) // 2, len(content)):
        bench.checkpoint(content[:cut], complete=cut == len(content))
        bench.advance(converter)

    file = bench.file()
    assert {each["name"]: (each["type"], each["style"]) for each in file.columns} == TYPES
    types = registry.columns_types(file.columns)
    table = bench.table()
    for name, column in zip(WAYS, zip(*rows, strict=True), strict=True):
        cells = table[name].combine_chunks()
        assert types[name].to_text(types[name].of_stored(cells)).to_pylist() == list(column), name
        assert types[name].of_stored(cells).equals(types[name].to_values(pa.array(column))), name


def test_rows_are_there_while_bytes_still_arrive(bench):
    content = rows_of(20_000)
    converter = bench.converter_of()
    bench.create("sales.csv")

    bench.checkpoint(content[: len(content) // 2], complete=False)
    outcome = bench.advance(converter)

    file = bench.file()
    assert outcome is Outcome.IDLE
    assert file.status == "uploading"
    assert 0 < file.parsed_rows < 20_000
    assert file.parsed_bytes <= file.offset
    assert bench.table()["id"].to_pylist() == list(range(file.parsed_rows))


class Killed(BaseException):
    """The process is gone: no clean-up code of the caller runs after it."""


@pytest.mark.parametrize("deaths", range(6))
def test_table_is_complete_and_single_when_the_worker_dies_at_a_commit(bench, monkeypatch, deaths):
    content = rows_of(5000)
    bench.create("sales.csv")
    bench.checkpoint(content, complete=True)
    real = bench.segments.add
    count = iter(range(1000))

    def add(*args, **kwargs):
        if next(count) == deaths:
            raise Killed
        return real(*args, **kwargs)

    monkeypatch.setattr(bench.segments, "add", add)
    dying = bench.converter_of(segment_bytes=20_000)
    with pytest.raises(Killed):
        bench.advance(dying)
    dying.close()
    stray = {path.name for path in (bench.parquet / "f").iterdir()}
    monkeypatch.setattr(bench.segments, "add", real)
    assert bench.advance(bench.converter_of(segment_bytes=20_000)) is Outcome.DONE

    assert bench.table()["id"].to_pylist() == list(range(5000))
    known = {each.part for each in bench.segments.list("f")}
    left = {path.name for path in (bench.parquet / "f").iterdir()}
    assert left == known
    assert deaths == 0 or stray


def test_nothing_is_published_once_the_lease_is_lost(bench):
    bench.create("sales.csv")
    bench.checkpoint(rows_of(1000), complete=True)

    outcome = bench.advance(bench.converter_of(), fence=lambda _session: False)

    assert outcome is Outcome.GONE
    assert bench.segments.list("f") == []
    assert bench.file().status == "processing"


def test_work_stops_at_once_when_the_heartbeat_says_no(bench):
    bench.create("sales.csv")
    bench.checkpoint(rows_of(1000), complete=True)

    outcome = bench.advance(bench.converter_of(), alive=lambda: False)

    assert outcome is Outcome.GONE
    assert bench.file().row_count is None


def test_parts_are_removed_when_the_file_was_deleted(bench):
    content = rows_of(20_000)
    converter = bench.converter_of()
    bench.create("sales.csv")
    bench.checkpoint(content[:300_000], complete=False)
    bench.advance(converter)
    assert list((bench.parquet / "f").iterdir())

    bench.catalog.write(lambda session: session.delete(bench.segments.file("f")))
    outcome = bench.advance(converter)

    assert outcome is Outcome.GONE
    assert not (bench.parquet / "f").exists()


@pytest.mark.parametrize("content", [b"", b"id,name\n", b"id,name", b"\n\n\n", b"id,name\n\n\n"])
def test_file_without_rows_ends_as_error_no_rows(bench, content):
    file = bench.convert("empty.csv", content)

    assert (file.status, file.error_code, file.row_count) == ("error", "no_rows", None)
    assert file.error_message
    assert not (bench.parquet / "f").exists()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("photo.png", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 40),
        ("notes.txt", b"Dear all,\nthis is a letter. It has, here and there, a comma.\nYours\n"),
        ("page.html", b"<!doctype html>\n<html><body>\n<p>Hello</p>\n</body></html>\n"),
        ("settings.json", b'{\n "a": 1,\n "b": [1, 2]\n}\n'),
        ("large.json", b"{\n" + b'"key": 17,\n' * 20_000 + b'"end": 1}\n'),
        ("settings.yaml", b"".join(b"port%d: %d\n" % (i, i) for i in range(50))),
        ("one-line.txt", b"x" * 200_000),
        ("disk.iso", bytes(40_000) + b"CD001" * 20_000),
    ],
)
def test_file_that_is_no_table_ends_as_done_without_rows(bench, name, content):
    file = bench.convert(name, content)

    assert (file.status, file.row_count, file.parquet_path) == ("done", None, None)
    assert file.sha256 == hashlib.sha256(content).hexdigest()


def test_wrong_digest_is_an_error(bench):
    file = bench.convert("sales.csv", rows_of(10), expected_sha256="0" * 64)

    assert (file.status, file.error_code) == ("error", "digest_mismatch")


def test_right_digest_is_fine(bench):
    content = rows_of(10)

    file = bench.convert("sales.csv", content, expected_sha256=hashlib.sha256(content).hexdigest().upper())

    assert file.status == "done"


def test_late_misfit_widens_what_was_written_before(bench):
    early = b"".join(b"%d,2024-01-02\n" % i for i in range(50_000))
    content = b"n,d\n" + early + b"1.5,2024-01-02T03:04:05\n"

    file = bench.convert("late.csv", content, segment_bytes=100_000)

    assert [column["type"] for column in file.columns] == ["double", "text"]
    table = bench.table()
    assert table["n"].to_pylist()[-2:] == [49_999.0, 1.5]
    assert table["d"].to_pylist()[0] == "2024-01-02"
    schemas = {str(part.schema) for part in _schemas(bench)}
    assert len(schemas) == 1


def _schemas(bench):
    import pyarrow.parquet as pq

    return [pq.read_table(path) for path in (bench.parquet / "f").iterdir()]


def test_small_parts_are_put_together(bench):
    file = bench.convert("sales.csv", rows_of(20_000), segment_bytes=20_000)

    parts = list((bench.parquet / "f").iterdir())
    assert len(bench.segments.list("f")) > 10
    assert len(parts) == 1
    assert file.row_count == 20_000


def test_row_groups_of_live_parts_become_usual_ones(bench):
    import pyarrow.parquet as pq

    content = b"a,b\n" + b"".join(b"%d,%d\n" % (i, i % 7) for i in range(300_000))

    bench.convert("two.csv", content, segment_bytes=200_000)

    (part,) = (bench.parquet / "f").iterdir()
    meta = pq.read_metadata(part)
    sizes = [meta.row_group(i).num_rows for i in range(meta.num_row_groups)]
    assert all(90_000 < size < 160_000 for size in sizes[:-1]), sizes
    assert bench.table()["a"].to_pylist() == list(range(300_000))


def test_only_so_many_rejects_are_kept_but_all_are_counted(bench, monkeypatch):
    monkeypatch.setattr("parquay.ingest.read.rows.MAX_KEPT_REJECTS", 60)
    monkeypatch.setattr("parquay.ingest.convert.segment_sinks.MAX_KEPT_REJECTS", 60)
    content = b"a,b\n" + b"1,2\n" * 300 + b"lost\n" * 200 + b"5,6\n"

    file = bench.convert("bad.csv", content, segment_bytes=100)

    assert (file.row_count, file.reject_count, bench.segments.rejects("f").total) == (301, 200, 200)
    assert [each.line for each in bench.segments.every_reject("f")] == list(range(302, 362))


def test_conversion_ends_quietly_when_the_file_is_deleted_while_it_is_finished(bench, monkeypatch):
    bench.create("sales.csv")
    bench.checkpoint(rows_of(1000), complete=True)
    verify = Finisher.verify

    def verify_behind_a_deletion(finisher, rows):
        bench.catalog.write(lambda session: session.delete(session.get(File, "f")))
        verify(finisher, rows)

    monkeypatch.setattr(Finisher, "verify", verify_behind_a_deletion)
    outcome = bench.advance(bench.converter_of())

    assert outcome is Outcome.GONE
    assert not (bench.parquet / "f").exists()


def test_rejects_are_recorded_with_their_segment(bench):
    content = b"a,b\n1,2\n3\n4,5\n6,7,8\n"

    file = bench.convert("bad.csv", content)

    page = bench.segments.rejects("f")
    assert (file.row_count, file.reject_count, page.total) == (2, 2, 2)
    assert [(each.line, each.byte, each.code, each.text) for each in page.items] == [
        (3, 8, "too_few_fields", "3"),
        (5, 14, "too_many_fields", "6,7,8"),
    ]


def test_finished_values_are_those_of_the_files_row():
    assert set(Finished.__slots__) >= {"status", "row_count", "error_code", "columns", "dialect"}


def test_rows_of_a_second_table_are_rejects_wherever_the_segments_end(bench):
    first = b"id,price\n" + b"".join(b"%d,%d.50\n" % (i, i) for i in range(300))
    second = b"\nname,city,country\n" + b"Bob,Paris,France\n" * 50

    file = bench.convert("two.csv", first + second, segment_bytes=700)

    assert (file.row_count, file.reject_count) == (300, 51)
    assert {each.code for each in bench.segments.every_reject("f")} == {"second_table"}
