"""The same questions to the engine in this process and to a real Spark Connect server (Sail) over the same Delta tables.

Part of `make large`, which installs the server.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from far_values import ASKED_HERE, CELLS, FILTERS, HERE, STATEMENTS, csv
from live_server import LiveServer, entry_when, free_port, wait_until
from parquay.datasets.query.aggregates import Aggregator
from parquay.datasets.query.engine import Engine
from parquay.datasets.query.groups import Grouper, read_measure
from parquay.datasets.query.plan import columns_of, read_query
from parquay.datasets.query.spark import SparkEngine
from parquay.settings import Settings
from parquay.wiring import Services, build
from s3_server import ACCESS, S3Server

pytestmark = [pytest.mark.long, pytest.mark.timeout(300), pytest.mark.filterwarnings("default")]


@pytest.fixture(scope="module")
def sail() -> Iterator[str]:
    """The URL of a Spark Connect server on this machine."""
    with spark_connect() as url:
        yield url


@contextmanager
def spark_connect(**environment: str) -> Iterator[str]:
    """Run a Spark Connect server and yield its URL."""
    port = free_port()
    program = Path(sys.executable).with_name("sail")
    process = subprocess.Popen(
        [program, "spark", "server", "--ip", "127.0.0.1", "--port", str(port)],
        env=os.environ | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_until(lambda: _listens(port), "the Spark Connect server", 60)
        yield f"sc://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(20)


def _listens(port: int) -> bool:
    import socket

    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Counting(SparkEngine):
    """Counts what it is asked."""

    asked = 0

    def _ask(self, statement: str, tag: str) -> Any:
        self.asked += 1
        return super()._ask(statement, tag)


class Both:
    """A table, the engine here, and the one far away, which is asked however small the table is."""

    def __init__(self, services: Services, file_id: str, url: str) -> None:
        file = services.uploads.files.get(file_id)
        assert file is not None
        self.snapshot = services.tables.tables.snapshot(file)
        self.columns = columns_of(self.snapshot.columns)
        self.here: Engine = services.tables.engine
        self.far = Counting(url, min_rows=1)

    def ask(self, question: Callable[[Engine, SparkEngine | None], Any]) -> Any:
        """The answer from far away; it must be that of the engine here."""
        here, before = question(self.here, None), self.far.asked
        far = question(self.here, self.far)
        assert self.far.is_up(), "the engine failed"
        assert self.far.asked > before, "the engine was not asked"
        assert far == here
        return far


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, sail: str) -> Iterator[Both]:
    server = LiveServer(tmp_path_factory.mktemp("large")).start()
    try:
        with server.login() as http:
            file_id: str = http.post("/files", files={"file": ("values.csv", csv())}).json()["id"]
            entry_when(http, file_id, "done")
            edited(http, file_id)
    finally:
        server.stop()
    services = build(Settings(_env_file=None, data_dir=server.data_dir, port=1))
    yield Both(services, file_id, sail)
    services.close()


def edited(http: httpx.Client, file_id: str) -> None:
    """Make another version: the engine far away must read that one."""
    http.patch(f"/datasets/{file_id}/rows/0", json={"word": "edited"}).raise_for_status()
    http.delete(f"/datasets/{file_id}/rows/5").raise_for_status()


@pytest.mark.parametrize("filters", FILTERS, ids=" and ".join)
def test_aggregates_agree(both: Both, filters: tuple[str, ...]):
    query = read_query(both.columns, filters)

    found = both.ask(lambda here, far: rounded(Aggregator(here, far).columns(both.snapshot, query)))

    assert list(found) == list(CELLS)


def test_what_it_would_round_is_asked_here(both: Both):
    measure, query, asked = read_measure(both.columns, "sum(wide)"), read_query(both.columns), both.far.asked

    found = Grouper(both.here, both.far).groups(both.snapshot, query, both.columns[-1], measure, limit=9)

    assert (both.far.asked, len(found["groups"])) == (asked, 4)


def rounded(found: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Sums of numbers with a binary point depend on the order in which they are added."""
    double = found["double"]
    close = {name: double[name] and float(f"{double[name]:.12e}") for name in ("sum", "mean")}
    return found | {"double": double | close}


@pytest.mark.parametrize("largest", [False, True])
@pytest.mark.parametrize("of", ["count()", "count(word)", "sum(whole)", "sum(price)", "min(day)", "max(word)"])
@pytest.mark.parametrize("by", list(CELLS))
def test_groups_agree(both: Both, by: str, of: str, largest: bool):
    column = next(each for each in both.columns if each.name == by)
    measure, query = read_measure(both.columns, of), read_query(both.columns)

    def question(here: Engine, far: SparkEngine | None) -> Any:
        return Grouper(here, far).groups(both.snapshot, query, column, measure, limit=4, largest=largest)

    assert both.ask(question)["groups"]


