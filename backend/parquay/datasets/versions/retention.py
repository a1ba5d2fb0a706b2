"""Which versions are kept, and the deletion of parts that none of them needs.

A version is given up in two steps. First it is marked in the catalog, and from then on answers that it is no longer
kept. An hour later the parts that it alone had are deleted, unless somebody still reads it, and so are the entries of
the log that no kept version needs. The newest version, the pinned ones and as many as the setting says are never
touched; the history of who did what stays in the catalog.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from parquay.catalog.datasets import Datasets
from parquay.catalog.files import Files
from parquay.catalog.tables import DatasetVersion, File, now
from parquay.datasets.versions.commits import Commits
from parquay.datasets.versions.log_cleanup import trim
from parquay.datasets.versions.tables import Tables
from parquay.errors import Damaged
from parquay.storage.place import Place
from parquay.telemetry import tables_broken

ADOPT_SECONDS = 30.0
"""How often what writers left half done is looked for."""
GRACE = timedelta(hours=1)
"""How long the parts of a version stay that was given up, or that a crash left behind."""

_log = logging.getLogger(__name__)


class Retention:
    """Keeps the number of versions within bounds, and the catalog in step with the logs."""

    def __init__(
        self, files: Files, datasets: Datasets, tables: Tables, commits: Commits, *, keep: int, grace: timedelta = GRACE
    ) -> None:
        """``keep``: versions of a table that are kept beside pinned ones; 0: all."""
        self._files = files
        self._datasets = datasets
        self._tables = tables
        self._commits = commits
        self._keep = keep
        self._grace = grace
        self._broken: set[str] = set()

    def reconcile(self, *, every: bool = False) -> int:
        """Note in the catalog every version that a crash kept out of it; return how many tables lacked one.

        ``every``: ask also logs for which each question travels; `adopt` knows of whom it is to be expected.
        """
        found = 0
        self._broken.clear()
        tables_broken.set(0)
        for dataset_id, noted in self._datasets.tables():
            file = self._files.get(dataset_id)
            if file is not None:
                found += self._tried(file, partial(self._reconciled, noted=noted, every=every))
        return found

    def adopt(self) -> int:
        """Note what a writer put into a log that did not come to its end; return how many tables that may be."""
        found = 0
        for dataset_id in self._tables.locks.unfinished():
            with self._tables.locks.writing(dataset_id) as held:
                held.unfinished = False  # it is given up in good order now, whatever is found
                file = self._files.get(dataset_id)
                if file is not None and file.table_version is not None:
                    found += self._tried(file, self._adopted)
        return found

    def _adopted(self, file: File) -> int:
        self._commits.reconcile(file)
        return 1

    @property
    def broken(self) -> list[str]:
        """The ids of the tables that could not be tidied since the last `reconcile` began."""
        return sorted(self._broken)

    def _reconciled(self, file: File, *, noted: int | None, every: bool) -> int:
        ahead = self._tables.is_ahead(file, noted, every=every)
        if ahead:
            self._commits.reconcile(file)
        elif self._tables.is_shown(file, noted):
            return 0
        self._commits.show(file)
        return 1

    def sweep(self, moment: datetime | None = None, *, every: bool = False) -> int:
        """Give up what is too old, as of ``moment`` (now), and delete what nobody needs; return the parts deleted.

        ``every``: look also for what a crash left behind, in every table.
        """
        deleted = 0
        for dataset_id, version in self._datasets.tables():
            file = self._files.get(dataset_id) if every or version else None
            if file is not None:
                deleted += self._tried(file, partial(self._sweep, moment=moment or now(), every=every))
        return deleted

    async def run(self, seconds: float) -> None:
        """Note what a crash kept out of the catalog, then sweep, every ``seconds``, for ever.

        What a writer left half done is looked for more often: its lease tells of it.
        """
        due = 0.0
        while True:
            works = [self.adopt]
            if time.monotonic() >= due:
                works, due = [self.adopt, self.reconcile, self.sweep], time.monotonic() + seconds
            for work in works:
                try:
                    await asyncio.to_thread(work)
                except Exception:  # noqa: BLE001  the next round tries again
                    _log.exception("tables could not be tidied")
            await asyncio.sleep(min(seconds, ADOPT_SECONDS))

    def _tried(self, file: File, work: Callable[[File], int]) -> int:
        """Do ``work`` on one table; whatever is wrong with it is noted, and keeps it from no other table."""
        try:
            return work(file)
        except Damaged as error:
            _log.warning("table could not be tidied", extra={"fields": {"dataset": file.id, "code": error.code}})
        except Exception:  # noqa: BLE001  a log can be broken in ways that nobody has listed
            _log.exception("table could not be tidied", extra={"fields": {"dataset": file.id}})
        self._broken.add(file.id)
        tables_broken.set(len(self._broken))
        return 0

    def _sweep(self, file: File, *, moment: datetime, every: bool) -> int:
        if self._keep and (file.table_version or 0) >= self._keep:
            self._datasets.expire(file.id, self._keep)
        place = self._tables.place(file)
        if not every and not self._aged(self._datasets.uncleared(file.id), moment):
            return 0
        locks = self._tables.locks
        with locks.deleting() as may_delete, locks.writing(file.id) as held:
            self._commits.reconcile(file)
            held.unfinished = False
            if not may_delete:  # a backup is being taken; the next round comes to it
                return 0
            versions = self._datasets.uncleared(file.id)
            with locks.unread(file.id, self._aged(versions, moment)) as over:
                locks.ensure(held)
                kept = {each.version for each in versions}.difference(over)
                return self._clear(file, place, over, kept, moment)

    def _aged(self, versions: Iterable[DatasetVersion], moment: datetime) -> list[int]:
        """Those of ``versions`` that were given up long enough ago."""
        since = moment - self._grace
        return sorted(each.version for each in versions if each.expired_at is not None and each.expired_at <= since)

    def _clear(self, file: File, place: Place, over: Sequence[int], kept: set[int], moment: datetime) -> int:
        since = (moment - self._grace).timestamp()
        orphans = list(unneeded(place, self._needed(file, kept), since))
        place.parts.delete(orphans)
        drafts = place.parts.discard(place.parts.drafts(), since)
        if over:
            self._datasets.cleared(file.id, over)
        trim(place, kept)
        self._datasets.weigh(file.id, sum(each.size for each in place.parts.list()))
        place.forget_shown(since)
        return len(orphans) + drafts

    def _needed(self, file: File, versions: Iterable[int]) -> set[str]:
        """The parts of ``versions`` and of the newest one."""
        newest = self._tables.snapshot(file)
        needed = {part.name for part in newest.parts}
        for version in versions:
            needed |= {part.name for part in self._tables.parts(file, version)}
        return needed


def unneeded(place: Place, needed: set[str], before: float) -> Iterator[str]:
    """Parts that are not in ``needed``, and were put before a time (seconds since 1970)."""
    yield from (each.key for each in place.parts.list() if each.key not in needed and each.modified <= before)
