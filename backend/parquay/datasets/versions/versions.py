"""Whole versions: compared with each other, brought back, kept for good."""

from __future__ import annotations

from parquay.catalog.datasets import Datasets
from parquay.catalog.tables import File
from parquay.datasets.versions.commits import Author, Change, Commits, Drafts
from parquay.datasets.versions.differences import RowsApart, VersionDifference, difference, rows_apart
from parquay.datasets.versions.snapshot import Snapshot
from parquay.datasets.versions.tables import Tables
from parquay.errors import NotFound, Outdated


class Versions:
    """What is done with whole versions."""

    def __init__(self, tables: Tables, commits: Commits, datasets: Datasets) -> None:
        self._tables = tables
        self._commits = commits
        self._datasets = datasets

    def difference(self, file: File, one: int, other: int) -> VersionDifference:
        """Count what version ``other`` has otherwise than version ``one`` (blocking).

        Raises:
            NotFound: ``unknown_version``, ``version_expired`` (404).
        """
        return difference(self._tables.snapshot(file, one), self._tables.snapshot(file, other))

    def rows_apart(self, file: File, one: int, other: int, limit: int) -> RowsApart:
        """Tell up to ``limit`` rows of each kind in which two versions differ, in the order of their ids (blocking).

        Raises:
            NotFound: ``unknown_version``, ``version_expired`` (404).
        """
        return rows_apart(self._tables.snapshot(file, one), self._tables.snapshot(file, other), limit)

    def pin(self, file: File, version: int, *, pinned: bool) -> None:
        """Keep a version whatever the retention is, or leave it to that again.

        Raises:
            NotFound: ``unknown_version``, ``version_expired`` (404).
        """
        self._tables.snapshot(file, version)
        self._commits.notice(file)
        if self._datasets.pin(file.id, version, pinned=pinned) is None:
            raise NotFound(f"Version {version} is no longer kept.", "version_expired")

    def restore(self, file: File, author: Author, version: int, expected: int | None = None) -> Snapshot:
        """Make version ``version`` again, as the newest; ``expected`` is the one that the author takes for the newest.

        Raises:
            NotFound: ``unknown_version``, ``version_expired`` (404).
            Outdated: ``version_changed`` (412).
        """

        def decide(before: Snapshot, _drafts: Drafts) -> Change:
            refuse_outdated(before, expected)
            wanted = self._tables.snapshot(file, version)
            had, has = ({part.name for part in each.parts} for each in (before, wanted))
            if had == has and before.columns == wanted.columns:
                return Change("restore")  # to what it is already: Delta's own restore refuses that
            found = difference(before, wanted)
            return Change(
                "restore",
                removed=frozenset(had - has),
                added=tuple(part for part in wanted.parts if part.name not in had),
                inserted=found.added,
                updated=found.changed,
                deleted=found.removed,
                columns=None if before.columns == wanted.columns else wanted.columns,
                restored=version,
                reading=(wanted.reading, wanted.dialect),
            )

        return self._commits.make(file, author, decide)


def refuse_outdated(before: Snapshot, expected: int | None) -> None:
    """Refuse to change a table that is no longer in the version that its author looked at.

    Raises:
        Outdated: ``version_changed`` (412).
    """
    if expected is not None and expected != before.version:
        detail = f"The newest version is {before.version}, not {expected}."
        raise Outdated(detail, "version_changed", version=before.version)
