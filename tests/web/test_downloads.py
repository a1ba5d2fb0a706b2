"""Downloads of tables: as CSV, in other formats, compressed, broken off."""

from __future__ import annotations

import gzip
import io
import json
from urllib.parse import quote

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from parquay.web.http.compression import accepts
from problems import is_problem
from web.sales_table import SALES, got, table

# Downloads


def test_csv_is_the_upload_again_and_compressed_for_who_can_read_it(reader):
    path = f"{reader.sales}/export"
    plain = reader.get(path, headers={"Accept-Encoding": "identity"})
    with reader.stream("GET", path, headers={"Accept-Encoding": "br, gzip;q=0.5"}) as answer:
        packed = b"".join(answer.iter_raw())

    assert plain.content.decode() == SALES
    assert "content-encoding" not in plain.headers
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed) == plain.content
    assert len(packed) < len(plain.content) / 2
    assert plain.headers["vary"] == answer.headers["vary"] == "Accept-Encoding"
    assert plain.headers["content-type"] == "text/csv; charset=utf-8"
    assert plain.headers["x-content-type-options"] == "nosniff"


def ids_in(name, content):
    """The first column of a download."""
    if name == "parquet":
        return pq.read_table(pa.BufferReader(content))["id"].to_pylist()
    if name == "arrow":
        return pa.ipc.open_stream(content).read_all()["id"].to_pylist()
    if name == "ndjson":
        return [json.loads(line)["id"] for line in content.splitlines()]
    return [row[0] for row in openpyxl.load_workbook(io.BytesIO(content)).active.values][1:]


@pytest.mark.parametrize(
    ("name", "kind", "ending"),
    [
        ("parquet", "application/vnd.apache.parquet", "parquet"),
        ("ndjson", "application/x-ndjson", "ndjson"),
        ("arrow", "application/vnd.apache.arrow.stream", "arrows"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    ],
)
def test_other_formats_hold_the_same_rows(reader, name, kind, ending):
    answer = reader.get(f"{reader.sales}/export", params={"format": name})

    assert ids_in(name, answer.content) == list(range(1000))
    assert answer.headers["content-type"] == kind
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="sales.{ending}"')
    assert ("content-encoding" in answer.headers) is (name == "ndjson")


def test_download_is_named_in_any_script(ann):
    path = table(ann, name="Größe 表.csv")

    answer = ann.get(f"{path}/export")

    assert f"filename*=UTF-8''{quote('Größe 表.csv')}" in answer.headers["content-disposition"]


def test_download_of_chosen_rows_and_columns_with_formulas_made_harmless(ann):
    path = table(ann, "a,b,c\n=1+1,2,x\nb,3,y\n=c,4,z\n")

    answer = ann.get(f"{path}/export", params={"columns": "c,a", "filter": "b:ge:3", "safe": "true"})

    assert answer.text == "c,a\ny,b\nz,'=c\n"


def test_head_of_a_download_has_no_body_and_no_length_of_one(reader):
    answer = reader.head(f"{reader.sales}/export", headers={"Accept-Encoding": "identity"})

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["etag"] == '"0"'
    assert answer.headers.get("content-length", "") != "0"


@pytest.mark.parametrize(
    ("field", "accepted"),
    [
        ("gzip", True), ("GZIP;q=0.1, br", True), ("br;q=1.0, *;q=0.5", True), ("x, gzip ; q=1", True),
        ("", False), ("br", False), ("gzip;q=0", False), ("gzip; q=0.000", False), ("*, gzip;q=0", False), ("*;q=0", False),
    ],
)  # fmt: skip
def test_gzip_is_chosen_as_accept_encoding_says(field, accepted):
    assert accepts(field, "gzip") is accepted


def test_broken_off_download_lets_go_and_the_server_goes_on(reader):
    with reader.stream("GET", f"{reader.sales}/export", params={"format": "ndjson"}) as answer:
        next(answer.iter_raw())

    assert got(reader, reader.sales)["row_count"] == 1000


def test_download_that_could_not_be_finished_is_not_begun(shared_server, ann):
    path = table(ann, "n,t\n" + "".join(f"{n},{n:0200}\n" for n in range(10_000)))
    more = table(ann, "n,t\n1,x\n2,y\n", "more.csv").removeprefix("/datasets/")
    assert ann.post(f"{path}/append", json={"file_id": more}).status_code == 200
    (last,) = (shared_server.data_dir / "parquet" / path.removeprefix("/datasets/")).glob("version-*.parquet")
    last.write_bytes(b"PAR1")

    assert is_problem(ann.get(f"{path}/export"), 503, "part_damaged")

    last.unlink()
    assert is_problem(ann.get(f"{path}/export"), 503, "part_missing")
