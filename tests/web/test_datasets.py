from __future__ import annotations

import csv
import io
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from live_server import entry_when
from parquay.ids import new_id
from problems import is_problem
from web.sales_table import SALES, got, table, upload

ROUTES = ("", "/rows", "/aggregate?by=city", "/profile?column=price", "/status", "/export")


# Lists and pages


def test_tables_are_listed_newest_first_page_by_page(ann):
    paths = [table(ann, "a,b\n1,2\n3,4\n", f"t{number}.csv") for number in range(3)]
    entry_when(ann, upload(ann, b"\x00\x01\x02 no table", "x.bin"))

    first = ann.get("/datasets", params={"limit": 2})
    link = first.headers["link"]
    assert link.endswith('; rel="next"')
    second = ann.get("/datasets", params=parse_qs(urlsplit(link[1 : link.index(">")]).query))

    assert first.headers["x-total-count"] == "3"
    listed = first.json() + second.json()
    assert [f"/datasets/{each['id']}" for each in listed] == paths[::-1]
    assert "link" not in second.headers
    assert set(listed[0]) == {"id", "name", "columns", "row_count", "version", "updated_at"}
    assert (listed[0]["name"], listed[0]["row_count"], listed[0]["version"]) == ("t2.csv", 2, 0)
    assert listed[0]["columns"] == [
        {"name": name, "type": "int64", "style": "0", "missing": {}, "offers": None} for name in "ab"
    ]


def test_page_shows_rows_and_the_aggregates_of_every_column(reader):
    body = got(reader, reader.sales)

    assert set(body) == {
        "id", "name", "version", "columns", "row_count", "matched", "page", "size", "rows", "next", "aggregates",
        "origin",
    }  # fmt: skip
    assert (body["row_count"], body["matched"], body["page"], body["size"], body["version"]) == (1000, 1000, 1, 100, 0)
    assert [row["_rid"] for row in body["rows"]] == list(range(100))
    assert body["rows"][3] == {"_rid": 3, "id": 3, "city": None, "price": 3.35, "day": "2024-04-15", "note": 'a, "3"'}
    assert list(body["aggregates"]) == ["id", "city", "price", "day", "note"]
    assert body["aggregates"]["id"] == {
        "count": 1000, "nulls": 0, "min": 0, "max": 999, "mean": 499.5, "sum": 499_500, "distinct": 1000,
        "distinct_exact": True,
    }  # fmt: skip
    assert (body["aggregates"]["city"]["nulls"], body["aggregates"]["city"]["sum"]) == (250, None)


def test_page_is_sorted_and_filtered(reader):
    params = {"page": 2, "size": 3, "sort": "-price,id", "filter": ["city:in:Ulm,Bonn", "price:lt:30"]}

    body = got(reader, reader.sales, **params)

    rows = [
        row for row in csv.DictReader(io.StringIO(SALES)) if row["city"] in ("Ulm", "Bonn") and float(row["price"]) < 30
    ]
    rows.sort(key=lambda row: (-float(row["price"]), int(row["id"])))
    assert [row["id"] for row in body["rows"]] == [int(row["id"]) for row in rows[3:6]]
    assert (body["matched"], body["row_count"]) == (len(rows), 1000)
    assert body["aggregates"]["id"]["count"] == len(rows)
    assert body["aggregates"]["price"]["max"] == max(float(row["price"]) for row in rows)


def test_page_behind_the_end_is_empty_and_the_aggregates_can_be_left_out(reader):
    body = got(reader, reader.sales, page=99, aggregates="false")

    assert (body["rows"], body["aggregates"], body["row_count"]) == ([], None, 1000)


@pytest.mark.parametrize("sort", [None, "-city", "price,-day"])
def test_cursors_visit_every_row_once(reader, sort):
    params = {"limit": 170} | ({"sort": sort} if sort else {})
    seen, cursor = [], None
    while True:
        body = got(reader, f"{reader.sales}/rows", **params, **({"cursor": cursor} if cursor else {}))
        seen += body["rows"]
        if (cursor := body["next"]) is None:
            break

    assert body["version"] == 0
    assert sorted(row["_rid"] for row in seen) == list(range(1000))
    if sort == "-city":
        assert [row["city"] for row in seen] == ["Ulm"] * 250 + ["Köln"] * 250 + ["Bonn"] * 250 + [None] * 250


def test_same_paths_answer_under_api(reader):
    for route in ROUTES:
        assert reader.get(f"/api{reader.sales}{route}").content == reader.get(f"{reader.sales}{route}").content
    assert got(reader, "/api/datasets") == got(reader, "/datasets")


# Groups, profiles, status


