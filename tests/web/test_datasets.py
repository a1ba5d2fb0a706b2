from __future__ import annotations

import asyncio
import csv
import gzip
import io
import itertools
import json
import re
import socket
import struct
import time
from urllib.parse import parse_qs, quote, urlsplit

import httpx
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from fastapi import FastAPI, Request
from starlette.requests import ClientDisconnect

from live_server import LiveServer, entry_when, wait_until
from parquay.datasets.query.engine import CancelToken, Engine
from parquay.datasets.query.sql import Sql
from parquay.ids import new_id
from parquay.web.http.cancellation import run_cancellable
from parquay.web.http.compression import accepts
from problems import is_problem

CITIES = ("Ulm", "Bonn", "Köln", "")
SALES = "id,city,price,day,note\n" + "".join(
    f'{i},{CITIES[i % 4]},{i % 50}.{i % 10}5,2024-{1 + i % 12:02}-15,"a, ""{i}"""\n' for i in range(1000)
)
ROUTES = ("", "/rows", "/aggregate?by=city", "/profile?column=price", "/status", "/export")


def upload(http, content, name="sales.csv"):
    data = content.encode() if isinstance(content, str) else content
    answer = http.post("/files", files={"file": (name, data, "text/csv")})
    assert answer.status_code == 201, answer.text
    return answer.json()["id"]


def table(http, content=SALES, name="sales.csv"):
    """Upload a table; return the path of its dataset."""
    file_id = upload(http, content, name)
    assert entry_when(http, file_id)["status"] == "done"
    return f"/datasets/{file_id}"


@pytest.fixture(scope="module")
def reader(shared_server):
    """Somebody who only reads one table, and its path."""
    with shared_server.register("tablereader", "the secret of the reader") as http:
        http.sales = table(http)
        yield http


