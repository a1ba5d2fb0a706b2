"""`kill -9` of two workers that convert one file by ranges, and read it again: the table is that of one reading."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pyarrow.dataset as ds
import pytest

from live_server import LiveServer, wait_until
from parquay.ingest.convert.convert_file import Report, convert_file
from tus_calls import append, create

ROWS = 700_000
KILLS = 4
"""Of workers while a file is converted; a job that has ended five of them is given up."""
SIZES = (4 << 20, 2 << 20, 512 << 10)
"""Bytes of a file that is divided, of a range, of a segment."""
WORKER = Path(__file__).with_name("range_worker.py")

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


def row(i: int, chance: random.Random) -> str:
    if i % 50_000 == 49_999:
        return f"{i},lost"
    late = f"{i}" if i < ROWS * 0.8 else f"{i}.5"
    note = f'"line ""{i}""\nand, more"' if i % 13 == 0 else f"word {chance.randrange(50)}"
    return f"{i},{i}.{i % 100:02d},{late},{note}" + (",0" if i == ROWS // 2 else "")


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Report, Path]:
    """A file, what one reading says of it, and its table."""
    folder, chance = tmp_path_factory.mktemp("big"), random.Random(5)
    path = folder / "rows.csv"
    path.write_text("id,price,late,note\n" + "\n".join(row(i, chance) for i in range(ROWS)) + "\n")
    return path, convert_file(path, folder / "whole.parquet"), folder / "whole.parquet"


class Workers:
    """Two worker processes of one server."""

    def __init__(self, server: LiveServer) -> None:
        self._server = server
        self._running: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        command = [sys.executable, str(WORKER), *map(str, SIZES)]
        self._running.append(subprocess.Popen(command, env=self._server.env, start_new_session=True))

    def kill(self, number: int) -> None:
        process = self._running.pop(number)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(10)

    def stop(self) -> None:
        while self._running:
            self.kill(0)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[LiveServer]:
    server = LiveServer(tmp_path, workers=0).start()
    yield server
    server.stop()


@pytest.fixture
def workers(server: LiveServer) -> Iterator[Workers]:
    workers = Workers(server)
    yield workers
    workers.stop()


def ranges_done(server: LiveServer) -> int:
    """Ranges that are converted and not taken yet."""
    with sqlite3.connect(f"file:{server.data_dir / 'metadata.db'}?mode=ro", uri=True) as catalog:
        query = "SELECT count(*) FROM job WHERE kind = 'range' AND state = 'done'"
        return int(catalog.execute(query).fetchone()[0])


def killed_until(workers: Workers, server: LiveServer, done: Callable[[], bool]) -> int:
    """Kill a worker now and then and start another, then let two of them finish; how many ranges were seen at most."""
    chance, seen = random.Random(7), 0

    def look() -> bool:
        nonlocal seen
        seen = max(seen, ranges_done(server))
        return done()

    workers.start()
    workers.start()
    for _ in range(KILLS):
        until = time.monotonic() + chance.uniform(1.0, 4.0)
        while time.monotonic() < until and not look():
            time.sleep(0.05)
        workers.kill(chance.randrange(2))
        workers.start()
    wait_until(look, "a table", 300)
    workers.stop()
    return seen


def entry_of(http: httpx.Client, file_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = http.get(f"/files/{file_id}").json()
    return answer


def reread_of(http: httpx.Client, file_id: str) -> dict[str, Any]:
    answer: dict[str, Any] = http.get(f"/datasets/{file_id}/reread").json()
    return answer


def assert_is_that_of_one_reading(server: LiveServer, http: httpx.Client, file_id: str, big: Any) -> None:
    _, report, whole = big
    entry = entry_of(http, file_id)
    assert (entry["status"], entry["row_count"], entry["reject_count"]) == ("done", report.rows, report.reject_count)
    assert entry["warnings"] == [each.to_json() for each in report.warnings]
    rejects = http.get(f"/files/{file_id}/rejects?limit=1000").json()["items"]
    wanted = [(each.line, each.byte, each.column, each.code, each.text) for each in report.rejects]
    assert [tuple(each[name] for name in ("line", "byte", "column", "code", "text")) for each in rejects] == wanted
    found = ds.dataset(server.data_dir / entry["parquet_path"]).to_table().sort_by("id")
    table = ds.dataset(whole).to_table()
    assert found.select(table.column_names).equals(table.cast(found.select(table.column_names).schema))
    columns = http.get(f"/datasets/{file_id}").json()["columns"]
    kinds = [(each["name"], each["type"]) for each in columns]
    assert kinds == [(each["name"], each["type"]) for each in report.columns]


def test_a_file_is_converted_and_read_again_by_two_workers_that_are_killed(server, workers, big):
    with server.login() as http:
        file_id = create(http, big[0])
        append(http, file_id, big[0], 0).raise_for_status()

        seen = killed_until(workers, server, lambda: entry_of(http, file_id)["status"] in ("done", "error"))

        assert seen > 0, "no range was converted by a helper"
        assert_is_that_of_one_reading(server, http, file_id, big)

        http.post(f"/datasets/{file_id}/reread", json={}, timeout=60)
        seen = killed_until(workers, server, lambda: reread_of(http, file_id)["state"] in ("done", "failed"))

        ended = reread_of(http, file_id)
        assert (ended["state"], ended["version"]) == ("done", 1)
        assert seen > 0, "no range was read again by a helper"
        assert_is_that_of_one_reading(server, http, file_id, big)
