"""The rows of a table's own file, read once more in another way, as its next version.

What edits and appends have made of the rows since is not in it, but in the versions before it, which can be restored:
then the file's dialect and rejects are those of that version's reading again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from parquay.catalog.readings import Readings
from parquay.catalog.segments import NewReject
from parquay.catalog.tables import File, FileReading
from parquay.datasets.versions import log
from parquay.datasets.versions.commits import Author, Change, Commits, Drafts
from parquay.datasets.versions.converted_rows import converted
from parquay.datasets.versions.snapshot import Part, Snapshot
from parquay.datasets.versions.tables import Tables
from parquay.datasets.versions.versions import refuse_outdated
from parquay.storage.place import Place


@dataclass(frozen=True, slots=True)
class ReadAgain:
    """What a conversion made of a file: its row there says how it was read.

    Attributes:
        no: the number of the reading.
        place: where the parts are.
        options: what was said about how to read it.
    """

    no: int
    file: File
    place: Place
    options: dict[str, Any] | None
    rejects: Sequence[NewReject]


class Rereading:
    """Puts the rows of a file that was read again in place of those of its table."""

    def __init__(self, tables: Tables, commits: Commits, readings: Readings) -> None:
        self._tables = tables
        self._commits = commits
        self._readings = readings

    def made_in(self, file: File, no: int) -> int | None:
        """The version that reading ``no`` of a file made before (blocking); None when it made none yet."""
        now = self._tables.logged(file)
        if not log.was_made(now.place, now.version, _name(no)):
            return None
        self._commits.reconcile(file)
        return self._readings.made_in(file.id, no)

    def put(self, file: File, author: Author, made: ReadAgain, expected: int | None = None) -> Snapshot:
        """Make the rows of ``made`` the next version (blocking); ``expected``: what is taken for the newest.

        Raises:
            Outdated: ``version_changed`` (412).
            TooLarge: ``quota_exceeded`` (413).
        """
        from parquay.columns.types.registry import columns_types
        from parquay.datasets.edit.table_union import PartCopier

        rows = converted(made.file, made.place, made.file.columns or [])

        def decide(before: Snapshot, drafts: Drafts) -> Change:
            refuse_outdated(before, expected)
            with rows.place.parts.fetch(rows.names):
                types = columns_types(rows.columns)
                added = PartCopier(rows, drafts, before.version + 1).copy_all(types, types, before.next_rid)
            self._readings.keep(reading_of(made, before.next_rid), made.rejects)
            return change_of(before, added, rows, made.no)

        return self._commits.make(file, author, decide)


def _name(no: int) -> str:
    return f"reading:{no}"


def reading_of(made: ReadAgain, first_rid: int) -> FileReading:
    """The reading as the catalog keeps it. Pure."""
    return FileReading(
        dataset_id=made.file.id,
        no=made.no,
        options=made.options,
        dialect=made.file.dialect,
        warnings=made.file.warnings,
        reject_count=made.file.reject_count,
        first_rid=first_rid,
        rows=made.file.row_count or 0,
    )


def change_of(before: Snapshot, added: Sequence[Part], rows: Snapshot, no: int) -> Change:
    """The change that puts ``added`` in place of every part. Pure."""
    return Change(
        "reread",
        frozenset(part.name for part in before.parts),
        tuple(added),
        new_rids=rows.rows,
        inserted=rows.rows,
        deleted=before.rows,
        columns=rows.columns,
        apps=(_name(no),),
        reading=(no, rows.dialect),
    )
