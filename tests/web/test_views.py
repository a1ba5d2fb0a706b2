"""Views: filters, a search, order and columns by a name."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from live_server import entry_when
from problems import is_problem

CSV = b"n,word,x/y\n1,b,p\n2,a,q\n3,c,r\n4,a,s\n"


@pytest.fixture
def table(ann: httpx.Client) -> str:
    file_id: str = ann.post("/files", files={"file": ("few.csv", CSV)}).json()["id"]
    assert entry_when(ann, file_id)["status"] == "done"
    return file_id


def keep(http: httpx.Client, table: str, **view: Any) -> dict[str, Any]:
    answer = http.post(f"/datasets/{table}/views", json={"name": "top", **view})
    assert answer.status_code == 201, answer.text
    kept: dict[str, Any] = answer.json()
    return kept


def share(http: httpx.Client, table: str, user: httpx.Client, role: str) -> None:
    assert http.put(f"/files/{table}/access/{user.get('/me').json()['username']}", json={"role": role}).is_success


def numbers(http: httpx.Client, table: str, **params: Any) -> list[int]:
    answer = http.get(f"/datasets/{table}/rows", params={"view": "top", **params})
    assert answer.status_code == 200, answer.text
    return [row["n"] for row in answer.json()["rows"]]


def test_a_view_narrows_sorts_and_picks_columns_wherever_the_table_is_read(ann, table):
    keep(ann, table, filter=["n:ge:2"], sort=["word", "-n"], columns=["word", "n"])

    assert numbers(ann, table) == [4, 2, 3]
    rows = ann.get(f"/datasets/{table}/rows", params={"view": "top"}).json()["rows"]
    assert [list(row) for row in rows] == [["_rid", "word", "n"]] * 3
    assert numbers(ann, table, filter="word:eq:a") == [4, 2]
    assert numbers(ann, table, sort="n") == [2, 3, 4]
    page = ann.get(f"/datasets/{table}", params={"view": "top", "size": 2}).json()
    assert ([row["n"] for row in page["rows"]], page["matched"], list(page["aggregates"])) == ([4, 2], 3, ["word", "n"])
    assert [each["name"] for each in page["columns"]] == ["word", "n"]
    assert ann.get(f"/datasets/{table}/export", params={"view": "top"}).text == "word,n\na,2\nc,3\na,4\n"
    only = ann.get(f"/datasets/{table}/export", params={"view": "top", "columns": "x/y"}).text
    assert only == "x/y\nq\nr\ns\n"
    groups = ann.get(f"/datasets/{table}/aggregate", params={"view": "top", "by": "word"}).json()["groups"]
    assert groups == [{"key": "a", "value": 2}, {"key": "c", "value": 1}]
    profile = ann.get(f"/datasets/{table}/profile", params={"view": "top", "column": "n"}).json()
    assert sum(each["count"] for each in profile["bins"]) == 3


def test_pages_of_a_view_go_on_behind_their_cursor(ann, table):
    keep(ann, table, sort=["-n"])

    first = ann.get(f"/datasets/{table}/rows", params={"view": "top", "limit": 3}).json()

    assert [row["n"] for row in first["rows"]] == [4, 3, 2]
    assert numbers(ann, table, limit=3, cursor=first["next"]) == [1]


def test_views_are_kept_replaced_and_forgotten_by_name(ann, table):
    name = "a/b ü?#"
    kept = keep(ann, table, name=name, filter=["n:eq:1"])

    assert kept == {
        "name": name, "filter": ["n:eq:1"], "sort": [], "columns": None, "q": "", "page": "", "shared": False, "mine": True,
        "owner": ann.get("/me").json()["username"], "changed_at": kept["changed_at"],
    }  # fmt: skip
    path = f"/datasets/{table}/views/{httpx.QueryParams({'x': name})!s}".replace("x=", "").replace("+", "%20")
    assert ann.get(path).json() == kept
    again = ann.post(f"/datasets/{table}/views", json={"name": name, "sort": ["n"]})
    assert (again.status_code, again.json()["filter"]) == (200, [])
    assert [each["name"] for each in ann.get(f"/datasets/{table}/views").json()] == [name]
    assert ann.delete(path).status_code == 204
    assert is_problem(ann.get(path), 404, "unknown_view")
    assert is_problem(ann.delete(path), 404, "unknown_view")
    assert is_problem(ann.get(f"/datasets/{table}/rows", params={"view": name}), 404, "unknown_view")


def test_a_view_is_for_who_made_it_until_it_is_shared(ann, bob, new_user, anybody, table):
    carl = new_user()
    share(ann, table, bob, "edit")
    share(ann, table, carl, "view")
    keep(ann, table, name="own")
    keep(bob, table, name="top", filter=["n:lt:3"], shared=True)
    token = ann.post(f"/files/{table}/links", json={}).json()["token"]

    assert [each["name"] for each in bob.get(f"/datasets/{table}/views").json()] == ["top"]
    assert [(each["name"], each["mine"]) for each in ann.get(f"/datasets/{table}/views").json()] == [
        ("own", True), ("top", False),
    ]  # fmt: skip
    assert numbers(carl, table) == numbers(ann, table) == [1, 2]
    by_link = anybody.get(f"/datasets/{table}/rows", params={"view": "top", "link": token}).json()["rows"]
    assert [row["n"] for row in by_link] == [1, 2]
    assert is_problem(anybody.get(f"/datasets/{table}/views/own", params={"link": token}), 404, "unknown_view")
    keep(carl, table, filter=["n:eq:4"])
    assert (numbers(carl, table), numbers(ann, table)) == ([4], [1, 2])
    refused = carl.post(f"/datasets/{table}/views", json={"name": "for all", "shared": True})
    assert is_problem(refused, 403, "forbidden")
    assert is_problem(carl.delete(f"/datasets/{table}/views/own"), 404, "unknown_view")
    assert carl.delete(f"/datasets/{table}/views/top").status_code == 204
    assert is_problem(carl.delete(f"/datasets/{table}/views/top"), 403, "forbidden")
    assert ann.delete(f"/datasets/{table}/views/top").status_code == 204
    assert bob.get(f"/datasets/{table}/views").json() == []


@pytest.mark.parametrize(
    ("view", "code"),
    [
        ({"filter": ["gone:eq:1"]}, "unknown_column"), ({"filter": ["n:like:1"]}, "bad_operator"),
        ({"filter": ["n:eq:x"]}, "bad_value"), ({"sort": ["gone"]}, "unknown_column"), ({"columns": ["gone"]}, "unknown_column"),
        ({"columns": ["n", "n"]}, "bad_columns"), ({"columns": []}, "invalid_value"), ({"name": ""}, "invalid_value"),
        ({"name": "x" * 101}, "invalid_value"), ({"filters": []}, "invalid_value"), ({"name": "a\0b"}, "invalid_value"),
    ],
)  # fmt: skip
def test_what_the_table_has_no_answer_to_is_no_view(ann, table, view, code):
    answer = ann.post(f"/datasets/{table}/views", json={"name": "bad"} | view)

    assert is_problem(answer, 422, code)
    assert ann.get(f"/datasets/{table}/views").json() == []


def test_a_search_narrows_every_reading_of_a_table(ann, table):
    assert [row["n"] for row in ann.get(f"/datasets/{table}/rows", params={"q": "A"}).json()["rows"]] == [2, 4]
    page = ann.get(f"/datasets/{table}", params={"q": "3"}).json()
    assert (page["matched"], page["aggregates"]["n"]["count"]) == (1, 1)
    assert ann.get(f"/datasets/{table}/export", params={"q": "q"}).text == "n,word,x/y\n2,a,q\n"
    groups = ann.get(f"/datasets/{table}/aggregate", params={"q": "a", "by": "word"}).json()["groups"]
    assert groups == [{"key": "a", "value": 2}]
    assert is_problem(ann.get(f"/datasets/{table}/rows", params={"q": "x" * 1001}), 422, "invalid_value")


def test_a_view_keeps_a_search_and_the_address_of_the_page(ann, table):
    kept = keep(ann, table, q="a", filter=["n:gt:2"], page="tab=summary&by=word&width=n:220")

    assert (kept["q"], kept["page"]) == ("a", "tab=summary&by=word&width=n:220")
    assert numbers(ann, table) == [4]
    assert numbers(ann, table, q="s") == [4]
    assert numbers(ann, table, q="r") == []
    assert ann.get(f"/datasets/{table}/export", params={"view": "top"}).text == "n,word,x/y\n4,a,s\n"
