"""Tables in an object store, made by a worker on one machine, read and changed on two others: the same answers."""

from __future__ import annotations

import io
import json
import signal
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import httpx
import psycopg
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable

from faulty_proxy import FaultyProxy
from live_server import LiveServer, entry_when, run_command, wait_until
from machines import Machines
from s3_server import ACCESS, S3Server, client, keys_in
from source_server import source_server

ROWS = 2000
TEXT = "n,city,price\n" + "".join(f"{n},{('Ulm', 'Bonn', 'Köln')[n % 3]},{n / 4:.2f}\n" for n in range(ROWS))


@pytest.fixture(scope="module")
def store(lasting_s3: S3Server) -> Iterator[FaultyProxy]:
    with FaultyProxy(lasting_s3.port) as proxy:
        yield proxy


@pytest.fixture(scope="module")
def bucket(lasting_s3: S3Server) -> str:
    return lasting_s3.new_bucket()


@pytest.fixture(scope="module")
def machines(
    tmp_path_factory: pytest.TempPathFactory, store: FaultyProxy, bucket: str, new_database: Callable[[], str]
) -> Iterator[Machines]:
    """Two API machines and a worker, each with an empty directory of its own."""
    settings: dict[str, Any] = {
        "storage_url": f"s3://{bucket}/parquay",
        "s3_endpoint": store.url,
        "database_url": new_database(),
        "fetch_allow": "127.0.0.1",
    }
    made = Machines(tmp_path_factory.mktemp("machines"), **settings).start()
    yield made
    made.stop()


@pytest.fixture
def http(machines: Machines) -> Iterator[httpx.Client]:
    with machines.login() as http:
        yield http


def uploaded(http: httpx.Client, text: str = TEXT, name: str = "places.csv") -> dict[str, Any]:
    answer = http.post("/files", files={"file": (name, text)})
    answer.raise_for_status()
    return entry_when(http, answer.json()["id"], "done")


def options(server: S3Server) -> dict[str, str]:
    """What somebody outside needs: the address and the keys."""
    return {"endpoint": server.url, "allow_http": "true", **{key.lower(): value for key, value in ACCESS.items()}}


def requests(store: FaultyProxy) -> int:
    return sum(store.met.values())


def got(http: httpx.Client, url: str, **params: str | int) -> Any:
    answer = http.get(url, params=params)
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_table_is_made_read_changed_and_restored_on_three_machines(
    machines: Machines, http: httpx.Client, bucket: str, lasting_s3: S3Server, store: FaultyProxy
):
    entry = uploaded(http)
    table = f"/datasets/{entry['id']}"

    page = got(http, table, size=5, sort="-price")
    etag = http.patch(f"{table}/rows/7", json={"city": "Wien"}).headers["etag"]
    found = [got(http, f"{table}/rows", filter="city:eq:Wien")["rows"] for _ in range(2)]
    added = http.post(f"{table}/rows", json={"n": -1, "city": "Graz", "price": 1})
    groups = [got(http, f"{table}/aggregate", by="city", measure="count(n)")["groups"] for _ in range(2)]
    restored = http.post(f"{table}/restore", json={"version": 0})
    exported = [http.get(f"{table}/export", params={"format": "csv"}).content.decode() for _ in range(2)]
    old = got(http, table, version=1, filter="city:eq:Wien")["rows"]

    assert entry["parquet_path"] == f"s3://{bucket}/parquay/tables/{entry['id'][-2:]}/{entry['id']}"
    assert entry["row_count"] == ROWS
    assert [row["n"] for row in page["rows"]] == [1999, 1998, 1997, 1996, 1995]
    assert etag == '"1"'
    assert [[row["n"] for row in rows] for rows in found] == [[7], [7]]
    assert added.status_code == 201
    assert groups[0] == groups[1]
    assert {each["key"]: each["value"] for each in groups[0]}["Wien"] == 1
    assert restored.status_code in (200, 201), restored.text
    assert exported == [TEXT, TEXT]
    assert [row["n"] for row in old] == [7]
    assert [each["version"] for each in got(http, f"{table}/versions")] == [3, 2, 1, 0]
    for machine in (machines, *machines.others):
        logs = [path.relative_to(machine.data_dir) for path in machine.data_dir.rglob("_delta_log")]
        assert {path.parts[0] for path in logs} <= {"tmp"}, "copies, for as long as the process runs"
    assert any("_delta_log" in key for key in keys_in(lasting_s3.url, bucket, "parquay/tables/"))


