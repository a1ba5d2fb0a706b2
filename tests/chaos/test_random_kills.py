"""Uploads and conversions under `kill -9` at random moments. `make chaos ROUNDS=500` runs it for hours."""

from __future__ import annotations

import contextlib
import hashlib
import os
import random
import threading
import time
from pathlib import Path

import httpx
import pytest

from big_csv import write_csv
from live_server import LiveServer, entry_when, run_command
from tus_calls import append, create, offset_of, progress_of

ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "4"))
SEED = int(os.environ.get("CHAOS_SEED", "1"))

pytestmark = [pytest.mark.slow, pytest.mark.chaos, pytest.mark.timeout(7200)]


class Sender(threading.Thread):
    """Sends the rest of a file at a bounded pace and notes what the server says it has, until it is gone."""

    def __init__(self, server: LiveServer, file_id: str, path: Path, pace: float) -> None:
        super().__init__()
        self._server = server
        self._file_id = file_id
        self._path = path
        self._pace = pace
        self.acknowledged = 0

    def run(self) -> None:
        with contextlib.suppress(httpx.HTTPError), self._server.login() as http, self._server.login() as other:
            start = offset_of(http, self._file_id)
            self.acknowledged = start

            def sent(_offset: int) -> None:
                time.sleep(self._pace)
                self.acknowledged = max(self.acknowledged, progress_of(other, self._file_id))

            append(http, self._file_id, self._path, start, sent)


def test_no_acknowledged_byte_is_lost_and_every_table_is_whole(start_server, tmp_path: Path):
    chance = random.Random(SEED)
    server = start_server()
    expected: dict[str, tuple[str, int]] = {}

    for number in range(ROUNDS):
        rows = chance.randrange(1, 400_000)
        path = tmp_path / f"round-{number}.csv"
        digest = write_csv(path, rows)
        with server.login() as http:
            file_id = create(http, path)
        expected[file_id] = (digest, rows)
        _send_under_kills(server, file_id, path, chance)

    with server.login() as http:
        for file_id, (digest, rows) in expected.items():
            entry = entry_when(http, file_id, seconds=180)
            assert (entry["status"], entry["row_count"]) == ("done", rows), (SEED, entry)
            assert hashlib.sha256(http.get(f"/files/{file_id}/content").content).hexdigest() == digest, SEED
    assert server.terminate() == 0
    checked = run_command("fsck", cwd=server.directory, env=server.env)
    assert checked.returncode == 0, checked.stdout


def _send_under_kills(server: LiveServer, file_id: str, path: Path, chance: random.Random) -> None:
    """Send a file through one or two kills: of everything, or of the worker alone."""
    for _ in range(chance.randrange(1, 3)):
        sender = Sender(server, file_id, path, chance.uniform(0.0, 0.03))
        sender.start()
        time.sleep(chance.uniform(0.0, 1.5))
        if chance.random() < 0.3:
            for worker in server.workers():
                worker.kill()
        else:
            server.kill()
        sender.join(120)
        assert not sender.is_alive()
        if not server.alive():
            server.start()
        with server.login() as http:
            assert offset_of(http, file_id) >= sender.acknowledged, SEED
    with server.login() as http:
        start = offset_of(http, file_id)
        if start < path.stat().st_size:
            assert append(http, file_id, path, start).status_code == 204