def got(http, path, **params):
    answer = http.get(path, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


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
    assert listed[0]["columns"] == [{"name": name, "type": "int64", "style": "0"} for name in "ab"]


def test_page_shows_rows_and_the_aggregates_of_every_column(reader):
    body = got(reader, reader.sales)

    assert set(body) == {
        "id", "name", "version", "columns", "row_count", "matched", "page", "size", "rows", "next", "aggregates",
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


# Downloads


def test_csv_is_the_upload_again_and_compressed_for_who_can_read_it(reader):
    path = f"{reader.sales}/export"
    plain = reader.get(path, headers={"Accept-Encoding": "identity"})
    with reader.stream("GET", path, headers={"Accept-Encoding": "br, gzip;q=0.5"}) as answer:
        packed = b"".join(answer.iter_raw())

    assert plain.content.decode() == SALES
    assert "content-encoding" not in plain.headers
    assert answer.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed) == plain.content
    assert len(packed) < len(plain.content) / 2
    assert plain.headers["vary"] == answer.headers["vary"] == "Accept-Encoding"
    assert plain.headers["content-type"] == "text/csv; charset=utf-8"
    assert plain.headers["x-content-type-options"] == "nosniff"


def ids_in(name, content):
    """The first column of a download."""
    if name == "parquet":
        return pq.read_table(pa.BufferReader(content))["id"].to_pylist()
    if name == "arrow":
        return pa.ipc.open_stream(content).read_all()["id"].to_pylist()
    if name == "ndjson":
        return [json.loads(line)["id"] for line in content.splitlines()]
    return [row[0] for row in openpyxl.load_workbook(io.BytesIO(content)).active.values][1:]


@pytest.mark.parametrize(
    ("name", "kind", "ending"),
    [
        ("parquet", "application/vnd.apache.parquet", "parquet"),
        ("ndjson", "application/x-ndjson", "ndjson"),
        ("arrow", "application/vnd.apache.arrow.stream", "arrows"),
        ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    ],
)
def test_other_formats_hold_the_same_rows(reader, name, kind, ending):
    answer = reader.get(f"{reader.sales}/export", params={"format": name})

    assert ids_in(name, answer.content) == list(range(1000))
    assert answer.headers["content-type"] == kind
    assert answer.headers["content-disposition"].startswith(f'attachment; filename="sales.{ending}"')
    assert ("content-encoding" in answer.headers) is (name == "ndjson")


def test_download_is_named_in_any_script(ann):
    path = table(ann, name="Größe 表.csv")

    answer = ann.get(f"{path}/export")

    assert f"filename*=UTF-8''{quote('Größe 表.csv')}" in answer.headers["content-disposition"]


def test_download_of_chosen_rows_and_columns_with_formulas_made_harmless(ann):
    path = table(ann, "a,b,c\n=1+1,2,x\nb,3,y\n=c,4,z\n")

    answer = ann.get(f"{path}/export", params={"columns": "c,a", "filter": "b:ge:3", "safe": "true"})

    assert answer.text == "c,a\ny,b\nz,'=c\n"


def test_head_of_a_download_has_no_body_and_no_length_of_one(reader):
    answer = reader.head(f"{reader.sales}/export", headers={"Accept-Encoding": "identity"})

    assert (answer.status_code, answer.content) == (200, b"")
    assert answer.headers["etag"] == '"0"'
    assert answer.headers.get("content-length", "") != "0"


@pytest.mark.parametrize(
    ("field", "accepted"),
    [
        ("gzip", True), ("GZIP;q=0.1, br", True), ("br;q=1.0, *;q=0.5", True), ("x, gzip ; q=1", True),
        ("", False), ("br", False), ("gzip;q=0", False), ("gzip; q=0.000", False), ("*, gzip;q=0", False), ("*;q=0", False),
    ],
)  # fmt: skip
def test_gzip_is_chosen_as_accept_encoding_says(field, accepted):
    assert accepts(field, "gzip") is accepted


# Refusals


@pytest.mark.parametrize(
    ("route", "params", "status", "code"),
    [
        ("", {"filter": "nope:eq:1"}, 422, "unknown_column"),
        ("", {"sort": "nope"}, 422, "unknown_column"),
        ("", {"filter": "id:like:1"}, 422, "bad_operator"),
        ("", {"filter": "id:contains:1"}, 422, "bad_operator"),
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


# Time and those who do not wait


def large_table(rows: int) -> str:
    return "n,t\n" + "".join(f"{n * 7919 % rows},text {n * 104729 % rows}\n" for n in range(rows))


@pytest.fixture(scope="module")
def hasty(tmp_path_factory):
    """A server that gives a query next to no time, and the path of a table that is too large for it."""
    server = LiveServer(tmp_path_factory.mktemp("hasty"), query_timeout=0.001).start()
    with server.login() as http:
        http.large = table(http, large_table(150_000))
        yield http
    server.stop()


def test_query_past_its_time_ends_with_408(hasty):
    answer = hasty.get(f"{hasty.large}/aggregate", params={"by": "t", "measure": "distinct(n)"})

    assert is_problem(answer, 408, "query_timeout")


def test_rows_come_when_the_aggregates_take_too_long(hasty):
    def page() -> httpx.Response | None:
        answer = hasty.get(hasty.large)
        return answer if answer.status_code == 200 else None

    body = wait_until(page, "rows within next to no time").json()

    assert len(body["rows"]) == 100
    assert (body["aggregates"], body["aggregates_error"]["code"]) == (None, "query_timeout")


def test_query_ends_when_its_client_goes_away(shared_server, ann):
    path = table(ann, large_table(300_000))
    attempts = itertools.count(1)

    def gone() -> float:
        told = re.search(r'code="client_disconnected"\} (\S+)', ann.get("/metrics").text)
        return float(told[1]) if told else 0.0

    def left_in_the_middle() -> bool:
        """Ask something new and leave, each time after another moment: one of them is in the middle of the query."""
        number = next(attempts)
        asked = f"GET {path}/aggregate?by=t&measure=distinct(t)&filter=t:ne:{number} HTTP/1.1\r\nHost: localhost\r\n"
        with socket.create_connection(("127.0.0.1", shared_server.port)) as line:
            line.sendall(f"{asked}Authorization: {ann.headers['authorization']}\r\n\r\n".encode())
            time.sleep(0.02 * (number % 10))
            # Reset: who only closes the sending side may still want the answer, and is given some seconds.
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return gone() > before

    before = gone()
    wait_until(left_in_the_middle, "query that ended because its client had gone", 40)


def test_work_is_told_that_its_client_has_gone(tmp_path):
    (tmp_path / "parquet").mkdir()
    engine = Engine(tmp_path / "parquet", tmp_path / "scratch", seconds=60)
    heavy = Sql("SELECT count(*) FROM range(100000000) a, range(100000) b WHERE hash(a.range, b.range) % 7 = 3")

    async def leave_while_it_runs() -> None:
        messages: asyncio.Queue[dict[str, object]] = asyncio.Queue()
        messages.put_nowait({"type": "http.request", "body": b"", "more_body": False})
        request = Request({"type": "http", "headers": [], "app": FastAPI()}, messages.get)
        cancel = CancelToken()
        working = asyncio.create_task(run_cancellable(request, cancel, lambda: engine.table(heavy, cancel)))
        await asyncio.sleep(0.3)
        assert not working.done()
        messages.put_nowait({"type": "http.disconnect"})
        with pytest.raises(ClientDisconnect):
            await asyncio.wait_for(working, 10)

    asyncio.run(leave_while_it_runs())
    engine.close()


def test_client_of_a_request_that_is_worked_on_twice_is_not_taken_for_gone():
    class Server:
        """Takes a client for gone once nobody waits for the body of its request any more, as real ones do."""

        sent = lost = False

        async def receive(self):
            if self.lost:
                return {"type": "http.disconnect"}
            if self.sent:
                await asyncio.Event().wait()
            try:
                await asyncio.sleep(0.05)
            except asyncio.CancelledError:
                self.lost = True
                raise
            self.sent = True
            return {"type": "http.request", "body": b"", "more_body": False}

    cancel = CancelToken()

    def still_there():
        time.sleep(0.1)
        return not cancel.cancelled

    async def twice() -> list[bool]:
        request = Request({"type": "http", "headers": [], "app": FastAPI()}, Server().receive)
        return [await run_cancellable(request, cancel, still_there) for _ in range(2)]

    assert asyncio.run(twice()) == [True, True]


def test_broken_off_download_lets_go_and_the_server_goes_on(reader):
    with reader.stream("GET", f"{reader.sales}/export", params={"format": "ndjson"}) as answer:
        next(answer.iter_raw())

    assert got(reader, reader.sales)["row_count"] == 1000


def test_download_that_could_not_be_finished_is_not_begun(shared_server, ann):
    path = table(ann, "n,t\n" + "".join(f"{n},{n:0200}\n" for n in range(10_000)))
    more = table(ann, "n,t\n1,x\n2,y\n", "more.csv").removeprefix("/datasets/")
    assert ann.post(f"{path}/append", json={"file_id": more}).status_code == 200
    (last,) = (shared_server.data_dir / "parquet" / path.removeprefix("/datasets/")).glob("version-*.parquet")
    last.write_bytes(b"PAR1")

    assert is_problem(ann.get(f"{path}/export"), 503, "part_damaged")

    last.unlink()
    assert is_problem(ann.get(f"{path}/export"), 503, "part_missing")


def test_server_of_uploads_runs_without_the_engine_of_queries(tus_server):
    modules = {mapped.path for process in tus_server.processes() for mapped in process.memory_maps()}

    assert not [path for path in modules if "duckdb" in path or "libarrow" in path]


def test_forged_query_text_is_data(reader):
    for text in ("x' OR '1'='1", 'x" OR "1"="1', "x; SELECT 1", "%", "\\", "\x00"):
        assert got(reader, f"{reader.sales}/rows", filter=f"city:eq:{text}")["rows"] == []
    assert isinstance(reader, httpx.Client)


# Numbers as they are written

WRITTEN = "year,key,price,tiny,big,share\n2024,1234567,24.50,0.0000001,9007199254740993,3\n2025,1234568,0.10,0.5000000,1,0.5\n"
ROW = '"year":2024,"key":1234567,"price":24.50,"tiny":0.0000001,"big":"9007199254740993","share":3'


def test_every_answer_writes_numbers_as_the_upload_has_them(ann):
    path = table(ann, WRITTEN, "written.csv")
    file_id = path.rpartition("/")[2]

    for asked in (f"{path}/rows", path, f"{path}?sort=-tiny&filter=price:gt:0", f"/files/{file_id}"):
        assert ROW in ann.get(asked).text, asked
    assert f"{{{ROW}}}\n" in ann.get(f"{path}/export?format=ndjson").text
    groups = ann.get(f"{path}/aggregate?by=key&measure=sum(price)").text
    assert '{"key":1234567,"value":24.50}' in groups
    bounds = ann.get(path).text.partition('"aggregates":')[2]
    assert '"min":0.10,"max":24.50,"mean":12.3,"sum":24.60' in bounds
    assert '"min":0.0000001,"max":0.5000000' in bounds
    assert '{"value":24.50,"count":1}' not in ann.get(f"{path}/profile?column=price").text


def test_cells_are_texts_as_they_were_written_when_asked_for(ann):
    text = "n,x,at,day,note\n1,3.0,2024-01-02T03:04:05.50+02:00,,\n-7,1e-07,2024-01-02T03:04:05.00+02:00,2024-02-29,a\n"
    path = table(ann, text, "moments.csv")

    rows = got(ann, f"{path}/rows", text="true")["rows"]
    page = got(ann, path, text="true", sort="-n")["rows"]

    assert (
        rows
        == page
        == [
            {"_rid": 0, "n": "1", "x": "3.0", "at": "2024-01-02T03:04:05.50+02:00", "day": None, "note": None},
            {
                "_rid": 1,
                "n": "-7",
                "x": "1e-07",
                "at": "2024-01-02T03:04:05.00+02:00",
                "day": "2024-02-29",
                "note": "a",
            },
        ]
    )


def test_keys_bounds_and_frequent_values_are_texts_as_they_were_written_when_asked_for(ann):
    late, early = "2024-01-02T03:04:05.50+02:00", "2024-01-02T03:04:05.00+02:00"
    path = table(ann, f"at,mark,word\n{late},3.0,a\n{early},1.5,b\n{early},2.0,b\n", "keys.csv")

    groups = got(ann, f"{path}/aggregate", by="at", measure="min(at)", text="true")["groups"]
    numbers = got(ann, f"{path}/aggregate", by="mark", text="true")["groups"]
    bounds = got(ann, path, text="true")["aggregates"]
    words = got(ann, f"{path}/profile", column="word", text="true")["values"]
    plain = got(ann, f"{path}/aggregate", by="at")["groups"]

    assert groups == [{"key": early, "value": early}, {"key": late, "value": late}]
    assert [each["key"] for each in numbers] == ["1.5", "2.0", "3.0"]
    assert (bounds["at"]["min"], bounds["at"]["max"]) == (early, late)
    assert (bounds["mark"]["min"], bounds["mark"]["max"], bounds["mark"]["sum"]) == ("1.5", "3.0", 6.5)
    assert words == [{"value": "b", "count": 2}, {"value": "a", "count": 1}]
    assert [each["key"] for each in plain] == ["2024-01-02T01:04:05Z", "2024-01-02T01:04:05.5Z"]


def test_an_edit_takes_and_tells_every_digit(ann):
    path = table(ann, "n,price,wide\n1,24.50,12345678901234567890.25\n2,0.10,1.00\n", "digits.csv")
    exact = '"price":7.10,"wide":"98765432109876543210.75"'

    ann.headers["Content-Type"] = "application/json"
    made = ann.patch(f"{path}/rows/0", content='{"price": 7.1, "wide": 98765432109876543210.75}')
    batch = ann.patch(f"{path}/rows", content='{"update": [{"_rid": 1, "price": 3.20, "wide": -0.25}]}')
    refused = ann.patch(f"{path}/rows/0", content='{"price": 1.00}', headers={"If-Match": '"0"'})
    too_fine = ann.patch(f"{path}/rows/0", content='{"price": 7.1000000000000000001}')
    endless = ann.patch(f"{path}/rows/0", content='{"price": 1e999999999}')

    assert made.status_code == 200
    assert exact in made.text
    assert '"price":3.20,"wide":-0.25' in batch.text
    assert is_problem(refused, 412, "row_changed")
    assert exact in refused.text
    assert is_problem(too_fine, 422, "bad_cell")
    assert is_problem(endless, 422, "bad_cell")
    assert got(ann, f"{path}/rows", text="true")["rows"][0]["wide"] == "98765432109876543210.75"


# Styles

WAYS = (
    "id;paid;flag;day;at;share;price\n"
    "1;1.234,50;TRUE;31.12.2024;01.02.2025 09:05;12%;€1,234.00\n"
    "2;-0,75;FALSE;01.02.2025;31.12.2024 23:59;7%;-€5.50\n"
    "3;999,00;TRUE;15.03.2025;01.01.2025 00:00;100%;€0.00\n"
)


def test_cells_in_a_style_are_values_and_come_back_as_they_were(ann):
    path = table(ann, WAYS, "ways.csv")

    body = got(ann, path)

    shown = {each["name"]: (each["type"], each["style"]) for each in body["columns"]}
    assert shown == {
        "id": ("int64", "0"), "paid": ("decimal(18,2)", "#.##0,0"), "flag": ("bool", "TRUE/FALSE"),
        "day": ("date", "dd.MM.yyyy"), "at": ("timestamp", "dd.MM.yyyy HH:mm"), "share": ("int64", "0%"),
        "price": ("decimal(18,2)", "€#,##0.0"),
    }  # fmt: skip
    first = body["rows"][0]
    assert (first["paid"], first["flag"], first["day"], first["share"]) == (1234.5, True, "2024-12-31", 12)
    assert (first["at"], first["price"]) == ("2025-02-01T09:05:00", 1234.0)
    assert body["aggregates"]["share"]["sum"] == 119
    written = got(ann, f"{path}/rows", text=True)["rows"]
    assert [each["paid"] for each in written] == ["1.234,50", "-0,75", "999,00"]
    assert ann.get(f"{path}/export?dialect=original").text == WAYS
    late = got(ann, f"{path}/rows", filter="day:gt:31.12.2024", sort="-paid")["rows"]
    assert [each["id"] for each in late] == [3, 2]
    assert [each["id"] for each in got(ann, f"{path}/rows", filter="paid:ge:999")["rows"]] == [1, 3]


@pytest.mark.parametrize("delimiter", [",", ";", "."])
def test_cells_in_a_style_are_quoted_where_they_hold_the_delimiter(ann, delimiter):
    rows = [["n", "paid", "share", "day"], ["1", "1,234.50", "12%", "31/12/2024"], ["2", "0.75", "7%", "01/02/2025"]]
    quoted = [[f'"{cell}"' if delimiter in cell else cell for cell in row] for row in rows]
    content = "".join(delimiter.join(row) + "\n" for row in quoted)

    answer = ann.post(
        "/files", params={"delimiter": delimiter}, files={"file": ("ways.csv", content.encode(), "text/csv")}
    )
    path = f"/datasets/{entry_when(ann, answer.json()['id'])['id']}"
    row = ann.patch(f"{path}/rows/0", json={"paid": "1,000,000.00"}, headers={"If-Match": '"0"'})

    assert row.status_code == 200, row.text
    rows[1][1] = "1,000,000.00"
    assert list(csv.reader(io.StringIO(ann.get(f"{path}/export?dialect=original").text), delimiter=delimiter)) == rows
    assert list(csv.reader(io.StringIO(ann.get(f"{path}/export").text))) == rows
    assert [each["paid"] for each in got(ann, f"{path}/rows")["rows"]] == [1000000.0, 0.75]


def test_edits_of_a_style_are_values_or_texts_and_are_exported_in_it(ann):
    path = table(ann, WAYS, "ways.csv")

    for row, cells in ((0, {"paid": 2000000.25, "flag": False}), (1, {"day": "05.06.2025", "at": "2025-06-05 10:00"})):
        done = ann.patch(f"{path}/rows/{row}", json=cells, headers={"If-Match": f'"{row}"'})
        assert done.status_code == 200, done.text
    refused = ann.patch(f"{path}/rows/2", json={"at": "2025-06-05 10:00:30"}, headers={"If-Match": '"2"'})

    assert (refused.status_code, refused.json()["code"]) == (422, "bad_cell")
    lines = ann.get(f"{path}/export?dialect=original").text.splitlines()
    assert lines[1] == "1;2.000.000,25;FALSE;31.12.2024;01.02.2025 09:05;12%;€1,234.00"
    assert lines[2] == "2;-0,75;FALSE;05.06.2025;05.06.2025 10:00;7%;-€5.50"
    ann.post(f"{path}/restore", json={"version": 0})
    assert ann.get(f"{path}/export?dialect=original").text == WAYS


def test_whatever_looks_at_a_table_takes_cells_in_a_style(ann):
    path = table(ann, WAYS, "ways.csv")
    names = WAYS.splitlines()[0].split(";")

    shown = got(ann, path, text=True)["aggregates"]
    profiles = {name: got(ann, f"{path}/profile", column=name, text=True) for name in names}
    groups = {name: got(ann, f"{path}/aggregate", by=name, measure="sum(share)", text=True)["groups"] for name in names}

    assert (shown["paid"]["min"], shown["paid"]["max"], shown["paid"]["sum"]) == ("-0,75", "1.234,50", 2232.75)
    assert (shown["day"]["min"], shown["day"]["max"]) == ("31.12.2024", "15.03.2025")
    assert profiles["day"]["shape"] == "series"
    assert profiles["share"]["shape"] == profiles["paid"]["shape"] == "histogram"
    assert sorted(each["key"] for each in groups["day"]) == ["01.02.2025", "15.03.2025", "31.12.2024"]
    assert sorted(each["key"] for each in groups["price"]) == ["-€5.50", "€0.00", "€1,234.00"]
    sheet = openpyxl.load_workbook(io.BytesIO(ann.get(f"{path}/export?format=xlsx").content)).active
    assert [str(cell.value) for cell in sheet[2]] == [
        "1",
        "1234.5",
        "True",
        "2024-12-31 00:00:00",
        "2025-02-01 09:05:00",
        "12",
        "1234.0",
    ]
    parquet = pq.read_table(io.BytesIO(ann.get(f"{path}/export?format=parquet").content))
    assert [str(kind) for kind in parquet.schema.types] == [
        "int64", "decimal128(18, 2)", "bool", "date32[day]", "timestamp[us]", "int64", "decimal128(18, 2)"
    ]  # fmt: skip
    lines = [json.loads(line) for line in ann.get(f"{path}/export?format=ndjson").text.splitlines()]
    assert lines[0]["day"] == "2024-12-31"
