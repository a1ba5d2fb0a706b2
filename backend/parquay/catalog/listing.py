"""What lists of files show, and how they go on: conditions and order as SQL expressions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import or_
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col

from parquay.catalog.tables import File

SORTS: dict[str, Any] = {
    "uploaded_at": File.uploaded_at,
    "finished_at": File.finished_at,
    "name": File.name,
    "size": File.size,
    "row_count": File.row_count,
    "status": File.status,
}
"""What a list can be sorted by."""


def listed(user_id: str, status: str | None, q: str | None) -> list[ColumnElement[bool]]:
    """What a user's list shows: own and shared files, without the parts of concatenations."""
    conditions: list[ColumnElement[bool]] = [
        or_(col(File.owner_id) == user_id, col(File.shared).is_(True)),
        col(File.concat).is_distinct_from("partial"),
    ]
    if status:
        conditions.append(col(File.status).in_(status.split(",")))
    if q:
        conditions.append(col(File.name).icontains(q, autoescape=True))
    return conditions


def after(column: Any, cursor: tuple[Any, str], *, descending: bool) -> ColumnElement[bool]:
    """The rows behind ``cursor`` in a list where missing values sort lowest."""
    value, file_id = cursor
    tie = col(File.id) < file_id if descending else col(File.id) > file_id
    if value is None:
        behind = column.is_(None) & tie
        return behind if descending else or_(behind, column.is_not(None))
    beyond = column < value if descending else column > value
    same = (column == value) & tie
    return or_(beyond, same, column.is_(None)) if descending else or_(beyond, same)
