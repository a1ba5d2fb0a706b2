"""`parquay upload` and `parquay files` against the real server, interrupted in every way a day has."""

from __future__ import annotations

import functools
import hashlib
import json
import os
import random
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from cutting_proxy import CuttingProxy
from live_server import PARQUAY, LiveServer, clean_environment, entry_when, wait_until
from parquay.client.resume import UploadBook, key_of

SIZE = 60_000_000

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    return tmp_path / "state"


@pytest.fixture
def big(tmp_path: Path) -> Path:
    path = tmp_path / "big.bin"
    path.write_bytes(random.Random(7).randbytes(SIZE))
    return path


@pytest.fixture
def slow_line(server: LiveServer) -> Iterator[CuttingProxy]:
    """A line to the server that takes 20 MB and then nothing more, until it is let loose."""
    proxy = CuttingProxy(server.port)
    proxy.hold(after=20_000_000)
    yield proxy
    proxy.close()


@pytest.fixture
def start_upload(state: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    running: list[subprocess.Popen[str]] = []

    def start(*arguments: object, user: str = "test", password: str = "password") -> subprocess.Popen[str]:
        command: list[str | Path] = [PARQUAY, "upload", *map(str, arguments), "--user", user, "--password", password]
        env = clean_environment() | {"XDG_STATE_HOME": str(state)}
        # A run that was put in the background ignores Ctrl-C, and so would what it starts.
        heed = functools.partial(signal.signal, signal.SIGINT, signal.SIG_DFL)
        child = subprocess.Popen(
            command,
            env=env,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=heed,  # noqa: PLW1509  this process has no other threads that hold locks
        )
        running.append(child)
        return child

    yield start
    for child in running:
        child.kill()
        child.communicate()


@pytest.fixture
def upload(start_upload) -> Callable[..., subprocess.CompletedProcess[str]]:
    def run(*arguments: object, **login: str) -> subprocess.CompletedProcess[str]:
        child = start_upload(*arguments, **login)
        out, err = child.communicate(timeout=100)
        return subprocess.CompletedProcess(child.args, child.returncode, out, err)

    return run


def assert_arrived(http: httpx.Client, file_id: str, path: Path) -> None:
    entry = entry_when(http, file_id)
    assert (entry["name"], entry["size"]) == (path.name, path.stat().st_size)
    content = http.get(f"/files/{file_id}/content").content
    assert hashlib.sha256(content).digest() == hashlib.sha256(path.read_bytes()).digest()


def received(http: httpx.Client) -> int:
    return sum(entry["offset"] for entry in http.get("/files").json())


def test_file_arrives_and_its_id_is_all_that_stdout_says(server: LiveServer, upload, samples: Path):
    done = upload(samples / "sales.csv", "--url", server.url)

    assert done.returncode == 0, done.stderr
    with server.login() as http:
        entry = entry_when(http, done.stdout.strip())
        assert (entry["status"], entry["row_count"], entry["name"]) == ("done", 5000, "sales.csv")
        assert entry["content_type"] == "text/csv"


def test_a_name_that_is_not_kept_is_said_and_one_that_is_no_text_is_no_obstacle(
    server: LiveServer, upload, tmp_path: Path
):
    turned, broken = tmp_path / "a\u202eb.csv", tmp_path / os.fsdecode(b"c\xff.csv")
    for path in (turned, broken):
        path.write_text(f"a\n{len(path.name)}\n")

    done = upload(turned, broken, "--url", server.url)

    assert done.returncode == 0, done.stderr
    with server.login() as http:
        assert [http.get(f"/files/{each}").json()["name"] for each in done.stdout.split()] == ["ab.csv", "c\ufffd.csv"]
    assert "kept as ab.csv, sent as a\\u202eb.csv" in done.stderr
    assert "kept as c\ufffd.csv" in done.stderr


def test_wait_ends_when_files_are_tables_and_says_which_cannot_be_one(server: LiveServer, upload, samples: Path):
    done = upload(samples / "iris.csv", samples / "header-only.csv", "--wait", "--json", "--url", server.url)

    assert done.returncode == 1
    assert [(each["status"], each["row_count"]) for each in json.loads(done.stdout)] == [("done", 150), ("error", None)]
    assert re.fullmatch(r"parquay: header-only\.csv: .+ \(no_rows\)", done.stderr.strip())


def test_many_files_arrive_under_their_names_and_one_may_fail(start_server, upload, samples: Path, tmp_path: Path):
    server = start_server(allowed_extensions=".csv")
    (tmp_path / "notes.txt").write_text("not wanted here")

    done = upload(samples / "iris.csv", tmp_path / "notes.txt", samples / "planets.csv", "--url", server.url)

    assert done.returncode == 1
    assert "notes.txt" in done.stderr
    with server.login() as http:
        assert [entry_when(http, file_id)["name"] for file_id in done.stdout.split()] == ["iris.csv", "planets.csv"]


def test_upload_goes_on_after_ctrl_c(server: LiveServer, slow_line, start_upload, upload, big: Path, state: Path):
    with server.login() as http:
        first = start_upload(big, "--url", slow_line.url)
        wait_until(lambda: received(http) >= 5_000_000, "some bytes")
        first.send_signal(signal.SIGINT)
        _, err = first.communicate(timeout=30)
        slow_line.let_loose()
        sent = slow_line.sent

        second = upload(big, "--url", slow_line.url)

        assert first.returncode == 130
        assert err == "parquay: stopped\n"
        assert second.returncode == 0, second.stderr
        assert slow_line.sent - sent < SIZE - 2_500_000, "it began anew"
        assert len(http.get("/files").json()) == 1
        assert_arrived(http, second.stdout.strip(), big)
    assert UploadBook(state / "parquay").recall(key_of(slow_line.url, big)) is None


def test_upload_goes_on_by_itself_over_a_kill_of_the_server(server: LiveServer, slow_line, start_upload, big: Path):
    with server.login() as http:
        running = start_upload(big, "--url", slow_line.url)
        wait_until(lambda: received(http) >= 5_000_000, "some bytes")
        server.kill()
        slow_line.let_loose()
    server.start()
    out, err = running.communicate(timeout=100)

    assert running.returncode == 0, err
    assert "again in" in err
    with server.login() as http:
        assert len(http.get("/files").json()) == 1
        assert_arrived(http, out.strip(), big)


def test_second_run_at_the_same_time_is_told(server: LiveServer, slow_line, start_upload, upload, big: Path):
    with server.login() as http:
        first = start_upload(big, "--url", slow_line.url)
        wait_until(lambda: received(http) >= 1_000_000, "some bytes")

        second = upload(big, "--url", slow_line.url)
        slow_line.let_loose()
        out, err = first.communicate(timeout=100)

        assert second.returncode == 1
        assert "already being uploaded" in second.stderr
        assert first.returncode == 0, err
        assert_arrived(http, out.strip(), big)


def test_upload_that_the_server_forgot_is_begun_anew(server: LiveServer, upload, samples: Path, state: Path):
    path = samples / "iris.csv"
    UploadBook(state / "parquay").remember(key_of(server.url, path), f"{server.url}/files/{'A' * 24}")

    done = upload(path, "--url", server.url)

    assert done.returncode == 0, done.stderr
    with server.login() as http:
        assert_arrived(http, done.stdout.strip(), path)


def test_wrong_password_ends_with_one_line(server: LiveServer, upload, samples: Path):
    done = upload(samples / "iris.csv", "--url", server.url, password="wrong")

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)
    assert "login refused" in done.stderr


def test_dead_token_ends_with_one_line(server: LiveServer, samples: Path, state: Path):
    done = subprocess.run(
        [PARQUAY, "upload", samples / "iris.csv", "--url", server.url, "--token", "dead"],
        env=clean_environment() | {"XDG_STATE_HOME": str(state)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (1, "", 1)


def test_files_are_listed_for_people_and_for_scripts(server: LiveServer, upload, samples: Path):
    uploaded = upload(samples / "iris.csv", samples / "header-only.csv", "--url", server.url).stdout.split()
    with server.login() as http:
        for file_id in uploaded:
            entry_when(http, file_id)

    def files(*options: str) -> str:
        command: list[str | Path] = [PARQUAY, "files", *options]
        environment = clean_environment(url=server.url, token=server.token())
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout

    entries = json.loads(files("--json"))
    assert {entry["id"] for entry in entries} == set(uploaded)
    assert len(json.loads(files("--json", "--limit", "1"))) == 1
    table = files()
    assert all(word in table for word in ("iris.csv", "150", "done", "header-only.csv", "no_rows", *uploaded))
