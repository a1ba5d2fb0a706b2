"""Uploads that are packed, that lie about their format, or lost bytes."""

from __future__ import annotations

import gzip
import hashlib
import io
import random
import zipfile

import pytest

from ingest.convert.rows import rows_of
from parquay.catalog import reader_blocks
from parquay.columns import native
from parquay.ingest.convert.incremental import Outcome
from parquay.storage.chunks import BytesMissing


def test_packed_upload_is_followed_too(bench):
    import gzip

    content = gzip.compress(rows_of(30_000), 1)
    converter = bench.converter_of(segment_bytes=100_000)
    bench.create("sales.csv.gz")
    for cut in (70_000, 90_000):
        bench.checkpoint(content[:cut], complete=False)
        assert bench.advance(converter) is Outcome.IDLE
    arrived = bench.file().parsed_rows
    bench.checkpoint(content, complete=True)
    outcome = bench.advance(bench.converter_of(segment_bytes=100_000))

    assert outcome is Outcome.DONE
    assert arrived > 0
    assert bench.table()["id"].to_pylist() == list(range(30_000))


def zipped() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(zipfile.ZipInfo("a.csv"), "n,w\n1,x\n")  # which has no time of today
    return file.getvalue()


ZIPPED = zipped()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("lie.xlsx", b"a,b\n1,2\n", "wrong_format"),
        ("lie.parquet", b"a,b\n1,2\n", "wrong_format"),
        ("cut.csv.gz", b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03abc", "broken_archive"),
        ("cut.parquet", b"PAR1 and nothing", "broken_file"),
        ("cut.zip", ZIPPED[:-1], "broken_archive"),
        ("cut.csv", ZIPPED[:-30], "broken_archive"),
        ("cut.ZIP", ZIPPED[:70], "broken_archive"),
    ],
)
def test_file_that_lies_about_its_format_is_a_clear_error(bench, name, content, code):
    file = bench.convert(name, content)

    assert (file.status, file.error_code) == ("error", code)
    assert file.error_message


@pytest.mark.parametrize(
    "name", ["sales.csv", "sales.csv.gz", "sales.ndjson", "sales.parquet", "sales.xlsx", "sales.bin"]
)
@pytest.mark.parametrize("kept", [0.0, 0.4, 0.999])
def test_fewer_bytes_than_were_promised_never_become_a_table(bench, name, kept):
    content = packed(name)
    bench.create(name)
    bench.checkpoint(content, complete=True)
    bench.uploads.content["f"] = content[: int(len(content) * kept)]

    with pytest.raises(BytesMissing):
        bench.advance(bench.converter_of())

    assert (bench.file().status, bench.file().sha256) == ("processing", None)
    bench.uploads.content["f"] = content
    assert bench.advance(bench.converter_of()) is Outcome.DONE
    assert bench.file().sha256 == hashlib.sha256(content).hexdigest()
    assert (bench.file().error_code, bench.file().error_message) == (None, None)
    assert bench.file().row_count == (None if name == "sales.bin" else 3000)


def test_bytes_that_go_while_the_upload_grows_are_a_loss(bench):
    content, converter = rows_of(60_000), bench.converter_of(segment_bytes=50_000)
    bench.create("sales.csv")
    bench.checkpoint(content[:600_000], complete=False)
    assert bench.advance(converter) is Outcome.IDLE
    bench.checkpoint(content, complete=True)
    bench.uploads.content["f"] = content[:700_000]

    with pytest.raises(BytesMissing):
        bench.advance(converter)

    assert bench.file().status == "processing"


def packed(name: str) -> bytes:
    """Three thousand rows in the format that a name promises; bytes that are no table for another one."""
    import openpyxl
    import pyarrow as pa
    import pyarrow.parquet as pq

    out = io.BytesIO()
    match name.partition(".")[2]:
        case "csv":
            return rows_of(3000)
        case "csv.gz":
            return gzip.compress(rows_of(3000))
        case "ndjson":
            return b"".join(b'{"id": %d, "name": "n%d"}\n' % (i, i % 7) for i in range(3000))
        case "parquet":
            pq.write_table(pa.table({"id": list(range(3000))}), out)
        case "xlsx":
            book = openpyxl.Workbook()
            for row in [["id", "name"], *([i, f"n{i}"] for i in range(3000))]:
                book.active.append(row)
            book.save(out)
        case _:
            return random.Random(1).randbytes(400_000)
    return out.getvalue()


def test_what_each_reader_read_and_left_is_counted(bench):
    bench.convert("data.csv", b"a,b\n" + b"1,x\n" * 50 + b"2\n" + b"3,y\n" * 50)

    counts = reader_blocks.total(bench.catalog)

    assert counts == {
        ("segmenter", "read"): 1,
        ("typed", "width" if native.LIBRARY is not None else "no_kernel"): 1,
        ("arrow", "width"): 1,
        ("ragged", "read"): 1,
    }
