"""kill -9 of workers, of Redis and of PostgreSQL, and an emptied Redis, while tables are uploaded and converted.

Two API machines, two workers, an object store. `CHAOS_ROUNDS` says how often each happens (1; at most 10),
`CHAOS_SEED` makes a run repeat its order and moments.
"""

from __future__ import annotations

import base64
import json
import os
import random
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from live_server import wait_until
from machines import Machines
from postgres_server import PostgresServer
from redis_server import RedisServer
from s3_server import S3Server, client, keys_in
from tus_calls import TUS

ROUNDS = min(10, int(os.environ.get("CHAOS_ROUNDS", "1")))
SEED = int(os.environ.get("CHAOS_SEED", str(random.SystemRandom().randrange(1 << 32))))
UPLOADS = 50
SENDERS = 4
PIECE = 150_000
DONE_SECONDS = 300
WAITING = (404, 409, 423, 503)
"""What a client comes back after: 404 while a creation is not known to have happened."""

pytestmark = [pytest.mark.chaos, pytest.mark.long, pytest.mark.timeout(900 + 60 * ROUNDS)]


@dataclass
class Services:
    """All that runs, and what can be done to it."""

    machines: Machines
    database: PostgresServer
    redis: RedisServer
    s3: S3Server
    bucket: str
    url: str

    def kill_a_worker(self, number: int) -> None:
        worker = self.machines.converting[number % len(self.machines.converting)]
        worker.kill()
        worker.start()

    def kill_redis(self, _: int) -> None:
        self.redis.kill()
        self.redis.start()

    def empty_redis(self, _: int) -> None:
        with self.redis.client() as redis:
            redis.flushall()

    def kill_the_database(self, _: int) -> None:
        self.database.kill()
        self.database.start()


@pytest.fixture
def services(tmp_path: Path, lasting_s3: S3Server) -> Iterator[Services]:
    database, redis = PostgresServer(), RedisServer()
    bucket = lasting_s3.new_bucket()
    try:
        url = database.start().make("chaos")
        redis.start()
        where: dict[str, Any] = {"storage_url": f"s3://{bucket}/p", "s3_endpoint": lasting_s3.url}
        machines = Machines(tmp_path, converting=2, **where, database_url=url, redis_url=redis.url)
        try:
            yield Services(machines.start(), database, redis, lasting_s3, bucket, url)
        finally:
            machines.stop()
    finally:
        redis.kill()
        database.remove()


def test_no_job_is_lost_and_no_table_is_published_twice(services: Services):
    stop, chance = threading.Event(), random.Random(SEED)
    with services.machines.login() as http:
        token = http.headers["Authorization"]
        with ThreadPoolExecutor(SENDERS) as threads:
            sending = [threads.submit(sender, services, token, number, stop) for number in range(SENDERS)]
            what = [services.kill_a_worker, services.kill_redis, services.empty_redis, services.kill_the_database]
            events = [(act, number) for act in what for number in range(ROUNDS)]
            chance.shuffle(events)
            for act, number in events:
                time.sleep(chance.uniform(0.3, 1.5))
                act(number)
            stop.set()
            sent = [each for future in sending for each in future.result()]
        try:
            for file_id, text in sent:
                assert_is_exact(http, file_id, text)
        except AssertionError as wrong:
            raise AssertionError(f"CHAOS_SEED={SEED}") from wrong
    assert len(sent) >= UPLOADS
    assert_published_once(services, [file_id for file_id, _ in sent])


def sender(services: Services, token: str, number: int, stop: threading.Event) -> list[tuple[str, str]]:
    """Send tables one after the other until there are enough and no more is killed."""
    sent: list[tuple[str, str]] = []
    chance = random.Random(SEED + number)
    with services.machines.client(headers={"Authorization": token, **TUS}) as http:
        while len(sent) * SENDERS < UPLOADS or not stop.is_set():
            rows = chance.choice([3, 2_000, 20_000])
            first = chance.randrange(1_000_000)
            text = "n,word\n" + "".join(
                f"{first + n},{number}-{n * 7919 % 1000:03} words and words\n" for n in range(rows)
            )
            sent.append((send(http, text.encode()), text))
    return sent


def send(http: httpx.Client, data: bytes) -> str:
    """Send a file as a client does that comes back for as long as it takes; return its id."""
    name = base64.b64encode(b"table.csv").decode()
    headers = {"Upload-Length": str(len(data)), "Upload-Metadata": f"filename {name}"}
    created = again(lambda: http.post("/files", headers=headers), 201)
    url = "/files/" + created.headers["location"].rpartition("/")[2]
    while True:
        offset = int(again(lambda: http.head(url), 200).headers["upload-offset"])
        if offset == len(data):
            return url.rpartition("/")[2]
        fields = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        again(partial(http.patch, url, headers=fields, content=data[offset : offset + PIECE]), 204, *WAITING)


def again(ask: Callable[[], httpx.Response], *statuses: int) -> httpx.Response:
    """Ask until the answer has one of `statuses`; nothing else may come than that one should wait."""

    def look() -> httpx.Response | None:
        try:
            answer = ask()
        except httpx.TransportError:
            return None
        assert answer.status_code in (*statuses, *WAITING), answer.text
        return answer if answer.status_code in statuses else None

    return wait_until(look, f"an answer of {statuses}", 120, pause=0.1)


def assert_is_exact(http: httpx.Client, file_id: str, text: str) -> None:
    def look() -> dict[str, Any] | None:
        entry: dict[str, Any] = again(lambda: http.get(f"/files/{file_id}"), 200).json()
        return entry if entry["status"] in ("done", "error") else None

    entry = wait_until(look, f"a table of {file_id}", DONE_SECONDS)
    assert (entry["status"], entry["error"]) == ("done", None)
    assert entry["row_count"] == text.count("\n") - 1
    assert http.get(f"/datasets/{file_id}/export").text == text
    assert [each["version"] for each in http.get(f"/datasets/{file_id}/versions").json()] == [0]


def assert_published_once(services: Services, ids: list[str]) -> None:
    """In the log, in the catalog and in the list of jobs."""
    with psycopg.connect(services.url.replace("+psycopg", "")) as database:
        jobs = database.execute("SELECT subject, state FROM job WHERE kind = 'convert'").fetchall()
        found = database.execute("SELECT file_id, max(row_start + rows) FROM segment GROUP BY file_id").fetchall()
    rows: dict[str, int] = dict(found)
    keys = keys_in(services.s3.url, services.bucket, "p/tables/")
    s3 = client(services.s3.url)
    assert sorted(jobs) == sorted((file_id, "done") for file_id in ids)
    for file_id in ids:
        entries = [key for key in keys if f"/{file_id}/_delta_log/" in key and key.endswith(".json")]
        assert [key.rpartition("/")[2] for key in entries] == ["0" * 20 + ".json"]
        lines = s3.get_object(Bucket=services.bucket, Key=entries[0])["Body"].read().splitlines()
        added = [json.loads(line)["add"] for line in lines if b'"add"' in line]
        assert sum(json.loads(each["stats"])["numRecords"] for each in added) == rows[file_id]
