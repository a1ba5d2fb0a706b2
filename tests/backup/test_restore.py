"""Back from a backup: all or nothing, never into a directory that is used, never what is damaged without a word."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from backup.conftest import InUse, findings, folders_of, restore, settings_of
from parquay.backup.restore import Restore
from parquay.catalog.events import Events
from parquay.cli.main import main
from parquay.errors import Conflict, Damaged, NotFound, StorageFull
from parquay.settings import SettingsError
from parquay.storage.local import marker, replacement
from parquay.storage.local.backup_folder import BackupFolder
from parquay.wiring import build


@pytest.fixture(scope="module")
def copies(in_use: InUse, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup with two tables."""
    target = tmp_path_factory.mktemp("backup") / "copies"
    in_use.table()
    in_use.table("other.csv", b"a\n1\n")
    in_use.backup(target)
    return target


def files_of(data: Path) -> set[str]:
    """What fsck and others would find: the ids of the files in the catalog."""
    services = build(settings_of(data))
    try:
        return services.uploads.files.ids()
    finally:
        services.close()


def test_a_directory_in_use_is_never_touched(in_use: InUse, copies: Path, tmp_path: Path):
    before = files_of(in_use.folders.data)

    with pytest.raises(Conflict, match="in use"):
        restore(copies, in_use.folders.data, force=True)
    restore(copies, tmp_path / "var")
    services = build(settings_of(tmp_path / "var"))  # as a worker has it, or another command
    services.uploads.files.ids()
    try:
        with pytest.raises(Conflict, match="in use"):
            restore(copies, tmp_path / "var", force=True)
    finally:
        services.close()

    assert files_of(in_use.folders.data) == before


def test_what_is_there_is_replaced_only_by_force(in_use: InUse, copies: Path, tmp_path: Path):
    restore(copies, tmp_path / "var")
    in_use.table("third.csv")
    in_use.backup(tmp_path / "later")

    with pytest.raises(Conflict, match="not empty"):
        restore(tmp_path / "later", tmp_path / "var")
    before = files_of(tmp_path / "var")
    report = restore(tmp_path / "later", tmp_path / "var", force=True)

    assert report.files > 0
    assert before < files_of(tmp_path / "var")
    assert findings(tmp_path / "var") == []
    assert [path.name for path in (tmp_path / "var").glob(".rest*")] == []


def test_uploads_and_catalog_may_be_elsewhere(copies: Path, tmp_path: Path):
    settings = settings_of(
        tmp_path / "var",
        storage_url=f"file://{tmp_path / 'bytes'}",
        database_url=f"sqlite:///{tmp_path / 'db' / 'c.db'}",
    )
    from parquay.wiring.backups import data_folders

    Restore(BackupFolder(copies), data_folders(settings)).run()

    services = build(settings)
    assert {path.name for path in (tmp_path / "bytes" / "uploads").glob("*/*")} == services.uploads.files.ids()
    assert (tmp_path / "db" / "c.db").is_file()
    services.close()


def test_events_of_before_are_not_taken_for_those_of_after(copies: Path, tmp_path: Path, in_use: InUse):
    """Whoever followed events further than the backup has them hears that some are missing."""
    last = Events(in_use.services.catalog).span()[1]

    restore(copies, tmp_path / "var")

    services = build(settings_of(tmp_path / "var"))
    removed, newest = Events(services.catalog).span()
    assert removed > last
    file_id = next(iter(services.uploads.files.ids()))
    services.catalog.write(lambda session: services.uploads.files.remove(session, file_id))
    assert Events(services.catalog).span() == (removed, newest + 1)
    services.close()


