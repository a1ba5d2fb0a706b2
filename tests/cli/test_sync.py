"""`parquay sync`: every file of a folder is on the server once, whatever ends in between."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from live_server import PARQUAY, LiveServer, clean_environment, entry_when, run_command, wait_until
from parquay.client.resume import UploadBook, key_of
from parquay.client.sync import why_skipped
from parquay.client.tus_client import TUS, encode_metadata
from parquay.client.uploads import metadata_of

_users = iter(range(1000))


class Folder:
    """A folder, an account of its own, and the state directory of whoever runs the command."""

    def __init__(self, server: LiveServer, directory: Path) -> None:
        self.url = server.url
        self.user = f"sync{next(_users)}"
        self.http = server.register(self.user, f"the secret of {self.user}")
        self.path = directory / "folder"
        self.path.mkdir()
        self.env = clean_environment() | {"XDG_STATE_HOME": str(directory / "state")}
        self._login = ("--url", server.url, "--user", self.user, "--password", f"the secret of {self.user}")

    def write(self, name: str, text: str, age: float = 60) -> Path:
        path = self.path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        moment = time.time() - age
        os.utime(path, (moment, moment))
        return path

    def command(self, *more: str) -> list[str]:
        return ["sync", str(self.path), *self._login, "--json", *more]

    def sync(self, *more: str) -> tuple[int, list[dict[str, Any]]]:
        done = run_command(*self.command("--once", *more), env=self.env)
        return done.returncode, [json.loads(line) for line in done.stdout.splitlines()]

    def entries(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.http.get("/files", params={"sort": "name"}).json()
        return found


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    server = LiveServer(tmp_path_factory.mktemp("synced"), allowed_extensions=".csv,.bin")
    yield server.start()
    server.stop()


@pytest.fixture
def folder(server: LiveServer, tmp_path: Path) -> Iterator[Folder]:
    made = Folder(server, tmp_path)
    yield made
    made.http.close()


def events(notes: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return sorted((each["event"], each["path"]) for each in notes)


def test_a_tree_is_uploaded_once_with_its_folders(folder):
    folder.write("a.csv", "n\n1\n")
    folder.write("deep/er/b.csv", "n\n2\n")
    folder.write(".hidden", "x")
    folder.write("c.csv.part", "x")
    (folder.path / "link.csv").symlink_to(folder.path / "a.csv")
    os.mkfifo(folder.path / "pipe")

    first, again = folder.sync(), folder.sync()

    assert first[0] == again[0] == 0
    assert events(first[1]) == [
        ("skipped", ".hidden"), ("skipped", "c.csv.part"), ("skipped", "link.csv"), ("skipped", "pipe"),
        ("uploaded", "a.csv"), ("uploaded", "deep/er/b.csv"),
    ]  # fmt: skip
    assert [each["event"] for each in again[1]] == ["skipped"] * 4
    assert [(each["name"], each["path"]) for each in folder.entries()] == [("a.csv", None), ("b.csv", "deep/er")]


def test_a_changed_file_is_the_next_version_of_its_table(folder):
    folder.write("a.csv", "n\n1\n")
    (note,) = folder.sync()[1]
    entry_when(folder.http, note["id"])
    folder.write("a.csv", "n,m\n2,3\n", age=30)

    code, (changed,) = folder.sync()

    assert (code, changed["event"], changed["id"]) == (0, "replaced", note["id"])
    rows = folder.http.get(f"/datasets/{note['id']}/rows").json()["rows"]
    assert [(row["n"], row["m"]) for row in rows] == [(2, 3)]
    assert len(folder.entries()) == 1
    assert folder.sync() == (0, [])


def test_a_changed_file_is_a_new_one_where_that_is_wanted_or_none_is_a_table(folder):
    folder.write("a.csv", "n\n1\n")
    folder.write("b.bin", "\0\1\2")
    notes = folder.sync()[1]
    for note in notes:
        entry_when(folder.http, note["id"])
    folder.write("a.csv", "n\n2\n", age=30)
    folder.write("b.bin", "\0\1\3", age=30)

    code, changed = folder.sync("--on-change", "new")

    assert (code, events(changed)) == (0, [("uploaded", "a.csv"), ("uploaded", "b.bin")])
    assert len(folder.entries()) == 4


def test_what_is_touched_or_deleted_changes_nothing(folder):
    path = folder.write("a.csv", "n\n1\n")
    folder.sync()
    folder.write("a.csv", "n\n1\n", age=10)

    assert folder.sync() == (0, [])
    path.unlink()
    assert folder.sync() == (0, [])
    assert len(folder.entries()) == 1


def test_without_its_book_the_server_is_asked_what_it_has(folder):
    folder.write("deep/a.csv", "n\n1\n")
    (note,) = folder.sync()[1]
    entry_when(folder.http, note["id"])
    for book in Path(folder.env["XDG_STATE_HOME"]).rglob("*.json"):
        book.unlink()

    assert folder.sync() == (0, [{"event": "known", "path": "deep/a.csv", "id": note["id"], "reason": None}])


def test_killed_again_and_again_it_uploads_nothing_twice(folder):
    for number in range(12):
        folder.write(f"f{number:02}.csv", f"n\n{number}\n")
    for _ in range(3):
        with subprocess.Popen(
            [PARQUAY, *folder.command()], env=folder.env, stdout=subprocess.PIPE, text=True
        ) as running:
            assert running.stdout is not None
            running.stdout.readline()
            running.send_signal(signal.SIGKILL)

    assert folder.sync()[0] == 0
    assert [each["name"] for each in folder.entries()] == [f"f{number:02}.csv" for number in range(12)]


def test_an_upload_whose_answer_was_never_heard_goes_on(folder):
    path = folder.write("a.csv", "n\n1\n")
    key = UploadBook(Path(folder.env["XDG_STATE_HOME"]) / "parquay").creation(key_of(folder.url, path))
    fields = {**metadata_of("a.csv", {}), "relativePath": "a.csv"}
    begun = folder.http.post(
        "/files",
        headers={**TUS, "Upload-Length": "4", "Upload-Metadata": encode_metadata(fields), "Idempotency-Key": key},
    )
    assert begun.status_code == 201

    assert folder.sync()[0] == 0
    (entry,) = folder.entries()
    assert entry["id"] == begun.headers["Location"].rpartition("/")[2]
    assert entry_when(folder.http, entry["id"])["row_count"] == 1


def test_it_goes_on_and_waits_for_files_that_are_being_written(folder):
    command = [PARQUAY, *folder.command("--interval", "0.1", "--stable", "0.5")]
    with subprocess.Popen(command, env=folder.env, stdout=subprocess.PIPE, text=True) as running:
        try:
            path = folder.write("growing.csv", "n\n", age=0)
            for number in range(10):
                with path.open("a") as file:
                    file.write(f"{number}\n")
                time.sleep(0.1)
            (entry,) = wait_until(folder.entries, "the file on the server")
            assert entry["size"] == path.stat().st_size
            other = run_command(*folder.command("--once"), env=folder.env)
            assert (other.returncode, "another process" in other.stderr) == (1, True)
        finally:
            running.send_signal(signal.SIGINT)
        assert running.wait(20) == 130


def test_what_fails_is_said_and_stops_nothing_else(folder):
    folder.write("a.exe", "n\n1\n")
    folder.write("b.csv", "n\n1\n")

    code, notes = folder.sync()

    assert (code, events(notes)) == (1, [("failed", "a.exe"), ("uploaded", "b.csv")])
    assert "extension_not_allowed" in notes[0]["reason"]


def test_names_that_steer_a_terminal_are_one_line_each(folder):
    folder.write("new\nline.csv", "n\n1\n")
    folder.write("esc\x1b[31m.csv", "n\n1\n")
    command = [each for each in folder.command("--once") if each != "--json"]

    done = run_command(*command, env=folder.env)

    assert [line.split("\t")[1] for line in done.stdout.splitlines()] == [r"esc\x1b[31m.csv", r"new\nline.csv"]
    assert "\x1b" not in done.stdout + done.stderr


def test_no_folder_is_wrong_usage(folder):
    assert run_command("sync", str(folder.path / "none"), "--token", "x", env=folder.env).returncode == 2


@pytest.mark.parametrize("name", [".x", "~$a.xlsx", ".#a", "a~", "a.tmp", "a.csv.PART", "a.crdownload", "a.swp"])
def test_names_of_unfinished_files_are_left_out(name):
    assert why_skipped(name, 0o100644)


@pytest.mark.parametrize("name", ["a.csv", "tmp", "part.csv", "a~b.csv", "$a", "department"])
def test_other_names_are_not(name):
    assert why_skipped(name, 0o100644) is None
    assert why_skipped(name, 0o040755) is None
    assert why_skipped(name, 0o120777) == "a symbolic link"
