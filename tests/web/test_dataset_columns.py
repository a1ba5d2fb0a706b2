"""Columns of a table changed, and its rows replaced, through the routes of a running server."""

from __future__ import annotations

import json
import threading
from functools import partial
from typing import Any
from urllib.parse import quote

import httpx

from event_stream import EventStream
from live_server import wait_until
from problems import is_problem
from web.test_dataset_edits import FEW, rows_of, table_of


def columns_of(http: httpx.Client, dataset: str, **params: int) -> list[str]:
    return [each["name"] for each in http.get(f"/datasets/{dataset}", params=params).json()["columns"]]


def test_a_column_is_renamed_and_dropped(ann: httpx.Client):
    dataset = table_of(ann)

    renamed = ann.patch(f"/datasets/{dataset}/columns/word", json={"name": "a/b", "message": "clearer"})
    assert (renamed.status_code, renamed.headers["ETag"]) == (200, '"1"')
    assert renamed.json() == {
        "version": 1,
        "column": {"name": "a/b", "type": "text", "style": "text", "missing": {}, "offers": None},
        "converted": 3,
        "missing": 0,
        "misses": 0,
    }
    assert rows_of(ann, dataset)[0] == {"_rid": 0, "n": 1, "a/b": "a", "price": 1.5}
    assert ann.get(f"/datasets/{dataset}/export").text == FEW.replace("word", "a/b")

    for name in ("a/b", "a%2Fb"):
        dropped = ann.delete(f"/datasets/{dataset}/columns/{name}")
        ann.post(f"/datasets/{dataset}/restore", json={"version": 1})
        assert (dropped.status_code, dropped.json()["column"]) == (200, None)
    assert ann.delete(f"/datasets/{dataset}/columns/{quote('a/b', safe='')}").json()["version"] == 6
    assert columns_of(ann, dataset) == ["n", "price"]
    assert columns_of(ann, dataset, version=0) == ["n", "word", "price"]
    history = ann.get(f"/datasets/{dataset}/versions").json()
    assert [(each["kind"], each["message"]) for each in history[-2:]] == [("columns", "clearer"), ("create", None)]


def test_what_asks_of_a_column_that_is_gone_is_refused(ann: httpx.Client):
    dataset = table_of(ann)
    ann.delete(f"/datasets/{dataset}/columns/word").raise_for_status()
    table = f"/datasets/{dataset}"

    for path, params in [
        (f"{table}/rows", {"filter": "word:eq:a"}),
        (f"{table}/rows", {"sort": "word"}),
        (f"{table}/aggregate", {"by": "word"}),
        (f"{table}/aggregate", {"by": "n", "measure": "max(word)"}),
        (f"{table}/profile", {"column": "word"}),
        (f"{table}/export", {"columns": "word"}),
        (f"{table}/export", {"filter": "word:eq:a"}),
    ]:
        assert ann.get(path, params=params).status_code == 422, (path, params)
        assert ann.get(path, params=params | {"version": 0}).status_code == 200, (path, params)
    assert is_problem(ann.patch(f"{table}/rows/0", json={"word": "x"}), 422, "unknown_column")
    assert "word" not in ann.get(table).json()["aggregates"]


def test_a_change_that_cannot_be_meant_is_a_named_4xx(ann: httpx.Client):
    dataset = table_of(ann)
    column = f"/datasets/{dataset}/columns/word"

    assert is_problem(ann.patch(column, json={}), 422, "invalid_value")
    assert is_problem(ann.patch(column, json={"name": 7}), 422, "invalid_value")
    assert is_problem(ann.patch(column, json={"name": "x", "colour": "red"}), 422, "invalid_value")
    assert is_problem(ann.patch(column, json={"name": "_rid"}), 422, "reserved_column")
    assert is_problem(ann.patch(column, json={"name": "a\nb"}), 422, "bad_column_name")
    assert is_problem(ann.patch(column, json={"name": "PRICE"}), 409, "column_exists")
    half = ann.patch(column, content=b'{"name": "\\ud800"}', headers={"Content-Type": "application/json"})
    assert half.status_code == 422
    assert is_problem(ann.patch(f"{column}s", json={"name": "x"}), 404, "unknown_column")
    assert is_problem(ann.delete(f"{column}s"), 404, "unknown_column")
    for stale in ('"1"', '"99"'):
        assert is_problem(ann.delete(column, headers={"If-Match": stale}), 412, "version_changed")
        assert is_problem(ann.patch(column, json={"name": "x"}, headers={"If-Match": stale}), 412, "version_changed")
    assert is_problem(ann.delete(column, headers={"If-Match": "x"}), 400, "bad_if_match")
    assert ann.get(f"/datasets/{dataset}").json()["version"] == 0
    for name in ("n", "word"):
        assert ann.delete(f"/datasets/{dataset}/columns/{name}", headers={"If-Match": "*"}).status_code == 200
    assert is_problem(ann.delete(f"/datasets/{dataset}/columns/price"), 409, "last_column")


