"""Bytes of small uploads that are durable here and not yet on the disk: they came in one transaction with their row."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sqlalchemy import delete, select
from sqlmodel import Session, col

from parquay.catalog.files import Files
from parquay.catalog.prepared import Insert
from parquay.catalog.session import Catalog
from parquay.catalog.tables import File, Unsynced

_insert = Insert(Unsynced)


class UnsyncedBytes:
    """The waiting bytes of all processes."""

    def __init__(self, catalog: Catalog, files: Files) -> None:
        self._catalog = catalog
        self._files = files

    def add(self, session: Session, file: File, data: bytes | None, *, put: Callable[[], None]) -> None:
        """Insert a complete upload, with its bytes if they are to wait, after ``put`` has written them to its file.

        The file is there before the row can be seen; a transaction that runs again writes the same bytes.
        """
        put()
        self._files.add(session, file)
        if data is not None:
            _insert(session, {"file_id": file.id, "data": data})

    def ids(self, limit: int) -> Sequence[str]:
        """Return up to ``limit`` uploads whose bytes wait."""
        with self._catalog.read() as session:
            return session.scalars(select(col(Unsynced.file_id)).limit(limit)).all()

    def batch(self, limit: int) -> Sequence[tuple[str, bytes]]:
        """Return up to ``limit`` uploads with their bytes."""
        with self._catalog.read() as session:
            found = session.execute(select(col(Unsynced.file_id), col(Unsynced.data)).limit(limit)).all()
        return [(file_id, data) for file_id, data in found]

    def forget(self, session: Session, file_ids: Sequence[str]) -> None:
        """Forget bytes that are on the disk."""
        session.execute(delete(Unsynced).where(col(Unsynced.file_id).in_(file_ids)))
