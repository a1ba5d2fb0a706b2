"""`kill -9` at the worst moments: what was acknowledged is there, a table is complete and there once."""

from __future__ import annotations

import contextlib
import hashlib
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pytest
from deltalake import DeltaTable

from big_csv import write_csv
from live_server import PARQUAY, LiveServer, entry_when, wait_until
from tus_calls import append, create, offset_of, progress_of

ROWS = 1_000_000

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A CSV of a million rows (41 MB) and its SHA-256."""
    path = tmp_path_factory.mktemp("big") / "big.csv"
    return path, write_csv(path, ROWS)


class Gate:
    """Holds a sender back at a byte until it is opened, as a slow line would."""

    def __init__(self, at: int) -> None:
        self._at = at
        self._open = threading.Event()

    def open(self) -> None:
        self._open.set()

    def pass_at(self, offset: int) -> None:
        if offset >= self._at:
            assert self._open.wait(100)


@contextlib.contextmanager
def held_upload(server: LiveServer, file_id: str, path: Path, share: float) -> Iterator[Gate]:
    """Send the file from a thread that stops at `share` of it until the gate opens; wait for its end."""
    gate = Gate(int(path.stat().st_size * share))

    def send() -> None:
        with contextlib.suppress(httpx.TransportError), server.login() as http:
            append(http, file_id, path, 0, gate.pass_at)

    sender = threading.Thread(target=send)
    sender.start()
    try:
        yield gate
    finally:
        gate.open()
        sender.join()


def assert_one_whole_table(server: LiveServer, http: httpx.Client, file_id: str, digest: str) -> None:
    """The entry, the bytes and the Parquet parts all tell of the same rows, each once."""
    entry = entry_when(http, file_id, seconds=150)
    assert (entry["status"], entry["row_count"], entry["reject_count"]) == ("done", ROWS, 0), entry
    assert hashlib.sha256(http.get(f"/files/{file_id}/content").content).hexdigest() == digest
    directory = server.data_dir / str(entry["parquet_path"])
    ids = ds.dataset(directory, format="parquet").to_table(columns=["id"])["id"]
    assert len(ids) == ROWS
    assert pc.count_distinct(ids).as_py() == ROWS
    assert pc.min_max(ids).as_py() == {"min": 1_000_000, "max": 1_000_000 + ROWS - 1}
    log, parts = directory / "_delta_log", set(directory.glob("part-*.parquet"))
    assert set(directory.iterdir()) == {log, *parts}
    assert DeltaTable(directory).to_pyarrow_table().num_rows == ROWS


def parsed_in_part(http: httpx.Client, file_id: str) -> bool:
    """Whether the conversion has begun; fails when it is over already, because then nothing can be shown."""
    progress = http.get(f"/files/{file_id}/progress").json()
    assert progress["status"] in {"uploading", "processing"}, f"over before it could be killed: {progress}"
    rows: int = progress["parse"]["rows"]
    return rows > 0


def test_table_is_whole_and_single_when_the_worker_is_killed_in_its_midst(server: LiveServer, big):
    path, digest = big
    with server.login() as http:
        file_id = create(http, path)
        with held_upload(server, file_id, path, 0.75):
            wait_until(lambda: parsed_in_part(http, file_id), "first rows while bytes still arrive", 60, 0.01)
            killed = server.workers()
            for worker in killed:
                worker.kill()

        assert len(killed) == 1
        assert_one_whole_table(server, http, file_id, digest)
        assert {one.pid for one in server.workers()}.isdisjoint({one.pid for one in killed})


def test_table_is_whole_and_single_when_everything_is_killed_mid_conversion(start_server, big):
    path, digest = big
    server = start_server(workers=0)
    with server.login() as http:
        file_id = create(http, path)
        assert append(http, file_id, path, 0).status_code == 204
        with subprocess.Popen([PARQUAY, "worker"], cwd=server.directory, env=server.env) as worker:
            wait_until(lambda: parsed_in_part(http, file_id), "first rows", 60, 0.002)
            subprocess.run([PARQUAY, "worker", "--check"], cwd=server.directory, env=server.env, check=True)
            worker.kill()
            server.kill()

    server.env["PARQUAY_WORKERS"] = "1"
    server.start()
    with server.login() as http:
        assert_one_whole_table(server, http, file_id, digest)


def test_upload_goes_on_from_what_was_acknowledged_when_everything_is_killed_mid_upload(server: LiveServer, big):
    path, digest = big
    size = path.stat().st_size
    with server.login() as http:
        file_id = create(http, path)
        with held_upload(server, file_id, path, 0.5):
            wait_until(lambda: progress_of(http, file_id) >= size // 4, "a quarter of the bytes")
            acknowledged = progress_of(http, file_id)
            server.kill()

    server.start()
    with server.login() as http:
        kept = offset_of(http, file_id)
        assert acknowledged <= kept <= size
        assert append(http, file_id, path, kept).status_code == 204
        assert_one_whole_table(server, http, file_id, digest)
        assert len(http.get("/files").json()) == 1


def test_nothing_of_the_server_is_left_after_sigterm(server: LiveServer):
    processes = server.processes()

    assert server.terminate() == 0

    assert not [one for one in processes if one.is_running() and one.status() != psutil.STATUS_ZOMBIE]


def test_login_outlives_a_kill(server: LiveServer):
    with server.login() as http:
        server.kill()
        server.start()

        assert http.get("/auth/me").json()["username"] == "test"
