from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from parquay.client.resume import KEPT, UploadBook, UploadBusy, key_of, state_directory

CLAIM = """
import sys, time
from pathlib import Path
from parquay.client.resume import UploadBook
with UploadBook(Path(sys.argv[1])).claim("key"):
    print("claimed", flush=True)
    time.sleep(60)
"""


def test_upload_is_remembered_across_books(tmp_path: Path):
    UploadBook(tmp_path).remember("key", "http://host/files/1")

    assert UploadBook(tmp_path).recall("key") == "http://host/files/1"
    assert UploadBook(tmp_path).recall("other") is None


def test_forgotten_upload_is_gone_and_others_stay(tmp_path: Path):
    book = UploadBook(tmp_path)
    book.remember("one", "http://host/files/1")
    book.remember("two", "http://host/files/2")

    book.forget("one")
    book.forget("never there")

    assert (book.recall("one"), book.recall("two")) == (None, "http://host/files/2")


def test_key_of_a_creation_stays_until_the_upload_is_forgotten(tmp_path: Path):
    book = UploadBook(tmp_path)
    first = book.creation("key")

    assert (UploadBook(tmp_path).creation("key"), book.recall("key")) == (first, None)
    book.remember("key", "http://host/files/1")
    assert (book.creation("key"), book.recall("key")) == (first, "http://host/files/1")
    assert book.creation("other") != first
    book.forget("key")
    assert book.creation("key") != first


def test_entries_of_long_ago_are_dropped(tmp_path: Path):
    old = {"key": {"url": "http://host/files/1", "at": time.time() - KEPT - 1}}
    (tmp_path / "uploads.json").write_text(json.dumps(old))

    assert UploadBook(tmp_path).recall("key") is None


@pytest.mark.parametrize("damage", ["", "{", "[]", '{"key": 3}', '{"key": {"url": "x"}}', "\x00\xff"])
def test_damaged_book_is_an_empty_one(tmp_path: Path, damage: str):
    (tmp_path / "uploads.json").write_text(damage)
    book = UploadBook(tmp_path)

    assert book.recall("key") is None
    book.remember("key", "http://host/files/1")
    assert book.recall("key") == "http://host/files/1"


def test_parallel_runs_lose_no_entry(tmp_path: Path):
    code = "import sys; from pathlib import Path; from parquay.client.resume import UploadBook\n"
    code += "for n in range(30): UploadBook(Path(sys.argv[1])).remember(f'{sys.argv[2]}-{n}', 'http://host')"

    runs = [subprocess.Popen([sys.executable, "-c", code, tmp_path, str(number)]) for number in range(4)]

    assert [run.wait(60) for run in runs] == [0, 0, 0, 0]
    assert len(json.loads((tmp_path / "uploads.json").read_text())) == 120


def test_file_is_claimed_by_one_process_and_free_after_its_death(tmp_path: Path):
    with subprocess.Popen([sys.executable, "-c", CLAIM, tmp_path], stdout=subprocess.PIPE, text=True) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "claimed\n"

        with pytest.raises(UploadBusy), UploadBook(tmp_path).claim("key"):
            pass
        with UploadBook(tmp_path).claim("another file"):
            pass
        other.kill()

    with UploadBook(tmp_path).claim("key"):
        pass


def test_changed_file_is_another_file(tmp_path: Path):
    path = tmp_path / "a.csv"
    path.write_text("a\n1\n")
    before = key_of("http://host", path)

    os.utime(path, ns=(1, 1))

    assert key_of("http://host", path) != before
    assert key_of("http://host", path) != key_of("http://other", path)


def test_state_lies_where_the_xdg_specification_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    assert state_directory() == tmp_path / "parquay"

    monkeypatch.setenv("XDG_STATE_HOME", "relative/is/ignored")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert state_directory() == tmp_path / ".local" / "state" / "parquay"


def test_only_the_user_may_read_the_book(tmp_path: Path):
    UploadBook(tmp_path / "state").remember("key", "http://host/files/1")

    assert (tmp_path / "state").stat().st_mode & 0o077 == 0
