"""Backups in a loop while clients upload, edit and delete and old versions go, some of them killed: each is whole.

`CHAOS_BACKUPS` says how many (6), `CHAOS_SEED` makes a run repeat its sizes and moments.
"""

from __future__ import annotations

import os
import random
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from live_server import PARQUAY, LiveServer, clean_environment
from tus_user import TusUser

BACKUPS = int(os.environ.get("CHAOS_BACKUPS", "6"))
SEED = int(os.environ.get("CHAOS_SEED", str(random.SystemRandom().randrange(1 << 32))))
CLIENTS = 4

pytestmark = [pytest.mark.chaos, pytest.mark.long, pytest.mark.timeout(300 + 60 * BACKUPS)]


class Busy:
    """A client that uploads in pieces, edits what has become a table, and deletes most of it again."""

    def __init__(self, server: LiveServer, token: str, chance: random.Random, stop: threading.Event) -> None:
        self.server, self.login = server, {"Authorization": f"Bearer {token}"}
        self.chance, self.stop = chance, stop
        self.ids: list[str] = []
        self.steps = 0

    def run(self) -> None:
        with httpx.Client(base_url=self.server.url, timeout=60, trust_env=False, headers=self.login) as http:
            user = TusUser(self.server, http)
            while not self.stop.is_set():
                self.chance.choice([self.upload, self.upload, self.edit, self.edit, self.delete])(user)
                self.steps += 1

    def upload(self, user: TusUser) -> None:
        rows = self.chance.choice([1, 30, 3000, 60_000])
        body = b"number,word\n" + b"".join(b"%d,word %d\n" % (each, each) for each in range(rows))
        url = user.created(len(body), body[: self.chance.randrange(1, len(body))])
        self.ids.append(url[7:])
        if self.chance.random() < 0.8:
            offset = user.offset(url)
            user.patch(url, offset, body[offset:])

    def edit(self, user: TusUser) -> None:
        if self.ids:
            row = f"/datasets/{self.chance.choice(self.ids)}/rows/0"
            assert user.http.patch(row, json={"word": str(self.chance.random())}).status_code in (200, 404, 409)

    def delete(self, user: TusUser) -> None:
        if len(self.ids) > 3:
            user.http.delete(f"/files/{self.ids.pop(self.chance.randrange(len(self.ids)))}")


def command(*arguments: object, data: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [PARQUAY, *map(str, arguments)],
        env=clean_environment(data_dir=data, versions_kept=2),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    said, _ = process.communicate(timeout=120)
    return process.returncode, said


def test_each_backup_restores_to_what_fsck_finds_clean(start_server: Callable[..., LiveServer], tmp_path: Path):
    print(f"CHAOS_SEED={SEED}")
    chance, stop = random.Random(SEED), threading.Event()
    server = start_server(versions_kept=2)
    clients = [Busy(server, server.token(), random.Random(chance.random()), stop) for _ in range(CLIENTS)]
    threads = [threading.Thread(target=client.run, daemon=True) for client in clients]
    for thread in threads:
        thread.start()
    killed = 0
    try:
        time.sleep(2)
        for number in range(BACKUPS):
            sweeping = command("gc", data=server.data_dir) if chance.random() < 0.3 else None
            running = command("backup", tmp_path / "copies", data=server.data_dir)
            if number and chance.random() < 0.4:
                time.sleep(chance.uniform(0.5, 3))
                running.kill()
                killed += ended(running)[0] == -9
            else:
                assert ended(running)[0] == 0, running.args
            if sweeping is not None:
                assert ended(sweeping)[0] == 0
            checked(tmp_path, number, chance)
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)

    print(f"{killed} of {BACKUPS} backups were killed, clients made {[client.steps for client in clients]} steps")
    assert all(client.steps > 1 for client in clients), "a client gave up"


def checked(folder: Path, number: int, chance: random.Random) -> None:
    """Restore what is in the folder now, once more after a kill now and then, and have it checked."""
    data = folder / f"restored-{number}"
    running = command("restore", folder / "copies", data=data)
    if chance.random() < 0.4:
        time.sleep(chance.uniform(0.5, 2))
        running.kill()
        if ended(running)[0] == -9 and (data / ".restoring").exists():
            code, said = ended(command("fsck", data=data))
            assert (code, "was interrupted" in said) == (1, True)
        running = command("restore", folder / "copies", "--force", data=data)
    code, said = ended(running)
    assert code == 0, said
    assert ended(command("fsck", data=data)) == (0, "nothing left to do\n")
