"""The rows of another finished file in place of those of a table: its history, its id and its rights stay.

The columns are the file's, in its order; those that the table had by name keep what the table calls them, and the cell
above them in its header.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from parquay.catalog.tables import File
from parquay.columns.names import folded
from parquay.datasets.edit.append import Addition
from parquay.datasets.versions import headers, log
from parquay.datasets.versions.commits import Author, Change, Commits, Drafts
from parquay.datasets.versions.snapshot import Part, Snapshot
from parquay.datasets.versions.tables import Tables
from parquay.datasets.versions.versions import refuse_outdated
from parquay.errors import Conflict


@dataclass(frozen=True, slots=True)
class Replaced:
    """What became of a table whose rows were replaced: its columns that are new, and those that are gone, by name.

    Attributes:
        reject_count: texts that could not be read of the file whose rows it has now; they stay that file's.
    """

    snapshot: Snapshot
    added: tuple[str, ...] = ()
    dropped: tuple[str, ...] = ()
    reject_count: int = 0


class Replacing:
    """Replaces the rows of tables."""

    def __init__(self, tables: Tables, commits: Commits) -> None:
        self._tables = tables
        self._commits = commits

    def replace(self, file: File, author: Author, source: File, expected: int | None = None) -> Replaced:
        """Make the newest rows of the table that ``source`` became the next version of a table (blocking).

        ``expected`` is the version that the author takes for the newest.

        Raises:
            Conflict: ``replace_itself`` (409).
            Outdated: ``version_changed`` (412).
        """
        if source.id == file.id:
            raise Conflict("The rows of a table cannot be replaced with themselves.", "replace_itself")
        more = Addition(self._tables.source(source), source.sha256)
        return replace(self.put(file, author, more, expected), reject_count=source.reject_count)

    def was_put(self, file: File, app: str) -> bool:
        """Whether a commit that calls itself ``app`` has replaced the rows (blocking); then the catalog knows it."""
        now = self._tables.logged(file)
        if not log.was_made(now.place, now.version, app):
            return False
        self._commits.reconcile(file)
        return True

    def put(
        self,
        file: File,
        author: Author,
        more: Addition,
        expected: int | None = None,
        *,
        kind: str = "replace",
        app: str | None = None,
    ) -> Replaced:
        """The same for rows that stand in parts, whether a table was published of them or not.

        ``kind``: what the version is called; ``app``: the name under which the log remembers it.
        """
        columns: list[list[str]] = [[], []]

        def decide(before: Snapshot, drafts: Drafts) -> Change:
            refuse_outdated(before, expected)
            wanted = columns_after(*(headers.with_cells(one.columns, one.dialect) for one in (before, more.rows)))
            columns[:] = [[str(each["name"]) for each in one] for one in (before.columns, wanted)]
            with more.rows.place.parts.fetch(more.rows.names):
                added = tuple(_copied(before, more.rows, wanted, drafts))
            return change_of(before, added, wanted, more, kind=kind, apps=[app] if app else [])

        made = self._commits.make(file, author, decide)
        old, new = columns
        return Replaced(
            made,
            tuple(name for name in new if name not in old),
            tuple(name for name in old if name not in new),
        )


def columns_after(ours: headers.Columns, theirs: headers.Columns) -> list[dict[str, Any]]:
    """The columns of the file, called as the table calls them where it has them; all with their cells. Pure."""
    known = {folded(str(each["name"])): each for each in ours}
    return [_called_as(known.get(folded(str(each["name"])), each), each) for each in theirs]


def _called_as(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> dict[str, Any]:
    """The column of a file under the name of one of the table's, and under its cell of the header.

    Where the table has no header and the file has one, the name stands in it.
    """
    cell = ours[headers.CELL]
    if cell is None and theirs[headers.CELL] is not None:
        cell = ours["name"]
    return {**theirs, "name": ours["name"], headers.CELL: cell}


def change_of(
    before: Snapshot,
    added: tuple[Part, ...],
    columns: Sequence[dict[str, Any]],
    more: Addition,
    *,
    kind: str = "replace",
    apps: Sequence[str] = (),
) -> Change:
    """The change that puts ``added`` in place of every part. Pure."""
    return Change(
        kind,
        frozenset(part.name for part in before.parts),
        added,
        new_rids=more.rows.rows,
        inserted=more.rows.rows,
        deleted=before.rows,
        columns=tuple(columns),
        apps=(*apps, *([f"bytes:{more.sha256}"] if more.sha256 else [])),
    )


def _copied(before: Snapshot, source: Snapshot, columns: Sequence[Mapping[str, Any]], drafts: Drafts) -> list[Part]:
    """The parts of ``source`` among those of the table, its rows under new ids."""
    from parquay.columns.types.registry import columns_types
    from parquay.datasets.edit.table_union import PartCopier

    kinds = columns_types(source.columns).values()
    has = {str(new["name"]): kind for new, kind in zip(columns, kinds, strict=True)}
    return PartCopier(source, drafts, before.version + 1).copy_all(has, has, before.next_rid)
