"""Bytes of small uploads that are durable here and not yet on the disk: they came in one transaction with their row."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from sqlalchemy import delete, select
from sqlmodel import Session, col

from parquay.catalog.files import Files
from parquay.catalog.prepared import Insert
from parquay.catalog.session import Catalog
from parquay.catalog.tables import File, Unsynced
from parquay.errors import ParquayError

_insert = Insert(Unsynced)


class UnsyncedBytes:
    """The waiting bytes of all processes."""

    def __init__(self, catalog: Catalog, files: Files) -> None:
        self._catalog = catalog
        self._files = files

    def add(
        self, session: Session, uploads: Sequence[tuple[File, bytes]], *, put: Callable[[str, bytes], None], wait: bool
    ) -> Mapping[str, ParquayError]:
        """Insert complete uploads after ``put`` has written their bytes, which are kept here too if they are to wait.

        The files are there before the rows can be seen; a transaction that runs again writes the same bytes. Returns
        why uploads could not be put, by their ids: these are not inserted.
        """
        refused: dict[str, ParquayError] = {}
        for file, data in uploads:
            try:
                put(file.id, data)
            except ParquayError as error:
                refused[file.id] = error
        kept = [(file, data) for file, data in uploads if file.id not in refused]
        self._files.add(session, *(file for file, _ in kept))
        if wait:
            _insert(session, *({"file_id": file.id, "data": data} for file, data in kept))
        return refused

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
