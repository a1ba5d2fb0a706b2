"""What the serving process and its worker need while nothing is asked of them."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from live_server import InstalledServer, LiveServer, wait_until

MIB = 1 << 20
IDLE_BYTES = 200 * MIB
"""Resident memory of all processes of a server that has converted nothing yet."""

HEAVY = ("pyarrow", "duckdb", "_duckdb", "deltalake", "numpy", "pandas", "openpyxl", "python_calamine", "polars")
"""Packages that are loaded with the first request or file that needs them."""


@pytest.fixture
def installed_server(tmp_path: Path) -> Iterator[LiveServer]:
    server = InstalledServer(tmp_path).start()
    yield server
    server.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="what a process has loaded is read from /proc")
def test_an_idle_server_has_loaded_nothing_heavy_and_is_small(installed_server: LiveServer):
    server = installed_server
    wait_until(lambda: len(server.processes()) == 2 and settled(server), "a worker that waits for jobs")

    with server.login() as http:
        assert http.get("/files").json() == []
        http.get("/")

    assert [loaded(process) for process in server.processes()] == [set(), set()]
    sizes = [process.memory_info().rss for process in server.processes()]
    assert sum(sizes) <= IDLE_BYTES, [size // MIB for size in sizes]


def test_what_was_not_loaded_is_there_when_it_is_needed(installed_server: LiveServer):
    with installed_server.login() as http:
        made = http.post("/files", files={"file": ("a.csv", b"a,b\n1,x\n2,y\n", "text/csv")}).json()["id"]
        wait_until(lambda: http.get(f"/files/{made}").json()["status"] == "done", "a table")
        assert http.get(f"/datasets/{made}").json()["row_count"] == 2


@pytest.mark.parametrize("kind", [LiveServer, InstalledServer])
def test_a_forked_server_ends_as_an_installed_one_does(kind: type[LiveServer], tmp_path: Path):
    server = kind(tmp_path, workers=0).start()
    group = server.processes()[0].pid
    assert os.getpgid(group) == os.getsid(group) == group
    assert server.terminate() == 0
    assert not psutil.pid_exists(group)

    refused = kind(tmp_path, workers="many")
    with pytest.raises(AssertionError, match=r"\nparquay: PARQUAY_WORKERS: "):
        refused.start()
    assert refused.terminate() == 1


def loaded(process: psutil.Process) -> set[str]:
    """The heavy packages of which a process has mapped a library."""
    folders = {part for mapped in process.memory_maps() for part in Path(mapped.path).parts}
    return {name for name in HEAVY if any(part == name or part.startswith(f"{name}.") for part in folders)}


def settled(server: LiveServer) -> bool:
    """Whether no process of the server used the processor for half a second."""
    before = [sum(process.cpu_times()[:2]) for process in server.processes()]
    time.sleep(0.5)
    return [sum(process.cpu_times()[:2]) for process in server.processes()] == pytest.approx(before, abs=0.02)
