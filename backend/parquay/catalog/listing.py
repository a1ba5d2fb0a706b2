"""What lists of files show, and how they go on: conditions and order as SQL expressions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import not_, or_, select
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
        size: the number of bytes.
        name: the whole name.
        tags: all of them are tags of the file, in any case.
    """

    status: str | None = None
    q: str | None = None
    mine: bool | None = None
    table: bool | None = None
    since: datetime | None = None
    sha256: str | None = None
    size: int | None = None
    name: str | None = None
    tags: tuple[str, ...] = ()


EVERYTHING = Narrowed()


@dataclass(frozen=True)
class Branch:
    """Why a user sees files: each kind of reason is found in an index of its own.

    Attributes:
        sees: the files that this lets a user see.
        others: those of them that no branch before has.
    """

    sees: tuple[ColumnElement[bool], ...]
    others: tuple[ColumnElement[bool], ...] = ()


def branches(user_id: str, narrowed: Narrowed) -> list[Branch]:
    """The parts that a user's list is put together from: own files, those that everybody sees, those given by name.

    Not one condition with OR: that walks along the files of everybody.
    """
    own, theirs = col(File.owner_id) == user_id, col(File.owner_id) != user_id
    shared: Any = col(File.shared)  # as the condition of the index says it
    named = col(File.id).in_(select(col(Access.file_id)).where(col(Access.user_id) == user_id))
    if narrowed.mine:
        return [Branch((own,))]
    found = [Branch((shared, theirs)), Branch((named, theirs), (not_(shared),))]
    return found if narrowed.mine is False else [Branch((own,)), *found]


def narrowing(narrowed: Narrowed) -> list[ColumnElement[bool]]:
    """What each branch of a list is narrowed to. Parts of concatenations are never listed."""
    conditions: list[ColumnElement[bool]] = [col(File.concat).is_distinct_from("partial")]
    if narrowed.status:
        conditions.append(col(File.status).in_(narrowed.status.split(",")))
    if narrowed.q:
        wanted = any_case_pattern(narrowed.q)
        conditions.append(or_(col(File.name).regexp_match(wanted), col(File.path).regexp_match(wanted)))
    if narrowed.table is not None:
        dataset = col(File.dataset_id)  # another file's id when its rows were appended to that one's table
        conditions.append(dataset == File.id if narrowed.table else dataset.is_distinct_from(File.id))
    if narrowed.since is not None:
        conditions.append(col(File.uploaded_at) >= narrowed.since)
    if narrowed.sha256 is not None:
        conditions.append(col(File.sha256) == narrowed.sha256)
    if narrowed.size is not None:
        conditions.append(col(File.size) == narrowed.size)
    if narrowed.name is not None:
        conditions.append(col(File.name) == narrowed.name)
    conditions += [col(File.tags).regexp_match(any_case_pattern(f",{tag},")) for tag in narrowed.tags]
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
