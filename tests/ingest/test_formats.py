from __future__ import annotations

import bz2
import datetime as dt
import gzip
import json
import lzma
import zipfile
from decimal import Decimal
from pathlib import Path

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from backports import zstd

from parquay.errors import BadInput
from parquay.ingest.text.overrides import Overrides

ROWS = b"id,name,price\n" + b"".join(b"%d,name %d,%d.%02d\n" % (i, i, i, i % 100) for i in range(3000))


def zipped(tmp_path: Path, *names: str, how=zipfile.ZIP_DEFLATED) -> bytes:
    path = tmp_path / "made.zip"
    with zipfile.ZipFile(path, "w", how) as archive:
        for name in names:
            archive.writestr(name, ROWS)
    return path.read_bytes()


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstd.compress])
@pytest.mark.parametrize("pieces", [1, 3])
def test_packed_text_is_read_as_if_it_were_not(convert, pack, pieces):
    step = len(ROWS) // pieces + 1
    content = b"".join(pack(ROWS[at : at + step]) for at in range(0, len(ROWS), step))

    _, table = convert(content, name="data.csv.packed")

    assert table["id"].to_pylist() == list(range(3000))
    assert table["price"].to_pylist()[-1] == Decimal("2999.99")


@pytest.mark.parametrize("how", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_zip_of_one_member_is_read(convert, tmp_path, how):
    _, table = convert(zipped(tmp_path, "data.csv", how=how), name="data.zip")

    assert table.num_rows == 3000


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstd.compress])
def test_bomb_is_refused_early(convert, pack):
    content = pack(b"0,0\n" * 250_000) * 120  # members one after the other, as large as one but sooner made

    with pytest.raises(BadInput) as refusal:
        convert(content, name="bomb.csv.gz")

    assert refusal.value.code == "too_expanded"


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress, zstd.compress])
def test_packed_file_that_ends_too_early_is_refused(convert, pack):
    with pytest.raises(BadInput) as refusal:
        convert(pack(ROWS)[:-20], name="data.csv.gz")

    assert refusal.value.code == "broken_archive"


def test_json_lines_become_rows_of_all_keys(convert):
    lines = [{"id": i, "x": i / 4, "s": str(i), "when": "2024-01-02"} for i in range(500)]
    lines += [{"id": 500, "late": True, "n": {"a": [1, 2.5]}}]
    content = "".join(json.dumps(line) + "\n" for line in lines).encode() + b"{bad\n" + b"\n" + b"[1]\n"

    report, table = convert(content, name="data.ndjson")

    types = {each["name"]: each["type"] for each in report.columns}
    assert types == {"id": "int64", "x": "double", "s": "text", "when": "date", "late": "bool", "n": "text"}
    assert table.num_rows == 501
    assert table["n"].to_pylist()[-1] == '{"a":[1,2.5]}'
    assert [(each.line, each.code) for each in report.rejects] == [(502, "bad_json"), (504, "bad_json")]


def test_json_numbers_keep_every_digit(convert):
    content = b'{"n": 123456789012345678901234567890, "d": 1.50}\n{"n": 1, "d": 2.25}\n'

    _, table = convert(content, name="data.jsonl")

    assert table["n"].to_pylist() == [123456789012345678901234567890, 1]
    assert table["d"].to_pylist() == [Decimal("1.50"), Decimal("2.25")]


@pytest.mark.parametrize("indent", [None, 2])
def test_json_array_of_objects_becomes_rows(convert, indent):
    content = json.dumps([{"id": i, "s": f"ü{i}"} for i in range(40_000)], indent=indent, ensure_ascii=False).encode()

    report, table = convert(content, name="data.json")

    assert table["id"].to_pylist() == list(range(40_000))
    assert table["s"].to_pylist()[7] == "ü7"
    assert report.reject_count == 0


def test_workbook_is_read_from_its_first_sheet(convert, tmp_path):
    noon = dt.datetime.fromisoformat("2024-01-01 12:00")
    book = openpyxl.Workbook()
    page = book.active
    page.append(["id", "name", "day", "at", "share"])
    for i in range(50):
        page.append([i, None if i % 7 == 0 else f"n, {i}", dt.date(2024, 1, 1), noon, i / 4])
    other = book.create_sheet("other")
    other.append(["a"])
    other.append([True])
    book.save(tmp_path / "book.xlsx")
    content = (tmp_path / "book.xlsx").read_bytes()

    report, table = convert(content, name="book.xlsx")
    second = convert(content, name="book.xlsx", overrides=Overrides(sheet="other"))[1]

    assert [each["type"] for each in report.columns] == ["int64", "text", "date", "timestamp", "double"]
    assert table["name"].to_pylist()[:2] == [None, "n, 1"]
    assert second.to_pylist() == [{"a": True}]


def test_unknown_sheet_is_refused(convert, tmp_path):
    openpyxl.Workbook().save(tmp_path / "book.xlsx")

    with pytest.raises(BadInput) as refusal:
        convert((tmp_path / "book.xlsx").read_bytes(), name="book.xlsx", overrides=Overrides(sheet="none"))

    assert refusal.value.code == "no_sheet"


def test_parquet_is_checked_and_written_again_in_plain_types(convert, tmp_path):
    source = pa.table(
        {
            "i": pa.array([1, None, 3], pa.int16()),
            "u": pa.array([2**64 - 1, 0, 1], pa.uint64()),
            "s": pa.array(["a", None, ""]).dictionary_encode(),
            "l": pa.array([[1], [2, 3], None]),
            "t": pa.array([0, 1, 2], pa.timestamp("ms", "UTC")),
            "f": pa.array([1.5, None, -0.0]),
        }
    )
    pq.write_table(source, tmp_path / "data.parquet")

    report, table = convert((tmp_path / "data.parquet").read_bytes(), name="data.parquet")

    types = [each["type"] for each in report.columns]
    assert types == ["int64", "decimal(38,0)", "text", "text", "timestamptz", "double"]
    assert table["u"].to_pylist() == [2**64 - 1, 0, 1]
    assert table["l"].to_pylist() == ["[1]", "[2, 3]", None]


def test_decimals_that_become_text_are_written_in_full(convert, tmp_path):
    wide = pa.decimal256(50, 7)
    source = pa.table(
        {"wide": pa.array([Decimal("0.0000001"), None], wide), "list": [[Decimal("0.0000001")], [Decimal(1)]]}
    )
    pq.write_table(source, tmp_path / "data.parquet")

    _, table = convert((tmp_path / "data.parquet").read_bytes(), name="data.parquet")

    assert table["wide"].to_pylist() == ["0.0000001", None]
    assert table["list"].to_pylist() == ['["0.0000001"]', '["1.0000000"]']


@pytest.mark.parametrize("cut", [10, 60])
def test_broken_parquet_is_refused(convert, tmp_path, cut):
    pq.write_table(pa.table({"a": list(range(100))}), tmp_path / "data.parquet")

    with pytest.raises(BadInput) as refusal:
        convert((tmp_path / "data.parquet").read_bytes()[:-cut], name="data.parquet")

    assert refusal.value.code == "broken_file"
