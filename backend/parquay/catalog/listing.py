"""What lists of files show, and how they go on: conditions and order as SQL expressions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import case, or_, select
from sqlalchemy.sql.elements import ColumnElement
from sqlmodel import col

from parquay.catalog.case_folding import any_case_pattern
from parquay.catalog.tables import Access, File

SORTS: dict[str, Any] = {
    "uploaded_at": File.uploaded_at,
    "finished_at": File.finished_at,
    "name": File.name,
    "size": File.size,
    "row_count": File.row_count,
    "status": File.status,
}
"""What a list can be sorted by."""


@dataclass(frozen=True)
class Narrowed:
    """What a list is narrowed to; None takes everything.

    Attributes:
        status: one status, or several with commas between them.
        q: a part of the name or of the folder path, in any case.
        mine: own files, or those of others.
        table: files that became tables of their own, or those that did not.
        since: uploaded at this time or later.
        sha256: the digest of the bytes, in hex.
    """

    status: str | None = None
    q: str | None = None
    mine: bool | None = None
    table: bool | None = None
    since: datetime | None = None
    sha256: str | None = None


EVERYTHING = Narrowed()


def listed(user_id: str, narrowed: Narrowed) -> list[ColumnElement[bool]]:
    """What a user's list shows: own files and those shared with them, without the parts of concatenations."""
    own = col(File.owner_id) == user_id
    named = select(col(Access.file_id)).where(col(Access.user_id) == user_id)
    conditions: list[ColumnElement[bool]] = [
        # Not an OR: that would be looked up in two indexes and sorted, where the list's own order needs neither.
        case((own, True), (col(File.shared), True), else_=col(File.id).in_(named)).is_(True),
        col(File.concat).is_distinct_from("partial"),
    ]
    if narrowed.status:
        conditions.append(col(File.status).in_(narrowed.status.split(",")))
    if narrowed.q:
        wanted = any_case_pattern(narrowed.q)
        conditions.append(or_(col(File.name).regexp_match(wanted), col(File.path).regexp_match(wanted)))
    if narrowed.mine is not None:
        conditions.append(own if narrowed.mine else col(File.owner_id) != user_id)
    if narrowed.table is not None:
        dataset = col(File.dataset_id)  # another file's id when its rows were appended to that one's table
        conditions.append(dataset == File.id if narrowed.table else dataset.is_distinct_from(File.id))
    if narrowed.since is not None:
        conditions.append(col(File.uploaded_at) >= narrowed.since)
    if narrowed.sha256 is not None:
        conditions.append(col(File.sha256) == narrowed.sha256)
    return conditions


def order(column: Any, *, descending: bool) -> list[Any]:
    """The order of a list by ``column``, in which missing values sort below every other."""
    if not column.property.columns[0].nullable:
        nulls = []
    else:
        nulls = [column.is_(None) if descending else column.is_(None).desc()]
    return [*nulls, column.desc(), col(File.id).desc()] if descending else [*nulls, column, col(File.id)]


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
