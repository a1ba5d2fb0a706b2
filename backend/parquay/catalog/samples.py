"""Samples of the live signals: one value a second, kept for a day."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert as insert_into_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_into_sqlite
from sqlmodel import Session, col

from parquay.catalog.session import CatalogRows
from parquay.catalog.tables import Sample, now

KEEP = timedelta(hours=24)
"""How long a sample is kept."""


class Samples(CatalogRows):
    """The samples of all processes."""

    def add(self, session: Session, at: datetime, shares: Mapping[str, float]) -> None:
        """Add this process's share to the values of the second ``at``."""
        rows = [{"signal": signal, "at": at, "value": share} for signal, share in shares.items()]
        insert = insert_into_sqlite if self._catalog.is_embedded else insert_into_postgresql
        statement = insert(Sample).values(rows)
        summed = {"value": col(Sample.value) + statement.excluded.value}
        session.execute(statement.on_conflict_do_update(index_elements=["signal", "at"], set_=summed))

    def between(self, start: datetime, end: datetime) -> Sequence[Sample]:
        """Return the samples after ``start`` up to ``end``, oldest first."""
        query = select(Sample).where(col(Sample.at) > start, col(Sample.at) <= end)
        with self._catalog.read() as session:
            return session.scalars(query.order_by(col(Sample.at), col(Sample.signal))).all()

    def newest(self, signals: Sequence[str]) -> dict[str, Sample]:
        """Return the newest sample of each of ``signals`` that has one."""
        with self._catalog.read() as session:
            found = (
                session.scalar(
                    select(Sample).where(col(Sample.signal) == each).order_by(col(Sample.at).desc()).limit(1)
                )
                for each in signals
            )
            return {sample.signal: sample for sample in found if sample is not None}

    def page(self, signal: str, *, page: int, size: int, sort: str) -> tuple[Sequence[Sample], int]:
        """Return page number ``page`` (from 1) of a signal's samples, and how many there are.

        ``sort``: ``timestamp`` or ``value``, with a minus in front for the largest first.
        """
        column = col(Sample.value) if sort.removeprefix("-") == "value" else col(Sample.at)
        order = [column.desc(), col(Sample.at).desc()] if sort.startswith("-") else [column, col(Sample.at)]
        mine = col(Sample.signal) == signal
        query = select(Sample).where(mine).order_by(*order).limit(size).offset((page - 1) * size)
        with self._catalog.read() as session:
            total = session.scalar(select(func.count()).select_from(Sample).where(mine)) or 0
            return session.scalars(query).all(), total

    def prune(self, moment: datetime | None = None) -> None:
        """Remove samples that are too old, as of ``moment`` (now)."""
        oldest = (moment or now()) - KEEP
        aged = delete(Sample).where(col(Sample.at) < oldest)
        self._catalog.write(lambda session: session.execute(aged))