def test_groups_have_a_measure(reader):
    body = got(reader, f"{reader.sales}/aggregate", by="city", measure="max(id)", filter="id:lt:10")

    assert body["groups"] == [
        {"key": "Bonn", "value": 9},
        {"key": "Köln", "value": 6},
        {"key": "Ulm", "value": 8},
        {"key": None, "value": 7},
    ]
    largest = got(reader, f"{reader.sales}/aggregate", by="city", measure="max(id)", sort="-value", limit=1)
    assert (largest["groups"], largest["more"]) == ([{"key": None, "value": 999}], True)


def test_profiles_have_the_shape_of_their_column(reader):
    shapes = {name: got(reader, f"{reader.sales}/profile", column=name) for name in ("price", "city", "day")}

    assert {name: body["shape"] for name, body in shapes.items()} == {
        "price": "histogram",
        "city": "values",
        "day": "series",
    }
    assert sum(each["count"] for each in shapes["price"]["bins"]) == 1000
    assert sum(each["count"] for each in shapes["day"]["points"]) == 1000
    assert [each["count"] for each in shapes["city"]["values"]] == [250, 250, 250]


def test_status_is_that_of_the_file(reader):
    file_path = reader.sales.replace("/datasets/", "/files/")

    assert got(reader, f"{reader.sales}/status") == got(reader, f"{file_path}/progress")


# Versions and caches


def test_answers_carry_their_version_and_are_not_sent_twice(reader):
    for route in ("", "/rows", "/aggregate?by=city", "/profile?column=price", "/export"):
        answer = reader.get(f"{reader.sales}{route}")
        assert answer.headers["etag"] == '"0"'

        again = reader.get(f"{reader.sales}{route}", headers={"If-None-Match": '"0"'})
        assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", '"0"')
        other = reader.get(f"{reader.sales}{route}", headers={"If-None-Match": '"1"'})
        assert other.status_code == 200


def test_reads_take_a_version_and_cursors_stay_with_theirs(ann):
    path = table(ann, "a,b\n1,x\n2,y\n3,z\n")
    started = got(ann, f"{path}/rows", limit=2)
    assert ann.patch(f"{path}/rows/2", json={"b": "changed"}, headers={"If-Match": '"0"'}).status_code == 200

    assert [row["b"] for row in got(ann, path)["rows"]] == ["x", "y", "changed"]
    assert ann.get(path).headers["etag"] == '"1"'
    assert [row["b"] for row in got(ann, path, version=0)["rows"]] == ["x", "y", "z"]
    assert ann.get(f"{path}/export", params={"version": 0}).text == "a,b\n1,x\n2,y\n3,z\n"
    assert ann.get(f"{path}/export").text == "a,b\n1,x\n2,y\n3,changed\n"
    rest = got(ann, f"{path}/rows", limit=2, cursor=started["next"])
    assert (rest["rows"], rest["version"]) == ([{"_rid": 2, "a": 3, "b": "z"}], 0)
    answer = ann.get(f"{path}/rows", params={"cursor": started["next"], "version": 1})
    assert is_problem(answer, 400, "bad_cursor")
    assert got(ann, f"{path}/aggregate", by="b", version=0)["groups"][-1]["key"] == "z"


# Refusals


@pytest.mark.parametrize(
    ("route", "params", "status", "code"),
    [
        ("", {"filter": "nope:eq:1"}, 422, "unknown_column"),
        ("", {"sort": "nope"}, 422, "unknown_column"),
        ("", {"filter": "id:like:1"}, 422, "bad_operator"),
        ("", {"filter": "id"}, 422, "bad_filter"),
        ("", {"filter": "id:eq:one"}, 422, "bad_value"),
        ("", {"filter": "day:gt:2024-13-01"}, 422, "bad_value"),
        ("", {"filter": "day:gt:0000-01-01"}, 422, "bad_value"),
        ("", {"size": 0}, 422, "bad_size"),
        ("", {"size": 10_001}, 422, "bad_size"),
        ("", {"size": 10**40}, 422, "bad_size"),
        ("", {"size": "many"}, 422, "invalid_value"),
        ("", {"page": 0}, 422, "bad_page"),
        ("", {"page": 10**40}, 422, "bad_page"),
        ("", {"version": 1}, 404, "unknown_version"),
        ("", {"version": 10**30}, 404, "unknown_version"),
        ("", {"version": -1}, 422, "invalid_value"),
        ("", {"version": "new"}, 422, "invalid_value"),
        ("/rows", {"limit": 10**9}, 422, "bad_size"),
        ("/rows", {"limit": 0}, 422, "bad_size"),
        ("/rows", {"cursor": "nonsense"}, 400, "bad_cursor"),
        ("/rows", {"cursor": "x" * 5000}, 400, "bad_cursor"),
        ("/aggregate", {}, 422, "invalid_value"),
        ("/aggregate", {"by": "nope"}, 422, "unknown_column"),
        ("/aggregate", {"by": "city", "measure": "sum(city)"}, 422, "bad_measure"),
        ("/aggregate", {"by": "city", "measure": "sum(nope)"}, 422, "unknown_column"),
        ("/aggregate", {"by": "city", "measure": "drop table"}, 422, "bad_measure"),
        ("/aggregate", {"by": "city", "limit": 10**6}, 422, "invalid_value"),
        ("/aggregate", {"by": "day", "unit": "fortnight"}, 422, "invalid_value"),
        ("/aggregate", {"by": "city", "unit": "month"}, 422, "bad_unit"),
        ("/profile", {"column": "nope"}, 422, "unknown_column"),
        ("/export", {"format": "docx"}, 422, "invalid_value"),
        ("/export", {"columns": "nope"}, 422, "unknown_column"),
        ("/export", {"filter": "nope:eq:1"}, 422, "unknown_column"),
        ("/export", {"version": 5}, 404, "unknown_version"),
    ],
)
def test_bad_request_is_refused_by_name(reader, route, params, status, code):
    assert is_problem(reader.get(f"{reader.sales}{route}", params=params), status, code)


