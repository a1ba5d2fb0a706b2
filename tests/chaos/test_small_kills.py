"""kill -9 and the loss of everything that was not synced, while clients send small uploads in one request each.

`CHAOS_ROUNDS` says how often (6), `CHAOS_SEED` makes a run repeat its sizes, moments and losses.
"""

from __future__ import annotations

import json
import os
import random
import sqlite3
import subprocess
import threading
from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pytest

from live_server import LiveServer, run_command, wait_until
from tus_user import OCTETS, TUS, TusUser, id_of
from wire import Wire

ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "6"))
SEED = int(os.environ.get("CHAOS_SEED", str(random.SystemRandom().randrange(1 << 32))))
CLIENTS = 8
AT_LEAST = 60
"""Uploads between two kills."""

pytestmark = [pytest.mark.chaos, pytest.mark.slow, pytest.mark.timeout(120 + 20 * ROUNDS)]


@dataclass
class Client:
    """Sends one small file after the other, head and body at once; remembers those that were acknowledged."""

    port: int
    login: dict[str, str]
    chance: random.Random
    stop: threading.Event
    up: threading.Event
    kept: dict[str, bytes] = field(default_factory=dict)
    refused: list[int] = field(default_factory=list)

    def run(self) -> None:
        while not self.stop.is_set():
            try:
                with Wire(self.port) as wire:
                    while not self.stop.is_set():
                        self.send(wire)
            except (OSError, AssertionError):  # the server is gone, maybe in the middle of its answer
                self.up.wait(60)

    def send(self, wire: Wire) -> None:
        data = self.chance.randbytes(self.chance.choice([1, 700, 1024, 16 * 1024]))
        size = str(len(data))
        wire.ask(
            "POST",
            "/files",
            [*TUS.items(), *self.login.items(), *OCTETS.items(), ("Upload-Length", size), ("Content-Length", size)],
            data,
        )
        answer = wire.answer()
        if answer.status == 201:
            self.kept[id_of(answer.get("location") or "")] = data
        else:
            self.refused.append(answer.status)


def unsynced(server: LiveServer) -> list[str]:
    """Ids of the uploads whose bytes wait in the catalog."""
    with closing(sqlite3.connect(f"file:{server.data_dir}/metadata.db?mode=ro", uri=True)) as database:
        return [one for (sizes,) in database.execute("SELECT sizes FROM unsynced") for one, *_ in json.loads(sizes)]


def lose(path: Path, chance: random.Random) -> None:
    """Do to a file that was not synced what a power cut may do."""
    data = path.read_bytes()
    left = chance.choice([None, b"", data[: len(data) // 2], bytes(len(data)), data])
    path.unlink() if left is None else path.write_bytes(left)


def test_no_small_upload_is_lost_with_what_was_not_synced(start_server: Callable[..., LiveServer]):
    print(f"CHAOS_SEED={SEED} CHAOS_ROUNDS={ROUNDS}")
    chance, stop, up = random.Random(SEED), threading.Event(), threading.Event()
    server = start_server(workers=0, session_ttl=86_400)
    login = {"Authorization": f"Bearer {server.token()}"}
    clients = [Client(server.port, login, random.Random(chance.random()), stop, up) for _ in range(CLIENTS)]
    up.set()
    threads = [threading.Thread(target=client.run, daemon=True) for client in clients]
    for thread in threads:
        thread.start()
    lost = 0

    for _ in range(ROUNDS):
        enough = sum(len(client.kept) for client in clients) + chance.randrange(AT_LEAST, 8 * AT_LEAST)
        wait_until(partial(lambda enough: sum(len(client.kept) for client in clients) >= enough, enough), "uploads")
        up.clear()
        server.kill()
        for one in unsynced(server):
            (path,) = (server.data_dir / "uploads").glob(f"*/{one}")
            lose(path, chance)
            lost += 1
        server.start()
        up.set()

    stop.set()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    with server.client(headers=login) as http:
        user = TusUser(server, http)
        kept = {file_id: data for client in clients for file_id, data in client.kept.items()}
        assert [one for one, data in kept.items() if user.content(f"/files/{one}") != data] == []
        assert user.count("SELECT count(*) FROM file WHERE NOT complete") == 0
        jobs = "SELECT count(*) FROM file WHERE (SELECT count(*) FROM job WHERE subject = file.id) <> 1"
        assert user.count(jobs) == 0
        # Of a user's events the last 10,000 are kept, but their numbers have no gaps.
        assert user.count("SELECT max(id) FROM event") == user.count("SELECT count(*) FROM file")
        assert user.count("SELECT count(*) - count(DISTINCT file_id) FROM event") == 0
    wait_until(lambda: not unsynced(server), "synced files")
    assert [status for client in clients for status in client.refused] == []
    assert lost > ROUNDS
    assert server.terminate() == 0
    check_store(server, kept.keys())


def check_store(server: LiveServer, kept: Collection[str]) -> None:
    """What was put and never acknowledged is litter, and nothing else is."""
    paths = list((server.data_dir / "uploads").glob("*/*"))
    for path in paths:
        os.utime(path, (1, 1))  # the young are spared: their row may be on its way
    assert fsck(server, "--repair").returncode == 0
    assert {path.name for path in paths if path.exists()} >= set(kept)
    again = fsck(server)
    assert again.returncode == 0, again.stdout


def fsck(server: LiveServer, *options: str) -> subprocess.CompletedProcess[str]:
    return run_command("fsck", *options, cwd=server.directory, env=server.env)
