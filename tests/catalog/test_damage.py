"""A catalog that is damaged, another program's, or of a newer version: one line that says so, and nothing is changed."""

from __future__ import annotations

import random
import sqlite3
import subprocess
from pathlib import Path

import pytest

from live_server import PARQUAY, clean_environment, free_port
from parquay.catalog.session import Catalog
from parquay.errors import ParquayError
from parquay.settings import Settings, SettingsError
from parquay.wiring import build


def settings_of(root: Path) -> Settings:
    return Settings(_env_file=None, data_dir=root)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A data directory with a catalog and nothing else."""
    parts = build(settings_of(tmp_path / "var"))
    for number in range(300):
        parts.users.create(f"user{number}", "x" * 200)
    parts.close()
    return tmp_path / "var"


def no_database(path: Path) -> None:
    path.write_bytes(random.Random(1).randbytes(60_000))


def no_head(path: Path) -> None:
    path.write_bytes(b"\0" * 100 + path.read_bytes()[100:])


def cut_short(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:5000])


def newer(path: Path) -> None:
    with sqlite3.connect(path) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")


def a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def somebody_elses(path: Path) -> None:
    path.unlink()
    with sqlite3.connect(path) as database:
        database.execute('CREATE TABLE "user" (name TEXT)')


HARMS = [no_database, no_head, cut_short, newer, a_folder, somebody_elses]


@pytest.mark.parametrize("harm", HARMS)
def test_a_catalog_that_cannot_be_used_is_told_in_one_line(root: Path, harm):
    for path in root.glob("metadata.db-*"):
        path.unlink()
    harm(root / "metadata.db")

    with pytest.raises(SettingsError) as refused:
        build(settings_of(root))

    assert "metadata.db: " in str(refused.value)
    assert "\n" not in str(refused.value)
    assert harm is not newer or "another version of Parquay" in str(refused.value)


@pytest.mark.parametrize("command", [["serve"], ["fsck"]])
def test_every_command_ends_with_that_line(root: Path, command: list[str]):
    (root / "metadata.db").write_bytes(b"no database at all" * 400)

    ran = subprocess.run(
        [PARQUAY, *command],
        env=clean_environment(data_dir=root, port=free_port()),
        cwd=root,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )

    assert ran.returncode == 1
    assert len(ran.stderr.strip().splitlines()) == 1, ran.stderr
    assert "not a database" in ran.stderr


def test_damage_that_is_met_later_has_a_name(root: Path):
    path = root / "metadata.db"
    content = bytearray(path.read_bytes())
    for at in range(8192, len(content), 4096):  # every page but the first ones
        content[at : at + 64] = b"\xff" * 64
    catalog = Catalog(f"sqlite:///{path}")
    path.write_bytes(content)

    from parquay.catalog.users import Users

    with pytest.raises(ParquayError) as met:
        Users(catalog).list()

    assert (met.value.status, met.value.code) == (503, "catalog_damaged")
    catalog.close()