def test_an_editor_of_another_page_hears_of_a_column_that_was_changed(ann: httpx.Client):
    dataset, seen = table_of(ann, "n,word,price\n1,a,1.50\n2,,2.25\n"), {"If-Match": '"0"'}
    row, other = f"/datasets/{dataset}/rows/0", f"/datasets/{dataset}/rows/1"
    ann.patch(f"/datasets/{dataset}/columns/word", json={"name": "term"}).raise_for_status()

    by_old_name = ann.patch(row, json={"word": "x"}, headers=seen)
    empty_cell = ann.patch(other, json={"word": "x"}, headers=seen)
    by_new_name = ann.patch(row, json={"term": "x"}, headers={"If-Match": '"1"'})
    untouched = ann.patch(other, json={"n": 7}, headers=seen)

    for refused in (by_old_name, empty_cell):
        assert is_problem(refused, 412, "row_changed")
        assert "term" in refused.json()["current"]
    assert (by_new_name.status_code, untouched.status_code) == (200, 200)
    assert [(each["n"], each["term"]) for each in rows_of(ann, dataset)] == [(1, "x"), (7, None)]


def test_rows_are_replaced_by_those_of_a_file(ann: httpx.Client, bob: httpx.Client):
    dataset, source, hidden = table_of(ann), table_of(ann, "WORD,new\nx,1\ny,2\n"), table_of(bob)
    replace = f"/datasets/{dataset}/replace"

    made = ann.post(replace, json={"file_id": source, "message": "March"}, headers={"If-Match": '"0"'})

    assert (made.status_code, made.headers["ETag"]) == (200, '"1"'), made.text
    told = made.json()
    assert (told["version"], told["kind"], told["message"]) == (1, "replace", "March")
    assert (told["rows"], told["inserted"], told["deleted"]) == (2, 2, 3)
    assert (told["added"], told["dropped"]) == (["new"], ["n", "price"])
    assert ann.get(f"/datasets/{dataset}/export").text == "word,new\nx,1\ny,2\n"
    assert ann.get(f"/datasets/{source}/export").text == "WORD,new\nx,1\ny,2\n"
    assert is_problem(ann.post(replace, json={"file_id": hidden}), 404, "not_found")
    assert is_problem(ann.post(replace, json={"file_id": dataset}), 409, "replace_itself")
    assert is_problem(ann.post(replace, json={"file_id": source}, headers={"If-Match": '"0"'}), 412, "version_changed")
    assert is_problem(ann.post(replace, json={"file_id": source, "again": True}), 422, "invalid_value")
    no_table = ann.post("/files", files={"file": ("a.bin", b"\x00\x01")}).json()["id"]
    wait_until(lambda: ann.get(f"/files/{no_table}").json()["status"] == "done", "the end of the file")
    assert is_problem(ann.post(replace, json={"file_id": no_table}), 404, "no_table")
    assert is_problem(ann.post(f"/datasets/{dataset}/append", json={"file_id": source}), 409, "already_appended")
    ann.post(f"/datasets/{dataset}/restore", json={"version": 0}).raise_for_status()
    assert ann.get(f"/datasets/{dataset}/export").text == FEW


def test_replacing_tells_of_rows_that_could_not_be_read(ann: httpx.Client):
    dataset, source = table_of(ann), table_of(ann, "word,n\nx,1\nx,1,2\ny,2\nz,3\n")
    kept = ann.get(f"/files/{source}/rejects").json()

    made = ann.post(f"/datasets/{dataset}/replace", json={"file_id": source}).json()

    assert (made["rows"], made["reject_count"]) == (3, 1)
    assert ann.get(f"/files/{source}").json()["reject_count"] == 1
    assert ann.get(f"/files/{source}/rejects").json() == kept
    assert ann.get(f"/files/{dataset}").json()["reject_count"] == 0
    assert ann.post(f"/datasets/{source}/replace", json={"file_id": dataset}).json()["reject_count"] == 0