def test_the_second_query_of_a_table_sends_no_request(machines: Machines, store: FaultyProxy):
    with LiveServer.login(machines) as http:
        entry = uploaded(http)
    (other,) = machines.others
    table = f"/datasets/{entry['id']}"
    with other.login() as http:
        first = got(http, table, filter="city:eq:Ulm"), got(http, f"{table}/aggregate", by="city")
        before = requests(store)
        again = got(http, table, filter="city:eq:Ulm"), got(http, f"{table}/aggregate", by="city")
        third = got(http, table, filter="city:eq:Bonn", sort="-price"), got(http, f"{table}/rows", limit=10)

        assert again == first
        assert third[0]["matched"] == ROWS // 3 + 1
        assert requests(store) == before


def test_other_programs_read_with_the_keys_of_the_bucket_what_the_page_shows(http: httpx.Client, lasting_s3: S3Server):
    entry = uploaded(http)
    table = f"/datasets/{entry['id']}"
    http.patch(f"{table}/rows/0", json={"city": "Linz"}).raise_for_status()
    http.delete(f"{table}/rows/5").raise_for_status()

    outside = DeltaTable(entry["parquet_path"], storage_options=options(lasting_s3))
    arrow = outside.to_pyarrow_table()
    counted = duckdb.connect().execute("SELECT DISTINCT city FROM arrow ORDER BY city").fetchall()
    exported = pq.read_table(io.BytesIO(http.get(f"{table}/export", params={"format": "parquet"}).content))
    page = got(http, table, size=1000)

    assert outside.version() == page["version"] == 2
    assert arrow.num_rows == page["row_count"] == ROWS - 1
    assert arrow.sort_by("n").to_pylist() == exported.sort_by("n").to_pylist()
    assert [row[0] for row in counted] == ["Bonn", "Köln", "Linz", "Ulm"]
    assert arrow.sort_by("n").slice(0, 3)["n"].to_pylist() == [row["n"] for row in page["rows"][:3]]
    assert pa_csv.read_csv(io.BytesIO(http.get(f"{table}/export").content)).num_rows == ROWS - 1


def test_a_deleted_table_leaves_nothing_in_the_bucket(http: httpx.Client, bucket: str, lasting_s3: S3Server):
    entry = uploaded(http)
    table = f"/datasets/{entry['id']}"
    http.patch(f"{table}/rows/0", json={"city": "Linz"}).raise_for_status()
    prefix = entry["parquet_path"].removeprefix(f"s3://{bucket}/")
    before = keys_in(lasting_s3.url, bucket, prefix)

    http.delete(f"/files/{entry['id']}").raise_for_status()

    assert len(before) == 4  # two parts, two entries
    assert keys_in(lasting_s3.url, bucket, prefix) == []
    assert [http.get(table).status_code for _ in range(2)] == [404, 404]


@pytest.mark.long
def test_fsck_finds_and_mends_parts_and_gc_takes_what_belongs_to_nothing(
    machines: Machines, http: httpx.Client, bucket: str, lasting_s3: S3Server
):
    entry = uploaded(http)
    table = f"/datasets/{entry['id']}"
    prefix = entry["parquet_path"].removeprefix(f"s3://{bucket}/")
    (part,) = (key for key in keys_in(lasting_s3.url, bucket, prefix) if key.endswith(".parquet"))
    s3 = client(lasting_s3.url)
    whole = s3.get_object(Bucket=bucket, Key=part)["Body"].read()
    s3.put_object(Bucket=bucket, Key=part, Body=b"?" * len(whole))
    s3.put_object(Bucket=bucket, Key="parquay/tables/xx/0123456789abcdefghijklxx/part-0.parquet", Body=b"nobody's")

    quick, found = findings(machines, "fsck", "--quick"), findings(machines, "fsck", "--repair")
    again = s3.get_object(Bucket=bucket, Key=part)["Body"].read()
    s3.delete_object(Bucket=bucket, Key=part)
    gone, mended = findings(machines, "fsck", "--quick"), findings(machines, "fsck", "--repair", "--quick")

    assert ("damaged_part", entry["id"]) not in quick
    assert {("damaged_part", entry["id"]), ("orphan_parts", "0123456789abcdefghijklxx")} <= found
    assert again == whole
    assert ("missing_part", entry["id"]) in gone & mended
    assert findings(machines, "fsck") == set()
    assert http.get(f"{table}/export", params={"format": "csv"}).content.decode() == TEXT


