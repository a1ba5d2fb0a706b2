"""Results of statements that are kept as tables: exact, the caller's own, and made again of the tables as they are."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from live_server import entry_when
from problems import is_problem
from web.sales_table import table

WORDS = "n,word,price,day\n1,b,24.50,2026-01-31\n2,a,0.10,2026-02-01\n3,,9007199254740993.25,2026-02-02\n"
EXACT = 'SELECT n, word, price, day, [n, n + 1] AS pair FROM "words.csv" WHERE price > $least ORDER BY n'


@pytest.fixture
def words(ann: httpx.Client) -> str:
    path: str = table(ann, WORDS, "words.csv")
    return path.rpartition("/")[2]


def save(http: httpx.Client, query: str, name: str = "result.parquet", **more: Any) -> httpx.Response:
    return http.post("/sql/save", json={"query": query, "name": name, **more})


def saved(http: httpx.Client, query: str, **more: Any) -> str:
    answer = save(http, query, **more)
    assert answer.status_code == 201, answer.text
    file_id: str = answer.json()["id"]
    assert entry_when(http, file_id)["status"] == "done"
    return file_id


def rows(http: httpx.Client, dataset_id: str, **query: Any) -> list[list[Any]]:
    found = http.get(f"/datasets/{dataset_id}/rows", params=query).json()["rows"]
    return [[cell for name, cell in row.items() if name != "_rid"] for row in found]


def files_of(http: httpx.Client) -> list[str]:
    return [each["name"] for each in http.get("/files").json()]


def test_a_result_becomes_a_table_with_exact_values_that_knows_its_statement(ann, words):
    answer = save(ann, EXACT, name="dear words.parquet", params={"least": 0.1})

    assert answer.status_code == 201
    entry = answer.json()
    assert (entry["name"], entry["owner"], entry["role"]) == (
        "dear words.parquet",
        ann.get("/me").json()["username"],
        "owner",
    )
    assert entry["file_id"] == entry["id"]
    assert '"least":0.1' in answer.text
    file_id = entry["id"]
    done = entry_when(ann, file_id)
    assert (done["status"], done["row_count"], done["reject_count"], done["warnings"]) == ("done", 2, 0, [])
    found = ann.get(f"/datasets/{file_id}").json()
    assert [(each["name"], each["type"]) for each in found["columns"]][:4] == [
        ("n", "int64"), ("word", "text"), ("price", "decimal(18,2)"), ("day", "date"),
    ]  # fmt: skip
    assert rows(ann, file_id)[1][:4] == [3, None, "9007199254740993.25", "2026-02-02"]
    origin = {"query": EXACT, "params": {"least": 0.1}}
    assert found["origin"] == ann.get(f"/files/{file_id}").json()["origin"] == origin
    assert ann.get(f"/datasets/{words}").json()["origin"] is None


def test_a_refresh_makes_the_result_of_the_tables_as_they_are_the_newest_version(ann, words):
    file_id = saved(ann, 'SELECT word, count(*) AS times FROM "words.csv" GROUP BY word ORDER BY word')
    ann.patch(f"/datasets/{file_id}/rows/0", json={"times": 99}).raise_for_status()
    ann.post(f"/datasets/{words}/rows", json={"n": 4, "word": "a"}).raise_for_status()

    made = ann.post(f"/datasets/{file_id}/refresh", json={"message": "again"})

    assert made.status_code == 200, made.text
    assert (made.json()["version"], made.json()["kind"], made.json()["message"]) == (2, "refresh", "again")
    assert made.headers["etag"] == '"2"'
    assert rows(ann, file_id) == [["a", 2], ["b", 1], [None, 1]]
    assert rows(ann, file_id, version=1)[0] == ["a", 99]
    state = ann.get(f"/datasets/{file_id}/refresh").json()
    assert (state["state"], state["version"], state["error"]) == ("done", 2, None)
    assert ann.get(f"/files/{file_id}").json()["origin"]["params"] is None
    assert is_problem(ann.post(f"/datasets/{file_id}/refresh", headers={"If-Match": '"1"'}), 412, "version_changed")


def test_a_refresh_is_refused_when_a_table_of_the_statement_is_gone_and_what_there_is_stays(ann, words):
    file_id = saved(ann, 'SELECT n FROM "words.csv"')
    ann.delete(f"/files/{words}").raise_for_status()

    assert is_problem(ann.post(f"/datasets/{file_id}/refresh"), 422, "unknown_table")

    assert rows(ann, file_id) == [[1], [2], [3]]
    assert ann.get(f"/datasets/{file_id}/refresh").json()["error"]["code"] == "unknown_table"


def test_a_refresh_sees_what_its_owner_may_see(ann, bob, words):
    username = bob.get("/me").json()["username"]
    ann.put(f"/files/{words}/access/{username}", json={"role": "view"}).raise_for_status()
    file_id = saved(bob, 'SELECT n FROM "words.csv"')
    bob.put(f"/files/{file_id}/access/{ann.get('/me').json()['username']}", json={"role": "edit"}).raise_for_status()

    assert ann.get(f"/files/{file_id}").json()["origin"] is None
    assert ann.get(f"/datasets/{file_id}").json()["origin"] is None
    assert is_problem(ann.post(f"/datasets/{file_id}/refresh"), 403, "forbidden")
    ann.delete(f"/files/{words}/access/{username}").raise_for_status()
    assert is_problem(bob.post(f"/datasets/{file_id}/refresh"), 422, "unknown_table")


def test_a_table_of_no_statement_is_not_refreshed(ann, words):
    assert is_problem(ann.post(f"/datasets/{words}/refresh"), 409, "no_origin")
    assert is_problem(ann.get(f"/datasets/{words}/refresh"), 404, "no_refresh")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("SELECT * FROM nothing", 422, "unknown_table"),
        ("SELEC 1", 422, "bad_sql"),
        ("DROP TABLE x", 422, "sql_not_allowed"),
        ("SELECT if(i = 299999, error('late'), i::VARCHAR) FROM range(300000) AS r(i)", 422, "bad_sql"),
    ],
)
def test_nothing_is_kept_of_a_statement_that_fails(ann, query, status, code):
    answer = save(ann, query)

    is_problem(answer, status, code)
    assert files_of(ann) == []


def test_bodies_are_refused_that_are_no_order(ann):
    assert is_problem(ann.post("/sql/save", json={"query": "SELECT 1"}), 422, "invalid_value")
    assert is_problem(save(ann, "SELECT 1", limit=5), 422, "invalid_value")
    assert is_problem(save(ann, "SELECT 1", name=""), 422, "invalid_value")


def test_a_key_that_reads_keeps_nothing(ann, shared_server):
    for scope, status in (("read", 403), ("upload", 403), ("write", 201)):
        key = ann.post("/auth/api-keys", json={"name": scope, "scopes": [scope]}).json()["key"]
        with shared_server.client(headers={"Authorization": f"Bearer {key}"}) as http:
            assert save(http, "SELECT 1 AS one").status_code == status


def test_a_result_has_the_quota_of_uploads(shared_server, ann):
    with shared_server.login("admin", "admin123") as admin:
        quota = {"quota_bytes": 200_000}
        admin.patch(f"/admin/users/{ann.get('/me').json()['id']}", json=quota).raise_for_status()

    assert is_problem(save(ann, "SELECT hash(i) AS h FROM range(200000) AS r(i)"), 413, "quota_exceeded")
    assert files_of(ann) == []
    file_id = saved(ann, "SELECT i FROM range(1000) AS r(i)")
    assert ann.get(f"/files/{file_id}").json()["row_count"] == 1000
