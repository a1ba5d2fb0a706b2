"""How a file would be read: its beginning in another way, with nothing stored."""

from __future__ import annotations

import gzip
import io
import json
import time
import zipfile

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from live_server import entry_when
from problems import is_problem
from web.form_uploads import upload

TUS = {"Tus-Resumable": "1.0.0"}


def preview(client, file_id, **options):
    return client.post(f"/files/{file_id}/preview", json=options)


def test_preview_reads_a_file_in_another_way_and_keeps_nothing(ann):
    file_id = upload(ann, "a.csv", b"n;p\n1;2,50\n2;3,75\n")["id"]
    before = entry_when(ann, file_id)

    found = preview(ann, file_id).json()
    other = preview(ann, file_id, delimiter=",", header=0, types={"column1": "text"}).json()

    assert [each["name"] for each in found["columns"]] == ["n", "p"]
    assert found["rows"] == [{"n": 1, "p": 2.5}, {"n": 2, "p": 3.75}]
    assert found["looked_at"] == {"bytes": 18, "rows": 2, "complete": True}
    assert other["dialect"] | {"delimiter": ",", "header_rows": 0} == other["dialect"]
    assert other["columns"][0] == {"name": "column1", "type": "text", "style": "text", "missing": {}}
    assert entry_when(ann, file_id) == before


def test_an_array_in_json_is_named_by_its_path(ann):
    long = b'"' + b"x" * (1 << 20) + b'"'  # what is named stands behind what a preview looks at
    text = b'{"meta": {"log": [1, %s]}, "a": [{"x": 1}], "b": [{"y": 2}, {"y": 3}]}' % long
    file_id = upload(ann, "a.json", text)["id"]
    entry_when(ann, file_id)

    found = preview(ann, file_id, path="b").json()
    made = ann.post(f"/datasets/{file_id}/reread", json={"path": "b"})

    assert found["rows"] == [{"y": 2}, {"y": 3}]
    assert is_problem(preview(ann, file_id, path="c"), 422, "no_path")
    assert is_problem(ann.post(f"/datasets/{file_id}/reread", json={"path": "c"}), 422, "no_path")
    assert made.status_code == 200


def test_preview_of_a_file_that_arrives_is_of_what_is_there(ann):
    head = b"a,b\n" + b"".join(b"%d,x\n" % n for n in range(50))
    headers = TUS | {"Upload-Length": "100000000", "Upload-Metadata": "filename YS5jc3Y="}
    made = ann.post("/files", headers=headers)
    url = made.headers["location"]
    file_id = url.rpartition("/")[2]
    empty = preview(ann, file_id)
    sending = TUS | {"Upload-Offset": "0", "Content-Type": "application/offset+octet-stream"}
    ann.patch(url, headers=sending, content=head + b"50,cut")

    found = preview(ann, file_id).json()

    assert is_problem(empty, 409, "not_ready")
    assert [row["a"] for row in found["rows"]] == list(range(50))
    assert found["looked_at"] == {"bytes": len(head), "rows": 50, "complete": False}
    ann.delete(url, headers=TUS)


def test_preview_of_a_long_file_has_the_first_rows_and_comes_at_once(ann):
    rows = b"".join(b'%d,"text, %d",2024-01-02,1.5\n' % (n, n) for n in range(400_000))
    file_id = upload(ann, "long.csv", b"n,t,d,x\n" + rows)["id"]
    entry_when(ann, file_id)

    started = time.monotonic()
    found = preview(ann, file_id, types={"x": "text"}).json()

    assert time.monotonic() - started < 1
    assert [row["n"] for row in found["rows"]] == list(range(100))
    assert found["rows"][0] == {"n": 0, "t": "text, 0", "d": "2024-01-02", "x": "1.5"}
    assert found["looked_at"]["bytes"] <= 1 << 20
    assert not found["looked_at"]["complete"]


def test_preview_tells_the_first_rejects_and_the_warnings(ann):
    broken = b"a,b\n# a comment\n" + b"1,2\n" * 60 + b"1,2,3,4\n" * 30 + b"3,4\n" * 60
    file_id = upload(ann, "broken.csv", broken)["id"]

    found = preview(ann, file_id).json()

    assert [each["n"] for each in found["rejects"]] == list(range(20))
    assert found["rejects"][0] | {"line": 63, "code": "too_many_fields", "text": "1,2,3,4"} == found["rejects"][0]
    assert [each["code"] for each in found["warnings"]] == ["comment_line"]


