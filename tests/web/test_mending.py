"""Rejects that somebody corrects become rows, where they stand in the file."""

from __future__ import annotations

import pytest

from live_server import entry_when
from problems import is_problem
from web.form_uploads import upload

GOOD = 20
BODY = b"n,t\n" + b"".join(b"%d,%d\n" % (n, n) + (b"%d,x,y\n" % n if n in {0, 7, 8} else b"") for n in range(GOOD))
"""Twenty rows, with a reject behind the rows 0, 7 and 8."""


def mend(client, file_id, n, text, headers=None):
    return client.post(f"/files/{file_id}/rejects/{n}", json={"text": text}, headers=headers)


def cells(client, file_id, column="n", **query):
    rows = client.get(f"/datasets/{file_id}/rows", params={"limit": 500, **query}).json()["rows"]
    return [row[column] for row in rows]


@pytest.fixture
def broken(ann):
    file_id = upload(ann, "broken.csv", BODY)["id"]
    assert entry_when(ann, file_id)["reject_count"] == 3
    return file_id


def expected(mended):
    """The table with the rejects (100 and their number) that were mended."""
    rows = []
    for n in range(GOOD):
        rows.append(n)
        rows += [100 + i for i, row in enumerate((0, 7, 8)) if row == n and i in mended]
    return rows


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_mended_rejects_stand_where_they_stand_in_the_file(ann, broken, order):
    for done, n in enumerate(order, 1):
        answer = mend(ann, broken, n, f"{100 + n},{n}")

        assert answer.status_code == 201, answer.text
        made = answer.json()
        assert (made["version"], made["n"], made["row"]["n"]) == (done, n, 100 + n)
        assert cells(ann, broken) == expected(order[:done])
        assert cells(ann, broken)[made["index"]] == 100 + n
        assert entry_when(ann, broken)["reject_count"] == 3 - done
        assert entry_when(ann, broken)["row_count"] == GOOD + done

    assert [each["mended"] for each in ann.get(f"/files/{broken}/rejects").json()["items"]] == [True] * 3
    assert ann.get(f"/files/{broken}/rejects?format=csv").text.count("\n") == 1
    exported = ann.get(f"/datasets/{broken}/export?format=csv").text.splitlines()
    assert [int(line.partition(",")[0]) for line in exported[1:]] == expected(order)


def test_a_reject_is_mended_once_and_is_one_again_after_a_restore(ann, broken):
    rid = mend(ann, broken, 1, "101,1").json()["row"]["_rid"]

    assert is_problem(mend(ann, broken, 1, "101,1"), 409, "already_mended")
    ann.post(f"/datasets/{broken}/restore", json={"version": 0})
    assert entry_when(ann, broken)["reject_count"] == 3
    assert [each["mended"] for each in ann.get(f"/files/{broken}/rejects").json()["items"]] == [False] * 3
    ann.post(f"/datasets/{broken}/restore", json={"version": 1})
    assert entry_when(ann, broken)["reject_count"] == 2
    ann.delete(f"/datasets/{broken}/rows/{rid}")
    assert mend(ann, broken, 1, "101,1").json()["row"]["_rid"] > rid
    assert cells(ann, broken) == expected({1})


def test_a_mended_row_is_edited_and_deleted_as_every_other(ann, broken):
    rid = mend(ann, broken, 1, "101,1").json()["row"]["_rid"]
    before = mend(ann, broken, 0, "100,1").json()["version"]

    changed = ann.patch(f"/datasets/{broken}/rows/{rid}", json={"n": 111}).json()
    ann.delete(f"/datasets/{broken}/rows/7")
    ann.delete(f"/datasets/{broken}/rows/8")
    inserted = ann.post(f"/datasets/{broken}/rows", json={"n": 500}).json()
    mend(ann, broken, 2, "102,2")

    assert (changed["_rid"], changed["n"], inserted["n"]) == (rid, 111, 500)
    assert cells(ann, broken) == [0, 100, 1, 2, 3, 4, 5, 6, 111, 102, *range(9, GOOD), 500]
    assert ann.delete(f"/datasets/{broken}/rows/{rid}").status_code == 204
    assert cells(ann, broken) == [0, 100, 1, 2, 3, 4, 5, 6, 102, *range(9, GOOD), 500]
    difference = ann.get(f"/datasets/{broken}/versions/{before}/diff/{before + 6}").json()
    assert (difference["added"], difference["removed"], difference["changed"]) == (2, 3, 0)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1,2,3", "not_one_row"),
        ("1", "not_one_row"),
        ("1,2\n3,4", "not_one_row"),
        ("\n", "not_one_row"),
        ("n,t", "not_one_row"),
        ("seven,7", "bad_cell"),
    ],
)
def test_a_text_that_is_not_one_row_is_refused_with_the_reason(ann, broken, text, code):
    assert is_problem(mend(ann, broken, 1, text), 422, code)
    assert cells(ann, broken) == expected(())


def test_rejects_that_are_not_there_and_versions_that_are_gone_by_are_refused(ann, broken):
    assert is_problem(mend(ann, broken, 3, "1,2"), 404, "unknown_reject")
    assert is_problem(mend(ann, broken, 0, "1,2", {"If-Match": '"7"'}), 412, "version_changed")
    assert mend(ann, broken, 0, "1,2", {"If-Match": '"0"'}).headers["etag"] == '"1"'


def test_rejects_of_a_file_that_was_read_again_are_mended_too(ann):
    file_id = upload(ann, "a.csv", b"a;b\n1;x\n2;y;z\n3;z\n4;w\n" + b"5;v\n" * 30)["id"]
    entry_when(ann, file_id)
    ann.post(f"/datasets/{file_id}/reread", json={"types": {"a": "text"}})

    made = mend(ann, file_id, 0, '2;"y;z"')

    assert made.json()["row"] | {"a": "2", "b": "y;z"} == made.json()["row"]
    assert cells(ann, file_id, "b")[:4] == ["x", "y;z", "z", "w"]
    assert entry_when(ann, file_id)["reject_count"] == 0
    ann.post(f"/datasets/{file_id}/restore", json={"version": 0})
    assert entry_when(ann, file_id)["reject_count"] == 1
    assert mend(ann, file_id, 0, "2;Y").status_code == 201
    assert cells(ann, file_id, "b")[:4] == ["x", "Y", "z", "w"]


def test_objects_and_renamed_columns_are_mended_too(ann, broken):
    lines = upload(ann, "a.ndjson", b'{"a": 1}\nno object\n{"a": 3}\n')["id"]
    entry_when(ann, lines)
    ann.patch(f"/datasets/{broken}/columns/n", json={"name": "number"})
    ann.delete(f"/datasets/{broken}/columns/t")

    assert is_problem(mend(ann, lines, 0, '{"b": 2}'), 422, "unknown_column")
    assert is_problem(mend(ann, lines, 0, "[2]"), 422, "not_one_row")
    assert mend(ann, lines, 0, '{"a": 2}').status_code == 201
    assert cells(ann, lines, "a") == [1, 2, 3]
    assert mend(ann, broken, 1, "101,1").status_code == 201
    assert cells(ann, broken, "number") == expected({1})
