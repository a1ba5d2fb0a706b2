from __future__ import annotations

import gzip
import io
import sqlite3
import zipfile
from contextlib import closing

import openpyxl
import pytest

from live_server import entry_when

ODD = {
    "blank lines": b"a,b\n\n1,2\n\n3,4\n",
    "mark": "\ufeffa,b\n1,ü\n".encode(),
    "cp1252": "name,city\nJürgen,Köln\nAnne,Münster\n".encode("cp1252"),
    "utf-16": "a,b\r\n1,ü\r\n".encode("utf-16"),
    "no end": b"a,b\n1,2\n3,4",
    "mixed ends": b"a,b\r\n1,2\n3,4\r\n5,6\n",
    "needless quotes": b'a,b,c\n0,"1",z0\n1,"2",z1\n',
    "escapes": b'a,b\n1,"x \\"y\\" z"\n2,"x \\"q\\" z"\n3,plain\n',
    "spaces": b'a, b\n1, "x, y"\n2, "z, w"\n',
    "trailing": b"a,b,\n1,2,\n3,4,\n",
    "hint": b"sep=;\na;b\n1;2\n3;4\n",
    "stray quote": b'a,b\n1,x\n2,y"z\n3,w\n',
    "rejects": b"a,b\n1,2\n3,4,5,6\n7,8\n",
}


def table(http, content, name):
    """Upload a table; return the path of its dataset."""
    file_id = http.post("/files", files={"file": (name, content, "text/csv")}).json()["id"]
    assert entry_when(http, file_id)["status"] == "done"
    return f"/datasets/{file_id}"


def original(http, path, **params):
    answer = http.get(f"{path}/export", params={"format": "csv", "dialect": "original", **params})
    assert answer.status_code == 200, answer.text
    return answer.content


@pytest.mark.parametrize("text", ODD.values(), ids=ODD)
def test_an_untouched_table_is_exported_as_it_was_uploaded(ann, text):
    assert original(ann, table(ann, text, "odd.csv")) == text


def test_a_packed_upload_comes_back_unpacked(ann):
    text = ODD["cp1252"] + b"Bernd,\r\nClaus,2\r\n"
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("inside.csv", text)

    assert original(ann, table(ann, gzip.compress(text), "odd.csv.gz")) == text
    assert original(ann, table(ann, archive.getvalue(), "odd.zip")) == text


def test_what_was_edited_is_written_anew_and_what_was_restored_is_the_upload(ann):
    text = b"a;b\r\n\r\n1;x\r\n2;y\r\n\r\n3;z"
    path = table(ann, text, "odd.csv")
    assert ann.patch(f"{path}/rows/1", json={"b": "changed"}).status_code == 200

    assert original(ann, path) == b"a;b\r\n1;x\r\n2;changed\r\n3;z\r\n"
    assert original(ann, path, version=0) == text
    assert ann.post(f"{path}/restore", json={"version": 0}).status_code == 200
    assert original(ann, path) == text


def test_what_is_chosen_of_a_table_is_written_anew(ann):
    path = table(ann, b"a,b\n\n1,2\n\n3,4", "odd.csv")

    assert original(ann, path, columns="b") == b"b\n2\n4\n"
    assert original(ann, path, filter="a:ge:3") == b"a,b\n3,4\n"
    assert original(ann, path, header="false") == b"1,2\n3,4\n"


def test_all_columns_are_meant_where_none_is_named(ann):
    path = table(ann, b"a,b\n1,2\n", "odd.csv")

    assert ann.get(f"{path}/export", params={"columns": ""}).content == b"a,b\n1,2\n"


def test_other_formats_have_no_text_of_their_own(ann):
    path = table(ann, b'{"a":1,"b":"x"}\n{"a":2,"b":"y"}\n', "odd.ndjson")

    assert original(ann, path) == b"a,b\n1,x\n2,y\n"


