"""Rows of a version: pages by number and by cursor.

Every row in the order of the table: where a page stands is arithmetic, and one or two parts are read at the position.
Sorted or filtered: the engine finds the positions of the rows first, looking at nothing but the columns that decide,
and then reads those rows, so that finding them costs no more in a wide table than in a narrow one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from parquay.columns.types.base import written_texts
from parquay.datasets.query import cursors, sql
from parquay.datasets.query.cursors import Cursor, RowPosition
from parquay.datasets.query.engine import CancelToken, Engine
from parquay.datasets.query.plan import ROW_ID, Query, bad_cursor, columns_of
from parquay.datasets.query.sql import Stage
from parquay.datasets.query.values import Column
from parquay.datasets.versions import kept_asides
from parquay.datasets.versions.snapshot import Snapshot

if TYPE_CHECKING:
    import pyarrow as pa

MAX_SUMMARY_CHARS = 1000
"""Characters of the longest text that stands for a column or a group; rows and exports have all of them."""

PAGE_BYTES = 4 << 20
"""Bytes of the texts of a page of rows, so that a few readers of long cells do not take all memory."""

Row = dict[str, Any]
"""A row as JSON: `_rid` and its cells by the names of their columns."""


@dataclass(frozen=True, slots=True)
class Page:
    """Rows, and the cursor of what follows; `next` None at the end."""

    rows: list[Row]
    next: str | None = None


class Browser:
    """Reads rows; may be used by many threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(
        self,
        snapshot: Snapshot,
        query: Query,
        first: int,
        size: int,
        stop: CancelToken | None = None,
        *,
        matched: int | None = None,
        text: bool = False,
    ) -> list[Row]:
        """Up to ``size`` rows from row number ``first`` (from 0) of what ``query`` asks (blocking).

        Fewer, but one at least, where their texts have more than ``PAGE_BYTES``.
        ``matched``: how many rows that are, if it is known; then what is nearer to the end is found from there.
        ``text``: cells as they were written instead of their values.

        Raises:
            ParquayError: see `Engine.table`.
        """
        if query.is_plain:
            return self._counted(snapshot, first, size, stop, backwards=query.backwards, text=text)
        behind = 0 if matched is None else matched - min(matched, first + size)
        if matched is None or first <= behind:
            positions = self._found(snapshot, sql.stages(snapshot, query), size, stop, offset=first)
        else:
            turned = sql.stages(snapshot, query.from_the_end)
            positions = self._found(snapshot, turned, matched - first - behind, stop, offset=behind)[::-1]
        return self._rows(snapshot, positions, stop, text=text)

    def after(
        self,
        snapshot: Snapshot,
        query: Query,
        cursor: str | None,
        limit: int,
        stop: CancelToken | None = None,
        *,
        text: bool = False,
    ) -> Page:
        """Up to ``limit`` rows behind ``cursor`` (None: from the start) of what ``query`` asks (blocking).

        Fewer, but one at least, where their texts have more than ``PAGE_BYTES``; ``next`` goes on behind them.
        ``text``: cells as they were written instead of their values.

        Raises:
            BadInput: ``bad_cursor`` (400), it was altered, or is of another query or version.
            ParquayError: see `Engine.table`.
        """
        start = None if cursor is None else _start(snapshot, query, cursor)
        if query.is_plain:
            first = 0 if start is None else _number(snapshot, start, backwards=query.backwards) + 1
            rows = self._counted(snapshot, first, limit, stop, backwards=query.backwards, text=text)
            positions = [_position_of(snapshot, first + len(rows) - 1, backwards=query.backwards)] if rows else []
            more = first + len(rows) < snapshot.rows
        else:
            positions = self._behind(snapshot, query, start, limit + 1, stop)
            wanted = positions[:limit]
            rows = self._rows(snapshot, wanted, stop, text=text)
            positions, more = wanted[: len(rows)], len(positions) > len(rows)
        return Page(rows, _cursor(snapshot, query, positions[-1]).encode() if more else None)

    def cursor_behind(self, snapshot: Snapshot, query: Query, row: Row) -> str | None:
        """The cursor of what follows ``row`` in the order of ``query``; None when ``snapshot`` has no such row."""
        position = snapshot.find(row[ROW_ID])
        return None if position is None else _cursor(snapshot, query, position).encode()

    def _counted(
        self, snapshot: Snapshot, first: int, size: int, stop: CancelToken | None, *, backwards: bool, text: bool
    ) -> list[Row]:
        last = min(first + size, snapshot.rows) - 1
        if last < first:
            return []
        columns = columns_of(snapshot.columns)
        low, high = _ends(snapshot, first, last, backwards=backwards)
        if last > first and (texts := _texts(columns)):
            found = self._engine.table(sql.rows_between(snapshot, low, high, texts, lengths=True), stop)
            sizes = dict(zip(_positions(found, range(low[0], high[0] + 1)), found["bytes"].to_pylist(), strict=True))
            last = first + fitting([sizes[position] for position in sorted(sizes, reverse=backwards)]) - 1
            low, high = _ends(snapshot, first, last, backwards=backwards)
        found = self._engine.table(sql.rows_between(snapshot, low, high, columns), stop)
        positions = _positions(found, range(low[0], high[0] + 1))
        order = sorted(range(len(positions)), key=positions.__getitem__, reverse=backwards)
        return _as_json(snapshot, columns, found, [positions[i] for i in order], order, text=text)

    def _behind(
        self, snapshot: Snapshot, query: Query, start: RowPosition | None, limit: int, stop: CancelToken | None
    ) -> list[RowPosition]:
        if start is None:
            return self._found(snapshot, sql.stages(snapshot, query), limit, stop)
        values: list[str | None] = []
        if query.keys:
            row = self._engine.table(sql.key_values(snapshot, query.keys, start), stop).to_pylist()[0]
            values = list(row.values())
        return self._found(snapshot, sql.behind(snapshot, query, values, start), limit, stop)

    def _found(
        self, snapshot: Snapshot, stages: Sequence[Stage], limit: int, stop: CancelToken | None, *, offset: int = 0
    ) -> list[RowPosition]:
        found: list[RowPosition] = []
        for stage in stages:
            for parts in [stage.parts] if offset else stage.windows():
                if parts and len(found) < limit:
                    asked = sql.positions(snapshot, stage, parts, limit=limit - len(found), offset=offset)
                    found += _positions(self._engine.table(asked, stop), parts)
        return found

    def _rows(
        self, snapshot: Snapshot, positions: Sequence[RowPosition], stop: CancelToken | None, *, text: bool
    ) -> list[Row]:
        if not positions:
            return []
        columns = columns_of(snapshot.columns)
        if len(positions) > 1 and (texts := _texts(columns)):
            asked, parts = sql.rows_at(snapshot, positions, texts, lengths=True)
            found = self._engine.table(asked, stop)
            sizes = dict(zip(_positions(found, parts), found["bytes"].to_pylist(), strict=True))
            positions = positions[: fitting([sizes[position] for position in positions])]
        asked, parts = sql.rows_at(snapshot, positions, columns)
        found = self._engine.table(asked, stop)
        at = {position: i for i, position in enumerate(_positions(found, parts))}
        return _as_json(snapshot, columns, found, positions, [at[position] for position in positions], text=text)