def test_who_may_edit_changes_columns_and_the_owner_alone_replaces(ann: httpx.Client, bob: httpx.Client):
    dataset, theirs = table_of(ann), table_of(bob, "n\n1\n")
    ann.put(f"/files/{dataset}/access/*", json={"role": "edit"}).raise_for_status()

    assert bob.patch(f"/datasets/{dataset}/columns/word", json={"name": "w"}).status_code == 200
    assert is_problem(bob.post(f"/datasets/{dataset}/replace", json={"file_id": theirs}), 403, "forbidden")
    ann.put(f"/files/{theirs}/access/*", json={"role": "view"})
    assert is_problem(ann.post(f"/datasets/{dataset}/replace", json={"file_id": theirs}), 404, "not_found")
    bob.put(f"/files/{theirs}/access/*", json={"role": "view"}).raise_for_status()
    assert ann.post(f"/datasets/{dataset}/replace", json={"file_id": theirs}).status_code == 200
    ann.delete(f"/files/{dataset}")


def test_everybody_who_looks_hears_of_other_columns(ann: httpx.Client):
    dataset = table_of(ann)
    with EventStream(ann) as stream:
        ann.delete(f"/datasets/{dataset}/columns/word").raise_for_status()
        event = stream.wait_for_version(1)

    assert [each["name"] for each in event.data["dataset"]["columns"]] == ["n", "price"]