def damage(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.unlink()
    path.write_bytes(content)


@pytest.mark.parametrize("pattern", ["files/parquet/*/*.parquet", "files/uploads/*/*", "files/metadata.db~*"])
def test_a_damaged_backup_is_not_restored_in_silence(copies: Path, tmp_path: Path, pattern: str):
    shutil.copytree(copies, tmp_path / "copies")
    damage(next((tmp_path / "copies").glob(pattern)))

    with pytest.raises(Damaged, match="Nothing was restored: 1 files"):
        restore(tmp_path / "copies", tmp_path / "var")

    assert not (tmp_path / "var" / "metadata.db").exists()
    assert not replacement.is_half(tmp_path / "var")
    if "metadata" in pattern:
        with pytest.raises(Damaged):
            restore(tmp_path / "copies", tmp_path / "var", skip_damaged=True)
    else:
        assert len(restore(tmp_path / "copies", tmp_path / "var", skip_damaged=True).damaged) == 1
        assert len({code for code, _ in findings(tmp_path / "var")} & {"missing_part", "missing_bytes"}) == 1


def test_what_is_no_backup_is_none(copies: Path, tmp_path: Path, monkeypatch):
    (tmp_path / "empty").mkdir()
    for path in ("empty", "nowhere"):
        with pytest.raises(NotFound):
            restore(tmp_path / path, tmp_path / "var")
    shutil.copytree(copies, tmp_path / "copies")
    manifest = tmp_path / "copies" / "manifest.ndjson"
    manifest.write_text(manifest.read_text()[:-20])
    with pytest.raises(Damaged):
        restore(tmp_path / "copies", tmp_path / "var")
    monkeypatch.setattr("parquay.backup.restore.free", lambda _folder: 1000)
    with pytest.raises(StorageFull):
        restore(copies, tmp_path / "var")
    assert list((tmp_path / "var").glob("[!s]*")) == []


def test_a_backup_of_a_later_version_is_refused(copies: Path, tmp_path: Path, monkeypatch):
    monkeypatch.setattr("parquay.catalog.catalog_copy.revisions", lambda: {"0001"})

    with pytest.raises(Conflict, match="later version"):
        restore(copies, tmp_path / "var")


STEPS = {
    "reading": (BackupFolder, "fetch", 3),
    "replacing the uploads": (replacement.Replacement, "_switch", 0),
    "replacing the tables": (replacement.Replacement, "_switch", 1),
    "replacing the catalog": (replacement.Replacement, "_switch", 2),
    "writing the volume id": (marker.Marker, "write", 0),
}


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("over", [False, True], ids=["into an empty directory", "over another state"])
def test_nobody_starts_on_what_a_killed_restore_left(copies: Path, tmp_path: Path, monkeypatch, step: str, over: bool):
    if over:
        restore(copies, tmp_path / "var")
    before = files_of(tmp_path / "var") if over else set()
    owner, name, calls = STEPS[step]
    with monkeypatch.context() as patch:
        patch.setattr(owner, name, dying_after(getattr(owner, name), calls))
        patch.setattr(replacement.Replacement, "abandon", lambda _: None)  # which a process that was killed does not do
        with pytest.raises(SystemExit):
            restore(copies, tmp_path / "var", force=over)

    with pytest.raises(SettingsError, match="was interrupted"):
        build(settings_of(tmp_path / "var"))
    restore(copies, tmp_path / "var", force=True)

    assert findings(tmp_path / "var") == []
    assert files_of(tmp_path / "var") >= before


def dying_after(method: Callable[..., object], calls: int) -> Callable[..., object]:
    left = calls

    def die(*arguments: object, **options: object) -> object:
        nonlocal left
        if not left:
            raise SystemExit
        left -= 1
        return method(*arguments, **options)

    return die


def test_a_restore_that_was_killed_while_it_removed_the_old_state_is_done(copies: Path, tmp_path: Path, monkeypatch):
    restore(copies, tmp_path / "var")
    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", dying_after(shutil.rmtree, 0))
        with pytest.raises(SystemExit):
            restore(copies, tmp_path / "var", force=True)

    assert findings(tmp_path / "var") == []
    assert list((tmp_path / "var").glob(".rest*")) == [], "the next start removes what is left"


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run a command with settings; return its exit code, and what it says on both streams."""

    def ran(*arguments: object, **settings: object) -> tuple[int, str, str]:
        with monkeypatch.context() as patch:
            for name, value in settings.items():
                patch.setenv(f"PARQUAY_{name.upper()}", str(value))
            patch.setattr("sys.argv", ["parquay", *map(str, arguments)])
            mask = os.umask(0o77)
            try:
                return main(), *capsys.readouterr()
            finally:
                os.umask(mask)

    return ran


def test_the_commands(in_use: InUse, tmp_path: Path, run):
    """In use, twice, in JSON, and what they say of secrets; refused where the bytes or the rows are elsewhere."""
    data, target = in_use.folders.data, tmp_path / "copies"

    first = run("backup", target, data_dir=data)
    second = run("backup", target, "--json", data_dir=data)
    back = run("restore", target, data_dir=tmp_path / "var", secret_key="k" * 40)

    assert [each[0] for each in (first, second, back)] == [0, 0, 0], (first, second, back)
    assert "key that signs tokens is in it" in first[2]
    assert "PARQUAY_SECRET_KEY" in back[2]
    report = json.loads(second[1])
    nothing = {"copied": 0, "copied_bytes": 0, "linked": 0, "deleted": 0, "damaged": []}
    assert report.items() >= {"number": 2, "removed": 1, **nothing}.items()
    assert (target.stat().st_mode | folders_of(tmp_path / "var").catalog.stat().st_mode) & 0o77 == 0


@pytest.mark.parametrize(
    ("arguments", "settings", "code", "why"),
    [
        (("backup", "{data}/copies"), {}, 2, "somewhere else"),
        (("backup", "{new}/copies"), {"data_dir": "{new}/nowhere"}, 1, "no catalog"),
        (("backup", "{new}/copies"), {"database_url": "postgresql://nobody@127.0.0.1:1/none"}, 1, "docs/operations.md"),
        (("restore", "{new}/copies"), {"storage_url": "s3://bucket/prefix"}, 1, "docs/operations.md"),
        (("restore", "{new}/copies"), {}, 1, "no_backup"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(in_use: InUse, tmp_path: Path, run, arguments, settings, code, why):
    there = {"data": in_use.folders.data, "new": tmp_path}
    given = {name: value.format(**there) for name, value in ({"data_dir": "{data}"} | settings).items()}

    found, out, err = run(*(each.format(**there) for each in arguments), **given)

    assert (found, out) == (code, "")
    assert why in err
    assert len(err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []


def test_a_catalog_of_another_version_is_left_alone(copies: Path, tmp_path: Path, run):
    """The server that uses it is an older one: to migrate it would end that."""
    restore(copies, tmp_path / "var")
    services = build(settings_of(tmp_path / "var"))
    with services.catalog.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0001'")
    services.close()

    code, _, err = run("backup", tmp_path / "copies", data_dir=tmp_path / "var")

    assert code == 1
    assert "another version" in err
