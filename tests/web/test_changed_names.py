"""A name that is not kept as it was sent is told in the entry, however it was sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from live_server import entry_when
from tus_user import OCTETS, TUS, metadata
from web.form_uploads import upload

SENT = "gpj\u202efdp.csv"
KEPT = "gpjfdp.csv"
TOLD = [{"code": "name_changed", "line": 0, "count": 1, "text": "gpj\\u202efdp.csv"}]
TABLE = b"a,b\n1,x\n"
LARGE = b"a,b\n" + b"1,x\n" * 10_000


def by_form(http: httpx.Client) -> str:
    return str(upload(http, SENT, TABLE)["id"])


def by_tus(http: httpx.Client) -> str:
    fields = {"Upload-Length": str(len(TABLE)), "Upload-Metadata": metadata(filename=SENT)}
    made = http.post("/files", headers=TUS | fields)
    sent = http.patch(made.headers["location"], headers=TUS | OCTETS | {"Upload-Offset": "0"}, content=TABLE)
    assert sent.status_code == 204
    return made.headers["location"].rsplit("/", 1)[1]


def with_creation(http: httpx.Client, body: bytes) -> str:
    fields = {"Upload-Length": str(len(body)), "Upload-Metadata": metadata(filename=SENT)}
    made = http.post("/files", headers=TUS | OCTETS | fields, content=body)
    assert made.headers["upload-offset"] == str(len(body))
    return made.headers["location"].rsplit("/", 1)[1]


def by_draft(http: httpx.Client) -> str:
    fields = {"Upload-Complete": "?1", "Content-Disposition": f"attachment; filename*=UTF-8''{quote(SENT)}"}
    made = http.post("/files", headers={"Upload-Draft-Interop-Version": "8"} | fields, content=TABLE)
    assert made.status_code in {200, 201}, made.text
    return made.headers["location"].rsplit("/", 1)[1]


WAYS: dict[str, Callable[[httpx.Client], str]] = {
    "form": by_form,
    "tus": by_tus,
    "small with its creation": lambda http: with_creation(http, TABLE),
    "with its creation": lambda http: with_creation(http, LARGE),
    "draft": by_draft,
}


@pytest.mark.parametrize("way", WAYS)
def test_a_name_that_was_made_safe_is_told_before_and_after_the_conversion(ann: httpx.Client, way: str):
    file_id = WAYS[way](ann)

    created = ann.get(f"/files/{file_id}").json()
    done = entry_when(ann, file_id)

    assert (created["name"], created["warnings"]) == (KEPT, TOLD)
    assert (done["name"], done["warnings"], done["status"]) == (KEPT, TOLD, "done")
    assert [each["warnings"] for each in ann.get("/files").json()] == [TOLD]


def test_what_the_conversion_has_to_say_comes_behind_it(ann: httpx.Client):
    entry = entry_when(ann, upload(ann, SENT, b"# a comment\na,b\n1,x\n")["id"])

    assert [each["code"] for each in entry["warnings"]] == ["name_changed", "comment_line"]


def test_a_name_that_looks_the_same_is_not_worth_a_word(ann: httpx.Client):
    entry = upload(ann, "e\u0301.csv", TABLE)

    assert (entry["name"], entry["warnings"]) == ("\u00e9.csv", [])


def test_a_folder_that_was_made_safe_is_told(ann: httpx.Client):
    folder = metadata(filename="a.csv", relativePath="../photos/a.csv")

    made = ann.post("/files", headers=TUS | {"Upload-Length": "10", "Upload-Metadata": folder})

    entry: dict[str, Any] = ann.get("/files/" + made.headers["location"].rsplit("/", 1)[1]).json()
    assert entry["path"] == "photos"
    assert entry["warnings"] == [{"code": "path_changed", "line": 0, "count": 1, "text": "../photos"}]


def test_a_new_name_is_told_in_place_of_the_one_before(ann: httpx.Client):
    file_id = upload(ann, SENT, TABLE)["id"]

    plain = ann.patch(f"/files/{file_id}", json={"name": "plain.csv"}).json()
    shared = ann.patch(f"/files/{file_id}", json={"name": "x/y\u200b.csv"}).json()
    kept = ann.patch(f"/files/{file_id}", json={"shared": False}).json()

    assert (plain["name"], plain["warnings"]) == ("plain.csv", [])
    assert (shared["name"], [each["text"] for each in shared["warnings"]]) == ("y.csv", ["x/y\\u200b.csv"])
    assert kept["warnings"] == shared["warnings"]