@pytest.mark.long
def test_gc_takes_parts_of_no_table_and_leaves_those_of_every_version(
    machines: Machines, http: httpx.Client, bucket: str, lasting_s3: S3Server
):
    entry = uploaded(http)
    table = f"/datasets/{entry['id']}"
    http.patch(f"{table}/rows/0", json={"city": "Linz"}).raise_for_status()
    prefix = entry["parquet_path"].removeprefix(f"s3://{bucket}/")
    kept = keys_in(lasting_s3.url, bucket, prefix)
    nobodys = "parquay/tables/xx/0123456789abcdefghijklxx/part-0.parquet"
    client(lasting_s3.url).put_object(Bucket=bucket, Key=nobodys, Body=b"nobody's")

    tidied = run_command("gc", cwd=machines.directory, env=machines.env)
    assert tidied.returncode == 0, tidied.stderr

    assert keys_in(lasting_s3.url, bucket, prefix) == kept
    assert keys_in(lasting_s3.url, bucket, nobodys) == []
    assert got(http, f"{table}/rows", filter="city:eq:Linz")["rows"][0]["n"] == 0
    assert got(http, f"{table}/rows", filter="city:eq:Linz", version=0)["rows"] == []
    assert "parquay_tables_broken 0.0" in http.get("/metrics").text


def findings(machines: Machines, *command: str) -> set[tuple[str, str]]:
    """What a command finds that somebody runs on the first machine, which has copies of most parts."""
    done = run_command(*command, "--json", cwd=machines.directory, env=machines.env)
    assert done.returncode in (0, 1), done.stderr
    return {(each["code"], each["file_id"]) for each in map(json.loads, done.stdout.splitlines())}


@pytest.mark.long
@pytest.mark.timeout(300)
@pytest.mark.parametrize("end", ["killed", "cut off"])
def test_another_worker_goes_on_with_what_one_had_begun(
    tmp_path: Path, lasting_s3: S3Server, new_database: Callable[[], str], end: str
):
    """Killed, which a worker on the same machine sees at once; or standing still, until its lease is over."""
    settings: dict[str, Any] = {"storage_url": f"s3://{lasting_s3.new_bucket()}", "s3_endpoint": lasting_s3.url}
    machines = Machines(tmp_path, converting=2, **settings, database_url=new_database()).start()
    text = ("n,m,words\n" + "".join(f"{n},{n * 7919 % 1000},{'word' * 20}\n" for n in range(400_000))).encode()
    try:
        with machines.login() as http:
            file_id = http.post("/files", files={"file": ("many.csv", text)}).json()["id"]
            wait_until(lambda: got(http, f"/files/{file_id}/progress")["parse"]["rows"], "the first rows", pause=0.01)
            owner = owner_of(machines, file_id)
            begun = next(each for each in machines.converting if f":{each.pid}:" in owner)
            if end == "killed":
                begun.kill()
            else:
                begun.signal(signal.SIGSTOP)
            assert got(http, f"/files/{file_id}")["status"] == "processing"
            entry = entry_when(http, file_id, "done", seconds=150)
            heir = owner_of(machines, file_id)
            if end != "killed":
                begun.signal(signal.SIGCONT)
                entry_when(http, uploaded(http, "n\n1\n")["id"])

            assert entry["row_count"] == 400_000
            assert http.get(f"/datasets/{file_id}/export").content == text
            assert heir != owner
            assert len(got(http, f"/datasets/{file_id}/versions")) == 1
            assert findings(machines, "fsck") == set()
    finally:
        machines.stop()


def owner_of(machines: Machines, file_id: str) -> str:
    """Who took the conversion of a file last."""
    with psycopg.connect(machines.env["PARQUAY_DATABASE_URL"].replace("+psycopg", "")) as database:
        (found,) = database.execute("SELECT lease_owner, lease_epoch FROM job WHERE subject = %s", [file_id]).fetchall()
    return f"{found[0]} {found[1]}"


def test_a_file_is_fetched_into_chunks_and_goes_on_after_a_cut(http: httpx.Client):
    text = TEXT * 40
    with source_server() as source:
        url = source.put("/fetched.csv", text.encode(), cuts=[500_000])

        entry = entry_when(http, http.post("/fetch", json={"url": url}).json()["id"])

        assert (entry["status"], entry["offset"]) == ("done", len(text.encode()))
        assert http.get(f"/files/{entry['id']}/content").content == text.encode()
        assert "range" in source.requests("/fetched.csv")[1]
