"""The rows of another table behind those of this one: columns by name, types as wide as both need.

What one table has and the other has not is null there. Where two columns of one name have different types the cells of
both decide, as they would have had they come in one file. If a type changes, or a column is new, every part is written
anew; otherwise the table's own parts are left alone and only the new rows are copied.
"""

from __future__ import annotations

from dataclasses import dataclass

from parquay.catalog.tables import File
from parquay.datasets.versions import log
from parquay.datasets.versions.commits import Author, Change, Commits, Drafts
from parquay.datasets.versions.snapshot import Snapshot
from parquay.datasets.versions.tables import Tables
from parquay.datasets.versions.versions import refuse_outdated
from parquay.errors import Conflict


@dataclass(frozen=True, slots=True)
class Addition:
    """Rows to append. ``sha256``: of the bytes that they were read from; None when that is not known."""

    rows: Snapshot
    sha256: str | None = None


class Appending:
    """Appends tables to tables."""

    def __init__(self, tables: Tables, commits: Commits) -> None:
        self._tables = tables
        self._commits = commits

    def append(
        self, file: File, author: Author, source: File, expected: int | None = None, *, again: bool = False
    ) -> Snapshot:
        """Append the newest rows of the table that ``source`` became (blocking), as one version.

        ``again``: also if a file of the same bytes is in the table. ``expected`` is the version that the author takes
        for the newest.

        Raises:
            Conflict: ``already_appended``; ``columns_differ``, no column has a name of theirs; ``append_itself`` (409).
            Outdated: ``version_changed`` (412).
        """
        if source.id == file.id:
            raise Conflict("A table cannot be appended to itself.", "append_itself")
        more = Addition(self._tables.source(source), source.sha256)
        return self.append_table(file, author, more, expected, again=again)

    def append_table(
        self,
        file: File,
        author: Author,
        more: Addition,
        expected: int | None = None,
        *,
        again: bool = False,
        once: bool = False,
    ) -> Snapshot:
        """The same for rows that stand in parts, whether a table was published of them or not.

        ``once``: nothing is done when a commit says that these very rows came already, as before a crash.
        """
        from parquay.datasets.edit.table_union import Joining

        this = f"append:{more.rows.dataset_id}"
        same = f"bytes:{more.sha256}"

        def decide(before: Snapshot, drafts: Drafts) -> Change | None:
            refuse_outdated(before, expected)
            if once and log.was_made(before.place, before.version, this):
                return None
            if more.sha256 and not again:
                refuse_again(more.sha256 == file.sha256 or log.was_made(before.place, before.version, same))
            refuse_strangers(before, more.rows)
            names = [*([this] if once else []), *([same] if more.sha256 else [])]
            with more.rows.place.parts.fetch(more.rows.names):
                return Joining(before, more.rows, drafts).change(tuple(names))

        return self._commits.make(file, author, decide)


def refuse_again(known: bool) -> None:  # noqa: FBT001  the one thing that is asked
    """Refuse bytes that a table has already. Pure.

    Raises:
        Conflict: ``already_appended`` (409).
    """
    if known:
        detail = "A file of the same bytes is in this table; with again: true its rows are appended once more."
        raise Conflict(detail, "already_appended")


def refuse_strangers(before: Snapshot, more: Snapshot) -> None:
    """Refuse a table that has no column of this one. Pure.

    Raises:
        Conflict: ``columns_differ`` (409).
    """
    ours, theirs = (sorted(str(each["name"]) for each in one.columns) for one in (before, more))
    folded = {name.lower() for name in ours}
    if not any(name.lower() in folded for name in theirs):
        listed = [", ".join(names[:5]) + (", …" if len(names) > 5 else "") for names in (ours, theirs)]
        detail = f"No column has the same name: the table has {listed[0]}; the file has {listed[1]}."
        raise Conflict(detail, "columns_differ")
