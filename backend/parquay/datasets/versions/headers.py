"""What stands above each column in the header of an export: the cell of the upload, also after columns have changed.

The cells of an upload's header belong to its columns by their places. Once a column was dropped, renamed, added or
came from another file, each column carries its own cell (`CELL`), and keeps it in all later versions. Pure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

CELL = "header"
"""Key of a column as the log keeps it: its header cell; None: its file had no header."""
SOURCE = "source"
"""Key of a column that was renamed or added: what the file that it came from calls it; None: it came from none."""

Columns = Sequence[Mapping[str, Any]]
"""Columns as the log keeps them."""


def header_cells(columns: Columns, dialect: Mapping[str, Any] | None) -> list[str | None]:
    """The cell above each column, None where its file had no header; `dialect`: how the first file was written."""
    from parquay.columns.text.rendering import header_row

    names = [str(each["name"]) for each in columns]
    uploaded = header_row(dialect, names) if dialect else tuple(names)
    placed = [*uploaded, *names[len(uploaded) :]][: len(names)] if uploaded else [None] * len(names)
    return [each.get(CELL, cell) for each, cell in zip(columns, placed, strict=True)]


def header_of(columns: Columns, dialect: Mapping[str, Any] | None) -> list[str]:
    """The header of a table; empty where none of its columns came with one."""
    cells = header_cells(columns, dialect)
    if all(cell is None for cell in cells):
        return []
    return [str(each["name"]) if cell is None else cell for each, cell in zip(columns, cells, strict=True)]


def with_cells(columns: Columns, dialect: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """The columns, each with the cell above it."""
    cells = header_cells(columns, dialect)
    return [{**each, CELL: cell} for each, cell in zip(columns, cells, strict=True)]


def named(name: str, columns: Columns) -> str | None:
    """The cell above a column that comes to `columns`, which have theirs: its name, where they have a header."""
    return name if any(each.get(CELL) is not None for each in columns) else None


def carried(before: Columns, after: Columns) -> list[dict[str, Any]]:
    """The columns `after`, with the cells that those of their names had `before`, if they had."""
    if not any(CELL in each for each in before):
        return [dict(each) for each in after]
    cells = {each["name"]: each.get(CELL) for each in before}
    sources = {each["name"]: {SOURCE: each[SOURCE]} for each in before if SOURCE in each}
    return [
        {**each, CELL: cells.get(each["name"], named(str(each["name"]), before)), **sources.get(each["name"], {})}
        for each in after
    ]
