"""Bytes of small uploads that are durable here and not yet on the disk: they came in one transaction with their row."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import bindparam, delete, select
from sqlmodel import Session, col

from parquay.catalog.files import Files
from parquay.catalog.prepared import Insert
from parquay.catalog.session import Catalog
from parquay.catalog.tables import NewFile, Unsynced

_insert = Insert(Unsynced)
_delete = delete(Unsynced).where(col(Unsynced.file_id) == bindparam("forgotten"))


class UnsyncedBytes:
    """The waiting bytes of all processes."""

    def __init__(self, catalog: Catalog, files: Files) -> None:
        self._catalog = catalog
        self._files = files

    def add(self, session: Session, uploads: Sequence[tuple[NewFile, bytes]], *, wait: bool) -> None:
        """Insert complete uploads whose bytes are in their files; ``wait``: keep them here until those are synced."""
        self._files.add(session, *(file for file, _ in uploads))
        if wait:
            _insert(session, [{"file_id": file.id, "data": data} for file, data in uploads])

    def batch(self, limit: int) -> Sequence[tuple[str, bytes]]:
        """Return up to ``limit`` uploads with their bytes."""
        with self._catalog.read() as session:
            found = session.execute(select(col(Unsynced.file_id), col(Unsynced.data)).limit(limit)).all()
        return [(file_id, data) for file_id, data in found]

    def forget(self, session: Session, file_ids: Sequence[str]) -> None:
        """Forget bytes that are on the disk."""
        session.connection().execute(_delete, [{"forgotten": file_id} for file_id in file_ids])
