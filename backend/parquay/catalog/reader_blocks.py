"""How many blocks of files each reader has read, and how many it left to the next one, by reason: running totals.

Workers are processes of their own, so what they count goes through the catalog, in the transaction of a segment.
"""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert as insert_into_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_into_sqlite
from sqlmodel import Session, col

from parquay.catalog.session import Catalog
from parquay.catalog.tables import ReaderBlocks

Counts = Mapping[tuple[str, str], int]
"""Blocks by reader and reason."""


def add(session: Session, counts: Counts) -> None:
    """Add to the totals."""
    if not counts:
        return
    # In one order, so that two workers never wait for each other's rows.
    rows = [{"reader": reader, "reason": reason, "blocks": counts[reader, reason]} for reader, reason in sorted(counts)]
    insert = insert_into_sqlite if session.get_bind().dialect.name == "sqlite" else insert_into_postgresql
    statement = insert(ReaderBlocks).values(rows)
    summed = {"blocks": col(ReaderBlocks.blocks) + statement.excluded.blocks}
    session.execute(statement.on_conflict_do_update(index_elements=["reader", "reason"], set_=summed))


def total(catalog: Catalog) -> dict[tuple[str, str], int]:
    """The totals of all workers since there is the catalog."""
    with catalog.read() as session:
        return {(each.reader, each.reason): each.blocks for each in session.scalars(select(ReaderBlocks))}