def _texts(columns: Sequence[Column]) -> list[Column]:
    """The columns whose cells can be of any length."""
    return [column for column in columns if column.type.is_text]


def fitting(sizes: Sequence[int]) -> int:
    """How many rows of `sizes` bytes of text go into a page: one at least. Pure."""
    total = 0
    for count, size in enumerate(sizes):
        total += size
        if total > PAGE_BYTES and count:
            return count
    return len(sizes)


def _ends(snapshot: Snapshot, first: int, last: int, *, backwards: bool) -> tuple[RowPosition, RowPosition]:
    ends = [_position_of(snapshot, number, backwards=backwards) for number in (first, last)]
    return min(ends), max(ends)


def _start(snapshot: Snapshot, query: Query, text: str) -> RowPosition:
    cursor = cursors.decode(text)
    if cursor.version != snapshot.version:
        raise bad_cursor(f"This cursor is of version {cursor.version}.")
    if cursor.query != query.fingerprint(snapshot.dataset_id):
        raise bad_cursor("This cursor is of another table, filter or order.")
    return cursor.position


def _cursor(snapshot: Snapshot, query: Query, position: RowPosition) -> Cursor:
    return Cursor(snapshot.version, query.fingerprint(snapshot.dataset_id), position)


def _position_of(snapshot: Snapshot, number: int, *, backwards: bool) -> RowPosition:
    return snapshot.position(snapshot.rows - 1 - number if backwards else number)


