"""Find and replace: over the cells of a version as they are written, in the columns that are asked for.

What stands in a cell afterwards is a text again, and is read as its column's type, as when a column gets that type. A
cell whose new text does not fit is counted and left as it was, or the whole is refused: nothing is lost by it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from parquay.catalog.tables import File
from parquay.columns.types.registry import columns_types
from parquay.datasets.edit.matches import Matches
from parquay.datasets.edit.patterns import TextPattern
from parquay.datasets.query.engine import CancelToken
from parquay.datasets.versions.commits import Author, Change, Commits, Drafts
from parquay.datasets.versions.snapshot import Snapshot
from parquay.datasets.versions.tables import Tables
from parquay.datasets.versions.versions import refuse_outdated
from parquay.errors import InvalidValue, QueryTimeout

if TYPE_CHECKING:
    from parquay.datasets.edit.cell_search import CellSearch


class FindReplace:
    """Counts and replaces what is written in cells."""

    def __init__(self, tables: Tables, commits: Commits, *, seconds: float) -> None:
        """``seconds``: that counting may take."""
        self._tables = tables
        self._commits = commits
        self._seconds = seconds

    def count(self, file: File, pattern: TextPattern, names: Sequence[str] | None, cancel: CancelToken) -> Matches:
        """Count what ``pattern`` finds in the newest version; ``names``: in these columns, None: in all (blocking).

        Raises:
            InvalidValue: ``unknown_column`` (422).
            QueryTimeout: ``query_timeout`` (408).
        """
        snapshot = self._tables.snapshot(file)
        deadline = time.monotonic() + self._seconds
        found = Matches(snapshot.version)
        search = _search(snapshot, pattern, names, found)
        with self._tables.hold(snapshot):
            for _ in search.parts():
                cancel.check()
                if time.monotonic() > deadline:
                    raise QueryTimeout("Counting took too long; look in fewer columns.")
        return found

    def replace(
        self,
        file: File,
        author: Author,
        pattern: TextPattern,
        names: Sequence[str] | None,
        *,
        expected: int | None = None,
        skip_misfits: bool = False,
    ) -> tuple[Snapshot, Matches]:
        """Replace what is found, as one version (blocking); ``expected``: the one that was counted in.

        Raises:
            InvalidValue: ``unknown_column``; ``bad_cell``, a new text does not fit, unless ``skip_misfits`` (422).
            Outdated: ``version_changed`` (412).
        """
        found = Matches(-1)

        def decide(before: Snapshot, drafts: Drafts) -> Change | None:
            nonlocal found
            refuse_outdated(before, expected)
            found = Matches(before.version)
            search = _search(before, pattern, names, found)
            touched = {part: changed for part, changed in search.parts() if changed}
            if found.misfits and not skip_misfits:
                raise _misfit(before, found)
            return _written(search, before, drafts, touched)

        made = self._commits.make(file, author, decide)
        return made, found


def _search(snapshot: Snapshot, pattern: TextPattern, names: Sequence[str] | None, found: Matches) -> CellSearch:
    from parquay.datasets.edit.cell_search import CellSearch  # brings Arrow, without which uploads are served

    return CellSearch(snapshot, pattern, _columns(snapshot, names), found)


def _columns(snapshot: Snapshot, names: Sequence[str] | None) -> list[str]:
    known = [str(each["name"]) for each in snapshot.columns]
    for name in names or ():
        if name not in known:
            raise InvalidValue(f"The table has no column {name[:100]!r}.", "unknown_column")
    return known if names is None else [name for name in known if name in set(names)]


def _misfit(before: Snapshot, found: Matches) -> InvalidValue:
    [(name, count), *_] = found.misfits.most_common(1)
    type_name = next(each["type"] for each in before.columns if each["name"] == name)
    return InvalidValue(f"{count:,} new texts in column {name[:100]!r} are no {type_name}.", "bad_cell")


def _written(
    search: CellSearch, before: Snapshot, drafts: Drafts, touched: Mapping[int, frozenset[str]]
) -> Change | None:
    """Write the parts in which cells become others; their other columns are copied as bytes."""
    if not touched:
        return None
    from parquay.datasets.edit.column_writer import ColumnWriter, TableShape

    types, writer = columns_types(before.columns), ColumnWriter(before, drafts)
    added = []
    for number, changed in touched.items():
        kept = {name: name for name in types if name not in changed}
        shape = TableShape(types, kept, search.maker(sorted(changed)))
        added.append(writer.write_part(before.parts[number], shape))
    removed = frozenset(before.parts[number].name for number in touched)
    return Change("edit", removed, tuple(added), updated=search.found.rows)
