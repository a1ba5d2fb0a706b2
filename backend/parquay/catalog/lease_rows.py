"""The rows of leases: taken, renewed and deleted inside transactions, by the clock of the database."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple

from sqlalchemy import (
    ColumnElement,
    CursorResult,
    Executable,
    Float,
    String,
    bindparam,
    delete,
    func,
    insert,
    literal_column,
    or_,
    select,
    update,
)
from sqlmodel import Session, col

from parquay.catalog.session import alone, connection_of
from parquay.catalog.tables import Lease

LEASE_SECONDS = 60.0
"""How long a lease lasts that is not renewed."""

FORGET_SECONDS = 600.0
"""How long after its end a lease that nobody has taken since is deleted."""

WRITER = "writer"
"""Leases that are never deleted for their age: one that is over tells that its owner did not come to an end."""


class Taken(NamedTuple):
    """A lease that was taken: its epoch, and whether its owner before did not come to an end."""

    epoch: int
    is_left: bool


class _Statement:
    """A statement that is compiled once for each kind of database: leases are on the way of every change of a table."""

    def __init__(self, make: Callable[[ColumnElement[float]], Executable]) -> None:
        """``make``: given the time by the clock of the database (s since 1970), returns the statement."""
        self._make = make
        self._compiled: dict[str, tuple[str, tuple[str, ...]]] = {}

    def run(self, session: Session, **values: object) -> CursorResult[Any]:
        """Execute it in the transaction of ``session``."""
        connection = connection_of(session)
        dialect = connection.dialect
        if dialect.name not in self._compiled:
            moment = _SQLITE_CLOCK if dialect.name == "sqlite" else _POSTGRESQL_CLOCK
            compiled = self._make(moment).compile(dialect=dialect)  # type: ignore[attr-defined]
            self._compiled[dialect.name] = str(compiled), tuple(compiled.positiontup or ())
        sql, names = self._compiled[dialect.name]
        return connection.exec_driver_sql(sql, tuple(values[name] for name in names) if names else values)


_SQLITE_CLOCK: ColumnElement[float] = func.unixepoch(literal_column("'subsec'"), type_=Float)
_POSTGRESQL_CLOCK: ColumnElement[float] = func.date_part(literal_column("'epoch'"), func.clock_timestamp(), type_=Float)

_CONFLICTS = (
    col(Lease.kind) == bindparam("kind"),
    col(Lease.key) == bindparam("key"),
    or_(col(Lease.share) == literal_column("''"), bindparam("share", type_=String) == literal_column("''")),
)
"""What keeps others from a lease: one that is somebody's alone, and every share where it is wanted alone."""

_conflicts = _Statement(
    # The rows are locked: one that is over may be renewed at this moment, and is not over then.
    lambda moment: (
        select(col(Lease.epoch), col(Lease.owner), col(Lease.until) < moment).where(*_CONFLICTS).with_for_update()
    )
)
_insert = _Statement(
    lambda moment: (
        insert(Lease)
        .from_select(
            ["kind", "key", "share", "owner", "until"],
            select(
                *(bindparam(name, type_=String) for name in ("kind", "key", "share", "owner")),
                moment + bindparam("seconds", type_=Float),
            ).where(~select(col(Lease.epoch)).where(*_CONFLICTS).exists()),
        )
        .returning(col(Lease.epoch))
    )
)
_extend = _Statement(
    lambda moment: (
        update(Lease)
        .where(col(Lease.epoch) == bindparam("held"))
        .values(until=moment + bindparam("seconds", type_=Float))
    )
)
_lapse = _Statement(
    lambda moment: update(Lease).where(col(Lease.epoch) == bindparam("held")).values(until=moment - literal_column("1"))
)
_owners = _Statement(
    lambda moment: select(col(Lease.key), col(Lease.owner), col(Lease.until) < moment).where(
        col(Lease.kind) == bindparam("kind")
    )
)
_delete = _Statement(lambda _moment: delete(Lease).where(col(Lease.epoch) == bindparam("held")))
_forget = _Statement(
    lambda moment: delete(Lease).where(
        col(Lease.until) < moment - bindparam("seconds", type_=Float), col(Lease.kind) != bindparam("kept")
    )
)


def take(
    session: Session, kind: str, keys: Sequence[str], *, share: str, owner: str, is_dead: Callable[[str], bool]
) -> dict[str, Taken]:
    """Take the leases of ``keys`` that can be had, and return what was taken by key.

    Of transactions that ask for the same lease one runs at a time: between look and insertion there is no other.
    """
    taken: dict[str, Taken] = {}
    for key in sorted(keys):
        alone(session, f"lease {kind} {key}")
        insertion = partial(_insert.run, session, kind=kind, key=key, share=share, owner=owner, seconds=LEASE_SECONDS)
        epoch, over = insertion().scalar(), []
        if epoch is None:
            found: Sequence[Any] = _conflicts.run(session, kind=kind, key=key, share=share).all()
            over = [conflicting for conflicting, owned_by, is_over in found if is_over or is_dead(owned_by)]
            release(session, over)
            epoch = insertion().scalar() if over else None
        if epoch is not None:
            taken[key] = Taken(int(epoch), bool(over))
    return taken


def renew(session: Session, epochs: Sequence[int]) -> set[int]:
    """Renew leases, and return the epochs of those that there still are."""
    _forget.run(session, seconds=FORGET_SECONDS, kept=WRITER)
    return {each for each in epochs if _extend.run(session, held=each, seconds=LEASE_SECONDS).rowcount}


def release(session: Session, epochs: Sequence[int]) -> None:
    """Delete leases, as far as they are there."""
    for each in epochs:
        _delete.run(session, held=each)


def lapse(session: Session, epochs: Sequence[int]) -> None:
    """Let leases be over, and their rows stay until somebody takes them."""
    for each in epochs:
        _lapse.run(session, held=each)


def over(session: Session, kind: str, is_dead: Callable[[str], bool]) -> list[str]:
    """The keys of leases that are over, or whose owners are dead, and that nobody gave up."""
    found: Sequence[Any] = _owners.run(session, kind=kind).all()
    return [key for key, owner, is_over in found if is_over or is_dead(owner)]
