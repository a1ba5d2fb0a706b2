"""What comes out of a pipe can be read once only: a conversion keeps it, an upload refuses it."""

from __future__ import annotations

import os
import subprocess
import threading
from pathlib import Path

import pytest

from live_server import PARQUAY, LiveServer, clean_environment

TEXT = "id,city\n1,Ulm\n2,Bonn\n"


def parquay(*arguments: object, stdin: str = "", **settings: object) -> subprocess.CompletedProcess[str]:
    """Run the command with a text in a pipe as its input."""
    return subprocess.run(
        [PARQUAY, *map(str, arguments)],
        env=clean_environment(**settings),
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def fifo(tmp_path: Path):
    """A pipe with a name out of which the text comes."""
    path = tmp_path / "pipe.csv"
    os.mkfifo(path)
    writer = threading.Thread(target=lambda: path.write_text(TEXT))
    writer.start()
    yield path
    os.close(os.open(path, os.O_RDONLY | os.O_NONBLOCK))  # lets a writer go whose text nobody wanted
    writer.join()


def test_a_pipe_is_converted(tmp_path: Path):
    done = parquay("convert", "/dev/stdin", tmp_path / "out.csv", stdin=TEXT)

    assert done.returncode == 0, done.stderr
    assert "2 rows, 2 columns" in done.stderr
    assert (tmp_path / "out.csv").read_text() == TEXT


def test_a_pipe_with_a_name_is_converted(fifo: Path, tmp_path: Path):
    done = parquay("convert", fifo, tmp_path / "out.csv")

    assert done.returncode == 0, done.stderr
    assert (tmp_path / "out.csv").read_text() == TEXT


def test_a_pipe_among_many_files_is_refused(tmp_path: Path):
    done = parquay("convert", "/dev/stdin", "--out-dir", tmp_path, stdin=TEXT)

    assert (done.returncode, done.stderr.startswith("parquay: /dev/stdin: no file; a pipe")) == (2, True)


def test_a_pipe_is_not_uploaded(shared_server: LiveServer):
    with shared_server.register("piper", "the secret of the piper") as http:
        token = shared_server.token("piper", "the secret of the piper")
        done = parquay("upload", "/dev/stdin", stdin=TEXT, url=shared_server.url, token=token)

        assert (done.returncode, done.stdout) == (1, "")
        assert "/dev/stdin: not a file" in done.stderr
        assert http.get("/files").json() == []