def test_packed_json_workbook_and_parquet_files_have_previews(ann):
    lines = b"".join(b'{"a": %d, "b": "x"}\n' % n for n in range(5000))
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as zipped:
        zipped.writestr("one.csv", "a,b\n1,2\n")
        zipped.writestr("two.csv", "c,d\n3,4\n")
    book = openpyxl.Workbook()
    book.active.append(["a", "b"])
    book.create_sheet("Other").append(["c"])
    book["Other"].append([7])
    sheets = io.BytesIO()
    book.save(sheets)
    columns = io.BytesIO()
    pq.write_table(pa.table({"a": range(200_000)}), columns)

    zipped_file = upload(ann, "two.zip", archive.getvalue())["id"]
    json_file = upload(ann, "a.ndjson.gz", gzip.compress(lines))["id"]
    workbook = upload(ann, "a.xlsx", sheets.getvalue())["id"]
    parquet = upload(ann, "a.parquet", columns.getvalue())["id"]

    assert preview(ann, zipped_file, member="two.csv").json()["rows"] == [{"c": 3, "d": 4}]
    assert [row["a"] for row in preview(ann, json_file).json()["rows"]] == list(range(100))
    assert is_problem(preview(ann, json_file, path="a"), 422, "no_path")
    assert preview(ann, workbook, sheet="Other").json()["rows"] == [{"c": 7}]
    found = preview(ann, parquet).json()
    assert (len(found["rows"]), found["looked_at"]["complete"]) == (100, False)
    assert is_problem(preview(ann, workbook, sheet="No"), 422, "no_sheet")
    assert is_problem(preview(ann, zipped_file, member="no.csv"), 422, "no_member")
    assert is_problem(preview(ann, workbook, delimiter=";"), 422, "bad_option")
    assert is_problem(preview(ann, json_file, header=1), 422, "bad_option")
    assert is_problem(preview(ann, workbook, names=["a", "b", "c", "d", "e"]), 422, "bad_option")


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"delimiter": ";;"}, "invalid_value"),
        ({"delimiter": "\n"}, "invalid_value"),
        ({"delimiter": ""}, "invalid_value"),
        ({"delimiter": "'", "quote": "'"}, "invalid_value"),
        ({"encoding": "klingon"}, "invalid_value"),
        ({"header": 10**9}, "invalid_value"),
        ({"header": -1}, "invalid_value"),
        ({"skip": 10**30}, "invalid_value"),
        ({"header": True}, "invalid_value"),
        ({"header": False}, "invalid_value"),
        ({"skip": True}, "invalid_value"),
        ({"names": ["b", "c"]}, "bad_option"),
        ({"sheet": "One"}, "no_sheet"),
        ({"member": "a.csv"}, "no_member"),
        ({"types": {"b": "text"}}, "unknown_column"),
        ({"types": {"a": "klingon"}}, "invalid_value"),
        ({"types": {"a": {"type": "date", "style": "klingon"}}}, "invalid_value"),
        ({"delimeter": ";"}, "invalid_value"),
    ],
)
def test_what_cannot_be_meant_is_named(ann, options, code):
    file_id = upload(ann, "a.csv", b"a\n1\n")["id"]

    refused = preview(ann, file_id, **options)

    assert is_problem(refused, 422, code)
    assert next(iter(options)).rstrip("s") in json.dumps(refused.json()["detail"])


def test_preview_of_what_is_no_table_says_so(ann):
    prose = upload(ann, "a.txt", b"This is no table. It has sentences.\nAnd one more of them.\n")["id"]

    assert is_problem(preview(ann, prose), 422, "no_table")
    assert preview(ann, prose, delimiter=" ", header=0).status_code == 200


def test_words_for_missing_can_be_said_and_stay_what_was_written(ann):
    file_id = upload(ann, "a.csv", b"a,b\n1,x\nNA,y\n3,NA\n")["id"]

    rows = preview(ann, file_id, missing=["NA"]).json()["rows"]
    written = ann.post(f"/files/{file_id}/preview?text=true", json={"missing": ["NA"]}).json()["rows"]

    assert rows == [{"a": 1, "b": "x"}, {"a": None, "b": "y"}, {"a": 3, "b": "NA"}]
    assert [row["a"] for row in written] == ["1", "NA", "3"]


def test_quotes_that_never_close_cost_no_more_than_others(ann):
    lines = b"".join(b'%d,"x"%d"y,2024-01-01\n' % (n, n) for n in range(8000))
    file_id = upload(ann, "quotes.csv", b"a,b,c\n" + lines)["id"]

    started = time.monotonic()
    found = preview(ann, file_id).json()

    assert time.monotonic() - started < 10
    assert found["rows"][1]["b"] == '"x"1"y'
