"""Moving the durable offsets of uploads: the checkpoints of one transaction in one statement.

A compare-and-set of one row costs the database little, and the way of its statement there and back much. Many uploads
that arrive at the same time have their checkpoints at the same time.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import Dialect, bindparam, column, func, literal_column, update, values
from sqlmodel import Session, SQLModel

from parquay.catalog.allowances import UNBOUNDED, Allowance
from parquay.catalog.claims import Claim
from parquay.catalog.session import connection_of, note_clock
from parquay.catalog.tables import File, now
from parquay.chunk import Chunk

MAX_ROWS = 64
"""Most rows of one statement."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """An upload whose durable offset is to be moved.

    Attributes:
        offset: bytes from now on.
        chunks: what holds the bytes before it; from now on they are part of the upload.
        wake: whether the converter is to look at the bytes.
        allowance: what the upload may come to.
    """

    claim: Claim
    offset: int
    expires_at: datetime | None
    chunks: Sequence[Chunk] = ()
    wake: bool = False
    allowance: Allowance = UNBOUNDED


class Moved(NamedTuple):
    """An upload whose row was moved."""

    file_id: str
    owner_id: str
    concat: str | None


def move(session: Session, checkpoints: Sequence[Checkpoint]) -> dict[str, Moved]:
    """Move the rows of uploads, each of which stands once in ``checkpoints``; those that somebody else owns stay.

    Returns:
        Those that were moved, by their ids.
    """
    connection, moment = connection_of(session), now()
    moved: dict[str, Moved] = {}
    for start in range(0, len(checkpoints), MAX_ROWS):
        some = checkpoints[start : start + MAX_ROWS]
        sql, parameters = _statement(connection.dialect, len(some)).filled(some, moment)
        for *row, clock in connection.exec_driver_sql(sql, parameters):
            moved[row[0]] = Moved(*row)
            if clock is not None:
                note_clock(session, clock.astimezone(UTC))
    return moved


class _MoveStatement(NamedTuple):
    """A statement for a number of rows, compiled.

    Attributes:
        names: its parameters in their order, of a driver that wants them by place; None: by name.
        moments: make what the driver takes of a time; None: that is a time.
    """

    sql: str
    names: tuple[str, ...] | None
    moments: Callable[[datetime | None], Any] | None

    def filled(self, rows: Sequence[Checkpoint], moment: datetime) -> tuple[str, Any]:
        """Return the statement with the driver's parameters."""
        made = self.moments or _as_is
        given: dict[str, Any] = {"moment": made(moment)}
        for place, each in enumerate(rows):
            claim = each.claim
            given[f"id{place}"], given[f"epoch{place}"], given[f"from{place}"] = (
                claim.file_id,
                claim.epoch,
                claim.offset,
            )
            given[f"to{place}"], given[f"until{place}"] = each.offset, made(each.expires_at)
        return self.sql, given if self.names is None else tuple(map(given.__getitem__, self.names))


def _as_is(moment: datetime | None) -> datetime | None:
    return moment


@cache
def _statement(dialect: Dialect, rows: int) -> _MoveStatement:
    """Compile the statement once for each number of rows: SQLAlchemy would each time, for it does not cache such."""
    model: type[SQLModel] = File
    file = model.__table__.c  # type: ignore[attr-defined]
    kinds = {name: file[of].type for name, of in _OF.items()}
    given = (
        values(*(column(name, kind) for name, kind in kinds.items()))
        .data([tuple(bindparam(f"{name}{i}", type_=kind) for name, kind in kinds.items()) for i in range(rows)])
        .cte("given")
    )
    # Whoever wakes a job in the same transaction would ask for the time by a statement of its own.
    clock = literal_column("NULL") if dialect.name == "sqlite" else func.clock_timestamp()
    statement = (
        update(file.id.table)
        .where(
            file.id == given.c.id,
            file.epoch == given.c.epoch,
            file.offset == given.c["from"],
            file.complete.is_(False),
        )
        .values(offset=given.c.to, expires_at=given.c.until, active_at=bindparam("moment", type_=file.active_at.type))
        .returning(file.id, file.owner_id, file.concat, clock)
        .compile(dialect=dialect)
    )
    names = tuple(statement.positiontup) if statement.positiontup else None
    processor = file.active_at.type.dialect_impl(dialect).bind_processor(dialect)
    return _MoveStatement(str(statement), names, processor)


_OF = {"id": "id", "epoch": "epoch", "from": "offset", "to": "offset", "until": "expires_at"}
"""The columns of the rows that are given, and whose values they have."""
