"""A backup of a data directory that is being used: what it has is one moment, whatever happens meanwhile."""

from __future__ import annotations

import json
import os
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backup.conftest import CSV, InUse, findings, folders_of, restore, settings_of
from live_server import LiveServer, entry_when, wait_until
from parquay.backup.manifest import BackupEntry
from parquay.backup.take import Step, decide
from parquay.catalog.tables import now
from parquay.errors import Busy, Conflict
from parquay.storage.local.backup_folder import BackupFolder
from parquay.wiring import build
from tus_user import OCTETS

LONG = CSV + b"".join(b"%d,more %d\n" % (number, number) for number in range(100_000))


def test_everything_is_as_it_was_and_goes_on(in_use: InUse, tmp_path: Path):
    """Accounts, sessions, tables with their versions, and an upload that goes on where it was.

    Parts of a conversion that is on its way may be replaced at any time: they are in no backup, and it begins again.
    """
    table, half = in_use.table(), in_use.tus.created(2 * len(LONG) - 8, LONG)
    in_use.edit(table, "first")
    version = in_use.edit(table, "second")
    wait_until(lambda: list(in_use.folders.path(f"parquet/{half[7:]}").glob("part-*")), "a part of what has arrived")

    report = in_use.backup(tmp_path / "backup")

    in_use.edit(table, "later")
    in_use.tus.patch(half, len(LONG), b"y" * 300)
    assert not report.damaged
    assert not list(BackupFolder(tmp_path / "backup").path(f"parquet/{half[7:]}").rglob("*"))
    restored = LiveServer(tmp_path / "restored")
    restore(tmp_path / "backup", restored.data_dir)
    assert findings(restored.data_dir) == []
    restored.start()
    try:
        with restored.client(headers=dict(in_use.http.headers)) as http:  # the same token
            seen = http.get(f"/datasets/{table}").json()
            assert (seen["version"], seen["rows"][3]["name"]) == (version, "second")
            old = http.get(f"/datasets/{table}", params={"version": version - 1}).json()
            assert old["rows"][3]["name"] == "first"
            assert http.get(f"/files/{table}/content").content == CSV
            http.patch(f"/datasets/{table}/rows/3", json={"name": "again"}).raise_for_status()
            assert http.get(f"/datasets/{table}").json()["version"] == version + 1
            sent = {"Tus-Resumable": "1.0.0", "Upload-Offset": str(len(LONG)), **OCTETS}
            assert http.patch(half, headers=sent, content=LONG[8:]).status_code == 204
            assert entry_when(http, half[7:], "done")["row_count"] == 2 * (LONG.count(b"\n") - 1)
    finally:
        restored.stop()


def test_the_second_run_copies_what_is_new(in_use: InUse, tmp_path: Path):
    in_use.table()
    half = in_use.tus.created(1 << 20, b"x" * 300_000)
    first = in_use.backup(tmp_path / "backup", link=False)

    again = in_use.backup(tmp_path / "backup", link=False)
    in_use.tus.patch(half, 300_000, b"y" * 1000)
    added = in_use.table("more.csv", b"a\n1\n")
    more = in_use.backup(tmp_path / "backup", link=False)

    assert (again.copied, again.number, again.files) == (0, 2, first.files)
    assert more.copied == 1 + 3, "the upload that grew, and upload, log and part of a table"
    grown = 1000
    sizes = [path.stat().st_size for path in in_use.folders.path(f"parquet/{added}").rglob("*") if path.is_file()]
    assert grown < more.copied_bytes < grown + 4 + sum(sizes), "of the upload that grew only what is new"
    restore(tmp_path / "backup", tmp_path / "restored")
    assert findings(tmp_path / "restored") == []
    path = folders_of(tmp_path / "restored").path(f"uploads/{half[7:9]}/{half[7:]}")
    assert path.read_bytes() == b"x" * 300_000 + b"y" * 1000


def test_what_never_changes_is_linked_where_that_can_be_done(in_use: InUse, tmp_path: Path):
    table, half = in_use.table(), in_use.tus.created(1000, b"x" * 400)

    report = in_use.backup(tmp_path / "backup")

    copies = BackupFolder(tmp_path / "backup")
    assert report.linked
    name = f"uploads/{table[:2]}/{table}"
    assert copies.path(name).samefile(in_use.folders.path(name))
    assert not copies.path(f"uploads/{half[7:9]}/{half[7:]}").samefile(
        in_use.folders.path(f"uploads/{half[7:9]}/{half[7:]}")
    )


