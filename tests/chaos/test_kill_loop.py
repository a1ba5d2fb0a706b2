"""kill -9 again and again while sixteen clients upload: what was acknowledged is there, and every file ends whole.

`CHAOS_ROUNDS` says how often (15), `CHAOS_SEED` makes a run repeat its sizes and moments.
"""

from __future__ import annotations

import hashlib
import os
import random
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import httpx
import pytest

from live_server import LiveServer, wait_until
from tus_user import TusUser, id_of

KIB = 1 << 10
ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "15"))
SEED = int(os.environ.get("CHAOS_SEED", str(random.SystemRandom().randrange(1 << 32))))
UPLOADERS = 16
TRIMMED = "SELECT min(id) > 1 AND max(file_id = ?) = 0 FROM event"
"""Whether all events of a file are among those that the server has let go: it keeps the last 10,000 of each user."""

pytestmark = [pytest.mark.chaos, pytest.mark.slow, pytest.mark.timeout(120 + 20 * ROUNDS)]


@dataclass
class Source:
    """A file to be uploaded, and what its client was told of it."""

    data: bytes
    url: str = ""
    promised: int = 0
    done: bool = False


@dataclass
class Client:
    """Uploads one file after the other, and comes back whenever the server does."""

    server: LiveServer
    login: dict[str, str]
    chance: random.Random
    stop: threading.Event
    up: threading.Event
    sources: list[Source] = field(default_factory=list)
    broken_promises: list[str] = field(default_factory=list)
    interruptions: int = 0

    def run(self) -> None:
        with httpx.Client(base_url=self.server.url, timeout=30, trust_env=False, headers=self.login) as http:
            user = TusUser(self.server, http)
            while not self.stop.is_set():
                if not self.sources or self.sources[-1].done:
                    size = self.chance.choice([1, 700, 64 * KIB, 300 * KIB, 3000 * KIB])
                    self.sources.append(Source(self.chance.randbytes(size)))
                try:
                    self.go_on(user, self.sources[-1])
                except httpx.TransportError:
                    self.interruptions += 1
                    self.up.wait(60)

    def go_on(self, user: TusUser, source: Source) -> None:
        """One step: create, or ask for the offset and send the rest."""
        if not source.url:
            answer = user.create(len(source.data))
            if answer.status_code == 201:
                source.url = "/files/" + id_of(answer.headers["location"])
            return
        head = user.head(source.url)
        if head.status_code != 200:
            self.complain(source, f"HEAD was answered with {head.status_code}", head.status_code < 500)
            return
        offset = int(head.headers["upload-offset"])
        self.complain(source, f"{source.promised} bytes were promised, {offset} are there", offset < source.promised)
        source.promised = offset
        if offset == len(source.data):
            source.done = True
            return
        end = offset + self.chance.randrange(1, len(source.data) - offset + 1)
        answer = user.patch(source.url, offset, self.slowly(source.data[offset:end]), Content_Length=str(end - offset))
        if answer.status_code == 204:
            source.promised = int(answer.headers["upload-offset"])
            self.complain(source, "204 with another offset than that of the last byte", source.promised != end)

    def slowly(self, data: bytes):
        for start in range(0, len(data), 256 * KIB):
            yield data[start : start + 256 * KIB]
            time.sleep(self.chance.random() * 0.02)

    def complain(self, source: Source, what: str, wrong: bool) -> None:
        if wrong:
            self.broken_promises.append(f"{source.url}: {what}")


def in_threads(calls: list[Callable[[], None]]) -> list[threading.Thread]:
    threads = [threading.Thread(target=call, daemon=True) for call in calls]
    for thread in threads:
        thread.start()
    return threads


def test_no_acknowledged_byte_is_lost_and_every_file_ends_whole(start_server: Callable[..., LiveServer]):
    print(f"CHAOS_SEED={SEED} CHAOS_ROUNDS={ROUNDS}")
    chance, stop, up = random.Random(SEED), threading.Event(), threading.Event()
    server = start_server(workers=0, session_ttl=86_400)
    login = {"Authorization": f"Bearer {server.token()}"}
    clients = [Client(server, login, random.Random(chance.random()), stop, up) for _ in range(UPLOADERS)]
    up.set()
    threads = in_threads([client.run for client in clients])

    for _ in range(ROUNDS):
        time.sleep(chance.uniform(0.05, 1.0))
        up.clear()
        server.kill()
        server.start()
        up.set()

    stop.set()
    for thread in threads:
        thread.join(60)
        assert not thread.is_alive()
    with httpx.Client(base_url=server.url, timeout=60, trust_env=False, headers=login) as http:
        user = TusUser(server, http)
        uploads = [source for client in clients for source in client.sources if source.url]
        for source in uploads:
            finish(user, source)
            assert hashlib.sha256(user.content(source.url)).digest() == hashlib.sha256(source.data).digest()
            assert user.jobs(source.url) == 1
            ends = user.events(source.url, "file.updated")
            assert ends == 1 or (ends == 0 and user.count(TRIMMED, id_of(source.url)))
            assert user.count("SELECT complete FROM file WHERE id = ?", id_of(source.url)) == 1
        for path in (server.data_dir / "uploads").glob("*/*"):
            assert user.count("SELECT count(*) FROM file WHERE id = ?", path.name) == 1, "bytes that belong to nobody"
    assert [complaint for client in clients for complaint in client.broken_promises] == []
    assert sum(client.interruptions for client in clients) >= ROUNDS
    assert sum(client.sources[0].promised > 0 or client.sources[0].done for client in clients) > UPLOADERS // 2


def finish(user: TusUser, source: Source) -> None:
    """Send the rest of an upload."""

    def sent() -> bool:
        offset = user.offset(source.url)
        assert offset >= source.promised
        return offset == len(source.data) or user.patch(source.url, offset, source.data[offset:]).status_code == 204

    wait_until(sent, "the rest")