def test_a_filter_between_two_whole_numbers_is_moved_to_them(ann):
    path = table(ann, b"n,b\n0,x\n1,y\n2,z\n", "numbers.csv")

    def found(*filters):
        return [row["n"] for row in ann.get(f"{path}/rows", params={"filter": list(filters)}).json()["rows"]]

    assert found("n:gt:0.5") == [1, 2]
    assert found("n:ge:1.0") == [1, 2]
    assert found("n:lt:1.5", "n:ge:.5") == [1]
    assert found("n:ne:1.5") == [0, 1, 2]
    assert found("n:eq:1.5") == []
    assert found("n:in:1,2.5") == [1]


def test_nested_values_of_json_lines_come_back_as_they_were_until_they_are_edited(ann):
    text = b'{"id": 1, "tags": ["a", {"b": 1.50}]}\n\n{"id": 2, "tags": null}\n'
    path = table(ann, text, "nested.jsonl")

    assert original(ann, path, format="ndjson") == text
    assert original(ann, path, format="csv") == b'id,tags\n1,"[""a"",{""b"":1.50}]"\n2,\n'
    assert ann.patch(f"{path}/rows/1", json={"tags": "none"}).status_code == 200
    assert original(ann, path, format="ndjson") == b'{"id":1,"tags":["a",{"b":1.50}]}\n{"id":2,"tags":"none"}\n'
    assert ann.patch(f"{path}/rows/1", json={"tags": '{"c":\n2}'}).status_code == 200
    assert original(ann, path, format="ndjson").splitlines()[1] == b'{"id":2,"tags":{"c": 2}}'
    assert ann.patch(f"{path}/columns/tags", json={"type": "text", "style": "text"}).status_code == 200
    assert original(ann, path, format="ndjson").splitlines()[1] == b'{"id":2,"tags":"{\\"c\\":\\n2}"}'


def test_what_is_no_text_is_exported_as_the_text_that_was_made_of_it(ann, tmp_path):
    book, sheet = openpyxl.Workbook(), io.BytesIO()
    for row in (["a", "b"], [1, "x"]):
        book.active.append(row)
    book.save(sheet)
    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as database, database:
        database.execute("CREATE TABLE t (a, b)")
        database.execute("INSERT INTO t VALUES (1, 'x')")

    workbook = table(ann, sheet.getvalue(), "a.xlsx")
    rows = table(ann, (tmp_path / "a.sqlite").read_bytes(), "a.sqlite")

    assert original(ann, workbook) == original(ann, rows) == b"a,b\n1,x\n"
    assert original(ann, rows, format="ndjson") == b'{"a":1,"b":"x"}\n'


def test_a_file_of_fixed_width_is_seen_read_again_mended_and_comes_back_as_it_was(ann):
    text = b"0001 Anna  1.50 \r\n0002 Bo   12.25\r\n0003 Carl  2.00 late\r\n"
    path = table(ann, text, "fixed.txt")
    file, said = path.rpartition("/")[2], {"widths": [5, 5, 5], "header": 0, "names": ["id", "name", "paid"]}

    seen = ann.post(f"/files/{file}/preview", json=said).json()
    assert ann.post(f"{path}/reread", json=said).status_code == 200

    rows = [{"id": "0001", "name": "Anna", "paid": 1.5}, {"id": "0002", "name": "Bo", "paid": 12.25}]
    assert seen["rows"] == rows
    assert [each["code"] for each in seen["rejects"]] == ["too_many_fields"]
    assert original(ann, path) == text
    assert ann.post(f"/files/{file}/rejects/0", json={"text": "0003 Carl  2.00"}).status_code == 201
    assert original(ann, path) == b"0001,Anna,1.50\n0002,Bo,12.25\n0003,Carl,2.00\n"


def test_a_log_comes_back_as_it_was(ann):
    text = b'::1 - - [11/Oct/2000:00:00:01 -0700] "GET /" 404 -\r\n\r\nbroken\r\n' * 2

    assert original(ann, table(ann, text, "access.log")) == text