def test_ill_typed_value_is_told_with_its_column_and_type(reader):
    detail = reader.get(reader.sales, params={"filter": "price:gt:cheap"}).json()["detail"]

    assert "price" in detail
    assert "decimal(18,2)" in detail


def test_altered_cursor_and_cursor_of_another_query_are_refused(reader):
    path = f"{reader.sales}/rows"
    cursor = got(reader, path, limit=2, sort="price")["next"]
    altered = cursor[:-3] + ("A" if cursor[-3] != "A" else "B") + cursor[-2:]

    assert is_problem(reader.get(path, params={"cursor": altered, "sort": "price"}), 400, "bad_cursor")
    assert is_problem(reader.get(path, params={"cursor": cursor}), 400, "bad_cursor")
    assert is_problem(reader.get(path, params={"cursor": cursor, "sort": "-price"}), 400, "bad_cursor")
    assert is_problem(reader.get(path, params={"cursor": cursor, "sort": "price", "version": 3}), 400, "bad_cursor")


@pytest.mark.parametrize("route", ROUTES)
def test_table_of_somebody_else_looks_like_an_unknown_one(reader, bob, anybody, route):
    theirs = bob.get(f"{reader.sales}{route}")
    unknown = bob.get(f"/datasets/{new_id()}{route}")

    assert is_problem(theirs, 404, "not_found")
    assert theirs.content == unknown.content
    assert is_problem(bob.get(f"/datasets/no-such-id{route}"), 404, "not_found")
    assert is_problem(anybody.get(f"{reader.sales}{route}"), 401, "login_required")


def test_shared_table_can_be_read_by_everybody(ann, bob):
    path = table(ann)
    assert ann.patch(path.replace("/datasets/", "/files/"), json={"shared": True}).status_code == 200

    assert got(bob, path)["row_count"] == 1000
    assert bob.get(f"{path}/export").text == SALES
    assert path in [f"/datasets/{each['id']}" for each in got(bob, "/datasets")]
    ann.delete(path.replace("/datasets/", "/files/"))  # everybody on this server would see it


def test_file_that_is_no_table_says_so(ann):
    file_id = upload(ann, bytes(range(256)) * 10, "x.bin")
    entry = entry_when(ann, file_id)
    assert (entry["status"], entry["row_count"]) == ("done", None)

    assert is_problem(ann.get(f"/datasets/{file_id}"), 404, "no_table")
    assert is_problem(ann.get(f"/datasets/{file_id}/export"), 404, "no_table")
    assert got(ann, f"/datasets/{file_id}/status")["status"] == "done"


def test_table_that_is_still_being_made_says_so_and_has_a_status(tus_server):
    with tus_server.register("unconverted", "the secret of who waits") as http:
        file_id = upload(http, SALES)

        assert is_problem(http.get(f"/datasets/{file_id}"), 409, "not_ready")
        assert got(http, f"/datasets/{file_id}/status")["status"] == "processing"
        assert got(http, "/datasets") == []


def test_server_of_uploads_runs_without_the_engine_of_queries(tus_server):
    modules = {mapped.path for process in tus_server.processes() for mapped in process.memory_maps()}

    assert not [path for path in modules if "duckdb" in path or "libarrow" in path]


def test_forged_query_text_is_data(reader):
    for text in ("x' OR '1'='1", 'x" OR "1"="1', "x; SELECT 1", "%", "\\", "\x00"):
        assert got(reader, f"{reader.sales}/rows", filter=f"city:eq:{text}")["rows"] == []
    assert isinstance(reader, httpx.Client)