def _number(snapshot: Snapshot, position: RowPosition, *, backwards: bool) -> int:
    number = (snapshot.ends[position[0] - 1] if position[0] else 0) + position[1]
    return snapshot.rows - 1 - number if backwards else number


def _positions(found: pa.Table, parts: Sequence[int]) -> list[RowPosition]:
    indexes, rows = found["file_index"].to_pylist(), found["file_row_number"].to_pylist()
    return [(parts[index], row) for index, row in zip(indexes, rows, strict=True)]


def _as_json(
    snapshot: Snapshot,
    columns: Sequence[Column],
    found: pa.Table,
    positions: Sequence[RowPosition],
    order: Sequence[int],
    *,
    text: bool,
) -> list[Row]:
    """The rows `order` of `found`, which stand at `positions`."""
    cells = typed(found, columns, text=text)
    if text and snapshot.asides:
        cells = _with_asides(snapshot, cells, dict(zip(order, positions, strict=True)), columns)
    names, values = list(cells), list(cells.values())
    return [
        {ROW_ID: snapshot.rid_at(*position), **dict(zip(names, (each[i] for each in values), strict=True))}
        for position, i in zip(positions, order, strict=True)
    ]


def _with_asides(
    snapshot: Snapshot,
    cells: Mapping[str, list[Any]],
    positions: Mapping[int, RowPosition],
    columns: Sequence[Column],
) -> dict[str, list[Any]]:
    """Cells as they were written, with those that are kept aside; row `i` of the answer stands at `positions[i]`."""
    import numpy as np
    import pyarrow as pa

    from parquay.columns.parquet import asides
    from parquay.columns.types import missing

    written = {name: list(values) for name, values in cells.items()}
    types = {each.name: each.type for each in columns}
    for part in {part for part, _ in positions.values()}:
        here = [(i, row) for i, (index, row) in positions.items() if index == part]
        rows = np.array([row for _, row in here], np.int64)
        for name, kept in kept_asides.of_part(snapshot, snapshot.parts[part]).items():
            if name not in types:
                continue
            shown = pa.array([written[name][i] for i, _ in here], pa.string())
            texts = missing.over(shown, asides.at(kept, rows), types[name]).to_pylist()
            for (i, _), text in zip(here, texts, strict=True):
                written[name][i] = text
    return written


def brief(**fields: Any) -> dict[str, Any]:
    """What is shown of a column, its long texts cut; `cut` is beside them then. Pure."""
    if not any(isinstance(value, str) and len(value) > MAX_SUMMARY_CHARS for value in fields.values()):
        return fields
    short = {
        name: value[:MAX_SUMMARY_CHARS] + "…" if isinstance(value, str) and len(value) > MAX_SUMMARY_CHARS else value
        for name, value in fields.items()
    }
    return short | {"cut": True}


def typed(found: pa.Table, columns: Sequence[Column], *, text: bool = False) -> dict[str, list[Any]]:
    """The cells of `columns` in an answer of the engine as JSON values, by the name of the column.

    `text`: as they were written.
    """
    from parquay.columns.parquet import parts

    types = {column.name: column.type for column in columns}
    table = found.select([sql.name(column) for column in columns]).rename_columns(list(types))
    plain = parts.widened(table, types, types)
    pairs = zip(plain.columns, columns, strict=True)
    return {
        each.name: written_texts(cells, each.type) if text else each.type.json_values(cells) for cells, each in pairs
    }
