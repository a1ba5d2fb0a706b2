"""kill -9 of `parquay gc --seal` at random moments: every file is exact after each, and nothing is left over at the end.

`CHAOS_ROUNDS` says how often (12), `CHAOS_SEED` makes a run repeat its moments.
"""

from __future__ import annotations

import os
import random
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import httpx
import psycopg
import pytest

from live_server import PARQUAY, LiveServer, wait_until
from parquay.uploads.maintain.seal import SEALING
from s3_server import S3Server, client, keys_in
from tus_calls import TUS

ROUNDS = min(200, int(os.environ.get("CHAOS_ROUNDS", "12")))
SEED = int(os.environ.get("CHAOS_SEED", str(random.SystemRandom().randrange(1 << 32))))
FILES, PIECES, PIECE = 12, 4, 300_000

pytestmark = [pytest.mark.chaos, pytest.mark.long, pytest.mark.timeout(240 + 20 * ROUNDS)]


@pytest.fixture
def bucket(lasting_s3: S3Server) -> str:
    return lasting_s3.new_bucket()


@pytest.fixture
def server(tmp_path: Path, lasting_s3: S3Server, bucket: str, new_database: Callable[[], str]) -> Iterator[LiveServer]:
    url = f"s3://{bucket}/parquay"
    settings = {"storage_url": url, "s3_endpoint": lasting_s3.url, "s3_redirect": "true"}
    made = LiveServer(tmp_path, **settings, database_url=new_database(), workers=0)
    made.start()
    yield made
    made.stop()


def test_files_are_exact_wherever_sealing_ends(server: LiveServer, bucket: str, lasting_s3: S3Server):
    chance = random.Random(SEED)
    killed = 0
    with server.login() as http, connected(server) as database:
        files = {sent_in_pieces(http, data): data for data in (chance.randbytes(PIECES * PIECE) for _ in range(FILES))}
        database.execute("UPDATE file SET active_at = active_at - interval '2 hours', status = 'done'")
        for _ in range(ROUNDS):
            running = sealing(server)
            wait_until(partial(is_at_work, running, database), "sealing", 120, pause=0.01)
            time.sleep(chance.uniform(0, 0.2))
            running.send_signal(signal.SIGKILL)
            killed += running.wait() != 0
            assert {file_id: content(http, file_id)[1] for file_id in files} == files, SEED
        # What a killed one had sent whole may come to be an object behind the next listing.
        wait_until(lambda: sealing(server).wait(120) == 0 and is_tidy(lasting_s3, bucket, database), "tidy bucket", 120)
        came = {file_id: content(http, file_id) for file_id in files}
        rows = database.execute("SELECT file_id, key FROM chunk").fetchall()

    assert came == {file_id: (302, data) for file_id, data in files.items()}, SEED
    assert killed
    assert len({key for _, key in rows}) == FILES, "each is one object"
    assert len(rows) == FILES * PIECES
    assert not client(lasting_s3.url).list_multipart_uploads(Bucket=bucket).get("Uploads")


def sent_in_pieces(http: httpx.Client, data: bytes) -> str:
    created = http.post("/files", headers={**TUS, "Upload-Length": str(len(data))})
    file_id = created.headers["location"].rpartition("/")[2]
    octets = {**TUS, "Content-Type": "application/offset+octet-stream"}
    for start in range(0, len(data), PIECE):
        piece = data[start : start + PIECE]
        http.patch(f"/files/{file_id}", headers={**octets, "Upload-Offset": str(start)}, content=piece)
    return file_id


def content(http: httpx.Client, file_id: str) -> tuple[int, bytes]:
    """The status of a download, and its bytes, from wherever the answer leads to."""
    answer = http.get(f"/files/{file_id}/content")
    if answer.status_code != 302:
        return answer.status_code, answer.content
    return 302, httpx.get(answer.headers["location"], trust_env=False, timeout=60).content


def is_at_work(running: subprocess.Popen[bytes], database: psycopg.Connection[tuple[str, ...]]) -> bool:
    """Whether a file is being sealed, or all of it is over."""
    if running.poll() is not None:
        return True
    return database.execute("SELECT 1 FROM lease WHERE kind = %s LIMIT 1", [SEALING]).fetchone() is not None


def is_tidy(s3: S3Server, bucket: str, database: psycopg.Connection[tuple[str, ...]]) -> bool:
    """Whether every object is named by a row."""
    named = {f"parquay/{key}" for (key,) in database.execute("SELECT key FROM chunk")}
    return set(keys_in(s3.url, bucket, "parquay/bytes/")) == named


def sealing(server: LiveServer, *more: str) -> subprocess.Popen[bytes]:
    command: list[str | Path] = [PARQUAY, "gc", "--seal", *more]
    return subprocess.Popen(command, cwd=server.directory, env=server.env, stdout=subprocess.DEVNULL)


def connected(server: LiveServer) -> psycopg.Connection[tuple[str, ...]]:
    return psycopg.connect(server.env["PARQUAY_DATABASE_URL"].replace("+psycopg", ""), autocommit=True)
