"""A conversion that hangs: the server says so, its worker ends, and another one converts the file."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from live_server import InstalledServer, LiveServer, entry_when, wait_until

ROWS = 5000
CSV = b"id,name\n" + b"".join(b"%d,name %d\n" % (number, number) for number in range(ROWS))

LIMITS = """
from parquay.catalog import queue
from parquay.jobs import worker

queue.STUCK_SECONDS, worker.HEARTBEAT_SECONDS, worker.HUNG_SECONDS = 1.0, 0.2, 8.0
"""


@pytest.fixture
def impatient(tmp_path: Path) -> Iterator[LiveServer]:
    """A server without workers, whose next ones are given seconds instead of minutes."""
    (tmp_path / "sitecustomize.py").write_text(LIMITS)
    server = InstalledServer(tmp_path, workers=0).start()
    server.env["PYTHONPATH"] = str(tmp_path)  # read where Python starts
    yield server
    server.stop()


def stuck(http: httpx.Client) -> float:
    return float(re.findall(r"^parquay_jobs_stuck (\S+)$", http.get("/metrics").text, re.MULTILINE)[0])


def test_a_worker_that_hangs_is_told_of_and_ended_and_its_file_is_converted(impatient: LiveServer):
    with impatient.login() as http:
        first, file_id = (http.post("/files", files={"file": ("a.csv", CSV)}).json()["id"] for _ in range(2))
    impatient.terminate()
    path = impatient.data_dir / "uploads" / file_id[:2] / file_id
    aside = path.rename(impatient.directory / "aside")
    os.mkfifo(path)  # who opens it to read waits for a writer, for ever
    impatient.env["PARQUAY_WORKERS"] = "1"
    impatient.start()
    (hung,) = wait_until(impatient.workers, "a worker")

    with impatient.login() as http:
        entry_when(http, first, "done")  # from now on the worker has loaded what it needs
        told = wait_until(lambda: (found := http.get("/readyz")).status_code == 503 and found, "news of the hanging")
        assert (told.json()["code"], "1 of the workers hang" in told.json()["detail"]) == ("conversion_stalled", True)
        wait_until(lambda: stuck(http) == 1, "the metric")
        assert http.get(f"/files/{file_id}").json()["status"] == "processing"
        assert hung.is_running()
        aside.rename(path)  # what hangs has the other one open

        assert entry_when(http, file_id, "done")["row_count"] == ROWS
        assert not hung.is_running()
        assert "a run hangs" in impatient.log()
        wait_until(lambda: http.get("/readyz").status_code == 200, "a server that is ready")
        wait_until(lambda: stuck(http) == 0, "the metric")
