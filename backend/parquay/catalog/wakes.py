"""Waking a job that is there: one statement, compiled once, for each checkpoint of an upload wakes its conversion."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Dialect, and_, bindparam, case, literal_column, or_, update
from sqlmodel import Session, SQLModel

from parquay.catalog.queue import turn
from parquay.catalog.session import connection_of
from parquay.catalog.tables import Job


def wake(session: Session, kind: str, subject: str, size: int | None, moment: datetime) -> bool:
    """Have the job ``kind`` for ``subject`` (about ``size`` bytes) run again from ``moment`` on; False: there is none.

    One that waits for a worker already keeps its turn, and the moment since which it waits: else the job of an upload
    that goes on and on would never have waited long enough for a worker that has not begun it.
    """
    connection = connection_of(session)
    statement = _statement(connection.dialect)
    written = statement.written
    given = {"kept": kind, "about": subject, "moment": written(moment), "turn": written(turn(moment, size))}
    parameters = given if statement.names is None else tuple(map(given.__getitem__, statement.names))
    return connection.exec_driver_sql(statement.sql, parameters).first() is not None


class _WakeStatement(NamedTuple):
    """The statement as the driver takes it.

    Attributes:
        names: its parameters in their order, of a driver that wants them by place; None: by name.
        written: makes what the driver takes of a time.
    """

    sql: str
    names: tuple[str, ...] | None
    written: Callable[[datetime], Any]


@cache
def _statement(dialect: Dialect) -> _WakeStatement:
    model: type[SQLModel] = Job
    table = model.__table__  # type: ignore[attr-defined]
    job, time = table.c, table.c.run_after.type
    queued: ColumnElement[str] = literal_column("'queued'")
    running: ColumnElement[str] = literal_column("'running'")
    moment = bindparam("moment", type_=time)
    runs = job.state == running
    waits = or_(runs, and_(job.state == queued, job.run_after <= moment))
    statement = (
        update(table)
        .where(job.kind == bindparam("kept"), job.subject == bindparam("about"))
        .values(
            wake=job.wake + literal_column("1"),
            state=case((runs, running), else_=queued),
            run_after=case((waits, job.run_after), else_=moment),
            turn_at=case((waits, job.turn_at), else_=bindparam("turn", type_=time)),
            attempt=case((runs, job.attempt), else_=literal_column("0")),
        )
        .returning(job.id)
        .compile(dialect=dialect)
    )
    names = tuple(statement.positiontup) if statement.positiontup else None
    return _WakeStatement(str(statement), names, time.dialect_impl(dialect).bind_processor(dialect))
