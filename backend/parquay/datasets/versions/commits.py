"""Making a version: one at a time for each dataset, the log first, the catalog after.

Whoever commits has the lease of the dataset's writer. Should it be lost on the way, for a process that was paused, the
log is the net: of two who put the same entry one is refused, and decides anew. The new parts are durable before the
log names them, the log is before the catalog notes it, and what a crash leaves out in between is noted by the next one
who looks. An error before the log's entry leaves the table as it was.
"""

from __future__ import annotations

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from parquay.catalog.datasets import Datasets
from parquay.catalog.leases import HeldLease
from parquay.catalog.tables import File
from parquay.columns.types.aside_counts import COUNTS, counts_json
from parquay.datasets.versions import kept_asides, log, newest_parts
from parquay.datasets.versions.checked_log import checkpoint_in
from parquay.datasets.versions.snapshot import Part, Snapshot
from parquay.datasets.versions.tables import Tables, refuse_damaged
from parquay.datasets.versions.version_rows import new_version
from parquay.errors import Busy, NotFound, ParquayError
from parquay.ids import new_id
from parquay.storage.chunks import StoreFault
from parquay.storage.place import Place

MAX_OPEN_LOGS = 32
"""Logs that are kept open between two commits."""
ATTEMPTS = 5
"""Commits tried against a program that writes to the log beside us."""

_logger = logging.getLogger(__name__)


