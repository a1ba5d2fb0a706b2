"""Writes that share a transaction: each by itself, or many as the rows of one.

A write gets a session, and finds in ``session.info`` what belongs to the transaction it is in.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import Connection
from sqlmodel import Session

from parquay.catalog import sqlite

T = TypeVar("T")
Write = Callable[[Session], T]

CHANNELS = "channels"
"""Key in ``session.info``: what to notify after the commit, see `notifications`."""

CONNECTION = "connection"
"""Key in ``session.info`` of a write: the connection that its transaction is on."""

DRIVER = "driver"
"""Key in ``session.info`` of a write: what runs its inserts on SQLite without detours; none on other databases."""


@dataclass(frozen=True, slots=True)
class Together:
    """A write that is one row of one for many: those that come at the same time run in one call.

    Attributes:
        run: the write; gives an answer for each row.
    """

    run: Callable[[Session, list[Any]], list[Any]]
    row: Any


def run_writes(
    writes: Sequence[Write[Any] | Together],
    connection: Connection,
    session: Session,
    driver: sqlite.Driver | None = None,
) -> tuple[list[Any], set[str]]:
    """Run writes in one transaction of ``connection``; what they say in ``session.info`` is of this transaction."""
    session.info.clear()
    session.info |= {CONNECTION: connection, DRIVER: driver}
    with connection.begin(), session:
        results = [result for run, alike in groupby(writes, _together) for result in _run_alike(session, run, alike)]
    return results, session.info.get(CHANNELS) or set()


def _together(write: Write[Any] | Together) -> Callable[[Session, list[Any]], list[Any]] | None:
    return write.run if isinstance(write, Together) else None


def _run_alike(
    session: Session, run: Callable[[Session, list[Any]], list[Any]] | None, writes: Iterable[Any]
) -> list[Any]:
    """Run writes that stand beside each other: each by itself, or all in one ``run``."""
    if run is None:
        return [_run_apart(session, write) for write in writes]
    return _run_apart(session, lambda session: run(session, [write.row for write in writes]))


def _run_apart(session: Session, write: Write[T]) -> T:
    """Run a write; what it loaded is not kept, so that its neighbour in the group reads what the rows are then."""
    result = write(session)
    session.flush()
    session.expunge_all()
    return result
