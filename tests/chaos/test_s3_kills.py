"""kill -9 among three servers with data directories of their own that take turns on one bucket and one database.

`CHAOS_ROUNDS` says how often (20; at most 200), `CHAOS_SEED` makes a run repeat its sizes and moments.
"""

from __future__ import annotations

import base64
import os
import random
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from live_server import PARQUAY, LiveServer
from s3_server import S3Server, keys_in
from tus_calls import TUS

ROUNDS = min(200, int(os.environ.get("CHAOS_ROUNDS", "20")))
SEED = int(os.environ.get("CHAOS_SEED", str(random.SystemRandom().randrange(1 << 32))))
SENDERS = 4
SIZES = [1, 70_000, 1_500_000, 12_000_000 if ROUNDS > 20 else 3_000_000]
BLOCK = 1 << 17

pytestmark = [pytest.mark.chaos, pytest.mark.slow, pytest.mark.timeout(180 + 20 * ROUNDS)]


@dataclass
class Sent:
    """A file on its way: its bytes, and how many of them an answer counted."""

    id: str
    data: bytes
    promised: int = 0


@dataclass
class Sender:
    """Sends one file after the other to whichever server answers."""

    servers: list[LiveServer]
    token: str
    chance: random.Random
    stop: threading.Event
    sent: list[Sent] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    moves: int = 0

    def run(self) -> None:
        while not self.stop.is_set():
            data = self.chance.randbytes(self.chance.choice(SIZES))
            while (file_id := self.on_any(partial(self.create, length=len(data)))) is None:
                time.sleep(0.05)
            file = Sent(file_id, data)
            self.sent.append(file)
            while not self.stop.is_set() and file.promised < len(data):
                self.on_any(partial(self.go_on, file=file))

    def finish(self) -> None:
        for file in self.sent:
            while file.promised < len(file.data):
                self.on_any(partial(self.go_on, file=file))

    def on_any(self, call: Callable[[httpx.Client], str | None]) -> str | None:
        self.moves += 1
        url = self.servers[self.moves % len(self.servers)].url
        headers = {**TUS, "Authorization": f"Bearer {self.token}"}
        try:
            with httpx.Client(base_url=url, timeout=20, trust_env=False, headers=headers) as http:
                return call(http)
        except httpx.TransportError:
            return None

    def create(self, http: httpx.Client, length: int) -> str | None:
        name = base64.b64encode(b"chaos.bin").decode()
        answer = http.post("/files", headers={"Upload-Length": str(length), "Upload-Metadata": f"filename {name}"})
        return answer.headers["location"].rpartition("/")[2] if answer.status_code == 201 else None

    def go_on(self, http: httpx.Client, file: Sent) -> None:
        told = http.head(f"/files/{file.id}")
        if told.status_code != 200:
            return
        offset = int(told.headers["upload-offset"])
        if offset < file.promised:
            self.broken.append(f"{file.id}: {file.promised} bytes were counted, then {offset}")
        file.promised = max(file.promised, offset)
        end = min(len(file.data), offset + self.chance.choice([50_000, 1_000_000, len(file.data)]))
        headers = {"Upload-Offset": str(offset), "Content-Type": "application/offset+octet-stream"}
        blocks = (file.data[at : min(at + BLOCK, end)] for at in range(offset, end, BLOCK))
        if offset < end:
            answer = http.patch(
                f"/files/{file.id}", headers={**headers, "Content-Length": str(end - offset)}, content=blocks
            )
            if answer.status_code == 204:
                file.promised = max(file.promised, int(answer.headers["upload-offset"]))


def test_no_counted_byte_is_lost_among_three_servers_on_one_bucket(
    tmp_path_factory: pytest.TempPathFactory, lasting_s3: S3Server, new_database: Callable[[], str]
):
    bucket, database = lasting_s3.new_bucket(), new_database()
    chance, stop = random.Random(SEED), threading.Event()
    settings = {"storage_url": f"s3://{bucket}/shared", "s3_endpoint": lasting_s3.url, "database_url": database}
    servers = [LiveServer(tmp_path_factory.mktemp("machine"), workers=0, **settings) for _ in range(3)]
    try:
        with ThreadPoolExecutor(3) as starting:
            list(starting.map(LiveServer.start, servers))
        senders = [Sender(servers, servers[0].token(), random.Random(SEED + at), stop) for at in range(SENDERS)]
        with ThreadPoolExecutor(SENDERS + 2) as threads:
            running = [threads.submit(sender.run) for sender in senders]
            restarting: list[Future[Any]] = [threads.submit(lambda: None) for _ in servers]
            for number in range(ROUNDS):
                time.sleep(chance.uniform(0.1, 0.6))
                restarting[number % 3].result()
                servers[number % 3].kill()
                restarting[number % 3] = threads.submit(servers[number % 3].start)
            stop.set()
            for each in [*running, *restarting]:
                each.result()
            list(threads.map(Sender.finish, senders))

        assert [broken for sender in senders for broken in sender.broken] == [], f"CHAOS_SEED={SEED}"
        files = [file for sender in senders for file in sender.sent]
        with servers[0].login() as http:
            for file in files:
                assert http.get(f"/files/{file.id}/content").content == file.data, f"CHAOS_SEED={SEED}"
        tidy(servers[0])
        with psycopg.connect(database.replace("+psycopg", "")) as connection:
            named = {key for (key,) in connection.execute("SELECT key FROM chunk")}
        assert {key.removeprefix("shared/") for key in keys_in(lasting_s3.url, bucket, "shared/bytes/")} == named
        assert len(files) >= SENDERS
    finally:
        stop.set()
        for server in servers:
            server.kill()


def tidy(server: LiveServer) -> None:
    command: list[str | Path] = [PARQUAY, "gc"]
    subprocess.run(command, cwd=server.directory, env=server.env, check=True, capture_output=True, timeout=120)
