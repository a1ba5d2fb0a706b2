"""Back from a backup: all of it is read, compared and written beside what is there, then it comes to its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from parquay.backup import manifest
from parquay.backup.manifest import BackupEntry, BackupHeader
from parquay.catalog import sqlite
from parquay.catalog.catalog_copy import CatalogCopy
from parquay.errors import Conflict, Damaged, NotFound, StorageFull
from parquay.storage.local.backup_folder import BackupFolder, free
from parquay.storage.local.replacement import CATALOG, DataFolders, Replacement, no_server

RESERVE = 64 << 20
"""Bytes that stay free."""


@dataclass
class RestoreReport:
    """What a restore did.

    Attributes:
        taken_at: the moment of which the data directory is now (UTC, ISO 8601).
        files, bytes: that were written.
        damaged: files of the backup that are not what they were, and were left out.
    """

    number: int = 0
    taken_at: str = ""
    files: int = 0
    bytes: int = 0
    damaged: list[str] = field(default_factory=list)


class Restore:
    """One run: from a folder into a data directory."""

    def __init__(self, source: BackupFolder, target: DataFolders) -> None:
        self._source = source
        self._target = target

    def run(
        self, *, force: bool = False, skip_damaged: bool = False, total: Callable[[int], None] = lambda _: None
    ) -> RestoreReport:
        """Restore; ``total`` is given the bytes that will be written (blocking).

        ``force``: replace what is in the data directory. ``skip_damaged``: leave out what is damaged in the backup.

        Raises:
            NotFound: ``no_backup``.
            Conflict: ``data_in_use``, ``data_not_empty``, ``backup_busy``; ``backup_too_new``.
            Damaged: ``backup_damaged``.
            StorageFull: it does not fit.
        """
        if not self._source.is_there():
            raise NotFound(f"{self._source.root} has no backup.", "no_backup")
        with self._source.unchanged(), no_server(self._target.data) as is_free:
            found = manifest.read(self._source.manifest())
            assert found is not None
            self._refuse_used(is_free=is_free, force=force)
            header, entries = found
            size = sum(each.size for each in entries)
            if size + RESERVE > free(self._target.data):
                raise StorageFull(f"{size} bytes do not fit on the disk of {self._target.data}.")
            total(size)
            return self._restored(header, entries, skip_damaged=skip_damaged)

    def _refuse_used(self, *, is_free: bool, force: bool) -> None:
        if not is_free or sqlite.is_open(self._target.catalog):
            raise Conflict(f"{self._target.data} is in use: stop its server and its workers first.", "data_in_use")
        if not force and self._target.is_used():
            raise Conflict(f"{self._target.data} is not empty; --force replaces what it holds.", "data_not_empty")

    def _restored(self, header: BackupHeader, entries: Sequence[BackupEntry], *, skip_damaged: bool) -> RestoreReport:
        report = RestoreReport(header.number, header.taken_at)
        replacement = Replacement(self._target)
        try:
            for entry in entries:
                self._fetch(entry, replacement, report)
            self._refuse_damaged(report, skip_damaged=skip_damaged)
            with CatalogCopy(replacement.new_file(CATALOG)) as catalog:
                self._refuse_unknown(catalog, header)
                catalog.check()
                catalog.renew_events()
        except BaseException:
            replacement.abandon()
            raise
        replacement.finish(header.volume_id)
        return report

    def _refuse_damaged(self, report: RestoreReport, *, skip_damaged: bool) -> None:
        damaged = report.damaged
        if CATALOG in damaged or (damaged and not skip_damaged):
            detail = f"Nothing was restored: {len(damaged)} files of the backup are damaged, such as {damaged[-1]}."
            raise Damaged(detail, "backup_damaged")

    def _refuse_unknown(self, catalog: CatalogCopy, header: BackupHeader) -> None:
        if not catalog.is_known():
            raise Conflict(f"The backup is of a later version, {header.version}.", "backup_too_new")

    def _fetch(self, entry: BackupEntry, replacement: Replacement, report: RestoreReport) -> None:
        path = replacement.new_file(entry.path)
        try:
            is_whole = self._source.fetch(entry.stored, entry.size, path, entry.modified) == entry.crc
        except FileNotFoundError:
            is_whole = False
        if is_whole:
            report.files += 1
            report.bytes += entry.size
        else:
            replacement.leave_out(entry.path)
            report.damaged.append(entry.path)
