"""Bytes of small uploads that are durable here and not yet on the disk: they came in a transaction with their rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from functools import partial

from sqlalchemy import bindparam, delete, or_, select
from sqlmodel import Session, col

from parquay.catalog import whole
from parquay.catalog.files import Files
from parquay.catalog.prepared import Insert
from parquay.catalog.session import Catalog, connection_of
from parquay.catalog.tables import NewFile, Unsynced

_insert = Insert(Unsynced)
_delete = delete(Unsynced).where(col(Unsynced.first_id) == bindparam("forgotten"))


class UnsyncedBytes:
    """The waiting bytes of all processes. Uploads that come together wait together, and the first stands for all."""

    def __init__(self, catalog: Catalog, files: Files, volume_id: str | None = None) -> None:
        """``volume_id``: where the files are of the bytes that are added here, and the only ones that are returned."""
        self._catalog = catalog
        self._files = files
        self._volume_id = volume_id

    def add(self, uploads: Sequence[tuple[NewFile, bytes]], *, wait: bool) -> Future[None]:
        """Queue complete uploads whose bytes are in their files; ``wait``: keep them here until those are synced."""
        simple = self._catalog.is_embedded and not self._files.hooked and len(uploads) <= whole.MOST
        if simple and all(whole.is_whole(file) for file, _ in uploads):
            dialect = self._catalog.engine.dialect
            add = partial(whole.add, dialect=dialect, uploads=uploads, wait=wait, volume_id=self._volume_id)
            return self._catalog.submit_alone(add)
        return self._catalog.submit(partial(self._add, uploads=uploads, wait=wait))

    def _add(self, session: Session, uploads: Sequence[tuple[NewFile, bytes]], *, wait: bool) -> None:
        self._files.add(session, *(file for file, _ in uploads))
        if wait:
            row = {"first_id": uploads[0][0].id, "volume_id": self._volume_id, **whole.joined(uploads)}
            _insert(session, [row])

    def batch(self, limit: int) -> dict[str, dict[str, bytes]]:
        """Return the bytes of up to ``limit`` transactions by the id that stands for each; not of removed uploads."""
        own = or_(col(Unsynced.volume_id).is_(None), col(Unsynced.volume_id) == self._volume_id)
        with self._catalog.read() as session:
            rows = session.execute(select(Unsynced).where(own).limit(limit)).scalars().all()
        there = self._files.many(file_id for row in rows for file_id, _ in row.sizes)
        return {row.first_id: {file_id: data for file_id, data in _apart(row) if file_id in there} for row in rows}

    def forget(self, session: Session, first_ids: Sequence[str]) -> None:
        """Forget bytes that are on the disk, those of all uploads that came with ``first_ids``."""
        connection_of(session).execute(_delete, [{"forgotten": first_id} for first_id in first_ids])


def _apart(row: Unsynced) -> Iterator[tuple[str, bytes]]:
    start = 0
    for file_id, size in row.sizes:
        yield file_id, row.data[start : start + size]
        start += size