@pytest.mark.parametrize(
    "of", ["distinct(word)", "min(zoned)", "max(moment)", "min(clock)", "max(double)", "min(flag)"]
)
def test_measures_of_every_type_agree(both: Both, of: str):
    column, measure = both.columns[-1], read_measure(both.columns, of)
    query = read_query(both.columns, ["whole:lt:100"])

    assert both.ask(lambda here, far: Grouper(here, far).groups(both.snapshot, query, column, measure, limit=9))


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory, sail: str) -> Iterator[tuple[httpx.Client, httpx.Client, str]]:
    """The same table at a server that asks the engine for it and at one that does not."""
    folder = tmp_path_factory.mktemp("served")
    server = LiveServer(folder).start()
    with server.login() as http:
        file_id: str = http.post("/files", files={"file": ("t", csv())}).json()["id"]
        entry_when(http, file_id, "done")
        edited(http, file_id)
        more: str = http.post("/files", files={"file": ("more.csv", csv())}).json()["id"]
        entry_when(http, more, "done")
        http.post(f"/datasets/{file_id}/append", json={"file_id": more, "again": True}).raise_for_status()
    server.stop()
    shutil.copytree(folder, copied := tmp_path_factory.mktemp("copied"), dirs_exist_ok=True)
    servers = LiveServer(folder, engine_url=sail, engine_min_rows=1).start(), LiveServer(copied).start()
    try:
        with servers[0].login() as far, servers[1].login() as here:
            yield far, here, file_id
    finally:
        for each in servers:
            each.stop()


@pytest.mark.parametrize("query", STATEMENTS + ASKED_HERE)
def test_a_statement_has_the_same_answer(served: tuple[httpx.Client, httpx.Client, str], query: str):
    far, here = (each.post("/sql", json={"query": query}) for each in served[:2])

    assert (far.status_code, here.status_code) == (200, 200)
    assert unordered(far.json()) == unordered(here.json())
    assert served[0].get("/readyz").json()["engine"] == "up", "it was asked, and did not fail"


def unordered(found: dict[str, Any]) -> dict[str, Any]:
    """An answer without the order of its rows, which not every statement says."""
    return found | {"rows": sorted(map(json.dumps, found.get("rows", ())))}


@pytest.mark.parametrize("kind", ["csv", "ndjson", "arrow", "parquet"])
@pytest.mark.parametrize("filters", FILTERS + HERE, ids=" and ".join)
def test_an_export_has_the_same_bytes(
    served: tuple[httpx.Client, httpx.Client, str], filters: tuple[str, ...], kind: str
):
    asked = {"format": kind, "filter": list(filters)}

    far, here = (each.get(f"/datasets/{served[2]}/export", params=asked) for each in served[:2])

    assert (far.status_code, here.status_code) == (200, 200)
    assert far.content == here.content
    assert here.content.count(b"\n") > 1
    assert served[0].get("/readyz").json()["engine"] == "up", "it was asked, and did not fail"


def test_a_server_asks_it_and_does_without_it(tmp_path: Path, sail: str, start_server, monkeypatch):
    """Tables of this size stay here; an engine that is not there keeps no server from starting."""
    for url in (sail, "sc://127.0.0.1:1"):
        server = start_server(engine_url=url)
        with server.login() as http:
            ready = http.get("/readyz").json()
            assert (ready["status"], ready["engine"]) == ("ready", "up")
            file_id = http.post("/files", files={"file": ("values.csv", csv())}).json()["id"]
            entry_when(http, file_id, "done")
            assert http.get(f"/datasets/{file_id}/aggregate", params={"by": "word"}).status_code == 200
        server.stop()


def test_tables_in_an_object_store_are_asked_of_it(
    tmp_path: Path, lasting_s3: S3Server, new_database: Callable[[], str]
):
    shared: dict[str, Any] = {"database_url": new_database(), "storage_url": f"s3://{lasting_s3.new_bucket()}/x"}
    shared["s3_endpoint"] = lasting_s3.url
    query = {"query": "SELECT word, count(*), sum(price), max(moment) FROM t WHERE day > '2000-01-01' GROUP BY ALL"}
    wanted = {"format": "csv", "filter": ["word:eq:edited"]}
    for name in ("here", "far"):
        (tmp_path / name).mkdir()
    here = LiveServer(tmp_path / "here", **shared).start()
    with spark_connect(**ACCESS, AWS_ENDPOINT=lasting_s3.url, AWS_ALLOW_HTTP="true") as url:
        far = LiveServer(tmp_path / "far", **shared, workers=0, engine_url=url, engine_min_rows=1).start()
        try:
            with here.login() as http, far.login() as other:
                file_id = http.post("/files", files={"file": ("t", csv())}).json()["id"]
                entry_when(http, file_id, "done")
                edited(http, file_id)
                answers = [unordered(each.post("/sql", json=query).json()) for each in (http, other)]
                exports = [each.get(f"/datasets/{file_id}/export", params=wanted).content for each in (http, other)]
                ready = other.get("/readyz").json()
        finally:
            far.stop()
            here.stop()

    assert answers[0] == answers[1]
    assert exports[0] == exports[1]
    assert exports[0].count(b"edited") == 1
    assert ready["engine"] == "up"