def test_what_is_deleted_meanwhile_is_deleted_in_the_backup_too(in_use: InUse, tmp_path: Path):
    gone, stays = in_use.table(), in_use.table()
    half = in_use.tus.created(1000, b"x" * 400)

    def delete() -> None:
        for path in (f"/files/{gone}", half):
            assert in_use.http.delete(path).status_code == 204

    report = in_use.backup(tmp_path / "backup", meanwhile=delete)

    assert (report.deleted, report.damaged) == (2, [])
    restore(tmp_path / "backup", tmp_path / "restored")
    assert findings(tmp_path / "restored") == []
    services = build(settings_of(tmp_path / "restored"))
    assert services.uploads.files.known([gone, stays, half[7:]]) == {stays}
    services.close()


def test_what_comes_meanwhile_does_not_count(in_use: InUse, tmp_path: Path):
    table, half = in_use.table(), in_use.tus.created(1000, b"x" * 400)
    version = in_use.edit(table, "before")

    def go_on() -> None:
        in_use.edit(table, "after")
        in_use.tus.patch(half, 400, b"y" * 600)
        in_use.table("new.csv")

    report = in_use.backup(tmp_path / "backup", meanwhile=go_on)

    assert not report.damaged
    restore(tmp_path / "backup", tmp_path / "restored")
    assert findings(tmp_path / "restored") == []
    services = build(settings_of(tmp_path / "restored"))
    file = services.uploads.files.get(table)
    assert file is not None
    assert services.tables.tables.snapshot(file).version == version
    assert services.uploads.store.size(half[7:]) == 400
    services.close()


def test_old_versions_are_not_deleted_while_a_backup_is_taken(in_use: InUse, tmp_path: Path):
    table = in_use.table()
    versions = [in_use.edit(table, f"value {number}") for number in range(4)]
    retention, later = in_use.services.tables.retention, now() + timedelta(hours=2)
    retention.sweep(now(), every=True)
    parts = in_use.services.tables.places.at(table).parts
    before = {each.key for each in parts.list()}

    report = in_use.backup(tmp_path / "backup", meanwhile=lambda: retention.sweep(later, every=True))

    assert not report.damaged
    assert {each.key for each in parts.list()} == before
    retention.sweep(later, every=True)
    assert {each.key for each in parts.list()} < before, "afterwards they are"
    restore(tmp_path / "backup", tmp_path / "restored")
    assert findings(tmp_path / "restored") == []
    services = build(settings_of(tmp_path / "restored", versions_kept=2))
    services.tables.retention.sweep(later, every=True)
    assert services.tables.retention.broken == []
    file = services.uploads.files.get(table)
    assert file is not None
    assert [services.tables.tables.snapshot(file, each).version for each in versions[-2:]] == versions[-2:]
    services.close()


@pytest.mark.long
def test_a_log_whose_old_entries_are_gone_is_read_from_its_checkpoint(in_use: InUse, tmp_path: Path):
    """The copy does without the word for the last checkpoint, the one file that changes."""
    table = in_use.table()
    versions = [in_use.edit(table, f"value {number}") for number in range(43)]
    retention = in_use.services.tables.retention
    for _ in range(2):
        retention.sweep(now() + timedelta(hours=2), every=True)
    log = in_use.folders.path(f"parquet/{table}/_delta_log")
    assert not (log / f"{5:020}.json").exists()

    in_use.backup(tmp_path / "backup")

    restore(tmp_path / "backup", tmp_path / "restored")
    assert not (tmp_path / "restored" / "parquet" / table / "_delta_log" / "_last_checkpoint").exists()
    assert findings(tmp_path / "restored") == []
    services = build(settings_of(tmp_path / "restored", versions_kept=2))
    file = services.uploads.files.get(table)
    assert file is not None
    assert services.tables.tables.snapshot(file).version == versions[-1]
    services.tables.retention.sweep(now() + timedelta(hours=3), every=True)
    assert services.tables.retention.broken == []
    services.close()


