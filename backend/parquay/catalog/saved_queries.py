"""The statements whose results became tables, which can be run again."""

from __future__ import annotations

from collections.abc import Callable

from sqlmodel import Session

from parquay.catalog.session import CatalogRows
from parquay.catalog.tables import NewFile, SavedQuery

Beside = Callable[[Session, str], None]
"""Writes what belongs to a file in the transaction that makes it, and gets its id."""


class SavedQueries(CatalogRows):
    """Statements by the table that each made."""

    def of(self, dataset_id: str) -> SavedQuery | None:
        """Return the statement that a table was made by; None where it was made otherwise."""
        with self._catalog.read() as session:
            return session.get(SavedQuery, dataset_id)


def saving(query: str, params: str | None) -> Beside:
    """What keeps a statement, and its parameters as JSON, with the file of its result."""

    def write(session: Session, file_id: str) -> None:
        session.add(SavedQuery(dataset_id=file_id, query=query, params=params))

    return write


def adding(
    add: Callable[[Session, NewFile], None], new: NewFile, beside: Beside | None = None
) -> Callable[[Session], None]:
    """What adds a file, and then what belongs to it."""

    def write(session: Session) -> None:
        add(session, new)
        if beside is not None:
            beside(session, new.id)

    return write