class Undecided(StoreFault):
    """A version may have been made or not; whoever commits next finds out, and comes behind it or instead of it."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who makes a version, and what they say about it."""

    name: str | None = None
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What a new version does to the one before.

    Attributes:
        removed: names of parts that are no longer part of the table.
        added: new parts, durable.
        new_rids: ids given to new rows, from the table's `next_rid` on.
        columns: the new columns; None when they stay. New ones need every part to be new.
        apps: names under which the log remembers the commit, so that a repeat is noticed.
        restored: the version that this is again; None for anything new.
        reading: the reading of the file that the rows are of from now on, with its dialect; None: as before.
        mended: a reject that became a row, and the row's id.
    """

    kind: str
    removed: frozenset[str] = frozenset()
    added: tuple[Part, ...] = ()
    new_rids: int = 0
    inserted: int = 0
    updated: int = 0
    deleted: int = 0
    columns: tuple[dict[str, Any], ...] | None = None
    apps: tuple[str, ...] = ()
    restored: int | None = None
    reading: tuple[int, Mapping[str, Any] | None] | None = None
    mended: tuple[int, int] | None = None


class Drafts:
    """New parts on their way into the version after ``version``. Those that do not get there are deleted."""

    def __init__(self, place: Place, version: int) -> None:
        self.place = place
        self._version = version
        self._names: list[str] = []

    def name(self, version: int) -> str:
        """A file name for a part of version `version`, never used before; the part itself gets it with its seal."""
        self._names.append(f"version-{version:08d}-{new_id()[-12:].strip('-_')}.parquet")
        return self._names[-1]

    def discard(self) -> None:
        """Delete what was written, unless the log has it: what fails behind its entry fails too late."""
        if not self._names:
            return
        made = log.added_after(self.place, self._version)
        stems = tuple(name.removesuffix(".parquet") for name in self._names)
        keys = [each.key for each in self.place.parts.list()]
        self.place.parts.delete(key for key in keys if key.startswith(stems) and key not in made)
        self._names.clear()


Decide = Callable[[Snapshot, Drafts], Change | None]
"""What to do to a version; None: nothing. It may be asked again with a newer one. A refusal is raised."""


class Commits:
    """Makes versions, and keeps the catalog's mirror of them."""

    def __init__(self, tables: Tables, datasets: Datasets, *, quota: int = 0) -> None:
        """``quota``: bytes that an owner without a quota of their own may store, with parts of all versions; 0: any."""
        self._quota = quota
        self._tables = tables
        self._datasets = datasets
        self._opened: OrderedDict[str, log.OpenLog] = OrderedDict()
        self._noted: dict[str, int] = {}

    def make(self, file: File, author: Author, decide: Decide, *, mending: bool = False) -> Snapshot:
        """Make a version of the table that ``file`` became, and return it; the newest when nothing is to be done.

        ``mending``: parts of the newest version may be damaged or gone.

        Raises:
            NotFound: it was deleted meanwhile (404).
            Busy: ``table_busy``, others did not come to an end (423).
            StorageFull: (507).
            TooLarge: ``quota_exceeded`` (413).
            Damaged: a part of the newest version or its log is damaged or gone (503).
        """
        place = self._tables.place(file)
        try:
            with self._tables.locks.writing(file.id) as held:
                if held.unfinished or not place.is_remote:
                    self.reconcile(file)
                    held.unfinished = False
                place.parts.refuse_full()
                return self._make(file, place, author, decide, held, mending=mending)
        except ParquayError:
            raise
        except Exception as error:
            if not place.exists():
                raise NotFound("There is no such dataset.") from error
            raise

    def _make(
        self, file: File, place: Place, author: Author, decide: Decide, held: HeldLease, *, mending: bool
    ) -> Snapshot:
        from deltalake.exceptions import DeltaError

        quota = self._datasets.quota(file.owner_id, self._quota)
        for attempt in range(ATTEMPTS):
            before = self._tables.latest(file)
            if not mending:  # a new version on top of a damaged one would hide what can still be repaired
                refuse_damaged(before)
            if not mending and not place.is_remote:  # there each part would have to come here first
                with place.parts.fetch(before.names):
                    pass
            drafts = Drafts(place, before.version)
            try:
                change = decide(before, drafts)
                if change is None:
                    drafts.discard()
                    return before
                self._tables.locks.ensure(held)
                held.unfinished = True
                with self._booked(file, weight_of(change), quota):
                    after, made = self._committed(before, change, author)
            except DeltaError:
                drafts.discard()
                if attempt == ATTEMPTS - 1 or not place.exists():
                    raise
                self.reconcile(file)
                held.unfinished = False
            except Undecided:  # an entry that is on its way may still name the parts
                raise
            except BaseException:
                drafts.discard()
                raise
            else:
                self._tables.remember(after)
                self._show(after)
                more = 0 if quota else weight_of(change)
                self._note(after, made, more=more)
                held.unfinished = False
                return after
        raise Busy("Another program writes to this table.", "table_busy", retry_after=1)

    @contextmanager
    def _booked(self, file: File, more: int, quota: int) -> Iterator[None]:
        """Have new parts counted before they are committed, where there is a quota; else they are when it is noted.

        Raises:
            TooLarge: ``quota_exceeded`` (413).
        """
        if not quota or not more:
            yield
            return
        self._datasets.book(file.id, more, quota)
        try:
            yield
        except BaseException:
            self._datasets.book(file.id, -more)
            raise

    def _committed(self, before: Snapshot, change: Change, author: Author) -> tuple[Snapshot, list[log.Commit]]:
        place, made = before.place, []
        opened = self._opened.pop(before.dataset_id, None)
        known = None if opened is None else opened.table.version()
        noted = {} if known == before.version else self._datasets.checksums(before.dataset_id, before.version)
        opened = log.advance(opened, place, before.version, checkpoint_in(before.version, noted))
        if change.columns is not None and log.lacks_feature(opened.table, change.columns):
            log.add_feature(opened.table, info_of(before, Change("edit"), Author()))
            made.append(_kept(place, opened, before.version + 1))
            before = replace(before, version=before.version + 1)
        after = replace(applied(before, change), asides=kept_asides.after(before, change.removed, change.added))
        is_whole = _write(opened, place, change, info_of(after, change, author))
        made.append(_kept(place, opened, after.version))
        # Behind a checkpoint the folder of copies begins anew, else it would grow with every version.
        if is_whole and not (place.is_remote and made[-1].checkpoint_crc is not None):
            self._opened[before.dataset_id] = opened
            with suppress(KeyError):
                while len(self._opened) > MAX_OPEN_LOGS:
                    self._opened.popitem(last=False)
        return replace(after, updated_at=made[-1].made_at), made

    def show(self, file: File) -> None:
        """Let the folder of the newest version be that, should a crash have kept it from it (blocking).

        Raises:
            Busy: ``table_busy`` (423).
        """
        place = self._tables.snapshot(file).place
        with self._tables.locks.writing(file.id):
            snapshot = self._tables.snapshot(file)
            if not place.shows(snapshot.version):
                self._show(snapshot)

    def _show(self, snapshot: Snapshot) -> None:
        """Whoever reads by the log is not kept waiting for this: what fails here is made up for later."""
        try:
            newest_parts.show(snapshot.place, snapshot.version, snapshot.names, snapshot.columns)
        except OSError:
            _logger.exception("the folder of the newest version is not the newest version")

    def notice(self, file: File) -> None:
        """Note in the catalog what the log has, for whoever reads the catalog, where that costs no request."""
        if not self._tables.place(file).is_remote:
            self.reconcile(file)

    def reconcile(self, file: File) -> None:
        """Note in the catalog what the log has and the catalog has not."""
        found = self._tables.logged(file)
        if self._noted.get(file.id) == found.version:
            return
        noted = self._datasets.noted(file.id)
        if noted < found.version:
            versions = range(noted + 1, found.version + 1)
            there = [version for version in versions if log.is_kept(found.place, version)]
            self._note(found, [log.commit(found.place, version) for version in there])
        self._noted[file.id] = found.version

    def _note(self, after: Snapshot, made: Sequence[log.Commit], *, more: int = 0) -> None:
        mirrored = [new_version(after, each) for each in made]
        holds = partial(_holds, after)
        if not self._datasets.note(after.dataset_id, mirrored, more=more, holds=holds):
            raise NotFound("There is no such dataset.")
        self._noted[after.dataset_id] = after.version