def test_damage_is_said_and_the_rest_is_there(in_use: InUse, tmp_path: Path):
    lost, cut, flipped = (in_use.table(f"{name}.csv") for name in ("lost", "cut", "flipped"))
    upload = {each: in_use.folders.path(f"uploads/{each[:2]}/{each}") for each in (lost, cut)}
    upload[lost].unlink()
    os.truncate(upload[cut], 10)
    part = next(in_use.folders.path(f"parquet/{flipped}").glob("part-*"))
    content = bytearray(part.read_bytes())
    content[len(content) // 2] ^= 1
    part.write_bytes(content)
    try:
        report = in_use.backup(tmp_path / "backup")
    finally:
        for file_id in (lost, cut, flipped):
            in_use.http.delete(f"/files/{file_id}")

    assert len(report.damaged) == 3
    assert all(any(each in line for line in report.damaged) for each in (lost, cut, flipped))
    restore(tmp_path / "backup", tmp_path / "restored")
    assert {code for code, _ in findings(tmp_path / "restored")} == {"missing_bytes", "damaged_part"}


def test_one_backup_at_a_time_and_only_into_its_own_folder(in_use: InUse, tmp_path: Path):
    (tmp_path / "letters").mkdir()
    (tmp_path / "letters" / "to mother.txt").write_text("Dear mother")

    with pytest.raises(Conflict, match="not empty"):
        in_use.backup(tmp_path / "letters")
    with BackupFolder(tmp_path / "backup").alone(), pytest.raises(Conflict, match="used by another process"):
        in_use.backup(tmp_path / "backup")
    other = build(settings_of(tmp_path / "other"))
    try:
        InUse(in_use.server, in_use.http, other).backup(tmp_path / "elsewhere")
    finally:
        other.close()
    with pytest.raises(Conflict, match="another data directory"):
        in_use.backup(tmp_path / "elsewhere")


def test_a_process_that_stood_still_makes_no_backup(in_use: InUse, tmp_path: Path, monkeypatch):
    """Its lease was over, so parts may have been deleted."""
    in_use.backup(tmp_path / "backup")
    locks = in_use.services.tables.tables.locks

    def pause() -> None:
        held = next(each for each in locks._leases._held.values() if each.kind == "deletion")
        locks._leases.release(held)

    with pytest.raises(Busy, match="stood still"):
        in_use.backup(tmp_path / "backup", meanwhile=pause)

    first = json.loads((tmp_path / "backup" / "manifest.ndjson").read_text().partition("\n")[0])
    assert first["number"] == 1, "the one before still counts"


class Dying(BackupFolder):
    """The process dies before it has copied its third file."""

    def put(self, *arguments, **options):
        self.count = getattr(self, "count", 0) + 1
        if self.count > 2:
            raise SystemExit
        return super().put(*arguments, **options)

    def extend(self, *arguments, **options):
        copied = super().extend(*arguments, **options)
        raise SystemExit(copied)


def test_a_backup_that_died_leaves_the_one_before(in_use: InUse, tmp_path: Path):
    half = in_use.tus.created(1 << 20, b"x" * 1000)
    in_use.table()
    in_use.backup(tmp_path / "backup")
    in_use.tus.patch(half, 1000, b"y" * 1000)
    for _ in range(4):
        in_use.table()

    with pytest.raises(SystemExit):
        in_use.backup(tmp_path / "backup", folder=Dying)

    restore(tmp_path / "backup", tmp_path / "restored")
    assert findings(tmp_path / "restored") == []
    path = folders_of(tmp_path / "restored").path(f"uploads/{half[7:9]}/{half[7:]}")
    assert path.read_bytes() == b"x" * 1000
    assert in_use.backup(tmp_path / "backup").number == 2
    restore(tmp_path / "backup", tmp_path / "restored again")
    assert findings(tmp_path / "restored again") == []


ENTRY = BackupEntry("uploads/ab/abc", "uploads/ab/abc", 10, 1, 5)


@pytest.mark.parametrize(
    ("before", "found", "size", "is_final", "step"),
    [
        (None, (10, 5), 10, True, Step.COPY),
        (ENTRY, (10, 5), 10, True, Step.KEEP),
        (ENTRY, (10, 5), None, True, Step.KEEP),
        (ENTRY, (10, 6), None, True, Step.COPY),
        (ENTRY, (12, 6), 10, False, Step.KEEP),
        (ENTRY, (12, 6), 11, False, Step.EXTEND),
        (ENTRY, (12, 6), 12, True, Step.EXTEND),
        (ENTRY, (8, 6), 12, True, Step.COPY),
        (ENTRY, (8, 6), 8, False, Step.COPY),
        (ENTRY, (12, 6), None, True, Step.COPY),
    ],
)
def test_how_a_file_comes_into_a_backup(before, found, size, is_final, step):
    assert decide(before, found, size, is_final=is_final) is step


@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20), st.booleans())
def test_nothing_is_kept_that_has_another_size(had, there, size, is_final):
    before = BackupEntry("a", "a", had, 1, 5)

    step = decide(before, (there, 6), size, is_final=is_final)

    assert step is Step.COPY or had <= size
    assert step is not Step.KEEP or had == size
