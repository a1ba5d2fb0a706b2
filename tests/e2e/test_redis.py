"""Servers with Redis and Celery: what goes through them, and what happens while they are away."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from live_server import LiveServer, clean_environment, entry_when, run_command, wait_until
from machines import WorkerMachine
from redis_server import RedisServer
from s3_server import S3Server

CSV = b"n,word\n1,a\n2,b\n3,c\n"


@pytest.fixture
def redis_server() -> Iterator[RedisServer]:
    server = RedisServer().start()
    yield server
    server.go_on()
    server.kill()


@pytest.fixture
def server(redis_server: RedisServer, new_database: Callable[[], str], tmp_path: Path) -> Iterator[LiveServer]:
    """A server with two processes that hear of jobs by Celery."""
    made = LiveServer(tmp_path, database_url=new_database(), redis_url=redis_server.url, workers=2).start()
    yield made
    made.stop()


def upload(http: httpx.Client, name: str = "few.csv") -> str:
    file_id: str = http.post("/files", files={"file": (name, CSV)}).json()["id"]
    return file_id


def ready(server: LiveServer) -> dict[str, Any]:
    with server.client() as http:
        answer = http.get("/readyz")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


def test_files_are_converted_whatever_becomes_of_redis(server: LiveServer, redis_server: RedisServer):
    """It is there, emptied, paused, killed, and there again: every file is a table, once."""
    with server.login() as http:
        ids = [upload(http)]
        entry_when(http, ids[0], "done")
        assert ready(server)["redis"] == "up"
        with redis_server.client() as client:
            calls = client.info("commandstats")
            assert calls["cmdstat_lpush"]["calls"] >= 1, "a message of a job that is due"
            wait_until(lambda: not list(client.scan_iter("parquay:*:jobs")), "somebody who takes the message")
            client.flushall()
        ids.append(upload(http))
        entry_when(http, ids[-1], "done")
        redis_server.pause()
        ids.append(upload(http))
        entry_when(http, ids[-1], "done")
        redis_server.kill()
        ids += [upload(http) for _ in range(5)]
        for file_id in ids:
            entry_when(http, file_id, "done")
        wait_until(lambda: ready(server)["redis"] == "down", "degraded")
        assert ready(server)["status"] == "degraded"
        assert "parquay_redis_up 0.0" in http.get("/metrics").text
        redis_server.start()
        wait_until(lambda: ready(server)["redis"] == "up", "Redis again")
        ids.append(upload(http))
        entry_when(http, ids[-1], "done")
        for file_id in ids:
            assert http.get(f"/datasets/{file_id}").json()["row_count"] == 3
            assert len(http.get(f"/datasets/{file_id}/versions").json()) == 1


def test_random_numbers_are_kept_in_redis_and_paged_from_the_table(server: LiveServer, redis_server: RedisServer):

    def kept() -> dict[int, float]:
        with redis_server.client() as client:
            key = next(iter(client.scan_iter("*:samples:random")), None)
            members = client.zrange(key, 0, -1) if key else []
        return {int(moment): float(value) for moment, value in (member.split(":") for member in members)}

    wait_until(lambda: len(kept()) >= 3, "samples")
    with server.login() as http:
        redis_server.kill()
        before = http.get("/live/signals/random").json()
        wait_until(lambda: http.get("/live/signals/random").json() != before, "samples without Redis")
        redis_server.start()
        wait_until(lambda: len(kept()) >= 2, "samples in Redis again")
        paged = http.get("/live/signals/random", params={"size": 500}).json()

    stored = {row["timestamp"]: row["value"] for row in paged["samples"]}
    assert set(kept().values()) - set(stored.values()) <= set(list(kept().values())[-1:])


def test_a_killed_celery_process_and_a_killed_worker_lose_no_job(server: LiveServer):
    with server.login() as http:
        entry_when(http, upload(http), "done")
        workers = server.workers()
        assert len(workers) >= 1
        parent = min(workers, key=lambda one: one.create_time())
        for child in parent.children():
            child.kill()
        entry_when(http, upload(http, "after the children.csv"), "done")
        parent.kill()
        entry_when(http, upload(http, "after the parent.csv"), "done")


def test_a_worker_that_hears_by_celery_converts_files_of_an_object_store(
    redis_server: RedisServer, new_database: Callable[[], str], lasting_s3: S3Server, tmp_path: Path
):
    """Its processes are forked, which no client of an object store survives that was used before."""
    settings: dict[str, Any] = {"database_url": new_database(), "redis_url": redis_server.url}
    settings |= {"storage_url": f"s3://{lasting_s3.new_bucket()}", "s3_endpoint": lasting_s3.url}
    worker = WorkerMachine(tmp_path / "worker", **settings).start()
    server = LiveServer(tmp_path, workers=0, **settings).start()
    try:
        with server.login() as http:
            file_id = upload(http)

            entry = entry_when(http, file_id, "done")

            assert entry["row_count"] == 3
            assert http.get(f"/datasets/{file_id}/export").content == CSV
    finally:
        worker.kill()
        server.stop()


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:6379", "must be redis://"),
        ("redis://127.0.0.1:6379/x", "must be redis://"),
        ("sentinel://127.0.0.1:26379", "the master that the Sentinels watch"),
        ("redis://127.0.0.1:6379", "needs PostgreSQL"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(url: str, words: str, tmp_path: Path):
    database = {} if "PostgreSQL" in words else {"database_url": "postgresql://nobody@127.0.0.1:1/none"}
    env = clean_environment(redis_url=url, data_dir=tmp_path, **database)
    done = run_command("serve", env=env, cwd=tmp_path)

    assert done.returncode == 1, done.stderr
    assert done.stderr.startswith("parquay: PARQUAY_REDIS_URL: ")
    assert words in done.stderr
    assert done.stderr.count("\n") == 1