def _write(opened: log.OpenLog, place: Place, change: Change, info: dict[str, Any]) -> bool:
    """Write the entry of the next version; False when what Delta does behind it failed, such as a checkpoint."""
    from deltalake.exceptions import DeltaError

    version = opened.table.version() + 1
    try:
        # Delta's own restore looks for the parts first, and in the folder that it gets of an object store are none.
        if change.restored is not None and not place.is_remote:
            log.restore(opened.table, change.restored, info)
        else:
            log.append(opened.table, place, change, info)
    except (DeltaError, OSError):
        if not log.has(place, version, info):
            raise
        _logger.exception("the version is made, but not all that belongs to it")
        return False
    return True


def _kept(place: Place, opened: log.OpenLog, version: int) -> log.Commit:
    """Make a version that Delta's library wrote the table's.

    Raises:
        DeltaError: another program has made that version meanwhile.
        Undecided: an object store did not answer, and may have the entry yet or not (503).
    """
    try:
        return log.keep(place, opened.folder, version)
    except StoreFault as error:
        raise Undecided(error.detail, retry_after=5) from error


def _holds(snapshot: Snapshot, rid: int) -> bool:
    return snapshot.find(rid) is not None


def weight_of(change: Change) -> int:
    """Bytes of the parts that a change brings; a restore brings none that were not there. Pure."""
    return 0 if change.restored is not None else sum(part.size for part in change.added)


def applied(before: Snapshot, change: Change) -> Snapshot:
    """The version after `change`. Pure."""
    kept = [part for part in before.parts if part.name not in change.removed]
    parts = sorted([*kept, *change.added], key=lambda part: part.low)
    columns = before.columns if change.columns is None else change.columns
    return replace(
        before,
        version=before.version + 1,
        parts=tuple(parts),
        columns=columns,
        dialect=before.dialect if change.reading is None else change.reading[1],
        next_rid=before.next_rid + change.new_rids,
        reading=before.reading if change.reading is None else change.reading[0],
    )


def info_of(after: Snapshot, change: Change, author: Author) -> dict[str, Any]:
    """What the log keeps beside a commit, with an id by which its author knows it again."""
    return {
        "kind": change.kind,
        "author": author.name,
        "message": author.message,
        "rows": after.rows,
        "bytes": after.size,
        "inserted": change.inserted,
        "updated": change.updated,
        "deleted": change.deleted,
        "next_rid": after.next_rid,
        "commit": new_id(),
        COUNTS: counts_json(after.asides),
        "reading": after.reading,
        **({} if change.mended is None else {"mended": list(change.mended)}),
    }
