"""A catalog that is damaged, another program's, or of a newer version: one line that says so, and nothing is changed."""

from __future__ import annotations

import io
import json
import random
import shutil
import sqlite3
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import typer

from live_server import clean_environment, free_port, run_command
from parquay.catalog.session import Catalog
from parquay.cli import upkeep
from parquay.errors import Damaged, ParquayError
from parquay.settings import Settings, SettingsError
from parquay.wiring import build


def settings_of(root: Path) -> Settings:
    return Settings(_env_file=None, data_dir=root)


@pytest.fixture(scope="module")
def _unharmed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("unharmed") / "var"
    services = build(settings_of(root))
    for number in range(300):
        services.accounts.users.create(f"user{number}", "x" * 200)
    services.close()
    return root


@pytest.fixture
def root(_unharmed: Path, tmp_path: Path) -> Path:
    """A data directory with a catalog and nothing else."""
    return shutil.copytree(_unharmed, tmp_path / "var")


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

    ran = run_command(*command, env=clean_environment(data_dir=root, port=free_port()), cwd=root)

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


@pytest.fixture
def checked(root: Path, monkeypatch) -> Callable[..., tuple[int, list[str]]]:
    """Run fsck; return its exit code and the codes of what it found."""
    for name, value in clean_environment(data_dir=root).items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(root)

    def run(*, quick: bool = False, repair: bool = False) -> tuple[int, list[str]]:
        with monkeypatch.context() as patch, io.StringIO() as out:
            patch.setattr(sys, "stdout", out)
            with pytest.raises(typer.Exit) as ended:
                upkeep.fsck(repair=repair, quick=quick, as_json=True)
            return ended.value.exit_code, [json.loads(line)["code"] for line in out.getvalue().splitlines()]

    return run


def pages_of(path: Path, kinds: bytes) -> list[int]:
    """Where pages of these kinds begin (2, 5: inside an index or a table; 10, 13: their leaves); not the first one."""
    content = path.read_bytes()
    return [at for at in range(4096, len(content), 4096) if content[at] in kinds]


def flip(path: Path, at: int, bits: int) -> None:
    content = bytearray(path.read_bytes())
    content[at] ^= bits
    path.write_bytes(content)


@pytest.mark.parametrize("quick", [True, False])
def test_fsck_finds_a_flipped_byte_deep_in_the_catalog_and_believes_it_no_more(root: Path, checked, quick: bool):
    path = root / "metadata.db"
    stray = root / "parquet" / "a-table-that-the-catalog-may-have-lost"
    stray.mkdir()
    assert checked(quick=quick) == (1, ["orphan_parts"])
    flip(path, pages_of(path, b"\x0d")[-1] + 3, 0x40)  # how many cells the page has

    code, found = checked(quick=quick, repair=True)

    assert (code, set(found)) == (1, {"catalog_damaged"})
    assert stray.exists()
    with pytest.raises(Damaged) as refused:
        upkeep.gc()
    assert refused.value.code == "catalog_damaged"
    assert stray.exists()


def test_an_index_that_lost_a_row_is_found_when_all_is_read(root: Path, checked):
    path = root / "metadata.db"
    content = path.read_bytes()
    leaf = next(at for at in reversed(pages_of(path, b"\x0a")) if b"user123" in content[at : at + 4096])
    flip(path, content.index(b"user123", leaf) + 6, 0x08)

    assert checked(quick=True) == (0, [])
    code, found = checked()
    assert (code, set(found)) == (1, {"catalog_damaged"})


def test_a_flip_anywhere_in_the_catalog_ends_fsck_with_a_name(root: Path, checked):
    path = root / "metadata.db"
    whole, chance = path.read_bytes(), random.Random(7)
    held = [at for at, byte in enumerate(whole) if byte]  # most of a small database is empty pages
    found = 0
    for at in chance.choices(held, k=30):
        flip(path, at, 1 << chance.randrange(8))
        try:
            code, codes = checked()
            assert code == bool(codes)
            assert set(codes) <= {"catalog_damaged"}, at
            found += code
        except (SettingsError, ParquayError):  # the command ends with it as its one line
            found += 1
        for each in root.glob("metadata.db-*"):
            each.unlink()
        path.write_bytes(whole)

    assert found > 0
