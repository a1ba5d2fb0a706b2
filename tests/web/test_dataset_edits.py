"""Edits, versions and appends through the routes of a running server."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from event_stream import EventStream
from live_server import LiveServer, entry_when
from problems import is_problem

EDITS = int(os.environ.get("EDITS", "25"))
"""Edits of each of eight editors; the number of the promise is 200."""
FEW = "n,word,price\n1,a,1.50\n2,b,2.25\n3,c,3.00\n"


def table_of(http: httpx.Client, text: str = FEW, name: str = "few.csv") -> str:
    """Upload a file, wait until it is a table, and return its id."""
    answer = http.post("/files", files={"file": (name, text.encode())})
    assert answer.status_code == 201, answer.text
    entry = entry_when(http, answer.json()["id"])
    assert entry["status"] == "done", entry
    made: str = entry["id"]
    return made


@pytest.fixture
def shared_table(ann: httpx.Client) -> Iterator[str]:
    """A table that everybody on the server may change, for as long as the test takes."""
    dataset = table_of(ann)
    ann.put(f"/files/{dataset}/access/*", json={"role": "edit"}).raise_for_status()
    yield dataset
    ann.delete(f"/files/{dataset}")


def rows_of(http: httpx.Client, dataset: str, **params: Any) -> list[dict[str, object]]:
    answer = http.get(f"/datasets/{dataset}/rows", params=params)
    assert answer.status_code == 200, answer.text
    rows: list[dict[str, object]] = answer.json()["rows"]
    return rows


def test_a_row_is_inserted_changed_and_deleted(ann: httpx.Client):
    dataset = table_of(ann)

    made = ann.post(f"/datasets/{dataset}/rows", json={"n": 4, "word": "d", "price": "4.5"})
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    assert made.json() == {"_rid": 3, "n": 4, "word": "d", "price": 4.5}

    changed = ann.patch(f"/datasets/{dataset}/rows/1", json={"word": None})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"2"')
    assert changed.json() == {"_rid": 1, "n": 2, "word": None, "price": 2.25}

    gone = ann.delete(f"/datasets/{dataset}/rows/0")
    assert (gone.status_code, gone.headers["ETag"], gone.content) == (204, '"3"', b"")

    assert [row["_rid"] for row in rows_of(ann, dataset)] == [1, 2, 3]
    assert ann.get(f"/files/{dataset}").json()["row_count"] == 3


def test_many_rows_are_one_version(ann: httpx.Client):
    dataset = table_of(ann)

    made = ann.post(f"/datasets/{dataset}/rows", json={"rows": [{"n": 4}, {"word": "e"}]})
    assert made.status_code == 201
    assert made.json()["version"] == 1
    assert [row["_rid"] for row in made.json()["rows"]] == [3, 4]

    batch = {"insert": [{"n": 9}], "update": [{"_rid": 3, "word": "x"}], "delete": [4, 0], "message": "tidied"}
    done = ann.patch(f"/datasets/{dataset}/rows", json=batch, headers={"If-Match": '"1"'})
    assert done.status_code == 200, done.text
    assert done.json() == {
        "version": 2,
        "inserted": [{"_rid": 5, "n": 9, "word": None, "price": None}],
        "updated": [{"_rid": 3, "n": 4, "word": "x", "price": None}],
        "deleted": [0, 4],
    }

    gone = ann.request("DELETE", f"/datasets/{dataset}/rows", json={"_rid": [1, 2]})
    assert (gone.status_code, gone.headers["ETag"]) == (204, '"3"')
    assert [row["_rid"] for row in rows_of(ann, dataset)] == [3, 5]
    history = ann.get(f"/datasets/{dataset}/versions").json()
    assert [(each["version"], each["message"], each["deleted"]) for each in history] == [
        (3, None, 2), (2, "tidied", 2), (1, None, 0), (0, None, 0)
    ]  # fmt: skip


def test_one_of_two_editors_of_a_row_hears_what_it_is_now(shared_table: str, ann: httpx.Client, bob: httpx.Client):
    dataset = shared_table
    row, seen = f"/datasets/{dataset}/rows/1", {"If-Match": '"0"'}

    first = ann.patch(row, json={"word": "ann"}, headers=seen)
    other_row = bob.patch(f"/datasets/{dataset}/rows/2", json={"word": "bob"}, headers=seen)
    second = bob.patch(row, json={"word": "bob"}, headers=seen)
    gone = bob.delete(row, headers=seen)

    assert (first.status_code, other_row.status_code) == (200, 200)
    for refused in (second, gone):
        assert is_problem(refused, 412, "row_changed")
        assert refused.json()["current"] == {"_rid": 1, "n": 2, "word": "ann", "price": 2.25}
        assert refused.json()["version"] == 2
    authors = [each["author"] for each in ann.get(f"/datasets/{dataset}/versions").json()]
    names = [http.get("/me").json()["username"] for http in (bob, ann)]
    assert authors == [*names, names[1]]


@pytest.mark.parametrize("if_match", ['"99"', '"0", "1"', "abc", 'W/"x"', "-1", ""])
def test_an_if_match_that_names_no_version_is_refused(ann: httpx.Client, if_match: str):
    dataset = table_of(ann)

    refused = ann.patch(f"/datasets/{dataset}/rows/0", json={"n": 5}, headers={"If-Match": if_match})

    assert is_problem(refused, *((412, "row_changed") if if_match == '"99"' else (400, "bad_if_match")))
    assert ann.get(f"/datasets/{dataset}/rows").headers["ETag"].strip('W/"') == "0"


@pytest.mark.parametrize("if_match", ["*", '"0"', 'W/"0"', "0"])
def test_every_spelling_of_the_version_is_understood(ann: httpx.Client, if_match: str):
    dataset = table_of(ann)

    assert ann.patch(f"/datasets/{dataset}/rows/0", json={"n": 5}, headers={"If-Match": if_match}).status_code == 200


def test_a_bad_edit_is_a_named_4xx_and_changes_nothing(ann: httpx.Client):
    dataset = table_of(ann)
    rows, first = f"/datasets/{dataset}/rows", f"/datasets/{dataset}/rows/0"
    many = [{"n": 1}] * 10_001

    assert is_problem(ann.patch(first, json={"n": "x"}), 422, "bad_cell")
    assert "'n' expects int64" in ann.patch(first, json={"n": 1.5}).json()["detail"]
    assert "'price' expects decimal(18,2)" in ann.patch(first, json={"price": 1.505}).json()["detail"]
    assert is_problem(ann.patch(first, json={"other": 1}), 422, "unknown_column")
    assert is_problem(ann.patch(first, json={"_rid": 4}), 422, "reserved_column")
    assert is_problem(ann.post(rows, json={"_rid": 4, "n": 1}), 422, "reserved_column")
    assert is_problem(ann.post(rows, json={"n": {"a": 1}}), 422, "bad_cell")
    half = b'{"word": "\\ud800"}'
    assert is_problem(ann.post(rows, content=half, headers={"Content-Type": "application/json"}), 422, "bad_cell")
    assert is_problem(ann.post(rows, json=[1]), 422, "invalid_value")
    assert is_problem(ann.post(rows, json={"rows": []}), 422, "invalid_value")
    assert is_problem(ann.post(rows, json={"rows": [1]}), 422, "invalid_value")
    assert is_problem(ann.post(rows, json={"rows": many}), 422, "invalid_value")
    assert is_problem(ann.post(rows, content=b"{", headers={"Content-Type": "application/json"}), 400, "bad_json")
    twice = ann.patch(f"{rows}/0", content=b'{"qty": 1, "qty": 7}', headers={"Content-Type": "application/json"})
    assert is_problem(twice, 400, "bad_json")
    assert is_problem(ann.patch(rows, json={"update": [{"n": 1}]}), 422, "missing_rid")
    assert is_problem(ann.patch(rows, json={"update": [{"_rid": 1}, {"_rid": 1}]}), 422, "repeated_row")
    assert is_problem(ann.patch(rows, json={"update": [{"_rid": 1}], "delete": [1]}), 422, "repeated_row")
    assert is_problem(ann.patch(rows, json={"delete": [1, 0, 1]}), 422, "repeated_row")
    assert is_problem(ann.request("DELETE", rows, json={"_rid": [1, 1]}), 422, "repeated_row")
    assert is_problem(ann.patch(rows, json={"delete": [1, 77]}), 404, "unknown_row")
    assert is_problem(ann.patch(rows, json={"delete": ["1"]}), 422, "invalid_value")
    assert is_problem(ann.patch(f"{rows}/77", json={"n": 1}), 404, "unknown_row")
    assert is_problem(ann.delete(f"{rows}/77"), 404, "unknown_row")
    assert is_problem(ann.delete(f"{rows}/x"), 422, "invalid_value")
    assert is_problem(ann.delete(f"{rows}/-1"), 422, "invalid_value")
    assert is_problem(ann.delete(f"{rows}/{10**30}"), 422, "invalid_value")
    assert is_problem(ann.post(rows, content=b" " * (17 << 20)), 413, "too_large")
    assert [each["version"] for each in ann.get(f"/datasets/{dataset}/versions").json()] == [0]


def test_a_stranger_cannot_tell_a_dataset_from_none(ann: httpx.Client, bob: httpx.Client, anybody: httpx.Client):
    dataset = table_of(ann)

    for found in (dataset, "A" * 24, "x"):
        assert is_problem(bob.post(f"/datasets/{found}/rows", json={"n": 1}), 404, "not_found")
        assert is_problem(bob.get(f"/datasets/{found}/versions"), 404, "not_found")
        assert is_problem(bob.post(f"/datasets/{found}/restore", json={"version": 0}), 404, "not_found")
        assert is_problem(bob.post(f"/datasets/{found}/append", json={"file_id": dataset}), 404, "not_found")
    assert is_problem(anybody.post(f"/datasets/{dataset}/rows", json={"n": 1}), 401, "login_required")


def test_versions_are_read_compared_and_brought_back(ann: httpx.Client):
    dataset = table_of(ann)
    uploaded = ann.get(f"/datasets/{dataset}/export", params={"format": "csv"}).content
    ann.patch(f"/datasets/{dataset}/rows", json={"insert": [{"n": 9}], "update": [{"_rid": 0, "n": 8}], "delete": [1]})

    forth = ann.get(f"/datasets/{dataset}/versions/0/diff/1").json()
    back = ann.get(f"/datasets/{dataset}/versions/1/diff/0").json()
    rows = ann.get(f"/datasets/{dataset}/versions/0/diff/1", params={"rows": 5}).json()["rows"]
    restored = ann.post(f"/datasets/{dataset}/restore", json={"version": 0, "message": "undo"})

    assert forth == {"from": 0, "to": 1, "added": 1, "removed": 1, "changed": 1, "rows": None}
    assert back == {"from": 1, "to": 0, "added": 1, "removed": 1, "changed": 1, "rows": None}
    assert [(each["_rid"], each["cells"]["n"]) for each in rows["added"]] == [(3, "9")]
    assert [each["_rid"] for each in rows["removed"]] == [1]
    assert rows["changed"] == [{"_rid": 0, "before": {"n": "1"}, "after": {"n": "8"}}]
    assert (restored.status_code, restored.headers["ETag"]) == (200, '"2"')
    told = {name: restored.json()[name] for name in ("version", "kind", "message", "rows", "inserted", "deleted")}
    assert told == {"version": 2, "kind": "restore", "message": "undo", "rows": 3, "inserted": 1, "deleted": 1}
    assert uploaded == FEW.encode() == ann.get(f"/datasets/{dataset}/export", params={"format": "csv"}).content
    assert ann.post(f"/datasets/{dataset}/rows", json={"n": 1}).json()["_rid"] == 4


def test_what_no_version_has_cannot_be_brought_back(ann: httpx.Client):
    dataset = table_of(ann)

    assert is_problem(ann.post(f"/datasets/{dataset}/restore", json={"version": 1}), 404, "unknown_version")
    assert is_problem(ann.post(f"/datasets/{dataset}/restore", json={"version": "0"}), 422, "invalid_value")
    assert is_problem(ann.post(f"/datasets/{dataset}/restore", json={}), 422, "invalid_value")
    assert is_problem(ann.get(f"/datasets/{dataset}/versions/0/diff/1"), 404, "unknown_version")
    assert is_problem(ann.get(f"/datasets/{dataset}/versions/0/diff/0?rows=101"), 422, "invalid_value")
    assert is_problem(ann.put(f"/datasets/{dataset}/versions/1/pin"), 404, "unknown_version")
    stale = ann.post(f"/datasets/{dataset}/restore", json={"version": 0}, headers={"If-Match": '"7"'})
    assert is_problem(stale, 412, "version_changed")


def test_a_version_is_pinned_and_let_go(ann: httpx.Client):
    dataset = table_of(ann)

    assert ann.put(f"/datasets/{dataset}/versions/0/pin").status_code == 204
    assert ann.get(f"/datasets/{dataset}/versions").json()[0]["pinned"] is True
    assert ann.delete(f"/datasets/{dataset}/versions/0/pin").status_code == 204
    assert ann.get(f"/datasets/{dataset}/versions").json()[0]["pinned"] is False


def test_another_file_is_appended(ann: httpx.Client, bob: httpx.Client):
    dataset, more = table_of(ann), table_of(ann, "word,n,extra\nz,99,yes\n", "more.csv")
    strange, foreign = table_of(ann, "x,y\n1,2\n", "strange.csv"), table_of(bob)

    made = ann.post(f"/datasets/{dataset}/append", json={"file_id": more, "message": "May"})

    assert (made.status_code, made.headers["ETag"]) == (200, '"1"')
    assert (made.json()["kind"], made.json()["inserted"], made.json()["rows"]) == ("append", 1, 4)
    assert rows_of(ann, dataset)[-1] == {"_rid": 3, "n": 99, "word": "z", "price": None, "extra": "yes"}
    assert is_problem(ann.post(f"/datasets/{dataset}/append", json={"file_id": strange}), 409, "columns_differ")
    assert is_problem(ann.post(f"/datasets/{dataset}/append", json={"file_id": dataset}), 409, "append_itself")
    assert is_problem(ann.post(f"/datasets/{dataset}/append", json={"file_id": foreign}), 404, "not_found")
    assert ann.get(f"/datasets/{dataset}/versions").json()[0]["version"] == 1


def test_an_upload_can_name_the_table_that_its_rows_are_for(ann: httpx.Client):
    dataset = table_of(ann)

    more = ann.post(f"/files?dataset={dataset}", files={"file": ("more.csv", b"n,word\n7,q\n")}).json()["id"]
    entry = entry_when(ann, more)
    strange = ann.post(f"/files?dataset={dataset}", files={"file": ("strange.csv", b"x,y\n7,q\n")}).json()["id"]
    refused = entry_when(ann, strange)
    nowhere = ann.post(f"/files?dataset={'A' * 24}", files={"file": ("more.csv", b"n,word\n7,q\n")})

    assert (entry["status"], entry["dataset_id"], entry["row_count"]) == ("done", dataset, 1)
    assert rows_of(ann, dataset)[-1] == {"_rid": 3, "n": 7, "word": "q", "price": None}
    assert (refused["status"], refused["error"]["code"], refused["dataset_id"]) == ("error", "columns_differ", None)
    shown = ann.get(f"/files/{strange}").json()
    assert (shown["content"], shown["damage"]) == (None, None)  # nothing is lost: its rows were not taken
    assert is_problem(nowhere, 422, "unknown_dataset")
    assert {each["id"] for each in ann.get("/datasets").json()} & {dataset, more, strange} == {dataset}


def test_the_same_bytes_are_appended_again_only_when_that_is_asked_for(ann: httpx.Client):
    dataset, copy, more = table_of(ann), table_of(ann, FEW, "copy.csv"), table_of(ann, "n,word\n7,q\n", "more.csv")
    path = f"/datasets/{dataset}/append"
    assert ann.post(path, json={"file_id": more}).status_code == 200

    for known in (copy, more):
        assert is_problem(ann.post(path, json={"file_id": known}), 409, "already_appended")
    sent = ann.post(f"/files?dataset={dataset}", files={"file": ("renamed.csv", b"n,word\n7,q\n")}).json()["id"]
    refused = entry_when(ann, sent)
    asked = ann.post(f"/files?dataset={dataset}&again=true", files={"file": ("more.csv", b"n,word\n7,q\n")}).json()[
        "id"
    ]
    taken = entry_when(ann, asked)

    assert (refused["status"], refused["error"]["code"]) == ("error", "already_appended")
    assert (taken["status"], taken["dataset_id"]) == ("done", dataset)
    assert ann.post(path, json={"file_id": copy, "again": True}).json()["rows"] == 8
    assert is_problem(ann.post(path, json={"file_id": copy, "gain": True}), 422, "invalid_value")
    assert [row["n"] for row in rows_of(ann, dataset)] == [1, 2, 3, 7, 7, 1, 2, 3]


def test_another_user_hears_of_an_edit_within_two_seconds(shared_table: str, ann: httpx.Client, bob: httpx.Client):
    dataset = shared_table

    with EventStream(bob) as stream:
        made = time.monotonic()
        ann.post(f"/datasets/{dataset}/rows", json={"n": 4})
        told = stream.wait_for_version(1)

    assert told.at - made < 2
    assert {name: told.data["dataset"][name] for name in ("id", "name", "row_count", "version")} == {
        "id": dataset, "name": "few.csv", "row_count": 4, "version": 1
    }  # fmt: skip
    assert told.data["dataset"]["columns"][2] == {
        "name": "price",
        "type": "decimal(18,2)",
        "style": "0.0",
        "missing": {},
    }


def test_deleting_the_file_ends_its_table(ann: httpx.Client):
    dataset = table_of(ann)
    ann.post(f"/datasets/{dataset}/rows", json={"n": 4})

    assert ann.delete(f"/files/{dataset}").status_code == 204

    assert is_problem(ann.post(f"/datasets/{dataset}/rows", json={"n": 5}), 404, "not_found")
    assert is_problem(ann.get(f"/datasets/{dataset}/versions"), 404, "not_found")


def test_eight_editors_lose_nothing(ann: httpx.Client, shared_server: LiveServer):
    dataset = table_of(ann, "editor,number\n" + "".join(f"{i},0\n" for i in range(8)))

    def edit(editor: int) -> None:
        with shared_server.client(headers=ann.headers) as http:
            for number in range(1, EDITS + 1):
                row = f"/datasets/{dataset}/rows/{editor}"
                versions[editor].append(http.patch(row, json={"number": number}).headers["ETag"])

    versions: list[list[str]] = [[] for _ in range(8)]
    threads = [threading.Thread(target=edit, args=(editor,)) for editor in range(8)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()

    assert [(row["editor"], row["number"]) for row in rows_of(ann, dataset)] == [(i, EDITS) for i in range(8)]
    made = sorted(int(etag.strip('"')) for each in versions for etag in each)
    assert made == list(range(1, 8 * EDITS + 1))
    history = ann.get(f"/datasets/{dataset}/versions").json()
    assert [each["version"] for each in history] == list(range(8 * EDITS, max(-1, 8 * EDITS - 1000), -1))


LINE_ENDS = "\u2028 \u2029 \x85 \v \f \x1c \x1d \x1e \r\n"
"""All that Python takes for the end of a line."""


def test_a_message_and_names_of_columns_hold_any_line_end(ann: httpx.Client):
    name = f"a{LINE_ENDS.strip()}b"
    dataset = table_of(ann, f'n,"{name}"\n1,x\n2,y\n', "lines.csv")
    more = table_of(ann, f'n,"{name}"\n3,z\n', "more\u2028lines.csv")
    says = {"message": LINE_ENDS}

    answers = [
        ann.patch(f"/datasets/{dataset}/rows", json={"insert": [{"n": 9}], **says}),
        ann.request("DELETE", f"/datasets/{dataset}/rows", json={"_rid": [0], **says}),
        ann.post(f"/datasets/{dataset}/append", json={"file_id": more, **says}),
        ann.post(f"/datasets/{dataset}/restore", json={"version": 1, **says}),
    ]

    assert [answer.status_code for answer in answers] == [200, 204, 200, 200]
    history = ann.get(f"/datasets/{dataset}/versions").json()
    assert [each["message"] for each in history] == [LINE_ENDS] * 4 + [None]
    assert [row["n"] for row in rows_of(ann, dataset)] == [1, 2, 9]
    assert name.replace("\r\n", " ").split() == list(rows_of(ann, dataset)[0])[2].split()


@pytest.mark.parametrize("message", ["a\0b", "\ud800"])
def test_a_message_that_no_log_can_keep_is_refused(ann: httpx.Client, message: str):
    dataset = table_of(ann)

    answer = ann.post(
        f"/datasets/{dataset}/restore",
        content=json.dumps({"version": 0, "message": message}),
        headers={"Content-Type": "application/json"},
    )

    assert is_problem(answer, 422, "invalid_value")
