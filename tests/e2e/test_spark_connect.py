"""The same questions to the engine in this process and to a real Spark Connect server (Sail) over the same Delta tables.

Part of `make large`, which installs the server.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from live_server import LiveServer, entry_when, free_port, wait_until
from parquay.datasets.query.aggregates import Aggregator
from parquay.datasets.query.engine import Engine
from parquay.datasets.query.groups import Grouper, read_measure
from parquay.datasets.query.plan import columns_of, read_query
from parquay.datasets.query.spark import SparkEngine
from parquay.settings import Settings
from parquay.wiring import Services, build

pytestmark = [pytest.mark.long, pytest.mark.timeout(300), pytest.mark.filterwarnings("default")]

CELLS = {
    "whole": ["0", "-7", "9223372036854775807", "-9223372036854775808", "12", ""],
    "price": ["0.10", "-12.25", "99999999.99", "7.00", "3.50", ""],
    "wide": ["12345678901234567.123", "-0.001", "5.000", "1.500", "2.250", ""],
    "double": ["1.5e+00", "-2.2e+10", "1.0e+300", "1.0e-01", "1.0e-300", ""],
    "word": ["", 'Ünï, "quoted"', "zoë", "a'b\\c`d", "日本", "Zoe"],
    "day": ["2024-02-29", "1999-12-31", "2024-03-01", "0001-01-01", "2024-03-01", ""],
    "moment": ["2024-02-29 10:00:00", "1999-12-31 23:59:59", "2024-03-01 00:00:00", "2024-03-01 00:00:01", "", ""],
    "zoned": ["2024-02-29T10:00:00Z", "1999-12-31T23:59:59Z", "2024-03-01T00:00:00Z", "", "2024-03-01T00:00:00Z", ""],
    "clock": ["10:00:00", "23:59:59", "00:00:00", "", "12:30:00", "00:00:01"],
    "flag": ["true", "false", "true", "false", "", "true"],
    "odd `name`; x.y": ["a", "b", "a", "", "c", "b"],
}
ROWS = 240

FILTERS = [
    (), ("whole:gt:0",), ("whole:ne:12",), ("whole:in:12,-7",), ("price:le:7.00",), ("wide:eq:5.000",), ("double:lt:0.1",),
    ("word:contains:o",), ("word:icontains:ZO",), ("word:starts:z",), ("word:eq:a'b\\c`d",), ("word:ne:zoë",), ("word:gt:Zoe",),
    ("word:isnull",), ("day:ge:2024-02-29",), ("day:eq:2024-03-01",), ("moment:lt:2024-03-01 00:00:01",), ("clock:gt:00:00:01",),
    ("zoned:eq:2024-03-01T00:00:00Z",), ("flag:eq:true",), ("flag:isnull:false", "whole:lt:100"), ("odd `name`; x.y:eq:a",),
]  # fmt: skip


def csv() -> bytes:
    import csv as writer
    import io

    text = io.StringIO()
    made = writer.writer(text, lineterminator="\n")
    made.writerow(CELLS)
    for row in range(ROWS):
        made.writerow([cells[(row + shift) % len(cells)] for shift, cells in enumerate(CELLS.values())])
    return text.getvalue().encode()


@pytest.fixture(scope="module")
def sail() -> Iterator[str]:
    """The URL of a Spark Connect server on this machine."""
    port = free_port()
    command: list[str | Path] = [
        Path(sys.executable).with_name("sail"),
        "spark",
        "server",
        "--ip",
        "127.0.0.1",
        "--port",
        str(port),
    ]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
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

    def _ask(self, statement: str) -> Any:
        self.asked += 1
        return super()._ask(statement)


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
