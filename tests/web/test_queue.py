"""The queue as it is seen from outside: fair between users, told on every row, and not mute when nothing moves."""

from __future__ import annotations

import re
import signal
import sqlite3

import httpx
import pytest

from live_server import LiveServer, entry_when, wait_until


@pytest.fixture
def served(tmp_path):
    started: list[LiveServer] = []

    def start(**settings: object) -> LiveServer:
        started.append(LiveServer(tmp_path, **settings).start())
        return started[-1]

    yield start
    for each in started:
        each.stop()


def upload(http, name: str, rows: int = 3) -> str:
    body = "a,b\n" + "".join(f"{i},{i}\n" for i in range(rows))
    file_id: str = http.post("/files", files={"file": (name, body)}).json()["id"]
    return file_id


def grown_old(server: LiveServer, seconds: int) -> None:
    with sqlite3.connect(server.data_dir / "metadata.db", timeout=20) as catalog:
        catalog.execute(f"UPDATE job SET run_after = datetime(run_after, '-{seconds} seconds')")


def queue_metrics(http: httpx.Client) -> dict[str, float]:
    pairs = re.findall(r"^parquay_jobs_(\w+) (\S+)$", http.get("/metrics").text, re.MULTILINE)
    return {name: float(value) for name, value in pairs}


def test_one_users_files_do_not_hold_up_anothers(served):
    server = served(workers=1)
    with server.login() as many, server.register("single", "a good password 1") as single:
        (worker,) = server.workers()
        worker.send_signal(signal.SIGSTOP)
        first = [upload(many, f"{i}.csv") for i in range(40)]
        own = upload(single, "own.csv")

        wait_until(lambda: single.get(f"/files/{own}").json()["ahead"] is not None, "a place in the queue")
        told = single.get(f"/files/{own}").json()["ahead"]
        listed = {each["id"]: each["ahead"] for each in many.get("/files", params={"limit": 100}).json()}
        progress = many.get(f"/files/{first[-1]}/progress").json()["ahead"]
        worker.send_signal(signal.SIGCONT)
        done = entry_when(single, own, "done")
        waiting = many.get("/files", params={"status": "processing", "limit": 100}).json()
        ended = [entry_when(many, each, "done") for each in first]

    assert told <= 2
    assert max(each for each in listed.values() if each is not None) >= 38
    assert progress >= 38
    assert len(waiting) >= 20  # the other user's file was done long before
    assert done["ahead"] is None
    assert all(each["ahead"] is None for each in ended)


def test_files_that_nobody_converts_are_told(served):
    server = served(workers=0)
    with server.login() as http:
        assert http.get("/readyz").json()["conversion"] == {"waiting": 0, "late_seconds": 0, "running": 0, "stuck": 0}
        upload(http, "a.csv")
        young = http.get("/readyz")
        grown_old(server, 60)

        answer = http.get("/readyz")
        wait_until(lambda: (told := queue_metrics(http))["waiting"] == 1 and told["late_seconds"] >= 60, "the metrics")

    assert young.status_code == 200
    assert young.json()["conversion"]["waiting"] == 1
    # It has no workers, so it can do its own part: to take uploads.
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert "no worker has taken one" in answer.json()["detail"]


def test_a_file_of_very_many_columns_is_refused_early(served):
    server = served(workers=1)
    row = ",".join(f"c{i}" for i in range(400_000)).encode()
    with server.login() as http:
        wide = http.post("/files", files={"file": ("wide.csv", row + b"\n" + row)}).json()["id"]
        entry = entry_when(http, wide, "error")

    assert entry["error"]["code"] == "too_many_columns"
