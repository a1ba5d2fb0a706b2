"""A process starts on the data directory of its catalog, and on no other."""

from __future__ import annotations

import itertools
import shutil
import subprocess
import threading
import time
from pathlib import Path

import pytest

from live_server import PARQUAY, clean_environment, free_port, run_command
from parquay.catalog.tables import NewFile
from parquay.catalog.unsynced import UnsyncedBytes
from parquay.ids import new_id
from parquay.settings import Settings, SettingsError
from parquay.storage.local.marker import NAME, Marker
from parquay.uploads.maintain.volume import VolumeFindings, VolumeVerdict, decide, reason
from parquay.wiring import build


def settings_of(root: Path, url: str) -> Settings:
    return Settings(_env_file=None, data_dir=root, database_url=url)


def run(env, *arguments, cwd):
    return run_command(*arguments, env=env, cwd=cwd, timeout=60)


def refused(ran, name="PARQUAY_DATA_DIR"):
    assert ran.returncode == 1
    assert len(ran.stderr.strip().splitlines()) == 1, ran.stderr
    assert ran.stderr.startswith(f"parquay: {name}: ")
    return True


@pytest.mark.parametrize(
    "seen",
    [
        VolumeFindings(*volumes, *known)
        for volumes in itertools.product((None, "X"), (None, "", "X", "Y"))
        for known in itertools.product((False, True), repeat=4)
        if not (known[1] and (known[2] or not known[0]))  # what is there is not nothing, and is known
    ],
)
def test_nothing_is_begun_where_another_catalogs_bytes_may_be_or_the_catalogs_are_not(seen):
    verdict = decide(seen)

    if seen.catalog and seen.directory and seen.catalog != seen.directory:
        assert verdict is None
    elif seen.catalog and seen.catalog == seen.directory:
        assert verdict is VolumeVerdict.KEEP
    elif seen.is_known:
        assert verdict is (VolumeVerdict.ADOPT if seen.is_there else None)
    elif not seen.is_empty:
        assert verdict is None
    if verdict is None:
        assert "\n" not in reason(seen)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    """The URL of an empty catalog outside of every data directory."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'catalog' / 'metadata.db'}"
    return request.getfixturevalue("postgres").make(f"volume-{time.time_ns()}")


@pytest.fixture
def root(url, tmp_path):
    """A data directory with a file whose bytes are there."""
    services = build(settings_of(tmp_path / "var", url))
    owner = services.accounts.users.create("ann", "-").id
    file = NewFile(id=new_id(), owner_id=owner, name="a.csv", size=4, offset=4, complete=True, status="processing")
    services.uploads.store.put(file.id, b"a,b\n")
    services.catalog.write(lambda session: services.uploads.files.add(session, file))
    services.close()
    return tmp_path / "var"


def start(root, url):
    """Start as every process does, and end."""
    build(settings_of(root, url)).close()


def test_another_folder_and_an_emptied_one_are_refused_and_the_own_one_is_taken_again(root, url, tmp_path):
    with pytest.raises(SettingsError, match=r"PARQUAY_DATA_DIR: .*empty"):
        start(tmp_path / "elsewhere", url)
    kept = tmp_path / "kept"
    root.rename(kept)
    with pytest.raises(SettingsError, match=r"PARQUAY_DATA_DIR: .*mounted"):
        start(root, url)
    (root / "uploads").mkdir(parents=True, exist_ok=True)
    with pytest.raises(SettingsError, match="PARQUAY_DATA_DIR"):
        start(root, url)
    shutil.rmtree(root)
    kept.rename(root)

    start(root, url)


def test_a_directory_from_before_and_a_lost_id_are_taken_by_their_files(root, url, caplog):
    marker = Marker(root)
    before = marker.read()
    marker.path.unlink()
    start(root, url)
    after_loss = marker.read()
    marker.path.write_bytes(b"\x00damaged")
    start(root, url)

    assert after_loss == marker.read() == before
    told = [record.getMessage() for record in caplog.records]
    assert sum(text.startswith("the volume id of") for text in told) == 2


def test_the_directory_of_another_catalog_is_refused_also_by_an_empty_one(root, url, tmp_path):
    other = f"sqlite:///{tmp_path / 'other.db'}"

    with pytest.raises(SettingsError, match=r"PARQUAY_DATA_DIR: .*another catalog"):
        start(root, other)
    Marker(root).path.unlink()
    with pytest.raises(SettingsError, match=r"PARQUAY_DATA_DIR: .*another catalog"):
        start(root, other)
    start(root, url)


def test_every_command_says_so_in_one_line(tmp_path):
    url = f"sqlite:///{tmp_path / 'metadata.db'}"
    start(tmp_path / "var", url)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    env = {**clean_environment(data_dir="var", database_url=url, port=free_port()), "PARQUAY_PORT": str(free_port())}

    for command in (["worker"], ["serve"]):
        assert refused(run(env, *command, cwd=elsewhere)), command


def test_uploads_elsewhere_are_bound_too(tmp_path):
    store, data = tmp_path / "store", tmp_path / "data"
    settings = Settings(_env_file=None, data_dir=data, storage_url=f"file://{store}")

    build(settings).close()
    assert Marker(store).read() == Marker(data).read()
    (store / NAME).write_text(f"{'A' * 22}\n")
    with pytest.raises(SettingsError, match="PARQUAY_STORAGE_URL"):
        build(settings)


def test_of_processes_that_begin_at_once_on_one_catalog_all_agree_on_one_directory(postgres, tmp_path):
    url = postgres.make(f"at-once-{time.time_ns()}")
    folders = [tmp_path / "one", tmp_path / "two"]
    started = [
        subprocess.Popen(
            [PARQUAY, "fsck"],
            env=clean_environment(data_dir=folder, database_url=url),
            cwd=tmp_path,
            stderr=subprocess.PIPE,
        )
        for folder in folders
    ]
    complaints = [process.communicate(timeout=60)[1].decode() for process in started]
    codes = {(folder.name, process.returncode) for folder, process in zip(folders, started, strict=True)}

    assert codes in ({("one", 0), ("two", 1)}, {("one", 1), ("two", 0)}), complaints


def test_waiting_bytes_are_put_back_on_their_own_volume_only(tmp_path):
    url = f"sqlite:///{tmp_path / 'metadata.db'}"
    services = build(settings_of(tmp_path / "var", url))
    services.accounts.users.create("ann", "-")
    owner = services.accounts.users.list()[0].id
    foreign, own = (
        NewFile(id=new_id(), owner_id=owner, name="a.csv", size=4, offset=4, complete=True, status="processing")
        for _ in range(2)
    )
    UnsyncedBytes(services.catalog, services.uploads.files, "another-volume-entirely").add(
        [(foreign, b"gone")], wait=True
    ).result()
    UnsyncedBytes(services.catalog, services.uploads.files, Marker(tmp_path / "var").read()).add(
        [(own, b"kept")], wait=True
    ).result()

    restored = services.uploads.small.restore()

    assert restored == 1
    assert (services.uploads.store.size(own.id), services.uploads.store.size(foreign.id)) == (4, 0)
    others = UnsyncedBytes(services.catalog, services.uploads.files, "another-volume-entirely")
    assert [kept.data for kept in others.batch(10)[foreign.id].values()] == [b"gone"]
    services.close()


def test_two_that_begin_at_once_in_one_process_share_the_directory(tmp_path):
    url = f"sqlite:///{tmp_path / 'catalog' / 'metadata.db'}"
    build(settings_of(tmp_path / "var", url)).close()
    failures: list[BaseException] = []

    def begin() -> None:
        try:
            build(settings_of(tmp_path / "var", url), migrate=False).close()
        except SettingsError as error:
            failures.append(error)

    threads = [threading.Thread(target=begin) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert failures == []
