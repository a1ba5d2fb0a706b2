"""Statements over HTTP: which tables a caller may name, what comes back, and what it costs others."""

from __future__ import annotations

import io
import json
import select
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from decimal import Decimal
from http.client import HTTPConnection
from typing import Any

import httpx
import polars as pl
import pytest

from live_server import LiveServer
from parquay.client import ApiError, Client
from problems import is_problem
from s3_server import S3Server
from web.sales_table import table

WORDS = "n,word,price,clock\n1,b,24.50,09:30:00\n2,a,0.10,10:00:00\n3,,9007199254740993.25,11:15:30\n"


@pytest.fixture
def words(ann: httpx.Client) -> str:
    path: str = table(ann, WORDS, "words.csv")
    return path.rpartition("/")[2]


def asked(http: httpx.Client, query: str, **more: Any) -> dict[str, Any]:
    answer = http.post("/sql", json={"query": query, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def rows(http: httpx.Client, query: str, **more: Any) -> list[list[Any]]:
    return [list(row.values()) for row in asked(http, query, **more)["rows"]]


def refused(http: httpx.Client, query: str, status: int, code: str, **more: Any) -> dict[str, Any]:
    answer = http.post("/sql", json={"query": query, **more})
    is_problem(answer, status, code)
    found: dict[str, Any] = answer.json()
    return found


def give(http: httpx.Client, file_id: str, user: httpx.Client) -> None:
    assert http.put(f"/files/{file_id}/access/{user.get('/me').json()['username']}", json={"role": "view"}).is_success


def test_a_table_is_named_by_its_file_and_by_its_id(ann, words):
    found = asked(ann, 'SELECT n, word, price, clock FROM "words.csv" ORDER BY n')

    assert found == {
        "columns": [
            {"name": "n", "type": "int64"},
            {"name": "word", "type": "text"},
            {"name": "price", "type": "decimal(18,2)"},
            {"name": "clock", "type": "time"},
        ],
        "rows": [
            {"n": 1, "word": "b", "price": 24.50, "clock": "09:30:00"},
            {"n": 2, "word": "a", "price": 0.10, "clock": "10:00:00"},
            {"n": 3, "word": None, "price": "9007199254740993.25", "clock": "11:15:30"},
        ],
        "truncated": False,
    }
    assert '"price":24.50,' in ann.post("/sql", json={"query": 'FROM "words.csv"'}).text
    assert rows(ann, f"SELECT max(clock) - INTERVAL 1 hour, count(*) FROM dataset('{words}')") == [["10:15:30", 3]]
    assert rows(ann, "SELECT count(*) FROM dataset($id)", params={"id": words}) == [[3]]
    both = f"SELECT count(*) FROM \"words.csv\" AS a JOIN dataset('{words}') AS b USING (n)"
    assert rows(ann, both) == [[3]]


def test_a_version_is_one_that_was(ann, words):
    assert ann.delete(f"/datasets/{words}/rows/0").status_code == 204

    counted = "SELECT count(*) FROM dataset('{}', version => {})"
    assert [rows(ann, counted.format(words, version)) for version in (0, 1)] == [[[3]], [[2]]]
    assert rows(ann, 'SELECT count(*) FROM "words.csv"') == [[2]]
    assert refused(ann, counted.format(words, 7), 422, "unknown_version")["position"] == 21


def test_a_table_without_rows_has_its_columns(ann, words):
    for rid in range(3):
        assert ann.delete(f"/datasets/{words}/rows/{rid}").status_code == 204

    found = asked(ann, 'FROM "words.csv"')

    assert ([each["type"] for each in found["columns"]], found["rows"]) == (
        ["int64", "text", "decimal(18,2)", "time"],
        [],
    )


def test_values_that_the_parts_hold_in_another_way_are_what_they_are(ann):
    text = "u,d,t,m\n" + "".join(
        f"{i}23e4567-e89b-12d3-a456-426614174000,PT{i}H30M,10:00:0{i}.123456789,2024-01-0{i} 00:00:00.123456789\n"
        for i in (1, 2)
    )
    file_id = table(ann, text, "kinds.csv").rpartition("/")[2]

    found = asked(ann, 'FROM "kinds.csv" ORDER BY u')

    page = ann.get(f"/datasets/{file_id}").json()
    assert [each["type"] for each in found["columns"]] == [each["type"] for each in page["columns"]]
    assert found["rows"] == [{key: row[key] for key in "udtm"} for row in page["rows"]]
    assert rows(ann, "SELECT max(d) - min(d), max(m) > TIMESTAMP '2024-01-02' FROM \"kinds.csv\"") == [["PT1H", True]]


def test_others_tables_are_seen_only_when_they_are_shared(ann, bob, words):
    for query in ('FROM "words.csv"', f"FROM dataset('{words}')", "FROM dataset('nope')"):
        assert refused(bob, query, 422, "unknown_table")["position"] == 5

    give(ann, words, bob)
    assert (
        rows(bob, 'SELECT count(*) FROM "words.csv"') == rows(bob, f"SELECT count(*) FROM dataset('{words}')") == [[3]]
    )

    table(bob, "n\n1\n", "words.csv")
    assert rows(bob, 'SELECT count(*) FROM "words.csv"') == [[1]]  # one's own is meant before those of others


def test_a_name_that_two_tables_have_is_refused_with_their_ids(ann, words):
    other = table(ann, "n\n1\n", "words.csv").rpartition("/")[2]

    refusal = refused(ann, 'SELECT 1 FROM "words.csv"', 422, "ambiguous_table")

    assert {each["id"] for each in refusal["tables"]} == {words, other}
    assert refusal["position"] == 14
    assert rows(ann, 'WITH "words.csv" AS (SELECT 7) FROM "words.csv"') == [[7]]


def test_the_schema_says_how_each_table_is_named(ann, bob, words):
    other = table(ann, "n\n1\n", "words.csv").rpartition("/")[2]
    single = table(ann, "x\n1.5\n", 'a "b".csv').rpartition("/")[2]
    give(ann, single, bob)

    found = ann.get("/sql/schema").json()

    assert found["next"] is None
    named = {each["id"]: each for each in found["tables"]}
    assert {key: each["reference"] for key, each in named.items()} == {
        words: f"dataset('{words}')", other: f"dataset('{other}')", single: '"a ""b"".csv"',
    }  # fmt: skip
    assert named[single]["columns"] == [{"name": "x", "type": "decimal(18,1)"}]
    assert (named[single]["row_count"], named[single]["role"]) == (1, "owner")
    for each in found["tables"]:
        assert len(rows(ann, f"FROM {each['reference']}")) == each["row_count"]
    seen = bob.get("/sql/schema").json()["tables"]
    assert [(each["id"], each["role"]) for each in seen] == [(single, "view")]
    page = ann.get("/sql/schema", params={"limit": 2}).json()
    rest = ann.get("/sql/schema", params={"limit": 2, "cursor": page["next"]}).json()
    assert [len(page["tables"]), len(rest["tables"]), rest["next"]] == [2, 1, None]


def test_results_come_as_csv_arrow_and_parquet_too(ann, words):
    query = 'SELECT n, word, price, [n] AS list FROM "words.csv" ORDER BY n'

    def bytes_of(written_as: str) -> bytes:
        answer = ann.post("/sql", json={"query": query, "format": written_as})
        assert answer.status_code == 200, answer.text
        assert f"result.{written_as}" in answer.headers["content-disposition"]
        content: bytes = answer.content
        return content

    assert bytes_of("csv").decode() == "n,word,price,list\n1,b,24.50,[1]\n2,a,0.10,[2]\n3,,9007199254740993.25,[3]\n"
    arrow, parquet = pl.read_ipc_stream(bytes_of("arrow")), pl.read_parquet(io.BytesIO(bytes_of("parquet")))
    assert arrow.equals(parquet)
    assert arrow["list"].to_list() == [[1], [2], [3]]
    assert str(arrow["price"][2]) == "9007199254740993.25"


def test_rows_beyond_the_limit_are_left_out_and_that_is_said(ann):
    found = asked(ann, "FROM range(5)", limit=3)
    assert (len(found["rows"]), found["truncated"]) == (3, True)
    assert asked(ann, "FROM range(3)", limit=3)["truncated"] is False
    assert len(asked(ann, "FROM range(5000)")["rows"]) == 1000
    assert ann.post("/sql", json={"query": "FROM range(9)", "limit": 2, "format": "csv"}).text == "range\n0\n1\n"
    refused(ann, "FROM range(5)", 422, "bad_limit", limit=100_001)
    refused(ann, "SELECT repeat('x', 1000000) FROM range(40)", 413, "answer_too_large")


def test_parameters_are_values_and_nothing_else(ann, words):
    evil = "x' OR 1=1 --"
    assert rows(ann, "SELECT $a", params={"a": evil}) == [[evil]]
    assert rows(ann, 'SELECT n FROM "words.csv" WHERE price > $least', params={"least": 20}) == [[1], [3]]
    assert rows(ann, "SELECT $1 || $2", params=["a", "b"]) == [["ab"]]
    body = '{"query": "SELECT $a AS v", "params": {"a": 0.10}}'
    assert '"v":0.10}' in ann.post("/sql", content=body, headers={"Content-Type": "application/json"}).text
    refused(ann, "SELECT $a", 422, "bad_sql")
    refused(ann, "SELECT 1", 422, "bad_sql", params={"a": 1})
    refused(ann, "SELECT $a", 422, "bad_sql", params={"a": 10**50})
    for value in ("NaN", "-Infinity", '"\\ud800"', "[" * 900 + "]" * 900):
        body = f'{{"query": "SELECT $a", "params": {{"a": {value}}}}}'
        answer = ann.post("/sql", content=body, headers={"Content-Type": "application/json"})
        assert is_problem(answer, 422, "bad_sql"), value


@pytest.mark.parametrize(
    ("query", "position"),
    [
        ("SELEC 1", 0),
        ("SELECT 'ä', nope", 12),
        ('SELECT "nope" FROM "words.csv"', 7),
        ("SELECT 'ä', 'x'::INT", 15),
        ("EXPLAIN SELECT nope", 15),
        ("SELECT 'ä' FROM nope", 16),
        ("SELECT 1 +", 9),
    ],
)
def test_an_error_says_where(ann, words, query, position):
    refusal = ann.post("/sql", json={"query": query})

    assert refusal.status_code == 422
    assert refusal.json()["position"] == position, refusal.text


def test_who_may_ask(ann, anybody, words, shared_server: LiveServer, new_user: Callable[[], httpx.Client]):
    assert anybody.post("/sql", json={"query": "SELECT 1"}).status_code == 401
    link = ann.post(f"/files/{words}/links", json={"role": "view"}).json()["token"]
    answer = anybody.post("/sql", json={"query": "SELECT 1"}, headers={"Authorization": f"Bearer {link}"})
    is_problem(answer, 403, "scope_missing")
    for scopes, status in ((["read"], 200), (["write"], 200), (["upload"], 403)):
        key = ann.post("/auth/api-keys", json={"name": scopes[0], "scopes": scopes}).json()["key"]
        head = {"Authorization": f"Bearer {key}"}
        assert anybody.post("/sql", json={"query": 'FROM "words.csv"'}, headers=head).status_code == status
        assert anybody.get("/sql/schema", headers=head).status_code == status


def test_a_table_that_is_still_being_made_is_not_ready(ann):
    made = ann.post("/files", headers={"Tus-Resumable": "1.0.0", "Upload-Length": "100"})
    file_id = made.headers["location"].rpartition("/")[2]

    refused(ann, f"FROM dataset('{file_id}')", 409, "not_ready")


def test_bodies_that_are_none_are_refused(ann):
    for body in ({}, {"query": 1}, {"query": "SELECT 1", "limits": 3}, {"query": "SELECT 1", "format": "xml"}):
        is_problem(ann.post("/sql", json=body), 422, "invalid_value")
    refused(ann, "SELECT '\0'", 422, "bad_sql")
    refused(ann, "  ", 422, "bad_sql")


ENDLESS = "SELECT levenshtein(repeat('x', 300000), repeat('y', 300000))"


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server that runs two statements at once, one of each user."""
    server = LiveServer(tmp_path_factory.mktemp("narrow"), sql_processes=2).start()
    yield server
    server.stop()


def test_others_are_answered_beside_statements_that_never_end(narrow: LiveServer):
    head = {"Authorization": f"Bearer {narrow.token('test', 'password')}", "Content-Type": "application/json"}
    body = json.dumps({"query": ENDLESS})
    with narrow.register("ann", "the secret of ann") as ann, ExitStack() as opened:
        endless = [opened.enter_context(closing(HTTPConnection("127.0.0.1", narrow.port))) for _ in range(3)]
        for each in endless:
            each.request("POST", "/sql", body, head)

        assert [rows(ann, "SELECT 1") for _ in range(3)] == [[[1]]] * 3
        assert select.select([each.sock for each in endless], [], [], 0)[0] == []  # they still run, or wait


def test_a_statement_ends_with_its_client(narrow: LiveServer):
    with narrow.login() as http:
        with pytest.raises(httpx.ReadTimeout):
            http.post("/sql", json={"query": ENDLESS}, timeout=1)
        assert rows(http, "SELECT 1") == [[1]]  # the only place of the user is free long before the time is over

        asked = {"query": "FROM range(100000000000)", "format": "csv"}
        with http.stream("POST", "/sql", json=asked) as answer:
            assert next(answer.iter_raw()).startswith(b"range\n0\n1\n")
        assert rows(http, "SELECT 1") == [[1]]


def test_the_client_for_python_asks_too(ann, words, shared_server: LiveServer):
    with Client(shared_server.url, token=ann.headers["Authorization"].partition(" ")[2]) as client:
        found = client.sql('SELECT n, price FROM "words.csv" WHERE price > $least ORDER BY n', least=Decimal("24.49"))

        assert found.to_pydict() == {"n": [1, 3], "price": [Decimal("24.50"), Decimal("9007199254740993.25")]}
        with pytest.raises(ApiError) as refusal:
            client.sql("SELEC 1")
    assert (refusal.value.status, refusal.value.code) == (422, "bad_sql")


@pytest.mark.long
def test_tables_of_an_object_store_are_read(
    start_server: Callable[..., LiveServer], lasting_s3: S3Server, new_database: Callable[[], str]
):
    server = start_server(
        storage_url=f"s3://{lasting_s3.new_bucket()}/parquay", s3_endpoint=lasting_s3.url, database_url=new_database()
    )
    with server.login() as http:
        file_id = table(http, WORDS, "words.csv").rpartition("/")[2]
        assert http.delete(f"/datasets/{file_id}/rows/0").status_code == 204
        assert rows(http, 'SELECT count(*) FROM "words.csv"') == [[2]]
        assert rows(http, f"SELECT count(*) FROM dataset('{file_id}', version => 0)") == [[3]]
        assert http.get("/sql/schema").json()["tables"][0]["reference"] == '"words.csv"'


@pytest.mark.large
@pytest.mark.long
def test_a_result_of_a_gigabyte_costs_the_server_no_memory(start_server: Callable[..., LiveServer]):
    server = start_server(query_timeout=120)
    with server.login() as http:
        rows(http, "SELECT 1")
        main = server.processes()[0]
        before, most = main.memory_info().rss, 0
        query = "SELECT range AS n, hash(range) AS h, md5(range::VARCHAR) AS m FROM range(17000000)"
        for written_as in ("csv", "arrow", "parquet"):
            size = number = 0
            with http.stream("POST", "/sql", json={"query": query, "format": written_as}, timeout=300) as answer:
                assert answer.status_code == 200, answer.read()
                for number, piece in enumerate(answer.iter_raw()):
                    size += len(piece)
                    if number % 100 == 0:
                        most = max(most, main.memory_info().rss)
            assert number > 100
            assert size > 500_000_000, written_as
        assert most - before < 64 << 20
