"""What lists of files, and archives of them, are narrowed to by the query of a request."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import Depends, Query

from parquay.catalog.listing import Narrowed
from parquay.errors import InvalidValue
from parquay.web.http.schemas import Moment, Status

MAX_TAGS = 20


def list_filter(
    *,
    status: str | None = None,
    q: Annotated[str | None, Query(max_length=256)] = None,
    owner: Literal["me", "others"] | None = None,
    kind: Literal["table", "other"] | None = None,
    since: Moment | None = None,
    sha256: Annotated[str | None, Query(pattern="^[0-9a-f]{64}$")] = None,
    tag: Annotated[list[str] | None, Query(max_length=MAX_TAGS, description="All of them; repeatable.")] = None,
) -> Narrowed:
    """Read the filters of a list.

    Raises:
        InvalidValue: a status is unknown, or a text cannot be (422).
    """
    return Narrowed(
        status=_statuses(status),
        q=_searched(q, "q"),
        mine=None if owner is None else owner == "me",
        table=None if kind is None else kind == "table",
        since=since,
        sha256=sha256,
        tags=tuple(_searched(each, "tag") or "" for each in tag or ()),
    )


ListFilter = Annotated[Narrowed, Depends(list_filter)]


def _statuses(given: str | None) -> str | None:
    """Accept one status or several with commas between them; nothing else."""
    known = Status.__args__  # type: ignore[attr-defined]
    if given and not all(each in known for each in given.split(",")):
        raise InvalidValue(f"status: one of {', '.join(known)}.")
    return given or None


def _searched(text: str | None, what: str) -> str | None:
    # SQLite ends a text at NUL and would find everything; PostgreSQL refuses it.
    if text and "\0" in text:
        raise InvalidValue(f"{what}: no name has a NUL character.")
    return text or None
