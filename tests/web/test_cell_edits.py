"""Cells that are checked, found and replaced, taken back, and their history, through a running server."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from problems import is_problem
from web.sales_table import got, table

FEW = "n,city,price\n1,Koeln,1.50\n2,koeln,NA\n3,Ulm,3.00\n"


@pytest.fixture
def few(ann: httpx.Client) -> str:
    path: str = table(ann, FEW, "few.csv")
    return path


def texts(http: httpx.Client, path: str) -> list[list[str | None]]:
    rows = got(http, f"{path}/rows", text=True)["rows"]
    return [[row[name] for name in ("n", "city", "price")] for row in rows]


def asked(http: httpx.Client, path: str, body: dict[str, Any], **options: Any) -> dict[str, Any]:
    answer = http.post(path, json=body, **options)
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_an_edit_is_checked_before_it_is_made(ann: httpx.Client, few: str):
    changes = {
        "update": [{"_rid": 0, "n": "x", "city": "Bonn"}, {"_rid": 1, "price": "1.234"}],
        "insert": [{"n": "1.5"}],
    }

    checked = asked(ann, f"{few}/edits/check", changes)

    assert (checked["version"], checked["cells"], checked["misfit_count"]) == (0, 4, 3)
    assert [(each["_rid"], each["index"], each["column"], each["value"]) for each in checked["misfits"]] == [
        (None, 0, "n", "1.5"), (0, None, "n", "x"), (1, None, "price", "1.234")
    ]  # fmt: skip
    assert is_problem(ann.patch(f"{few}/rows", json=changes), 422, "bad_cell")
    assert got(ann, few, size=1)["version"] == 0

    made = ann.patch(f"{few}/rows", json=changes | {"on_misfit": "skip"})
    assert (made.status_code, made.json()["skipped"], made.json()["version"]) == (200, 3, 1)
    assert texts(ann, few) == [["1", "Bonn", "1.50"], ["2", "koeln", "NA"], ["3", "Ulm", "3.00"], [None] * 3]


def test_what_no_edit_can_mean_is_refused_when_it_is_checked(ann: httpx.Client, few: str):
    refusals: list[tuple[dict[str, Any], int, str]] = [
        ({"update": [{"_rid": 9, "n": 1}]}, 404, "unknown_row"),
        ({"update": [{"_rid": 0, "nope": 1}]}, 422, "unknown_column"),
        ({"update": [{"n": 1}]}, 422, "missing_rid"),
        ({"insert": [{"_rid": 1}]}, 422, "reserved_column"),
        ({"on_misfit": "guess"}, 422, "invalid_value"),
    ]
    for changes, status, code in refusals:
        assert is_problem(ann.post(f"{few}/edits/check", json=changes), status, code), changes


def test_texts_are_counted_and_replaced_in_one_version(ann: httpx.Client, few: str):
    order = {"find": "koeln", "replace": "Köln", "columns": ["city"]}

    found = asked(ann, f"{few}/edits/find", order)
    assert (found["version"], found["cells"], found["changing"], found["rows"], found["misfits"]) == (0, 2, 2, 2, 0)
    assert found["examples"][0] == {"_rid": 0, "column": "city", "before": "Koeln", "after": "Köln", "fits": True}
    replaced = ann.post(f"{few}/edits/replace", json=order | {"message": "umlauts"}, headers={"If-Match": '"0"'})

    assert (replaced.status_code, replaced.headers["ETag"]) == (200, '"1"')
    assert (replaced.json()["version"], replaced.json()["by_column"]) == (1, {"city": 2})
    assert [row[1] for row in texts(ann, few)] == ["Köln", "Köln", "Ulm"]
    [newest, *_] = got(ann, f"{few}/versions")
    assert (newest["kind"], newest["message"], newest["updated"]) == ("edit", "umlauts", 2)
    stale = ann.post(f"{few}/edits/replace", json=order, headers={"If-Match": '"0"'})
    assert is_problem(stale, 412, "version_changed")
    assert asked(ann, f"{few}/edits/replace", order | {"case": True})["version"] == 1


def test_new_texts_that_do_not_fit_are_refused_or_left(ann: httpx.Client, few: str):
    order = {"find": "^(.)$", "replace": "$1.5", "regex": True}

    assert asked(ann, f"{few}/edits/find", order)["misfits_by_column"] == {"n": 3}
    assert is_problem(ann.post(f"{few}/edits/replace", json=order), 422, "bad_cell")
    left = asked(ann, f"{few}/edits/replace", order | {"on_misfit": "skip"})
    assert (left["version"], left["changing"], left["misfits"]) == (0, 0, 3)


def test_what_cannot_be_looked_for_is_refused(ann: httpx.Client, few: str):
    refusals: list[tuple[dict[str, Any], str]] = [
        ({"find": ""}, "invalid_value"),
        ({"find": "(", "regex": True}, "bad_pattern"),
        ({"find": "a", "replace": "$1", "regex": True}, "bad_pattern"),
        ({"find": "a", "columns": ["nope"]}, "unknown_column"),
        ({"find": "a", "columns": []}, "invalid_value"),
        ({"find": "a", "until": 3}, "invalid_value"),
    ]
    for order, code in refusals:
        for route in ("find", "replace"):
            assert is_problem(ann.post(f"{few}/edits/{route}", json=order), 422, code), order


def test_a_version_is_taken_back_unless_somebody_went_on(ann: httpx.Client, few: str):
    before = texts(ann, few)
    asked(ann, f"{few}/edits/replace", {"find": "1", "replace": "7", "columns": ["n", "price"]})
    after = texts(ann, few)

    back = asked(ann, f"{few}/edits/undo", {"version": 1})
    assert (back["version"], back["kind"], back["message"], texts(ann, few)) == (
        2,
        "edit",
        "Took back version 1",
        before,
    )
    again = asked(ann, f"{few}/edits/undo", {"version": 2, "message": "after all"})
    assert (again["version"], again["message"], texts(ann, few)) == (3, "after all", after)

    ann.patch(f"{few}/rows/0", json={"n": 8}).raise_for_status()
    assert is_problem(ann.post(f"{few}/edits/undo", json={"version": 3}), 412, "row_changed")
    assert is_problem(ann.post(f"{few}/edits/undo", json={"version": 99}), 404, "unknown_version")
    assert is_problem(ann.post(f"{few}/edits/undo", json={"version": 0}), 422, "invalid_value")
    ann.post(f"{few}/restore", json={"version": 0}).raise_for_status()
    assert is_problem(ann.post(f"{few}/edits/undo", json={"version": 5}), 409, "not_undoable")


def test_the_history_of_a_cell_says_who_changed_it(ann: httpx.Client, few: str):
    ann.patch(f"{few}/rows", json={"update": [{"_rid": 1, "price": 2}], "message": "from the shop"}).raise_for_status()
    ann.patch(f"{few}/rows/0", json={"price": 9}).raise_for_status()

    found = got(ann, f"{few}/rows/1/history", column="price")

    assert (found["_rid"], found["version"], found["next"], found["is_cut"]) == (1, 2, None, False)
    assert [(each["version"], each["what"], each["before"], each["after"], each["message"]) for each in found["changes"]] == [
        (1, "set", "NA", "2.00", "from the shop"), (0, "added", None, "NA", None)
    ]  # fmt: skip
    assert found["changes"][0]["author"] == got(ann, "/me")["username"]
    assert is_problem(ann.get(f"{few}/rows/77/history", params={"column": "price"}), 404, "unknown_row")
    assert is_problem(ann.get(f"{few}/rows/1/history"), 422, "invalid_value")