def test_racing_changes_of_columns_and_rows_are_one_line_of_versions(ann: httpx.Client):
    dataset = table_of(ann)
    answers: list[httpx.Response] = []

    def rename(turn: int) -> None:
        for name, new in (("word", f"w{turn}"), (f"w{turn}", "word")):
            answers.append(ann.patch(f"/datasets/{dataset}/columns/{name}", json={"name": new}))

    def edit(turn: int) -> None:
        row = f"/datasets/{dataset}/rows/{turn % 3}"
        answers.extend(ann.patch(row, json={"n": 100 * turn + number}) for number in range(4))

    threads = [threading.Thread(target=work, args=(turn,)) for turn in range(4) for work in (rename, edit)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert {each.status_code for each in answers} <= {200, 404}
    made = sorted(int(each.headers["ETag"].strip('"')) for each in answers if each.status_code == 200)
    assert made == list(range(1, len(made) + 1))
    assert [each["version"] for each in ann.get(f"/datasets/{dataset}/versions").json()] == [*reversed(made), 0]
    assert len(rows_of(ann, dataset)) == 3
    assert json.loads(ann.get(f"/datasets/{dataset}/export", params={"format": "ndjson"}).text.splitlines()[0])


def test_a_column_gets_another_type_and_its_text_back(ann: httpx.Client):
    dataset = table_of(ann, "n,v\n1,7.50\n2,x\n3,NA\n4,\n")
    column = f"/datasets/{dataset}/columns/v"

    made = ann.patch(column, json={"type": "decimal(18,2)", "message": "numbers"}, headers={"If-Match": '"0"'})

    assert (made.status_code, made.headers["ETag"]) == (200, '"1"'), made.text
    assert made.json() == {
        "version": 1,
        "column": {"name": "v", "type": "decimal(18,2)", "style": "0.0", "missing": {"NA": 1}, "offers": None},
        "converted": 1,
        "missing": 2,
        "misses": 1,
    }
    assert [each["v"] for each in rows_of(ann, dataset)] == [7.5, None, None, None]
    assert [each["v"] for each in rows_of(ann, dataset, text="true")] == ["7.50", "x", "NA", None]
    assert [each["n"] for each in rows_of(ann, dataset, filter="v:isnull:true")] == [2, 3, 4]
    assert ann.get(f"/datasets/{dataset}").json()["aggregates"]["v"]["sum"] == 7.5
    assert ann.get(f"/datasets/{dataset}/export").text == "n,v\n1,7.50\n2,x\n3,NA\n4,\n"
    assert ann.patch(f"/datasets/{dataset}/rows/1", json={"v": 8}, headers={"If-Match": '"0"'}).status_code == 200
    back = ann.patch(column, json={"type": "text"}).json()
    assert (back["converted"], back["missing"], back["misses"]) == (3, 1, 0)
    assert ann.get(f"/datasets/{dataset}/export").text == "n,v\n1,7.50\n2,8.00\n3,NA\n4,\n"
    assert ann.patch(column, json={"type": "text"}).json()["version"] == back["version"]


def test_a_type_that_cannot_be_meant_is_a_named_422(ann: httpx.Client):
    dataset = table_of(ann, "d,v\n05/04/2025,1\n06/05/2025,x\n")
    table = f"/datasets/{dataset}/columns"

    for name, wish, code in [
        ("d", {"type": "day"}, "unknown_type"),
        ("d", {"type": ""}, "unknown_type"),
        ("d", {"type": "date"}, "style_needed"),
        ("d", {"type": "date", "style": "0%"}, "unknown_style"),
        ("d", {"missing": ["x"]}, "text_has_no_missing"),
        ("d", {"missing": "x"}, "invalid_value"),
        ("d", {"missing": [1]}, "invalid_value"),
        ("d", {"missing": ["x"] * 101}, "invalid_value"),
        ("d", {"type": 7}, "invalid_value"),
        ("d", {"type": None}, "invalid_value"),
        ("d", {"message": "x"}, "invalid_value"),
    ]:
        assert is_problem(ann.patch(f"{table}/{name}", json=wish), 422, code), wish
    told = ann.patch(f"{table}/d", json={"type": "date"}).json()["detail"]
    assert "'dd/MM/yyyy'" in told
    assert "'MM/dd/yyyy'" in told
    assert ann.get(f"/datasets/{dataset}").json()["version"] == 0
    assert ann.patch(f"{table}/d", json={"type": "date", "style": "dd/MM/yyyy"}).json()["converted"] == 2


def test_columns_are_added(ann: httpx.Client):
    dataset = table_of(ann)
    columns = f"/datasets/{dataset}/columns"

    constant = ann.post(columns, json={"name": "year", "type": "int64", "value": 2025})
    assert (constant.status_code, constant.headers["ETag"]) == (200, '"1"'), constant.text
    assert constant.json() == {
        "version": 1,
        "column": {"name": "year", "type": "int64", "style": "0", "missing": {}, "offers": None},
        "converted": 3,
        "missing": 0,
        "misses": 0,
    }
    exact = ann.post(
        columns,
        content=b'{"name": "rate", "type": "decimal(38,20)", "value": 0.12345678901234567890}',
        headers={"Content-Type": "application/json"},
    )
    assert exact.status_code == 200, exact.text
    computed = ann.post(columns, json={"name": "total", "type": "decimal(18,2)", "expression": "n * price"})
    assert computed.json()["converted"] == 3
    assert ann.post(columns, json={"name": "none", "type": "date", "value": None}).json()["missing"] == 3
    assert ann.get(f"/datasets/{dataset}/export").text.splitlines()[:2] == [
        "n,word,price,year,rate,total,none", "1,a,1.50,2025,0.12345678901234567890,1.50,"
    ]  # fmt: skip

    for wish, status, code in [
        ({"name": "x", "type": "int64"}, 422, "invalid_value"),
        ({"name": "x", "type": "int64", "value": 1, "expression": "1"}, 422, "invalid_value"),
        ({"name": "x", "type": "int64", "value": 1.5}, 422, "bad_cell"),
        ({"name": "x", "type": "int64", "value": {"a": 1}}, 422, "bad_cell"),
        ({"name": "N", "type": "int64", "value": 1}, 409, "column_exists"),
        ({"name": "x", "type": "int64", "value": 1, "after": "n"}, 422, "invalid_value"),
        ({"name": "x", "type": "int64", "expression": " "}, 422, "bad_expression"),
        ({"name": "x", "type": "int64", "expression": "n" * 10_001}, 422, "bad_expression"),
    ]:
        assert is_problem(ann.post(columns, json=wish), status, code), wish
    refused = ann.post(columns, json={"name": "x", "type": "int64", "expression": "n + prize"})
    assert is_problem(refused, 422, "bad_expression")
    assert refused.json()["position"] == 4
    stale = ann.post(columns, json={"name": "x", "type": "int64", "value": 1}, headers={"If-Match": '"0"'})
    assert is_problem(stale, 412, "version_changed")
    assert ann.get(f"/datasets/{dataset}").json()["version"] == 4


def test_what_is_offered_can_be_taken(ann: httpx.Client):
    rows = "".join(f"{1 + i % 12:02}/{1 + i % 12:02}/2024,{'broken' if i == 7 else f'{i}.5'}\n" for i in range(50))
    dataset = table_of(ann, "day,size\n" + rows)
    table = f"/datasets/{dataset}"

    def offers(name: str) -> list[dict[str, Any]]:
        columns = ann.get(table).json()["columns"]
        found: list[dict[str, Any]] = next(each["offers"] for each in columns if each["name"] == name)
        return found

    for name in ("day", "size"):
        offer = wait_until(partial(offers, name), f"offers for {name}")[0]
        made = ann.patch(f"{table}/columns/{name}", json={"type": offer["type"], "style": offer["style"]}).json()
        assert (made["converted"], made["misses"]) == (offer["fits"], offer["misses"])
    assert ann.get(f"{table}/export").text == "day,size\n" + rows
