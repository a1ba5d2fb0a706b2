"""Nobody but the owner of a data directory can read what is in it, also in one that was made before."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from live_server import entry_when
from parquay.settings import Settings
from parquay.storage.local.private import keep_private
from parquay.wiring import build


def open_to_others(root: Path) -> list[str]:
    found = [root, *root.rglob("*")]
    return [str(path.relative_to(root)) for path in found if not path.is_symlink() and path.stat().st_mode & 0o077]


@pytest.fixture
def lax():
    """A process that lets others read what it makes."""
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_everything_a_server_makes_is_its_own(lax, start_server):
    server = start_server()
    with server.login() as http:
        made = http.post("/files", files={"file": ("a.csv", b"id,name\n1,a\n")}).json()["id"]
        entry_when(http, made, "done")
        assert http.post(f"/datasets/{made}/rows", json={"id": 2}).status_code == 201
        assert http.get(f"/datasets/{made}?sort=id").status_code == 200

        assert open_to_others(server.data_dir) == []


def test_a_directory_from_before_is_closed_with_one_line(lax, tmp_path, caplog):
    root = tmp_path / "var"
    settings = Settings(_env_file=None, data_dir=root)
    build(settings).close()
    (root / "uploads" / "ab").mkdir(parents=True)
    (root / "uploads" / "ab" / "upload").write_bytes(b"x")
    for path in (root, *root.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)

    build(settings).close()
    build(settings).close()

    assert open_to_others(root) == []
    assert len(caplog.records) == 1
    assert "its owner's alone" in caplog.records[0].getMessage()


def test_what_is_not_ours_in_it_stays_as_it_is(tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "notes.txt").chmod(0o644)
    tmp_path.chmod(0o1777)

    keep_private(tmp_path)

    assert stat.S_IMODE((tmp_path / "notes.txt").stat().st_mode) == 0o644
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o1777
