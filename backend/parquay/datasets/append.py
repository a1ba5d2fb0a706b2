"""The rows of another table behind those of this one: columns by name, types as wide as both need.

What one table has and the other has not is null there. Where two columns of one name have different types the cells of
both decide, as they would have had they come in one file. If a type changes, or a column is new, every part is written
anew; otherwise the table's own parts are left alone and only the new rows are copied.
"""

from __future__ import annotations

from parquay.catalog.tables import File
from parquay.datasets import log
from parquay.datasets.commits import Author, Change, Commits, Drafts
from parquay.datasets.snapshot import Snapshot
from parquay.datasets.tables import Tables
from parquay.datasets.versions import refuse_outdated
from parquay.errors import Conflict


class Appending:
    """Appends tables to tables."""

    def __init__(self, tables: Tables, commits: Commits) -> None:
        self._tables = tables
        self._commits = commits

    def append(
        self, file: File, author: Author, source: File, expected: int | None = None, *, once: bool = False
    ) -> Snapshot:
        """Append the newest rows of the table that ``source`` became (blocking), as one version.

        ``once``: not again when a commit says that these rows came already. ``expected`` is the version that the author
        takes for the newest.

        Raises:
            Conflict: ``columns_differ``, no column has a name of theirs; ``append_itself`` (409).
            Outdated: ``version_changed`` (412).
        """
        if source.id == file.id:
            raise Conflict("A table cannot be appended to itself.", "append_itself")
        return self.append_table(file, author, self._tables.source(source), expected, once=once)

    def append_table(
        self, file: File, author: Author, more: Snapshot, expected: int | None = None, *, once: bool = False
    ) -> Snapshot:
        """The same for rows that stand in parts, whether a table was published of them or not."""
        from parquay.datasets.joining import Joining

        app = f"append:{more.dataset_id}"

        def decide(before: Snapshot, drafts: Drafts) -> Change | None:
            refuse_outdated(before, expected)
            if once and log.was_made(before.directory, before.version, app):
                return None
            refuse_strangers(before, more)
            return Joining(before, more, drafts).change(app if once else None)

        return self._commits.make(file, author, decide)


def refuse_strangers(before: Snapshot, more: Snapshot) -> None:
    """Refuse a table that has no column of this one. Pure.

    Raises:
        Conflict: ``columns_differ`` (409).
    """
    ours, theirs = (sorted(str(each["name"]) for each in one.columns) for one in (before, more))
    folded = {name.lower() for name in ours}
    if not any(name.lower() in folded for name in theirs):
        told = [", ".join(names[:5]) + (", …" if len(names) > 5 else "") for names in (ours, theirs)]
        detail = f"No column has the same name: the table has {told[0]}; the file has {told[1]}."
        raise Conflict(detail, "columns_differ")
