"""Taking a backup of a data directory while it is used.

First the catalog is copied, at one moment. All bytes that a row promises were there before the row was, so what the
copy names is there at that moment; the files are copied afterwards, as far as the copy names them. What is added
meanwhile does not count. What is removed meanwhile is the one danger:

- parts of old versions are not deleted while a backup is taken, see `TableLocks.keeping`;
- a file that its owner deletes, or that expires, loses its row first. So once its bytes are copied, or missed, it is
  looked whether it still has one, and if not, it is forgotten in the copy too: it is deleted in the backup as well;
- the parts of a conversion that is on its way may be replaced at any time. They are not copied, and the conversion
  begins anew after a restore: what it is made of, the upload, is there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum

from parquay import __version__
from parquay.backup import manifest
from parquay.backup.manifest import BackupEntry, BackupHeader
from parquay.catalog.catalog_copy import CatalogCopy, NamedFile
from parquay.catalog.leases import LeaseLost, LeaseTaken
from parquay.catalog.session import Catalog
from parquay.datasets.versions.locks import TableLocks
from parquay.errors import Busy, Conflict
from parquay.storage import seal
from parquay.storage.local.backup_folder import BackupFolder, CopiedFile, entries, look
from parquay.storage.local.place import LOG_FOLDER, is_log_file, is_part
from parquay.storage.local.replacement import CATALOG, TABLES, UPLOADS, DataFolders
from parquay.storage.place import LAST_CHECKPOINT, entry_name

Known = Callable[[Collection[str]], set[str]]
"""Tells which files still have their rows in the catalog that is in use."""


@dataclass
class BackupReport:
    """What a backup did.

    Attributes:
        files, bytes: in the backup.
        copied, copied_bytes: of these, written by this run.
        linked: of these, kept as a second name of a file on the same file system.
        removed: copies that nothing names any more, and that are gone.
        deleted: files of users that were deleted while the backup was taken, and are not in it.
        damaged: what was not as the catalog has it: the backup has it as it was found.
    """

    number: int = 1
    taken_at: str = ""
    files: int = 0
    bytes: int = 0
    copied: int = 0
    copied_bytes: int = 0
    linked: int = 0
    removed: int = 0
    deleted: int = 0
    damaged: list[str] = field(default_factory=list)


class Step(Enum):
    """What is to be done to have a file in the backup."""

    KEEP = "keep"
    EXTEND = "extend"
    COPY = "copy"


class Backup:
    """One run: from a data directory into a folder."""

    def __init__(
        self,
        catalog: Catalog,
        locks: TableLocks,
        source: DataFolders,
        target: BackupFolder,
        *,
        known: Known,
        link: bool = True,
    ) -> None:
        """``link``: keep what never changes as a second name, where that can be done, instead of a copy."""
        self._catalog = catalog
        self._locks = locks
        self._source = source
        self._target = target
        self._known = known
        self._link = link
        self._before: dict[str, BackupEntry] = {}
        self._volume_before: str | None = None
        self._report = BackupReport()

    def run(self, total: Callable[[int], None] = lambda _: None) -> BackupReport:
        """Take the backup; ``total`` is given the bytes that will be looked at (blocking).

        Raises:
            Busy: ``backup_busy``, another one is being taken.
            Conflict: ``backup_foreign``, the folder has something else.
            Damaged: ``catalog_damaged``, ``backup_damaged``.
            OSError: the folder cannot be written.
        """
        if not self._target.is_usable():
            raise Conflict(f"{self._target.root} is not empty, and has no backup.", "backup_foreign")
        with self._target.alone(), self._keeping() as ensure_kept:
            self._look_before()
            report, moment = self._report, datetime.now(UTC)
            report.taken_at = moment.isoformat(timespec="seconds")
            stored = f"{CATALOG}~{report.number}"
            self._catalog.copy(self._target.new_file(stored))
            named, volume_id = self._copied(stored, total)
            named.append(self._entry(CATALOG, stored, self._target.measure(stored)))
            ensure_kept()
            header = BackupHeader(report.number, report.taken_at, __version__, volume_id)
            self._target.write_manifest(manifest.lines(header, named))
            report.files, report.bytes = len(named), sum(each.size for each in named)
            report.removed = self._target.prune({each.stored for each in named})
        return report

    @contextmanager
    def _keeping(self) -> Iterator[Callable[[], None]]:
        """Keep parts from being deleted; yields what refuses to go on if some may have been."""
        with ExitStack() as stack:
            try:
                ensure = stack.enter_context(self._locks.keeping())
            except LeaseTaken:
                raise Busy("Another backup of this data directory is being taken.", "backup_busy") from None

            def ensure_kept() -> None:
                try:
                    ensure()
                except LeaseLost:
                    detail = "This process stood still for so long that parts may have been deleted; run it again."
                    raise Busy(detail, "backup_busy") from None

            yield ensure_kept

    def _look_before(self) -> None:
        """Read what an earlier run has left."""
        found = manifest.read(self._target.manifest())
        if found is not None:
            header, before = found
            self._before = {each.path: each for each in before}
            self._volume_before = header.volume_id
            self._report.number = header.number + 1

    def _copied(self, stored: str, total: Callable[[int], None]) -> tuple[list[BackupEntry], str]:
        """Copy all that the copy of the catalog names; return that, and the id of the volume."""
        with CatalogCopy(self._target.path(stored)) as copy:
            copy.check()
            volume_id = copy.volume_id()
            if self._volume_before not in (None, volume_id):
                raise Conflict("The folder has the backup of another data directory.", "backup_foreign")
            total(copy.size())
            named = [entry for files in copy.files() for entry in self._entries_of(files, copy)]
            copy.forget_owners()
        return named, volume_id

    def _entries_of(self, files: Sequence[NamedFile], copy: CatalogCopy) -> Iterator[BackupEntry]:
        """Copy what belongs to some files."""
        faults: dict[str, list[str]] = {file.id: [] for file in files}
        found = {file.id: list(self._of(file, faults[file.id], copy)) for file in files}
        known = self._known(found)  # by now: whoever has a row had all its bytes while they were copied
        for file_id, named in found.items():
            if file_id in known:
                self._report.damaged += faults[file_id]
                yield from named
            else:
                copy.forget(file_id)
                self._report.deleted += 1

    def _of(self, file: NamedFile, faults: list[str], copy: CatalogCopy) -> Iterator[BackupEntry]:
        if file.offset:
            yield from self._upload(file, faults)
        if file.has_table:
            yield from self._table(file, faults)
        else:
            copy.begin_again(file.id)

    def _upload(self, file: NamedFile, faults: list[str]) -> Iterator[BackupEntry]:
        """Copy the bytes that an upload was promised to have."""
        path = f"{UPLOADS}/{file.id[:2]}/{file.id}"
        with _noted(path, faults):
            entry = self._kept(path, file.offset, may_link=file.complete)
            if entry.size < file.offset:
                faults.append(f"{path}: {entry.size} of {file.offset} bytes are there")
            yield entry

    def _table(self, file: NamedFile, faults: list[str]) -> Iterator[BackupEntry]:
        """Copy the log of a table up to its version, and all parts: of these the log says which are the table's."""
        folder, newest = f"{TABLES}/{file.id}", file.version or 0
        logged = [name for name in entries(self._source.path(f"{folder}/{LOG_FOLDER}")) if _counts(name, newest)]
        for name in logged:
            path = f"{folder}/{LOG_FOLDER}/{name}"
            with _noted(path, faults):
                yield self._kept(path, None, may_link=True)
        if file.version is not None and entry_name(newest) not in logged:
            faults.append(f"{folder}: its log has no version {newest}")
        for name in filter(is_part, entries(self._source.path(folder))):
            with suppress(FileNotFoundError):  # what goes now is of no version that is kept
                entry = self._kept(f"{folder}/{name}", None, may_link=True)
                if seal.seal_in(name) not in (None, entry.crc):
                    faults.append(f"{entry.path}: its bytes are not those that were written")
                yield entry

    def _kept(self, path: str, size: int | None, *, may_link: bool) -> BackupEntry:
        """Have a file in the backup; ``size``: how many of its bytes count, None for all of one that never changes."""
        source, before = self._source.path(path), self._before.get(path)
        found = look(source)
        if found is None:
            raise FileNotFoundError(path)
        step = decide(before, found, size, is_final=may_link)
        if before is not None and step is not Step.COPY and self._target.has(before.stored, before.size):
            self._target.moved(before.size)
            if step is Step.KEEP:
                return before
            copied = CopiedFile(before.size, before.crc, before.modified)
            return self._wrote(before, self._target.extend(source, before.stored, copied, size or 0))
        stored = path if before is None else f"{path}~{self._report.number}"
        made = self._target.put(source, stored, size, may_link=may_link and self._link)
        return self._wrote(self._entry(path, stored, CopiedFile(0, 0, 0)), made)

    def _wrote(self, before: BackupEntry, made: CopiedFile) -> BackupEntry:
        self._report.copied += 1
        self._report.copied_bytes += 0 if made.linked else made.size - before.size
        self._report.linked += made.linked
        return self._entry(before.path, before.stored, made)

    def _entry(self, path: str, stored: str, made: CopiedFile) -> BackupEntry:
        return BackupEntry(path, stored, made.size, made.crc, made.modified)


def decide(before: BackupEntry | None, found: tuple[int, int], size: int | None, *, is_final: bool) -> Step:
    """Decide how a file comes into a backup that had it as ``before``. Pure.

    ``found``: its bytes, and when it was changed last. ``size``: how many of them count (None: all). ``is_final``: it
    never changes any more; where it has all the same, somebody repaired it.
    """
    if before is None:
        return Step.COPY
    wanted = found[0] if size is None else size
    if before.size == wanted and (not is_final or before.modified == found[1]):
        return Step.KEEP
    return Step.EXTEND if size is not None and before.size < wanted <= found[0] else Step.COPY


def _counts(name: str, newest: int) -> bool:
    """Whether a file of a log tells of a version up to ``newest``. Pure.

    Not the word for the last checkpoint, the one file that changes: readers find the checkpoint without it.
    """
    return is_log_file(name) and name != LAST_CHECKPOINT and int(name[:20]) <= newest


@contextmanager
def _noted(path: str, faults: list[str]) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        faults.append(f"{path}: it is gone")
